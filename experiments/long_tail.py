"""Which loss learns the rare classes of a long tail, and at what price?

Fashion-MNIST with 1,000 to 10 training images a class and CLINC150 with 80 to 4
sentences, in equal ratios from class to class. Validation and test parts are balanced,
so that accuracy there is a mean over classes; rates are chosen by it. The logit
adjustment (Menon and others, 2021, arXiv 2007.07314) at full strength, as here, is the
balanced softmax. LDAM (Cao and others, 2019, arXiv 1906.07413) and the imbalanced top-K
loss are made for cosine scores; LDAM without its margins is a cross-entropy of cosines,
which tells what the head does from what the loss does.
"""

import keras
from keras import ops

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.page import words

K = 3
FASHION = data.fashion_mnist(sizes=(10_000, 1_000, 5_000), tail=100, components=50)
CLINC = data.with_long_tail(
    data.text("CLINC150", sizes=(12_000, 1_500, 4_500), components=50), 20, "CLINC150"
)
PLAIN, COSINE = models.MLP((64,)), models.MLP((64,), "cosine")
# What each paper claims to be ahead of cross-entropy, and with how many guesses.
CLAIMED = {
    "logit adjustment": (1, "Menon et al. 2021"),
    "LDAM": (1, "Cao et al. 2019"),
    "imbalanced top-K": (K, "Garcin et al. 2022"),
}


def right_and_rare(y_true, y_pred):
    """Twice whether an example of the rarer half of the classes is right."""
    labels = ops.cast(ops.reshape(y_true, (-1,)), "int32")
    right = ops.cast(ops.argmax(y_pred, axis=-1), "int32") == labels
    return 2 * ops.cast(right & (labels >= y_pred.shape[-1] // 2), "float32")


def rarer_half():
    """Accuracy on the rarer half of the classes, where all are equally frequent.

    Classes are numbered from the commonest to the rarest.
    """
    return keras.metrics.MeanMetricWrapper(right_and_rare, name="rare")


MEASURES = {
    "top_1": "top-1",
    "common": "commoner half",
    "rare": "rarer half",
    f"top_{K}": f"top-{K}",
}

EXPERIMENT = lab.Experiment(
    datasets=[FASHION, CLINC],
    arms=[
        lab.Arm("cross-entropy", hk.CrossEntropy(), PLAIN),
        lab.Arm("focal", hk.Focal(), PLAIN),
        lab.Arm(
            "logit adjustment",
            lambda data: hk.LogitAdjusted(data.class_counts()),
            PLAIN,
        ),
        lab.Arm("noised top-K", hk.NoisedTopK(K), PLAIN),
        lab.Arm(
            "cosine cross-entropy",
            lambda data: hk.LDAM(data.class_counts(), max_m=1e-6),
            COSINE,
        ),
        lab.Arm("LDAM", lambda data: hk.LDAM(data.class_counts()), COSINE),
        lab.Arm(
            "imbalanced top-K",
            lambda data: hk.NoisedTopKImbalanced(K, data.class_counts()),
            COSINE,
        ),
    ],
    axes={"learning_rate": [3e-3, 1e-2, 3e-2]},
    epochs=12,
    batch_size=50,
    seeds=range(10),
    measures=[
        lab.Measure("top_1", hk.ScoreAccuracy),
        lab.Measure("rare", rarer_half),
        lab.Measure(f"top_{K}", lambda: hk.TopKAccuracy(K)),
    ],
)


def judged(summary):
    """The order that each paper claims, by the guesses it allows, on both sets."""
    for arm, (k, source) in CLAIMED.items():
        rows = summary[summary.measure == f"top_{k}"]
        for name, part in rows.groupby("dataset", sort=False):
            text = f"{{}} ahead of {{}} on a long tail in top-{k} accuracy, "
            text += "mean over classes"
            claimed = [(arm, "cross-entropy")]
            yield from claims.orders(text, source, part, claimed, name)


def told(means, plain="cross-entropy"):
    """The loss that is best over all classes, beside a plain one, in words."""
    best, other = means.loc[means["top-1"].idxmax()], means.loc[plain]
    return (
        f"{best.name} has the highest mean over classes, {best['top-1']:.1f} % ({plain} "
        f"{other['top-1']:.1f}): {best['rarer half']:.0f} % ({other['rarer half']:.0f}) "
        f"on the rarer half of the classes, {best['commoner half']:.0f} % "
        f"({other['commoner half']:.0f}) on the commoner"
    )


def findings(results):
    chosen = results.chosen()
    common = 2 * chosen.test_top_1 - chosen.test_rare
    chosen = chosen.assign(test_common=common)
    summary = analysis.compare_each(
        chosen, MEASURES, against="cross-entropy", search=results.search
    )
    means = analysis.percent(chosen, MEASURES, ["dataset", "arm"])
    best = means["rarer half"].unstack("dataset").idxmax()

    heads = chosen[chosen.arm.isin(["cross-entropy", "cosine cross-entropy", "LDAM"])]
    heads = analysis.compare(
        heads, "top_1", against="cosine cross-entropy", search=results.search
    )
    margins = heads[heads.b == "LDAM"]
    ahead = (margins.better == "LDAM").sum()
    title = f"LDAM is seen ahead of its own head without margins on {ahead} of "
    title += f"{len(margins)} sets"
    top = summary[summary.measure == "top_1"]
    adjusted = "Logit adjustment is ahead of cross-entropy by "
    adjusted += ", ".join(
        f"{words.gap(analysis.between(rows, 'logit adjustment', 'cross-entropy'))} on "
        f"{name}"
        for name, rows in top.groupby("dataset", sort=False)
    )
    return lab.Findings(
        sentence=f"{adjusted} ({chosen.seed.nunique()} seeds).",
        notes=" ".join(
            f"On {each.name} {told(means.loc[each.name])}."
            for each in EXPERIMENT.datasets
        )
        + f" {title}.",
        overturned="a convolution net on the pixels, or whole sentences, in place of "
        "one layer on components, with which cross-entropy has as high a mean over "
        "classes.",
        means="If rare classes count as much as common ones, tell the loss how "
        "many examples each has, as hk.LogitAdjusted does, and look at "
        "what the common ones pay for it.",
        recipe="long_tail",
        summary=summary,
        claims=claims.table(judged(summary)),
        tables={"means": means.reset_index(), "heads": heads},
        figures={
            "heads": figures.gaps(heads, title=title, unit="points, mean over classes"),
            **{
                name.lower().replace("-", "_"): figures.heat(
                    means.loc[name],
                    title=f"{name}: {best[name]} serves the rare classes best",
                    xlabel="measure",
                    ylabel="loss",
                    unit="test accuracy, %",
                )
                for name in best.index
            },
        },
    )


lab.main(__name__)
