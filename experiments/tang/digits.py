"""Does a net trained with one loss also win by the other's measure?

Tang, "Deep Learning using Linear Support Vector Machines" (2013), trains equal
nets with softmax cross-entropy and with a squared-hinge head and finds the
latter ahead, on one run each. Handwritten digits stand in here: four losses,
each tuned, every net scored by accuracy and by every loss.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.page import words

LOSSES = {
    "cross-entropy": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    "squared hinge": hk.OneVsRest(hk.SquaredHinge()),
    "hinge": hk.OneVsRest(),
    "Crammer-Singer": hk.CrammerSinger(),
}


def measure(name, loss):
    return lab.Measure(name, lambda: hk.LossMetric(loss), kind="loss")


EXPERIMENT = lab.Experiment(
    datasets=[data.digits()],
    models=[models.MLP((128, 128))],
    arms=LOSSES,
    axes={"learning_rate": [1e-4, 3e-4, 1e-3, 3e-3, 1e-2]},
    epochs=40,
    batch_size=64,
    seeds=range(20),
    measures=[
        lab.Measure("accuracy", hk.ScoreAccuracy),
        *(measure(name, loss) for name, loss in LOSSES.items()),
    ],
)


def findings(results):
    chosen = results.chosen()
    summary = analysis.compare(chosen, "accuracy", search=results.search)
    columns = {f"test_{name}": name for name in LOSSES}
    table = chosen.groupby("arm", sort=False)[[*columns]].mean()
    table = table.rename(columns=columns)
    own = sum(table[name].idxmin() == name for name in LOSSES)
    row = analysis.between(summary, "cross-entropy", "squared hinge")
    text = "an L2-SVM head is ahead of softmax"
    best = chosen.learning_rate
    return lab.Findings(
        sentence=f"{words.pair(row)}; {own} of {len(LOSSES)} nets are best at the loss they "
        "were trained with.",
        overturned="images drawn anew in place of overlapping splits, or a weight "
        "decay tuned beside the rate, with which one of the two heads is seen ahead.",
        means="Judge a net by the measure that you need: it is not always best "
        "by the loss it was trained with. Between softmax and squared "
        f"hinge: {words.finding(row)}.",
        recipe="many_classes",
        summary=summary,
        claims=claims.table(
            [claims.order(text, "Tang 2013", row, "squared hinge", "digits")]
        ),
        tables={"loss_by_loss": table.reset_index()},
        figures={
            "loss_by_loss": figures.heat(
                table,
                title=f"{own} of {len(LOSSES)} nets are best at their own loss",
                xlabel="measured by",
                ylabel="trained with",
                unit="mean test loss",
                lower_is_better=True,
            ),
            "rates": figures.rates(
                results.trials,
                "accuracy",
                title=f"Best by validation: rates from {best.min():g} to {best.max():g}",
            ),
        },
    )


lab.main(__name__)
