"""Many regularised linear problems on the same data, evaluated as one block."""

import abc
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from hinge_keras.svm import metric
from hinge_keras.svm.design import Design
from hinge_keras.svm.kernels import Smooth


class Point(NamedTuple):
    """Weights, and the objective there: one column, the last axis, a problem.

    `W (weights, K)`, the `scores (rows, ..., K)` of the examples, `value (K,)`,
    `gradient (weights, K)`, and `curvature (..., K)`: what the Hessian needs of
    every loss term.
    """

    W: np.ndarray
    scores: np.ndarray
    value: np.ndarray
    gradient: np.ndarray
    curvature: np.ndarray

    def like(self, problems):
        """A point of so many problems, to be written to."""
        return Point(*(np.empty((*part.shape[:-1], problems)) for part in self))

    def select(self, columns):
        """The problems of those columns alone."""
        return Point(*(part[..., columns] for part in self))

    def where(self, taken, other):
        """The other point's columns where `taken`, this one's elsewhere."""
        if taken.all():
            return other
        pairs = zip(other, self, strict=True)
        return Point(*(np.where(taken, new, old) for new, old in pairs))

    def put(self, columns, other):
        """Write the problems of the other point into those columns."""
        for mine, part in zip(self, other, strict=True):
            mine[..., columns] = part


class Block(abc.ABC):
    """`F_k(w) = 0.5 * sum_j penalty_j w_j**2` and what the data cost at `w`.

    The scaling is LIBLINEAR's: no division by the number of examples. A subclass
    is a frozen dataclass with the fields `design`, `phi`, `costs (rows, K)` and
    `penalty (weights, 1)`, and says what scores cost; of more than one score a row,
    also what scores a block of weights has, and how slopes by them pull at it.
    """

    def scores(self, W):
        """The scores of all examples, `(rows, ..., K)`."""
        return self.design.scores(W)

    def pull(self, slopes):
        """The gradient by the weights of slopes by the scores, `(weights, K)`."""
        return self.design.pull(slopes)

    @abc.abstractmethod
    def terms(self, scores):
        """What the data cost, `(K,)`, its slopes by the scores, its curvature."""

    @abc.abstractmethod
    def loss(self, scores):
        """What the data cost, `(K,)`."""

    @abc.abstractmethod
    def select(self, columns):
        """The problems of those columns alone."""

    def with_loss(self, loss):
        """The same problems with another loss."""
        return replace(self, phi=loss)

    @abc.abstractmethod
    def gap(self, point):
        """How far above its minimum every objective is at most at a point, `(K,)`."""

    def split(self, W, weightings):
        """The weights of every weighting of the examples, `(columns, outputs)` each."""
        return np.split(W, weightings, axis=1)

    def hessian(self, curvature, slack=0.0):
        """The Hessian, which may be off by that norm."""
        return Hessian(self.penalty, self.design.curved(curvature, slack))

    @property
    def shape(self):
        """Of a block of weights: `(weights, K)`."""
        return len(self.penalty), self.costs.shape[1]

    def scaled(self, factor):
        """The same problems with every cost times that factor."""
        return replace(self, costs=factor * self.costs)

    def at(self, W):
        """The objective and its derivatives at `W (weights, K)`."""
        scores = self.scores(W)
        value, slopes, curvature = self.terms(scores)
        return Point(
            W,
            scores,
            0.5 * dots(W, self.penalty * W) + value,
            self.penalty * W + self.pull(slopes),
            curvature,
        )

    def along(self, point, S):
        """The function `a -> d/da F(W + a * S)`, of one `a` a problem, `(K,)`."""
        steps = self.scores(S)
        flat = steps.reshape(-1, steps.shape[-1])
        first, bend = dots(point.W, self.penalty * S), dots(S, self.penalty * S)

        def slope(a):
            slopes = self.terms(point.scores + a * steps)[1]
            return first + a * bend + dots(slopes.reshape(flat.shape), flat)

        return slope


