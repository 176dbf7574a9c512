"""Where a grid trains: this process, two beside it, Ray's workers; seconds and memory.

`python -m benchmarks.engines` trains grids of small nets by each engine, every
measurement in a process of its own, several rounds in turn, and writes medians to
`benchmarks/engines.csv`: seconds from the first line of training to the last record,
starting workers included and apart, and the peak memory of the largest worker. From two
sizes of a grid it reckons from how many trials on two workers are the faster. What a
job and a trial cost on their way to one worker and back, beside jobs of the same that
train here, stands in `benchmarks/overheads.csv`.

The grids, of trainings that
    dense     run in compiled kernels, which use every core by themselves
    stacked   are stacked: Python and small operations on one core
    alone     are convolutions, one at a time
"""

import argparse
import contextlib
import itertools
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
ROUNDS = 3
WORKERS = 2
# Trials of a small and a large grid of each.
GRIDS = {"dense": (200, 2000), "stacked": (200, 2000), "alone": (20, 60)}
ENGINES = ("here", "processes", "ray")
JOBS = 100  # Of an overhead's measurement: of so many trials each.
OF_A_JOB = (1, 10)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=3, metavar=("GRID", "ENGINE", "TRIALS"))
    parser.add_argument("--overhead", nargs=2, metavar=("ENGINE", "OF_A_JOB"))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    if options.one:
        grid, engine, trials = options.one
        print("measured", *measured(grid, engine, int(trials)))
    elif options.overhead:
        engine, count = options.overhead
        print("measured", *overhead(engine, int(count)))
    else:
        overheads(options.rounds).to_csv(HERE / "overheads.csv", index=False)
        seconds(options.rounds).to_csv(HERE / "engines.csv", index=False)


def seconds(rounds):
    """Each grid by each engine, with ratios and where they break even."""
    rows = []
    for grid, sizes in GRIDS.items():
        for trials in sizes:
            found = {engine: [] for engine in ENGINES}
            for _ in range(rounds):
                for engine in ENGINES:
                    one = apart("engines", "--one", grid, engine, trials)
                    print(grid, trials, engine, *one, flush=True)
                    found[engine].append(one)
            rows += [row(grid, engine, trials, of) for engine, of in found.items()]
    table = pd.DataFrame(rows)
    here = table[table.engine == "here"].set_index(["grid", "trials"]).seconds
    reference = [here[key] for key in zip(table.grid, table.trials, strict=True)]
    table["ratio_to_here"] = (table.seconds / reference).round(3)
    table["faster_from"] = [
        break_even(table, *key)
        for key in table.index.map(lambda i: (table.grid[i], table.engine[i]))
    ]
    return table


def break_even(table, grid, engine):
    """Trials from which on an engine is faster than this process; None if never.

    Seconds are taken to grow by the trial, between the two sizes and beyond.
    """
    ours, theirs = (
        table[(table.grid == grid) & (table.engine == name)]
        for name in (engine, "here")
    )
    few, many = ours.trials
    late = [each.seconds.iloc[0] for each in (ours, theirs)]
    slopes = [np.diff(each.seconds)[0] / (many - few) for each in (ours, theirs)]
    gained = slopes[1] - slopes[0]
    if engine == "here" or gained <= 0:
        return None
    return max(1, round(few + (late[0] - late[1]) / gained))


@contextlib.contextmanager
def chosen(name, workers=WORKERS):
    """An engine by name; `"ray of two nodes"` has a cluster of a core each."""
    from hinge_keras.lab.training.engines import named

    if name == "ray of two nodes":
        from ray.cluster_utils import Cluster

        nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
        nodes.add_node(num_cpus=1)
        with named("ray", workers, nodes.address) as engine:
            yield engine
        nodes.shutdown()
    else:
        with named(name, None if name == "here" else workers) as engine:
            yield engine


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
        "slowest_over_fastest": round(max(totals) / min(totals), 3)
        if len(totals) > 1
        else None,
        "peak_mebibytes": round(mebibytes),
    }


