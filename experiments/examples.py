"""Does a hinge need fewer examples than cross-entropy?

Handwritten digits, from 50 to 1,000 training examples, one network, each loss
at its own rate for each size.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.page import words

SIZES = (50, 100, 200, 400, 1000)
EXPERIMENT = lab.Experiment(
    datasets=[
        data.digits(f"{n} digits", shares=(n, 200, 400)).tagged(examples=n)
        for n in SIZES
    ],
    models=[models.MLP((64,))],
    arms={
        "cross-entropy": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        "one-vs-rest hinge": hk.OneVsRest(),
        "one-vs-rest squared hinge": hk.OneVsRest(hk.SquaredHinge()),
        "Crammer-Singer": hk.CrammerSinger(),
    },
    axes={"learning_rate": [1e-3, 3e-3, 1e-2]},
    epochs=30,
    batch_size=25,
    seeds=range(20),
)


def findings(results):
    chosen = results.chosen()
    chosen = chosen.assign(error=100 * (1 - chosen.test_accuracy))
    summary = analysis.compare(chosen, "accuracy", search=results.search)
    means = chosen.groupby(["examples", "arm"]).error.mean().unstack()
    fewest, most = means.index.min(), means.index.max()
    spread = means.max(axis=1) - means.min(axis=1)
    fall = means.mean(axis=1)[fewest] - means.mean(axis=1)[most]
    title = f"More examples take {fall:.0f} points off the error, "
    title += f"another loss {spread.max():.0f} at most"
    return lab.Findings(
        sentence=f"From {fewest} to {most:,} examples, {words.tally(summary)}.",
        notes=f"Mean errors of the losses lie within {spread[fewest]:.1f} points at "
        f"{fewest} examples and {spread[most]:.1f} at {most:,}.",
        overturned="images drawn anew for each seed in place of overlapping splits of "
        "one small set, which narrow the intervals until one loss is ahead at some "
        "size.",
        means="Where examples are few, find more before you change the loss: "
        "they take far more off the error. Between the losses, "
        f"{words.tally(summary)}.",
        recipe="compare_losses",
        summary=summary,
        tables={"errors": means.reset_index()},
        figures={
            "learning_curves": figures.lines(
                chosen,
                x="examples",
                y="error",
                title=title,
                xlabel="training examples",
                ylabel="test error, %",
                logx=True,
                logy=True,
            )
        },
    )


lab.main(__name__)
