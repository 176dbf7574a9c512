"""Products with stored rows, and problems on them: one block in memory at a time.

What a product adds over a block of rows is what `Design` says of the block. Vectors of
one number a row, or one a feature, are in memory; the data are not.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hinge_keras.svm import design
from hinge_keras.svm.design import FEW_FEATURES, FORMED, Design, Formed, Multiplied
from hinge_keras.svm.objective import Objective, Point, dots


class StoredDesign:
    """A `Design` of stored rows: every product reads them once, for all its columns.

    Args:
        stored: The `StoredRows`.
        intercept: The value of the column of ones, or 0 for no such column.
    """

    threads, pool = 1, None

    def __init__(self, stored, intercept=0.0):
        self.stored, self.intercept = stored, float(intercept)
        self.compiled = design.compiled
        self.rows, self.features = stored.shape
        self.columns = self.features + (self.intercept != 0)
        # A Hessian is formed by one read, and multiplied by one read a product.
        self.few = self.compiled is not None and self.features <= FEW_FEATURES

    @cached_property
    def square_norms(self):
        """The squared length of every row, the intercept's column included."""
        return self.stored.square_norms + self.intercept**2

    def parts(self, order=None):
        """Numbers of rows, and the `Design` of them: one read, of stripes in that order."""
        for rows, X in self.stored if order is None else self.stored.blocks(order):
            part = Design(X, self.intercept)
            part.square_norms, part.few = self.square_norms[rows], self.few
            yield rows, part

    def total(self, function):
        """The sum over all parts of a function of the part and its rows."""
        return sum(function(part, rows) for rows, part in self.parts())

    def scores(self, W):
        """`X W`, from `(columns, K)` to `(rows, K)`."""
        scores = np.empty((self.rows, W.shape[1]))
        for rows, part in self.parts():
            scores[rows] = part.scores(W)
        return scores

    def pull(self, R):
        """`X' R`, from `(rows, K)` to `(columns, K)`."""
        return self.total(lambda part, rows: part.pull(R[rows]))

    def diagonal(self, D):
        """The diagonals of `X' diag(D_k) X`, `(columns, K)`."""
        return self.total(lambda part, rows: part.diagonal(D[rows]))

    def curved(self, D, slack=0.0):
        """The function `S -> X' (D * (X S))`, as `Design.curved` gives it."""
        if self.few and D.shape[1] * self.columns**2 <= FORMED:
            return Formed(self.total(self.curved_part(D, slack, lambda own: own.H)))
        return Multiplied(self, D, slack)

    def product(self, D, slack):
        """The function `S -> X' (D * (X S))` without the rows of negligible `D`."""
        return lambda S: self.total(self.curved_part(D, slack, lambda own: own(S)))

    def curved_part(self, D, slack, ask):
        """What is asked of the `curved` of every part, each with its share of slack."""
        return lambda part, rows: ask(
            part.curved(D[rows], slack * part.rows / self.rows)
        )


@dataclass(frozen=True)
class StoredObjective(Objective):
    """An `Objective` whose design is a `StoredDesign`: a point is one read of it."""

    def blocks(self, order=None):
        """Numbers of rows, and the `Objective` that has their loss alone."""
        for rows, part in self.design.parts(order):
            signs, costs = self.signs[rows], self.costs[rows]
            yield rows, Objective(part, self.phi, signs, costs, self.penalty)

    def at(self, W):
        scores, curvature = np.empty_like(self.signs), np.empty_like(self.costs)
        value, gradient = 0.5 * dots(W, self.penalty * W), self.penalty * W
        for rows, block in self.blocks():
            scores[rows] = block.scores(W)
            cost, slopes, curvature[rows] = block.terms(scores[rows])
            value += cost
            gradient += block.pull(slopes)
        return Point(W, scores, value, gradient, curvature)
