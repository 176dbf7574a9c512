"""Builds the site: `python -m hinge_keras.lab.site [RESULTS [FOLDER]]`."""

import argparse
from time import perf_counter

from hinge_keras.lab.site.build import build


def main(arguments: list[str] | None = None) -> None:
    """Build the site and say where it is.

    Args:
        arguments: Those of the command line by default.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", nargs="?", default="results", help="what to show")
    parser.add_argument("folder", nargs="?", default="site", help="where to")
    options = parser.parse_args(arguments)
    began = perf_counter()
    first = build(options.results, options.folder)
    files = (path for path in first.parent.rglob("*") if path.is_file())
    size = sum(path.stat().st_size for path in files)
    seconds = perf_counter() - began
    print(
        f"built {first} in {seconds:.0f} s, {size / 1e6:.1f} MB; open it in a browser"
    )


if __name__ == "__main__":
    main()
