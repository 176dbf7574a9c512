"""Smooth hinges: the hinge with its kink rounded, over a width `sigma`."""

import abc
import math
from typing import Unpack

from keras import ops

from hinge_keras.backends import erfc
from hinge_keras.configured import above, at_least
from hinge_keras.losses.base import BinaryLoss, Options, indicator, softplus
from hinge_keras.losses.facts import Facts

__all__ = [
    "GeneralizedSmoothHinge",
    "HuberHinge",
    "ModifiedHuber",
    "PsiG",
    "PsiM",
    "QuadraticallySmoothedHinge",
    "SmoothMarginLoss",
    "SoftplusHinge",
]


class SmoothMarginLoss(BinaryLoss):
    """`phi(m) = (margin - m) * W(v) + sigma * R(v)`, `v = (margin - m) / sigma`.

    The family of Luo, Qiao and Zhang (who write Phi and phi for W and R). Any
    nondecreasing weight `W` and rest `R` with `R'(v) = -v * W'(v)` give a
    convex loss whose slope is `-W(v)` and whose curvature is `W'(v) / sigma`.
    A subclass gives those three functions, and `phi` itself where the formula
    above loses precision.

    >>> PsiM(0.5).slope(1.0)  # -W(0): half the hinge's slope at its kink
    -0.5

    Luo, Qiao and Zhang, Learning with smooth hinge losses, arXiv 2103.00233,
    Neurocomputing 463 (2021).
    """

    margin = 1.0
    peak = math.inf  # The largest value of W'.
    sigma: float

    @property
    def facts(self) -> Facts:
        return Facts(lipschitz=1.0, smoothness=self.peak / self.sigma)

    @abc.abstractmethod
    def weight(self, v):
        """`W(v)`, the share of the hinge's slope, nondecreasing in `v`."""

    @abc.abstractmethod
    def rest(self, v):
        """`R(v)`, with `R'(v) = -v * W'(v)`."""

    @abc.abstractmethod
    def density(self, v):
        """`W'(v)`."""

    def width(self, m):
        return (self.margin - ops.convert_to_tensor(m)) / self.sigma

    def phi(self, m):
        v = self.width(m)
        return self.sigma * (v * self.weight(v) + self.rest(v))

    def slope(self, m):
        return -self.weight(self.width(m))

    def curvature(self, m):
        return self.density(self.width(m)) / self.sigma


