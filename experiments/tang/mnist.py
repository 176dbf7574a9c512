"""Does a squared-hinge head beat softmax on MNIST?

Tang, "Deep Learning using Linear Support Vector Machines" (2013): 70 principal
components, 512-512 units, errors of 0.99 % (softmax) and 0.87 % (squared
hinge), one run each, a gap of 12 images. By default a smaller budget than the
paper's: 10,000 training images, 128-128 units, 20 epochs, no input noise; with
FULL=1 in the environment 50,000 images, 512-512 units, 300 epochs.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.page import words

FULL = lab.full()
PUBLISHED = {"softmax": 0.0099, "squared hinge": 0.0087}
SIZES = (50_000, 10_000, 1.0) if FULL else (10_000, 2_000, 1.0)

EXPERIMENT = lab.Experiment(
    datasets=[data.mnist(sizes=SIZES, components=70)],
    models=[models.MLP((512, 512) if FULL else (128, 128))],
    arms={
        "softmax": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        "squared hinge": hk.OneVsRest(hk.SquaredHinge()),
    },
    axes={"learning_rate": [3e-4, 1e-3, 3e-3]},
    epochs=300 if FULL else 20,
    batch_size=200,
    seeds=range(8),
)


def judged(chosen, rule):
    """Both errors of the paper; the verdict is on their order."""
    for arm, value in PUBLISHED.items():
        text = f"MNIST test error, {arm}; verdict on the order of the two"
        ours = 1 - chosen[chosen.arm == arm].test_accuracy
        yield claims.claim(text, "Tang 2013", value, ours, rule)


def findings(results):
    chosen = results.chosen()
    chosen = chosen.assign(error=100 * (1 - chosen.test_accuracy))
    summary = analysis.compare(chosen, "accuracy")
    row = summary.iloc[0].to_dict()
    rule = claims.by_pairs(row, better="squared hinge")
    means = chosen.groupby("arm").error.mean()
    published = {arm: 100 * value for arm, value in PUBLISHED.items()}
    return lab.Findings(
        sentence=f"Softmax errs on {means['softmax']:.2f} % of the test images and squared "
        f"hinge on {means['squared hinge']:.2f} %: {words.finding(row)} in accuracy "
        f"({row['pairs']} seeds).",
        notes=f"Published errors: {words.listed(published, '{1:.2f} % ({0})')}, at a "
        "larger budget: the levels are not comparable, the order is.",
        summary=summary,
        claims=claims.table(judged(chosen, rule)),
        figures={
            "errors": figures.dots(
                chosen,
                "error",
                title=f"Squared hinge and softmax on MNIST: {words.finding(row)}",
                xlabel="test error, %",
            )
        },
    )


lab.main(__name__)
