"""Do features learned with a hinge serve other classes as well as cross-entropy's?

Kornblith, Chen, Lee and Norouzi, "Why Do Better Loss Functions Lead to Less Transferable
Features?" (2021), find that softmax cross-entropy learns features that serve other classes
better than those of the losses that beat it; there was no hinge among them. Here nets learn
60 characters of Omniglot, by six losses, each at a rate of its own, from the principal
components of the drawings, and a linear machine then reads 60 others from their last
hidden layer, its cost chosen on drawers held out; another reads the components themselves.
Squared error has a weight and a target for the true class, as for many classes it must
have. Nobody whom a part is tested on drew for another.
"""

import functools

import numpy as np
import pandas as pd

import hinge_keras as hk
from experiments.squared_error import WeightedError
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.data import dataset
from hinge_keras.lab.grid import seeds
from hinge_keras.lab.page import words
from hinge_keras.lab.training import trained
from hinge_keras.svm import SmoothSVC

SOURCE = "Kornblith et al. 2021"
ENTROPY, LOG, ERROR = "cross-entropy", "one-vs-rest log loss", "weighted squared error"
INPUTS = "components alone"
CHARACTERS, LEARNED = 242, 60  # As many others are read.
COSTS = [1.0, 10.0, 100.0, 1_000.0]  # Of the mean loss.


def some(seed, images, known):
    """The parts of a set that show some of its classes, numbered from 0.

    Args:
        seed: The trial's seed, which draws the classes.
        images: A data set of all classes.
        known: Whether they are those that nets learn, or the others.
    """
    order = seeds.stream(seed, "characters").permutation(CHARACTERS)
    mine = order[:LEARNED] if known else order[LEARNED : 2 * LEARNED]
    number = np.full(CHARACTERS, -1)
    number[mine] = np.arange(len(mine))
    splits = images.load(seed)
    parts = {}
    for part, (x, y) in splits.items():
        y = number[y.astype(int)]
        parts[part] = x[y >= 0], y[y >= 0]
    return parts


ALL = data.omniglot(shares=(0.5, 0.2, 0.3), by="drawer", components=100)
KNOWN = data.Dataset(
    f"Omniglot, {LEARNED} characters",
    some,
    {"images": ALL, "known": True},
    LEARNED,
    ALL.tags,
)
EXPERIMENT = lab.Experiment(
    datasets=[KNOWN],
    models=[models.MLP((128, 64))],
    arms=[
        lab.Arm(ENTROPY, hk.CrossEntropy()),
        lab.Arm(LOG, hk.OneVsRest(hk.Logistic())),
        lab.Arm(
            ERROR,
            lambda data, weight, target: WeightedError(weight, target),
            axes={"weight": [5.0, 25.0, 125.0], "target": [1.0, 5.0, 25.0]},
        ),
        lab.Arm("one-vs-rest hinge", hk.OneVsRest()),
        lab.Arm("one-vs-rest squared hinge", hk.OneVsRest(hk.SquaredHinge())),
        lab.Arm("Crammer-Singer", hk.CrammerSinger()),
    ],
    limits={"weight": (0.008, 1e4), "target": (0.2, 1e7)},
    axes={"learning_rate": [3e-4, 1e-3, 3e-3]},
    epochs=100,
    batch_size=50,
    seeds=range(10),
    pilot=lab.Pilot(range(100, 102)),
)
MEASURES = {"known": "characters learned", "other": "other characters"}


@functools.cache
def unseen(seed):
    """The parts that show characters no net of a seed learned."""
    return some(seed, ALL, known=False)


def inspection(trial, splits, net):
    """What a net has right of its own characters, and a machine on it of others."""
    x, y = splits["test"]
    other = unseen(trial.seed)
    right = trained.scores(net, x).argmax(axis=1) == y
    read = reading({p: (trained.hidden(net, x), y) for p, (x, y) in other.items()})
    rows = [{"arm": trial.arm, "test_known": right.mean(), **read}]
    if trial.arm == ENTROPY:
        rows.append({"arm": INPUTS, "test_known": np.nan, **reading(other)})
    return rows


def reading(splits):
    """The test accuracy of a linear machine, and the cost that validation chose for it."""
    splits = dataset.standardised(splits)
    (x, y), held_out = splits["train"], splits["validation"]
    machines = {
        cost: SmoothSVC("logistic", C=cost / len(y), tol=1e-2).fit(x, y)
        for cost in COSTS
    }
    cost = max(COSTS, key=lambda cost: machines[cost].score(*held_out))
    return {"test_other": machines[cost].score(*splits["test"]), "cost": cost}


def judged(summary):
    """That softmax transfers better than two losses of the paper."""
    rows = summary[summary.measure == "other"]
    text = "features of {} serve other classes better than those of {}"
    yield from claims.orders(
        text, SOURCE, rows, [(ENTROPY, LOG), (ENTROPY, ERROR)], "Omniglot"
    )


def findings(results):
    trials = results.table
    at_edge = trials.cost.isin([COSTS[0], COSTS[-1]])
    nets = trials[trials.arm != INPUTS]
    summary = pd.concat(
        [
            analysis.compare(nets, "known", against=ENTROPY),
            analysis.compare(trials, "other", against=ENTROPY),
        ],
        ignore_index=True,
    )
    means = analysis.percent(trials, MEASURES)
    known, other = (means[name].dropna() for name in MEASURES.values())
    best = other.drop(INPUTS).idxmax()
    by_other = summary[summary.measure == "other"]
    differ = len(analysis.seen(by_other))
    learner = known.idxmax()
    same = "also" if learner == best else "not"
    pilot = results.pilot.trials
    settings = pilot.groupby("arm", sort=False).size() // pilot.seed.nunique()
    return lab.Findings(
        sentence=f"Of other characters {other[best]:.1f} % are right by features of {best}, "
        f"{other[INPUTS]:.1f} by {INPUTS}; {differ} of {len(by_other)} comparisons differ "
        f"({trials.seed.nunique()} seeds).",
        notes=f"Of the characters learned, {words.listed(known, '{0} has {1:.1f} % right')}; "
        f"of other characters, read from the features, {words.listed(other, '{0} {1:.1f}')}. "
        f"The machine's cost is the best of {len(COSTS)} by validation, the first or last "
        f"of them in {at_edge.sum()} of {len(trials)} searches. Settings of rate and own "
        f"parameters that were tried: {words.listed(settings, '{0} {1}')}.",
        overturned="deep convolution nets and photographs, as in the paper, on which the "
        "features of a hinge serve other classes as well as cross-entropy's.",
        means="If other classes will be read from a net's features, judge the features on "
        f"such classes: the first here on the classes learned, {learner}, is {same} the "
        "first on others.",
        recipe="many_classes",
        summary=summary,
        claims=claims.table(judged(summary)),
        tables={"nets": trials, "means": means.reset_index()},
        figures={
            "transfer": figures.beside(
                means.drop(INPUTS).reset_index(),
                {name: name for name in MEASURES.values()},
                title=f"{learner} is first on the characters learned, "
                + (
                    "and so are its features on others"
                    if learner == best
                    else f"features of {best} on others"
                ),
                by="arm",
                xlabel="test accuracy, %",
            )
        },
    )


lab.main(__name__)
