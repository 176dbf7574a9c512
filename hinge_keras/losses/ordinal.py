"""Classes in an order: a hinge at every threshold between them."""

from typing import Unpack

from keras import ops

from hinge_keras import margins
from hinge_keras.configured import one_of
from hinge_keras.losses.base import (
    BinaryLoss,
    MarginLoss,
    Options,
    as_base,
    weights_of_classes,
)
from hinge_keras.losses.facts import Facts

__all__ = ["OrdinalHinge"]


class OrdinalHinge(MarginLoss):
    """The hinges at the thresholds between ordered classes, summed.

    `sum_j phi(s_j if y > j else -s_j)` over all thresholds `j`, or over the two next
    to the class alone. Scores are `(..., classes - 1)`, how far an example lies above
    each threshold, as from `OrdinalThresholds`; labels are integers from 0 up or
    one-hot rows. The class decided for is the number of scores above 0.

    Args:
        thresholds: `"all"`, which bounds the error in classes, or `"immediate"`.
        base: A `BinaryLoss`; `Hinge()` by default.

    >>> OrdinalHinge()([2], [[2.0, 0.5, -0.5]])  # 0 + 0.5 + 0.5
    1.0
    >>> OrdinalHinge("immediate")([0], [[0.0, -3.0, 5.0]])  # the first alone
    1.0

    Rennie and Srebro, Loss functions for preference levels, IJCAI 2005 workshop.
    """

    def __init__(
        self,
        thresholds: str = "all",
        base: BinaryLoss | None = None,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(**options)
        self.thresholds = one_of("thresholds", thresholds, ("all", "immediate"))
        self.base = as_base(base)

    @property
    def facts(self) -> Facts:
        return self.base.facts

    def read(self, y_true, y_pred, mask=None):
        return margins.ordinal(
            y_true, y_pred, self.ignore_label, self.soft_labels, self.axis, mask
        )

    def values(self, reading):
        scores, is_true, share, _ = reading
        if is_true is not None:
            return ops.expand_dims(self.summed(scores, is_true), -1)
        classes = ops.eye(margins.size(share, -1), dtype=scores.dtype)
        each = self.summed(ops.expand_dims(scores, -2), classes > 0)
        return ops.where(share == 0, 0.0, each)

    def summed(self, scores, is_true):
        """The hinges of scores `(..., classes - 1)` under masks `(..., classes)`."""
        is_true = ops.cast(is_true, scores.dtype)
        above = ops.flip(ops.cumsum(ops.flip(is_true, axis=-1), axis=-1), axis=-1)
        phi = self.base.phi((2 * above[..., 1:] - 1) * scores)
        if self.thresholds == "immediate":
            beside = is_true[..., 1:] + is_true[..., :-1]
            phi = ops.where(beside > 0, phi, 0.0)
        return ops.sum(phi, axis=-1)

    def weights_of(self, reading):
        return weights_of_classes(self.class_weight, reading)
