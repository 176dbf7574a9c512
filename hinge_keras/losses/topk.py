"""Top-K losses: the true class should be among the `k` best scores.

`s_[k]` is the k-th largest score; `rivals` leave the true class out.
"""

import math
from typing import Unpack

from keras import ops

from hinge_keras import margins
from hinge_keras.configured import above, whole
from hinge_keras.losses.base import (
    BinaryLoss,
    ComposedLoss,
    MulticlassLoss,
    Options,
    softplus,
)
from hinge_keras.losses.facts import Facts
from hinge_keras.losses.order import kth_largest, largest
from hinge_keras.losses.polynomials import log_ratio

__all__ = [
    "CalibratedTopK",
    "LapinAlphaTopK",
    "LapinBetaTopK",
    "NaiveTopK",
    "SmoothTopK",
    "TopKCrossEntropy",
]


def refuse_unless_below(classes, k):
    if classes is not None and k >= classes:
        raise ValueError(
            f"k is {k} with {classes} classes; accepted is a k below the number of "
            "classes."
        )


class TopKLoss(ComposedLoss):
    """A loss of the `k` best scores, over a binary loss `phi` of their lead.

    Args:
        k: How many guesses count, from 1 to `classes - 1`.
        base: A `BinaryLoss`; `Hinge()` by default.
    """

    def __init__(
        self, k: int, base: BinaryLoss | None = None, **options: Unpack[Options]
    ) -> None:
        super().__init__(base=base, **options)
        self.k = whole("k", k, 1)

    def largest(self, scores, count):
        refuse_unless_below(scores.shape[-1], self.k)
        return largest(scores, count)

    def kth_largest(self, scores, k):
        refuse_unless_below(scores.shape[-1], self.k)
        return kth_largest(scores, k)

    def lead(self, scores, is_true, bar):
        """`phi` of the true score's lead over a bar."""
        return self.base.phi(margins.true_score(scores, is_true) - bar)


class NaiveTopK(TopKLoss):
    """The lead over the k-th best rival, `phi(s_y - rivals_[k])`; not convex.

    Args:
        k: How many guesses count, from 1 (Crammer-Singer) to `classes - 1`.
        base: A `BinaryLoss`; `Hinge()` by default.

    >>> NaiveTopK(2)([0], [[0.0, 3.0, 0.5]])  # (1 + 0.5 - 0)
    1.5

    Lapin, Hein and Schiele, Top-k multiclass SVM, NeurIPS 2015, discuss it.
    """

    @property
    def facts(self) -> Facts:
        stated = super().facts
        return stated.but(convex=self.k == 1 and stated.convex)

    def aggregate(self, scores, is_true):
        bar = self.kth_largest(margins.rivals(scores, is_true), self.k)
        return self.lead(scores, is_true, bar)


