"""The products with the data matrix that a linear model needs, dense or sparse.

Every product is with a block of columns at once, one column a problem, so that
many problems read the data once. Rows are split over threads; scipy and BLAS
release Python's lock, and so do the optional compiled kernels.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy import sparse
from sklearn.utils.extmath import row_norms

try:
    from hinge_keras.svm import compiled
except ImportError:  # numba is an extra: scipy alone does everything, slower.
    compiled = None  # type: ignore[assignment]

# Hessians of so few features are formed, where rows store so few values: that
# costs less than the products which conjugate gradients would ask for.
FEW_FEATURES, FEW_VALUES = 512, 40
FORMED = 2**24  # Numbers in all the formed Hessians of a block.
FEW_ROWS = 0.5  # The share of the rows that is worth a copy to skip the others.
# A part has so many stored values, and so many times as many as a sum over it has terms.
PART, TIMES, MOST_PARTS = 2**18, 16, 16


class Design:
    """A data matrix `(rows, features)`, with a column of ones for the intercept.

    Args:
        X: A float array or CSR matrix.
        intercept: The value of the column of ones, or 0 for no such column.
        threads: How many threads share the parts.
    """

    def __init__(self, X, intercept=0.0, threads=1):
        self.sparse = sparse.issparse(X)
        self.intercept = float(intercept)
        self.compiled = compiled if self.sparse and X.nnz < 2**32 else None
        self.rows, self.features = X.shape
        self.columns = self.features + (self.intercept != 0)
        # numpy and scipy would copy a float32 matrix at every float64 product.
        self.X = X = X.astype(np.float64, copy=False)
        stored = X.nnz if self.sparse else X.size
        many = stored // max(PART, TIMES * self.features)
        self.bounds = balanced(X, max(1, min(many, MOST_PARTS, self.rows)))
        self.parts = [rows_between(X, a, b) for a, b in self.bounds]
        self.threads = threads
        self.pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def scores(self, W):
        """`X W`, from `(columns, K)` to `(rows, K)`."""
        weights = W[: self.features]
        found = self.each(lambda part, _: part @ weights)
        scores = found[0] if len(found) == 1 else np.concatenate(found)
        if self.intercept:
            scores += self.intercept * W[-1]
        return scores

    def pull(self, R):
        """`X' R`, from `(rows, K)` to `(columns, K)`."""
        total = sum(self.each(lambda part, rows: part.T @ R[rows]))
        return self.with_intercept(total, R)

    def with_intercept(self, total, R):
        if not self.intercept:
            return total
        return np.vstack([total, self.intercept * R.sum(axis=0)])

    @cached_property
    def square_norms(self):
        """The squared length of every row, the intercept's column included."""
        squares = row_norms(self.X, squared=True).astype(float)
        return squares + self.intercept**2

    @cached_property
    def squares(self):
        """The data, every value squared."""
        if not self.sparse:
            return self.X**2
        X = self.X
        return sparse.csr_matrix((X.data**2, X.indices, X.indptr), X.shape)

    def part(self, rows):
        """Those rows alone, a copy."""
        return Design(self.X[rows], self.intercept, self.threads)

    def diagonal(self, D):
        """The diagonals of `X' diag(D_k) X`, `(columns, K)`."""
        if self.compiled:  # Without a copy of the data.
            total = np.zeros((self.features, D.shape[1]))
            self.compiled.diagonal(
                self.X.data, *self.indexing, np.ascontiguousarray(D), total
            )
        else:
            total = self.squares.T @ D
        if not self.intercept:
            return total
        return np.vstack([total, self.intercept**2 * D.sum(axis=0)])

    def curved(self, D, slack=0.0):
        """The function `S -> X' (D * (X S))`, for this `D (rows, K)` at rest.

        It also has a `diagonal()`, and `select(columns)`. The product may be that of
        a matrix which differs by `slack` in norm: rows of negligible `D` are skipped.
        """
        if self.few and D.shape[1] * self.columns**2 <= FORMED:
            heavy = self.heavy(D, slack)
            pairs = zip(D.T, heavy.T, strict=True)
            return Formed(np.stack([self.formed(*pair) for pair in pairs]))
        return Multiplied(self, D, slack)

    def heavy(self, D, slack):
        """Which rows of each problem are not negligible, `(rows, K)`."""
        return D * self.square_norms[:, None] > slack / self.rows

    @cached_property
    def few(self):
        """Whether a Hessian is better formed than multiplied."""
        if not self.sparse:
            return self.features <= FEW_FEATURES
        counts = np.diff(self.X.indptr).astype(float)
        few_values = np.sum(counts**2) <= FEW_VALUES * max(1, self.X.nnz)
        return self.compiled and self.features <= FEW_FEATURES and few_values

    def formed(self, D, heavy):
        """`X' diag(D) X` over the heavy rows as an array `(columns, columns)`."""
        H = np.zeros((self.columns, self.columns))
        inner = H[: self.features, : self.features]
        rows = np.flatnonzero(heavy)
        if self.sparse:
            self.compiled.outer(
                self.X.data,
                *self.indexing,
                rows.astype(np.uint32),
                np.ascontiguousarray(D),
                inner,
            )
            inner += inner.T
        else:
            Y = self.X[rows] * np.sqrt(D[rows])[:, None]
            inner[:] = Y.T @ Y  # Numpy knows it for symmetric.
        if self.intercept:
            H[:, -1] = H[-1] = self.intercept * self.pull((D * heavy)[:, None])[:, 0]
        return H

    def product(self, D, slack):
        """The function `S -> X' (D * (X S))` without the rows of negligible `D`."""
        heavy = self.heavy(D, slack)
        if self.compiled:
            products = [self.fused(*pair) for pair in zip(D.T, heavy.T, strict=True)]
            return lambda S: np.column_stack(
                [product(s) for product, s in zip(products, S.T, strict=True)]
            )
        rows = np.flatnonzero(heavy.any(axis=1))
        if len(rows) > FEW_ROWS * self.rows:
            return lambda S: self.pull(D * self.scores(S))
        part = self.part(rows)
        return lambda S: part.pull(D[rows] * part.scores(S))

    def fused(self, D, heavy):
        """The compiled product for one problem, which reads each heavy row once."""
        D, rows = np.ascontiguousarray(D), np.flatnonzero(heavy).astype(np.uint32)
        shares = np.array_split(rows, len(self.parts))

        def product(s):
            s = np.ascontiguousarray(s)

            def part(share):
                out = np.zeros_like(s)
                self.compiled.curved(
                    self.X.data, *self.indexing, share, D, self.intercept, s, out
                )
                return out

            each = map if self.pool is None else self.pool.map
            return sum(each(part, shares))

        return product

    @cached_property
    def indexing(self):
        """Column numbers and row bounds, unsigned as the compiled kernels want."""
        arrays = self.X.indices, self.X.indptr
        return tuple(
            numbers.view(np.uint32) if numbers.itemsize == 4 else numbers.astype("u4")
            for numbers in arrays
        )

    def each(self, function):
        """The function of every block of rows and its slice, over the threads."""
        slices = [slice(a, b) for a, b in self.bounds]
        each = map if self.pool is None else self.pool.map
        return list(each(function, self.parts, slices))


