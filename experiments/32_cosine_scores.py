"""Do margins for rare classes help on a long tail, or the cosine scores below them?

LDAM and the imbalanced top-K loss know the class counts and are made for cosine
scores. LDAM without its margins is a cross-entropy of cosines, which tells what the
head does from what the loss does. The sets are those of experiment 22.
"""

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import arms, data, models, plots, rarity, report, stats, verdicts

K = 3
PLAIN, COSINE = models.MLP((64,)), models.MLP((64,), "cosine")
FASHION = data.fashion_mnist(sizes=(10_000, 1_000, 5_000), tail=100, components=50)
CLINC = data.text("CLINC150", sizes=(12_000, 1_500, 4_500), components=50)
CLINC = data.with_long_tail(CLINC, 20, "CLINC150")
COUNTS = {
    FASHION.name: data.long_tail(1000, 100, 10),
    CLINC.name: data.long_tail(80, 20, 150),
}
LOSSES = {  # Each from the class counts of its set; the first on plain scores.
    "cross-entropy": lambda counts: hk.CrossEntropy(),
    "cosine cross-entropy": lambda counts: hk.LDAM(counts, max_m=1e-6),
    "LDAM": hk.LDAM,
    "imbalanced top-K": lambda counts: hk.NoisedTopKImbalanced(K, counts),
}
CLAIMS = {"LDAM": (1, "Cao et al. 2019"), "imbalanced top-K": (K, "Garcin et al. 2022")}

EXPERIMENT = lab.Experiment(
    datasets=[FASHION, CLINC],
    models=[PLAIN, COSINE],
    losses=arms.of_sets(LOSSES, COUNTS, " on "),
    where=lambda trial: (
        arms.on_own_set(trial, " on ")
        and (trial.model == PLAIN.name) == trial.loss.startswith("cross-entropy")
    ),
    learning_rates=[3e-3, 1e-2, 3e-2],
    epochs=12,
    batch_size=50,
    seeds=range(10),
    metrics=rarity.metrics(K),
    keep_curves=False,
)


def judged(summary):
    """The order that each paper claims, by the guesses it allows, on both sets."""
    for arm, (k, source) in CLAIMS.items():
        for name, rows in summary[summary.metric == f"test_top_{k}"].groupby("dataset"):
            text = f"{{}} ahead of {{}} on a long tail in top-{k} accuracy, "
            text += f"mean over classes (ours: {name})"
            yield from verdicts.orders(text, source, rows, [(arm, "cross-entropy")])


def findings(results):
    chosen = rarity.with_halves(stats.chosen(results.trials, "validation_top_1"))
    chosen["arm"] = arms.without_set(chosen.loss, " on ")
    summary = stats.compare_each(chosen, rarity.measures(K), "arm")
    means = 100 * chosen.pivot_table("test_top_1", "arm", "dataset", sort=False)
    listed = [
        f"{name}: {report.listed(m, '{0} {1:.1f} %')}" for name, m in means.items()
    ]
    top_1 = summary[summary.metric == "test_top_1"]
    ahead = stats.between(stats.wins(top_1), "cosine cross-entropy", "LDAM").loss
    title = f"LDAM is seen ahead of its own head without margins on {ahead} of 2 sets"
    shown = top_1[top_1.b != "imbalanced top-K"]  # Far behind, it would set the scale.
    return lab.Findings(
        sentence=f"{title}. Mean accuracy over classes on {'; on '.join(listed)}.",
        summary=summary,
        claims=verdicts.table(judged(summary)),
        figures={"gaps": plots.gaps(shown, title)},
    )


if __name__ == "__main__":
    lab.run.script(__file__)
