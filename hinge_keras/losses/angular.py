"""Margins between angles: cross-entropy of cosines, the true class's made smaller.

The scores are cosines, from `NormedDense`. What lies beyond -1 and 1 is no cosine:
there the true class counts as at the end, plus how far it lies beyond, so that the
loss goes on falling with its score.
"""

import abc
import math
from typing import Unpack

from keras import ops

from hinge_keras import margins
from hinge_keras.configured import above, whole
from hinge_keras.losses.base import MulticlassLoss, Options, indicator
from hinge_keras.losses.facts import Facts
from hinge_keras.losses.probabilistic import surprise

__all__ = ["ArcFace", "CosFace", "SphereFace"]

LARGEST = 1 - 1e-6  # At a cosine of 1 the angle's derivative is infinite.


class AngularLoss(MulticlassLoss):
    """`CE(scale * s', y)`, where `s'` are the cosines, a smaller one for the true class.

    Args:
        scale: Factor on the cosines, above 0.
    """

    def __init__(self, scale: float = 64.0, **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.scale = above("scale", scale, 0)

    @abc.abstractmethod
    def lowered(self, cosine):
        """What the cosine of the true class counts as."""

    @property
    def facts(self) -> Facts:
        return Facts(convex=False, shift_invariant=False)

    def aggregate(self, scores, is_true):
        true = ops.expand_dims(self.lowered(margins.true_score(scores, is_true)), -1)
        return surprise(self.scale * ops.where(is_true, true, scores), is_true)


class ArcFace(AngularLoss):
    """A margin added to the angle of the true class, `cos(theta_y + margin)`.

    Where the sum would pass a half turn, `cos(theta_y) - margin * sin(margin)`, which
    lies lower and goes on falling with the angle.

    Args:
        margin: In radians, above 0 and below pi / 2.
        scale: Factor on the cosines, above 0.

    >>> ArcFace(math.pi / 6, scale=1.0)([0], [[0.0, 0.0]])  # log(1 + exp(1 / 2))
    0.9741

    Deng, Guo, Xue and Zafeiriou, ArcFace: additive angular margin loss for deep face
    recognition, CVPR 2019.
    """

    def __init__(
        self, margin: float = 0.5, scale: float = 64.0, **options: Unpack[Options]
    ) -> None:
        super().__init__(scale, **options)
        self.margin = above("margin", margin, 0)
        if self.margin >= math.pi / 2:
            raise ValueError(
                f"margin is {margin!r}; accepted is an angle below pi / 2, in radians."
            )

    def lowered(self, cosine):
        inside = ops.clip(cosine, -LARGEST, LARGEST)
        sine = ops.sqrt(1 - inside * inside)
        turned = inside * math.cos(self.margin) - sine * math.sin(self.margin)
        past = inside - self.margin * math.sin(self.margin)
        lower = ops.where(inside > -math.cos(self.margin), turned, past)
        return lower + (cosine - inside)


class CosFace(AngularLoss):
    """A margin taken from the cosine of the true class, `cos(theta_y) - margin`.

    Args:
        margin: Above 0.
        scale: Factor on the cosines, above 0.

    >>> CosFace(1.0, scale=1.0)([0], [[0.5, -0.5]])  # log 2
    0.6931

    Wang et al., CosFace: large margin cosine loss for deep face recognition, CVPR
    2018.
    """

    def __init__(
        self, margin: float = 0.35, scale: float = 64.0, **options: Unpack[Options]
    ) -> None:
        super().__init__(scale, **options)
        self.margin = above("margin", margin, 0)

    @property
    def facts(self) -> Facts:
        return Facts()

    def lowered(self, cosine):
        return cosine - self.margin


class SphereFace(AngularLoss):
    """The angle of the true class multiplied, `cos(margin * theta_y)` made to fall.

    `(-1)**k * cos(margin * theta) - 2 * k` for `theta` from `k * pi / margin` to
    `(k + 1) * pi / margin`. The paper scales by the length of the features; here
    `scale` stands in its place, as in the other two.

    Args:
        margin: A whole number from 1 up.
        scale: Factor on the cosines, above 0.

    >>> SphereFace(2, scale=1.0)([0], [[0.0, -1.0]])  # cos(pi) = -1: log 2
    0.6931

    Liu, Wen, Yu, Li, Raj and Song, SphereFace, CVPR 2017.
    """

    def __init__(
        self, margin: int = 4, scale: float = 64.0, **options: Unpack[Options]
    ) -> None:
        super().__init__(scale, **options)
        self.margin = whole("margin", margin, 1)

    def lowered(self, cosine):
        inside = ops.clip(cosine, -1.0, 1.0)
        # Chebyshev's cos(n * theta) from cos(theta): no angle, no infinite slope.
        before, turned = ops.ones_like(inside), inside
        k, sign = ops.zeros_like(inside), ops.ones_like(inside)
        for n in range(1, self.margin):
            before, turned = turned, 2 * inside * turned - before
            past = indicator(inside < math.cos(n * math.pi / self.margin), inside)
            k, sign = k + past, sign * (1 - 2 * past)
        return sign * turned - 2 * k + (cosine - inside)
