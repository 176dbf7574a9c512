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
from hinge_keras.lab.tables.schema import POINTS

FULL = lab.full()
SOURCE = "Tang 2013"
DIFFERS = "there 60,000 images, 512-512 units and 300 epochs"
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


def judged(chosen, row):
    """The order of the paper's two heads, and their errors."""
    text = "an L2-SVM head is ahead of softmax"
    yield claims.order(text, SOURCE, row, "squared hinge", "MNIST")
    ours = (1 - chosen.test_accuracy).groupby(chosen.arm)
    text, differs = "MNIST, test error, {}", "" if FULL else DIFFERS
    yield from claims.numbers(text, SOURCE, PUBLISHED, ours, differs=differs)


def findings(results):
    chosen = results.chosen()
    chosen = chosen.assign(error=100 * (1 - chosen.test_accuracy))
    unit = POINTS._replace(equal=0.1)  # The published gap is .12 points.
    summary = analysis.compare(chosen, "accuracy", unit=unit, search=results.search)
    row = summary.iloc[0].to_dict()
    means = chosen.groupby("arm").error.mean()
    published = {arm: 100 * value for arm, value in PUBLISHED.items()}
    return lab.Findings(
        sentence=f"Softmax errs on {means['softmax']:.2f} % of the test images and squared "
        f"hinge on {means['squared hinge']:.2f} % ({row['pairs']} seeds): "
        f"{words.finding(row)}.",
        notes=f"Published errors: {words.listed(published, '{1:.2f} % ({0})')}, at a "
        "larger budget: the levels are not comparable, the order is.",
        summary=summary,
        claims=claims.table(judged(chosen, row)),
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
