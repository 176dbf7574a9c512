"""Which loss finds a rare class, and is it the loss or the threshold?

Two classes in the plane, 1 to 20 % of them positive: hinge and cross-entropy as they
are, with class weights, and with a wider margin for the rare class (Cao et al., 2019).
Balanced accuracy judges the sign of the scores, average precision their order.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.page import words
from hinge_keras.lab.tables.schema import IN_POINTS

MEASURES = {"balanced": "balanced accuracy", "precision": "average precision"}
PLANE = {"n_features": 2, "n_redundant": 0, "sizes": (1000, 1000, 4000), "scaled": True}


def rare(share):
    """Points in the plane of which that share is positive."""
    name = f"{share:.0%} positive"
    weights = {"weights": (1 - share,), "flip_y": 0.0}
    points = data.generated(name, "make_classification", **weights, **PLANE)
    return points.tagged(positive=share)


def balancing(dataset):
    """The class weights that make both classes count the same."""
    share = dataset.tags["positive"]
    return [0.5 / (1 - share), 0.5 / share]


def wide_rare_margin(dataset):
    """A margin of the rare class that grows as it gets rarer."""
    share = dataset.tags["positive"]
    return hk.AsymmetricMargin(1.0, ((1 - share) / share) ** 0.25)


EXPERIMENT = lab.Experiment(
    datasets=[rare(share) for share in (0.01, 0.05, 0.2)],
    models=[models.MLP((32,))],
    arms=[
        lab.Arm("cross-entropy", keras.losses.BinaryCrossentropy(from_logits=True)),
        lab.Arm("hinge", hk.Hinge()),
        lab.Arm(
            "weighted cross-entropy",
            lambda data: hk.Logistic(class_weight=balancing(data)),
        ),
        lab.Arm("weighted hinge", lambda data: hk.Hinge(class_weight=balancing(data))),
        lab.Arm("hinge, wide rare margin", wide_rare_margin),
    ],
    axes={"learning_rate": [3e-3, 1e-2, 3e-2]},
    epochs=40,
    batch_size=50,
    seeds=range(30),
    choose_by=list(MEASURES),
    measures=[
        lab.Measure("balanced", hk.BalancedAccuracy),
        lab.Measure("precision", hk.AveragePrecision),
    ],
)


def findings(results):
    measured = results.chosen_by_each(MEASURES)
    measured = measured.assign(share=100 * measured.positive)
    searches = {label: results.searched(name) for name, label in MEASURES.items()}
    summary = analysis.compare_parts(
        measured, against="cross-entropy", unit=IN_POINTS, search=searches
    )
    told = [
        f"In {label}, {words.standing(rows, 'cross-entropy')}."
        for label, rows in summary.groupby("measure", sort=False)
    ]
    means = measured.pivot_table("value", ["measure", "share"], "arm", sort=False)
    rarest = means.xs(1, level="share")
    gain = rarest["weighted cross-entropy"] - rarest["cross-entropy"]
    title = "At 1 % positives class weights change cross-entropy's "
    title += words.listed(gain, "{0} by {1:+.0f} points")
    return lab.Findings(
        sentence=f"{title} ({measured.seed.nunique()} seeds).",
        notes=f"{' '.join(told)} The rate of each arm is chosen by the measure that "
        "it is judged by.",
        overturned="classes that overlap more, or in more than two dimensions, in "
        "which class weights move balanced accuracy and average precision the same "
        "way.",
        means="Decide first what you need of a rare class: class weights move "
        "the border, and so the balanced accuracy, but do not put the "
        "examples in a better order.",
        recipe="rare_class",
        summary=summary,
        tables={"means": means.reset_index()},
        figures={
            "rare": figures.lines(
                measured,
                x="share",
                y="value",
                panel="measure",
                title=title,
                xlabel="positive examples, %",
                ylabel="test measure, %",
            )
        },
    )


lab.main(__name__)