class Hessian(NamedTuple):
    """The function `S -> H S` of a penalty `(weights, 1)` and the data's `curved`."""

    penalty: np.ndarray
    curved: object

    def __call__(self, S):
        return self.penalty * S + self.curved(S)

    def diagonal(self):
        """`(weights, K)`."""
        return self.penalty + self.curved.diagonal()

    def metric(self):
        """What steps are measured by, and conjugate gradients preconditioned with."""
        if self.curved.formed:
            return metric.factored(self.penalty, self.curved.H)
        return metric.mostly_identity(self.diagonal())

    def select(self, columns):
        """That of those problems alone."""
        return Hessian(self.penalty, self.curved.select(columns))


@dataclass(frozen=True)
class Objective(Block):
    """`F_k(w) = 0.5 * sum_j penalty_j w_j**2 + sum_i costs_ik phi(signs_ik x_i'w)`.

    One column `k` is one problem: a class against the rest, a cost, a fold.

    Args:
        design: The data, `(rows, columns)`.
        phi: The loss.
        signs: -1 or +1, `(rows, K)`.
        costs: Weights of the loss terms, not negative, `(rows, K)`.
        penalty: Weights of the squares, `(columns, 1)`: 1, or 0 for an
            intercept that is not regularised.
    """

    design: Design
    phi: Smooth
    signs: np.ndarray
    costs: np.ndarray
    penalty: np.ndarray

    def select(self, columns):
        return replace(self, signs=self.signs[:, columns], costs=self.costs[:, columns])

    def loss(self, scores):
        return dots(self.costs, self.phi(self.signs * scores)[0])

    def terms(self, scores):
        value, slope, curvature = self.phi(self.signs * scores)
        slopes = self.costs * self.signs * slope
        return dots(self.costs, value), slopes, self.costs * curvature

    def duals(self, point):
        """The dual variables `-costs * phi'(m)` at a point, `(rows, K)`.

        And the weights that they span, `(columns, K)`, or a free intercept itself.
        """
        variables = -self.costs * self.phi(self.signs * point.scores)[1]
        spanned = self.penalty * point.W - point.gradient
        return variables, np.where(self.penalty > 0, spanned, point.W)

    def gap(self, point):
        """How far above its minimum every objective is at most, `(K,)`.

        The slopes at the weights `w` are dual variables, and Fenchel's equality at
        them leaves of the gap between primal and dual `0.5 * |w - v|**2`, with `v`
        the weights that the dual variables span: half the squared gradient. Scaled
        down by a `share`, as free intercepts ask, they lose `(1 - share) * phi` a term.
        """
        if self.penalty.all():
            return 0.5 * dots(point.gradient, point.gradient)
        value, slope, _ = self.phi(self.signs * point.scores)
        share, spanned = self.feasible(-self.costs * slope)
        apart = self.penalty * point.W - spanned
        return dots(self.costs * (1 - share), value) + 0.5 * dots(apart, apart)

    def gap_of(self, point, variables):
        """The same by dual variables that span the weights, but for a free intercept."""
        share, spanned = 1.0, point.W
        if not self.penalty.all():
            share, spanned = self.feasible(variables)
        own = np.divide(
            share * variables,
            self.costs,
            out=np.zeros_like(variables),
            where=self.costs > 0,
        )
        dual = dots(self.costs, self.phi.conjugate(own)) + 0.5 * dots(spanned, spanned)
        return point.value + dual

    def feasible(self, variables):
        """A share of each dual variable that the dual problem admits, `(rows, K)`.

        And the weights spanned, 0 where there is no penalty. A free intercept asks both
        classes for the same sum of dual variables; the heavier class' are scaled down.
        """
        share = np.ones_like(variables)
        if not self.penalty.all():
            sums = [dots(variables, self.signs == sign) for sign in (-1, 1)]
            most = np.maximum(*sums)
            even = np.minimum(*sums) / np.where(most > 0, most, 1)
            heavy = np.where(sums[1] > sums[0], 1, -1)
            share = np.where(self.signs == heavy, even, share)
        spanned = self.design.pull(self.signs * variables * share)
        return share, np.where(self.penalty > 0, spanned, 0.0)


def dots(A, B):
    """The inner products of the columns of two blocks, `(K,)`."""
    return np.einsum("ik,ik->k", A, B)


def lengths(A):
    """The Euclidean lengths of the columns of a block, `(K,)`."""
    return np.sqrt(dots(A, A))
