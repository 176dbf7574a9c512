"""The losses that the solver minimises, on numpy arrays: no Keras needed.

The losses of `hinge_keras.losses` speak Keras, whose eager tensors cost more
than the arithmetic on a solver's small arrays. Here each convex loss with a
curvature has one numpy function of the same formula, its conjugate, and all else that
the solver must know of it. Dual ascent also wants one of that name in `compiled`.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy.special import entr, erfc, expit, ndtri


class Kernel(NamedTuple):
    """What is true of every loss of one name."""

    class_name: str
    margin: float  # Where the hinge would reach zero, if the loss has no such argument.
    has_width: bool
    steepest: float  # What `-phi'` is below.
    conjugate: Callable
    evaluate: Callable


class Smooth(NamedTuple):
    """A loss by its name, where its hinge reaches zero, and its width, if it has one.

    A function `m -> (phi, phi', phi'')` on float arrays.
    """

    name: str
    margin: float
    sigma: float = 1.0

    @property
    def has_width(self) -> bool:
        return KERNELS[self.name].has_width

    def __call__(self, m):
        return KERNELS[self.name].evaluate(m, self.margin, self.sigma)

    def conjugate(self, a):
        """`sup_m -a * m - phi(m)`, for `a` among the values of `-phi'`.

        From 0 to 1, or up: what rounding made of it beyond is taken for the bound.
        """
        kernel = KERNELS[self.name]
        a = np.clip(a, 0, kernel.steepest)
        return kernel.conjugate(a, self.sigma) - a * self.margin


KERNELS: dict[str, Kernel] = {}


def of(loss: Any, sigma: float = 1.0) -> Smooth:
    """The loss of a name and a width, or what an instance of a loss class says.

    The instance tells its class by name: whoever has one has imported Keras.

    Raises:
        ValueError: If Newton's method cannot minimise that loss, because it is
            not convex or has no curvature.
    """
    if isinstance(loss, str) and loss in KERNELS:
        kernel = KERNELS[loss]
        return Smooth(loss, kernel.margin, float(sigma) if kernel.has_width else 1.0)
    cls = type(loss)
    ours = cls.__module__.startswith("hinge_keras.losses.")
    for name, kernel in KERNELS.items():
        if ours and cls.__name__ == kernel.class_name:
            margin = float(getattr(loss, "margin", kernel.margin))
            return Smooth(name, margin, float(loss.sigma) if kernel.has_width else 1.0)
    classes = sorted(kernel.class_name for kernel in KERNELS.values())
    raise ValueError(
        f"loss is {loss!r}; accepted is a convex loss with a curvature: "
        f"{', '.join(classes)}, or a name: {', '.join(sorted(KERNELS))}."
    )


def kernel_of(class_name, conjugate, margin=1.0, has_width=True, steepest=1.0):
    """Takes in the kernel of a loss class, `(m, margin, sigma)`, under its own name.

    Its conjugate `(a, sigma)` is that at margin 0.
    """

    def take_in(function):
        kernel = Kernel(class_name, margin, has_width, steepest, conjugate, function)
        KERNELS[function.__name__] = kernel
        return function

    return take_in


@kernel_of("SquaredHinge", lambda a, _: 0.25 * a * a, has_width=False, steepest=np.inf)
def squared_hinge(m, margin, _):
    gap = np.maximum(margin - m, 0)
    return gap * gap, -2 * gap, 2.0 * (gap > 0)


def negative_entropy(a, sigma):
    return -sigma * (entr(a) + entr(1 - a))


@kernel_of("Logistic", negative_entropy, margin=0.0, has_width=False)
def logistic(m, margin, sigma):
    return softplus_hinge(m, margin, sigma)


@kernel_of("SoftplusHinge", negative_entropy)
def softplus_hinge(m, margin, sigma):
    v = (margin - m) / sigma
    small = np.exp(-np.abs(v))  # Of a number not above 0: it never overflows.
    value = sigma * (np.log1p(small) + np.maximum(v, 0))
    return value, -expit(v), small / (sigma * (1 + small) ** 2)


def negative_density(a, sigma):
    return -sigma * normal_density(ndtri(a))


def normal_density(v):
    return np.exp(-0.5 * v * v) * (1 / math.sqrt(2 * math.pi))


@kernel_of("PsiG", negative_density)
def psi_g(m, margin, sigma):
    v = (margin - m) / sigma
    weight = 0.5 * erfc(v * -math.sqrt(0.5))
    density = normal_density(v)
    return sigma * (v * weight + density), -weight, density / sigma


@kernel_of("PsiM", lambda a, sigma: -sigma * np.sqrt(a * (1 - a)))
def psi_m(m, margin, sigma):
    u = margin - m
    root = np.hypot(u, sigma)
    # Where u + root would cancel, the product of the two roots does not.
    tail = 0.5 * sigma**2 / (root + np.abs(u))
    value = np.where(u > 0, 0.5 * (u + root), tail)
    share = sigma / root
    return value, -value / root, 0.5 * share**3 / sigma


@kernel_of("QuadraticallySmoothedHinge", lambda a, sigma: 0.5 * sigma * a * a)
def quadratically_smoothed_hinge(m, margin, sigma):
    gap = margin - m
    part = np.clip(gap, 0, sigma)
    value = part * (2 * gap - part) / (2 * sigma)
    inside = (gap > 0) & (gap < sigma)
    return value, -part / sigma, inside / sigma
