"""The linear ranking SVM: a squared hinge of every pair, never looked at singly.

With `m = 1 - s_i + s_j` above 0 in every pair that counts, the sum of all `m**2` is a
quadratic of the scores: `pairs + 2 * lead's + s'L s`. `L` is the Laplacian of the
graph of those pairs, and `lead` says in how many pairs a row is the lower, less in
how many the higher. Sums over the pairs of a row are those of `comparisons`.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from hinge_keras.svm.comparisons import Pairs, Ranking
from hinge_keras.svm.design import Design
from hinge_keras.svm.metric import factored, mostly_identity
from hinge_keras.svm.objective import Block, dots


@dataclass(frozen=True)
class Pairwise(Block):
    """`F(w) = 0.5 * |w|**2 + costs * sum_ij weights_i weights_j max(0, 1 - s_i + s_j)**2`.

    Over all pairs of rows `i`, `j` of one group, `i` the more relevant, of scores `s =
    X w`. One column is one problem: a cost, or a weighting of the rows. Other losses
    are not quadratic where they are above 0, and have no such sums.

    Args:
        design: The data, `(rows, columns)`, without an intercept, which no pair sees.
        ranking: The relevances and groups of the rows.
        weights: Not negative, `(rows, K)`.
        costs: Above 0, `(1, K)`.
        penalty: Ones, `(columns, 1)`.
    """

    design: Design
    ranking: Ranking
    weights: np.ndarray
    costs: np.ndarray
    penalty: np.ndarray

    def select(self, columns):
        return replace(
            self, weights=self.weights[:, columns], costs=self.costs[:, columns]
        )

    def with_loss(self, loss):
        raise ValueError(f"loss is {loss!r}; accepted is the squared hinge alone.")

    def loss(self, scores):
        return self.terms(scores)[0]

    def terms(self, scores):
        """The curvature is `(2, rows, K)`: the rows sorted, and where pairs start."""
        value, slopes = np.empty(scores.shape[1]), np.empty_like(scores)
        curvature = np.empty((2, *scores.shape), int)
        for k, weights in enumerate(self.weights.T):
            pairs = self.ranking.too_close(scores[:, k])
            # From the mean of the group: sums of large numbers would cancel.
            s = self.centred(scores[:, k])
            lower, higher = pairs.lower(weights), pairs.higher(weights)
            lead = weights * (higher - lower)
            pull = lead + Laplacian(pairs, weights, lower + higher)(s)
            value[k] = np.sum(weights * lower + (lead + pull) * s)
            slopes[:, k] = 2 * pull
            curvature[:, :, k] = pairs.order, pairs.up.first
        return self.costs[0] * value, self.costs * slopes, curvature

    def centred(self, scores):
        """The scores less their mean in the group."""
        groups = self.ranking.groups
        means = np.bincount(groups, scores) / np.bincount(groups)
        return scores - means[groups]

    def hessian(self, curvature, slack=0.0):
        """The generalised Hessian, exact whatever the slack."""
        laplacians = []
        for k, weights in enumerate(self.weights.T):
            order, first = curvature[:, :, k]
            pairs = self.ranking.pairs(order, first)
            laplacians.append(Laplacian(pairs, weights, pairs.both(weights)))
        return Hessian(self.design, laplacians, self.costs, self.penalty)

    def gap(self, point):
        """How far above its minimum every objective is at most, `(K,)`.

        `F` less `0.5 * |w|**2` is convex, so that half the squared gradient bounds it.
        """
        return 0.5 * dots(point.gradient, point.gradient)


class Laplacian(NamedTuple):
    """Products with the Laplacian of the graph of some pairs.

    An edge weighs the product of both its rows. `neighbours` are the sums of the
    weights of the rows that each is paired with, `(rows,)`.
    """

    pairs: Pairs
    weights: np.ndarray
    neighbours: np.ndarray

    def __call__(self, values):
        around = self.pairs.both(self.weights * values)
        return self.weights * (self.neighbours * values - around)


class Hessian(NamedTuple):
    """The function `S -> H S`, with `H_k = diag(penalty) + 2 * costs_k * X' L_k X`."""

    design: Design
    laplacians: list[Laplacian]
    costs: np.ndarray
    penalty: np.ndarray

    def __call__(self, S):
        steps = self.design.scores(S).T
        bent = [own(step) for own, step in zip(self.laplacians, steps, strict=True)]
        pulled = self.design.pull(np.stack(bent, axis=1))
        return self.penalty * S + 2 * self.costs * pulled

    def metric(self):
        """That of a matrix near `H`, which would ask for a sweep a feature.

        As if every two rows were a pair, in proportion to the degrees of both.
        """
        degrees = [own.weights * own.neighbours for own in self.laplacians]
        D = np.stack(degrees, axis=1)
        total = D.sum(axis=0)
        mean = self.design.pull(D) / np.where(total > 0, total, 1.0)
        near = self.design.curved(D)
        scale = 2 * self.costs[0]
        if near.formed:
            means = np.einsum("k,ik,jk->kij", total, mean, mean)
            return factored(self.penalty, scale[:, None, None] * (near.H - means))
        spread = np.maximum(near.diagonal() - total * mean**2, 0.0)
        return mostly_identity(self.penalty + scale * spread)

    def select(self, columns):
        """That of those problems alone."""
        kept = np.arange(len(self.laplacians))[columns]
        own = [self.laplacians[k] for k in kept]
        return Hessian(self.design, own, self.costs[:, columns], self.penalty)
