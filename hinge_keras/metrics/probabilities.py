"""Metrics of probabilities: for scores that a calibration turned into them.

`y_pred` is a probability of +1 with labels 0/1 or -1/+1, or a row of class
probabilities with integer or one-hot labels. Raw scores are not probabilities
and give NaN.
"""

from keras import ops

from hinge_keras import margins
from hinge_keras.configured import whole
from hinge_keras.metrics.tallies import Tally

__all__ = ["BrierScore", "ExpectedCalibrationError"]


def classes_of(y_true, y_pred):
    """Probabilities and the true-class mask, flat rows, two classes if binary."""
    y_pred = margins.as_scores(y_pred)
    if len(ops.shape(y_pred)) > 1 and ops.shape(y_pred)[-1] > 1:
        p, is_true, _ = margins.multiclass(y_true, y_pred)
    else:
        p, signs, _ = margins.binary(y_true, y_pred)
        p = ops.concatenate([1 - p, p + 0 * signs], axis=-1)
        is_true = ops.concatenate([signs < 0, signs > 0], axis=-1)
    p = ops.where((p >= 0) & (p <= 1), p, float("nan"))
    rows = (-1, p.shape[-1])
    return ops.reshape(p, rows), ops.reshape(is_true, rows)


class BrierScore(Tally):
    """The mean squared error of probabilities; lower is better.

    `mean((p - 1[y > 0])**2)` for a probability of +1, and
    `mean(sum_j (p_j - 1[y = j])**2)` for rows of class probabilities.

    >>> BrierScore()([1, 0], [0.8, 0.4])  # (0.04 + 0.16) / 2
    0.1

    Brier, Verification of forecasts expressed in terms of probability, Monthly
    Weather Review 78 (1950).
    """

    direction = "down"
    size = (1, 2)

    def entries(self, y_true, y_pred):
        p, is_true = classes_of(y_true, y_pred)
        error = ops.sum(ops.square(p - ops.cast(is_true, p.dtype)), axis=-1)
        shape = margins.as_scores(y_pred).shape
        binary = len(shape) == 1 or shape[-1] == 1
        error = 0.5 * error if binary else error
        quantities = ops.stack([error, ops.ones_like(error)], axis=-1)
        return ops.zeros_like(error), quantities

    def result(self):
        return ops.divide_no_nan(self.sums[0, 0], self.sums[0, 1])


class ExpectedCalibrationError(Tally):
    """How far confidence is from accuracy: 0 if calibrated, at most 1.

    `sum_b n_b / n * abs(accuracy_b - confidence_b)` over `bins` of equal width
    of the confidence, the probability of the likeliest class.

    Args:
        bins: From 1 up.

    >>> ExpectedCalibrationError(10)([1, 0], [0.8, 0.8])  # abs(0.5 - 0.8)
    0.3

    Guo, Pleiss, Sun and Weinberger, On calibration of modern neural networks,
    ICML 2017.
    """

    direction = "down"

    def __init__(self, bins=15, name=None, dtype=None):
        self.bins = whole("bins", bins, 1)
        super().__init__(name=name, dtype=dtype)

    @property
    def size(self):
        return (self.bins, 3)

    def entries(self, y_true, y_pred):
        p, is_true = classes_of(y_true, y_pred)
        confidence = ops.max(p, axis=-1) + 0 * ops.sum(p, axis=-1)
        best = ops.one_hot(ops.argmax(p, axis=-1), p.shape[-1], dtype=p.dtype)
        right = ops.sum(best * ops.cast(is_true, p.dtype), axis=-1)
        seen = ops.where(ops.isnan(confidence), 0.0, confidence)
        cell = ops.clip(ops.ceil(seen * self.bins) - 1, 0, self.bins - 1)
        quantities = [right, confidence, ops.ones_like(confidence)]
        return cell, ops.stack(quantities, axis=-1)

    def result(self):
        gaps = ops.abs(self.sums[:, 0] - self.sums[:, 1])
        return ops.divide_no_nan(ops.sum(gaps), ops.sum(self.sums[:, 2]))
