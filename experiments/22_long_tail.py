"""Which loss learns the rare classes of a long tail, and at what price?

Fashion-MNIST with 1,000 to 10 training images a class and CLINC150 with 80 to 4
sentences, in equal ratios from class to class. Validation and test parts are
balanced, so that accuracy there is a mean over classes; rates are chosen by it. The
logit adjustment at full strength, as here, is the balanced softmax. Experiment 32
has the losses that are made for cosine scores.
"""

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import arms, data, models, plots, rarity, stats, verdicts

K = 3
FASHION = data.fashion_mnist(sizes=(10_000, 1_000, 5_000), tail=100, components=50)
CLINC = data.text("CLINC150", sizes=(12_000, 1_500, 4_500), components=50)
CLINC = data.with_long_tail(CLINC, 20, "CLINC150")
COUNTS = {
    FASHION.name: data.long_tail(1000, 100, 10),
    CLINC.name: data.long_tail(80, 20, 150),
}
LOSSES = {  # Each from the class counts of its set.
    "cross-entropy": lambda counts: hk.CrossEntropy(),
    "focal": lambda counts: hk.Focal(),
    "logit adjustment": hk.LogitAdjusted,
    "noised top-K": lambda counts: hk.NoisedTopK(K),
}

EXPERIMENT = lab.Experiment(
    datasets=[FASHION, CLINC],
    models=[models.MLP((64,))],
    losses=arms.of_sets(LOSSES, COUNTS, " on "),
    where=lambda trial: arms.on_own_set(trial, " on "),
    learning_rates=[3e-3, 1e-2, 3e-2],
    epochs=12,
    batch_size=50,
    seeds=range(10),
    metrics=rarity.metrics(K),
    keep_curves=False,
)


def judged(summary):
    """The order that the paper claims, on both sets."""
    for name, rows in summary[summary.metric == "test_top_1"].groupby("dataset"):
        text = "{} ahead of {} on a long tail in top-1 accuracy, mean over classes "
        text += f"(ours: {name})"
        claimed = [("logit adjustment", "cross-entropy")]
        yield from verdicts.orders(text, "Menon et al. 2021", rows, claimed)


def findings(results):
    chosen = rarity.with_halves(stats.chosen(results.trials, "validation_top_1"))
    chosen["arm"] = arms.without_set(chosen.loss, " on ")
    measures = rarity.measures(K)
    summary = stats.compare_each(chosen, measures, "arm", against="cross-entropy")
    means = 100 * chosen.groupby(["dataset", "arm"], sort=False)[[*measures]].mean()
    means = means.rename(columns=measures)
    best = means["rarer half"].unstack("dataset").idxmax()
    axes = ("measure", "loss", "test accuracy, %")
    return lab.Findings(
        sentence=" ".join(
            f"On {name} {rarity.told(means.loc[name])}." for name in COUNTS
        ),
        summary=summary,
        claims=verdicts.table(judged(summary)),
        tables={"means": means.reset_index()},
        figures={
            name.lower().replace("-", "_"): plots.heat(
                means.loc[name],
                f"{name}: {best[name]} serves the rare classes best",
                *axes,
            )
            for name in COUNTS
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
