"""Which loss of a linear head bears a long tail of photographs best, and how long a tail?

The long-tailed versions of CIFAR-10 keep ever fewer training images of each further class,
down to a 10th, a 50th or a 100th of the first (Cao and others, 2019); the test part stays
balanced, so that accuracy is a mean over classes. Features are learned without a label from
patches of the training images, so that no loss has shaped them, and a linear layer is
trained on their principal components with six losses, each at its own rate and with its
own parameters, chosen on another seed's features and images. LDAM is made for cosine
scores; without its margins it tells what the head does. Published are whole networks, so
that no published number is put to the test here, only who is ahead. With FULL=1 in the
environment all images, 100 centroids in 16 regions and 150 components; by default a slice:
4,000 images before they are thinned, two of the ratios, 30 centroids and 50 components.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.page import words

FULL = lab.full()
PLAIN = "cross-entropy"
RATIOS = (10, 50, 100) if FULL else (10, 100)
SIZES = (47_500, 2_500, 1.0) if FULL else (4_000, 1_000, 2_500)
CENTROIDS, COMPONENTS = (100, 150) if FULL else (30, 50)
RATES = (1e-3, 3e-3, 1e-2) if FULL else (3e-3, 1e-2, 3e-2)
LINEAR, COSINE = models.MLP(()), models.MLP((), "cosine")
# What is claimed to be ahead of cross-entropy on a long tail.
CLAIMED = {
    "logit adjustment": "Menon et al. 2021",
    "LDAM": "Cao et al. 2019",
}


def tailed(ratio):
    """Features of the training images, of which the last class has a `ratio`th."""
    return data.with_patch_features(
        data.cifar10(sizes=SIZES, flat=False, tail=ratio),
        CENTROIDS,
        name=f"CIFAR-10, ratio {ratio}",
        components=COMPONENTS,
        across=4,
    )


EXPERIMENT = lab.Experiment(
    datasets=[tailed(ratio) for ratio in RATIOS],
    arms=[
        lab.Arm(PLAIN, hk.CrossEntropy(), LINEAR),
        lab.Arm(
            "focal",
            lambda data, gamma: hk.Focal(gamma),
            LINEAR,
            axes={"gamma": [0.5, 1.0, 2.0]},
        ),
        lab.Arm(
            "logit adjustment",
            lambda data, tau: hk.LogitAdjusted(data.class_counts(), tau),
            LINEAR,
            axes={"tau": [0.5, 1.0, 2.0]},
        ),
        lab.Arm("squared hinge", hk.OneVsRest(hk.SquaredHinge()), LINEAR),
        lab.Arm(
            "cosine cross-entropy",
            lambda data: hk.LDAM(data.class_counts(), max_m=1e-6),
            COSINE,
        ),
        lab.Arm(
            "LDAM",
            lambda data, max_m: hk.LDAM(data.class_counts(), max_m),
            COSINE,
            axes={"max_m": [0.2, 0.5, 1.0]},
        ),
    ],
    axes={"learning_rate": RATES},
    limits={"gamma": (0.1, 10.0), "tau": (0.1, 10.0), "max_m": (0.05, 2.0)},
    epochs=20,
    batch_size=128,
    optimizer=keras.optimizers.Adam(),
    seeds=range(10),
    pilot=lab.Pilot(seeds=[100]),
)


def judged(summary):
    """What each paper claims to be ahead of cross-entropy, at each ratio."""
    text = "{} ahead of {} on a long tail of CIFAR-10, heads"
    for name, rows in summary.groupby("dataset", sort=False):
        for arm, source in CLAIMED.items():
            yield from claims.orders(text, source, rows, [(arm, PLAIN)], name)


def findings(results):
    chosen = results.chosen()
    summary = analysis.compare(chosen, "accuracy", against=PLAIN, search=results.search)
    means = analysis.percent(chosen, "accuracy", ["dataset", "arm"])
    wide = means.unstack("dataset")[[each.name for each in EXPERIMENT.datasets]]
    longest = wide[wide.columns[-1]].sort_values(ascending=False)
    best, last = longest.index[0], longest.index[-1]
    lost = (wide[wide.columns[0]] - longest).sort_values()
    return lab.Findings(
        sentence=f"At a ratio of {RATIOS[-1]}, right: "
        f"{words.listed(longest[[*dict.fromkeys([best, PLAIN, last])]], '{0} {1:.1f} %')} "
        f"({chosen.seed.nunique()} seeds).",
        notes=f"Images of the {EXPERIMENT.datasets[0].tags['copy']}. From a ratio of "
        f"{RATIOS[0]} to {RATIOS[-1]} each loses, in points: "
        f"{words.listed(lost, '{0} {1:.1f}')}.",
        overturned="whole networks, whose features the loss shapes, on which one that was "
        "behind here is ahead by more than seeds vary.",
        means=f"If every class counts alike and few have most of the examples, try {best}, "
        "best here on the longest tail, before you weigh or resample.",
        recipe="long_tail",
        summary=summary,
        claims=claims.table(judged(summary)),
        tables={"means": means.reset_index()},
        figures={
            "gaps": figures.gaps(
                summary,
                title=f"At a ratio of {RATIOS[-1]}, {best} is first with "
                f"{longest.iloc[0]:.1f} % and {last} last with {longest.iloc[-1]:.1f} %",
            ),
        },
    )


lab.main(__name__)
