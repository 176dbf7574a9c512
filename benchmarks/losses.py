"""What a loss costs: forward and backward inside a compiled step.

    python -m benchmarks.losses

Times ours and what a user would pick instead, in turn and in one run, on
256 examples; prints the medians and their ratios and writes
`benchmarks/losses.csv`. The peer of the noised top-K loss is the authors'
`pytopk` on PyTorch, compared where it is installed (`pip install pytopk`).
"""

import os
import statistics
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

import hinge_keras as hk

EXAMPLES, CLASSES, SAMPLES, REPEATS = 256, 1000, 5, 30
RANDOM = np.random.default_rng(0)
SCORES = RANDOM.normal(0, 1, (EXAMPLES, CLASSES)).astype("float32")
LABELS = RANDOM.integers(0, CLASSES, EXAMPLES).astype("int32")


def step(loss, labels, scores):
    """A compiled forward and backward step, and how many bytes it needs."""
    labels, scores = tf.constant(labels), tf.constant(scores)

    @tf.function(jit_compile=True)
    def compiled():
        with tf.GradientTape() as tape:
            tape.watch(scores)
            value = loss(labels, scores)
        return tape.gradient(value, scores)

    compiled()
    return lambda: compiled().numpy()


def authors_step(k):
    """The step of the authors' package on PyTorch, or None without it."""
    try:
        import torch
        from pytopk import BalNoisedTopK
    except ImportError:
        return None
    loss = BalNoisedTopK(k=k, epsilon=1.0, n_sample=SAMPLES)
    scores = torch.tensor(SCORES, requires_grad=True)
    labels = torch.tensor(LABELS, dtype=torch.long)

    def run():
        scores.grad = None
        loss(scores, labels).backward()

    return run


def contests():
    """Question, contestant, step; the first of a question is the peer."""
    signs, column = np.where(LABELS % 2, 1.0, -1.0)[:, None], SCORES[:, :1]
    wide = np.tile(signs, (1, CLASSES)).astype("float32")
    yield "hinge, 256", "keras Hinge", step(keras.losses.Hinge(), signs, column)
    yield "hinge, 256", "Hinge", step(hk.Hinge(), signs, column)
    yield "hinge, 256 x 1000", "keras Hinge", step(keras.losses.Hinge(), wide, SCORES)
    yield "hinge, 256 x 1000", "Hinge", step(hk.Hinge(), wide, SCORES)
    entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    yield "multiclass", "keras cross-entropy", step(entropy, LABELS, SCORES)
    for loss in (hk.CrammerSinger(), hk.WestonWatkins()):
        yield "multiclass", type(loss).__name__, step(loss, LABELS, SCORES)
    for k in (2, 5, 50):
        peer = authors_step(k)
        if peer:
            yield f"noised top-{k}", "pytopk", peer
        ours = hk.NoisedTopK(k, n_samples=SAMPLES)
        yield f"noised top-{k}", "NoisedTopK", step(ours, LABELS, SCORES)
        if k == 5:
            expected = step(hk.ExpectedTopK(k), LABELS, SCORES)
            yield f"noised top-{k}", "ExpectedTopK", expected


def seconds(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def measure():
    """Medians of repeats taken in turn, so that a busy moment hits all alike."""
    entries = list(contests())
    times = [[] for _ in entries]
    for _ in range(REPEATS):
        for (_, _, run), own in zip(entries, times, strict=True):
            own.append(seconds(run))
    rows = [
        {"question": q, "loss": name, "milliseconds": 1e3 * statistics.median(own)}
        for (q, name, _), own in zip(entries, times, strict=True)
    ]
    table = pd.DataFrame(rows)
    peer = table.groupby("question")["milliseconds"].transform("first")
    table["ratio_to_first"] = table["milliseconds"] / peer
    return table.round({"milliseconds": 3, "ratio_to_first": 2})


if __name__ == "__main__":
    table = measure()
    table.to_csv(Path(__file__).with_suffix(".csv"), index=False)
    print(table.to_string(index=False))
