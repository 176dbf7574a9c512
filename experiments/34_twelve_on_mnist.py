"""Do twelve losses rank on MNIST as on small digits?

The claims of Janocha and Czarnecki (2017) that experiments 20 and 33 put to the test
on 8 x 8 digits, on the images that the paper used: 4,000 of MNIST for training, on
their 50 leading components, one hidden layer, clean labels and 60 % wrong ones in
the training and validation parts; the test part is the published one. A small
budget: experiments 20 and 33 take 50,000 images with FULL=1 in the environment.
"""

from hinge_keras import lab
from hinge_keras.lab import data, models, plots, report, stats, twelve, verdicts

WELL = 0.93  # The validation accuracy to which speed is measured.
CLEAN = data.mnist(sizes=(4_000, 1_000, 1.0), components=50)
WRONG = 0.6
NOISY = data.with_label_noise(CLEAN, WRONG)
SETS = {CLEAN.name: "clean labels", NOISY.name: f"{WRONG:.0%} wrong"}

EXPERIMENT = lab.Experiment(
    datasets=[CLEAN, NOISY],
    models=[models.MLP((128,))],
    losses=twelve.losses(),
    learning_rates=[1e-3, 3e-3, 1e-2],
    epochs=10,
    batch_size=100,
    seeds=range(12),
)


def findings(results):
    chosen = stats.chosen(results.trials, "validation_accuracy")
    needed = stats.epochs_to(chosen, results.curves, "validation_accuracy", WELL)
    chosen = chosen.assign(
        labels=chosen.dataset.map(SETS), needed=needed, saved=-needed
    )
    summary = stats.compare(chosen, "test_accuracy", within=("labels",), against="log")
    clean, noisy = (summary[summary.labels == each] for each in SETS.values())
    learnt = chosen[chosen.dataset == CLEAN.name]
    speed = stats.compare(learnt, "saved", against="hinge")
    claims = [
        *twelve.fast(speed, f"MNIST, epochs saved to {WELL:.0%}"),
        *twelve.inaccurate(clean, "MNIST"),
        *twelve.robust(noisy, WRONG, "MNIST"),
    ]
    means = 100 * chosen.pivot_table("test_accuracy", "loss", "labels", sort=False)
    best = {labels: part.idxmax() for labels, part in means.items()}
    title = f"Best: {report.listed(best, '{1} on {0}')}"
    epochs = learnt.groupby("loss", sort=False).needed.mean()
    shown = epochs[["log", "hinge", "hinge^2", "hinge^3"]]
    axes = ("labels", "loss", "accuracy, %")
    return lab.Findings(
        sentence=f"{title}; {stats.tally(summary)} comparisons with log show a difference. "
        f"Epochs to {WELL:.0%} validation accuracy on clean labels: "
        f"{report.listed(shown, '{0} {1:.1f}')}.",
        summary=summary,
        claims=verdicts.table(claims),
        tables={"accuracy": means.reset_index(), "epochs": epochs.reset_index()},
        figures={"accuracy": plots.heat(means, title, *axes)},
    )


if __name__ == "__main__":
    lab.run.script(__file__)
