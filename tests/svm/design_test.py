"""Every way to multiply with the data gives the same product."""

import numpy as np
import pytest
from scipy import sparse

from hinge_keras.svm import design
from hinge_keras.svm.design import Design

ROWS = 700  # Enough for two threads.


def data(features, seed=0):
    random = np.random.default_rng(seed)
    X = random.normal(size=(ROWS, features))
    X[random.uniform(size=X.shape) < 0.8] = 0
    return X


def long_indices(X):
    X = sparse.csr_matrix(X)
    X.indices, X.indptr = X.indices.astype(np.int64), X.indptr.astype(np.int64)
    return X


@pytest.fixture(params=["compiled", "scipy"])
def kernels(request, monkeypatch):
    if request.param == "scipy":
        monkeypatch.setattr(design, "compiled", None)
    elif design.compiled is None:
        pytest.skip("numba is not installed")


@pytest.mark.parametrize("problems", [1, 3])
@pytest.mark.parametrize("features", [30, 600])
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("intercept", [0.0, 2.0])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix, long_indices])
def test_products_are_those_of_the_matrix(
    kernels, kind, intercept, threads, features, problems
):
    X = data(features)
    random = np.random.default_rng(1)
    full = np.column_stack([X, np.full(ROWS, intercept)]) if intercept else X
    ours = Design(kind(X), intercept, threads)
    S = random.normal(size=(full.shape[1], problems))
    D = random.uniform(size=(ROWS, problems))
    D[random.uniform(size=ROWS) < 0.7] = 0
    np.testing.assert_allclose(ours.scores(S), full @ S)
    np.testing.assert_allclose(ours.pull(D), full.T @ D)
    np.testing.assert_allclose(ours.square_norms, (full**2).sum(axis=1))
    np.testing.assert_allclose(ours.diagonal(D), (full**2).T @ D)
    expected = full.T @ (D * (full @ S))
    product = ours.curved(D)
    np.testing.assert_allclose(product(S), expected, atol=1e-9)
    np.testing.assert_allclose(product.diagonal(), (full**2).T @ D)
    last = product.select(np.arange(problems) == problems - 1)
    np.testing.assert_allclose(last(S[:, -1:]), expected[:, -1:], atol=1e-9)
    error = np.linalg.norm(ours.curved(D, slack=1.0)(S) - expected)
    assert error <= 1.0 * np.linalg.norm(S)


def test_slack_skips_rows():
    if design.compiled is None:
        pytest.skip("numba is not installed")
    X = sparse.csr_matrix(data(600))
    S, D = np.ones((600, 1)), np.full((ROWS, 1), 1e-5)
    D[0] = 1e3
    exact, rough = (Design(X).curved(D, slack)(S) for slack in (0.0, 100.0))
    alone = Design(X[:1]).curved(D[:1])(S)
    assert np.array_equal(rough, alone)
    assert not np.array_equal(exact, alone)


def test_a_part_of_the_rows_is_no_copy():
    X = sparse.csr_matrix(data(30))
    part = design.rows_between(X, 100, 300)
    assert np.shares_memory(part.data, X.data)
    np.testing.assert_array_equal(part.toarray(), X.toarray()[100:300])
