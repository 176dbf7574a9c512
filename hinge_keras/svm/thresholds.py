"""Classes in an order: one direction, and a loss at every threshold between them."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from hinge_keras.svm.design import Design
from hinge_keras.svm.kernels import Smooth
from hinge_keras.svm.metric import factored, mostly_identity
from hinge_keras.svm.objective import Block, dots


@dataclass(frozen=True)
class AllThreshold(Block):
    """`F(w, b) = 0.5 * |w|**2 + sum_ij costs_i phi(signs_ij (x_i'w + b_j))`.

    Every threshold `j` parts the classes above it from those below: binary problems
    that share `w`, each with an intercept of its own, which is free. A column of a
    block holds `w`, then all `b`, `(columns + thresholds,)`; one column is one problem.

    Args:
        design: The data, `(rows, columns)`, without an intercept.
        phi: The loss.
        signs: +1 where the class is above the threshold, else -1, `(rows,
            thresholds)`.
        costs: Weights of the rows, not negative, `(rows, K)`.

    Rennie and Srebro, Loss functions for preference levels, IJCAI 2005 workshop.
    """

    design: Design
    phi: Smooth
    signs: np.ndarray
    costs: np.ndarray

    @property
    def penalty(self):
        """1 for every weight of `w`, 0 for `b`."""
        columns, thresholds = self.design.columns, self.signs.shape[1]
        return np.repeat([[1.0], [0.0]], [columns, thresholds], axis=0)

    def select(self, columns):
        return replace(self, costs=self.costs[:, columns])

    def split(self, W, weightings):
        return np.split(W, weightings, axis=1)

    def scores(self, W):
        """`(rows, thresholds, K)`."""
        w, b = self.parted(W)
        return self.design.scores(w)[:, None] + b

    def parted(self, W):
        return W[: self.design.columns], W[self.design.columns :]

    def pull(self, slopes):
        return np.vstack([self.design.pull(slopes.sum(axis=1)), slopes.sum(axis=0)])

    def margins(self, scores):
        return self.signs[:, :, None] * scores

    def loss(self, scores):
        return dots(self.costs, self.phi(self.margins(scores))[0].sum(axis=1))

    def terms(self, scores):
        value, slope, curvature = self.phi(self.margins(scores))
        costs = self.costs[:, None]
        slopes = costs * self.margins(slope)
        return dots(self.costs, value.sum(axis=1)), slopes, costs * curvature

    def hessian(self, curvature, slack=0.0):
        """The Hessian, exact whatever the slack."""
        return Hessian(self, curvature)

    def gap(self, point):
        """How far above its minimum every objective is at most, `(K,)`.

        As for a single free intercept: every threshold asks both its sides for the
        same sum of dual variables, and the heavier side's are scaled down.
        """
        value, slope, _ = self.phi(self.margins(point.scores))
        duals = -self.costs[:, None] * slope
        above = self.signs[:, :, None] > 0
        high, low = np.sum(duals * above, axis=0), np.sum(duals * ~above, axis=0)
        most = np.maximum(high, low)
        even = np.minimum(high, low) / np.where(most > 0, most, 1.0)
        share = np.where(above == (high > low), even, 1.0)
        spanned = self.design.pull(self.margins(duals * share).sum(axis=1))
        apart = self.parted(point.W)[0] - spanned
        lost = np.sum((1 - share) * value, axis=1)
        return dots(self.costs, lost) + 0.5 * dots(apart, apart)


class Hessian(NamedTuple):
    """The function `S -> H S` of a block of problems, and of its curvature."""

    block: AllThreshold
    curvature: np.ndarray

    def __call__(self, S):
        block = self.block
        return block.penalty * S + block.pull(self.curvature * block.scores(S))

    def metric(self):
        design, penalty = self.block.design, self.block.penalty
        inner = design.curved(self.curvature.sum(axis=1))
        free = self.curvature.sum(axis=0)
        if not inner.formed:
            return mostly_identity(penalty + np.vstack([inner.diagonal(), free]))
        formed = []
        for own, alone, D in zip(
            inner.H, free.T, np.moveaxis(self.curvature, 2, 0), strict=True
        ):
            across = design.pull(D)
            formed.append(np.block([[own, across], [across.T, np.diag(alone)]]))
        return factored(penalty, np.stack(formed))

    def select(self, columns):
        """That of those problems alone."""
        return Hessian(self.block.select(columns), self.curvature[..., columns])
