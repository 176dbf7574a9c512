"""Does a net trained with one loss also win by the other's measure?

Tang, "Deep Learning using Linear Support Vector Machines" (2013), trains equal
nets with softmax cross-entropy and with a squared-hinge head and finds the
latter ahead, on one run each. Handwritten digits stand in here: four losses,
each tuned, every net scored by accuracy and by every loss.
"""

import keras
import pandas as pd

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
    means = chosen.groupby("loss", sort=False)[
        [f"test_{name}" for name in LOSSES]
    ].mean()
    table = pd.DataFrame(means.to_numpy(), index=means.index, columns=list(LOSSES))
    own = sum(table[name].idxmin() == name for name in LOSSES)
    row = summary[(summary.a == "cross-entropy") & (summary.b == "squared hinge")]
    row = row.iloc[0].to_dict()
    wide = chosen.pivot_table(index="seed", columns="loss", values="test_accuracy")
    return lab.Findings(
        sentence=f"By accuracy, cross-entropy less squared hinge is "
        f"{100 * row['difference']:+.1f} points ({row['verdict']}); by the losses, {own} of "
        f"{len(LOSSES)} nets are best at the loss they were trained with.",
        summary=summary,
        claims=verdicts.table(
            [
                verdicts.claim(
                    "L2-SVM head ahead of softmax in accuracy (stand-in: digits)",
                    "Tang 2013",
                    None,
                    wide["squared hinge"] - wide["cross-entropy"],
                    verdicts.by_pairs(row, better="squared hinge"),
                )
            ]
        ),
        tables={"loss_by_loss": table.reset_index()},
        figures={
            "loss_by_loss": plots.heat(
                table,
                f"{own} of {len(LOSSES)} nets are best at their own loss",
                "measured by",
                "trained with",
                "mean test loss",
            ),
            "rates": plots.rates(
                results.trials,
                "validation_accuracy",
                "Accuracy by learning rate: each loss has its own best",
            ),
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