class PsiG(SmoothMarginLoss):
    """The hinge averaged over normal noise, `E[max(0, 1 - m + sigma * Z)]`.

    `phi(m) = (1 - m) * Phi(v) + sigma * pdf(v)`, `v = (1 - m) / sigma`, with
    the standard normal cdf and pdf. At most `0.3989 * sigma` above the hinge.

    Args:
        sigma: Width of the smoothing in units of the score, above 0.

    >>> PsiG(0.5).phi(1.0)  # 0.5 / sqrt(2 pi)
    0.1995

    Luo, Qiao and Zhang, Learning with smooth hinge losses, arXiv 2103.00233,
    Neurocomputing 463 (2021).
    """

    peak = 1 / math.sqrt(2 * math.pi)

    def __init__(self, sigma: float = 1.0, **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.sigma = above("sigma", sigma, 0)

    def weight(self, v):
        # erfc, not 1 + erf: the sum rounds the left tail away, below zero even.
        return 0.5 * erfc(-v / math.sqrt(2))

    def rest(self, v):
        return self.peak * ops.exp(-0.5 * v * v)

    density = rest  # A normal density is its own rest.


class PsiM(SmoothMarginLoss):
    """The algebraic smooth hinge, `phi(m) = (u + sqrt(u**2 + sigma**2)) / 2`.

    Here `u = 1 - m`. At most `sigma / 2` above the hinge, but no point ever
    drops out: the right tail falls like `sigma**2 / (4 * m)` only.

    Args:
        sigma: Width of the smoothing in units of the score, above 0.

    >>> PsiM(0.6).phi(0.2)  # (0.8 + sqrt(0.64 + 0.36)) / 2
    0.9

    Luo, Qiao and Zhang, Learning with smooth hinge losses, arXiv 2103.00233,
    Neurocomputing 463 (2021).
    """

    peak = 0.5

    def __init__(self, sigma: float = 1.0, **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.sigma = above("sigma", sigma, 0)

    def phi(self, m):
        u = self.margin - ops.convert_to_tensor(m)
        root = self.sigma * hypotenuse(u / self.sigma)
        # For u < 0 the sum u + root cancels; its conjugate form does not.
        tail = 0.5 * self.sigma**2 / (root - ops.where(u < 0, u, 0.0))
        return ops.where(u >= 0, 0.5 * (u + root), tail)

    def weight(self, v):
        return 0.5 * (1 + v / hypotenuse(v))

    def rest(self, v):
        return 0.5 / hypotenuse(v)

    def density(self, v):
        return 0.5 / hypotenuse(v) ** 3


class QuadraticallySmoothedHinge(SmoothMarginLoss):
    """The hinge with a parabola of width `gamma` in place of its kink.

    `phi(m)` is `0` for `m >= 1`, `(1 - m)**2 / (2 * gamma)` down to
    `m = 1 - gamma`, and `1 - m - gamma / 2` below. Never above the hinge. Also
    called Huberised hinge; `gamma = 1` is Rennie and Srebro's smooth hinge.

    Args:
        gamma: Width of the parabola in units of the score, above 0.

    >>> QuadraticallySmoothedHinge(0.5).phi(0.0)  # 1 - 0 - 0.5 / 2
    0.75

    Zhang, Solving large scale linear prediction problems using stochastic
    gradient descent algorithms, ICML 2004.
    """

    peak = 1.0

    def __init__(self, gamma: float = 1.0, **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.gamma = self.sigma = above("gamma", gamma, 0)

    @property
    def facts(self) -> Facts:
        return super().facts.but(zero_from=1.0)

    def phi(self, m):
        # The family's formula subtracts near-equal numbers; this one does not.
        q = between(self.width(m), 0.0, 1.0)
        return self.gamma * q * (self.width(m) - 0.5 * q)

    def weight(self, v):
        return between(v, 0.0, 1.0)

    def rest(self, v):
        return -0.5 * between(v, 0.0, 1.0) ** 2

    def density(self, v):
        return indicator((v > 0) & (v < 1), v)


class SoftplusHinge(SmoothMarginLoss):
    """The logistic loss moved to the margin, `phi(m) = t * softplus((1 - m) / t)`.

    Tends to the hinge as the temperature `t` falls; at most `0.6931 * t` above.

    Args:
        temperature: Width of the smoothing in units of the score, above 0.

    >>> SoftplusHinge(0.5).phi(1.0)  # log(2) / 2
    0.3466

    Zhang, Liu, Ma and Jordan, Coherence functions with applications in
    large-margin classification methods, JMLR 13 (2012).
    """

    peak = 0.25

    def __init__(self, temperature: float = 1.0, **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.temperature = self.sigma = above("temperature", temperature, 0)

    def phi(self, m):
        return self.sigma * softplus(self.width(m))

    def weight(self, v):
        return ops.sigmoid(v)

    def rest(self, v):
        return softplus(v) - v * ops.sigmoid(v)

    def density(self, v):
        return ops.sigmoid(v) * ops.sigmoid(-v)


class HuberHinge(SmoothMarginLoss):
    """The hinge with a parabola around its kink, from `1 - h` to `1 + h`.

    `phi(m)` is `0` for `m > 1 + h`, `(1 + h - m)**2 / (4 * h)` within, and
    `1 - m` for `m < 1 - h`. At most `h / 4` above the hinge.

    Args:
        h: Half the width of the parabola in units of the score, above 0.

    >>> HuberHinge(0.5).phi(1.0)  # 0.25 / 2
    0.125

    Chapelle, Training a support vector machine in the primal, Neural
    Computation 19 (2007).
    """

    peak = 0.5

    def __init__(self, h: float = 0.5, **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.h = self.sigma = above("h", h, 0)

    @property
    def facts(self) -> Facts:
        return super().facts.but(zero_from=1 + self.h)

    def phi(self, m):
        v = self.width(m)
        parabola = 0.25 * ops.square(between(v, -1.0, 1.0) + 1)
        return self.h * ops.where(v >= 1, v, parabola)

    def weight(self, v):
        return between((v + 1) / 2, 0.0, 1.0)

    def rest(self, v):
        return (1 - between(v, -1.0, 1.0) ** 2) / 4

    def density(self, v):
        return 0.5 * indicator(ops.abs(v) < 1, v)


class GeneralizedSmoothHinge(BinaryLoss):
    """Rennie's smooth hinge of order `alpha`.

    `phi(m)` is `alpha / (alpha + 1) - m` for `m <= 0`,
    `m**(alpha + 1) / (alpha + 1) - m + alpha / (alpha + 1)` up to 1, then `0`.
    `alpha = 1` is Rennie and Srebro's; it tends to the hinge as `alpha` grows.

    Args:
        alpha: Order, from 1 up.

    >>> GeneralizedSmoothHinge(2).phi(0.5)  # 0.125 / 3 - 0.5 + 2 / 3
    0.2083

    Rennie, Smooth hinge classification (2005); Rennie and Srebro, Loss
    functions for preference levels, IJCAI 2005 workshop.
    """

    def __init__(self, alpha: float = 1.0, **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.alpha = at_least("alpha", alpha, 1)

    @property
    def facts(self) -> Facts:
        return Facts(zero_from=1.0, lipschitz=1.0, smoothness=self.alpha)

    def phi(self, m):
        # With q = m inside (0, 1): zero, slope included, at q = 1 by itself.
        q, a = between(m, 0.0, 1.0), self.alpha
        value = q ** (a + 1) / (a + 1) - q + a / (a + 1)
        return ops.where(m <= 0, a / (a + 1) - m, value)

    def slope(self, m):
        return between(m, 0.0, 1.0) ** self.alpha - 1

    def curvature(self, m):
        q = between(m, 0.0, 1.0)
        inside = indicator((m > 0) & (m < 1), m)
        return self.alpha * inside * q ** (self.alpha - 1)


class ModifiedHuber(BinaryLoss):
    """The squared hinge, straight below -1: `(1 - m)**2`, and `-4 * m` for `m < -1`.

    >>> ModifiedHuber()([1, 1], [0.0, -2.0])  # (1 + 8) / 2
    4.5

    Zhang, Statistical behavior and consistency of classification methods based
    on convex risk minimization, Annals of Statistics 32 (2004).
    """

    @property
    def facts(self) -> Facts:
        return Facts(zero_from=1.0, lipschitz=4.0, smoothness=2.0)

    def phi(self, m):
        gap = ops.relu(1.0 - m)
        return ops.where(gap > 2, -4.0 * m, ops.square(ops.where(gap > 2, 2.0, gap)))

    def slope(self, m):
        return -2.0 * between(1.0 - m, 0.0, 2.0)

    def curvature(self, m):
        return 2.0 * indicator((m > -1) & (m < 1), m)


def between(x, low, high):
    return ops.clip(ops.convert_to_tensor(x), low, high)


def hypotenuse(v):
    """`sqrt(1 + v**2)`, safe from overflow in the square.

    `ops.hypot` is not used: on TensorFlow its gradient at `v = 1` is twice the
    right one.
    """
    v = ops.abs(v)
    long = ops.where(v > 1, v, 1.0)
    short = ops.where(v > 1, 1.0, v)
    return long * ops.sqrt(1.0 + (short / long) ** 2)
