"""Hinge or cross-entropy on real data, when both are tuned?

Breast cancer (2 classes) and handwritten digits (10 classes), one network, one
grid of learning rates for all losses, the rate chosen for each loss by mean
validation accuracy, the losses compared on the test part, paired by seed.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.page import words

TWO, TEN = data.breast_cancer(), data.digits()
BINARY = {
    "cross-entropy": keras.losses.BinaryCrossentropy(from_logits=True),
    "hinge": hk.Hinge(),
    "squared hinge": hk.SquaredHinge(),
}
MULTICLASS = {
    "softmax cross-entropy": keras.losses.SparseCategoricalCrossentropy(
        from_logits=True
    ),
    "one-vs-rest hinge": hk.OneVsRest(hk.Hinge()),
    "one-vs-rest squared hinge": hk.OneVsRest(hk.SquaredHinge()),
    "Crammer-Singer hinge": hk.CrammerSinger(hk.Hinge()),
}

EXPERIMENT = lab.Experiment(
    datasets=[TWO, TEN],
    models=[models.MLP((64,))],
    arms=[
        *(lab.Arm(name, loss, on=[TWO]) for name, loss in BINARY.items()),
        *(lab.Arm(name, loss, on=[TEN]) for name, loss in MULTICLASS.items()),
    ],
    axes={"learning_rate": [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2]},
    optimizer=keras.optimizers.Adam(),
    epochs=50,
    batch_size=32,
    seeds=range(30),
)


def findings(results):
    chosen = results.chosen()
    summary = analysis.compare(chosen, "accuracy", search=results.search)
    cells = ["dataset", "arm", "learning_rate"]
    means = analysis.described(chosen, "accuracy", cells)
    tuned = "On one grid" if summary.marks.any() else "Tuned alike"
    largest = summary.loc[summary.difference.abs().idxmax()]
    curves = results.curves(chosen)
    ends = analysis.ends(curves, "validation_accuracy", ["dataset", "arm"]).unstack()
    apart = 100 * (ends.max(axis=1) - ends.min(axis=1)).max()
    rates = chosen.learning_rate
    return lab.Findings(
        sentence=f"{tuned}, {words.tally(summary)}; the largest gap is "
        f"{words.gap(largest)}.",
        notes="Test accuracy at each loss's own best rate:\n\n" + words.markdown(means),
        overturned="sets large enough that their splits need not overlap, on which the "
        "same nets, tuned alike, show one loss ahead of another by more than a point.",
        means="Give each loss its own rate before you compare: then, "
        f"{words.tally(summary)}, so choose by what else you need, such as "
        "probabilities.",
        recipe="tune_the_rate",
        summary=summary,
        tables={"chosen": means},
        figures={
            "gaps": figures.gaps(
                summary,
                title=f"{tuned}, {words.tally(summary)}",
            ),
            "curves": figures.curves(
                curves,
                "accuracy",
                panel="dataset",
                title=f"Validation accuracy of the losses ends within {apart:.1f} points",
            ),
            "rates": figures.rates(
                results.trials,
                "accuracy",
                title=f"Best by validation: rates from {rates.min():g} to {rates.max():g}",
            ),
        },
    )


lab.main(__name__)
