"""Trainings per second: the laboratory beside what one would write otherwise.

`python -m benchmarks.replicas` measures the ways on the backend in use, writes
them into `benchmarks/replicas.csv`, and prints the file as a table. Run it once
with `KERAS_BACKEND=tensorflow` and once with `jax`; torch and scikit-learn run
with the first. Every measurement has a process of its own, so that its peak memory
is its own, and is timed from the first line of training on, tracing and compiling
included. All ways are measured in turn, several rounds; the table has medians, the
slowest round over the fastest, and the share of the machine that others used.

The ways:
    dense            hinge_keras, dense nets in compiled kernels
    stacked, alone   hinge_keras, any nets stacked, or one at a time
    fit              a loop of `model.fit`, no validation, `steps_per_execution`
    sklearn          `keras.wrappers.SKLearnClassifier` in joblib, one job a core
    torch            an ensemble by `torch.func.functional_call` and `vmap`, on as
                     many threads as it is fastest with
    compare          `hk.compare` from call to verdict: of circles and of a table 3
                     losses, 6 learning rates, 30 seeds; of moons, task `call`, one
                     loss, 5 learning rates, 20 seeds
    losses           6 losses in one block, 15 replicas each
A loop is timed on a few trainings and its rate holds for any number.
"""

import argparse
import csv
import dataclasses
import itertools
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.peers import ensemble, looped, wrapped
from benchmarks.tasks import BATCH, TASKS, builder, examples, loss, splits

TABLE = Path(__file__).with_suffix(".csv")
KEY = ["task", "way", "backend", "replicas"]
MEASURED = [
    "seconds",
    "core_seconds",
    "peak_mebibytes",
    "share_of_matmul_peak",
    "others_share",
]
COLUMNS = [
    *KEY,
    *MEASURED[:1],
    "seconds_a_training",
    "slowest_over_fastest",
    *MEASURED[1:],
]
COUNTS = {
    "dense": (1, 10, 100, 1000),
    "stacked": (1, 10, 100, 1000),
    "alone": (1, 10),
    "torch": (1, 10, 100, 1000),
    "compare": (540,),
    "losses": (90,),
}
# Tasks of which whole comparisons are timed, and only these.
WHOLE = {
    "call": ("compare", "fit"),
    "table": ("compare", "fit"),
    "classes": ("losses",),
}
LOOPED, ROUNDS = 2, 3


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--task", choices=TASKS)
    arguments.add_argument("--way")
    arguments.add_argument("--counts", type=int, nargs="+", help="numbers of replicas")
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    arguments.add_argument(
        "--replicas", type=int, help="measure here, print the numbers"
    )
    chosen = arguments.parse_args()
    if chosen.replicas:
        print(*measured(chosen.task, chosen.way, chosen.replicas))
        return
    tasks = [chosen.task] if chosen.task else list(TASKS)
    todo = [
        (task, way, replicas)
        for task, way, replicas in plan(tasks, chosen.way)
        if not chosen.counts or replicas in chosen.counts
    ]
    found = {entry: [] for entry in todo}
    for _ in range(chosen.rounds):
        for entry in todo:
            found[entry].append(once(*entry))
            print(entry, found[entry][-1], flush=True)
    rows = read()
    for (task, way, replicas), rounds in found.items():
        row = summed_up(task, way, replicas, rounds)
        rows[tuple(row[name] for name in KEY)] = row
    write(rows)
    print(table(rows.values()))


def plan(tasks, only):
    """What to measure, cheap first."""
    others = ("fit", "sklearn", "torch") if backend() == "tensorflow" else ("fit",)
    for task in tasks:
        own = {"images": (), "circles": ("dense", "compare")}.get(task, ("dense",))
        ways = WHOLE.get(task, (*own, "stacked", "alone", *others))
        for way in ways:
            if only in (None, way) and not (task == "images" and way == "sklearn"):
                counts = COUNTS.get(way, (LOOPED,))
                if task == "images":
                    counts = [count for count in counts if count <= 10]
                if task == "call" and way == "compare":
                    counts = (100,)
                yield from ((task, way, count) for count in counts)


def once(task, way, replicas):
    """One measurement, by the names in `MEASURED`; of torch, the faster of two."""
    threads = (1, os.cpu_count()) if way == "torch" else (os.cpu_count(),)
    found = [in_a_process(task, way, replicas, count) for count in threads]
    return min(found, key=lambda each: each["seconds"])


