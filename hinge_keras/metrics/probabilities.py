"""Metrics of probabilities: for scores that a calibration turned into them.

`y_pred` is a probability of +1 with labels 0/1 or -1/+1, or a row of class
probabilities with integer or one-hot labels. Raw scores are not probabilities
and give NaN; so does having seen nothing.
"""

from typing import Unpack

from keras import ops

from hinge_keras import margins
from hinge_keras.configured import whole
from hinge_keras.metrics.tallies import (
    Mean,
    Options,
    Tally,
    label_of,
    ratio,
    read_either,
)

__all__ = ["BrierScore", "ExpectedCalibrationError"]


class ProbabilityTally(Tally):
    """A tally over rows of class probabilities; that of +1 makes two classes."""

    def read(self, y_true, y_pred, mask):
        reading = read_either(self, y_true, y_pred, mask)
        p = reading.scores
        # What is no probability is lost, with its example.
        return reading._replace(scores=ops.where((p < 0) | (p > 1), float("nan"), p))

    def rows(self, reading):
        """The probabilities of all classes, on a last axis, and of the true one."""
        if isinstance(reading, margins.Signs):
            rows = ops.stack([1 - reading.scores, reading.scores], axis=-1)
            return rows, ops.where(reading.signs > 0, rows[..., 1], rows[..., 0])
        rows = ops.expand_dims(reading.scores, -2)
        if reading.is_true is None:
            return rows, reading.scores
        true = margins.true_score(reading.scores, reading.is_true)
        return rows, ops.expand_dims(true, -1)


class BrierScore(ProbabilityTally, Mean):
    """The mean squared error of probabilities; lower is better.

    `mean((p - 1[y > 0])**2)` for a probability of +1, and
    `mean(sum_j (p_j - 1[y = j])**2)` for rows of class probabilities.

    >>> BrierScore()([1, 0], [0.8, 0.4])  # (0.04 + 0.16) / 2
    0.1

    Brier, Verification of forecasts expressed in terms of probability, Monthly
    Weather Review 78 (1950).
    """

    direction = "down"

    def values(self, reading):
        rows, true = self.rows(reading)
        error = ops.square(1 - true)
        if isinstance(reading, margins.Classes):
            error = error + ops.sum(ops.square(rows), axis=-1) - ops.square(true)
        return error


class ExpectedCalibrationError(ProbabilityTally):
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

    def __init__(self, bins: int = 15, **options: Unpack[Options]) -> None:
        self.bins = whole("bins", bins, 1)
        super().__init__(**options)

    @property
    def size(self):
        return (self.bins, 3)

    def entries(self, reading):
        rows, true = self.rows(reading)
        confidence = ops.max(rows, axis=-1) + ops.zeros_like(true)
        decided = ops.cast(ops.argmax(rows, axis=-1), "int32")
        right = ops.cast(decided == ops.cast(self.label(reading), "int32"), true.dtype)
        seen = ops.where(ops.isnan(confidence), ops.zeros_like(confidence), confidence)
        cell = ops.clip(ops.ceil(seen * self.bins) - 1, 0, self.bins - 1)
        quantities = [right, confidence, ops.ones_like(confidence)]
        return cell, ops.stack(quantities, axis=-1)

    def label(self, reading):
        """The true class of each entry, 0 or 1 if binary."""
        if isinstance(reading, margins.Signs):
            return reading.signs > 0
        return label_of(reading)

    def result(self):
        gaps = ops.abs(self.sums[:, 0] - self.sums[:, 1])
        return ratio(ops.sum(gaps), ops.sum(self.sums[:, 2]))
