"""All classes in one problem: the loss of the closest rival, smoothed.

The largest rival score is replaced by its smooth maximum, so that a smooth `phi`
gives a smooth loss of all scores, convex as long as `phi` falls.

Crammer and Singer, On the algorithmic implementation of multiclass kernel-based
vector machines, JMLR 2 (2001), for the maximum itself.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from hinge_keras.svm.design import FEW_ROWS, Design
from hinge_keras.svm.kernels import Smooth
from hinge_keras.svm.metric import mostly_identity
from hinge_keras.svm.objective import Block, dots


@dataclass(frozen=True)
class CrammerSinger(Block):
    """`F(W) = 0.5 * |W|**2 + sum_i costs_i phi(m_i)`, one column a weighting.

    `m_i = s_y - width * log(sum_{j != y} exp(s_j / width))` with the scores `s =
    x_i'W` and the true class `y`. A column of a block holds the weights of all
    classes, `(columns * classes,)`.

    Args:
        design: The data, `(rows, columns)`.
        phi: The loss.
        is_true: Whether a class is the true one, `(rows, classes)`.
        costs: Weights of the loss terms, not negative, `(rows, K)`.
        penalty: Weights of the squares, `(columns * classes, 1)`.
        width: Of the smooth maximum, in units of the score, above 0.
    """

    design: Design
    phi: Smooth
    is_true: np.ndarray
    costs: np.ndarray
    penalty: np.ndarray
    width: float

    def select(self, columns):
        return replace(self, costs=self.costs[:, columns])

    def with_loss(self, loss):
        return replace(self, phi=loss, width=loss.sigma)

    def split(self, W, weightings):
        return list(np.moveaxis(W.reshape(self.design.columns, -1, weightings), 2, 0))

    def scores(self, W):
        """`(rows, classes, K)`."""
        classes, problems = self.is_true.shape[1], W.shape[1]
        wide = W.reshape(self.design.columns, classes * problems)
        return self.design.scores(wide).reshape(self.design.rows, classes, problems)

    def pull(self, slopes):
        rows, classes, problems = slopes.shape
        pulled = self.design.pull(slopes.reshape(rows, classes * problems))
        return pulled.reshape(-1, problems)

    def loss(self, scores):
        return dots(
            self.costs, self.phi(margins(scores, self.is_true, self.width)[0])[0]
        )

    def terms(self, scores):
        """The curvature is `(rows, classes + 2, K)`: how the smooth maximum shares
        its slope among the rivals, and the costs times `phi''` and times
        `-phi' / width`.
        """
        m, shares = margins(scores, self.is_true, self.width)
        value, slope, curvature = self.phi(m)
        bend, pull = self.costs * curvature, -self.costs * slope
        slopes = pull[:, None] * (shares - self.is_true[:, :, None])
        terms = [shares, bend[:, None], pull[:, None] / self.width]
        return dots(self.costs, value), slopes, np.concatenate(terms, axis=1)

    def hessian(self, curvature, slack=0.0):
        """The Hessian, which may be off by that norm: negligible rows are skipped."""
        _, bend, spread = parts(curvature)
        # No row adds more: |shares - true|**2 is at most 2.
        most = 2 * (bend + spread)[:, 0] * self.design.square_norms[:, None]
        rows = np.flatnonzero((most > slack / self.design.rows).any(axis=1))
        if len(rows) > FEW_ROWS * self.design.rows:
            return Hessian(self, curvature)
        return Hessian(self.part(rows), curvature[rows])

    def part(self, rows):
        """The loss of those examples alone."""
        return replace(
            self,
            design=self.design.part(rows),
            is_true=self.is_true[rows],
            costs=self.costs[rows],
        )

    def gap(self, point):
        """How far above its minimum every objective is at most, `(K,)`.

        As for one class against the rest: half the squared gradient, or, where
        intercepts are free, the slopes scaled to one sum, 0, in every class. A true
        class `y` pulls scores of `k` up by `flow[y, k]`; the `share` of each class
        that makes what comes in what goes out is the nearest to 1.
        """
        if self.penalty.all():
            return 0.5 * dots(point.gradient, point.gradient)
        value = self.phi(margins(point.scores, self.is_true, self.width)[0])[0]
        slopes = self.terms(point.scores)[1]
        share = np.empty_like(value)
        for k in range(value.shape[1]):
            flow = self.is_true.T.astype(float) @ slopes[:, :, k]
            of_class = 1 + np.linalg.lstsq(flow.T, -flow.sum(axis=0), rcond=None)[0]
            share[:, k] = self.is_true @ (of_class / of_class.max())
        apart = self.penalty * (point.W + self.pull(slopes * share[:, None]))
        gap = dots(self.costs * (1 - share), value) + 0.5 * dots(apart, apart)
        return np.where(share.min(axis=0) < 0, np.inf, gap)  # Far off: no bound.


class Hessian(NamedTuple):
    """The function `S -> H S` of a block of problems, and of its curvature."""

    block: CrammerSinger
    curvature: np.ndarray

    def __call__(self, S):
        block, true = self.block, self.block.is_true
        shares, bend, spread = parts(self.curvature)
        V = block.scores(S)
        mean = np.einsum("ijk,ijk->ik", shares, V)[:, None]
        # The margin's own step, and the rivals' around their mean.
        step = np.einsum("ij,ijk->ik", true, V)[:, None] - mean
        rivals = shares * (spread * (V - mean) - bend * step)
        V = np.where(true[:, :, None], bend * step, rivals)
        return block.penalty * S + block.pull(V)

    def diagonal(self):
        """`(columns * classes, K)`."""
        block, true = self.block, self.block.is_true[:, :, None]
        shares, bend, spread = parts(self.curvature)
        D = bend * (shares - true) ** 2 + spread * shares * (1 - shares)
        rows, classes, problems = D.shape
        diagonal = block.design.diagonal(D.reshape(rows, classes * problems))
        return block.penalty + diagonal.reshape(-1, problems)

    def metric(self):
        return mostly_identity(self.diagonal())

    def select(self, columns):
        """That of those problems alone."""
        return Hessian(self.block.select(columns), self.curvature[..., columns])


def margins(scores, is_true, width):
    """By how much the true class leads the smooth maximum of its rivals.

    `(rows, K)` from scores `(rows, classes, K)`; and every rival's share in that
    maximum, `(rows, classes, K)`, 0 at the true class.
    """
    true = is_true[:, :, None]
    rivals = np.where(true, -np.inf, scores)
    top = rivals.max(axis=1, keepdims=True)
    shares = np.exp((rivals - top) / width)
    total = shares.sum(axis=1, keepdims=True)
    shares /= total
    highest = (top + width * np.log(total))[:, 0]
    return np.einsum("ij,ijk->ik", is_true, scores) - highest, shares


def parts(curvature):
    """The shares of the rivals, and the two weights of every row."""
    return curvature[:, :-2], curvature[:, -2:-1], curvature[:, -1:]


def posterior(phi, scores, width):
    """The probabilities `(rows, classes)` for which the scores are optimal.

    With `q = softmax(scores / width)` and `m_y = width * logit(q_y)`, the margin
    if `y` were true, they are in proportion to `q_y * (1 - q_y) / -phi'(m_y)`: then
    what `y` pulls at `k` is what `k` pulls at `y`. For `phi` logistic and a width
    of 1 that is the softmax.
    """
    logits = scores / width
    low = np.full((len(scores), 1), -np.inf)
    before = np.logaddexp.accumulate(logits, axis=1)[:, :-1]
    after = np.logaddexp.accumulate(logits[:, ::-1], axis=1)[:, -2::-1]
    logits -= np.logaddexp(np.hstack([low, before]), np.hstack([after, low]))
    small = np.exp(-np.abs(logits))
    spread, pull = small / (1 + small) ** 2, -phi(width * logits)[1]
    certain = pull == 0
    shares = np.divide(spread, pull, out=np.zeros_like(pull), where=~certain)
    shares = np.where(certain.any(axis=1, keepdims=True), certain, shares)
    return shares / shares.sum(axis=1, keepdims=True)
