"""What is said of the losses themselves: answered by their values and slopes alone."""

import functools

import keras
import numpy as np
import pandas as pd

import hinge_keras as hk
from experiments.repeated.sources import (
    AIML,
    BAELDUNG,
    GITBOOK,
    KOSHUR,
    LUKAS,
    PROGRAMMATHICALLY,
    REDDIT,
    SISYPHUS,
    STACK,
    TECHKLUSTER,
    TRUEGEOMETRY,
    VERSLOOT,
    VERSLOOT_LOSSES,
    WIKIPEDIA,
)
from experiments.repeated.statement import above, at_least, below, exactly, says

STATEMENTS: list = []
said = functools.partial(says, STATEMENTS)

HINGE, SQUARED, LOGISTIC = hk.Hinge(), hk.SquaredHinge(), hk.Logistic()
RENNIE, ZHANG = hk.GeneralizedSmoothHinge(), hk.QuadraticallySmoothedHinge()
# Sixteenths, on which the hinge is exact in single precision.
MARGINS = np.arange(-160, 161, dtype="float32") / 16
BEYOND = MARGINS[MARGINS > 1]
INSIDE = MARGINS[(MARGINS > 0) & (MARGINS < 1)]
OUTLIER = -10.0


def value(loss, m):
    """A binary loss at some margins."""
    return np.asarray(loss.phi(np.asarray(m, "float32")))


def slope(loss, m):
    """Its slope there."""
    return np.asarray(loss.slope(np.asarray(m, "float32")))


def pull(loss, m):
    """How hard an example at a margin pulls at the model."""
    return float(abs(slope(loss, m)))


def of_examples(loss, labels, scores):
    """The values of a loss on some examples."""
    made = type(loss)(reduction="none")
    return np.asarray(
        made(np.asarray(labels, "float32"), np.asarray(scores, "float32"))
    )


@said("Below the margin the hinge grows exponentially", GITBOOK, above(1))
def growth():
    """What it grows by from margin -9 to -10, in units of what it does from 1 to 0."""
    far, near = np.diff(value(HINGE, [-9, -10])), np.diff(value(HINGE, [1, 0]))
    return float(far[0] / near[0])


@said("The hinge increases linearly with the margin", TECHKLUSTER, above(0))
def with_the_margin():
    """The slope of the hinge against the margin."""
    return {"below 1": slope(HINGE, 0.0), "beyond 1": slope(HINGE, 2.0)}


@said(
    "On the wrong side the hinge grows linearly with the score", WIKIPEDIA, exactly(1)
)
def with_the_score():
    """What it grows by for each unit of the score when the label is -1."""
    scores = np.array([[0.0], [1.0], [5.0], [6.0]])
    values = of_examples(HINGE, -np.ones((4, 1)), scores)
    return {"0 to 1": values[1] - values[0], "5 to 6": values[3] - values[2]}


@said(
    "On the boundary the hinge is 1, whatever the label", PROGRAMMATHICALLY, exactly(1)
)
def on_the_boundary():
    """The hinge of a score of 0."""
    positive, negative = of_examples(HINGE, [[1], [-1]], [[0.0], [0.0]])
    return {"label 1": positive, "label -1": negative}


def bulge():
    """How far the hinge lies above the middle of a chord of it, at most."""
    ends = value(HINGE, MARGINS)
    middles = value(HINGE, (MARGINS[:, None] + MARGINS) / 2)
    return (middles - (ends[:, None] + ends) / 2).max()


said("The hinge is convex", BAELDUNG, exactly(0))(bulge)
said("With its kink the hinge is no longer convex", AIML, above(0))(bulge)


@said("At margin 1 the hinge has no derivative", WIKIPEDIA, above(0))
def kink():
    """By how much its slope changes at margin 1."""
    before, after = slope(HINGE, [15 / 16, 17 / 16])
    return after - before


@said("Rennie and Srebro's hinge and Zhang's are smooth", WIKIPEDIA, below(0.01))
def jumps():
    """How much the slope changes at most over a thousandth of the margin."""
    fine = np.linspace(-2, 2, 4001)
    return {
        name: np.abs(np.diff(slope(loss, fine))).max()
        for name, loss in {"Rennie and Srebro": RENNIE, "Zhang": ZHANG}.items()
    }


@said("The modified Huber loss is 4 of Zhang's with gamma 2", WIKIPEDIA, exactly(0))
def modified_huber():
    """The largest difference of the two at margins from -10 to 10."""
    four = 4 * value(hk.QuadraticallySmoothedHinge(gamma=2.0), MARGINS)
    return np.abs(value(hk.ModifiedHuber(), MARGINS) - four).max()


@said("The hinge is no proper score", WIKIPEDIA, exactly(0))
def proper():
    """How far apart the best scores for chances of 60 % and 90 % are."""
    return best_score(HINGE, 0.9) - best_score(HINGE, 0.6)


def best_score(loss, p):
    """The score of least expected loss where the label is +1 with probability p."""
    expected = p * value(loss, MARGINS) + (1 - p) * value(loss, -MARGINS)
    return MARGINS[expected.argmin()]


@said("Into the hinge goes the raw score, not the label", WIKIPEDIA, exactly(2))
def of_labels():
    """How many values the hinge has left when predicted labels go in."""
    labels = np.sign(MARGINS[MARGINS != 0])[:, None]
    return len(np.unique(of_examples(HINGE, np.ones_like(labels), labels)))


@said("The hinge is an upper bound of the 0-1 loss", LUKAS, at_least(0))
def bound():
    """The least distance of the hinge above the 0-1 loss."""
    return (value(HINGE, MARGINS) - (MARGINS <= 0)).min()


