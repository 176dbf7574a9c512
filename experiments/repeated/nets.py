"""What is said of trained networks: the grid, and the statements that it answers.

The nets of two posts at their rate, at Keras' default rate, and with a linear head. A
net on circles is tested on points of the plane, all of label +1: the share of them that
is right is the share of the plane that it takes for the inner circle.
"""

import functools

import keras
import numpy as np

import hinge_keras as hk
from experiments.repeated.sources import (
    HUI,
    KORNBLITH,
    REDDIT,
    SCIENCEDIRECT,
    STACK,
    VERSLOOT,
    VERSLOOT_CLASSES,
    VERSLOOT_LOSSES,
)
from experiments.repeated.statement import Sample, above, below, exactly, says
from hinge_keras import lab
from hinge_keras.lab import analysis, data, losses, models
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.data import Dataset
from hinge_keras.lab.tables.schema import EPOCH

STATEMENTS: list = []
said = functools.partial(says, STATEMENTS)

POST, DEFAULT = 0.03, 0.001  # Learning rates of Adam.
SOLVED = 0.99


def tested_on_the_plane(seed, full):
    """The splits of a set in the plane, tested on a square of it."""
    splits = full.load(seed)
    plane = data.mesh(np.array([[-1.0, -1.0], [1.0, 1.0]]))
    return {**splits, "test": (plane, np.ones(len(plane)))}


RINGS = data.circles(
    "circles", labels=data.SIGNS, factor=0.1, noise=None, sizes=(600, 150, 250)
)
CIRCLES = Dataset("circles", tested_on_the_plane, {"full": RINGS}, tags=RINGS.tags)
BLOBS = data.blobs(
    "blobs",
    sizes=(1600, 400, 1000),
    centers=[(0, 0), (15, 15), (0, 15)],
    cluster_std=1.5,
)
NARROW, NARROW_LINEAR = models.MLP((4, 2), "tanh"), models.MLP((4, 2))
CATEGORICAL = losses.OneHot(keras.losses.CategoricalHinge())


def of_post(name, loss, dataset, model=NARROW, rate=POST):
    """An arm of a post, at one rate."""
    return lab.Arm(name, loss, model, [dataset], {"learning_rate": [rate]})


EXPERIMENT = lab.Experiment(
    datasets=[CIRCLES, BLOBS],
    arms=[
        of_post("hinge, tanh", hk.Hinge(), CIRCLES),
        of_post("squared hinge, tanh", hk.SquaredHinge(), CIRCLES),
        of_post("categorical hinge, tanh", CATEGORICAL, BLOBS),
        of_post("hinge, default rate", hk.Hinge(), CIRCLES, rate=DEFAULT),
        of_post(
            "squared hinge, default rate", hk.SquaredHinge(), CIRCLES, rate=DEFAULT
        ),
        of_post("categorical hinge, default rate", CATEGORICAL, BLOBS, rate=DEFAULT),
        of_post("hinge, linear", hk.Hinge(), CIRCLES, NARROW_LINEAR),
        of_post("squared hinge, linear", hk.SquaredHinge(), CIRCLES, NARROW_LINEAR),
    ],
    epochs=30,
    batch_size=5,
    seeds=range(20),
)
OF_POSTS = ("hinge", "squared hinge", "categorical hinge")


def with_solved(trials):
    """Trials with whether they solved their data, by validation."""
    return trials.assign(solved=trials.validation_accuracy >= SOLVED)


def solved(results, arm):
    """Whether each seed solved its data, by seed."""
    own = with_solved(results.trials)
    return own[own.arm == arm].set_index("seed").solved


def judged(trials):
    """The claim that the default rate is too small, for each loss.

    Args:
        trials: As from `with_solved`.
    """
    for loss in OF_POSTS:
        post = f"{loss}, tanh"
        both = trials[trials.arm.isin([post, f"{loss}, default rate"])]
        row = analysis.compare(both, "solved").iloc[0]
        text = f"the rate {POST:g} solves more seeds than {DEFAULT:g}, {loss}"
        yield claims.order(text, "Versloot 2019", row, post)


