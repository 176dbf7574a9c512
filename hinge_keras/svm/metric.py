"""The metric of the trust region and of conjugate gradients: what `M` and `M^-1` are.

Where a Hessian is at hand as an array it is its own metric, and conjugate gradients
end after a step or two. Else the metric is mostly the identity, as in LIBLINEAR since
2.20: the Hessian's diagonal alone shapes a bad region where few examples have
curvature, but is needed where features have very different scales.
"""

from typing import NamedTuple

import numpy as np
from scipy.linalg import lapack

DIAGONAL = 0.01  # The share of the Hessian's diagonal.
JITTER = 1e-14  # Added to a scaled diagonal that is not positive in floating point.


class Diagonal(NamedTuple):
    """`M = diag(values)`, with `values (weights, K)`."""

    values: np.ndarray

    def solve(self, r):
        return r / self.values

    def select(self, columns):
        return Diagonal(self.values[:, columns])


class Factored(NamedTuple):
    """`M_k = diag(d_k) R_k' R_k diag(d_k)`: a scaled Cholesky factor for each problem."""

    factors: list
    scales: list

    def solve(self, r):
        columns = zip(self.factors, self.scales, r.T, strict=True)
        return np.column_stack(
            [lapack.dpotrs(factor, x / d)[0] / d for factor, d, x in columns]
        )

    def select(self, columns):
        kept = np.arange(len(self.factors))[columns]
        return Factored([self.factors[k] for k in kept], [self.scales[k] for k in kept])


def mostly_identity(diagonal):
    """The metric of a Hessian with that diagonal, `(weights, K)`."""
    return Diagonal((1 - DIAGONAL) + DIAGONAL * diagonal)


def factored(penalty, H):
    """The metric `H_k + diag(penalty)`, a free weight's penalty raised from 0.

    Where nothing curves it would have no length.

    Args:
        penalty: `(weights, 1)`.
        H: Positive semidefinite, `(K, weights, weights)`.
    """
    added = np.where(penalty[:, 0] > 0, penalty[:, 0], 1 - DIAGONAL)
    factors, scales = [], []
    for each in H:
        with np.errstate(over="ignore"):
            scale = np.sqrt(each.diagonal() + added)
            M = each / scale[:, None] / scale
        np.fill_diagonal(M, 1.0)
        factors.append(cholesky(M))
        scales.append(scale)
    return Factored(factors, scales)


def cholesky(M):
    """The upper factor of a matrix with a diagonal of ones, or of one near it.

    The identity where there is none: of a matrix that is not finite.
    """
    jitter = JITTER
    while jitter < 1:
        factor, failed = lapack.dpotrf(M)
        if not failed:
            break
        np.fill_diagonal(M, 1 + jitter)
        jitter *= 100
    return factor if not failed and np.isfinite(factor).all() else np.eye(len(M))
