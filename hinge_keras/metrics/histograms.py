"""Metrics of the order of the scores, from streaming histograms of them.

A score falls in one of 4096 cells of equal width in `f / (1 + abs(f))`, narrow
near 0 and wider far out. Scores of one cell count as tied, so results are close
to, and on well-spread scores within 1e-3 of, those from all scores at once.
"""

from typing import Unpack

from keras import ops

from hinge_keras.configured import between
from hinge_keras.metrics.tallies import Options, SignTally, ratio

__all__ = ["AveragePrecision", "MarginQuantile", "RankingAccuracy"]

CELLS = 4096


def cell_of(scores):
    """The cell of each score; where the score is NaN, so is what it counts."""
    scores = ops.where(ops.isnan(scores), ops.zeros_like(scores), scores)
    # The quotient of infinities would be NaN.
    scores = ops.clip(scores, -1e30, 1e30)
    squeezed = scores / (1 + ops.abs(scores))
    cells = ops.floor(0.5 * CELLS * (squeezed + 1))
    return ops.cast(ops.clip(cells, 0, CELLS - 1), "int32")


class ScoreHistogram(SignTally):
    """How many -1 and how many +1 labels have a score in each cell."""

    size = (CELLS, 2)

    def entries(self, reading):
        positive = ops.cast(reading.signs > 0, reading.scores.dtype)
        return cell_of(reading.scores), ops.stack([1 - positive, positive], axis=-1)


class RankingAccuracy(ScoreHistogram):
    """The area under the ROC curve of raw scores, from 0 to 1.

    The share of pairs of a -1 and a +1 that the scores put in order, ties
    counting half; scores are never squashed to probabilities. NaN until both labels
    have been seen.

    >>> RankingAccuracy()([-1, 1, 1, -1], [-3.0, 2.0, -1.0, 0.5])
    0.75

    Hanley and McNeil, The meaning and use of the area under a receiver
    operating characteristic curve, Radiology 143 (1982).
    """

    def result(self):
        negative, positive = self.sums[:, 0], self.sums[:, 1]
        below = ops.cumsum(negative) - 0.5 * negative
        pairs = ops.sum(negative) * ops.sum(positive)
        return ratio(ops.sum(positive * below), pairs)


class AveragePrecision(ScoreHistogram):
    """The mean precision over the recalls of raw scores, from 0 to 1.

    `sum (R_n - R_{n-1}) * P_n` over falling thresholds, without interpolation.
    NaN until a +1 has been seen.

    >>> AveragePrecision()([0, 1, 1, 0], [-3.0, 2.0, -1.0, 0.5])  # 1/2 + (2/3)/2
    0.8333

    Scikit-learn, sklearn.metrics.average_precision_score.
    """

    def result(self):
        negative, positive = ops.flip(self.sums[:, 0]), ops.flip(self.sums[:, 1])
        hits = ops.cumsum(positive)
        precision = ops.divide_no_nan(hits, hits + ops.cumsum(negative))
        total = ops.sum(positive)
        return ratio(ops.sum(positive * precision), total)


class MarginQuantile(SignTally):
    """A quantile of the margins `sign * f`, in units of the score.

    Exact to the width of a cell: about 0.001 near a margin of 1. NaN before any.

    Args:
        q: Share of the margins below, from 0 to 1; 0.5 is the median.

    >>> round(float(MarginQuantile(0.5)([1, 1, 0], [1.0, 3.0, -2.0])), 1)
    2.0
    """

    size = (CELLS, 1)

    def __init__(self, q: float = 0.5, **options: Unpack[Options]) -> None:
        self.q = between("q", q, 0, 1)
        super().__init__(**options)

    def entries(self, reading):
        m = reading.scores * reading.signs
        return cell_of(m), ops.expand_dims(ops.ones_like(m), -1)

    def result(self):
        counts = self.sums[:, 0]
        total = ops.sum(counts)
        reached = ops.cumsum(counts) >= self.q * total
        cell = ops.argmax(ops.cast(reached & (counts > 0), "int32"))
        squeezed = 2 * (ops.cast(cell, counts.dtype) + 0.5) / CELLS - 1
        return squeezed / (1 - ops.abs(squeezed)) * ratio(total, total)
