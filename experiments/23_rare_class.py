"""Which loss finds a rare class, and is it the loss or the threshold?

Two classes in the plane, 1 to 20 % of them positive: hinge and cross-entropy as they
are, with class weights, and with a wider margin for the rare class (Cao et al., 2019).
Balanced accuracy judges the sign of the scores, average precision their order.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import arms, data, models, plots, report, stats

MEASURES = {"balanced": "balanced accuracy", "precision": "average precision"}
RARITY = {f"{share:.0%} positive": share for share in (0.01, 0.05, 0.2)}
PLANE = {"n_features": 2, "n_redundant": 0, "sizes": (1000, 1000, 4000), "scaled": True}


def weights(share):
    """The class weights that make both classes count the same."""
    return [0.5 / (1 - share), 0.5 / share]


MADE = {  # Losses that know how rare the positive class is.
    "weighted cross-entropy": lambda p: hk.Logistic(class_weight=weights(p)),
    "weighted hinge": lambda p: hk.Hinge(class_weight=weights(p)),
    "hinge, wide rare margin": lambda p: hk.AsymmetricMargin(
        1.0, ((1 - p) / p) ** 0.25
    ),
}

EXPERIMENT = lab.Experiment(
    datasets=[
        data.generated(
            name, "make_classification", weights=(1 - p,), flip_y=0.0, **PLANE
        )
        for name, p in RARITY.items()
    ],
    models=[models.MLP((32,))],
    losses={
        "cross-entropy": keras.losses.BinaryCrossentropy(from_logits=True),
        "hinge": hk.Hinge(),
        **arms.of_sets(MADE, RARITY, " at "),
    },
    where=lambda trial: arms.on_own_set(trial, " at "),
    learning_rates=[3e-3, 1e-2, 3e-2],
    epochs=20,
    batch_size=50,
    seeds=range(30),
    metrics={"balanced": hk.BalancedAccuracy, "precision": hk.AveragePrecision},
    keep_curves=False,
)


def findings(results):
    trials = results.trials.assign(share=100 * results.trials.dataset.map(RARITY))
    trials["arm"] = arms.without_set(trials.loss, " at ")
    measured = stats.chosen_by_each(trials, MEASURES)
    summary = stats.compare_parts(measured, arm="arm", against="cross-entropy")
    told = [
        f"In {label}, {report.weighed(rows, 'cross-entropy')}."
        for label, rows in summary.groupby("measure", sort=False)
    ]
    means = measured.pivot_table("value", ["measure", "share"], "arm", sort=False)
    rare = means.xs(1, level="share")
    gain = rare["weighted cross-entropy"] - rare["cross-entropy"]
    title = "At 1 % positives class weights change cross-entropy's "
    title += report.listed(gain, "{0} by {1:+.0f} points")
    axes = (title, "positive examples, %", "test measure, %", "arm", "measure")
    return lab.Findings(
        sentence=f"{title}. {' '.join(told)}",
        notes="The rate of each arm is chosen by the measure that it is judged by.",
        summary=summary,
        tables={"means": means.reset_index()},
        figures={"rare": plots.lines(measured, "share", "value", *axes)},
    )


if __name__ == "__main__":
    lab.run.script(__file__)
