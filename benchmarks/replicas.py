"""Trainings per second: stacked replicas beside what one would write otherwise.

`python -m benchmarks.replicas` measures the ways on the backend in use, writes
them into `benchmarks/replicas.csv`, and prints the file as a table. Run it once
with `KERAS_BACKEND=tensorflow` and once with `jax`; torch and scikit-learn run
with the first. Every measurement has a process of its own, so that its start-up
counts and its peak memory is its own.

The ways:
    stacked, alone   hinge_keras, replicas stacked or one at a time
    fit              a loop of `model.fit`, no validation, `steps_per_execution`
    sklearn          `keras.wrappers.SKLearnClassifier` in joblib, one job a core
    torch            an ensemble by `torch.func.functional_call` and `vmap`
    grid             3 losses, 6 learning rates, 30 seeds with metrics and
                     statistics, timed from the start of the process
A loop is timed on a few trainings and its rate holds for any number.
"""

import argparse
import csv
import itertools
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.peers import ensemble, looped, wrapped
from benchmarks.tasks import BATCH, TASKS, builder, loss, splits

TABLE = Path(__file__).with_suffix(".csv")
COLUMNS = [
    "task",
    "way",
    "backend",
    "replicas",
    "seconds",
    "seconds_a_training",
    "core_seconds",
    "peak_mebibytes",
    "share_of_matmul_peak",
]
COUNTS = {
    "stacked": (1, 10, 100, 1000),
    "alone": (1, 4),
    "torch": (1, 10, 100, 1000),
    "grid": (540,),
}
LOOPED = 2


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--task", choices=TASKS)
    arguments.add_argument("--way")
    arguments.add_argument("--counts", type=int, nargs="+", help="numbers of replicas")
    arguments.add_argument(
        "--replicas", type=int, help="measure here, print the numbers"
    )
    chosen = arguments.parse_args()
    if chosen.replicas:
        print(measured(chosen.task, chosen.way, chosen.replicas))
        return
    rows = read()
    tasks = [chosen.task] if chosen.task else list(TASKS)
    for task, way, replicas in plan(tasks, chosen.way):
        if chosen.counts and replicas not in chosen.counts:
            continue
        row = in_a_process(task, way, replicas)
        rows[tuple(row[name] for name in COLUMNS[:4])] = row
        write(rows)
        print(row, flush=True)
    print(table(rows.values()))


def plan(tasks, only):
    """What to measure, cheap first."""
    others = ("fit", "sklearn", "torch") if backend() == "tensorflow" else ("fit",)
    for task in tasks:
        whole = ("grid",) if task == "circles" else ()
        for way in ("stacked", "alone", *whole, *others):
            if only in (None, way) and not (task == "images" and way == "sklearn"):
                counts = COUNTS.get(way, (LOOPED,))
                if task == "images":
                    counts = [count for count in counts if count <= 10]
                yield from ((task, way, count) for count in counts)


def in_a_process(task, way, replicas):
    command = [
        sys.executable,
        "-m",
        "benchmarks.replicas",
        "--task",
        task,
        "--way",
        way,
    ]
    began = time.perf_counter()
    ran = subprocess.run(
        [*command, "--replicas", str(replicas)], capture_output=True, text=True
    )
    if ran.returncode:
        raise RuntimeError(ran.stderr)
    seconds, core_seconds, memory, share = ran.stdout.split()[-4:]
    if way == "grid":
        seconds = f"{time.perf_counter() - began:.4g}"
    return {
        "task": task,
        "way": way,
        "backend": {"torch": "torch"}.get(way, backend()),
        "replicas": str(replicas),
        "seconds": seconds,
        "seconds_a_training": f"{float(seconds) / replicas:.4g}",
        "core_seconds": core_seconds,
        "peak_mebibytes": memory,
        "share_of_matmul_peak": share,
    }


