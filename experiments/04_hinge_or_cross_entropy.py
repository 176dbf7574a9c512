"""Hinge or cross-entropy on real data, when both are tuned?

Breast cancer (2 classes) and handwritten digits (10 classes), one network, one
grid of learning rates for all losses, the rate chosen for each loss by mean
validation accuracy, the losses compared on the test part, paired by seed.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import data, models, plots, report, stats

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
BINARY_SET = data.breast_cancer()

EXPERIMENT = lab.Experiment(
    datasets=[BINARY_SET, data.digits()],
    models=[models.MLP((64,))],
    losses={**BINARY, **MULTICLASS},
    where=lambda trial: (trial.loss in BINARY) == (trial.dataset == BINARY_SET.name),
    learning_rates=[1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2],
    optimizer=keras.optimizers.Adam(),
    epochs=50,
    batch_size=32,
    seeds=range(30),
    metrics={"accuracy": hk.ScoreAccuracy},
)


def findings(results):
    chosen = stats.chosen(results.trials, "validation_accuracy")
    summary = stats.compare(chosen, "test_accuracy")
    seen = stats.seen(summary)
    arm = ["dataset", "loss", "learning_rate"]
    means = stats.described(chosen, "test_accuracy", arm)
    largest = f"{100 * summary.difference.abs().max():.1f} points"
    told = "; ".join(f"{r.dataset}: {r.verdict} than {r.b}" for r in seen.itertuples())
    curves, metric = results.labelled("curves", chosen), "validation_accuracy"
    gap = f"Tuned, the losses differ by at most {largest} of test accuracy"
    ends = stats.ends(curves, metric, ["dataset", "loss"]).unstack()
    apart = 100 * (ends.max(axis=1) - ends.min(axis=1)).max()
    course = f"Validation accuracy of the losses ends within {apart:.1f} points"
    rates = chosen.learning_rate
    tune = f"Best by validation: rates from {rates.min():g} to {rates.max():g}"
    return lab.Findings(
        sentence=f"Of {len(summary)} tuned comparisons, {len(summary) - len(seen)} show no "
        f"difference and none exceeds {largest}" + (f" ({told})." if told else "."),
        notes="Test accuracy at each loss's own best rate:\n\n"
        + report.markdown(means),
        summary=summary,
        tables={"chosen": means},
        figures={
            "gaps": plots.gaps(summary, gap),
            "curves": plots.curves(curves, [metric], course, panel="dataset"),
            "rates": plots.rates(results.trials, metric, tune),
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
