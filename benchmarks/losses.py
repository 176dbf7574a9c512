"""What a loss costs: forward and backward inside a compiled step.

    python -m benchmarks.losses

Times ours and what a user would pick instead, in turn and in one run, on 256
examples; prints the medians and their ratios to the peer and writes
`benchmarks/losses.csv`. On TensorFlow a step is compiled as a graph, Keras'
default on a processor, and by XLA (`jit_compile=True`); with
`KERAS_BACKEND=jax` by `jax.jit`. The peer of the noised top-K loss is the
authors' `pytopk` on PyTorch. Memory is what the first step of 256 x 20,000
scores, 20 MiB, adds to the peak of a process of its own.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pandas as pd

import hinge_keras as hk

TABLE = Path(__file__).with_suffix(".csv")
MEASURED = ("pytopk", "NoisedTopK")
KEY = ["question", "loss", "compiled_by"]
EXAMPLES, CLASSES, MANY_CLASSES, SAMPLES, REPEATS = 256, 1000, 20_000, 5, 30
WAYS = {"tensorflow": ("graph", "XLA"), "jax": ("jax.jit",)}[keras.backend.backend()]


def batch(classes=CLASSES):
    random = np.random.default_rng(0)
    scores = random.normal(0, 1, (EXAMPLES, classes)).astype("float32")
    return random.integers(0, classes, EXAMPLES).astype("int32"), scores


def step(loss, labels, scores, way):
    """A compiled forward and backward step of a Keras loss."""
    if way == "jax.jit":
        import jax

        gradient = jax.jit(jax.grad(lambda f: loss(labels, f)))
        return lambda: gradient(scores).block_until_ready()
    import tensorflow as tf

    labels, scores = tf.constant(labels), tf.constant(scores)

    @tf.function(jit_compile=way == "XLA", autograph=False)
    def compiled():
        with tf.GradientTape() as tape:
            tape.watch(scores)
            value = loss(labels, scores)
        return tape.gradient(value, scores)

    return lambda: compiled().numpy()


def authors_step(k, labels, scores):
    """The step of the authors' package, which PyTorch runs as it is."""
    import torch
    from pytopk import BalNoisedTopK

    loss = BalNoisedTopK(k=k, epsilon=1.0, n_sample=SAMPLES)
    scores = torch.tensor(scores, requires_grad=True)
    labels = torch.tensor(labels, dtype=torch.long)

    def run():
        scores.grad = None
        loss(scores, labels).backward()

    return run


def contests():
    """Question, contestant, way, step; the first of a question and way is the peer."""
    labels, scores = batch()
    signs, column = np.where(labels % 2, 1.0, -1.0)[:, None], scores[:, :1]
    wide = np.tile(signs, (1, CLASSES)).astype("float32")
    entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    hinges = {"keras Hinge": keras.losses.Hinge(), "Hinge": hk.Hinge()}
    multiclass = {
        "keras cross-entropy": entropy,
        "CrammerSinger": hk.CrammerSinger(),
        "WestonWatkins": hk.WestonWatkins(),
        "SmoothTopK": hk.SmoothTopK(5),
    }
    for way in WAYS:
        for name, loss in hinges.items():
            yield "hinge, 256", name, way, step(loss, signs, column, way)
            yield "hinge, 256 x 1000", name, way, step(loss, wide, scores, way)
        for name, loss in multiclass.items():
            yield "multiclass", name, way, step(loss, labels, scores, way)
    for k in (2, 5, 50):
        question = f"noised top-{k}"
        yield question, "pytopk", "PyTorch", authors_step(k, labels, scores)
        for way in WAYS:
            ours = hk.NoisedTopK(k, n_samples=SAMPLES)
            yield question, "NoisedTopK", way, step(ours, labels, scores, way)
            if k == 5:
                exact = hk.ExpectedTopK(k)
                yield question, "ExpectedTopK", way, step(exact, labels, scores, way)


def seconds(run):
    time.sleep(0.02)  # PyTorch's threads spin on for a while after their own step.
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def measure():
    """Medians of repeats taken in turn, so that a busy moment hits all alike."""
    entries = list(contests())
    for *_, run in entries:
        run()  # Compiles.
    times = [[] for _ in entries]
    for _ in range(REPEATS):
        for (*_, run), own in zip(entries, times, strict=True):
            own.append(seconds(run))
    rows = [
        {**dict(zip(KEY, key, strict=True)), "milliseconds": 1e3 * statistics.median(t)}
        for (*key, _), t in zip(entries, times, strict=True)
    ]
    table = pd.DataFrame(rows)
    noised = table.question.str.startswith("noised")
    way = table.compiled_by.where(~noised, "PyTorch")
    peer = table.groupby([table.question, way])["milliseconds"].transform("first")
    table["ratio_to_peer"] = table["milliseconds"] / peer
    table["mebibytes"] = [
        memory(name, way) if name in MEASURED and question == "noised top-5" else np.nan
        for question, name, way in table[KEY].itertuples(index=False)
    ]
    return table.round({"milliseconds": 3, "ratio_to_peer": 2})


def memory(name, way):
    """Mebibytes of a step, measured in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.losses", "--memory", name, way]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(ran.stdout.split()[-1])


def step_memory(name, way):
    """How far the first step lifts the resident memory of this process, on Linux."""
    given = batch(MANY_CLASSES)
    if name == "pytopk":
        run = authors_step(5, *given)
    else:
        run = step(hk.NoisedTopK(5, n_samples=SAMPLES), *given, way)
    before = resident("VmRSS")
    run()
    return round(resident("VmHWM") - before)


def resident(name):
    """A line of this process's memory status, in mebibytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--memory", nargs=2, metavar=("LOSS", "WAY"))
    chosen = arguments.parse_args()
    if chosen.memory:
        print(step_memory(*chosen.memory))
        return
    table = measure()
    if TABLE.exists():
        old = pd.read_csv(TABLE)
        table = pd.concat([old, table]).drop_duplicates(KEY, keep="last")
    table.to_csv(TABLE, index=False)
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
