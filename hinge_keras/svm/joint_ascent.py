"""The hinge of all classes in one problem, and its smooth relatives, by dual ascent.

`0.5 * |W|**2 + sum_i costs_i L(x_i'W; y_i)`, where the loss of scores `s` is

    L(s; y) = max_p sum_{j != y} p_j * (1 + s_j - s_y) - 0.5 * sigma * |v|**2

over `p >= 0` with `sum_j p_j <= 1`, and `v` is what `p` pulls at the scores: `p_j` at
rivals, `-sum_j p_j` at the true class. That is the hinge of Crammer and Singer where
`sigma = 0`, and its Moreau envelope of that width elsewhere. In the dual a row has one
variable a class; it takes its best ones in turn, which costs a projection onto a
simplex, with `sigma / costs_i` added to the row's squared length.

Crammer and Singer, On the algorithmic implementation of multiclass kernel-based
vector machines, JMLR 2 (2001); Keerthi, Sundararajan, Chang, Hsieh and Lin, A
sequential dual method for large scale multi-class linear SVMs, KDD 2008;
Shalev-Shwartz and Zhang, Accelerated proximal stochastic dual coordinate ascent for
regularized loss minimization, Mathematical Programming 155 (2016), for the smooth
maximum by a projection.
"""

from typing import NamedTuple

import numpy as np
from scipy import sparse
from sklearn.utils.extmath import row_norms


class Solution(NamedTuple):
    """Weights `(columns, classes)`, the intercept's last, and the dual variables.

    `duals (rows, classes)` span the weights, `X' duals`. The `gap` bounds how far the
    `objective` is above its minimum.
    """

    weights: np.ndarray
    duals: np.ndarray
    objective: float
    gap: float
    passes: int
    converged: bool


def minimise(
    X,
    labels,
    costs,
    classes,
    *,
    intercept=0.0,
    sigma=0.0,
    squared=False,
    tolerance=1e-4,
    passes=10_000,
    duals=None,
):
    """The weights of smallest objective, by dual coordinate ascent.

    Args:
        X: A float64 array or CSR matrix, `(rows, features)`.
        labels: Numbers of the true classes, `(rows,)`.
        costs: Weights of the losses, not negative, `(rows,)`.
        classes: How many there are.
        intercept: The value of a column that is added, regularised as the others; 0
            adds none.
        sigma: Width of the smoothing in units of the score, not negative.
        squared: Let `sum_j p_j` be as large as it likes: a squared hinge, of two
            classes `max(1 - m, 0)**2 / (4 * sigma)`. Only where `sigma` is above 0.
        tolerance: Stop when the gap is this share of the objective.
        passes: Over the data, at most.
        duals: Where to start, `(rows, classes)`, for instance another solution's;
            zeros by default. Where they are not feasible the nearest in proportion
            are taken.

    Returns:
        A `Solution`.

    Raises:
        ImportError: Without numba.
    """
    from hinge_keras.svm import compiled_joint

    labels = np.asarray(labels, np.int32)
    costs = np.ascontiguousarray(costs, np.float64)
    bounds = np.where(costs > 0, np.inf, 0.0) if squared else costs
    problem = labels, costs, bounds, float(sigma)
    matrix = compressed(X, intercept)
    if duals is None:
        columns = X.shape[1] + (intercept != 0)
        start = np.zeros((len(labels), classes)), np.zeros((columns, classes))
        dual = 0.0
    else:
        duals = feasible(duals, labels, bounds)
        start = duals, spanned(X, intercept, duals)
        cost, gap = compiled_joint.certify(matrix, problem, *start)
        objective = 0.5 * np.sum(start[1] ** 2) + cost
        if gap <= tolerance * objective:
            return Solution(start[1], duals, objective, gap, 0, True)
        dual = objective - gap
    objective, gap, taken = compiled_joint.ascend(
        matrix, problem, tolerance, passes, dual, *start
    )
    duals, weights = start
    return Solution(weights, duals, objective, gap, taken, gap <= tolerance * objective)


def compressed(X, intercept):
    """The matrix as the compiled kernels want it: see there."""
    X = sparse.csr_matrix(X, dtype=np.float64)
    squares = row_norms(X, squared=True) + intercept**2
    return X.data, unsigned(X.indices), unsigned(X.indptr), squares, float(intercept)


def spanned(X, intercept, duals):
    """The weights `X' duals`, `(columns, classes)`."""
    weights = X.T @ duals
    if intercept:
        weights = np.vstack([weights, intercept * duals.sum(axis=0)])
    return np.ascontiguousarray(weights)


def feasible(duals, labels, bounds):
    """A copy of dual variables, not positive for rivals, that sum to 0 in every row.

    None of a true class is above its row's bound.
    """
    rows = np.arange(len(labels))
    duals = np.minimum(duals, 0.0)
    duals[rows, labels] = 0
    pull = -duals.sum(axis=1)
    share = np.minimum(
        1, np.divide(bounds, pull, out=np.ones_like(pull), where=pull > 0)
    )
    duals *= share[:, None]
    duals[rows, labels] = share * pull
    return duals


def unsigned(numbers):
    """Column numbers or row bounds as the compiled kernels want them, not copied."""
    return numbers.view(np.uint32) if numbers.itemsize == 4 else numbers
