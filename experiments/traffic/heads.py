"""Which loss makes the best head of a net that has learned traffic signs already?

Garcin et al., "Stochastic smoothing of the top-K calibrated hinge loss for deep imbalanced
classification" (2022), say that their noised top-K loss is as good as the smooth top-K loss
and, in the form that knows the class counts, ahead of LDAM, focal loss and logit adjustment
on heavy tails; what a step costs is measured in `top_k/cost`. Here a convolution net is
trained once a seed with cross-entropy, and then linear heads on its last hidden layer, each
loss with its own parameters tuned, by the mean over the 43 classes of as many guesses as
its K allows. Heads of cosines, which LDAM and the imbalanced loss are made for, have a
cross-entropy of cosines beside them. With FULL=1 in the environment all images, and a net
of six convolutions and 20 epochs; by default a slice: 4,000 images, two convolutions and 4
epochs.
"""

import pandas as pd

import hinge_keras as hk
from experiments.traffic import features
from experiments.traffic.deep import DeepNet
from hinge_keras import lab
from hinge_keras.lab import analysis, figures, models
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.page import words

FULL = lab.full()
SOURCE = "Garcin et al. 2022"
CLASSES, GUESSES = 43, (1, 5)
ENTROPY, COSINES = "cross-entropy", "cosine cross-entropy"
SIGNS = features.of_net(
    sizes=(0.8, 0.2, 1.0) if FULL else (4_000, 1_000, 3_000),
    net=DeepNet() if FULL else models.ConvolutionNet((8, 16), 64),
    epochs=20 if FULL else 4,
    batch_size=128,
)
LINEAR, COSINE = models.MLP(()), models.MLP((), "cosine")
EPSILON, WIDTH, MARGIN = (
    {"epsilon": [0.1, 0.3, 1.0]},
    {"tau": [0.1, 0.3, 1.0]},
    {"max_m": [0.1, 0.3, 0.5]},
)
ANY = {"guesses": "any"}
ARMS = [
    lab.Arm(ENTROPY, hk.CrossEntropy(), LINEAR, tags=ANY),
    lab.Arm(
        "focal",
        lambda data, gamma: hk.Focal(gamma),
        LINEAR,
        axes={"gamma": [0.5, 1.0, 2.0]},
        tags=ANY,
    ),
    lab.Arm(
        "logit adjustment",
        lambda data, strength: hk.LogitAdjusted(data.class_counts(), strength),
        LINEAR,
        axes={"strength": [0.3, 1.0, 3.0]},
        tags=ANY,
    ),
    lab.Arm(
        COSINES,
        lambda data: hk.LDAM(data.class_counts(), max_m=1e-6),
        COSINE,
        tags=ANY,
    ),
    lab.Arm(
        "LDAM",
        lambda data, max_m: hk.LDAM(data.class_counts(), max_m),
        COSINE,
        axes=MARGIN,
        tags=ANY,
    ),
]


def for_guesses(k):
    """The arms whose loss asks that the class be among k guesses."""
    tags = {"guesses": str(k)}
    return [
        lab.Arm(f"calibrated top-{k}", hk.CalibratedTopK(k), LINEAR, tags=tags),
        lab.Arm(
            f"smooth top-{k}",
            lambda data, tau: hk.SmoothTopK(k, tau),
            LINEAR,
            axes=WIDTH,
            tags=tags,
        ),
        lab.Arm(
            f"noised top-{k}",
            lambda data, epsilon: hk.NoisedTopK(k, epsilon),
            LINEAR,
            axes=EPSILON,
            tags=tags,
        ),
        lab.Arm(
            f"imbalanced top-{k}",
            lambda data, max_m: hk.NoisedTopKImbalanced(
                k, data.class_counts(), max_m=max_m
            ),
            COSINE,
            axes=MARGIN,
            tags=tags,
        ),
    ]


EXPERIMENT = lab.Experiment(
    datasets=[SIGNS],
    arms=[*ARMS, *(arm for k in GUESSES for arm in for_guesses(k))],
    axes={"learning_rate": [3e-4, 1e-3, 3e-3]},
    epochs=6,
    batch_size=128,
    seeds=range(8 if FULL else 6),
    measures=[
        lab.Measure(f"macro_{k}", lambda k=k: hk.MacroTopKAccuracy(CLASSES, k))
        for k in GUESSES
    ],
    choose_by=[f"macro_{k}" for k in GUESSES],
)


def with_guesses(results, k):
    """The chosen trials of the arms that k guesses are fair to."""
    chosen = results.chosen(f"macro_{k}")
    return chosen[chosen.guesses.isin(["any", str(k)])]


def judged(chosen, search):
    """That the noised loss is as good as the smooth one, and the imbalanced one better."""
    for k, rows in chosen.items():
        measure = f"macro_{k}"
        both = rows[rows.arm.isin([f"smooth top-{k}", f"noised top-{k}"])]
        text = "noised top-K is as good as smooth top-K, mean over classes"
        row = analysis.compare(both, measure, search=search).iloc[0].to_dict()
        yield claims.alike(text, SOURCE, row, f"GTSRB, heads, {k} guesses")
        best = f"imbalanced top-{k}"
        summary = analysis.compare(rows, measure, against=best, search=search)
        text = (
            f"{{}} ahead of {{}} on a natural tail, heads, mean over classes, K = {k}"
        )
        rivals = [ENTROPY, "focal", "logit adjustment", "LDAM"]
        claimed = [(best, rival) for rival in rivals]
        yield from claims.orders(text, SOURCE, summary, claimed, "GTSRB")


def findings(results):
    chosen = {k: with_guesses(results, k) for k in GUESSES}
    compared = {
        k: analysis.compare(
            rows, f"macro_{k}", against=ENTROPY, search=results.search
        ).assign(guesses=k)
        for k, rows in chosen.items()
    }
    means = {k: analysis.percent(rows, f"macro_{k}") for k, rows in chosen.items()}
    best = {k: values.idxmax() for k, values in means.items()}
    summary = pd.concat(compared.values(), ignore_index=True)
    seeds = chosen[1].seed.nunique()
    ahead = "; ".join(
        f"with {k} {best[k]} {means[k].max():.1f} % ({ENTROPY} {means[k][ENTROPY]:.1f})"
        for k in GUESSES
    )
    table = pd.concat([values.rename(k) for k, values in means.items()], axis=1)
    table.index.name = "arm"
    told = {f"with {k}": words.tally(rows) for k, rows in compared.items()}
    return lab.Findings(
        sentence=f"Best head by guesses, mean over classes: {ahead}; {seeds} seeds.",
        notes=f"Images of the {SIGNS.tags['copy']}. Beside {ENTROPY}, "
        f"{words.listed(told, '{0}, {1}')}. The features are those that cross-entropy "
        "taught, which may favour it: `traffic/nets` trains whole nets.",
        overturned="features that each loss taught itself, or rarer classes, with which "
        "the order of the losses is another.",
        means="On a natural tail, tune a loss's own parameter as you tune the rate, by the "
        "mean over classes, and keep a plain cross-entropy head to compare with.",
        recipe="long_tail",
        summary=summary,
        claims=claims.table(judged(chosen, results.search)),
        tables={"means": table.reset_index()},
        figures={
            f"guesses_{k}": figures.dots(
                rows.assign(percent=100 * rows[f"test_macro_{k}"]),
                "percent",
                title=f"With {k} guess{'es' * (k > 1)} the best head has "
                f"{means[k].max():.1f} % right: {best[k]}",
                xlabel="test accuracy, mean over classes, %",
            )
            for k, rows in chosen.items()
        },
    )


lab.main(__name__)
