"""Means over classes, so that a rare class counts as much as a common one."""

from keras import ops

from hinge_keras import margins
from hinge_keras.configured import whole
from hinge_keras.metrics.tallies import Tally, signed

__all__ = ["BalancedAccuracy", "MacroTopKAccuracy"]


class ClassMean(Tally):
    """The mean over the classes seen of each class's share of hits."""

    def result(self):
        hits, total = self.sums[:, 0], self.sums[:, 1]
        seen = ops.cast(total > 0, self.dtype)
        shares = ops.divide_no_nan(hits, total)
        return ops.divide_no_nan(ops.sum(shares * seen), ops.sum(seen))


class BalancedAccuracy(ClassMean):
    """The mean of the two labels' shares of right signs, from 0 to 1.

    Labels are 0/1 or -1/+1; a score of exactly 0 decides for -1.

    >>> BalancedAccuracy()([1, 0, 0, 0], [2.0, -1.0, -1.0, 1.0])  # (1 + 2/3) / 2
    0.8333

    Brodersen, Ong, Stephan and Buhmann, The balanced accuracy and its
    posterior distribution, ICPR 2010.
    """

    size = (2, 2)

    def entries(self, y_true, y_pred):
        scores, signs = signed(y_true, y_pred)
        hit = ops.cast((scores > 0) == (signs > 0), scores.dtype)
        lost = ops.where(ops.isnan(scores * signs), float("nan"), 1.0)
        return signs > 0, ops.stack([hit * lost, lost], axis=-1)


class MacroTopKAccuracy(ClassMean):
    """The mean over the classes seen of each class's top-`k` accuracy.

    Labels are integers or one-hot rows; a tie counts for the true class.

    Args:
        classes: How many there are, from 2 up.
        k: How many guesses count, from 1 up.

    >>> MacroTopKAccuracy(3, k=1)([0, 0, 1], [[2.0, 1, 0], [1.0, 2, 0], [0.0, 1, 0]])
    0.75
    """

    def __init__(self, classes, k=5, name=None, dtype=None):
        self.classes = whole("classes", classes, 2)
        self.k = whole("k", k, 1)
        super().__init__(name=name, dtype=dtype)

    @property
    def size(self):
        return (self.classes, 2)

    def entries(self, y_true, y_pred):
        scores, is_true, _ = margins.multiclass(y_true, y_pred)
        hit = ops.cast(margins.is_among_best(scores, is_true, self.k), scores.dtype)
        lost = margins.unless_nan(ops.ones_like(hit), scores)
        quantities = ops.stack([hit * lost, lost], axis=-1)
        label = ops.argmax(ops.cast(is_true, "int32"), axis=-1)
        return ops.reshape(label, (-1,)), ops.reshape(quantities, (-1, 2))
