"""Regression's smooth hinges: what residuals cost outside a tube."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from hinge_keras.svm import kernels
from hinge_keras.svm.design import Design
from hinge_keras.svm.kernels import Smooth
from hinge_keras.svm.objective import Block, dots

# By the names of scikit-learn, beside those of `kernels`.
SQUARED, SMOOTHED = "squared_epsilon_insensitive", "epsilon_insensitive"


class Hinge(NamedTuple):
    """`max(margin - m, 0)`, the loss that smooth ones approach: a `Smooth` of width 0.

    Its slope is one of many at the kink, and its curvature 0.
    """

    name: str = "hinge"
    margin: float = 0.0
    sigma: float = 0.0

    def __call__(self, m):
        gap = np.maximum(self.margin - m, 0)
        return gap, -1.0 * (gap > 0), np.zeros_like(gap)

    def conjugate(self, a):
        return -a * self.margin


def tube_of(loss: Any, epsilon: float = 0.0, sigma: float = 1.0):
    """The one-sided loss outside a tube, a `Smooth` of margin 0, and `epsilon`.

    Of a name, a width and a tube, or what an instance of a tube loss says.

    Raises:
        ValueError: If the loss is none that a solver can minimise.
    """
    ours = type(loss).__module__ == "hinge_keras.losses.regression"
    if ours:  # Told by name: whoever has an instance has imported Keras.
        loss, epsilon = loss.base, float(loss.epsilon)
        if type(loss).__name__ == "Hinge":
            return Hinge(), epsilon
    elif isinstance(loss, str) and loss == SMOOTHED:
        loss = "quadratically_smoothed_hinge" if sigma > 0 else "hinge"
    elif isinstance(loss, str) and loss == SQUARED:
        loss = "squared_hinge"
    elif not (isinstance(loss, str) and loss in kernels.KERNELS):
        raise ValueError(
            f"loss is {loss!r}; accepted is EpsilonInsensitive, of the hinge or a "
            "convex base with a curvature, SquaredEpsilonInsensitive, or a name: "
            f"{', '.join(sorted([SQUARED, SMOOTHED, *kernels.KERNELS]))}."
        )
    if loss == "hinge":
        return Hinge(), float(epsilon)
    phi = kernels.of(loss, sigma)._replace(margin=0.0)
    if phi.sigma == 0:
        raise ValueError(f"sigma is 0; accepted of {phi.name} is a width above 0.")
    return phi, float(epsilon)


@dataclass(frozen=True)
class Residuals(Block):
    """`F_k(w) = 0.5 * sum_j penalty_j w_j**2 + sum_i costs_ik phi(targets_ik - x_i'w)`.

    `phi(r) = h(r - epsilon) + h(-r - epsilon)` costs nothing inside of a tube, or
    hardly anything. One column `k` is one problem: an output, a weighting.

    Args:
        design: The data, `(rows, columns)`.
        phi: The one-sided loss `m -> h(-m)`, of margin 0.
        epsilon: Half the width of the tube.
        targets: `(rows, K)`.
        costs: Weights of the loss terms, not negative, `(rows, K)`.
        penalty: Weights of the squares, `(columns, 1)`: 1, or 0 for an
            intercept that is not regularised.
    """

    design: Design
    phi: Smooth | Hinge
    epsilon: float
    targets: np.ndarray
    costs: np.ndarray
    penalty: np.ndarray

    def select(self, columns):
        return replace(
            self, targets=self.targets[:, columns], costs=self.costs[:, columns]
        )

    def sides(self, scores):
        """The margins above and below the tube, `(2, rows, K)`."""
        r = self.targets - scores
        return np.stack([self.epsilon - r, self.epsilon + r])

    def loss(self, scores):
        return dots(self.costs, self.phi(self.sides(scores))[0].sum(axis=0))

    def terms(self, scores):
        value, slope, curvature = self.phi(self.sides(scores))
        slopes = self.costs * (slope[0] - slope[1])
        return (
            dots(self.costs, value.sum(axis=0)),
            slopes,
            self.costs * curvature.sum(axis=0),
        )

    def gap(self, point):
        """How far above its minimum every objective is at most, `(K,)`.

        The slopes at a point are dual variables at which Fenchel's inequality is
        an equality: all that is left is half the squared gradient. A free intercept
        asks for more, see `gap_of`.
        """
        if self.penalty.all():
            return 0.5 * dots(point.gradient, point.gradient)
        return self.gap_of(point, self.shares(point))

    def shares(self, point):
        """What shares of its cost the two sides of each row pull with."""
        return -self.phi(self.sides(point.scores))[1]

    def gap_of(self, point, shares):
        """The duality gap between a point and dual variables, `(K,)`.

        Those of the two sides of a row, `(2, rows, K)`, are `shares` of its cost.
        With `a` the shares and `u` how far residuals are out on a side, the primal
        less the dual objective is

            sum costs * (h(u) + h*(a) - a * u) + 0.5 * |w - v|**2,

        where the dual variables span `v` and no term is below 0, by Fenchel. A free
        intercept's column would add its own weight times the sum of what is above
        less what is below, so the dual asks for both sums to be equal: all of the
        heavier side are scaled down, which keeps them in the domain of `h*`, and what
        is lost is what the formula says of the scaled ones. By convexity that is the
        share taken away of `costs * (h(u) + h*(0))` at most, small near the minimum,
        where the sums are equal.
        """
        if not self.penalty.all():
            sums = np.einsum("sik,ik->sk", shares, self.costs)
            wanted = sums.min(axis=0)
            factor = np.divide(wanted, sums, out=np.ones_like(sums), where=sums > 0)
            shares = shares * factor[:, None]
        m = self.sides(point.scores)
        apart = self.phi(m)[0] + self.phi.conjugate(shares) + shares * m
        spanned = self.pull(self.costs * (shares[0] - shares[1]))
        off = self.penalty * (point.W - spanned)
        lost = dots(self.costs, np.maximum(apart, 0).sum(axis=0))
        return lost + 0.5 * dots(off, off)
