"""Triplets: an anchor nearer to its own kind than to another, given or mined."""

import abc
import math
from typing import Unpack

from keras import ops

from hinge_keras import margins
from hinge_keras.configured import at_least, one_of
from hinge_keras.losses.base import BinaryLoss, PlainOptions, ScoreLoss, as_base
from hinge_keras.losses.facts import Facts
from hinge_keras.losses.pairs import distance, refuse_unless_axis

__all__ = ["MinedTriplet", "Triplet"]


class TripletLoss(ScoreLoss):
    """`max(0, margin + d(anchor, positive) - d(anchor, negative))` with the hinge.

    Args:
        margin: By how much nearer the positive is to be, from 0 up.
        base: A `BinaryLoss`; `Hinge()` by default.
    """

    def __init__(
        self,
        margin: float = 1.0,
        base: BinaryLoss | None = None,
        **options: Unpack[PlainOptions],
    ) -> None:
        super().__init__(**options)
        self.margin = at_least("margin", margin, 0)
        self.base = as_base(base)

    @property
    def facts(self) -> Facts:
        return Facts(convex=False, nonnegative=self.base.nonnegative)

    @abc.abstractmethod
    def read(self, y_true, y_pred, mask=None):
        """How much nearer the positive is, `(..., any)`, in place of scores."""

    def values(self, reading):
        return self.base.past(reading.scores - self.margin)


class Triplet(TripletLoss):
    """Triplets that are given: PyTorch's `TripletMarginLoss`.

    Embeddings are `(..., 3, features)`: anchor, positive and negative. Labels are
    not looked at; Keras asks for some. The distance is `norm(a - b + 1e-6, p)`.

    Args:
        margin: By how much nearer the positive is to be, from 0 up.
        p: The order of the norm, from 1 up; infinite for the largest difference.
        swap: Whether the negative's distance is that to the positive where smaller.
        base: A `BinaryLoss`; `Hinge()` by default.

    >>> Triplet()([0], [[[0.0], [0.5], [1.0]]])  # 1 + 0.5 - 1
    0.5

    Balntas, Riba, Ponsa and Mikolajczyk, Learning local feature descriptors with
    triplets and shallow convolutional neural networks, BMVC 2016, for the swap.
    """

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2,
        swap: bool = False,
        base: BinaryLoss | None = None,
        **options: Unpack[PlainOptions],
    ) -> None:
        super().__init__(margin, base, **options)
        self.p = at_least("p", p, 1)
        self.swap = bool(swap)

    def read(self, y_true, y_pred, mask=None):
        embeddings = margins.as_scores(y_pred)
        accepted = "three embeddings, shape (..., 3, features)"
        refuse_unless_axis(embeddings, -2, 3, accepted)
        anchor, positive, negative = (embeddings[..., i, :] for i in range(3))
        away = self.distance(anchor, negative)
        if self.swap:
            other = self.distance(positive, negative)
            away = ops.where(other < away, other, away)
        lead = ops.expand_dims(away - self.distance(anchor, positive), -1)
        skipped = margins.unread(lead, None, margins.mask_of_all(mask, lead))
        lead, signs, kept = margins.without(skipped, lead, ops.ones_like(lead), 1.0)
        return margins.Signs(lead, signs, kept, 1)

    def distance(self, a, b):
        size = ops.abs(a - b + 1e-6)
        if math.isinf(self.p):
            return ops.max(size, axis=-1)
        total = ops.sum(size**self.p, axis=-1)
        apart = total > 0  # The root's slope at 0 is infinite.
        root = ops.where(apart, total, 1.0) ** (1 / self.p)
        return ops.where(apart, root, 0.0)


class MinedTriplet(TripletLoss):
    """Triplets that a batch of labelled embeddings holds, the telling ones.

    Embeddings are `(N, features)`, labels `(N,)` whole numbers; one value an anchor.
    `"hard"`: its farthest positive and nearest negative. `"semi_hard"`: with each of
    its positives the nearest negative that is farther, the farthest of all if there
    is none, and the mean over positives; takes memory for `N**3` numbers. An anchor
    without a positive or a negative counts for nothing, and what Keras masks is no
    anchor, positive or negative. Distances are Euclidean.

    Args:
        mining: `"hard"` or `"semi_hard"`.
        margin: By how much nearer the positive is to be, from 0 up.
        base: A `BinaryLoss`; `Hinge()` by default.

    >>> MinedTriplet()([0, 0, 1], [[0.0], [0.5], [1.0]])  # (0.5 + 1) / 2
    0.75

    Hermans, Beyer and Leibe, In defense of the triplet loss for person
    re-identification, arXiv 1703.07737 (2017); Schroff, Kalenichenko and Philbin,
    FaceNet, CVPR 2015.
    """

    def __init__(
        self,
        mining: str = "hard",
        margin: float = 1.0,
        base: BinaryLoss | None = None,
        **options: Unpack[PlainOptions],
    ) -> None:
        super().__init__(margin, base, **options)
        self.mining = one_of("mining", mining, ("hard", "semi_hard"))

    def read(self, y_true, y_pred, mask=None):
        embeddings, labels, kept = margins.identities(y_true, y_pred, mask)
        apart = distances(embeddings)
        there = ops.expand_dims(kept, 0) & ops.expand_dims(kept, 1)
        alike = ops.expand_dims(labels, 0) == ops.expand_dims(labels, 1)
        itself = ops.eye(margins.size(embeddings, 0), dtype=embeddings.dtype) > 0
        positive, negative = alike & ~itself & there, ~alike & there
        lead = hard if self.mining == "hard" else semi_hard
        lead, share = lead(apart, positive, negative)
        whole = ops.any(positive, axis=1) & ops.any(negative, axis=1)
        whole = ops.cast(ops.expand_dims(whole, -1), embeddings.dtype)
        lost = ops.any(ops.isnan(embeddings), axis=-1, keepdims=True)
        lead = lead + ops.where(lost, float("nan"), ops.zeros_like(lead))
        return margins.Signs(lead, ops.ones_like(lead), share * whole, 1)


def distances(embeddings):
    """The Euclidean distance of every two, `(N, N)`."""
    # Not from inner products, which cancel where two embeddings nearly agree.
    return distance(ops.expand_dims(embeddings, 1), ops.expand_dims(embeddings, 0))


def hard(apart, positive, negative):
    """The nearest negative's lead over the farthest positive, `(N, 1)`."""
    farthest = ops.max(ops.where(positive, apart, 0.0), axis=1, keepdims=True)
    far = ops.max(apart, axis=1, keepdims=True)
    nearest = ops.min(ops.where(negative, apart, far), axis=1, keepdims=True)
    return nearest - farthest, ops.ones_like(nearest)


def semi_hard(apart, positive, negative):
    """The lead over each positive of a negative just beyond it, `(N, N)`."""
    to_negative = ops.expand_dims(apart, 1)  # (anchor, 1, negative)
    to_positive = ops.expand_dims(apart, 2)  # (anchor, positive, 1)
    is_negative = ops.expand_dims(negative, 1)
    beyond = is_negative & (to_negative > to_positive)
    far = ops.max(apart, axis=1, keepdims=True)
    nearest = ops.min(ops.where(beyond, to_negative, ops.expand_dims(far, 2)), axis=2)
    farthest = ops.max(ops.where(negative, apart, 0.0), axis=1, keepdims=True)
    chosen = ops.where(ops.any(beyond, axis=2), nearest, farthest)
    return chosen - apart, ops.cast(positive, apart.dtype)
