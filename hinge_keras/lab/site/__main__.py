"""Builds the site: `python -m hinge_keras.lab.site [RESULTS [FOLDER]]`."""

import sys
from time import perf_counter

from hinge_keras.lab.site.build import build


def main(results: str = "results", folder: str = "site") -> None:
    """Build the site and say where it is.

    Args:
        results: The folder of published results.
        folder: Where to.
    """
    began = perf_counter()
    first = build(results, folder)
    size = sum(path.stat().st_size for path in first.parent.rglob("*"))
    seconds = perf_counter() - began
    print(
        f"built {first} in {seconds:.0f} s, {size / 1e6:.1f} MB; open it in a browser"
    )


if __name__ == "__main__":
    main(*sys.argv[1:3])