def measured(task, way, replicas):
    """Seconds from the first line of training on, peak memory, share of peak."""
    prepare = {"fit": looped, "sklearn": wrapped, "torch": ensemble, "grid": compared}
    prepare = prepare.get(way)
    work = stack(task, replicas, way) if prepare is None else prepare(task, replicas)
    began, began_core = time.perf_counter(), core_seconds()
    work()
    seconds, core = time.perf_counter() - began, core_seconds() - began_core
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    share = operations(task) * replicas / seconds / peak()
    return f"{seconds:.4g} {core:.4g} {used:.0f} {share:.4f}"


def core_seconds():
    """Processor time of this process and its finished children.

    Unlike wall time it hardly depends on what else the machine is doing.
    """
    used = [
        resource.getrusage(who)
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    return sum(part.ru_utime + part.ru_stime for part in used)


def operations(task):
    """Floating-point operations of the products in one training, both ways."""
    examples, shape, hidden, classes, epochs = TASKS[task]
    outputs = 1 if classes == 2 else classes
    if hidden is None:  # Two 3 x 3 convolutions, of 16 and 32 filters, then Dense.
        one = 26 * 26 * 9 * 16 + 11 * 11 * 9 * 16 * 32 + 5 * 5 * 32 * outputs
    else:
        widths = (*shape, *hidden, outputs)
        one = sum(a * b for a, b in itertools.pairwise(widths))
    return 2 * 3 * one * examples * epochs


def peak():
    """The machine's matrix-multiply rate, measured now, in operations a second."""
    a = np.random.default_rng(0).normal(size=(2000, 2000)).astype("float32")
    best = np.inf
    for _ in range(3):
        began = time.perf_counter()
        a @ a
        best = min(best, time.perf_counter() - began)
    return 2 * 2000**3 / best


def backend():
    return os.environ.get("KERAS_BACKEND", "tensorflow")


def grid(task, replicas):
    """An experiment of that many seeds; speed alone asks, so no metrics."""
    import keras

    from hinge_keras.lab import Experiment
    from hinge_keras.lab.data import Dataset

    return Experiment(
        datasets=[Dataset(task, splits, {"task": task}, TASKS[task][3])],
        models=[builder(task)],
        arms={"hinge": loss(task)},
        seeds=range(replicas),
        epochs=TASKS[task][4],
        batch_size=BATCH[task],
        optimizer=keras.optimizers.Adam(),
        measures=(),
    )


def stack(task, replicas, way):
    from hinge_keras.lab import training

    experiment = grid(task, replicas)
    return lambda: list(training.train(experiment, experiment.trials(), path="dense" if way == "dense" else way))


def compared(task, replicas):
    """The circles post with an honest comparison in place of one seed."""
    import keras

    from hinge_keras.lab import data, models
    from hinge_keras.lab.compare import compare

    splits = data.circles(sizes=(500, 0, 500), random_state=1).load(0)
    x, y = (
        np.concatenate(arrays)
        for arrays in zip(splits["train"], splits["test"], strict=True)
    )
    rates, seeds = [1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3], 30
    assert replicas == 3 * len(rates) * seeds

    def build(input_shape, outputs, seed):
        return models.MLP((50,))(input_shape, outputs, seed)

    return lambda: compare(
        build,
        x,
        y,
        seeds=seeds,
        learning_rates=rates,
        optimizer=keras.optimizers.SGD(momentum=0.9),
        epochs=TASKS[task][4],
        standardise=False,
    ).verdict()


def read():
    if not TABLE.exists():
        return {}
    with TABLE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {tuple(row[name] for name in COLUMNS[:4]): row for row in rows}


def write(rows):
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows.values())


def table(rows):
    """The measurements, with each rate beside the `fit` loop of its backend."""
    rows = list(rows)
    fit = {
        (row["task"], row["backend"]): float(row["seconds_a_training"])
        for row in rows
        if row["way"] == "fit"
    }
    lines = [" ".join(f"{name:>20}" for name in (*COLUMNS, "times_fit"))]
    for row in rows:
        keras_backend = row["backend"].replace("torch", "tensorflow")
        reference = fit.get((row["task"], keras_backend))
        own = float(row["seconds_a_training"])
        times = f"{reference / own:.1f}" if reference else ""
        cells = (*(row[name] for name in COLUMNS), times)
        lines.append(" ".join(f"{cell:>20}" for cell in cells))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
