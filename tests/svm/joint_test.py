"""`CrammerSingerSVC` keeps scikit-learn's contract and equals its `LinearSVC`."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC
from sklearn.utils.estimator_checks import parametrize_with_checks

from hinge_keras.svm import CrammerSingerSVC, SmoothSVC, design

pytestmark = pytest.mark.skipif(design.compiled is None, reason="numba is an extra")

# Smooth, so that coordinate ascent ends at the same weights to the last digits asked.
SMOOTH = CrammerSingerSVC(sigma=1.0, tol=1e-15)


@parametrize_with_checks([SMOOTH])
def test_keeps_the_contract_of_scikit_learn(estimator, check):
    check(estimator)


def digits():
    X, y = load_digits(return_X_y=True)
    return X[:500] / 16, np.array(list("abcdefghij"))[y[:500]]


@pytest.mark.parametrize("intercept", [False, True])
def test_it_is_linear_svc(intercept):
    X, y = digits()
    ours = CrammerSingerSVC(0.3, fit_intercept=intercept, tol=1e-8).fit(X, y)
    theirs = LinearSVC(
        C=0.3, multi_class="crammer_singer", fit_intercept=intercept, tol=1e-8
    ).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-3)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, atol=1e-3)
    assert ours.duality_gap_ <= 1e-8 * ours.objective_


def test_two_classes_are_one_quadratically_smoothed_hinge():
    X, y = digits()
    y = y < "f"
    ours = CrammerSingerSVC(sigma=0.5, tol=1e-10, fit_intercept=False).fit(X, y)
    binary = SmoothSVC(
        "quadratically_smoothed_hinge", 1.0, 2.0, tol=1e-10, fit_intercept=False
    ).fit(X, y)
    np.testing.assert_allclose(ours.coef_, binary.coef_, atol=1e-4)


def test_weights_repeat_examples_and_classes():
    X, y = digits()
    repeats = np.random.default_rng(0).integers(0, 4, len(y))
    options = {"sigma": 1.0, "tol": 1e-12}
    weighted = CrammerSingerSVC(**options).fit(X, y, sample_weight=repeats)
    repeated = CrammerSingerSVC(**options).fit(X.repeat(repeats, 0), y.repeat(repeats))
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, atol=1e-5)
    heavy = {name: 1.0 + (name == "c") for name in "abcdefghij"}
    by_class = CrammerSingerSVC(class_weight=heavy, **options).fit(X, y)
    by_row = CrammerSingerSVC(**options).fit(X, y, sample_weight=1.0 + (y == "c"))
    np.testing.assert_allclose(by_class.coef_, by_row.coef_, atol=1e-5)


def test_too_few_passes_are_told_and_wrong_arguments_named():
    X, y = digits()
    with pytest.warns(ConvergenceWarning, match=r"more than tol=1e-08, after 2 steps"):
        CrammerSingerSVC(tol=1e-8, max_iter=2).fit(X, y)
    with pytest.raises(ValueError, match="sigma is 0; accepted with squared=True"):
        CrammerSingerSVC(squared=True).fit(X, y)
    with pytest.raises(ValueError, match="'sigma' parameter"):
        CrammerSingerSVC(sigma=-1.0).fit(X, y)
