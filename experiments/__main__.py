"""Runs experiments by name: `python -m experiments 02 --quick`; all by default."""

import argparse
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

HERE = Path(__file__).parent
MOST = 4  # Processes of a smoke run, each with a backend of its own.


def main(arguments=None):
    """The command line; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m experiments", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="a name or its start; all if none is given",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a smoke run of a minute, into a temporary folder",
    )
    parser.add_argument(
        "--results", default="results", help="folder to write to (default: results)"
    )
    parser.add_argument(
        "--list", action="store_true", help="list the experiments and their questions"
    )
    options = parser.parse_args(arguments)
    try:
        names = matching(options.names)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if options.list:
        print("\n".join(f"{name}: {first_line(name)}" for name in names))
        return 0
    try:
        return run_all(names, options.results, options.quick)
    except KeyboardInterrupt:
        print(
            "interrupted; finished trials are kept, run again to go on", file=sys.stderr
        )
        return 130


def run_all(names, results, quick):
    """Run experiments in order and print a table of time and finding."""
    from hinge_keras.lab import run  # Keras and its backend load only now.
    from hinge_keras.lab.progress import duration

    if quick:
        results = tempfile.mkdtemp(prefix="hinge_keras_")
    scripts = [HERE / f"{name}.py" for name in names]
    began = perf_counter()
    if quick and len(names) > 1:  # Most of a smoke run is one core compiling.
        processes = min(os.cpu_count(), MOST)
        with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
            rows = list(pool.map(run.script, scripts, repeat(results), repeat(quick)))
    else:
        rows = [run.script(script, results, quick) for script in scripts]
    run.gathered(results)
    width = max(len(name) for name in names)
    print(f"\n{'experiment':{width}}  trained   time  finding")
    for row in rows:
        name, time = row["experiment"], duration(row["seconds"])
        print(f"{name:{width}} {row['trained']:>8} {time:>6}  {row['finding']}")
    whole = duration(perf_counter() - began)
    print(f"{'all':{width}} {sum(row['trained'] for row in rows):>8} {whole:>6}")
    if not any(row["trained"] for row in rows):
        print("nothing to train: every trial already has its result")
    return 0


def matching(wanted):
    """The experiments whose names start so; all if nothing is wanted."""
    known = sorted(path.stem for path in HERE.glob("[0-9]*.py"))
    found = [name for name in known if not wanted or name.startswith(tuple(wanted))]
    for start in wanted:
        if not any(name.startswith(start) for name in known):
            raise ValueError(
                f"experiment is {start!r}; accepted are {', '.join(known)}."
            )
    return found


def first_line(name):
    """The question: the first line of a script's docstring, read as text."""
    return (HERE / f"{name}.py").read_text().split('"""')[1].strip().splitlines()[0]


if __name__ == "__main__":
    sys.exit(main())
