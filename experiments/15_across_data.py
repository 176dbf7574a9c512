"""Which loss is best, over many real data sets?

Tables, images and texts, two to 26 classes; one small network, tuned per set and loss.
Losses are ranked on each set; the diagram says which mean ranks differ (Demsar, 2006).
"""

import keras

import hinge_keras as hk
from hinge_keras.lab import Experiment, Findings, data, models, plots, run, stats

SIZES = (400, 200, 600)
SMALL = ("ecoli", "glass", "titanic", "pima", "german", "banknote", "yeast")
LARGE = ("adult", "dry bean", "letter", "mushrooms", "pendigits", "satimage")
LARGE += ("spambase", "splice", "w8a")
TEXTS = ("SMS spam", "polarity", "R8")
DATASETS = [data.breast_cancer(), data.iris(), data.digits(shares=SIZES), data.wine()]
DATASETS += [data.table(name) for name in SMALL]
DATASETS += [data.table(name, shares=SIZES) for name in LARGE]
DATASETS += [data.usps(sizes=SIZES, components=50)]
DATASETS += [data.text(name, sizes=(800, 400, 1000), components=50) for name in TEXTS]
TWO = {each.name for each in DATASETS if each.classes == 2}

BINARY = {
    "cross-entropy": keras.losses.BinaryCrossentropy(from_logits=True),
    "hinge": hk.Hinge(),
    "squared hinge": hk.SquaredHinge(),
    "smooth hinge psi_G(0.5)": hk.PsiG(0.5),
    "smooth hinge psi_M(0.5)": hk.PsiM(0.5),
}
SOFTMAX = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
SEVERAL = {
    "softmax cross-entropy": SOFTMAX,
    **{f"one-vs-rest {name}": hk.OneVsRest(BINARY[name]) for name in list(BINARY)[1:]},
    "Crammer-Singer": hk.CrammerSinger(),
    "Weston-Watkins": hk.WestonWatkins(),
}

EXPERIMENT = Experiment(
    datasets=DATASETS,
    models=[models.MLP((32,))],
    losses={**BINARY, **SEVERAL},
    where=lambda trial: (trial.loss in BINARY) == (trial.dataset in TWO),
    learning_rates=[1e-3, 3e-3, 1e-2, 3e-2],
    epochs=20,
    batch_size=25,
    seeds=range(20),
    keep_curves=False,
)


def findings(results):
    chosen = stats.chosen(results.trials, "validation_accuracy")
    chosen["arm"] = chosen.loss.str.replace("^(one-vs-rest|softmax) ", "", regex=True)
    shared = chosen[chosen.arm.isin(BINARY)]
    several = chosen[~chosen.dataset.isin(TWO)]
    ranks, p, distance = stats.ranked(shared, "test_accuracy")
    more, more_p, more_distance = stats.ranked(several, "test_accuracy")
    summary = stats.compare(shared, "test_accuracy", "arm")
    means = chosen.pivot_table("test_accuracy", "dataset", "arm", sort=False)
    first = f"Over {len(means)} sets {ranks.idxmin()} ranks first of five losses"
    other = f"On sets of several classes {more.idxmin()} ranks first of seven"
    return Findings(
        sentence=f"{first}; first and last are {ranks.max() - ranks.min():.2f} mean ranks "
        f"apart, with a critical difference of {distance:.2f} (Friedman p = {p:.2g}). "
        f"{stats.tally(summary)} comparisons on a single set show a difference.",
        notes="On several classes the binary losses are used one class against the rest; "
        f"there, with Crammer-Singer and Weston-Watkins: Friedman p = {more_p:.2g}.",
        summary=summary,
        tables={"means": means.reset_index(), "ranks": ranks.reset_index(name="rank")},
        figures={
            "critical_difference": plots.critical_difference(ranks, distance, first),
            "several_classes": plots.critical_difference(more, more_distance, other),
        },
    )


if __name__ == "__main__":
    run.script(__file__)
