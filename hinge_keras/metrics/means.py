"""Means over examples of a function of the margin."""

import abc
from typing import Any, Unpack

import keras
from keras import ops

from hinge_keras import margins, weights
from hinge_keras.configured import Configured, at_least, whole
from hinge_keras.internals import mask_of
from hinge_keras.losses import LOSSES
from hinge_keras.losses.base import widened
from hinge_keras.metrics.tallies import (
    ClassTally,
    Mean,
    Options,
    SignTally,
    ratio,
    read_either,
)

__all__ = [
    "CrammerSingerMargin",
    "LossMetric",
    "MarginAccuracy",
    "MarginViolations",
    "MeanMargin",
    "ScoreAccuracy",
    "SignAccuracy",
    "SupportFraction",
    "TopKAccuracy",
]


class MarginMetric(Mean, SignTally):
    """The weighted mean of one `score` an output, NaN before any.

    Labels are 0/1 or -1/+1, `(N,)` or `(..., outputs)`; scores have the same
    shape and are never squashed.
    """

    @abc.abstractmethod
    def score(self, f, sign):
        """One number an output, from its score and the sign of its label."""

    def values(self, reading):
        return self.score(reading.scores, reading.signs)


class SignAccuracy(MarginMetric):
    """The share of labels that the sign of the score gets right, from 0 to 1.

    `mean(1[(f > 0) == (y > 0)])`; a score of exactly 0 decides for -1. This is
    what `metrics=["accuracy"]` fails to measure on scores and -1/+1 labels.

    >>> SignAccuracy()([1, -1, 1, -1], [2.0, -2.0, 3.0, 0.5])
    0.75
    """

    def score(self, f, sign):
        return (f > 0) == (sign > 0)


class MeanMargin(MarginMetric):
    """The mean margin, `mean(sign * f)`, in units of the score.

    >>> MeanMargin()([1, 0], [2.0, 1.0])  # (2 - 1) / 2
    0.5
    """

    def score(self, f, sign):
        return sign * f


