"""Which loss is best, over many real data sets?

Tables, images and texts, two to 26 classes; one small network, tuned per set and loss.
Losses are ranked on each set; the diagram says which mean ranks differ (Demsar, 2006).
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.page import words

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

BINARY = {
    "cross-entropy": keras.losses.BinaryCrossentropy(from_logits=True),
    "hinge": hk.Hinge(),
    "squared hinge": hk.SquaredHinge(),
    "smooth hinge psi_G(0.5)": hk.PsiG(0.5),
    "smooth hinge psi_M(0.5)": hk.PsiM(0.5),
}
SOFTMAX = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
EVERY = list(BINARY)


def two_classes(dataset):
    return dataset.classes == 2


def several_classes(dataset):
    return dataset.classes > 2


def several(name, loss, shared):
    """An arm on several classes, by what it is called beside those on two."""
    return lab.Arm(name, loss, on=several_classes, tags={"shared": shared})


EXPERIMENT = lab.Experiment(
    datasets=DATASETS,
    models=[models.MLP((32,))],
    arms=[
        *(
            lab.Arm(name, loss, on=two_classes, tags={"shared": name})
            for name, loss in BINARY.items()
        ),
        several("softmax cross-entropy", SOFTMAX, "cross-entropy"),
        *(
            several(f"one-vs-rest {name}", hk.OneVsRest(loss), name)
            for name, loss in list(BINARY.items())[1:]
        ),
        several("Crammer-Singer", hk.CrammerSinger(), "Crammer-Singer"),
        several("Weston-Watkins", hk.WestonWatkins(), "Weston-Watkins"),
    ],
    axes={"learning_rate": [1e-3, 3e-3, 1e-2, 3e-2]},
    epochs=20,
    batch_size=25,
    seeds=range(20),
)


def findings(results):
    chosen = results.chosen()
    shared = chosen[chosen.shared.isin(EVERY)]
    more_classes = [each.name for each in DATASETS if several_classes(each)]
    on_several = chosen[chosen.dataset.isin(more_classes)]
    ranks, p, distance = analysis.ranked(shared, "accuracy", "shared")
    more, more_p, more_distance = analysis.ranked(on_several, "accuracy", "shared")
    summary = analysis.compare(shared, "accuracy", "shared", search=results.search)
    over = analysis.compare_over_sets(shared, "accuracy", "shared")
    means = chosen.pivot_table("test_accuracy", "dataset", "shared", sort=False)
    first = f"Over {len(means)} sets {ranks.idxmin()} ranks first of five losses"
    other = f"On sets of several classes {more.idxmin()} ranks first of seven"
    return lab.Findings(
        sentence=f"Over {len(means)} sets, {words.tally(over)}; "
        f"{ranks.idxmin()} ranks first by {ranks.max() - ranks.min():.1f} mean ranks "
        f"(critical {distance:.1f}).",
        notes=f"On single sets, {words.tally(summary)}. Friedman p = {p:.2g} over all "
        "sets. On several classes the binary losses are used one class against the "
        "rest; there, with Crammer-Singer and "
        f"Weston-Watkins, Friedman p = {more_p:.2g}.",
        overturned="wider nets, all training examples in place of some hundreds, or "
        "another choice of sets, on which another loss ranks first by more than the "
        "critical distance.",
        means="Do not expect much of the loss on small sets: try "
        f"{ranks.idxmin()}, which ranks first, beside cross-entropy on your "
        "own data, tuned alike, and keep what is seen ahead there.",
        recipe="compare_losses",
        summary=summary,
        tables={
            "means": means.reset_index(),
            "ranks": ranks.reset_index(name="rank"),
            "over_sets": over,
        },
        figures={
            "over_sets": figures.gaps(
                over, title=f"Over {len(means)} sets, {words.tally(over)}"
            ),
            "critical_difference": figures.critical_difference(
                ranks, distance=distance, title=first
            ),
            "several_classes": figures.critical_difference(
                more, distance=more_distance, title=other
            ),
        },
    )


lab.main(__name__)