def gained(results, one, other, losses=OF_POSTS):
    """Points of seeds that one variant solves more than another, of each loss."""
    return {
        loss: Sample(
            100.0 * solved(results, f"{loss}, {one}")
            - 100.0 * solved(results, f"{loss}, {other}")
        )
        for loss in losses
    }


def course(results, arm, column):
    """A measured column of an arm, one row a seed, one column an epoch."""
    curves = results.curves(results.trials[results.trials.arm == arm])
    return curves.pivot(index="seed", columns=EPOCH, values=column)


@said("Keras' default rate, 0.001, is often insufficient", VERSLOOT, above(0))
def default_rate(results):
    """Points of seeds that the post's rate, 0.03, solves beyond those of 0.001."""
    return gained(results, "tanh", "default rate")


@said("A hinge needs a tanh head", VERSLOOT, above(0))
def tanh_head(results):
    """Points of seeds that a tanh head solves beyond those of a linear one."""
    return gained(results, "tanh", "linear", OF_POSTS[:2])


@said("A hinge cannot be used with gradient descent", VERSLOOT_LOSSES, exactly(0))
def by_gradients(results):
    """The share of seeds that Adam solves at the post's rate."""
    return {loss: Sample(solved(results, f"{loss}, tanh")) for loss in OF_POSTS[:2]}


@said("Validation accuracy is 100 % at once", VERSLOOT, above(0.5))
def at_once(results):
    """The share of seeds of which it is after the first epoch."""
    return {
        loss: Sample(course(results, f"{loss}, tanh", "validation_accuracy")[1] == 1)
        for loss in OF_POSTS[:2]
    }


@said("After the first epoch performance is maxed out", VERSLOOT_CLASSES, below(1))
def after_one_epoch(results):
    """Points of validation accuracy gained after the first epoch, of the post's net."""
    curve = course(results, "categorical hinge, tanh", "validation_accuracy")
    return Sample(100 * (curve.iloc[:, -1] - curve[1]))


@said("The validation loss still falls, so nothing is overfitted", VERSLOOT, above(0.5))
def still_falling(results):
    """The share of solved seeds of which it falls over the second half of training."""
    falls = {}
    for loss in OF_POSTS[:2]:
        curve = course(results, f"{loss}, tanh", "validation_loss")
        curve = curve[solved(results, f"{loss}, tanh").reindex(curve.index)]
        falls[loss] = Sample(curve.iloc[:, -1] < curve.iloc[:, len(curve.T) // 2])
    return falls


@said("The boundary of squared hinge is tighter", VERSLOOT, below(0))
def tighter(results):
    """Points of the plane by which its inner region is larger, where both solve."""
    own = with_solved(results.trials)
    own = own[own.solved].pivot(index="seed", columns="arm", values="test_accuracy")
    area = own.reindex(columns=["squared hinge, tanh", "hinge, tanh"]).dropna()
    return Sample(100 * (area["squared hinge, tanh"] - area["hinge, tanh"]))


@said("A hinge is hard to optimise in deep nets", SCIENCEDIRECT)
def in_deep_nets(results):
    """Not measured here: `janocha` has nets of several depths, each loss tuned."""
    return {}


@said("Squared hinge converges better than cross-entropy", STACK)
def better_convergence(results):
    """Not measured here: `janocha` counts the epochs to 90 % of validation."""
    return {}


@said("The square loss is as good as cross-entropy", HUI)
def square(results):
    """Not measured here: `squared_error` compares the two on nine sets."""
    return {}


@said("The better the loss, the less its features transfer", KORNBLITH)
def transfer(results):
    """Not measured here: `transfer` compares the features of six losses."""
    return {}


@said("Squared hinge is the usual top layer of an SVM net", REDDIT)
def usual(results):
    """Not measured here: it is about what people do, not about what losses do."""
    return {}