def overheads(rounds):
    """What starting a worker, a job and a trial cost, by engine."""
    found = {engine: [] for engine in ENGINES}
    for _ in range(rounds):
        for engine in ENGINES:
            each = [apart("engines", "--overhead", engine, n) for n in OF_A_JOB]
            print(engine, *each, flush=True)
            found[engine].append([*each[0], each[1][1]])
    rows = []
    for engine, measured in found.items():
        start, job, large = (statistics.median(x) for x in zip(*measured, strict=True))
        trial = (large - job) / (OF_A_JOB[1] - OF_A_JOB[0])
        rows.append([engine, start, 1000 * (job - OF_A_JOB[0] * trial), 1000 * trial])
    names = ["engine", "seconds_to_first", "milliseconds_a_job", "milliseconds_a_trial"]
    return pd.DataFrame(rows, columns=names).round(2)


def trainers(engine, used):
    """The processes that train."""
    if engine == "here":
        return [os.getpid()]
    if engine == "processes":
        return [worker.process.pid for worker in used.workers]
    told = subprocess.run(
        ["pgrep", "-f", "^ray::Remote"], capture_output=True, text=True
    )
    return told.stdout.split()


def peak_of(process):
    """The most MiB that a process held."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def overhead(engine, count):
    """Seconds until a first job, of so many trials, is done, and of each later one."""
    from hinge_keras.lab import training
    from hinge_keras.lab.training import groups

    groups.LARGEST = count
    grid = experiment(max(10, JOBS * count), Net("dense", flat), epochs=1)
    began, ends = time.perf_counter(), []
    with chosen(engine, 1) as used:
        for _ in training.train(grid, grid.trials(), engine=used):
            ends.append(time.perf_counter())
    return ends[0] - began, (ends[-1] - ends[0]) / (len(ends) - 1)


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

    experiment = GRID[grid](trials)
    jobs, first, began = 0, None, time.perf_counter()
    with chosen(engine) as used:
        for _ in training.train(experiment, experiment.trials(), engine=used):
            first = first or time.perf_counter()
            jobs += 1
        seconds = time.perf_counter() - began
        peak = max(map(peak_of, trainers(engine, used)))
    return seconds, first - began, jobs, peak


def dense(trials):
    return experiment(trials, Net("dense", flat))


def stacked(trials):
    return experiment(trials, Net("normed", normed))


def alone(trials):
    return experiment(trials, Net("convolutions", convolutions))


GRID = {"dense": dense, "stacked": stacked, "alone": alone}


def experiment(trials, model, epochs=20):
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
        epochs=epochs,
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
    """A chain of layers, of the same initial weights on every backend.

    Attributes:
        name: Its name.
        hidden: Makes those before the last, from Keras' layers and initial kernels.
    """

    portable: ClassVar = True

    name: str
    hidden: Callable

    def __call__(self, shape, outputs, seed):
        import keras

        from hinge_keras.lab.initial import seeded

        kernels = (
            {"kernel_initializer": seeded("glorot_uniform", seed, depth)}
            for depth in itertools.count()
        )
        hidden = self.hidden(keras.layers, kernels)
        last = keras.layers.Dense(outputs, **next(kernels))
        return keras.Sequential([keras.Input(shape), *hidden, last])


def flat(layers, kernels):
    return layers.Flatten(), layers.Dense(16, "relu", **next(kernels))


def normed(layers, kernels):
    return *flat(layers, kernels), layers.BatchNormalization()


def convolutions(layers, kernels):
    return (
        layers.Conv2D(8, 3, activation="relu", **next(kernels)),
        layers.Conv2D(8, 3, activation="relu", **next(kernels)),
        layers.GlobalAveragePooling2D(),
    )


if __name__ == "__main__":
    main()
