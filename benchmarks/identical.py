"""The same grids, trained in every way and under stress: how many records are the same.

`python -m benchmarks.identical` trains three grids of small nets, those of
`benchmarks.engines`, in this process undisturbed, and then in each of the situations,
every time in processes and folders of their own. `benchmarks/identical.csv` says how
many of the records agree with the undisturbed ones in every bit, and the median and
the largest of their differences: of the numbers of a record the most that any is apart,
relative to the larger of the two and 1.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import engines
from benchmarks.kills import records, same, stored

TABLE = Path(__file__).with_suffix(".csv")
GRIDS = {"dense": 240, "stacked": 240, "alone": 20}  # Trials of each.
JOB = 40  # So that a grid has several jobs.
SITUATIONS = {
    "undisturbed": "here",
    "beside two busy processes": "here",
    "two processes": "processes",
    "two processes, memory for one": "processes",
    "two processes, killed and run again": "processes",
    "Ray, one node": "ray",
    "Ray, two nodes": "ray of two nodes",
    "on JAX": "here",
}
REFERENCE = "undisturbed"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=3, metavar=("GRID", "SITUATION", "FOLDER"))
    options = parser.parse_args()
    if options.one:
        train(*options.one)
        return
    folder = Path(tempfile.mkdtemp(prefix="identical_"))
    rows = []
    for grid in GRIDS:
        for situation in SITUATIONS:
            disturbed(grid, situation, folder / f"{grid}_{situation}")
            if situation != REFERENCE:
                rows.append(compared(grid, situation, folder))
                print(*rows[-1].values(), flush=True)
    pd.DataFrame(rows).to_csv(TABLE, index=False)
    shutil.rmtree(folder)


def disturbed(grid, situation, folder):
    """Train a grid into a folder in a situation."""
    beside = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
        for _ in range(2 if situation.startswith("beside") else 0)
    ]
    try:
        if "killed" in situation:
            first = started(grid, situation, folder)
            while not stored(folder) and first.poll() is None:
                time.sleep(0.05)
            first.send_signal(signal.SIGKILL)
            first.wait()
            print(f"killed when {stored(folder)} of {GRIDS[grid]} were stored")
        if started(grid, situation, folder).wait():
            raise RuntimeError(f"{grid}, {situation}: the run failed")
    finally:
        for process in beside:
            process.kill()


def started(grid, situation, folder):
    """A run of a grid that has begun."""
    command = [sys.executable, "-m", "benchmarks.identical", "--one"]
    backend = "jax" if "JAX" in situation else "tensorflow"
    return subprocess.Popen(
        [*command, grid, situation, str(folder)],
        env={**os.environ, "KERAS_BACKEND": backend},
    )


def train(grid, situation, folder):
    """Train what a folder lacks of a grid."""
    from hinge_keras.lab import gathering, training
    from hinge_keras.lab.tables.archive import Archive
    from hinge_keras.lab.training import groups
    from hinge_keras.lab.training.engines import pool

    groups.LARGEST = JOB
    if "memory for one" in situation:
        pool.free = lambda: 1  # A first worker is always let in.
    experiment = engines.GRID[grid](GRIDS[grid])
    keys = experiment.keys(experiment.trials(), training.code())
    wanted = {key: trial for trial, key in keys.items()}
    with (
        engines.chosen(SITUATIONS[situation]) as engine,
        Archive(Path(folder) / "trials.log") as archive,
    ):
        gathering.train_missing(experiment, wanted, archive, grid, False, engine)


def compared(grid, situation, folder):
    """How a situation's records agree with the undisturbed ones."""
    theirs, _ = records(folder / f"{grid}_{REFERENCE}")
    ours, _ = records(folder / f"{grid}_{situation}")
    if ours.keys() != theirs.keys():
        raise RuntimeError(f"{grid}, {situation}: other trials")
    differences = [apart(ours[key], theirs[key]) for key in theirs]
    return {
        "grid": grid,
        "situation": situation,
        "trials": len(theirs),
        "same_in_every_bit": sum(same(ours[key], theirs[key]) for key in theirs),
        "median_difference": float(np.median(differences)),
        "largest_difference": max(differences),
    }


def apart(ours, theirs):
    """The largest difference of two records' numbers, relative to them and 1."""
    pairs = [(ours.values[name], number) for name, number in theirs.values.items()]
    pairs += [(ours.curve[name], column) for name, column in theirs.curve.items()]
    return max(
        float(np.max(np.abs(a - b) / np.maximum(1, np.maximum(np.abs(a), np.abs(b)))))
        for a, b in ((np.asarray(a, float), np.asarray(b, float)) for a, b in pairs)
    )


if __name__ == "__main__":
    main()
