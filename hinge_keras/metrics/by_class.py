"""Means over classes, so that a rare class counts as much as a common one."""

from typing import Unpack

from keras import ops

from hinge_keras import margins
from hinge_keras.configured import whole
from hinge_keras.metrics.tallies import (
    ClassTally,
    Options,
    SignTally,
    Tally,
    label_of,
    mean_ratio,
)

__all__ = ["BalancedAccuracy", "MacroTopKAccuracy"]


class ClassMean(Tally):
    """The mean over the classes seen of each class's share of hits; NaN before any."""

    def result(self):
        return mean_ratio(self.sums[:, 0], self.sums[:, 1])


class BalancedAccuracy(ClassMean, SignTally):
    """The mean of the two labels' shares of right signs, from 0 to 1.

    Labels are 0/1 or -1/+1; a score of exactly 0 decides for -1. Where one label
    has not been seen it is the share of the other, where neither has it is NaN.

    >>> BalancedAccuracy()([1, 0, 0, 0], [2.0, -1.0, -1.0, 1.0])  # (1 + 2/3) / 2
    0.8333

    Brodersen, Ong, Stephan and Buhmann, The balanced accuracy and its
    posterior distribution, ICPR 2010.
    """

    size = (2, 2)

    def entries(self, reading):
        positive = reading.signs > 0
        hit = ops.cast((reading.scores > 0) == positive, reading.scores.dtype)
        return positive, ops.stack([hit, ops.ones_like(hit)], axis=-1)


class MacroTopKAccuracy(ClassMean, ClassTally):
    """The mean over the classes seen of each class's top-`k` accuracy; NaN before any.

    Labels are integers or one-hot rows; a tie counts for the true class.

    Args:
        classes: How many there are, from 2 up.
        k: How many guesses count, from 1 up.

    >>> MacroTopKAccuracy(3, k=1)([0, 0, 1], [[2.0, 1, 0], [1.0, 2, 0], [0.0, 1, 0]])
    0.75
    """

    def __init__(self, classes: int, k: int = 5, **options: Unpack[Options]) -> None:
        self.classes = whole("classes", classes, 2)
        self.k = whole("k", k, 1)
        super().__init__(**options)

    @property
    def size(self):
        return (self.classes, 2)

    def entries(self, reading):
        hit = ops.cast(margins.among_best(reading.scores, self.k), reading.scores.dtype)
        if reading.is_true is not None:
            hit = ops.expand_dims(margins.true_score(hit, reading.is_true), -1)
        return label_of(reading), ops.stack([hit, ops.ones_like(hit)], axis=-1)
