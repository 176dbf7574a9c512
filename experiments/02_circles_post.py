"""Is hinge worse than cross-entropy, as the circles post says?

Brownlee, "How to Choose Loss Functions When Training Deep Learning Neural
Networks" (machinelearningmastery.com, 2019, updated 2020), trains one network
on noisy circles and reports test accuracies of .852 for cross-entropy, .740
for hinge and .646 for squared hinge. The accuracy of that Keras rounded the
output before comparing it with the label, which counts every |score| < 1/2 as
wrong; today's compares score > 1/2 with the label, and a label of -1 is then
never right. Here are both, and the sign accuracy, on the same trained models.
"""

import keras
import numpy as np
import pandas as pd

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import arms, data, models, plots, report, stats, verdicts
from hinge_keras.lab.decoders import by_head, rounding

SOURCE, ENTROPY = "Brownlee 2019", "cross-entropy, sigmoid"
PUBLISHED = {ENTROPY: 0.852, "hinge, tanh": 0.740, "squared hinge, tanh": 0.646}
TRAIN = {ENTROPY: 0.836, "hinge, tanh": 0.792, "squared hinge, tanh": 0.682}
METRICS = {
    "test_rounding": "old Keras: round(score) == label",
    "test_accuracy": "Keras 3: 'accuracy'",
    "test_sign": "sign accuracy",
}
# The post's points: fixed, the first half to train on, the second to test.
POST = {"sizes": (500, 0, 500), "random_state": 1}
ARMS = {
    ENTROPY: ("cross-entropy", "50 sigmoid", "circles 0/1"),
    "hinge, tanh": ("hinge", "50 tanh", "circles -1/+1"),
    "hinge, linear": ("hinge", "50 linear", "circles -1/+1"),
    "squared hinge, tanh": ("squared hinge", "50 tanh", "circles -1/+1"),
    "squared hinge, linear": ("squared hinge", "50 linear", "circles -1/+1"),
}

EXPERIMENT = lab.Experiment(
    datasets=[
        data.circles("circles 0/1", **POST),
        data.circles("circles -1/+1", labels=data.SIGNS, **POST),
    ],
    models=[models.MLP((50,), head) for head in ("sigmoid", "tanh", "linear")],
    losses={
        "cross-entropy": keras.losses.BinaryCrossentropy(),
        "hinge": hk.Hinge(),
        "squared hinge": hk.SquaredHinge(),
    },
    where=arms.only(ARMS),
    learning_rates=[0.01],
    optimizer=keras.optimizers.SGD(momentum=0.9),
    epochs=200,
    batch_size=32,
    seeds=range(30),
    metrics={
        "rounding": rounding,
        "accuracy": keras.metrics.BinaryAccuracy,
        "sign_accuracy": hk.SignAccuracy,
    },
    keep_scores=["test", "mesh"],
)


def judged(arms):
    """The post's three numbers: does their metric make the gap, or the loss?"""
    rival = arms.get_group(ENTROPY).test_sign
    for arm, published in PUBLISHED.items():
        ours = arms.get_group(arm)
        rounded, sign = ours.test_rounding, ours.test_sign
        rule = verdicts.by_metric(published, rounded, sign, rival)
        if arm == ENTROPY:
            rule = verdicts.within(published, rounded)
        text = f"circles, training accuracy of {arm}, rounded"
        yield verdicts.number(text, SOURCE, TRAIN[arm], ours.train_rounding)
        for how, values in (("rounded", rounded), ("by sign", sign)):
            text = f"circles, test accuracy of {arm}, {how}"
            yield verdicts.claim(text, SOURCE, published, values, rule)


def findings(results):
    trials = arms.named(results.trials, ARMS)
    trials["test_sign"] = by_head(trials)
    means = trials.groupby("arm", sort=False)[list(METRICS)].mean()
    entropy, hinge, squared = (means.loc[arm] for arm in PUBLISHED)
    spread = np.ptp(means.loc[list(PUBLISHED), "test_sign"])
    answer = "is not worse" if spread <= 0.02 else "differs from cross-entropy"
    hinges = trials[trials.arm != ENTROPY]
    curves, scores = (results.labelled(name, hinges) for name in ("curves", "scores"))
    splits = EXPERIMENT.datasets[1].load(EXPERIMENT.seeds[0])
    mesh, ends = (scores[scores.split == part] for part in ("mesh", "test"))
    ends = ends.assign(margin=ends.score * splits["test"][1][ends.example])
    agree = "The gap is the metric's: by sign, the three losses agree"
    accuracy = "test accuracy"
    wrong = "Right answers in the grey band, |score| < 1/2, count as wrong when rounded"
    zero = "The zero line (solid) is the decision; dashed lines are margins -1 and +1"
    twice = (
        "The same training, seen through two metrics (median and middle half of seeds)"
    )
    both = ["test_rounding", "test_sign_accuracy"]
    return lab.Findings(
        sentence=f"Hinge {answer} here: sign accuracy is {entropy.test_sign:.3f} for "
        f"cross-entropy, {hinge.test_sign:.3f} for hinge, {squared.test_sign:.3f} for "
        "squared hinge; the rounding metric of the post gives the same models "
        f"{entropy.test_rounding:.3f}, {hinge.test_rounding:.3f}, {squared.test_rounding:.3f}.",
        notes=f"Published: {report.listed(PUBLISHED, '{1} ({0})')}. "
        "Rounding counts every |score| below 1/2 as wrong, and a squared hinge keeps "
        "its scores small. Means over seeds, by metric:\n\n"
        + "\n".join(f"- {text}: `{name}`" for name, text in METRICS.items()),
        summary=stats.compare_each(trials, METRICS, "arm", within=()),
        tables={"metrics": means.assign(published=pd.Series(PUBLISHED)).reset_index()},
        claims=verdicts.table(judged(trials.groupby("arm"))),
        figures={
            "three_metrics": plots.dots(
                trials, METRICS, agree, "arm", accuracy, PUBLISHED
            ),
            "scores": plots.margins(ends, wrong, "arm", band=(-0.5, 0.5)),
            "regions": plots.regions(mesh, splits, zero, "arm"),
            "curves": plots.curves(curves, both, twice, "arm"),
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
