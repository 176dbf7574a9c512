"""Losses that know how rare each class is."""

import math
from typing import Unpack

from keras import ops

from hinge_keras.configured import above, at_least, by_class
from hinge_keras.losses.base import (
    MulticlassLoss,
    Numbers,
    Options,
    refuse_other_than,
)
from hinge_keras.losses.facts import Facts
from hinge_keras.losses.probabilistic import surprise

__all__ = ["LDAM", "BalancedSoftmax", "LogitAdjusted"]


def as_counts(class_counts):
    """Training examples of each class, in the order of the classes."""
    found = by_class("class_counts", class_counts)
    return [above("class_counts", count, 0) for count in found]


def rare_margins(class_counts, max_m):
    """A margin for each class, `max_m * (n_min / n_c) ** (1 / 4)`."""
    rarest = min(class_counts)
    return [max_m * (rarest / count) ** 0.25 for count in class_counts]


class LDAM(MulticlassLoss):
    """Cross-entropy with a wider margin for a rarer class.

    `CE(scale * (s - m_y * e_y), y)`, `m_c = max_m * (n_min / n_c) ** (1 / 4)`.
    The scores are cosines, from `NormedDense`; else `max_m` has no unit.

    Args:
        class_counts: Training examples of each class, above 0: a sequence, or a
            dictionary or `Counter` from the class.
        max_m: Margin of the rarest class, above 0.
        scale: Factor on the cosines, above 0.

    >>> LDAM([16, 1], max_m=0.5, scale=1.0)([1], [[0.5, 1.0]])  # log 2
    0.6931

    Cao, Wei, Gaidon, Arechiga and Ma, Learning imbalanced datasets with
    label-distribution-aware margin loss, NeurIPS 2019.
    """

    def __init__(
        self,
        class_counts: Numbers,
        max_m: float = 0.5,
        scale: float = 30.0,
        **options: Unpack[Options],
    ) -> None:
        self.class_counts = as_counts(class_counts)
        super().__init__(**options)
        self.max_m = above("max_m", max_m, 0)
        self.scale = above("scale", scale, 0)
        self.margins = rare_margins(self.class_counts, max_m)

    @property
    def facts(self) -> Facts:
        return Facts(symmetric=False)

    def aggregate(self, scores, is_true):
        refuse_other_than(scores.shape[-1], self.margins, "class_counts")
        shifts = ops.convert_to_tensor(self.margins, scores.dtype)
        return surprise(
            self.scale * (scores - ops.where(is_true, shifts, 0.0)), is_true
        )


class LogitAdjusted(MulticlassLoss):
    """Cross-entropy of scores that carry the class frequencies.

    `CE(s + tau * log(n_c / n), y)`: what is left for the scores to learn is
    what decides when classes are equally frequent.

    Args:
        class_counts: Training examples of each class, above 0: a sequence, or a
            dictionary or `Counter` from the class.
        tau: Share of the frequencies accounted for, from 0 up.

    >>> LogitAdjusted([3, 1])([1], [[0.0, 0.0]])  # -log(1 / 4)
    1.3863

    Menon, Jayasumana, Rawat, Jain, Veit and Kumar, Long-tail learning via logit
    adjustment, ICLR 2021.
    """

    def __init__(
        self, class_counts: Numbers, tau: float = 1.0, **options: Unpack[Options]
    ) -> None:
        self.class_counts = as_counts(class_counts)
        super().__init__(**options)
        self.tau = at_least("tau", tau, 0)
        total = sum(self.class_counts)
        self.shifts = [self.tau * math.log(n / total) for n in self.class_counts]

    @property
    def facts(self) -> Facts:
        return Facts(symmetric=False, calibrated=True)

    def aggregate(self, scores, is_true):
        refuse_other_than(scores.shape[-1], self.shifts, "class_counts")
        return surprise(
            scores + ops.convert_to_tensor(self.shifts, scores.dtype), is_true
        )


class BalancedSoftmax(MulticlassLoss):
    """Cross-entropy under the training frequencies, `CE(s + log(n_c), y)`.

    Equal to `LogitAdjusted` with `tau=1`.

    Args:
        class_counts: Training examples of each class, above 0: a sequence, or a
            dictionary or `Counter` from the class.

    >>> BalancedSoftmax([3, 1])([1], [[0.0, 0.0]])  # -log(1 / 4)
    1.3863

    Ren, Yu, Sheng, Ma, Zhao, Yi and Li, Balanced meta-softmax for long-tailed
    visual recognition, NeurIPS 2020.
    """

    def __init__(self, class_counts: Numbers, **options: Unpack[Options]) -> None:
        self.class_counts = as_counts(class_counts)
        super().__init__(**options)
        self.shifts = [math.log(count) for count in self.class_counts]

    @property
    def facts(self) -> Facts:
        return Facts(symmetric=False, calibrated=True)

    def aggregate(self, scores, is_true):
        refuse_other_than(scores.shape[-1], self.shifts, "class_counts")
        return surprise(
            scores + ops.convert_to_tensor(self.shifts, scores.dtype), is_true
        )
