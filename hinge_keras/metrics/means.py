"""Means over examples of a function of the margin."""

import abc

import keras
from keras import ops

from hinge_keras import margins
from hinge_keras.configured import Configured, at_least, snake_case, whole
from hinge_keras.losses.base import like

__all__ = [
    "CrammerSingerMargin",
    "LossMetric",
    "MarginAccuracy",
    "MarginMetric",
    "MarginViolations",
    "MeanMargin",
    "ScoreAccuracy",
    "SignAccuracy",
    "SupportFraction",
    "TopKAccuracy",
]


class MarginMetric(Configured, keras.metrics.MeanMetricWrapper, abc.ABC):
    """The weighted mean of one `score` an example.

    Labels are 0/1 or -1/+1, `(N,)` or `(..., outputs)`; scores have the same
    shape and are never squashed. A NaN score or an unknown label gives NaN.

    Args:
        name: Defaults to the class name in snake case.
        dtype: Of the result; Keras' `floatx` by default.
    """

    direction = "up"

    def __init__(self, name=None, dtype=None):
        super().__init__(
            fn=self.values, name=name or snake_case(type(self).__name__), dtype=dtype
        )
        # Read by EarlyStopping, ModelCheckpoint and ReduceLROnPlateau.
        self._direction = self.direction

    @abc.abstractmethod
    def score(self, f, sign):
        """One number an output, from its score and the sign of its label."""

    def values(self, y_true, y_pred):
        """One number an example, its mean over the outputs."""
        f, sign, _ = margins.binary(y_true, y_pred)
        values = ops.cast(self.score(f, sign), f.dtype)
        return ops.mean(ops.where(ops.isnan(f * sign), float("nan"), values), axis=-1)


class SignAccuracy(MarginMetric):
    """The share of labels that the sign of the score gets right, from 0 to 1.

    `mean(1[(f > 0) == (y > 0)])`; a score of exactly 0 decides for -1. This is
    what `metrics=["accuracy"]` fails to measure on scores and -1/+1 labels.

    >>> SignAccuracy()([1, -1, 1, -1], [2.0, -2.0, 3.0, 0.5])
    0.75
    """

    def score(self, f, sign):
        return (f > 0) == (sign > 0)


class ScoreAccuracy(MarginMetric):
    """The share of right decisions from raw scores, binary or multiclass, 0 to 1.

    One score an example decides by its sign, as in `SignAccuracy`; several
    decide for the class of the largest.

    >>> ScoreAccuracy()([2, 0], [[-3.0, -2.0, -1.0], [0.5, 1.0, 0.0]])
    0.5
    """

    def score(self, f, sign):
        return (f > 0) == (sign > 0)

    def values(self, y_true, y_pred):
        f = margins.as_scores(y_pred)
        if len(f.shape) < 2 or f.shape[-1] == 1:
            return super().values(y_true, f)
        f, is_true, _ = margins.multiclass(y_true, f)
        label = ops.argmax(ops.cast(is_true, "int32"), axis=-1)
        hits = ops.cast(ops.argmax(f, axis=-1) == label, f.dtype)
        return ops.where(ops.any(ops.isnan(f), axis=-1), float("nan"), hits)


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

    def __init__(self, margin=1.0, **options):
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


class ClassMetric(Configured, keras.metrics.MeanMetricWrapper, abc.ABC):
    """The weighted mean of one number an example, from the scores of all classes.

    Labels are integers or one-hot rows, as for a multiclass loss. A NaN score
    or an unknown label gives NaN.

    Args:
        name: Defaults to the class name in snake case.
        dtype: Of the result; Keras' `floatx` by default.
    """

    def __init__(self, name=None, dtype=None):
        super().__init__(
            fn=self.values, name=name or snake_case(type(self).__name__), dtype=dtype
        )
        self._direction = "up"

    @abc.abstractmethod
    def score(self, scores, is_true):
        """One number an example, from the scores and the true-class mask."""

    def values(self, y_true, y_pred):
        scores, is_true, _ = margins.multiclass(y_true, y_pred)
        values = ops.cast(self.score(scores, is_true), scores.dtype)
        return margins.unless_nan(values, scores)


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

    def __init__(self, k=5, **options):
        super().__init__(**options)
        self.k = whole("k", k, 1)

    def score(self, scores, is_true):
        return margins.is_among_best(scores, is_true, self.k)


class LossMetric(Configured, keras.metrics.MeanMetricWrapper):
    """Any Keras loss as a metric: the weighted mean of its values an example.

    A loss passed to `metrics=` directly would average batch means instead,
    which depends on how the batches were split.

    Args:
        loss: A `keras.losses.Loss`, of this library or not.
        name: Defaults to the loss's.
        dtype: Of the result; Keras' `floatx` by default.

    >>> LossMetric(keras.losses.SquaredHinge())([1.0, -1.0], [0.5, 1.0])
    2.125
    """

    def __init__(self, loss, name=None, dtype=None):
        if not isinstance(loss, keras.losses.Loss):
            raise ValueError(f"loss is {loss!r}; accepted is a keras.losses.Loss.")
        super().__init__(fn=self.values, name=name or loss.name, dtype=dtype)
        self.loss = loss
        self._direction = "down"

    def update_state(self, y_true, y_pred, sample_weight=None):
        if getattr(self.loss, "ignore_label", None) is not None:
            kept = self.loss.kept(y_true, y_pred)
            weight = 1.0 if sample_weight is None else like(sample_weight, kept)
            sample_weight = kept * weight
        super().update_state(y_true, y_pred, sample_weight)

    def values(self, y_true, y_pred):
        dtype = self.loss.dtype
        return self.loss.call(
            ops.convert_to_tensor(y_true, dtype), ops.convert_to_tensor(y_pred, dtype)
        )
