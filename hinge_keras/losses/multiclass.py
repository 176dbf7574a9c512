"""Multiclass losses, each an aggregate over any binary loss `phi`."""

import math
from collections.abc import Sequence
from typing import Unpack

from keras import ops

from hinge_keras import margins, weights
from hinge_keras.configured import above, as_list, at_least
from hinge_keras.losses.base import (
    BinaryLoss,
    ComposedLoss,
    MulticlassLoss,
    Options,
    SignedLoss,
    as_base,
    refuse_other_than,
)
from hinge_keras.losses.facts import Facts

__all__ = [
    "CrammerSinger",
    "LeeLinWahba",
    "MultiMargin",
    "MultilabelMargin",
    "OneVsRest",
    "SmoothCrammerSinger",
    "Structured",
    "WestonWatkins",
]


class CrammerSinger(ComposedLoss):
    """The loss of the closest rival, `phi(s_y - max_{j != y} s_j)`.

    Unlike Keras' categorical hinge it is unchanged when all scores shift.

    >>> CrammerSinger()([1], [[-5.0, -3.0, -4.0]])  # ahead of its rival by 1
    0.0

    Crammer and Singer, On the algorithmic implementation of multiclass
    kernel-based vector machines, JMLR 2 (2001).
    """

    def aggregate(self, scores, is_true):
        rival = ops.max(margins.rivals(scores, is_true), axis=-1)
        return self.base.phi(margins.true_score(scores, is_true) - rival)


