"""What does a training step with a top-K loss cost, as K grows?

Milliseconds of Keras' own training step, forward, backward and update, of one
hidden layer of 64 units on the 150 classes of CLINC150, in batches of 75. The
smooth top-K loss sums over all sets of K guesses; the noised one draws its scores
five times and finds the K-th largest of each. Steps of all losses are taken in turn.
"""

import itertools
import time

import keras
import numpy as np
import pandas as pd

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.page import words
from hinge_keras.lab.tables.schema import Unit

SIZES = (1, 2, 5, 10, 20)
BATCH = 75
NOISED, SMOOTH, SOURCE = "noised top-K", "smooth top-K", "Garcin et al. 2022"
SPEED = Unit("steps a second")
ENTROPY = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
LOSSES = {
    "cross-entropy": lambda k: ENTROPY,
    SMOOTH: hk.SmoothTopK,
    NOISED: hk.NoisedTopK,
    "calibrated top-K": hk.CalibratedTopK,
}
CLINC = data.text("CLINC150", sizes=(1500, 500, 1500), components=50)
WARMING = 10  # Rounds before the first that counts.
BLOCKS, REPEATS = 10, 20  # So many medians, each of so many steps.


def milliseconds(losses, make, x, y, outputs, blocks=BLOCKS, repeats=REPEATS):
    """Median milliseconds of a Keras training step on one batch, by loss and block.

    Steps are taken in turn, so that a busy moment hits all losses alike; the first
    rounds, in which the backend compiles and warms up, do not count.

    Args:
        losses: Keras losses by name.
        make: A model builder, called as `(input_shape, outputs, seed)`.
        x: Inputs of the batch, one row an example.
        y: Its labels.
        outputs: Scores an example.
        blocks: Medians of each loss.
        repeats: Steps of each.
    """
    models = {}
    for name, loss in losses.items():
        models[name] = make(x.shape[1:], outputs, 0)
        models[name].compile("adam", loss)
    times = {name: [] for name in losses}
    for _ in range(WARMING + blocks * repeats):
        for name, model in models.items():
            start = time.perf_counter()
            model.train_on_batch(x, y)
            times[name].append(time.perf_counter() - start)
    return {
        name: 1e3 * np.median(np.reshape(taken[WARMING:], (blocks, repeats)), axis=1)
        for name, taken in times.items()
    }


def against_k(makers, sizes, make, x, y, outputs, **options):
    """Milliseconds a step of losses of K guesses, one row a loss, K and block.

    Args:
        makers: By name, what makes a loss from K.
        sizes: The Ks.
        make: As for `milliseconds`, and so the rest.

    Returns:
        A table of `loss`, `K`, `block` and `milliseconds`.
    """
    cells = [(name, k) for k, name in itertools.product(sizes, makers)]
    losses = {(name, k): makers[name](k) for name, k in cells}
    taken = milliseconds(losses, make, x, y, outputs, **options)
    rows = [
        (name, k, block, median)
        for name, k in cells
        for block, median in enumerate(taken[name, k])
    ]
    return pd.DataFrame(rows, columns=["loss", "K", "block", "milliseconds"])


def measurements(quick):
    x, y = (array[:BATCH] for array in CLINC.load(0)["train"])
    sizes = SIZES[:2] if quick else SIZES
    return against_k(LOSSES, sizes, models.MLP((64,)), x, y, CLINC.outputs)


def judged(compared):
    """The cost that the paper claims, at each K."""
    text = "{} takes more training steps a second than {}"
    for k, rows in compared.groupby("K", sort=False):
        yield from claims.orders(text, SOURCE, rows, [(NOISED, SMOOTH)], f"K = {k}")


def findings(results):
    table = results.table
    medians = table.pivot_table("milliseconds", "K", "loss", "median")[[*LOSSES]]
    times = medians.div(medians["cross-entropy"], axis="index")
    few, many = times.iloc[0], times.iloc[-1]
    compared = analysis.compare_parts(
        table.assign(speed=1e3 / table.milliseconds),
        "speed",
        part="K",
        arm="loss",
        within=(),
        pair=("block",),
        against=NOISED,
        unit=SPEED,
    )
    both = compared[["a", "b"]].isin([SMOOTH, NOISED]).all(axis=1)
    beside = compared[both]
    figure = figures.lines(
        table,
        x="K",
        y="milliseconds",
        by="loss",
        title=f"At K = {many.name} a step of {SMOOTH} costs {many[SMOOTH]:.0f} times one "
        f"of cross-entropy, of {NOISED} {many[NOISED]:.0f}",
        xlabel="K, the guesses that the loss allows",
        ylabel="milliseconds a training step",
    )
    figure.axes[0].set_xticks(medians.index)
    return lab.Findings(
        sentence=f"From K = {few.name} to {many.name} a step grows {few[SMOOTH]:.0f} to "
        f"{many[SMOOTH]:.0f} times cross-entropy's with {SMOOTH}, {few[NOISED]:.0f} to "
        f"{many[NOISED]:.0f} with {NOISED} (n = {table.block.nunique()}).",
        notes=f"Training steps on one processor, compiled as a graph: {BLOCKS} blocks of "
        f"{REPEATS}, of each the median, blocks of equal number paired. Beside {SMOOTH}, "
        f"{NOISED} is faster at {ks(beside, NOISED)}, slower at {ks(beside, SMOOTH)}. "
        "What each loss gains in accuracy is in the study `top_k/guesses`.",
        overturned="thousands of classes or a graphics processor, where the draws and "
        "sorts of noised top-K grow with K as fast as the sums of smooth top-K.",
        means="Where many guesses are allowed and steps are dear, look at noised "
        "top-K before smooth top-K, whose cost grows more with K.",
        recipe="top_k",
        summary=compared,
        claims=claims.table(judged(compared)),
        tables={
            "milliseconds": medians.reset_index(),
            "times": times.reset_index(),
        },
        figures={"cost": figure},
    )


def ks(compared, better):
    """The Ks at which a loss is seen to be better, in words."""
    found = compared.K[compared.better == better]
    return f"K = {words.listed(found, '{1}')}" if len(found) else "no K"


lab.main(__name__)
