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
# Examples, inputs, hidden units, classes, epochs.
TASKS = {
    "moons": (1000, (2,), (50,), 2, 100),
    "circles": (500, (2,), (50,), 2, 200),
    "digits": (1437, (64,), (64, 64), 10, 20),
    "images": (1000, (28, 28, 1), None, 10, 2),
}
BATCH = {"moons": 32, "circles": 32, "digits": 32, "images": 64}
COUNTS = {"stacked": (1, 10, 100, 1000), "alone": (1, 4), "torch": (1, 10, 100, 1000)}
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
        for way in ("stacked", "alone", *others):
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
    ran = subprocess.run(
        [*command, "--replicas", str(replicas)], capture_output=True, text=True
    )
    if ran.returncode:
        raise RuntimeError(ran.stderr)
    seconds, core_seconds, memory, share = ran.stdout.split()[-4:]
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
    prepare = {"fit": looped, "sklearn": wrapped, "torch": ensemble}.get(way)
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


def examples(task, seed):
    """Random inputs and a label that they decide: speed asks for no more."""
    size, shape, _, classes, _ = TASKS[task]
    stream = np.random.default_rng(seed)
    x = stream.normal(size=(size, *shape)).astype("float32")
    first = x.reshape(size, -1)[:, 0]
    y = np.digitize(first, np.quantile(first, np.arange(1, classes) / classes))
    return x, y.astype("float32")


def splits(seed, task):
    x, y = examples(task, seed)
    return {"train": (x, y), "test": (x[:100], y[:100])}


def loss(task):
    import hinge_keras as hk

    return hk.Hinge() if TASKS[task][3] == 2 else hk.CrammerSinger()


class Images:
    """A small convolutional network; 28 x 28 pixels, 10 classes."""

    name = "small CNN"

    def __call__(self, input_shape, outputs, seed):
        import keras
        from keras import layers

        keras.utils.set_random_seed(seed)
        return keras.Sequential(
            [
                keras.Input(input_shape),
                layers.Conv2D(16, 3, activation="relu"),
                layers.MaxPooling2D(),
                layers.Conv2D(32, 3, activation="relu"),
                layers.MaxPooling2D(),
                layers.Flatten(),
                layers.Dense(outputs),
            ]
        )


def builder(task):
    from hinge_keras.lab import models

    hidden = TASKS[task][2]
    return Images() if hidden is None else models.MLP(hidden)


def grid(task, replicas):
    """An experiment of that many seeds; speed alone asks, so no metrics."""
    import keras

    from hinge_keras.lab import Experiment
    from hinge_keras.lab.data import Dataset

    return Experiment(
        datasets=[Dataset(task, splits, {"task": task}, TASKS[task][3])],
        models=[builder(task)],
        losses={"hinge": loss(task)},
        seeds=range(replicas),
        epochs=TASKS[task][4],
        batch_size=BATCH[task],
        optimizer=keras.optimizers.Adam(),
        metrics={},
    )


def stack(task, replicas, way):
    from hinge_keras.lab import training

    experiment = grid(task, replicas)
    return lambda: list(training.train(experiment, experiment.trials(), path=way))


def looped(task, replicas):
    import keras

    _, shape, _, classes, epochs = TASKS[task]
    outputs = 1 if classes == 2 else classes
    build, objective = builder(task), loss(task)

    def work():
        for seed in range(replicas):
            x, y = examples(task, seed)
            model = build(shape, outputs, seed)
            model.compile(
                keras.optimizers.Adam(0.01), objective, steps_per_execution=32
            )
            model.fit(x, y, batch_size=BATCH[task], epochs=epochs, verbose=0)

    return work


def classifier(task, seed):
    """One training through the scikit-learn wrapper, in a worker."""
    import keras

    _, shape, _, classes, epochs = TASKS[task]
    outputs = 1 if classes == 2 else classes

    def network(X, y):
        model = builder(task)(shape, outputs, seed)
        model.compile(keras.optimizers.Adam(0.01), loss(task), steps_per_execution=32)
        return model

    x, y = examples(task, seed)
    settings = {"batch_size": BATCH[task], "epochs": epochs, "verbose": 0}
    labels = y[:, None] if classes == 2 else np.eye(classes)[y.astype(int)]
    keras.wrappers.SKLearnClassifier(network, fit_kwargs=settings).fit(x, labels)


def wrapped(task, replicas):
    import joblib

    def work():
        jobs = (joblib.delayed(classifier)(task, seed) for seed in range(replicas))
        joblib.Parallel(n_jobs=-1)(jobs)

    return work


def ensemble(task, replicas):
    """The hand-written ensemble: stacked parameters, Adam on the stack."""
    import torch
    from torch.func import functional_call, grad, stack_module_state, vmap

    size, shape, hidden, classes, epochs = TASKS[task]
    outputs = 1 if classes == 2 else classes

    def network():
        if hidden is None:
            return torch.nn.Sequential(
                torch.nn.Unflatten(1, (1, 28)),
                torch.nn.Conv2d(1, 16, 3),
                torch.nn.ReLU(),
                torch.nn.MaxPool2d(2),
                torch.nn.Conv2d(16, 32, 3),
                torch.nn.ReLU(),
                torch.nn.MaxPool2d(2),
                torch.nn.Flatten(),
                torch.nn.Linear(800, outputs),
            )
        widths, parts = (*shape, *hidden), []
        for before, after in itertools.pairwise(widths):
            parts += [torch.nn.Linear(before, after), torch.nn.ReLU()]
        return torch.nn.Sequential(*parts, torch.nn.Linear(widths[-1], outputs))

    def objective(parameters, x, y):
        f = functional_call(skeleton, parameters, (x,))
        if outputs == 1:
            return torch.relu(1 - (2 * y - 1) * f[:, 0]).mean()
        return torch.nn.functional.multi_margin_loss(f, y.long())

    skeleton = network()

    def work():
        arrays = [examples(task, seed) for seed in range(replicas)]
        x = torch.tensor(np.stack([a for a, _ in arrays]).reshape(replicas, size, -1))
        y = torch.tensor(np.stack([b for _, b in arrays]))
        if hidden is None:
            x = x.reshape(replicas, size, 28, 28)
        parameters, _ = stack_module_state([network() for _ in range(replicas)])
        adam = torch.optim.Adam(parameters.values(), lr=0.01)
        slope, each = vmap(grad(objective)), torch.arange(replicas)[:, None]
        for _ in range(epochs):
            order = torch.rand(replicas, size).argsort(1)
            for rows in order.split(BATCH[task], dim=1):
                slopes = slope(
                    {k: v.detach() for k, v in parameters.items()},
                    x[each, rows],
                    y[each, rows],
                )
                for name, parameter in parameters.items():
                    parameter.grad = slopes[name]
                adam.step()

    return work


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
