"""Which of twelve losses withstand wrong labels?

Janocha and Czarnecki (2017) find losses that are linear in the probability robust.
The losses and nets of experiment 20, of no, one and three hidden layers, and none to
60 % of the labels of the training and validation parts wrong; the test part stays
clean. With FULL=1 in the environment MNIST takes the place of handwritten digits.
"""

from hinge_keras import lab
from hinge_keras.lab import data, models, plots, report, stats, twelve, verdicts

FULL = lab.full()
MNIST, DIGITS = (50_000, 10_000, 1.0), (800, 400, 597)
CLEAN = data.mnist(sizes=MNIST) if FULL else data.digits(shares=DIGITS)
NOISY = {share: data.with_label_noise(CLEAN, share) for share in (0.2, 0.4, 0.6)}
SETS = {0.0: CLEAN, **NOISY}
NETS = {depth: models.MLP((512 if FULL else 64,) * depth) for depth in (0, 1, 3)}

EXPERIMENT = lab.Experiment(
    datasets=[*SETS.values()],
    models=[*NETS.values()],
    losses=twelve.losses(),
    learning_rates=[1e-3, 3e-3, 1e-2],
    epochs=15,
    batch_size=80,
    seeds=range(12),
    keep_curves=False,
)


def judged(summary):
    """The paper's summary: which losses are robust, at every depth."""
    strong = summary[summary.noise >= 0.4].groupby(["layers", "noise"])
    for (depth, noise), rows in strong:
        yield from twelve.robust(rows, noise, f"{depth} hidden layers")


def findings(results):
    chosen = stats.chosen(results.trials, "validation_accuracy")
    shares = {each.name: share for share, each in SETS.items()}
    depths = {net.name: depth for depth, net in NETS.items()}
    noise, layers = chosen.dataset.map(shares), chosen.model.map(depths)
    chosen = chosen.assign(noise=noise, layers=layers)
    options = {"within": ("noise",), "against": "log"}
    summary = stats.compare_parts(chosen, "layers", "test_accuracy", **options)
    cells = ["layers", "noise"]
    means = 100 * chosen.pivot_table("test_accuracy", "loss", cells, sort=False)
    worst = means.xs(max(SETS), axis=1, level="noise")
    leader = "{} leads at {} depths".format(*stats.leader(worst))
    seeds = chosen.pivot_table("test_accuracy", [*cells, "seed"], "loss")
    apart = 100 * (seeds["Chebyshev"] - seeds["L1 of softmax"]).abs().mean()
    axes = ("wrong labels in training", "loss", "test accuracy, %")
    return lab.Findings(
        sentence=f"At {max(SETS):.0%} wrong labels {leader}; with no, one and three "
        f"hidden layers log has {report.listed(worst.loc['log'], '{1:.1f} %')}, hinge "
        f"{report.listed(worst.loc['hinge'], '{1:.1f} %')}. {stats.tally(summary)} "
        "comparisons with log show a difference.",
        notes="The Chebyshev loss of a softmax is half its L1 loss, so that no claim can "
        f"hold for one of them alone; here the two differ by {apart:.1f} points on average.",
        summary=summary,
        tables={"accuracy": means.stack(cells).rename("accuracy").reset_index()},
        claims=verdicts.table(judged(summary)),
        figures={
            f"layers_{depth}": plots.heat(
                means[depth].rename(columns="{:.0%}".format),
                f"{depth} hidden layers: {worst[depth].idxmax()} withstands most",
                *axes,
            )
            for depth in NETS
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
