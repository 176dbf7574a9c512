"""Does a net trained with one loss also win by the other's measure?

Tang, "Deep Learning using Linear Support Vector Machines" (2013), trains equal
nets with softmax cross-entropy and with a squared-hinge head and finds the
latter ahead, on one run each. Handwritten digits stand in here: four losses,
each tuned, every net scored by accuracy and by every loss.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import data, models, plots, stats, verdicts

LOSSES = {
    "cross-entropy": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    "squared hinge": hk.OneVsRest(hk.SquaredHinge()),
    "hinge": hk.OneVsRest(),
    "Crammer-Singer": hk.CrammerSinger(),
}

EXPERIMENT = lab.Experiment(
    datasets=[data.digits()],
    models=[models.MLP((128, 128))],
    losses=LOSSES,
    learning_rates=[1e-4, 3e-4, 1e-3, 3e-3, 1e-2],
    epochs=40,
    batch_size=64,
    seeds=range(20),
    metrics={
        "accuracy": hk.ScoreAccuracy,
        "cross-entropy": lambda: hk.LossMetric(LOSSES["cross-entropy"]),
        "squared hinge": lambda: hk.LossMetric(LOSSES["squared hinge"]),
        "hinge": lambda: hk.LossMetric(LOSSES["hinge"]),
        "Crammer-Singer": lambda: hk.LossMetric(LOSSES["Crammer-Singer"]),
    },
)


def findings(results):
    chosen = stats.chosen(results.trials, "validation_accuracy")
    summary = stats.compare(chosen, "test_accuracy")
    measured = {f"test_{name}": name for name in LOSSES}
    means = chosen.groupby("loss", sort=False)[list(measured)].mean()
    table = means.rename(columns=measured)
    own = sum(table[name].idxmin() == name for name in LOSSES)
    row = stats.between(summary, "cross-entropy", "squared hinge")
    text = "L2-SVM head ahead of softmax in accuracy (stand-in: digits)"
    claim = verdicts.order(text, "Tang 2013", row, better="squared hinge")
    title = f"{own} of {len(LOSSES)} nets are best at their own loss"
    heat = (table, title, "measured by", "trained with", "mean test loss")
    best = chosen.learning_rate
    rates = f"Best by validation: rates from {best.min():g} to {best.max():g}"
    return lab.Findings(
        sentence=f"By accuracy, cross-entropy less squared hinge is "
        f"{100 * row.difference:+.1f} points ({row.verdict}); by the losses, {own} of "
        f"{len(LOSSES)} nets are best at the loss they were trained with.",
        summary=summary,
        claims=verdicts.table([claim]),
        tables={"loss_by_loss": table.reset_index()},
        figures={
            "loss_by_loss": plots.heat(*heat),
            "rates": plots.rates(results.trials, "validation_accuracy", rates),
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
