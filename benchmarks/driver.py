"""What the process that shares out a grid spends a trial, however it trains.

`python -m benchmarks.driver` makes grids of 10,000 and 100,000 trials and writes to
`benchmarks/driver.csv` the microseconds and bytes a trial, from one size to the other,
of each thing that is done for all trials: listing them, their keys, sharing them out
into jobs, writing their records, and opening the archive again.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

TABLE = Path(__file__).with_suffix(".csv")
SIZES = (10_000, 100_000)
EPOCHS = 20


def main():
    if len(sys.argv) > 1:
        measured(int(sys.argv[1]))
        return
    small, large = (by_step(size) for size in SIZES)
    count = SIZES[1] - SIZES[0]
    rows = [
        {
            "step": step,
            "microseconds_a_trial": round(1e6 * (large[step][0] - seconds) / count, 1),
            "bytes_a_trial": round((large[step][1] - held) / count),
        }
        for step, (seconds, held) in small.items()
    ]
    table = pd.DataFrame(rows)
    table.to_csv(TABLE, index=False)
    print(table.to_string(index=False))


def by_step(size):
    """Seconds, and bytes held or written, of each step, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.driver", str(size)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line.split("\t") for line in ran.stdout.splitlines() if "\t" in line]
    return {step: (float(seconds), float(held)) for step, seconds, held in lines}


def measured(size):
    """Tell what each step takes."""
    from benchmarks.engines import Net, experiment, flat
    from hinge_keras.lab import training
    from hinge_keras.lab.tables.archive import Archive, Record
    from hinge_keras.lab.training import groups

    grid = experiment(size, Net("dense", flat), EPOCHS)
    with step("list them"):
        trials = grid.trials()
    with step("key them"):
        keys = grid.keys(trials, training.code())
    load = groups.Loader(grid)
    for seed in grid.seeds:  # As if data took neither time nor room.
        load.shapes["random", seed] = ("any",)
    with step("share them out"):
        (group,) = groups.grouped(grid, trials, load)
        group.size = lambda: groups.LARGEST
        jobs = group.jobs({*trials})
    column = np.linspace(1, 0, EPOCHS, dtype="float32")
    curve = dict.fromkeys(("train_loss", "test_loss"), column)
    record = Record("done", EPOCHS, 0.1, {"test_loss": 0.5}, curve, {})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trials.log"
        with Archive(path) as archive, step("write their records", path):
            for job in jobs:
                archive.add({keys[trial]: record for trial in job})
        with step("open the archive again"):
            opened = Archive(path)
        assert len(opened.places) == size


class step:  # noqa: N801 - a context
    """Times what is done in it, and measures what it adds to memory or to a file."""

    def __init__(self, name, path=None):
        self.name, self.path = name, path

    def __enter__(self):
        self.began, self.held = time.perf_counter(), held()

    def __exit__(self, *error):
        seconds = time.perf_counter() - self.began
        more = self.path.stat().st_size if self.path else held() - self.held
        print(self.name, seconds, more, sep="\t", flush=True)


def held():
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    main()
