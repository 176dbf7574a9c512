"""A metric solves what it says, on matrices of any scale."""

import numpy as np
import pytest

from hinge_keras.svm import metric


def hessian(scale, rows=30, features=6):
    random = np.random.default_rng(0)
    X = random.normal(size=(2, rows, features)) * scale ** random.uniform(
        -1, 1, features
    )
    return X.transpose(0, 2, 1) @ X


@pytest.mark.parametrize("scale", [1.0, 1e4, 1e8])
def test_a_factored_hessian_is_solved(scale):
    H = hessian(scale)
    penalty = np.ones((6, 1))
    penalty[-1] = 0  # Free: its penalty is raised, so that it has a length.
    added = np.diag([1.0] * 5 + [1 - metric.DIAGONAL])
    found, r = metric.factored(penalty, H), np.random.default_rng(1).normal(size=(6, 2))
    solved = found.solve(r)
    for k in range(2):
        scales = np.sqrt(np.diag(H[k] + added))
        expected = np.linalg.solve(
            (H[k] + added) / np.outer(scales, scales), r[:, k] / scales
        )
        np.testing.assert_allclose(solved[:, k] * scales, expected, rtol=1e-6)
    alone = found.select(np.array([False, True])).solve(r[:, 1:])
    np.testing.assert_array_equal(alone[:, 0], solved[:, 1])


def test_what_has_no_factor_in_floating_point_is_raised_until_it_has():
    twins = np.full((1, 3, 3), 1e20)  # Of rank 1: the penalty is below rounding.
    found = metric.factored(np.ones((3, 1)), twins)
    assert np.isfinite(found.solve(np.array([[1.0], [2.0], [3.0]]))).all()


def test_a_hessian_that_is_not_finite_leaves_the_identity():
    found = metric.factored(np.ones((2, 1)), np.full((1, 2, 2), np.nan))
    np.testing.assert_array_equal(found.factors[0], np.eye(2))


def test_the_diagonal_is_mostly_the_identity():
    found = metric.mostly_identity(np.array([[1.0], [101.0]]))
    np.testing.assert_allclose(found.solve(np.ones((2, 1))), [[1.0], [0.5]])
    assert found.select([0]).values.shape == (2, 1)
