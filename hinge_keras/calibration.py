"""Scores of a trained model in, probabilities or a threshold out; needs no Keras.

Raw hinge scores are not probabilities. `Calibrated` fits one of four maps from
the one to the other on held-out examples and keeps model and map together.
`best_threshold` says above which score to decide for +1.
"""

import math
from collections.abc import Callable
from numbers import Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Calibrated",
    "Isotonic",
    "Platt",
    "Posterior",
    "Temperature",
    "best_threshold",
]

STEPS = 100  # Of Newton's method, at most; some seven are enough.
# A slope as good as none, relative to the scores: of separable ones it never is zero,
# and a temperature of 0 would make each error an infinite loss.
FLAT = 1e-7


class Platt:
    """`P(+1) = 1 / (1 + exp(-(a * f + b)))`, `a` and `b` by maximum likelihood.

    The targets are Platt's: `(n_+ + 1) / (n_+ + 2)` and `1 / (n_- + 2)`, so
    that separable scores do not give certainty. A weighted example counts as
    if it were there so many times, in the counts too.

    >>> platt = Platt().fit([-1.0, -1.0, 1.0, 1.0], [0, 0, 1, 1])
    >>> platt([0.0])
    [0.5]

    Platt, Probabilistic outputs for support vector machines, Advances in Large
    Margin Classifiers (1999).
    """

    def fit(
        self,
        scores: ArrayLike,
        labels: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        f, positive = binary_arrays(scores, labels)
        weight = as_weight(sample_weight, f)
        count = weight @ positive
        targets = np.where(
            positive, (count + 1) / (count + 2), 1 / (weight.sum() - count + 2)
        )
        scale = np.abs(f).max() or 1.0
        x = np.stack([f / scale, np.ones_like(f)])

        def risk(w):
            z = w @ x
            p = sigmoid(z)
            value = weight @ (np.logaddexp(0, z) - targets * z)
            return value, x @ (weight * (p - targets)), weight * p * (1 - p) * x @ x.T

        slope, self.offset = minimum(risk, np.zeros(2))
        self.slope = slope / scale
        return self

    def __call__(self, scores: ArrayLike) -> NDArray[np.float64]:
        return sigmoid(self.slope * np.asarray(scores, "float64") + self.offset)


class Temperature:
    """`softmax(s / temperature)`, or `1 / (1 + exp(-f / temperature))` if binary.

    One number by maximum likelihood, from 0.001 to 1,000; the decisions stay as they are.
    Where the likelihood is flat, as that of separable scores, it is the one nearest to 1.

    >>> Temperature().fit([[2.0, 0.0], [2.0, 0.0], [2.0, 0.0]], [0, 0, 1])([[2.0, 0.0]])
    [[0.6667, 0.3333]]

    Guo, Pleiss, Sun and Weinberger, On calibration of modern neural networks,
    ICML 2017.
    """

    def fit(
        self,
        scores: ArrayLike,
        labels: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        rows, true = class_arrays(scores, labels)
        weight = as_weight(sample_weight, true)
        behind = rows - np.take_along_axis(rows, true[:, None], axis=1)
        size = weight @ np.abs(behind).max(axis=1) or 1.0

        def slope(log_factor):
            """Of the risk by the factor, 1 / temperature: it rises with it."""
            s = behind * math.exp(log_factor)
            p = np.exp(s - np.logaddexp.reduce(s, axis=1, keepdims=True))
            return weight @ (p * behind).sum(axis=1) / size

        self.temperature = math.exp(-zero(slope, math.log(1e-3), math.log(1e3)))
        return self

    def __call__(self, scores: ArrayLike) -> NDArray[np.float64]:
        s = np.asarray(scores, "float64") / self.temperature
        if not is_multiclass(s):
            return sigmoid(s)
        return np.exp(s - np.logaddexp.reduce(s, axis=-1, keepdims=True))


class Isotonic:
    """The nondecreasing step function of the score closest to the labels.

    Scikit-learn's isotonic regression; wants many held-out examples.

    >>> Isotonic().fit([-1.0, 0.0, 1.0, 2.0], [0, 1, 0, 1])([0.5])
    [0.5]

    Zadrozny and Elkan, Transforming classifier scores into accurate multiclass
    probability estimates, KDD 2002.
    """

    def fit(self, scores: ArrayLike, labels: ArrayLike) -> Self:
        from sklearn.isotonic import IsotonicRegression

        f, positive = binary_arrays(scores, labels)
        self.steps = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
        self.steps.fit(f, positive.astype("float64"))
        return self

    def __call__(self, scores: ArrayLike) -> NDArray[np.float64]:
        scores = np.asarray(scores, "float64")
        return self.steps.predict(scores.reshape(-1)).reshape(scores.shape)


class Posterior:
    """The probability that a smooth loss's best score stands for; nothing to fit.

    The score that minimises `p * phi(f) + (1 - p) * phi(-f)` determines
    `p = phi'(-f) / (phi'(f) + phi'(-f))`. For `PsiG(sigma)` this is
    `Phi((1 + f) / sigma) / (Phi((1 + f) / sigma) + Phi((1 - f) / sigma))`. A
    loss with a kink, such as the hinge, has no such formula.

    Args:
        loss: A smooth, calibrated `BinaryLoss` the model was trained with.

    >>> Posterior(hk.Logistic())([0.0, 2.0])  # the logistic function
    [0.5, 0.8808]

    Derived from Luo, Qiao and Zhang, arXiv 2103.00233, for psi losses.
    """

    def __init__(self, loss: Any) -> None:
        # Asked for what it says, not for its class: that would import Keras.
        smoothness = getattr(loss, "smoothness", None)
        smooth = isinstance(smoothness, Real) and math.isfinite(smoothness)
        if not smooth or not getattr(loss, "calibrated", False):
            raise ValueError(
                f"loss is {loss!r}; accepted is a smooth, calibrated binary loss "
                "such as PsiG(0.5) or Logistic()."
            )
        self.loss = loss

    def fit(self, scores: ArrayLike, labels: ArrayLike) -> Self:
        return self

    def __call__(self, scores: ArrayLike) -> NDArray[np.float64]:
        f = np.asarray(scores, "float64")
        for_positive = -np.asarray(self.loss.slope(f))
        for_negative = -np.asarray(self.loss.slope(-f))
        return for_negative / (for_positive + for_negative)


class Calibrated:
    """A Keras model of scores with a map to probabilities on top.

    Args:
        model: A trained Keras model whose outputs are scores.
        calibration: `Platt()`, `Temperature()`, `Isotonic()` or `Posterior(loss)`.

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Identity()])
    >>> Calibrated(model, Posterior(hk.Logistic())).predict(np.zeros((1, 1)))
    [[0.5]]
    """

    def __init__(self, model: Any, calibration: Any) -> None:
        self.model = model
        self.calibration = calibration

    def fit(self, x: Any, y: ArrayLike) -> Self:
        """Fits the map to held-out examples; the model stays as it is."""
        self.calibration.fit(self.model.predict(x, verbose=0), y)
        return self

    def predict(self, x: Any, **options: Any) -> NDArray[np.float64]:
        """Probabilities of the shape of the model's scores."""
        return self.calibration(self.model.predict(x, verbose=0, **options))


# Of the weights of true and false positives, and of false and true negatives.
MEASURES: dict[str, Callable] = {
    "accuracy": lambda tp, fp, fn, tn: share(tp + tn, tp + fp + fn + tn),
    "balanced_accuracy": lambda tp, fp, fn, tn: (
        (share(tp, tp + fn) + share(tn, tn + fp)) / 2
    ),
    "f1": lambda tp, fp, fn, tn: share(2 * tp, 2 * tp + fp + fn),
    "iou": lambda tp, fp, fn, tn: share(tp, tp + fp + fn),
}


def best_threshold(
    scores: ArrayLike,
    labels: ArrayLike,
    measure: str | Callable[..., ArrayLike] = "f1",
    sample_weight: ArrayLike | None = None,
) -> float:
    """The threshold above which to decide for +1, best by a measure on given data.

    `argmax_t measure(tp, fp, fn, tn)`, where `tp` is the weight of the scores of
    label +1 above `t`, and so on. Every decision that the scores allow is
    tried: a threshold lies midway between two neighbours among them, at the largest
    to decide for none, 1 below the smallest to decide for all. Of equally good ones
    it is that nearest to 0, of two as near the larger. Choose it on validation data:
    on test data it is part of the answer.

    Args:
        scores: Finite, `(N,)` or `(..., 1)`, at least one.
        labels: 0/1 or -1/+1, one a score; the last axis may be left out.
        measure: `"f1"`, `2 * tp / (2 * tp + fp + fn)`; `"accuracy"`;
            `"balanced_accuracy"`, the mean of `tp / (tp + fn)` and `tn / (tn + fp)`;
            `"iou"`, `tp / (tp + fp + fn)`, the intersection over union of the
            positives; `0 / 0` is 0. Or a function of `tp`, `fp`, `fn` and `tn`, arrays
            of one entry a threshold; larger is better, and NaN is passed over.
        sample_weight: One number a score, from 0 up, not all 0; 1 by default.

    Raises:
        ValueError: If an argument is none of these.

    >>> best_threshold([-1.0, 0.0, 1.0, 3.0], [0, 1, 0, 1])  # F1 is 4 / 5 there
    -0.5

    Lipton, Elkan and Naryanaswamy, Optimal thresholding of classifiers to maximize
    F1 measure, ECML PKDD 2014.
    """
    f, positive = binary_arrays(scores, labels)
    measure, weight = as_measure(measure), as_weight(sample_weight, f)
    order = np.argsort(-f)
    f, positive, weight = f[order], positive[order], weight[order]
    last = np.append(f[1:] != f[:-1], True)  # Equal scores are decided alike.
    tp = np.append(0.0, np.cumsum(weight * positive)[last])
    fp = np.append(0.0, np.cumsum(weight * ~positive)[last])
    values = measured(measure, tp, fp, tp[-1] - tp, fp[-1] - fp)
    # The sums are rounded, which must not choose among equals.
    best = np.isclose(values, np.nanmax(values), rtol=1e-12, atol=0)
    found = thresholds(f[last].astype(precision(scores)))[best]
    return float(found[np.argmin(np.abs(found))])


def thresholds(falling):
    """One for each decision on falling scores, from none of them to all.

    In the scores' own precision, so that a comparison in it decides alike.
    """
    high, low = falling[:-1], falling[1:]
    between = high / 2 + low / 2  # The sum of the whole could overflow.
    between = np.where(between < high, between, low)  # Nothing may lie between.
    lowest = falling[-1:]
    below = np.minimum(lowest - 1, np.nextafter(lowest, -math.inf))
    return np.concatenate([falling[:1], between, below])


def precision(scores):
    """The floating-point type of the scores, double for whole numbers."""
    dtype = np.asarray(scores).dtype
    return dtype if np.issubdtype(dtype, np.floating) else np.dtype("float64")


def as_measure(measure):
    """The function of a named measure, or the function given."""
    if callable(measure):
        return measure
    if not isinstance(measure, str) or measure not in MEASURES:
        raise ValueError(
            f"measure is {measure!r}; accepted are {', '.join(MEASURES)} or a function."
        )
    return MEASURES[measure]


def measured(measure, *counts):
    """The measure at every threshold."""
    values = np.asarray(measure(*counts), "float64")
    if values.shape != counts[0].shape or np.isnan(values).all():
        raise ValueError(
            f"measure gives {values}; accepted is one number for each of "
            f"{len(counts[0])} thresholds, not all NaN."
        )
    return values


def share(part, whole):
    """`part / whole`, 0 where the whole is."""
    return part / np.where(whole == 0, 1, whole)


def as_weight(sample_weight, f):
    """One weight a score."""
    if sample_weight is None:
        return np.ones_like(f)
    weight = np.asarray(sample_weight, "float64").reshape(-1)
    if weight.size != f.size:
        raise ValueError(
            f"sample_weight has {weight.size} entries; accepted is one a score, "
            f"{f.size} here."
        )
    wrong = ~((weight >= 0) & np.isfinite(weight))
    if wrong.any() or not weight.any():
        value = weight[wrong][0] if wrong.any() else 0
        raise ValueError(
            f"sample_weight contains {value:g}; accepted are finite numbers from 0 up, "
            "not all 0."
        )
    return weight


def sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


def fitted(
    scores: ArrayLike, labels: ArrayLike, sample_weight: ArrayLike | None = None
) -> Platt | Temperature:
    """The map of scores to probabilities: `Platt` of one a row, else `Temperature`."""
    several = is_multiclass(np.asarray(scores))
    return (Temperature() if several else Platt()).fit(scores, labels, sample_weight)


def minimum(risk, start):
    """The minimiser of a convex function that returns value, gradient and Hessian.

    Newton's steps, halved until the value falls. (SciPy's L-BFGS wakes the threads of
    its matrix library at every step, which takes it 30 times as long.)
    """
    point, (value, gradient, hessian) = start, risk(start)
    for _ in range(STEPS):
        step = np.linalg.lstsq(hessian, gradient)[0]  # Equal scores leave it singular.
        expected = gradient @ step
        if expected <= 1e-12 * value:  # The error of the next point is its square.
            return point - step
        length, found = 1.0, risk(point - step)
        while found[0] > value - 1e-4 * length * expected:
            length /= 2
            found = risk(point - length * step)
        point, (value, gradient, hessian) = point - length * step, found
    return point


def zero(rising, low, high):
    """Where a rising function is as good as zero, as near to 0 as can be, or an end."""
    from scipy.optimize import brentq

    start = rising(0.0)
    if abs(start) <= FLAT:
        return 0.0
    end, level = (low, FLAT) if start > 0 else (high, -FLAT)
    beyond = rising(end) > level if start > 0 else rising(end) < level
    return end if beyond else brentq(lambda x: rising(x) - level, 0.0, end)


def as_scores(scores):
    """Finite numbers in double precision."""
    f = np.asarray(scores, "float64")
    if not np.isfinite(f).all():
        wrong = f[~np.isfinite(f)][0]
        raise ValueError(f"scores contain {wrong}; accepted are finite numbers.")
    return f


def is_multiclass(scores):
    return scores.ndim > 1 and scores.shape[-1] > 1


def binary_arrays(scores, labels):
    """Flat scores and which labels are +1, both checked."""
    f = as_scores(scores)
    y = flat_labels(labels, f, 1)
    refuse_unless_in((-1, 0, 1), y, "0 or 1, or -1 or +1")
    return f.reshape(-1), y > 0


def class_arrays(scores, labels):
    """Scores `(N, classes)` and the numbers of the true classes, both checked."""
    s = as_scores(scores)
    if not is_multiclass(s):
        f, positive = binary_arrays(s, labels)
        return np.stack([0 * f, f], axis=1), positive.astype(int)
    classes = s.shape[-1]
    true = flat_labels(labels, s, classes)
    refuse_unless_in(range(classes), true, f"integer classes from 0 to {classes - 1}")
    return s.reshape(-1, classes), true.astype(int)


def flat_labels(labels, scores, each):
    """Labels `(N,)` from `(...)` or `(..., 1)`, if each belongs to so many scores."""
    labels, rows = np.asarray(labels), scores.shape[: max(1, scores.ndim - 1)]
    matched = labels.shape in (rows, (*rows, 1)) and labels.size * each == scores.size
    if not matched or labels.size == 0:
        many = "one score" if each == 1 else f"{each} scores"
        raise ValueError(
            f"scores have shape {scores.shape} and labels {labels.shape}; accepted is "
            f"{many} a label, at least one label."
        )
    return labels.reshape(-1)


def refuse_unless_in(known, labels, accepted):
    """Labels of those values alone, or a `ValueError`."""
    # Numpy takes "1" for 1.
    wrong = ~np.isin(labels, list(known)) | (labels.dtype.kind in "SU")
    if wrong.any():
        value = labels[wrong][0]
        raise ValueError(f"labels contain {value}; accepted are {accepted}.")