class ShareByMargin(MarginMetric):
    """The share of examples on one side of a margin, from 0 to 1.

    Args:
        margin: From 0 up.
    """

    def __init__(self, margin: float = 1.0, **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.margin = at_least("margin", margin, 0)


class MarginViolations(ShareByMargin):
    """The share of examples short of the margin, `mean(1[sign * f < margin])`.

    On training data and a hinge loss of that margin: the examples that still
    pull at the model.

    Args:
        margin: From 0 up.

    >>> MarginViolations()([1, 1, 0, 0], [2.0, 0.5, -1.0, 1.0])
    0.5
    """

    direction = "down"

    def score(self, f, sign):
        return sign * f < self.margin


class MarginAccuracy(ShareByMargin):
    """The share of examples that reach the margin, `mean(1[sign * f >= margin])`.

    Args:
        margin: From 0 up.

    >>> MarginAccuracy(0.5)([1, 1, 0, 0], [2.0, 0.5, -1.0, 1.0])
    0.75
    """

    def score(self, f, sign):
        return sign * f >= self.margin


class SupportFraction(ShareByMargin):
    """The share of support vectors, `mean(1[sign * f <= margin])`.

    Unlike `MarginViolations` it counts the examples on the margin.

    Args:
        margin: From 0 up.

    >>> SupportFraction()([1, 1, 0, 0], [2.0, 1.0, -1.5, 1.0])
    0.5
    """

    direction = "down"

    def score(self, f, sign):
        return sign * f <= self.margin


class ClassMetric(Mean, ClassTally):
    """The weighted mean of one number an example, from the scores of all classes."""

    @abc.abstractmethod
    def score(self, scores, is_true):
        """One number an example, from the scores and the true-class mask."""

    def by_class(self, scores):
        """The number with each class as the true one, `(..., classes)`."""
        return self.score(*margins.every_class(scores))

    def values(self, reading):
        if reading.is_true is None:
            return self.by_class(reading.scores)
        return ops.expand_dims(self.score(reading.scores, reading.is_true), -1)


class CrammerSingerMargin(ClassMetric):
    """The mean lead over the closest rival, `s_y - max_{j != y} s_j`.

    >>> CrammerSingerMargin()([1, 0], [[0.0, 2.0], [1.0, 4.0]])  # (2 - 3) / 2
    -0.5
    """

    def score(self, scores, is_true):
        rival = ops.max(margins.rivals(scores, is_true), axis=-1)
        return margins.true_score(scores, is_true) - rival


class TopKAccuracy(ClassMetric):
    """The share of examples whose true class is among the `k` best scores.

    A tie counts for the true class.

    Args:
        k: How many guesses count, from 1 up.

    >>> TopKAccuracy(2)([2, 2], [[3.0, 1.0, 2.0], [3.0, 2.0, 1.0]])
    0.5
    """

    def __init__(self, k: int = 5, **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.k = whole("k", k, 1)

    def by_class(self, scores):
        return margins.among_best(scores, self.k)

    def score(self, scores, is_true):
        return ops.any(margins.among_best(scores, self.k) & is_true, axis=-1)


class ScoreAccuracy(ClassMetric):
    """The share of right decisions from raw scores, binary or multiclass, 0 to 1.

    One score an example decides by its sign, as in `SignAccuracy`; several
    decide for the class of the largest.

    >>> ScoreAccuracy()([2, 0], [[-3.0, -2.0, -1.0], [0.5, 1.0, 0.0]])
    0.5
    """

    def read(self, y_true, y_pred, mask):
        return read_either(self, y_true, y_pred, mask)

    def values(self, reading):
        if isinstance(reading, margins.Signs):
            return (reading.scores > 0) == (reading.signs > 0)
        return super().values(reading)

    def by_class(self, scores):
        return ops.one_hot(ops.argmax(scores, axis=-1), margins.size(scores, -1)) > 0

    def score(self, scores, is_true):
        return ops.any(self.by_class(scores) & is_true, axis=-1)


class LossMetric(Configured, keras.metrics.Metric):
    """Any Keras loss as a metric: the weighted mean of its values an example.

    A loss passed to `metrics=` directly would average batch means instead,
    which depends on how the batches were split. NaN before any example.

    Args:
        loss: A `keras.losses.Loss`, of this library or not, its class, a function
            `(y_true, y_pred) -> values`, or a name: this library's, else Keras'.
        name: Defaults to the loss's.
        dtype: Of the result; Keras' `floatx` by default, float32 at least.

    >>> LossMetric(keras.losses.SquaredHinge())([1.0, -1.0], [0.5, 1.0])
    2.125
    """

    def __init__(self, loss: Any, name: str | None = None, dtype: Any = None) -> None:
        self.loss = as_loss(loss)
        super().__init__(name=name or name_of(self.loss), dtype=dtype)
        self.sums = self.add_variable(
            (2,), "zeros", dtype=widened(self.dtype), name="sums"
        )
        self._direction = "down"

    def update_state(self, y_true, y_pred, sample_weight=None):
        values, counted = self.weighed(y_true, y_pred, sample_weight)
        counted = ops.ones_like(values) if counted is None else counted
        sums = ops.stack([ops.sum(values), ops.sum(counted)])
        self.sums.assign_add(ops.cast(sums, self.sums.dtype))

    def weighed(self, y_true, y_pred, sample_weight):
        """One weighted value an example, and how much each counts."""
        mask = mask_of(y_pred)
        if hasattr(self.loss, "weighed"):
            y_pred = margins.dense(y_pred, "y_pred", self.loss.dtype)
            return self.loss.weighed(y_true, y_pred, sample_weight, mask, True)
        value = getattr(self.loss, "call", self.loss)
        y_pred = margins.as_scores(y_pred)
        values = ops.expand_dims(value(ops.cast(y_true, y_pred.dtype), y_pred), -1)
        reading = margins.Classes(values, None, None)
        counted = weights.product(
            weights.spread(mask, reading, name="the mask"),
            weights.spread(sample_weight, reading),
        )
        if counted is not None:
            counted = counted + ops.zeros_like(values)
        return weights.weigh(values, counted), counted

    def result(self):
        return ratio(self.sums[0], self.sums[1])


def as_loss(loss):
    """The loss of a name or class; a loss or a function as it is."""
    if isinstance(loss, type) and issubclass(loss, keras.losses.Loss):
        return loss()
    if isinstance(loss, str):
        return LOSSES.find(loss) if loss in LOSSES.classes else named_by_keras(loss)
    if callable(loss):
        return loss
    raise ValueError(
        f"loss is {loss!r}; accepted is a keras.losses.Loss, its class, a function of "
        "(y_true, y_pred), or a name."
    )


def named_by_keras(loss):
    try:
        return keras.losses.get(loss)
    except ValueError:
        names = ", ".join(sorted(LOSSES.classes))
        raise ValueError(
            f"loss is {loss!r}; accepted are Keras' names and {names}."
        ) from None


def name_of(loss):
    return getattr(loss, "name", None) or loss.__name__
