"""Do top-K losses find the true class among five guesses more often?

Where several guesses are allowed, as in a list of suggestions, a loss can ask for
no more than that. Losses made for K = 5 beside cross-entropy, on questions to a
bank, 77 classes, and on letters, 26: with clean labels, and with half of the
training labels drawn again from their group of five neighbouring classes, the
protocol of Berrada, Zisserman and Kumar (2018) and Garcin et al. (2022). Rates are
chosen by top-5 accuracy on the clean validation part.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import data, models, plots, report, stats, verdicts

SOURCE, K = "Berrada, Zisserman and Kumar 2018", 5
GUESSES = (1, 2, 3, 5, 10)
SIZES = (1500, 500, 1500)
BANK = data.text("BANKING77", sizes=SIZES, components=50)
LETTER = data.table("letter", shares=SIZES)
NOISY_BANK, NOISY_LETTER = (data.with_group_noise(s, 0.5) for s in (BANK, LETTER))

EXPERIMENT = lab.Experiment(
    datasets=[BANK, NOISY_BANK, LETTER, NOISY_LETTER],
    models=[models.MLP((64,))],
    losses={
        "cross-entropy": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        "Crammer-Singer": hk.CrammerSinger(),
        "Lapin beta": hk.LapinBetaTopK(K),
        "smooth top-K": hk.SmoothTopK(K),
        "calibrated top-K": hk.CalibratedTopK(K),
        "noised top-K": hk.NoisedTopK(K),
    },
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
        claimed = [("smooth top-K", "cross-entropy")]
        yield from verdicts.orders(text, SOURCE, rows, claimed)


def findings(results):
    chosen = stats.chosen(results.trials, f"validation_top_{K}")
    summary = stats.compare(chosen, f"test_top_{K}", against="cross-entropy")
    measured = [f"test_top_{k}" for k in GUESSES]
    means = 100 * chosen.pivot_table(measured, "loss", "dataset", sort=False)
    one, five = means["test_top_1"], means[f"test_top_{K}"]
    leader, led = stats.leader(five)
    behind = (one.loc["cross-entropy"] - one.loc["smooth top-K"]).max()
    most = f"With {K} guesses {leader} has the highest accuracy on {led} sets"
    least = (
        f"With one guess smooth top-K is up to {behind:.0f} points behind cross-entropy"
    )
    heat = (five, most, "data set", "loss", f"test top-{K} accuracy, %")
    return lab.Findings(
        sentence=f"{most}; {report.weighed(summary, 'cross-entropy')}. {least}.",
        notes="Experiment 29 has more classes, 28 the cost, 22 losses that know class counts.",
        summary=summary,
        claims=verdicts.table(judged(summary)),
        tables={"means": means.stack("dataset").reset_index()},
        figures={
            "top_5": plots.heat(*heat),
            "guesses": plots.guesses(chosen, GUESSES, least),
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