class SmoothCrammerSinger(ComposedLoss):
    """The loss of all rivals, `phi(s_y - T * log(sum_{j != y} exp(s_j / T)))`.

    A smooth maximum in place of `CrammerSinger`'s: smooth if `phi` is, and at most
    `T * log(classes - 1)` above it where the slope of `phi` is at most 1. With
    `Logistic()` and `T = 1` it is cross-entropy.

    Args:
        base: A `BinaryLoss`; `Hinge()` by default.
        temperature: The `T` above, in units of the score, above 0.

    >>> SmoothCrammerSinger(temperature=0.1)([1], [[0.5, 1.0, 0.0]])
    0.5007

    Zhang, Jordan, Li and Yeung, Coherence functions for multicategory margin-based
    classification methods, AISTATS 2009, for the softplus hinge.
    """

    def __init__(
        self,
        base: BinaryLoss | None = None,
        temperature: float = 1.0,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(base, **options)
        self.temperature = above("temperature", temperature, 0)

    @property
    def facts(self) -> Facts:
        # Many rivals at once outweigh any lead over the closest.
        return super().facts.but(zero_from=math.inf)

    def aggregate(self, scores, is_true):
        rivals = margins.rivals(scores, is_true) / self.temperature
        rival = self.temperature * ops.logsumexp(rivals, axis=-1)
        return self.base.phi(margins.true_score(scores, is_true) - rival)


class WestonWatkins(ComposedLoss):
    """The loss summed over all rivals, `sum_{j != y} phi(s_y - s_j)`.

    >>> WestonWatkins()([1], [[0.5, 1.0, 0.0]])  # 0.5 + 0
    0.5

    Weston and Watkins, Support vector machines for multi-class pattern
    recognition, ESANN (1999).
    """

    @property
    def facts(self) -> Facts:
        return super().facts.but(convex=self.base.convex)

    def aggregate(self, scores, is_true):
        true = ops.expand_dims(margins.true_score(scores, is_true), -1)
        return self.summed(true - scores, ~is_true)


class OneVsRest(ComposedLoss):
    """One binary problem a class, summed: `phi(s_y) + sum_{j != y} phi(-s_j)`.

    The sum is the literature's; Keras' `hinge` on one-hot labels divides it by
    the number of classes.

    >>> OneVsRest()([1], [[-2.0, 0.5, 0.0]])  # 0 + 0.5 + 1
    1.5

    Rifkin and Klautau, In defense of one-vs-all classification, JMLR 5 (2004).
    """

    @property
    def facts(self) -> Facts:
        return super().facts.but(convex=self.base.convex, shift_invariant=False)

    def aggregate(self, scores, is_true):
        m = ops.where(is_true, scores, -scores)
        return self.summed(m, ops.ones_like(is_true))


class LeeLinWahba(ComposedLoss):
    """The loss of every wrong class by itself, `sum_{j != y} phi(-f_j)`.

    The scores are centred first, `f = s - mean(s)`. The authors' hinge,
    `max(0, f_j + 1 / (classes - 1))`, is `Hinge(margin=1 / (classes - 1))`.

    >>> LeeLinWahba()([1], [[1.0, 3.0, -1.0]])  # f = 0, 2, -2: 1 + 0
    1.0

    Lee, Lin and Wahba, Multicategory support vector machines, Journal of the
    American Statistical Association 99 (2004).
    """

    @property
    def facts(self) -> Facts:
        base = self.base
        return super().facts.but(
            convex=base.convex,
            zero_from=math.inf,  # Depends on the number of classes.
            calibrated=True if base.convex and base.calibrated else None,
        )

    def aggregate(self, scores, is_true):
        return self.summed(margins.mean_present(scores) - scores, ~is_true)


class MultiMargin(MulticlassLoss):
    """PyTorch's `MultiMarginLoss`: the mean over all classes, not over rivals.

    `sum_{j != y} max(0, margin - s_y + s_j)**p / classes`; the class weight
    multiplies outside the power, and the mean over the batch divides by its
    size.

    Args:
        p: Power, from 1 up; PyTorch takes 1 or 2.
        margin: By how much the true class should lead, above 0.

    >>> MultiMargin()([1], [[0.5, 1.0, 0.0]])  # (0.5 + 0) / 3
    0.1667

    PyTorch, torch.nn.MultiMarginLoss.
    """

    def __init__(
        self, p: float = 1, margin: float = 1.0, **options: Unpack[Options]
    ) -> None:
        super().__init__(**options)
        self.p = at_least("p", p, 1)
        self.margin = above("margin", margin, 0)

    @property
    def facts(self) -> Facts:
        return Facts(zero_from=self.margin)

    def aggregate(self, scores, is_true):
        true = ops.expand_dims(margins.true_score(scores, is_true), -1)
        gap = ops.where(is_true, 0.0, ops.relu(self.margin - true + scores))
        return margins.mean(gap if self.p == 1 else gap**self.p)


class MultilabelMargin(SignedLoss):
    """Every true label before every other: PyTorch's `MultiLabelMarginLoss`.

    `sum_{i true} sum_{j not} phi(s_i - s_j) / classes`, on multi-hot labels
    `(..., classes)` of 0/1 or -1/+1. Soft labels are taken as independent.

    Args:
        base: A `BinaryLoss`; `Hinge()` by default.

    >>> MultilabelMargin()([[1, 0, 0, 1]], [[0.1, 0.2, 0.4, 0.8]])
    0.85

    PyTorch, torch.nn.MultiLabelMarginLoss (whose example this is).
    """

    def __init__(
        self, base: BinaryLoss | None = None, **options: Unpack[Options]
    ) -> None:
        super().__init__(**options)
        self.base = as_base(base)

    @property
    def facts(self) -> Facts:
        return self.base.facts

    def elements(self, scores, signs):
        return ops.sum(self.pairs(scores, signs), axis=-1)

    def pairs(self, scores, signs):
        """`phi(s_i - s_j)` for every `i` true and `j` not, else 0."""
        ahead = ops.expand_dims(scores, -1) - ops.expand_dims(scores, -2)
        pairs = ops.expand_dims(signs > 0, -1) & ops.expand_dims(signs < 0, -2)
        return ops.where(pairs, self.base.phi(ahead), 0.0)

    def values(self, reading):
        if not self.soft_labels:
            return super().values(reading)
        # Each output stands there as true and as not, and is no rival of itself.
        scores, signs, share, outputs = reading
        other = 1 - ops.tile(ops.eye(outputs, dtype=scores.dtype), (2, 2))
        each = weights.weigh(
            self.pairs(scores, signs), other * ops.expand_dims(share, -2)
        )
        return ops.sum(each, axis=-1)


class Structured(MulticlassLoss):
    """The hinge that asks of each rival a lead of its own cost.

    `max_j (costs[y][j] + s_j) - s_y`, known as margin rescaling. Equal costs
    of 1 (`Structured.hamming`) give the Crammer-Singer hinge.

    Args:
        costs: Square matrix `(classes, classes)`, from 0 up, 0 on the diagonal:
            what it costs to say column when row is true.

    >>> Structured([[0, 1, 3], [1, 0, 1], [3, 1, 0]])([0], [[2.0, 0.0, 0.0]])
    1.0

    Tsochantaridis, Joachims, Hofmann and Altun, Large margin methods for
    structured and interdependent output variables, JMLR 6 (2005).
    """

    def __init__(
        self, costs: Sequence[Sequence[float]], **options: Unpack[Options]
    ) -> None:
        super().__init__(**options)
        self.costs = [
            [float(at_least("costs", cost, 0)) for cost in as_list(row)]
            for row in as_list(costs)
        ]
        for label, row in enumerate(self.costs):
            refuse_other_than(len(self.costs), row, "a row of costs")
            if row[label] != 0:
                raise ValueError(
                    f"costs has {row[label]} on its diagonal; accepted is 0 there."
                )

    @property
    def facts(self) -> Facts:
        distinct = {cost for row in self.costs for cost in row}
        return Facts(symmetric=len(distinct) < 3, zero_from=max(map(max, self.costs)))

    @classmethod
    def hamming(cls, classes: int, **options: Unpack[Options]) -> "Structured":
        """Cost 1 for every wrong class."""
        rows = range(classes)
        return cls([[float(i != j) for j in rows] for i in rows], **options)

    @classmethod
    def hierarchy(
        cls, paths: Sequence[Sequence[str]], **options: Unpack[Options]
    ) -> "Structured":
        """Cost by distance in a tree: the levels two paths do not share.

        `paths` names, for each class, its ancestors from the root down, all of
        one length: `[("animal", "cat"), ("animal", "dog"), ("plant", "oak")]`.
        """

        def distance(path, other):
            shared = [a == b for a, b in zip(path, other, strict=True)]
            return float(len(path) - [*shared, False].index(False))

        return cls([[distance(a, b) for b in paths] for a in paths], **options)

    def aggregate(self, scores, is_true):
        refuse_other_than(scores.shape[-1], self.costs, "costs")
        label = ops.argmax(ops.cast(is_true, "int32"), axis=-1)
        costs = ops.convert_to_tensor(self.costs, scores.dtype)
        costs = ops.take(costs, label, axis=0)
        worst = ops.max(scores + costs, axis=-1)
        return ops.relu(worst - margins.true_score(scores, is_true))
