"""The command `hinge-keras`; `hinge-keras --help` lists what it does.

Each command imports what it needs when it is called, so that help needs neither Keras
nor a backend nor pandas.
"""

import sys


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; its exit status.

    Args:
        arguments: Those of the command line by default.
    """
    try:
        import typer  # noqa: F401
    except ImportError:
        needed = 'pip install "hinge_keras[lab]"'
        print(f"hinge-keras needs typer: {needed}", file=sys.stderr)
        return 2
    from hinge_keras.cli import commands

    return commands.run(sys.argv[1:] if arguments is None else list(arguments))
