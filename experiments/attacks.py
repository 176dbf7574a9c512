"""How many answers does a small step of the inputs change, loss by loss?

Goodfellow, Shlens and Szegedy (2015) move every input by a small step along the sign of the
loss's slope. A hinge has no slope where the margin is met, so that this attack does not
move such inputs at all, which looks like safety. Here the same nets are also attacked down
the lead of the true class over the best other, which no margin ends. Five losses on
garments and letters, each at a rate of its own.
"""

import numpy as np
from keras import ops

import hinge_keras as hk
from hinge_keras import check, lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.page import words
from hinge_keras.lab.training import trained

ENTROPY = "cross-entropy"
STEPS, STEP = (0.05, 0.1, 0.2, 0.4), 0.1
OWN, LEAD = "own", "lead"
# One less the lead of the true class over the best other, however large that is.
NEVER_FLAT = hk.CrammerSinger(hk.Unhinged())
ATTACKS = {OWN: "up its own loss", LEAD: "down the lead"}
EXPERIMENT = lab.Experiment(
    datasets=[
        data.fashion_mnist(sizes=(2_000, 1_000, 1_000), components=30),
        data.table("letter", shares=(2_000, 1_000, 1_500)),
    ],
    models=[models.MLP((64,))],
    arms={
        ENTROPY: hk.CrossEntropy(),
        "squared error": hk.L2(),
        "one-vs-rest hinge": hk.OneVsRest(),
        "one-vs-rest squared hinge": hk.OneVsRest(hk.SquaredHinge()),
        "Crammer-Singer": hk.CrammerSinger(),
    },
    axes={"learning_rate": [1e-3, 3e-3, 1e-2]},
    epochs=20,
    batch_size=50,
    seeds=range(10),
    pilot=lab.Pilot(range(100, 103)),
)


def inspection(trial, splits, net):
    """The accuracy of a net before and after every step."""
    x, y = splits["test"]
    found = {"test_clean": accuracy(net, x, y)}
    for attack, loss in {OWN: EXPERIMENT.loss(trial), LEAD: NEVER_FLAT}.items():
        moves = np.sign(slopes(net, loss, x, y))
        found[f"test_still_{attack}"] = np.mean(~moves.any(axis=1))
        for step in STEPS:
            moved = accuracy(net, x + np.float32(step) * moves, y)
            found[f"test_{attack}_{step:g}"] = moved
    return found


def accuracy(net, x, y):
    return np.mean(trained.scores(net, x).argmax(axis=1) == y)


def slopes(net, loss, x, y):
    """The gradient of a loss by the inputs."""
    y = y.astype("int32")
    return check.gradient(lambda x: ops.sum(loss.call(y, net(x))), x)


def findings(results):
    trials = results.table
    measures = {f"{attack}_{STEP:g}": told for attack, told in ATTACKS.items()}
    summary = analysis.compare_each(trials, measures, against=ENTROPY)
    means = (
        100
        * trials.groupby("arm", sort=False)[
            ["test_clean", *(f"test_{m}" for m in measures), f"test_still_{OWN}"]
        ].mean()
    )
    means.columns = ["no step", *ATTACKS.values(), "not moved by their own loss"]
    masked = (means[ATTACKS[OWN]] - means[ATTACKS[LEAD]]).sort_values()
    still = means["not moved by their own loss"]
    by_lead = summary[summary.measure == f"{LEAD}_{STEP:g}"]
    steps = trials.melt(
        ["dataset", "arm", "seed"],
        [f"test_{LEAD}_{step:g}" for step in STEPS],
        "column",
        "right",
    )
    sizes = {f"test_{LEAD}_{step:g}": step for step in STEPS}
    steps = steps.assign(step=steps.column.map(sizes), right=100 * steps.right)
    seeds = trials.seed.nunique()
    return lab.Findings(
        sentence=f"After a step of {STEP:g} {masked.index[-1]} seems "
        f"{masked.iloc[-1]:.0f} points safer than it is; down the lead, "
        f"{words.tally(by_lead)} ({seeds} seeds).",
        notes="Inputs that the slope of their own loss does not move at all: "
        f"{words.listed(still, '{0} {1:.0f} %')}. Accuracy in percent, mean over sets and "
        f"seeds:\n\n{words.markdown(means.reset_index())}",
        overturned="nets trained against such steps, or steps repeated, after which "
        "a loss that was level here keeps more answers than cross-entropy.",
        means="Judge how safe a hinge net is by the lead of its true class, never by the "
        "slope of the loss it was trained with: where the margin is met that is zero.",
        recipe="look_at_a_loss",
        summary=summary,
        tables={"nets": trials, "means": means.reset_index()},
        figures={
            "attacks": figures.beside(
                means.reset_index(),
                {name: name for name in ["no step", *ATTACKS.values()]},
                title=f"A step of {STEP:g} up its own loss leaves {masked.index[-1]} "
                f"{masked.iloc[-1]:.0f} points more right than a step down the lead",
                by="arm",
                xlabel="test accuracy, %, mean of both sets",
            ),
            "steps": figures.lines(
                steps,
                x="step",
                y="right",
                panel="dataset",
                title=f"Down the lead, after a step of {STEP:g}, {words.tally(by_lead)}",
                xlabel="step of every input",
                ylabel="test accuracy, %",
            ),
        },
    )


lab.main(__name__)
