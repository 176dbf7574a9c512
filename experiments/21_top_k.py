"""Do top-K losses find the true class among five guesses more often?

Where several guesses are allowed, as in a list of suggestions, a loss can ask for
no more than that. Losses made for K = 5 beside cross-entropy: on questions to a
bank, 77 classes, and on letters, 26, with clean labels, and with half of the
training labels drawn again from their group of five neighbouring classes, the
protocol of Berrada, Zisserman and Kumar (2018) and Garcin et al. (2022); and four
losses on requests of 150 kinds and on web pages of 105 industries. Rates are chosen
by top-5 accuracy on the clean validation part. Experiment 28 has what such a loss
costs.
"""

import keras
import pandas as pd

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import data, models, plots, report, stats, verdicts

SOURCE, K = "Berrada, Zisserman and Kumar 2018", 5
GUESSES = (1, 2, 3, 5, 10)
SIZES = (1500, 500, 1500)
CLEAN = data.text("BANKING77", sizes=SIZES, components=50)
LETTER = data.table("letter", shares=SIZES)
NOISY = data.with_group_noise(CLEAN, 0.5)
CLINC = data.text("CLINC150", sizes=SIZES, components=50)
SECTOR = data.text("sector", sizes=(1500, 500, 1.0), components=50)
SECTOR = data.with_balanced_test(SECTOR, 14)
MORE = (CLINC.name, SECTOR.name)
FEWER = ("cross-entropy", "focal", "smooth top-K", "noised top-K")

EXPERIMENT = lab.Experiment(
    datasets=[CLEAN, CLINC, NOISY, LETTER, data.with_group_noise(LETTER, 0.5), SECTOR],
    models=[models.MLP((64,))],
    losses={
        "cross-entropy": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        "Crammer-Singer": hk.CrammerSinger(),
        "Lapin beta": hk.LapinBetaTopK(K),
        "smooth top-K": hk.SmoothTopK(K),
        "calibrated top-K": hk.CalibratedTopK(K),
        "noised top-K": hk.NoisedTopK(K),
        "focal": hk.Focal(),
    },
    where=lambda trial: (
        trial.loss in FEWER if trial.dataset in MORE else trial.loss != "focal"
    ),
    learning_rates=[3e-3, 1e-2, 3e-2],
    epochs=10,
    batch_size=75,
    seeds=range(10),
    metrics={f"top_{k}": lambda k=k: hk.TopKAccuracy(k) for k in GUESSES},
    keep_curves=False,
)


def judged(summary):
    """The claimed order, on few clean examples and under label noise."""
    for name, rows in summary.groupby("dataset", sort=False):
        where = "under label noise" if "noise" in name else "on few examples"
        text = f"{{}} ahead of {{}} {where}, top-{K} accuracy (ours: {name})"
        yield from verdicts.orders(
            text, SOURCE, rows, [("smooth top-K", "cross-entropy")]
        )


def against_k(hits, title):
    """Accuracy against the number of guesses, a panel a set."""
    axes = ("guesses allowed, K", "test accuracy among K guesses, %")
    return plots.lines(hits, "guesses", "hits", title, *axes, panel="dataset")


def findings(results):
    chosen = stats.chosen(results.trials, f"validation_top_{K}")
    summary = pd.concat(
        stats.compare(part, f"test_top_{K}", against="cross-entropy")
        for _, part in chosen.groupby(chosen.dataset.isin(MORE))
    )
    hits = pd.concat(
        chosen.assign(guesses=k, hits=100 * chosen[f"test_top_{k}"]) for k in GUESSES
    )
    means = {
        k: part.pivot_table("hits", "loss", "dataset", sort=False)
        for k, part in hits.groupby("guesses")
    }
    best = pd.DataFrame({k: table.idxmax() for k, table in means.items()})
    leader = best[K].mode()[0]
    higher, lower = (
        summary[summary.verdict == f"cross-entropy {word}"]
        for word in ("higher", "lower")
    )
    where = f" ({', '.join(lower.b + ' on ' + lower.dataset)})" if len(lower) else ""
    behind = (means[1].loc["cross-entropy"] - means[1]).max(axis="columns")
    six = means[K].drop(columns=list(MORE), errors="ignore").dropna()
    more_best = best[K][best.index.isin(MORE)]
    led = f"{(best[K] == leader).sum()} of {len(best)} sets"
    led_of_six = f"{(best[K][six.columns] == leader).sum()} of {six.shape[1]} sets"
    return lab.Findings(
        sentence=f"With {K} guesses {leader} has the highest accuracy on {led}; of "
        f"{len(summary)} comparisons with cross-entropy {len(higher)} show it higher and "
        f"{len(lower)} lower{where}. With one guess smooth top-K is up to "
        f"{behind['smooth top-K']:.0f} points behind it, noised top-K up to "
        f"{behind['noised top-K']:.0f}.",
        notes="The test parts hold all classes equally often (BANKING77 and letter nearly), "
        "so that accuracy is the mean over classes, also on sector, whose classes differ "
        "eightfold in size. Holm's correction is over the sets of all six losses and over "
        "the other two sets, each by itself. Losses that know the class counts (LDAM, "
        "logit adjustment, imbalanced top-K) are in experiment 22.",
        summary=summary,
        claims=verdicts.table(judged(summary)),
        tables={f"top_{k}": means[k].reset_index() for k in GUESSES},
        figures={
            "guesses": against_k(
                hits[hits.dataset.isin([CLEAN.name, NOISY.name])],
                f"On clean {CLEAN.name} {best.loc[CLEAN.name, K]} leads at K = {K}, "
                f"{best.loc[CLEAN.name, 1]} at K = 1",
            ),
            "many_classes": against_k(
                hits[hits.dataset.isin(MORE)],
                f"With {K} guesses the best is {report.listed(more_best, '{1} on {0}')}",
            ),
            "top_5": plots.heat(
                six.rename(columns=lambda name: name.replace(", ", "\n")),
                f"At K = {K} {leader} is highest on {led_of_six}",
                "data set",
                "loss",
                f"test top-{K} accuracy, %",
            ),
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
