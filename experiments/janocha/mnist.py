"""Do twelve losses rank on MNIST as on small digits?

The claims of Janocha and Czarnecki (2017) that `janocha/digits` puts to the test on
8 x 8 digits, on the images that the paper used, with clean labels and 60 % wrong ones in
the training and validation parts; the test part is the published one. With FULL=1 in the
environment 50,000 images and three hidden layers of 512 units, rates chosen on other
seeds; by default a slice: 4,000 images, their 50 leading components, one hidden layer.
"""

from experiments.janocha import paper
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.page import words
from hinge_keras.lab.tables.schema import SAVED

FULL = lab.full()
# The validation accuracy to which speed is measured, the share of wrong labels.
WELL, WRONG = 0.97 if FULL else 0.93, 0.6
CLEAN = (
    data.mnist(sizes=(50_000, 10_000, 1.0))
    if FULL
    else data.mnist(sizes=(4_000, 1_000, 1.0), components=50)
)
NOISY = data.with_label_noise(CLEAN, WRONG)

EXPERIMENT = lab.Experiment(
    datasets=[
        CLEAN.tagged(noise=0.0, labels="clean labels"),
        NOISY.tagged(labels=f"{WRONG:.0%} wrong"),
    ],
    models=[models.MLP((512, 512, 512) if FULL else (128,))],
    arms=paper.LOSSES,
    axes={"learning_rate": [1e-4, 3e-4, 1e-3] if FULL else [1e-3, 3e-3, 1e-2]},
    epochs=20 if FULL else 10,
    batch_size=100,
    seeds=range(10 if FULL else 12),
    pilot=lab.Pilot(seeds=[100], epochs=10) if FULL else None,
)


def judged(speed, summary):
    """The paper's claims, on its own images."""
    yield from paper.fast(speed, f"MNIST, epochs to {WELL:.0%}")
    yield from paper.inaccurate(summary[summary.noise == 0], "MNIST")
    yield from paper.robust(summary[summary.noise == WRONG], WRONG, "MNIST")


def findings(results):
    chosen = results.chosen()
    summary = analysis.compare(
        chosen, "accuracy", within=("noise",), against="log", search=results.search
    )
    learnt = chosen[chosen.noise == 0]
    needed = analysis.epochs_to(learnt, results.curves(learnt), "accuracy", WELL)
    learnt = learnt.assign(needed=needed, saved=-needed)
    speed = analysis.compare(
        learnt, "saved", against="hinge", unit=SAVED, search=results.search
    )
    epochs = learnt.groupby("arm", sort=False).needed.mean()
    means = analysis.percent(chosen, "accuracy", ["labels", "arm"]).unstack("labels")
    best = {labels: part.idxmax() for labels, part in means.items()}
    courses = analysis.reached(learnt, results.curves(learnt), "accuracy", WELL)
    shown = epochs[paper.TIMED]
    first = list(epochs.index[epochs == epochs.min()])
    fastest = " and ".join(first)
    courses = courses[courses.arm.isin([*paper.TIMED, *first])]
    title = f"Best: {words.listed(best, '{1} on {0}')}"
    return lab.Findings(
        sentence=f"{title}; beside log, {words.tally(summary)}.",
        notes=f"Epochs to {WELL:.0%} validation accuracy on clean labels: "
        f"{words.listed(shown, '{0} {1:.1f}')}.",
        overturned="other nets, and epochs until no loss gains any more, after which the "
        "losses that were behind are level with log.",
        means="Choose by how clean your labels are, and try more than one loss: "
        f"first are {words.listed(best, '{1} on {0}')}, and beside log, "
        f"{words.tally(summary)}.",
        recipe="wrong_labels",
        summary=summary,
        claims=claims.table(judged(speed, summary)),
        tables={"accuracy": means.reset_index(), "epochs": epochs.reset_index()},
        figures={
            "accuracy": figures.heat(
                means, title=title, xlabel="labels", ylabel="loss", unit="accuracy, %"
            ),
            "reached": figures.lines(
                courses,
                x="epoch",
                y="share",
                title=f"Of twelve losses {fastest} get to {WELL:.0%} in the fewest epochs"
                if len(first) > 1
                else f"Of twelve losses {fastest} gets to {WELL:.0%} in the fewest epochs",
                xlabel="epochs",
                ylabel=f"runs at {WELL:.0%} validation accuracy, %",
            ),
        },
    )


lab.main(__name__)
