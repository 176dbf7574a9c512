"""Margins between two things: scores to be ranked, embeddings to be near or far.

Each takes what it compares on an axis of `y_pred`, and labels +1 or -1 (or 1 or 0).
"""

import abc
from typing import Unpack

from keras import ops

from hinge_keras import margins, weights
from hinge_keras.configured import at_least, between, finite
from hinge_keras.losses.base import (
    BinaryLoss,
    Options,
    PlainOptions,
    ScoreLoss,
    SignedLoss,
    as_base,
    as_label,
)
from hinge_keras.losses.binary import SquaredHinge
from hinge_keras.losses.facts import Facts

__all__ = [
    "Contrastive",
    "CosineEmbedding",
    "HingeEmbedding",
    "MarginRanking",
    "PairwiseHinge",
]


class PairLoss(SignedLoss):
    """A loss of one number a pair, and of whether its label is +1 or -1.

    Args:
        margin: In units of that number.
        base: A `BinaryLoss`; `Hinge()` by default.
    """

    def __init__(
        self,
        margin: float = 1.0,
        base: BinaryLoss | None = None,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(**options)
        self.margin = finite("margin", margin)
        self.base = as_base(base)
        if self.axis != -1:
            raise ValueError(
                f"axis is {self.axis}; accepted is -1 for a loss of pairs."
            )

    @property
    def facts(self) -> Facts:
        return Facts(convex=False, monotone=False, nonnegative=self.base.nonnegative)

    @abc.abstractmethod
    def compared(self, y_pred):
        """The one number of each pair, `(...)`."""

    def read(self, y_true, y_pred, mask=None):
        compared = ops.expand_dims(self.compared(margins.as_scores(y_pred)), -1)
        together = margins.mask_of_all(mask, compared)
        return margins.binary(
            y_true, compared, self.ignore_label, self.soft_labels, -1, together
        )


class MarginRanking(PairLoss):
    """Which of two scores should be the higher: PyTorch's `MarginRankingLoss`.

    `max(0, margin - y * (s_1 - s_2))` with the hinge: `phi` of the lead, zero from
    `margin` on. Scores are `(..., 2)`, labels `(...)`.

    Args:
        margin: The lead asked for, from 0 up.
        base: A `BinaryLoss`; `Hinge()` by default.

    >>> MarginRanking(0.5)([1, -1], [[2.0, 1.0], [2.0, 1.0]])  # (0 + 1.5) / 2
    0.75

    PyTorch, torch.nn.MarginRankingLoss.
    """

    def __init__(
        self,
        margin: float = 0.0,
        base: BinaryLoss | None = None,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(at_least("margin", margin, 0), base, **options)

    @property
    def facts(self) -> Facts:
        base = self.base
        moved = self.margin if base.zero_from < float("inf") else base.zero_from
        return Facts(base.convex, base.monotone, base.nonnegative, zero_from=moved)

    def compared(self, y_pred):
        refuse_unless_axis(y_pred, -1, 2, "two scores a pair, shape (..., 2)")
        return y_pred[..., 0] - y_pred[..., 1]

    def elements(self, scores, signs):
        return self.base.past(signs * scores - self.margin)


class HingeEmbedding(SignedLoss):
    """Distances to be small, or at least the margin: PyTorch's `HingeEmbeddingLoss`.

    `d` where the label is +1, `max(0, margin - d)` where it is -1, with the hinge.
    Distances are `(N,)` or `(..., outputs)`.

    Args:
        margin: In units of the distance.
        base: A `BinaryLoss`; `Hinge()` by default.

    >>> HingeEmbedding(1.0)([1, -1], [0.25, 0.25])  # (0.25 + 0.75) / 2
    0.5

    PyTorch, torch.nn.HingeEmbeddingLoss.
    """

    def __init__(
        self,
        margin: float = 1.0,
        base: BinaryLoss | None = None,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(**options)
        self.margin = finite("margin", margin)
        self.base = as_base(base)

    @property
    def facts(self) -> Facts:
        return Facts(convex=self.base.convex, monotone=False, nonnegative=False)

    def elements(self, scores, signs):
        far = self.base.past(scores - self.margin)
        return ops.where(signs > 0, scores, far)


class CosineEmbedding(PairLoss):
    """Directions to be alike, or not: PyTorch's `CosineEmbeddingLoss`.

    `1 - cos` where the label is +1, `max(0, cos - margin)` where it is -1, with the
    hinge. Embeddings are `(..., 2, features)`, labels `(...)`.

    Args:
        margin: The cosine that is still unlike, from -1 to 1.
        base: A `BinaryLoss`; `Hinge()` by default.

    >>> CosineEmbedding()([1, -1], [[[1.0, 0], [0, 1.0]], [[1.0, 0], [1.0, 0]]])
    1.0

    PyTorch, torch.nn.CosineEmbeddingLoss.
    """

    def __init__(
        self,
        margin: float = 0.0,
        base: BinaryLoss | None = None,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(between("margin", margin, -1, 1), base, **options)

    def compared(self, y_pred):
        refuse_unless_axis(y_pred, -2, 2, "two embeddings, shape (..., 2, features)")
        unit = y_pred / length(y_pred, axis=-1)
        return ops.sum(unit[..., 0, :] * unit[..., 1, :], axis=-1)

    def elements(self, scores, signs):
        return ops.where(signs > 0, 1 - scores, self.base.past(self.margin - scores))


class Contrastive(PairLoss):
    """Embeddings to be near, or at least the margin apart.

    `d**2` where the label is +1, `max(0, margin - d)**2` where it is -1, with the
    squared hinge; `d` the Euclidean distance. Embeddings are `(..., 2, features)`,
    labels `(...)`. Without the 1/2 that some write.

    Args:
        margin: In units of the distance, from 0 up.
        base: A `BinaryLoss`; `SquaredHinge()` by default.

    >>> Contrastive()([1, 0], [[[0.0], [0.5]], [[0.0], [0.5]]])  # (0.25 + 0.25) / 2
    0.25

    Hadsell, Chopra and LeCun, Dimensionality reduction by learning an invariant
    mapping, CVPR 2006.
    """

    def __init__(
        self,
        margin: float = 1.0,
        base: BinaryLoss | None = None,
        **options: Unpack[Options],
    ) -> None:
        base = SquaredHinge() if base is None else base
        super().__init__(at_least("margin", margin, 0), base, **options)

    def compared(self, y_pred):
        refuse_unless_axis(y_pred, -2, 2, "two embeddings, shape (..., 2, features)")
        return distance(y_pred[..., 0, :], y_pred[..., 1, :])

    def elements(self, scores, signs):
        far = self.base.past(scores - self.margin)
        return ops.where(signs > 0, ops.square(scores), far)


class PairwiseHinge(ScoreLoss):
    """Scores of a list in the order of their grades, `mean phi(s_i - s_j)`.

    The mean over all pairs of a list in which `i` is graded above `j`: what
    `RankingAccuracy` counts, with `phi` in place of 0 and 1. Grades and scores are
    `(lists, items)`, one value a list; or `(N,)` or `(N, 1)`, one list and one value.
    A list without such a pair counts for nothing. With a sample weight an item a pair
    counts by the product of its two; a weight may also be that of a list.

    Args:
        base: A `BinaryLoss`; `Hinge()` by default.
        groups: Labels are `(N, 2)`, a grade and the number of the group; only pairs
            of one group count, all alike.
        ignore_label: Grades of items that count for nothing; NaN is one too.

    >>> PairwiseHinge()([2, 1, 0], [3.0, 2.5, 2.5])  # (0.5 + 0.5 + 1) / 3
    0.6667

    Herbrich, Graepel and Obermayer, Large margin rank boundaries for ordinal
    regression, Advances in Large Margin Classifiers (2000).
    """

    def __init__(
        self,
        base: BinaryLoss | None = None,
        groups: bool = False,
        ignore_label: float | None = None,
        **options: Unpack[PlainOptions],
    ) -> None:
        super().__init__(**options)
        self.base = as_base(base)
        self.groups = bool(groups)
        self.ignore_label = as_label(ignore_label)

    @property
    def facts(self) -> Facts:
        return self.base.facts

    def read(self, y_true, y_pred, mask=None):
        """Scores and grades `(lists, items)`, in place of signs, and what is kept."""
        labels = margins.dense(y_true, "y_true")
        group = None
        if self.groups:
            accepted = "a grade and a group, shape (N, 2)"
            refuse_unless_axis(labels, -1, 2, accepted, 2, "y_true")
            labels, group = labels[:, 0], labels[:, 1]
        scores, grades = margins.matched(labels, y_pred, -1)
        skipped = margins.unread(grades, self.ignore_label, mask)
        scores, grades, kept = margins.without(skipped, scores, grades, 0.0)
        if scores.shape[-1] == 1 or group is not None:
            scores, grades = in_one_list(scores), in_one_list(grades)
            kept = None if kept is None else in_one_list(kept)
        return margins.Signs(scores, grades, kept, scores.shape[-1]), group

    def values(self, reading):
        scores = reading.scores
        return self.base.phi(ops.expand_dims(scores, -1) - ops.expand_dims(scores, -2))

    def pairs(self, reading, group):
        """1 where the first item of a pair is graded above the second, else 0."""
        grades, kept = reading.signs, reading.share
        pairs = ops.expand_dims(grades, -1) > ops.expand_dims(grades, -2)
        if group is not None:
            pairs = pairs & (ops.expand_dims(group, -1) == ops.expand_dims(group, -2))
        pairs = ops.cast(pairs, reading.scores.dtype)
        return pairs if kept is None else pairs * products(kept)

    def weighed(self, y_true, y_pred, sample_weight=None, mask=None, by_weight=False):
        reading, group = self.read(y_true, y_pred, mask)
        if sample_weight is not None and reading.scores.shape[0] == 1:
            sample_weight = ops.reshape(sample_weight, (1, -1))
        given = weights.spread(sample_weight, reading)
        pairs = self.pairs(reading, group)
        safe = weights.nonzero(ops.sum(pairs, axis=(-2, -1)))
        weight = pairs if given is None else pairs * self.of_pairs(given)
        values = ops.sum(weights.weigh(self.values(reading), weight), axis=(-2, -1))
        counts = ops.sum(weight if by_weight else pairs, axis=(-2, -1))
        return margins.unless_nan(values / safe, reading), counts / safe

    def of_pairs(self, given):
        """Weights of pairs from one an item, or one a list."""
        return ops.expand_dims(given, -1) if given.shape[-1] == 1 else products(given)


def in_one_list(column):
    return ops.reshape(column, (1, -1))


def products(items):
    """The product of each two items of a list."""
    return ops.expand_dims(items, -1) * ops.expand_dims(items, -2)


def distance(a, b):
    """The Euclidean distance, with a gradient of 0 at 0."""
    square = ops.sum(ops.square(a - b), axis=-1)
    apart = square > 0
    return ops.where(apart, ops.sqrt(ops.where(apart, square, 1.0)), 0.0)


def length(x, axis):
    """The Euclidean length, above 0."""
    return ops.sqrt(ops.sum(ops.square(x), axis=axis, keepdims=True) + 1e-12)


def refuse_unless_axis(tensor, axis, size, accepted, rank=1, name="y_pred"):
    """An axis of that size, or a `ValueError` that says what is accepted."""
    if len(tensor.shape) < max(rank, -axis) or tensor.shape[axis] not in (size, None):
        raise ValueError(
            f"{name} has shape {tuple(tensor.shape)}; accepted are {accepted}."
        )
