"""Which loss of a linear head reads traffic signs best, on features no label has shaped?

Features that a net learns with one loss are that loss's own. Here K-means learns them from
patches of the signs, without a label, and a linear layer is trained on their principal
components with ten losses, each at its own rate and with its own parameters, chosen on
another seed's features and tracks; measured is the mean over classes, with one guess and
with five. GTSRB has 43 classes, the commonest with eleven times as many images as the
rarest, and thirty frames of each sign, which are never split. LDAM and the imbalanced top-K
loss are made for cosine scores; LDAM without its margins tells what the head does. With
FULL=1 in the environment all images, 250 centroids in 16 regions and 300 components; by
default a slice: 4,000 images, 40 centroids and 50 components.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.page import words

FULL = lab.full()
CLASSES, PLAIN = 43, "cross-entropy"
SIZES = (0.8, 0.2, 1.0) if FULL else (4_000, 1_000, 3_000)
CENTROIDS, COMPONENTS = (250, 300) if FULL else (40, 50)
RATES = (3e-4, 1e-3, 3e-3) if FULL else (1e-2, 3e-2, 1e-1)  # Few steps, larger ones.
EPOCHS, BATCH = 20, 128
STEPS = EPOCHS * (31_400 if FULL else 4_000) // BATCH
FALLING = keras.optimizers.schedules.CosineDecay(1.0, STEPS)
SIGNS = data.with_patch_features(
    data.gtsrb(sizes=SIZES, flat=False),
    CENTROIDS,
    name="GTSRB",
    components=COMPONENTS,
    size=8,
    across=4,
)
LINEAR, COSINE = models.MLP(()), models.MLP((), "cosine")
MEASURES = {"macro_1": "top-1", "macro_5": "top-5"}
# What is claimed to be ahead of cross-entropy where classes have a tail.
CLAIMED = {
    "logit adjustment": "Menon et al. 2021",
    "LDAM": "Cao et al. 2019",
    "noised top-1": "Garcin et al. 2022",
    "imbalanced top-1": "Garcin et al. 2022",
}


def smooth(k):
    """The smooth top-K loss of so many guesses."""
    return lab.Arm(
        f"smooth top-{k}",
        lambda data, tau: hk.SmoothTopK(k, tau),
        LINEAR,
        axes={"tau": [0.3, 1.0, 3.0]},
    )


def noised(k):
    """The noised top-K loss of so many guesses."""
    return lab.Arm(
        f"noised top-{k}",
        lambda data, epsilon: hk.NoisedTopK(k, epsilon),
        LINEAR,
        axes={"epsilon": [0.1, 0.3, 1.0]},
    )


def imbalanced(k):
    """The noised top-K loss with margins by class."""
    return lab.Arm(
        f"imbalanced top-{k}",
        lambda data, max_m: hk.NoisedTopKImbalanced(
            k, data.class_counts(), max_m=max_m
        ),
        COSINE,
        axes={"max_m": [0.1, 0.2, 0.4]},
    )


EXPERIMENT = lab.Experiment(
    datasets=[SIGNS],
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
        lab.Arm("Crammer-Singer", hk.CrammerSinger(), LINEAR),
        smooth(1),
        noised(1),
        lab.Arm(
            "cosine cross-entropy",
            lambda data: hk.LDAM(data.class_counts(), max_m=1e-6),
            COSINE,
        ),
        lab.Arm(
            "LDAM",
            lambda data, max_m: hk.LDAM(data.class_counts(), max_m),
            COSINE,
            axes={"max_m": [0.1, 0.2, 0.4]},
        ),
        imbalanced(1),
    ],
    axes={"learning_rate": RATES},
    limits={
        "gamma": (0.1, 10.0),
        "tau": (0.03, 30.0),
        "epsilon": (0.01, 10.0),
        "max_m": (0.01, 1.0),
    },
    epochs=EPOCHS,
    batch_size=BATCH,
    optimizer=keras.optimizers.Adam(FALLING),
    seeds=range(10 if FULL else 12),
    pilot=lab.Pilot(seeds=[100]),
    measures=[
        lab.Measure("macro_1", lambda: hk.MacroTopKAccuracy(CLASSES, 1)),
        lab.Measure("macro_5", lambda: hk.MacroTopKAccuracy(CLASSES, 5)),
        lab.Measure("accuracy", hk.ScoreAccuracy),
    ],
)


def judged(summary, guesses, claimed):
    """What each paper claims to be ahead of cross-entropy, with so many guesses."""
    rows = summary[summary.measure == f"macro_{guesses}"]
    text = (
        "{} ahead of {} on a natural tail in "
        f"top-{guesses} accuracy, mean over classes, heads"
    )
    for arm, source in claimed.items():
        yield from claims.orders(text, source, rows, [(arm, PLAIN)], "GTSRB")


def headline(ranked, guesses, seeds):
    """The best arm, cross-entropy and the last, by their means over classes."""
    told = ranked[[*dict.fromkeys([ranked.index[0], PLAIN, ranked.index[-1]])]]
    return (
        f"With {guesses}, right as a mean over classes: "
        f"{words.listed(told, '{0} {1:.1f} %')} ({seeds} seeds)."
    )


def findings(results):
    chosen = results.chosen()
    summary = analysis.compare_each(
        chosen, MEASURES, against=PLAIN, search=results.search
    )
    means = analysis.percent(chosen, MEASURES, ["arm"])
    ranked = means["top-1"].sort_values(ascending=False)
    best, last = ranked.index[0], ranked.index[-1]
    top = summary[summary.measure == "macro_1"]
    return lab.Findings(
        sentence=headline(ranked, "one guess", chosen.seed.nunique()),
        notes=f"Images of the {SIGNS.tags['copy']}. With one guess "
        f"{words.standing(top, PLAIN)}.",
        overturned="features of a net trained with one of the losses, or more epochs, on "
        "which a loss that was behind here is ahead by more than seeds vary.",
        means="If every class counts alike, judge by the mean over classes, and try "
        f"{best}, best here with one guess, beside {PLAIN}.",
        recipe="long_tail",
        summary=summary,
        claims=claims.table(judged(summary, 1, CLAIMED)),
        tables={"means": means.reset_index()},
        figures={
            "gaps": figures.gaps(
                top,
                title=f"{best} is first with {ranked.iloc[0]:.1f} % and {last} last "
                f"with {ranked.iloc[-1]:.1f} %, by their mean over classes",
                unit="points, mean over classes",
            ),
        },
    )


lab.main(__name__)
