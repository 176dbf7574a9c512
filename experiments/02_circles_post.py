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
from hinge_keras.lab import data, models, plots, stats, verdicts
from hinge_keras.lab.decoders import rounding

SOURCE, ENTROPY = "Brownlee 2019", "cross-entropy, sigmoid"
PUBLISHED = {ENTROPY: 0.852, "hinge, tanh": 0.740, "squared hinge, tanh": 0.646}
TRAIN = {ENTROPY: 0.836, "hinge, tanh": 0.792, "squared hinge, tanh": 0.682}
METRICS = {
    "test_rounding": "old Keras: round(score) == label",
    "test_accuracy": "Keras 3: 'accuracy'",
    "test_sign": "sign accuracy",
}


def post(name, labels):
    """The post's points: fixed, the first half to train on, the second to test."""
    return data.circles(name, labels=labels, sizes=(500, 0, 500), random_state=1)


def as_in_post(trial):
    """Cross-entropy on 0/1 labels with a sigmoid, the hinges on -1/+1 labels."""
    labels, head = trial.dataset == "circles 0/1", trial.model == "50 sigmoid"
    return (trial.loss == "cross-entropy") == labels == head


EXPERIMENT = lab.Experiment(
    datasets=[post("circles 0/1", (0, 1)), post("circles -1/+1", (-1, 1))],
    models=[models.MLP((50,), head) for head in ("sigmoid", "tanh", "linear")],
    losses={
        "cross-entropy": keras.losses.BinaryCrossentropy(),
        "hinge": hk.Hinge(),
        "squared hinge": hk.SquaredHinge(),
    },
    where=as_in_post,
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


def with_arms(table):
    """The table with a column that names loss and head."""
    return table.assign(arm=table.loss + ", " + table.model.str.split().str[-1])


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
    trials = with_arms(results.trials)
    # A sigmoid passes 1/2 where its score passes 0: on 0/1 labels, today's
    # accuracy is the sign accuracy.
    trials["test_sign"] = trials.test_accuracy.where(
        trials.model == "50 sigmoid", trials.test_sign_accuracy
    )
    means = trials.groupby("arm", sort=False)[list(METRICS)].mean()
    entropy, hinge, squared = (means.loc[arm] for arm in PUBLISHED)
    spread = np.ptp(means.loc[list(PUBLISHED), "test_sign"])
    answer = "is not worse" if spread <= 0.02 else "differs from cross-entropy"
    curves, scores = (
        with_arms(results.labelled(table)).query("loss != 'cross-entropy'")
        for table in ("curves", "scores")
    )
    splits = EXPERIMENT.datasets[1].load(EXPERIMENT.seeds[0])
    ends = scores[scores.split == "test"]
    ends = ends.assign(margin=ends.score * splits["test"][1][ends.example])
    return lab.Findings(
        sentence=f"Hinge {answer} here: sign accuracy is {entropy.test_sign:.3f} for "
        f"cross-entropy, {hinge.test_sign:.3f} for hinge, {squared.test_sign:.3f} for "
        "squared hinge; the rounding metric of the post gives the same models "
        f"{entropy.test_rounding:.3f}, {hinge.test_rounding:.3f}, {squared.test_rounding:.3f}.",
        notes="Published: "
        + ", ".join(f"{v} ({arm})" for arm, v in PUBLISHED.items())
        + ". "
        "Rounding counts every |score| below 1/2 as wrong, and a squared hinge keeps "
        "its scores small. Means over seeds, by metric:\n\n"
        + "\n".join(f"- {text}: `{name}`" for name, text in METRICS.items()),
        summary=pd.concat(
            stats.compare(trials, metric, "arm", within=()) for metric in METRICS
        ),
        tables={"metrics": means.assign(published=pd.Series(PUBLISHED)).reset_index()},
        claims=verdicts.table(judged(trials.groupby("arm"))),
        figures={
            "three_metrics": plots.dots(
                trials,
                METRICS,
                "The gap is the metric's: by sign, the three losses agree",
                "arm",
                "test accuracy, every seed a dot, the mean a bar",
                PUBLISHED,
            ),
            "scores": plots.margins(
                ends,
                "Right answers in the grey band, |score| < 1/2, count as wrong when rounded",
                "arm",
                band=(-0.5, 0.5),
            ),
            "regions": plots.regions(
                scores[scores.split == "mesh"],
                splits,
                "The zero line (solid) is the decision; dashed lines are margins -1 and +1",
                "arm",
            ),
            "curves": plots.curves(
                curves,
                ["test_rounding", "test_sign_accuracy"],
                "The same training, seen through two metrics (median and middle half of seeds)",
                "arm",
            ),
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