def in_a_process(task, way, replicas, threads):
    command = [sys.executable, "-m", "benchmarks.replicas", "--task", task]
    command += ["--way", way, "--replicas", str(replicas)]
    began, busy, own = time.perf_counter(), machine_seconds(), core_seconds()
    environment = {**os.environ, "TORCH_THREADS": str(threads)}
    ran = subprocess.run(command, capture_output=True, text=True, env=environment)
    if ran.returncode:
        raise RuntimeError(ran.stderr)
    own, busy = core_seconds() - own, machine_seconds() - busy
    others = (busy - own) / (time.perf_counter() - began) / os.cpu_count()
    numbers = map(float, ran.stdout.split()[-4:])
    return dict(zip(MEASURED, (*numbers, max(others, 0.0)), strict=True))


def summed_up(task, way, replicas, rounds):
    """The row of some rounds."""
    seconds = [each["seconds"] for each in rounds]
    medians = {n: statistics.median(each[n] for each in rounds) for n in MEASURED}
    numbers = {
        **medians,
        "seconds_a_training": medians["seconds"] / replicas,
    }
    if len(rounds) > 1:
        numbers["slowest_over_fastest"] = max(seconds) / min(seconds)
    key = (task, way, {"torch": "torch"}.get(way, backend()), str(replicas))
    return dict(zip(KEY, key, strict=True)) | {
        n: f"{v:.4g}" for n, v in numbers.items()
    }


def machine_seconds():
    """Processor time of everything on this machine since it started, on Linux."""
    user, nice, system, *_ = Path("/proc/stat").read_text().split("\n")[0].split()[1:]
    return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")


def measured(task, way, replicas):
    """Wall and processor seconds, peak memory in MiB, and the share of peak."""
    prepare = {
        "fit": looped,
        "sklearn": wrapped,
        "torch": ensemble,
        "compare": {"call": called, "table": tabled}.get(task, compared),
        "losses": six_losses,
    }.get(way)
    work = stack(task, replicas, way) if prepare is None else prepare(task, replicas)
    began, began_core = time.perf_counter(), core_seconds()
    work()
    seconds, core = time.perf_counter() - began, core_seconds() - began_core
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return seconds, core, used, operations(task) * replicas / seconds / peak()


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
    size, shape, hidden, classes, epochs = TASKS[task]
    outputs = 1 if classes == 2 else classes
    if hidden is None:  # Two 3 x 3 convolutions, of 16 and 32 filters, then Dense.
        one = 26 * 26 * 9 * 16 + 11 * 11 * 9 * 16 * 32 + 5 * 5 * 32 * outputs
    else:
        widths = (*shape, *hidden, outputs)
        one = sum(a * b for a, b in itertools.pairwise(widths))
    return 2 * 3 * one * size * epochs


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
    return lambda: list(training.train(experiment, experiment.trials(), path=way))


def six_losses(task, replicas):
    """One block of six losses of many classes."""
    import keras

    import hinge_keras as hk
    from hinge_keras.lab import training

    experiment = dataclasses.replace(
        grid(task, replicas // 6),
        arms={
            "cross-entropy": keras.losses.SparseCategoricalCrossentropy(
                from_logits=True
            ),
            "crammer-singer": hk.CrammerSinger(),
            "lapin": hk.LapinBetaTopK(5),
            "calibrated": hk.CalibratedTopK(5),
            "noised": hk.NoisedTopK(5),
            "smooth": hk.SmoothTopK(5),
        },
    )
    return lambda: list(training.train(experiment, experiment.trials()))


def called(task, replicas):
    """A user's whole call: one loss, five rates, 20 seeds."""
    from hinge_keras.lab.compare import compare

    x, y = examples(task, 0)
    rates = [1e-3, 3e-3, 0.01, 0.03, 0.1]

    def work():
        found = compare(
            None,
            x,
            y,
            losses="hinge",
            seeds=replicas // len(rates),
            learning_rates=rates,
            epochs=TASKS[task][4],
        )
        return found.verdict()

    return work


def tabled(task, replicas):
    """The same of the default three losses and six rates, on a table."""
    from hinge_keras.lab.compare import compare

    x, y = examples(task, 0)
    rates = [1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3]

    def work():
        seeds, epochs = replicas // 18, TASKS[task][4]
        found = compare(None, x, y, seeds=seeds, learning_rates=rates, epochs=epochs)
        return found.verdict()

    return work


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
    return {tuple(row[name] for name in KEY): row for row in rows}


def write(rows):
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(sorted(rows.values(), key=place))


def place(row):
    """Where a row stands: those of TensorFlow and torch first, task by task."""
    return row["backend"] == "jax", list(TASKS).index(row["task"])


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
        cells = (*(row.get(name, "") for name in COLUMNS), times)
        lines.append(" ".join(f"{cell:>20}" for cell in cells))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
