"""`python -m hinge_keras`, the same as the command `hinge-keras`."""

import sys

from hinge_keras.cli import main

if __name__ == "__main__":
    sys.exit(main())
