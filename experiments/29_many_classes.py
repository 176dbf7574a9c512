"""Does allowing five guesses pay with a hundred classes and more?

Cross-entropy, two top-K losses of experiment 21 and a focal loss, on requests of 150
kinds and on web pages of 105 industries, whose classes differ eightfold in size. The
test parts hold all classes equally often, so that accuracy is the mean over classes.
Rates are chosen by top-5 accuracy on the validation part.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import data, models, plots, report, stats, verdicts

SOURCE, K = "Berrada, Zisserman and Kumar 2018", 5
GUESSES = (1, 2, 3, 5, 10)
CLINC = data.text("CLINC150", sizes=(1500, 500, 1500), components=50)
SECTOR = data.text("sector", sizes=(1500, 500, 1.0), components=50)
SECTOR = data.with_balanced_test(SECTOR, 14)

EXPERIMENT = lab.Experiment(
    datasets=[CLINC, SECTOR],
    models=[models.MLP((64,))],
    losses={
        "cross-entropy": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        "smooth top-K": hk.SmoothTopK(K),
        "noised top-K": hk.NoisedTopK(K),
        "focal": hk.Focal(),
    },
    learning_rates=[3e-3, 1e-2, 3e-2],
    epochs=10,
    batch_size=75,
    seeds=range(10),
    metrics={f"top_{k}": lambda k=k: hk.TopKAccuracy(k) for k in GUESSES},
    keep_curves=False,
)


def judged(summary):
    """The claimed order on each set."""
    for name, rows in summary.groupby("dataset", sort=False):
        text = f"{{}} ahead of {{}} on few examples, top-{K} accuracy (ours: {name})"
        claimed = [("smooth top-K", "cross-entropy")]
        yield from verdicts.orders(text, SOURCE, rows, claimed)


def findings(results):
    chosen = stats.chosen(results.trials, f"validation_top_{K}")
    summary = stats.compare(chosen, f"test_top_{K}", against="cross-entropy")
    measured = [f"test_top_{k}" for k in GUESSES]
    means = 100 * chosen.pivot_table(measured, "loss", "dataset", sort=False)
    one, five = means["test_top_1"], means[f"test_top_{K}"]
    best = report.listed(five.idxmax(), "{1} on {0}")
    behind = (one.loc["cross-entropy"] - one.loc["noised top-K"]).max()
    return lab.Findings(
        sentence=f"With {K} guesses the most accurate is {best}; "
        f"{report.weighed(summary, 'cross-entropy')}; with one, noised top-K is up to "
        f"{behind:.0f} points behind cross-entropy.",
        notes="Losses that know the class counts (LDAM, logit adjustment, imbalanced top-K) "
        "are in experiments 22 and 32.",
        summary=summary,
        claims=verdicts.table(judged(summary)),
        tables={"means": means.stack("dataset").reset_index()},
        figures={
            "guesses": plots.guesses(
                chosen, GUESSES, f"With {K} guesses the best is {best}"
            )
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
