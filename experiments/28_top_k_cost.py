"""What does a training step with a top-K loss cost, as K grows?

Milliseconds of Keras' own training step, forward, backward and update, of one
hidden layer of 64 units on the 150 classes of CLINC150, in batches of 75. The
smooth top-K loss sums over all sets of K guesses; the noised one draws its scores
five times and finds the K-th largest of each. Steps of all losses are taken in turn.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import cost, data, models, plots

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


def measurements(quick):
    x, y = (array[:BATCH] for array in CLINC.load(0)["train"])
    sizes = SIZES[:2] if quick else SIZES
    return cost.against_k(LOSSES, sizes, models.MLP((64,)), x, y, CLINC.outputs)


def findings(results):
    table = results.trials
    summary = table.pivot(index="K", columns="loss", values="milliseconds")[[*LOSSES]]
    times = summary.div(summary["cross-entropy"], axis="index")
    few, many = times.iloc[0], times.iloc[-1]
    title = (
        f"At K = {many.name} a step of smooth top-K costs {many['smooth top-K']:.0f} "
    )
    title += f"times one of cross-entropy, of noised top-K {many['noised top-K']:.0f}"
    axes = ("K, the guesses that the loss allows", "milliseconds a training step")
    figure = plots.lines(table, "K", "milliseconds", title, *axes)
    figure.axes[0].set_xticks(summary.index)
    return lab.Findings(
        sentence=f"From K = {few.name} to {many.name} a step goes from "
        f"{few['smooth top-K']:.0f} to {many['smooth top-K']:.0f} times that of "
        f"cross-entropy with smooth top-K, from {few['noised top-K']:.1f} to "
        f"{many['noised top-K']:.1f} times with noised top-K, and from "
        f"{few['calibrated top-K']:.1f} to {many['calibrated top-K']:.1f} times with "
        "calibrated top-K.",
        notes="Medians of 50 steps on a processor, compiled as a graph, milliseconds. What "
        "each loss gains in accuracy is in experiment 21.",
        summary=summary.reset_index(),
        tables={"times": times.reset_index()},
        figures={"cost": figure},
    )


if __name__ == "__main__":
    lab.run.script(__file__)
