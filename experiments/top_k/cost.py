"""What does a training step with a top-K loss cost, as K grows?

Milliseconds of Keras' own training step, forward, backward and update, of one
hidden layer of 64 units on the 150 classes of CLINC150, in batches of 75. The
smooth top-K loss sums over all sets of K guesses; the noised one draws its scores
five times and finds the K-th largest of each. Steps of all losses are taken in turn.
"""

import itertools
import statistics
import time

import keras
import pandas as pd

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import data, figures, models

SIZES = (1, 2, 5, 10, 20)
BATCH = 75
ENTROPY = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
LOSSES = {
    "cross-entropy": lambda k: ENTROPY,
    "smooth top-K": hk.SmoothTopK,
    "noised top-K": hk.NoisedTopK,
    "calibrated top-K": hk.CalibratedTopK,
}
CLINC = data.text("CLINC150", sizes=(1500, 500, 1500), components=50)


WARMING = 10  # Rounds before the first that counts.


def milliseconds(losses, make, x, y, outputs, repeats=50):
    """Median milliseconds of a Keras training step on one batch, by loss.

    Steps are taken in turn, so that a busy moment hits all losses alike; the first
    rounds, in which the backend compiles and warms up, do not count.

    Args:
        losses: Keras losses by name.
        make: A model builder, called as `(input_shape, outputs, seed)`.
        x: Inputs of the batch, one row an example.
        y: Its labels.
        outputs: Scores an example.
        repeats: Steps of each loss that count.
    """
    models = {}
    for name, loss in losses.items():
        models[name] = make(x.shape[1:], outputs, 0)
        models[name].compile("adam", loss)
    times = {name: [] for name in losses}
    for _ in range(WARMING + repeats):
        for name, model in models.items():
            start = time.perf_counter()
            model.train_on_batch(x, y)
            times[name].append(time.perf_counter() - start)
    return {
        name: 1e3 * statistics.median(taken[WARMING:]) for name, taken in times.items()
    }


def against_k(makers, sizes, make, x, y, outputs, repeats=50):
    """Milliseconds a step of losses of K guesses, one row a loss and K.

    Args:
        makers: By name, what makes a loss from K.
        sizes: The Ks.
        make: As for `milliseconds`, and so the rest.

    Returns:
        A table of `loss`, `K` and `milliseconds`.
    """
    cells = [(name, k) for k, name in itertools.product(sizes, makers)]
    losses = {(name, k): makers[name](k) for name, k in cells}
    taken = milliseconds(losses, make, x, y, outputs, repeats)
    rows = [(name, k, taken[name, k]) for name, k in cells]
    return pd.DataFrame(rows, columns=["loss", "K", "milliseconds"])


def measurements(quick):
    x, y = (array[:BATCH] for array in CLINC.load(0)["train"])
    sizes = SIZES[:2] if quick else SIZES
    return against_k(LOSSES, sizes, models.MLP((64,)), x, y, CLINC.outputs)


def findings(results):
    table = results.table
    summary = table.pivot(index="K", columns="loss", values="milliseconds")[[*LOSSES]]
    times = summary.div(summary["cross-entropy"], axis="index")
    few, many = times.iloc[0], times.iloc[-1]
    title = (
        f"At K = {many.name} a step of smooth top-K costs {many['smooth top-K']:.0f} "
    )
    title += f"times one of cross-entropy, of noised top-K {many['noised top-K']:.0f}"
    figure = figures.lines(
        table,
        x="K",
        y="milliseconds",
        by="loss",
        title=title,
        xlabel="K, the guesses that the loss allows",
        ylabel="milliseconds a training step",
    )
    figure.axes[0].set_xticks(summary.index)
    return lab.Findings(
        sentence=f"From K = {few.name} to {many.name} a step (of 50, the median) grows "
        f"{few['smooth top-K']:.0f} to {many['smooth top-K']:.0f} times cross-entropy's "
        f"with smooth top-K, {few['noised top-K']:.0f} to {many['noised top-K']:.0f} with "
        "noised top-K.",
        notes="Medians of 50 steps on a processor, compiled as a graph, milliseconds. What "
        "each loss gains in accuracy is in the study `top_k/guesses`.",
        overturned="thousands of classes or a graphics processor, where the draws and "
        "sorts of noised top-K grow with K as fast as the sums of smooth top-K.",
        means="Where many guesses are allowed and steps are dear, look at noised "
        "top-K before smooth top-K, whose cost grows more with K.",
        recipe="top_k",
        summary=summary.reset_index(),
        tables={"times": times.reset_index()},
        figures={"cost": figure},
    )


lab.main(__name__)
