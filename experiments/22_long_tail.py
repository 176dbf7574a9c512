"""Which loss learns the rare classes of a long tail, and at what price?

Fashion-MNIST with 1,000 to 10 training images a class and CLINC150 with 80 to 4
sentences, in equal ratios from class to class. Validation and test parts are
balanced, so that accuracy there is a mean over classes; rates are chosen by it.
LDAM and the imbalanced top-K loss are made for cosine scores: cross-entropy of
cosines, LDAM without its margins, tells what the head does from what the loss
does. The logit adjustment at full strength, as here, is the balanced softmax.
"""

import itertools

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import arms, data, models, plots, stats, verdicts
from hinge_keras.lab.rarity import rarer_half

K = 3
PLAIN, COSINE = models.MLP((64,)), models.MLP((64,), "cosine")
FASHION = data.fashion_mnist(sizes=(10_000, 1_000, 5_000), tail=100, components=50)
CLINC = data.with_long_tail(
    data.text("CLINC150", sizes=(12_000, 1_500, 4_500), components=50), 20, "CLINC150"
)
COUNTS = {
    FASHION.name: data.long_tail(1000, 100, 10),
    CLINC.name: data.long_tail(80, 20, 150),
}
LOSSES = {  # The net that a loss is made for, and the loss from the class counts.
    "cross-entropy": (PLAIN, lambda counts: hk.CrossEntropy()),
    "focal": (PLAIN, lambda counts: hk.Focal()),
    "logit adjustment": (PLAIN, hk.LogitAdjusted),
    "noised top-K": (PLAIN, lambda counts: hk.NoisedTopK(K)),
    "cosine cross-entropy": (COSINE, lambda counts: hk.LDAM(counts, max_m=1e-6)),
    "LDAM": (COSINE, hk.LDAM),
    "imbalanced top-K": (COSINE, lambda counts: hk.NoisedTopKImbalanced(K, counts)),
}
MEASURES = {
    "test_top_1": "top-1",
    "test_common": "commoner half",
    "test_rare": "rarer half",
    f"test_top_{K}": f"top-{K}",
}
CLAIMS = (
    ("logit adjustment", "test_top_1", "Menon et al. 2021"),
    ("LDAM", "test_top_1", "Cao et al. 2019"),
    ("imbalanced top-K", f"test_top_{K}", "Garcin et al. 2022"),
)
MADE_FOR = {  # A loss has the class counts of a set and the net that it needs.
    f"{arm} on {name}": (f"{arm} on {name}", net.name, name)
    for arm, (net, _) in LOSSES.items()
    for name in COUNTS
}

EXPERIMENT = lab.Experiment(
    datasets=[FASHION, CLINC],
    models=[PLAIN, COSINE],
    losses={
        f"{arm} on {name}": make(counts)
        for arm, (_, make) in LOSSES.items()
        for name, counts in COUNTS.items()
    },
    where=arms.only(MADE_FOR),
    learning_rates=[3e-3, 1e-2, 3e-2],
    epochs=12,
    batch_size=50,
    seeds=range(10),
    metrics={
        "top_1": hk.ScoreAccuracy,
        "rare": rarer_half,
        f"top_{K}": lambda: hk.TopKAccuracy(K),
    },
    keep_curves=False,
)


def judged(summary):
    """The order that each paper claims, on both sets."""
    for name, (arm, metric, source) in itertools.product(COUNTS, CLAIMS):
        rows = summary[(summary.dataset == name) & (summary.metric == metric)]
        text = f"{{}} ahead of {{}} on a long tail in {MEASURES[metric]} "
        text += f"accuracy, mean over classes (ours: {name})"
        yield from verdicts.orders(text, source, rows, [(arm, "cross-entropy")])


def told(name, means):
    """The best mean over classes on a set, beside cross-entropy, in words."""
    best, plain = means.loc[means["top-1"].idxmax()], means.loc["cross-entropy"]
    return (
        f"On {name} {best.name} has the highest mean over classes, {best['top-1']:.1f} % "
        f"(cross-entropy {plain['top-1']:.1f}): {best['rarer half']:.0f} % "
        f"({plain['rarer half']:.0f}) on the rarer half of the classes, "
        f"{best['commoner half']:.0f} % ({plain['commoner half']:.0f}) on the commoner"
    )


def findings(results):
    chosen = stats.chosen(results.trials, "validation_top_1")
    chosen["arm"] = chosen.loss.str.split(" on ").str[0]
    chosen["test_common"] = 2 * chosen.test_top_1 - chosen.test_rare
    summary = stats.compare_each(chosen, MEASURES, "arm", against="cross-entropy")
    means = 100 * chosen.groupby(["dataset", "arm"], sort=False)[list(MEASURES)].mean()
    means = means.rename(columns=MEASURES)
    return lab.Findings(
        sentence=". ".join(told(name, means.loc[name]) for name in COUNTS) + ".",
        notes=f"Mean test accuracy over all classes with one and with {K} guesses, and over "
        "each half of them with one.",
        summary=summary,
        claims=verdicts.table(judged(summary)),
        tables={"means": means.reset_index()},
        figures={
            name.lower().replace("-", "_"): plots.heat(
                means.loc[name],
                f"{name}: {means.loc[name, 'rarer half'].idxmax()} serves the rare classes best",
                "measure",
                "loss",
                "test accuracy, %",
            )
            for name in COUNTS
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
