"""How many examples still pull at a trained model?

Beyond the margin a hinge's slope is exactly 0, so examples drop out of the
training one by one; a logistic loss never lets go of any. The share of training
examples with a slope, over training. For the logistic loss, with slope beyond
-0.01.
"""

import keras
import numpy as np

import hinge_keras as hk
from hinge_keras.lab import Experiment, Findings, data, models, plots, run, stats

FAINT = 0.01
EXPERIMENT = Experiment(
    datasets=[data.breast_cancer(), data.moons(noise=0.2)],
    models=[models.MLP((32,))],
    losses={
        "logistic": keras.losses.BinaryCrossentropy(from_logits=True),
        "hinge": hk.Hinge(),
        "squared hinge": hk.SquaredHinge(),
    },
    learning_rates=[0.003],
    epochs=100,
    batch_size=32,
    seeds=range(10),
    metrics={
        "accuracy": hk.ScoreAccuracy,
        "inside": hk.MarginViolations,
        "faint": lambda: hk.MarginViolations(float(np.log(1 / FAINT - 1))),
    },
)


def pulling(table):
    """The table with the share of training examples that have a slope."""
    logistic = table.loss == "logistic"
    return table.assign(pulling=table.train_faint.where(logistic, table.train_inside))


def findings(results):
    trials = pulling(results.trials)
    curves = pulling(results.labelled("curves"))
    means = stats.described(trials, "pulling", ["dataset", "loss"])
    share = means.groupby("loss")["mean"].mean()
    return Findings(
        sentence=f"After {EXPERIMENT.epochs} epochs {share['hinge']:.0%} of the training "
        f"examples pull at a hinge and {share['squared hinge']:.0%} at a squared hinge; "
        f"{share['logistic']:.0%} pull at the logistic loss by more than {FAINT}, and all "
        "of them by something.",
        summary=stats.compare(trials, "pulling"),
        tables={"pulling": means},
        figures={
            "pulling": plots.curves(
                curves,
                ["pulling"],
                f"In the end {share['hinge']:.0%} of the examples pull at a hinge",
                panel="dataset",
                ylabel="share of training examples that pull",
            )
        },
    )


if __name__ == "__main__":
    run.script(__file__)
