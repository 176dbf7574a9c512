"""Does the head that a hinge should have save it from the circles post's metric?

The circles post of experiment 2 puts a tanh after a hinge, which keeps every score
below 1. A hinge needs no such thing: on a linear head its scores are free. The
metric of that time rounds them and compares with the label, so that right answers
beyond 3/2 count as wrong too, not only those below 1/2.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import data, decoders, models, plots, report, stats

# The post's points: fixed, the first half to train on, the second to test.
POST = {"sizes": (500, 0, 500), "random_state": 1}
SIGNS = data.circles("circles -1/+1", labels=data.SIGNS, **POST)

EXPERIMENT = lab.Experiment(
    datasets=[SIGNS],
    models=[models.MLP((50,))],
    losses={"hinge": hk.Hinge(), "squared hinge": hk.SquaredHinge()},
    learning_rates=[0.01],
    optimizer=keras.optimizers.SGD(momentum=0.9),
    epochs=200,
    batch_size=32,
    seeds=range(30),
    metrics={"rounding": decoders.rounding, **decoders.OF_TWO},
    keep_scores=["test", "mesh"],
)


def findings(results):
    trials = results.trials.assign(test_sign=decoders.by_head(results.trials))
    means = trials.groupby("loss")[list(decoders.READINGS)].mean()
    told = {
        name: report.listed(means[name], "{0} {1:.3f}") for name in decoders.READINGS
    }
    curves, scores = (results.labelled(name) for name in ("curves", "scores"))
    splits = SIGNS.load(EXPERIMENT.seeds[0])
    white = "Outside the grey band, margins 1/2 to 3/2, right answers round to no label"
    zero = "The zero line (solid) is the decision; dashed lines are margins -1 and +1"
    twice = f"Rounded the hinge ends at {means.test_rounding['hinge']:.2f}, by sign at "
    twice += f"{means.test_sign['hinge']:.2f}"
    both = ["test_rounding", "test_sign_accuracy"]
    return lab.Findings(
        sentence=f"No: rounded, the test accuracy is {told['test_rounding']}; by sign, on "
        f"the same models, {told['test_sign']}.",
        notes="The longer the plain hinge trains, the more of its scores leave the band "
        "that rounds to the label.",
        summary=stats.compare_each(trials, decoders.READINGS),
        tables={"metrics": means.reset_index()},
        figures={
            "curves": plots.curves(curves, both, twice),
            "scores": plots.margins(scores, splits, white, band=(0.5, 1.5)),
            "regions": plots.regions(scores, splits, zero),
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
