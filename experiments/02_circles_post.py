"""Is hinge worse than cross-entropy, as the circles post says?

Brownlee, "How to Choose Loss Functions When Training Deep Learning Neural Networks"
(machinelearningmastery.com, 2019, updated 2020), trains a net on noisy circles and
finds both hinges behind. That Keras rounded the output before comparing it with the
label; today's compares score > 1/2 with it, and a label of -1 is then never right.
Here are both, and the sign accuracy, on the same trained models; 31 has a linear head.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import arms, data, decoders, models, plots, stats, verdicts

SOURCE, ENTROPY = "Brownlee 2019", "cross-entropy, sigmoid"
TEST = {ENTROPY: 0.852, "hinge, tanh": 0.740, "squared hinge, tanh": 0.646}
TRAIN = {ENTROPY: 0.836, "hinge, tanh": 0.792, "squared hinge, tanh": 0.682}
# The post's points: fixed, the first half to train on, the second to test.
POST = {"sizes": (500, 0, 500), "random_state": 1}
SIGNS = data.circles("circles -1/+1", labels=data.SIGNS, **POST)
ARMS = {
    ENTROPY: ("cross-entropy", "50 sigmoid", "circles 0/1"),
    "hinge, tanh": ("hinge", "50 tanh", SIGNS.name),
    "squared hinge, tanh": ("squared hinge", "50 tanh", SIGNS.name),
}

EXPERIMENT = lab.Experiment(
    datasets=[data.circles("circles 0/1", **POST), SIGNS],
    models=[models.MLP((50,), "sigmoid"), models.MLP((50,), "tanh")],
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
    metrics={"rounding": decoders.rounding, **decoders.OF_TWO},
    keep_scores=["test", "mesh"],
)


def judged(ours):
    """The post's numbers: does their metric make the gap, or the loss?"""
    text = "circles, training accuracy of {}, rounded"
    yield from verdicts.numbers(text, SOURCE, TRAIN, ours.train_rounding)
    text = "circles, test accuracy of {0}, {1}"
    both = {"rounded": ours.test_rounding, "by sign": ours.test_sign}
    yield from verdicts.readings(text, SOURCE, TEST, both, rival=ENTROPY)


def findings(results):
    trials = arms.named(results.trials, ARMS)
    trials = trials.assign(test_sign=decoders.by_head(trials))
    means = 100 * trials.groupby("arm", sort=False)[[*decoders.READINGS]].mean()
    _, hinge, squared = (means.loc[ENTROPY] - means.loc[arm] for arm in ARMS)
    scores = results.labelled("scores", trials[trials.arm != ENTROPY])
    splits = SIGNS.load(EXPERIMENT.seeds[0])
    gap = f"By sign losses are within {means.test_sign.max() - means.test_sign.min():.1f} points"
    drawn = (decoders.READINGS, gap, "arm", "test accuracy", TEST)
    grey = "Right answers in the grey band, |score| < 1/2, count as wrong when rounded"
    return lab.Findings(
        sentence=f"By {hinge.test_sign:.1f} points of sign accuracy, and squared hinge by "
        f"{squared.test_sign:.1f}; by the post's metric, which rounds, the same models are "
        f"behind by {hinge.test_rounding:.1f} and {squared.test_rounding:.1f}.",
        summary=stats.compare_each(trials, decoders.READINGS, "arm", within=()),
        claims=verdicts.table(judged(trials.groupby("arm"))),
        figures={
            "three_metrics": plots.dots(trials, *drawn),
            "scores": plots.margins(scores, splits, grey, "arm", band=(-0.5, 0.5)),
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
