"""Runs studies by name: `python -m experiments circles --quick`; all by default."""

import argparse
import json
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from hinge_keras.lab.options import marked, with_options
from hinge_keras.lab.progress import duration, wrapped
from hinge_keras.lab.tables import state

HERE = Path(__file__).parent
CALL = "lab.main(__name__)"
SLICED = "lab.full()"  # In a study that has a larger, published budget.
MOST = 4  # Processes of a smoke run, each with a backend of its own.


def main(arguments=None):
    """The command line; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m experiments", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="a study, or the start of its name; all if none is given",
    )
    parser.add_argument(
        "--list", action="store_true", help="list the studies and their questions"
    )
    parser.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="write what there is to say to a file, as JSON too",
    )
    with_options(parser)
    options = parser.parse_args(arguments)
    try:
        names = matching(options.names)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if options.list:
        print("\n".join(f"{name}: {question(name)}" for name in names))
        told = [{"study": name, "question": question(name)} for name in names]
        as_json(told, options.json)
        return 0
    try:
        return run_all(names, options)
    except KeyboardInterrupt:
        print(
            "interrupted; finished trials are kept, run again to go on", file=sys.stderr
        )
        return 130


def run_all(names, options):
    """Run studies in order, then tell of each its time and finding; the exit status."""
    apart = options.quick or options.verify
    results = (
        Path(tempfile.mkdtemp(prefix="hinge_keras_")) if apart else options.results
    )
    began = perf_counter()
    todo = [name for name in names if apart or not is_unchanged(name, results)]
    ran = []
    if todo:
        from experiments import documents
        from hinge_keras.lab import (  # Keras and its backend load only now.
            account,
            study,
        )

        modules = [f"experiments.{name.replace('/', '.')}" for name in todo]
        one = partial(study.run_named, results, options.quick, options.keep_published)
        here = options.engine == "here"
        try:
            if options.quick and here and len(todo) > 1:
                ran = in_processes(one, modules)
            else:
                with study.asked_for(options) as engine:
                    ran = [one(module, engine) for module in modules]
        except study.Locked as locked:
            print(locked, file=sys.stderr)
            return 3
        except BrokenProcessPool:
            print(
                "a process of the smoke run died; run again, with fewer names",
                file=sys.stderr,
            )
            return 4
        if options.verify:
            ran = [account.against(each, options.results) for each in ran]
        table(ran, perf_counter() - began, options.quick)
        account.gather(results)
        documents.write(results)
        if not options.names:  # One study need not wait for the pages of all.
            from hinge_keras.lab import site

            site.build(
                results, results / "site" if apart else results.with_name("site")
            )
        rest = [account.standing(name, results) for name in names if name not in todo]
        if not options.quick:
            print(account.agreement([*ran, *rest]))
    as_json([said(each, options.quick) for each in ran], options.json)
    failed = [each.name for each in ran if each.failed]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
        return 1
    if not sum(each.trained for each in ran):
        print("nothing to train: every trial already has its result")
    return 0


def in_processes(one, modules):
    """What a function gives of each module; most of a smoke run is one core compiling."""
    processes = min(os.cpu_count(), MOST)
    # More threads of kernels would wait for each other.
    share = max(1, os.cpu_count() // processes)
    os.environ.setdefault("NUMBA_NUM_THREADS", str(share))
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        return list(pool.map(one, modules))


def table(ran, seconds, quick):
    """Each study's trained trials and time, its finding below."""
    width = max(len(each.name) for each in ran)
    print(f"\n{'study':{width}}  trained   time")
    for each in ran:
        time = duration(each.seconds)
        print(f"{each.name:{width}} {each.trained:>8} {time:>6}")
        print(wrapped(marked(each.finding, quick)))
    trained = sum(each.trained for each in ran)
    print(f"{'all':{width}} {trained:>8} {duration(seconds):>6}")


def said(ran, quick):
    """What there is to say of a study that ran, for a program."""
    return {
        "study": ran.name,
        "trained": ran.trained,
        "seconds": round(ran.seconds, 3),
        "smoke_run": bool(quick),
        "failed": ran.failed,
        "finding": ran.finding,
        "verdicts": ran.after,
        "published_verdicts": ran.before,
    }


def as_json(told, file):
    """Write to a file, if there is one to write to."""
    if file is not None:
        file.write_text(json.dumps(told, indent=1) + "\n")


def is_unchanged(name, results):
    """Whether a study would end as it did from the very texts that are here now.

    That is, published whole, or skipped for want of a file that is still missing.
    """
    code, folder = state.digest(HERE / f"{name}.py"), state.folder_of(results, name)
    if path := state.lacked(folder, code):
        from hinge_keras.lab.data import sources

        try:
            sources.locate(path)
        except sources.MissingData as missing:
            print(f"{name}: skipped: {missing}")
            return True
    return state.is_current(folder, code)


def known():
    """The names of all studies: scripts that end by calling `lab.main`.

    With FULL=1 in the environment those that have a larger, published budget.
    """
    texts = {path: path.read_text() for path in HERE.rglob("*.py")}
    asked = SLICED if os.environ.get("FULL") else ""
    found = [p for p, t in texts.items() if t.rstrip().endswith(CALL) and asked in t]
    return sorted(p.relative_to(HERE).with_suffix("").as_posix() for p in found)


def matching(wanted):
    """The studies whose names start so; all if nothing is wanted."""
    names = known()
    for start in wanted:
        if not any(name.startswith(start) for name in names):
            raise ValueError(f"study is {start!r}; accepted are {', '.join(names)}.")
    return [name for name in names if not wanted or name.startswith(tuple(wanted))]


def question(name):
    """The first line of a study's docstring, read as text."""
    text = (HERE / f"{name}.py").read_text()
    return text.split('"""')[1].strip().splitlines()[0]


if __name__ == "__main__":
    sys.exit(main())
