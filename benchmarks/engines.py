"""Where a grid trains: this process, two beside it, Ray's workers; seconds and memory.

`python -m benchmarks.engines` trains grids of small nets by each engine, every
measurement in a process of its own, several rounds in turn, and writes medians to
`benchmarks/engines.csv`: seconds from the first line of training to the last record,
starting workers included and apart, and the peak memory of the largest worker.

The grids, of trainings that
    dense     run in compiled kernels, which use every core by themselves
    stacked   are stacked: Python and small operations on one core
    alone     are convolutions, one at a time
"""

import argparse
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

TABLE = Path(__file__).with_suffix(".csv")
ROUNDS = 3
WORKERS = 2
GRIDS = {"dense": 2000, "stacked": 2000, "alone": 60}  # Trials of each.
ENGINES = ("here", "processes", "ray")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=3, metavar=("GRID", "ENGINE", "TRIALS"))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--engines", nargs="*", default=ENGINES)
    options = parser.parse_args()
    if options.one:
        grid, engine, trials = options.one
        print("measured", *measured(grid, engine, int(trials)))
        return
    rows = []
    for grid, trials in GRIDS.items():
        found = {engine: [] for engine in options.engines}
        for _ in range(options.rounds):
            for engine in options.engines:
                found[engine].append(apart("engines", "--one", grid, engine, trials))
                print(grid, trials, engine, *found[engine][-1], flush=True)
        rows += [row(grid, engine, trials, of) for engine, of in found.items()]
    table = pd.DataFrame(rows)
    here = table[table.engine == "here"].set_index("grid").seconds
    table["ratio_to_here"] = (table.seconds / table.grid.map(here)).round(3)
    table.to_csv(TABLE, index=False)
    print(table.to_string(index=False))


def row(grid, engine, trials, found):
    """The medians of some rounds."""
    seconds, starting, jobs, mebibytes = (
        statistics.median(column) for column in zip(*found, strict=True)
    )
    totals = [each[0] for each in found]
    return {
        "grid": grid,
        "engine": engine,
        "workers": 1 if engine == "here" else WORKERS,
        "trials": trials,
        "jobs": int(jobs),
        "seconds": round(seconds, 2),
        "of_these_starting": round(starting, 2),
        "slowest_over_fastest": round(max(totals) / min(totals), 3),
        "peak_mebibytes": round(mebibytes),
    }


def apart(benchmark, *arguments):
    """What a benchmark measures in a process of its own, as numbers."""
    command = [sys.executable, "-m", f"benchmarks.{benchmark}", *map(str, arguments)]
    ran = subprocess.run(command, capture_output=True, text=True)
    if ran.returncode:
        raise RuntimeError(ran.stderr)
    (line,) = [x for x in ran.stdout.splitlines() if x.startswith("measured")]
    return [float(number) for number in line.split()[1:]]


def measured(grid, engine, trials):
    """Seconds in all and until the first records, jobs, and MiB of a process."""
    from hinge_keras.lab import training
    from hinge_keras.lab.training import engines

    experiment = GRID[grid](trials)
    jobs, first, began = 0, None, time.perf_counter()
    workers = None if engine == "here" else WORKERS
    with engines.named(engine, workers) as chosen:
        for _ in training.train(experiment, experiment.trials(), engine=chosen):
            first = first or time.perf_counter()
            jobs += 1
    seconds = time.perf_counter() - began
    who = resource.RUSAGE_SELF if engine == "here" else resource.RUSAGE_CHILDREN
    return seconds, first - began, jobs, resource.getrusage(who).ru_maxrss / 1024


def dense(trials):
    return experiment(trials, Net("dense", flat))


def stacked(trials):
    return experiment(trials, Net("normed", normed))


def alone(trials):
    return experiment(trials, Net("convolutions", convolutions))


GRID = {"dense": dense, "stacked": stacked, "alone": alone}


def experiment(trials, model):
    """So many trainings of a net: two losses, five rates, the rest seeds."""
    import hinge_keras as hk
    from hinge_keras.lab import Experiment
    from hinge_keras.lab.data import Dataset

    return Experiment(
        datasets=[Dataset("random", splits, {}, 1)],
        models=[model],
        arms={"hinge": hk.Hinge(), "logistic": hk.Logistic()},
        axes={"learning_rate": (1e-3, 3e-3, 1e-2, 3e-2, 0.1)},
        seeds=range(trials // 10),
        epochs=20,
        measures=(),
    )


def splits(seed):
    """Pictures of 8 x 8 at random, of two kinds."""
    stream = np.random.default_rng(seed)
    x = stream.normal(size=(1000, 8, 8, 1)).astype("float32")
    y = (x[:, :4].mean((1, 2, 3)) > 0).astype("float32")
    return {"train": (x[:600], y[:600]), "test": (x[600:], y[600:])}


@dataclass(frozen=True)
class Net:
    """A chain of layers.

    Attributes:
        name: Its name.
        hidden: Makes those before the last.
    """

    name: str
    hidden: Callable

    def __call__(self, shape, outputs, seed):
        import keras

        keras.utils.set_random_seed(seed)
        last = keras.layers.Dense(outputs)
        return keras.Sequential([keras.Input(shape), *self.hidden(keras.layers), last])


def flat(layers):
    return layers.Flatten(), layers.Dense(16, "relu")


def normed(layers):
    return *flat(layers), layers.BatchNormalization()


def convolutions(layers):
    return (
        layers.Conv2D(8, 3, activation="relu"),
        layers.Conv2D(8, 3, activation="relu"),
        layers.GlobalAveragePooling2D(),
    )


if __name__ == "__main__":
    main()
