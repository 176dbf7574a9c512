"""How many examples still pull at a trained model?

Beyond the margin a hinge's slope is exactly 0, so examples drop out of the
training one by one; a logistic loss never lets go of any. The share of training
examples with a slope, over training. For the logistic loss, with slope beyond
-0.01.
"""

import keras
import numpy as np

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models

FAINT = 0.01


def faint():
    """The share of examples at which the logistic loss has a slope beyond -FAINT."""
    return hk.MarginViolations(float(np.log(1 / FAINT - 1)))


EXPERIMENT = lab.Experiment(
    datasets=[data.breast_cancer(), data.moons(noise=0.2)],
    models=[models.MLP((32,))],
    arms={
        "logistic": keras.losses.BinaryCrossentropy(from_logits=True),
        "hinge": hk.Hinge(),
        "squared hinge": hk.SquaredHinge(),
    },
    axes={"learning_rate": [0.003]},
    epochs=100,
    batch_size=32,
    seeds=range(10),
    measures=[
        lab.Measure("accuracy", hk.ScoreAccuracy),
        lab.Measure("inside", hk.MarginViolations, kind="count"),
        lab.Measure("faint", faint, kind="count"),
    ],
)


def pulling(table):
    """The table with the share of training examples that have a slope."""
    logistic = table.arm == "logistic"
    return table.assign(pulling=table.train_faint.where(logistic, table.train_inside))


def findings(results):
    trials = pulling(results.chosen())
    curves = pulling(results.curves())
    means = analysis.described(trials, "pulling", ["dataset", "arm"])
    share = means.groupby("arm")["mean"].mean()
    return lab.Findings(
        sentence=f"After {EXPERIMENT.epochs} epochs {share['hinge']:.0%} of the training "
        f"examples pull at a hinge, {share['squared hinge']:.0%} at a squared hinge, all "
        f"at the logistic loss ({trials.seed.nunique()} seeds).",
        notes=f"{share['logistic']:.0%} pull at the logistic loss by more than {FAINT}.",
        overturned="strong weight decay or noisier sets, with which most examples stay "
        "inside the margin of a hinge and pull to the end, as at the logistic loss.",
        means="In the end a hinge learns from the few examples within its "
        "margin: count them with hk.MarginViolations(), and take the "
        "logistic loss if all shall pull.",
        recipe="who_pulls",
        summary=analysis.compare(trials, "pulling"),
        tables={"pulling": means},
        figures={
            "pulling": figures.curves(
                curves,
                "pulling",
                title=f"In the end {share['hinge']:.0%} of the examples pull at a hinge",
                panel="dataset",
                ylabel="share of training examples that pull",
            )
        },
    )


lab.main(__name__)