class Formed(NamedTuple):
    """Products with `X' diag(D_k) X` as an array, `(K, columns, columns)`."""

    H: np.ndarray

    @property
    def formed(self):
        return True

    def __call__(self, S):
        return np.matmul(self.H, S.T[:, :, None])[:, :, 0].T

    def diagonal(self):
        return np.einsum("kii->ik", self.H)

    def select(self, columns):
        return Formed(self.H[columns])


@dataclass(frozen=True)
class Multiplied:
    """Products with `X' diag(D_k) X` by the data, off by `slack` at most."""

    design: Design
    D: np.ndarray
    slack: float
    formed = False

    @cached_property
    def product(self):
        return self.design.product(self.D, self.slack)

    def __call__(self, S):
        return self.product(S)

    def diagonal(self):
        return self.design.diagonal(self.D)

    def select(self, columns):
        return Multiplied(self.design, self.D[:, columns], self.slack)


def rows_between(X, first, last):
    """Those rows of the data, without a copy."""
    if not sparse.issparse(X):
        return X[first:last]
    bounds = X.indptr[first : last + 1]
    values = slice(bounds[0], bounds[-1])
    part = sparse.csr_matrix((last - first, X.shape[1]), dtype=X.dtype)
    # Set one by one: given them, the constructor copies.
    part.data, part.indices = X.data[values], X.indices[values]
    part.indptr = bounds - bounds[0]
    return part


def balanced(X, parts):
    """Bounds of blocks of rows with about equally many stored values."""
    rows = X.shape[0]
    if sparse.issparse(X):
        wanted = np.linspace(0, X.nnz, parts + 1)
        edges = np.searchsorted(X.indptr, wanted)
        edges[0], edges[-1] = 0, rows
    else:
        edges = np.linspace(0, rows, parts + 1).astype(int)
    return list(pairwise(edges))


def available(n_jobs):
    """How many threads `n_jobs` asks for, as scikit-learn counts: -1 is all."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    cores = cores or os.cpu_count() or 1
    if n_jobs is None:
        return 1
    return max(1, cores + 1 + n_jobs if n_jobs < 0 else n_jobs)