@said("The hinge penalises what is right but inside the margin", BAELDUNG, above(0))
def inside():
    """The least hinge at margins between 0 and 1."""
    return value(HINGE, INSIDE).min()


@said("Only the hinge is 0 once a point is classified right", REDDIT, exactly(0))
def others():
    """How many other losses of this library are 0 from some margin on."""
    known = hk.losses.LOSSES.classes.values()
    made = [cls() for cls in known if issubclass(cls, hk.BinaryLoss)]
    return sum(np.isfinite(loss.zero_from) for loss in made) - 1


@said("The hinge is 0 once a point is classified right", REDDIT, exactly(0))
def once_right():
    """The hinge of a point that is right."""
    return {f"margin {m:g}": value(HINGE, m) for m in (0.0625, 0.5, 1)}


@said("The hinge costs more closer to the boundary", KOSHUR, above(0))
def closer():
    """The hinge at the boundary less that half a unit away."""
    away = {"right side": 0.5, "wrong side": -0.5}
    return {side: value(HINGE, 0) - value(HINGE, m) for side, m in away.items()}


@said("A squared hinge punishes large errors more, small ones less", VERSLOOT, above(0))
def overtakes():
    """The error, 1 less the margin, from which the squared hinge is the larger one."""
    errors = np.arange(1, 160) / 16
    larger = value(SQUARED, 1 - errors) > value(HINGE, 1 - errors)
    changes = np.flatnonzero(np.diff(larger))
    return errors[changes[0]] if len(changes) == 1 and larger[-1] else np.nan


@said("A squared hinge is more sensitive to outliers", VERSLOOT_LOSSES, above(1))
def squared_outlier():
    """How hard an outlier at margin -10 pulls, in units of its pull at a hinge."""
    return pull(SQUARED, OUTLIER) / pull(HINGE, OUTLIER)


@said("A hinge is less sensitive to outliers than log loss", TRUEGEOMETRY, below(1))
def logistic_outlier():
    """How hard an example on the wrong side pulls, in units of its pull at a log loss."""
    return {
        f"margin {m:g}": pull(HINGE, m) / pull(LOGISTIC, m) for m in (-1.0, OUTLIER)
    }


@said("A hinge stops once it is good enough, cross-entropy never", STACK, exactly(0))
def stops():
    """How hard a point beyond the margin pulls, in units of its pull at a log loss."""
    return np.max(np.abs(slope(HINGE, BEYOND) / slope(LOGISTIC, BEYOND)))


@said("The hinge does not work with labels 0 and 1", VERSLOOT, above(0))
def zeros_and_ones():
    """How far the hinge of labels 0, 1 is from that of -1, 1, at most."""
    codes, scores = np.array([[0.0], [1.0]]), np.array([[0.5], [0.5]])
    signs = 2 * codes - 1
    right = np.maximum(0, 1 - signs * scores)[:, 0]
    found = {
        "the formula": np.maximum(0, 1 - codes * scores)[:, 0],
        "Keras": np.asarray(keras.losses.hinge(codes, scores)),
        "hinge_keras": of_examples(HINGE, codes, scores),
    }
    return {name: np.abs(values - right).max() for name, values in found.items()}


@said("Keras' categorical hinge is Weston and Watkins'", VERSLOOT_LOSSES, exactly(0))
def categorical():
    """The largest difference of the two on random scores of three classes."""
    scores, labels = random_scores(classes=3)
    sums = np.asarray(hk.WestonWatkins(reduction="none")(labels, scores))
    keras_hinge = keras.losses.categorical_hinge(np.eye(3)[labels], scores)
    return np.abs(np.asarray(keras_hinge) - sums).max()


def random_scores(classes, examples=1000):
    """Scores and labels that know nothing of each other."""
    generator = np.random.default_rng(0)
    scores = generator.normal(size=(examples, classes)).astype("float32")
    return scores, generator.integers(classes, size=examples)


@said("With equal scores the multiclass hinge is classes - 1", SISYPHUS, exactly(9))
def at_the_start():
    """The loss of ten equal scores."""
    scores, labels = np.zeros((1, 10), "float32"), np.array([3])
    found = {
        "Weston-Watkins": hk.WestonWatkins()(labels, scores),
        "Crammer-Singer": hk.CrammerSinger()(labels, scores),
        "Keras' categorical": keras.losses.CategoricalHinge()(np.eye(10)[3:4], scores),
    }
    return {name: float(found) for name, found in found.items()}


@said("Keras' `accuracy` shows how often a hinge is right", VERSLOOT, exactly(1))
def shown_accuracy():
    """What `accuracy` shows of perfect scores, labels -1 and 1 equally often."""
    labels = np.array([[1.0], [-1.0]])
    return float(keras.metrics.BinaryAccuracy()(labels, 3 * labels))


def slopes_below_the_margin():
    """All slopes that the hinge has there."""
    return np.unique(slope(HINGE, MARGINS[MARGINS < 1])).tolist()


def drawn():
    """The losses beside what two statements would have them be, for a figure."""
    losses = {"hinge": HINGE, "squared hinge": SQUARED, "logistic": LOGISTIC}
    m = np.linspace(-1.5, 2.5, 321)
    curves = {name: (value(loss, m), slope(loss, m)) for name, loss in losses.items()}
    short = np.maximum(0, 1 - m)
    curves["said: exponential"] = np.expm1(short), -np.exp(short) * (m < 1)
    curves["said: linear with the margin"] = m, np.ones_like(m)
    return pd.concat(
        pd.DataFrame({"name": name, "margin": m, "loss": of, "slope": by})
        for name, (of, by) in curves.items()
    )
