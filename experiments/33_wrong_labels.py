"""Which of twelve losses withstand wrong labels?

Janocha and Czarnecki (2017) find losses that are linear in the probability robust.
The losses of experiment 20 on nets of one hidden layer, and none to 60 % of the
labels of the training and validation parts wrong; the test part stays clean. With
FULL=1 in the environment MNIST takes the place of handwritten digits.
"""

from hinge_keras import lab
from hinge_keras.lab import data, losses, models, plots, stats, verdicts

FULL = lab.full()
SOURCE = "Janocha and Czarnecki 2017"
MNIST, DIGITS = (50_000, 10_000, 1.0), (800, 400, 597)
CLEAN = data.mnist(sizes=MNIST) if FULL else data.digits(shares=DIGITS)
NOISY = {share: data.with_label_noise(CLEAN, share) for share in (0.2, 0.4, 0.6)}
SETS = {0.0: CLEAN, **NOISY}

EXPERIMENT = lab.Experiment(
    datasets=[*SETS.values()],
    models=[models.MLP((512,) if FULL else (64,))],
    losses=losses.twelve(),
    learning_rates=[1e-3, 3e-3, 1e-2],
    epochs=15,
    batch_size=80,
    seeds=range(12),
    keep_curves=False,
)


def judged(summary):
    """The paper's summary: which losses are robust."""
    robust = ("L1 of softmax", "log"), ("L2 of softmax", "log")
    for noise in (0.4, 0.6):
        text = f"{{}} withstands {noise:.0%} wrong labels better than {{}}"
        rows = summary[summary.noise == noise]
        yield from verdicts.orders(text, SOURCE, rows, robust)


def findings(results):
    chosen = stats.chosen(results.trials, "validation_accuracy")
    shares = {each.name: share for share, each in SETS.items()}
    chosen = chosen.assign(noise=chosen.dataset.map(shares))
    options = {"within": ("noise",), "against": "log"}
    summary = stats.compare(chosen, "test_accuracy", **options)
    means = 100 * chosen.pivot_table("test_accuracy", "loss", "noise", sort=False)
    most = means.columns.max()
    worst = means[most]
    best = f"At {most:.0%} wrong labels {worst.idxmax()} is the most accurate"
    seeds = chosen.pivot_table("test_accuracy", ["noise", "seed"], "loss")
    apart = 100 * (seeds["Chebyshev"] - seeds["L1 of softmax"]).abs().mean()
    columns = means.rename(columns="{:.0%}".format)
    axes = ("wrong labels in training", "loss", "test accuracy, %")
    return lab.Findings(
        sentence=f"{best}, {worst.max():.1f} % (log {worst['log']:.1f}, hinge "
        f"{worst['hinge']:.1f}). {stats.tally(summary)} comparisons with log show a "
        "difference.",
        notes="The Chebyshev loss of a softmax is half its L1 loss, so that no claim can "
        f"hold for one of them alone; here the two differ by {apart:.1f} points on average.",
        summary=summary,
        tables={"accuracy": means.reset_index()},
        claims=verdicts.table(judged(summary)),
        figures={"noise": plots.heat(columns, best, *axes)},
    )


if __name__ == "__main__":
    lab.run.script(__file__)