class LapinAlphaTopK(TopKLoss):
    """The hinge of the mean of the `k` best rivals, `phi(s_y - mean(rivals_[1..k]))`.

    Args:
        k: How many guesses count, from 1 (Crammer-Singer) to `classes - 1`.
        base: A `BinaryLoss`; `Hinge()` by default.
        include_true: Sort the true class, with its gap of 0, among the gaps
            `zero_from + s_j - s_y` of the rivals; smaller when fewer than `k`
            rivals come close. Needs a base that reaches zero.

    >>> LapinAlphaTopK(2)([0], [[0.0, 1.0, -3.0]])  # 1 + (1 - 3) / 2
    0.0
    >>> LapinAlphaTopK(2, include_true=True)([0], [[0.0, 1.0, -3.0]])  # (2 + 0) / 2
    1.0

    Lapin, Hein and Schiele, Top-k multiclass SVM, NeurIPS 2015; their library
    libsdca leaves the true class out.
    """

    def __init__(
        self,
        k: int,
        base: BinaryLoss | None = None,
        include_true: bool = False,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(k, base, **options)
        self.include_true = include_true
        if include_true and math.isinf(self.base.zero_from):
            raise ValueError(
                f"base is {base!r}; accepted with include_true=True is a base that "
                "reaches zero, such as Hinge()."
            )

    def aggregate(self, scores, is_true):
        if not self.include_true:
            best = self.largest(margins.rivals(scores, is_true), self.k)
            return self.lead(scores, is_true, margins.mean(best))
        reach = self.base.zero_from
        true = ops.expand_dims(margins.true_score(scores, is_true), -1)
        gaps = ops.where(is_true, 0.0, reach + scores - true)
        return self.base.phi(reach - margins.mean(self.largest(gaps, self.k)))


class LapinBetaTopK(TopKLoss):
    """The mean over the `k` best rivals of their hinges, `mean phi(s_y - rivals_[j])`.

    Args:
        k: How many guesses count, from 1 (Crammer-Singer) to `classes - 1`.
        base: A `BinaryLoss`; `Hinge()` by default.

    >>> LapinBetaTopK(2)([0], [[0.0, 1.0, -0.5]])  # (2 + 0.5) / 2
    1.25

    Lapin, Hein and Schiele, Top-k multiclass SVM, NeurIPS 2015.
    """

    def aggregate(self, scores, is_true):
        best = self.largest(margins.rivals(scores, is_true), self.k)
        true = ops.expand_dims(margins.true_score(scores, is_true), -1)
        return margins.mean(self.base.phi(true - best))


class CalibratedTopK(TopKLoss):
    """The lead over the (k+1)-th score of all, `phi(s_y - s_[k+1])`; not convex.

    When the true class itself ranks k+1 the gradient is 0: the flat spot that
    the noise of `NoisedTopK` removes.

    Args:
        k: How many guesses count, from 1 to `classes - 1`.
        base: A `BinaryLoss`; `Hinge()` by default.

    >>> CalibratedTopK(1)([0], [[2.0, 1.5, 0.0]])  # 1 + 1.5 - 2
    0.5

    Yang and Koyejo, On the consistency of top-k surrogate losses, ICML 2020.
    """

    @property
    def facts(self) -> Facts:
        known = self.base.convex and self.base.calibrated
        return super().facts.but(convex=False, calibrated=True if known else None)

    def aggregate(self, scores, is_true):
        return self.lead(scores, is_true, self.kth_largest(scores, self.k + 1))


class SmoothTopK(MulticlassLoss):
    """The smooth top-K SVM, a softmax over all sets of `k` guesses.

    `tau * softplus((1 + log_e(k) - log_e(k - 1) - s_y / k) / tau)` with
    `log_e(j) = tau * log e_j(exp(rivals / (k * tau)))`, `e_j` the elementary
    symmetric polynomial. Tends to `max(0, 1 + (rivals_[k] - s_y) / k)` as `tau`
    falls. The gradient is that of the value for every `k`, 1 included.

    Args:
        k: How many guesses count, from 1 to `classes - 1`.
        tau: Temperature in units of the score, above 0.

    >>> SmoothTopK(1)([0], [[0.0, 0.0]])  # log(1 + e)
    1.3133

    Berrada, Zisserman and Kumar, Smooth loss functions for deep top-k
    classification, ICLR 2018.
    """

    def __init__(self, k: int, tau: float = 1.0, **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.k = whole("k", k, 1)
        self.tau = above("tau", tau, 0)

    @property
    def facts(self) -> Facts:
        return Facts(convex=self.k == 1)

    def aggregate(self, scores, is_true):
        refuse_unless_below(scores.shape[-1], self.k)
        x = margins.rivals(scores, is_true) / (self.k * self.tau)
        true = margins.true_score(scores, is_true) / (self.k * self.tau)
        return self.tau * softplus(1 / self.tau + log_ratio(x, self.k) - true)


class TopKCrossEntropy(MulticlassLoss):
    """Cross-entropy that forgives the `k - 1` best rivals.

    `log(1 + sum of exp(rivals_[j] - s_y) over j >= k)`, in nats: Lapin's
    truncated top-k entropy. `k = 1` is the softmax cross-entropy; not convex
    for more.

    Args:
        k: How many guesses count, from 1 to `classes - 1`.

    >>> TopKCrossEntropy(2)([0], [[0.0, 9.0, 0.0]])  # log(1 + 1)
    0.6931

    Lapin, Hein and Schiele, Loss functions for top-k error: analysis and
    insights, CVPR 2016.
    """

    def __init__(self, k: int, **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.k = whole("k", k, 1)

    @property
    def facts(self) -> Facts:
        return Facts(convex=self.k == 1)

    def aggregate(self, scores, is_true):
        refuse_unless_below(scores.shape[-1], self.k)
        rivals = margins.rivals(-scores, is_true)
        lowest = -ops.top_k(rivals, scores.shape[-1] - self.k)[0]
        true = ops.expand_dims(margins.true_score(scores, is_true), -1)
        zero = ops.zeros_like(true)
        return ops.logsumexp(ops.concatenate([zero, lowest - true], -1), axis=-1)
