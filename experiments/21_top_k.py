"""Do top-K losses find the true class among five guesses more often?

Where several guesses are allowed, as in a list of suggestions, a loss can ask
for no more than that. Five losses beside cross-entropy, four of them made for
K = 5, on questions to a bank, 77 classes, and on letters, 26; with clean labels,
and with half of the training labels drawn again from their group of five
neighbouring classes, the protocol of Berrada, Zisserman and Kumar (2018) and
Garcin et al. (2022). Rates are chosen by top-5 accuracy on the clean validation
part.
"""

import keras
import pandas as pd

import hinge_keras as hk
from hinge_keras.lab import (
    Experiment,
    Findings,
    data,
    models,
    plots,
    run,
    stats,
    verdicts,
)

K = 5
GUESSES = (1, 2, 3, 5, 10)
SIZES = (1500, 500, 1500)
CLEAN = data.text("BANKING77", sizes=SIZES, components=50)
LETTER = data.table("letter", shares=SIZES)
NOISY = data.with_group_noise(CLEAN, 0.5)

EXPERIMENT = Experiment(
    datasets=[CLEAN, NOISY, LETTER, data.with_group_noise(LETTER, 0.5)],
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


def findings(results):
    chosen = stats.chosen(results.trials, f"validation_top_{K}")
    summary = stats.compare(chosen, f"test_top_{K}", against="cross-entropy")
    higher = summary[summary.verdict == "cross-entropy higher"]
    lower = summary[summary.verdict == "cross-entropy lower"]
    means = {
        k: 100
        * chosen.pivot_table(
            index="loss", columns="dataset", values=f"test_top_{k}", sort=False
        )
        for k in GUESSES
    }
    best = {k: table.idxmax() for k, table in means.items()}
    leader = best[K].mode()[0]
    led = f"{(best[K] == leader).sum()} of {len(best[K])} sets"
    behind = (means[1].loc["cross-entropy"] - means[1]).max(axis="columns")
    where = f" ({', '.join(lower.b + ' on ' + lower.dataset)})" if len(lower) else ""
    rows = summary[summary.b == "smooth top-K"].to_dict("records")
    claims = [
        verdicts.order(
            f"smooth top-K ahead of cross-entropy {circumstance}, top-{K} accuracy "
            f"(ours: {row['dataset']})",
            "Berrada, Zisserman and Kumar 2018",
            row,
            better="smooth top-K",
        )
        for row, circumstance in zip(
            rows, 2 * ("on few examples", "under label noise"), strict=True
        )
    ]
    banking = chosen[chosen.dataset.isin([CLEAN.name, NOISY.name])]
    curves = pd.concat(
        [
            banking.assign(guesses=k, hits=100 * banking[f"test_top_{k}"])
            for k in GUESSES
        ]
    )
    return Findings(
        sentence=f"With {K} guesses {leader} has the highest accuracy on {led}; of "
        f"{len(summary)} comparisons with cross-entropy {len(higher)} show it higher and "
        f"{len(lower)} lower{where}. With one guess smooth top-K is up to "
        f"{behind['smooth top-K']:.0f} points behind it, noised top-K up to "
        f"{behind['noised top-K']:.0f}.",
        summary=summary,
        claims=verdicts.table(claims),
        tables={f"top_{k}": means[k].reset_index() for k in GUESSES},
        figures={
            "guesses": plots.lines(
                curves,
                "guesses",
                "hits",
                f"On clean {CLEAN.name} {best[K][CLEAN.name]} leads at K = {K}, "
                f"{best[1][CLEAN.name]} at K = 1",
                "guesses allowed, K",
                "test accuracy among K guesses, %",
                panel="dataset",
            ),
            "top_5": plots.heat(
                means[K].rename(columns=lambda name: name.replace(", ", "\n")),
                f"At K = {K} {leader} is highest on {led}",
                "data set",
                "loss",
                f"test top-{K} accuracy, %",
            ),
        },
    )


if __name__ == "__main__":
    run.script(__file__)
