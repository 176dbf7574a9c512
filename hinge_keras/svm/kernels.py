"""A margin loss on numpy arrays: value, slope and curvature in one call.

The losses of `hinge_keras.losses` speak Keras, whose eager tensors cost more
than the arithmetic on a solver's small arrays. Here each convex loss with a
curvature has one numpy function of the same formula; `of` finds it.
"""

import math

import numpy as np
from scipy.special import erfc, expit

from hinge_keras import losses

KERNELS = {}


def of(loss):
    """The function `m -> (phi, phi', phi'')` of a loss, on float arrays.

    Raises:
        ValueError: If Newton's method cannot minimise that loss, because it is
            not convex or has no curvature.
    """
    if type(loss) not in KERNELS:
        accepted = sorted(kind.__name__ for kind in KERNELS)
        raise ValueError(
            f"loss is {loss!r}; accepted is a convex loss with a curvature: "
            f"{', '.join(accepted)}."
        )
    return KERNELS[type(loss)](loss)


def kernel(kind):
    """Register the numpy kernel of a loss class."""

    def register(function):
        KERNELS[kind] = function
        return function

    return register


@kernel(losses.SquaredHinge)
def squared_hinge(loss):
    def evaluate(m):
        gap = np.maximum(loss.margin - m, 0)
        return gap * gap, -2 * gap, 2.0 * (gap > 0)

    return evaluate


@kernel(losses.Logistic)
def logistic(loss):
    return lambda m: softplus(-m, 1)


@kernel(losses.SoftplusHinge)
def softplus_hinge(loss):
    return lambda m: softplus(loss.margin - m, loss.sigma)


def softplus(u, width):
    """Value, slope and curvature in `-u` of `width * log(1 + exp(u / width))`."""
    v = u / width
    small = np.exp(-np.abs(v))  # Of a number not above 0: it never overflows.
    value = width * (np.log1p(small) + np.maximum(v, 0))
    return value, -expit(v), small / (width * (1 + small) ** 2)


@kernel(losses.PsiG)
def psi_g(loss):
    def evaluate(m):
        v = (loss.margin - m) / loss.sigma
        weight = 0.5 * erfc(v * -math.sqrt(0.5))
        density = loss.peak * np.exp(-0.5 * v * v)
        return loss.sigma * (v * weight + density), -weight, density / loss.sigma

    return evaluate


@kernel(losses.PsiM)
def psi_m(loss):
    def evaluate(m):
        u = loss.margin - m
        root = np.hypot(u, loss.sigma)
        # Where u + root would cancel, the product of the two roots does not.
        tail = 0.5 * loss.sigma**2 / (root + np.abs(u))
        value = np.where(u > 0, 0.5 * (u + root), tail)
        share = loss.sigma / root
        return value, -value / root, 0.5 * share**3 / loss.sigma

    return evaluate


@kernel(losses.QuadraticallySmoothedHinge)
def quadratically_smoothed_hinge(loss):
    def evaluate(m):
        gap = loss.margin - m
        part = np.clip(gap, 0, loss.sigma)
        value = part * (2 * gap - part) / (2 * loss.sigma)
        inside = (gap > 0) & (gap < loss.sigma)
        return value, -part / loss.sigma, inside / loss.sigma

    return evaluate
