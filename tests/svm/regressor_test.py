"""`SmoothSVR` keeps scikit-learn's contract, and reaches LIBLINEAR's optimum."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import minimize_scalar
from sklearn.base import clone
from sklearn.datasets import load_diabetes, make_friedman1, make_regression
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import scale
from sklearn.svm import LinearSVR
from sklearn.utils.estimator_checks import parametrize_with_checks

import hinge_keras as hk
from hinge_keras.svm import residual_continuation, residuals
from hinge_keras.svm.regressor import SmoothSVR
from hinge_keras.svm.residuals import Residuals, tube_of

SQUARED, PLAIN = "squared_epsilon_insensitive", "epsilon_insensitive"

SMOOTH = {
    SQUARED: hk.SquaredEpsilonInsensitive(0.3),
    PLAIN: hk.EpsilonInsensitive(0.3, hk.QuadraticallySmoothedHinge(0.5)),
    "psi_g": hk.EpsilonInsensitive(0.3, hk.PsiG(0.5)),
    "psi_m": hk.EpsilonInsensitive(0.3, hk.PsiM(0.5)),
    "softplus_hinge": hk.EpsilonInsensitive(0.3, hk.SoftplusHinge(0.5)),
}


@parametrize_with_checks(
    [
        SmoothSVR(tol=1e-12),
        SmoothSVR(SQUARED, tol=1e-12, penalise_intercept=True),
        SmoothSVR(sigma=0, epsilon=0.1, tol=1e-13),
        SmoothSVR("psi_g", sigma=0.1, tol=1e-14),
    ]
)
def test_keeps_the_contract_of_scikit_learn(estimator, check):
    check(estimator)


def diabetes():
    X, y = load_diabetes(return_X_y=True)
    return scale(X), y


def linear():
    return make_regression(150, 12, noise=10.0, random_state=0)


def text_like():
    X = sparse.random(150, 700, 0.03, "csr", random_state=0)
    random = np.random.default_rng(0)
    return X, X @ random.normal(size=700) + 0.3 * random.normal(size=150)


def friedman():
    return make_friedman1(200, noise=1.0, random_state=0)


def outliers():
    X, y = make_regression(120, 6, noise=1.0, random_state=1)
    y[::10] += 1000.0
    return X, y


def collinear():
    X, y = make_regression(100, 5, noise=5.0, random_state=2)
    return np.hstack([X, X[:, :2], X @ np.ones((5, 1))]), y


def constant():
    return friedman()[0], np.full(200, 3.0)


SETS = [diabetes, linear, text_like, friedman, outliers, collinear, constant]


def value(model, X, y, penalise=True):
    """The objective at a model's own weights, of plain or squared hinges."""
    out = np.maximum(np.abs(y - model.predict(X)) - model.epsilon, 0)
    square = np.sum(model.coef_**2) + penalise * np.sum(model.intercept_**2)
    losses = np.sum(out**2 if model.loss == SQUARED else out)
    return 0.5 * square + model.C * losses


@pytest.mark.parametrize("given", SETS)
@pytest.mark.parametrize("as_sparse", [False, True])
@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize(
    ("loss", "dual"), [(SQUARED, False), (SQUARED, True), (PLAIN, True)]
)
def test_reaches_the_minimum_of_liblinear(given, as_sparse, intercept, loss, dual):
    """By its -s 11, -s 12 and -s 13, which penalise an intercept."""
    X, y = given()
    X = sparse.csr_matrix(X) if as_sparse else sparse.csr_matrix(X).toarray()
    options = {"epsilon": 0.2 * y.std(), "C": 0.1, "fit_intercept": intercept}
    ours = SmoothSVR(loss, sigma=0.0, penalise_intercept=True, tol=1e-9, **options).fit(
        X, y
    )
    exact = {"tol": 1e-12, "max_iter": 10**5, "random_state": 0}
    theirs = LinearSVR(loss=loss, dual=dual, **exact, **options).fit(X, y)
    expected = value(theirs, X, y)
    assert ours.objective_[0] == pytest.approx(value(ours, X, y), rel=1e-9)
    assert ours.objective_[0] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("given", [diabetes, text_like, outliers])
@pytest.mark.parametrize("loss", [SQUARED, PLAIN])
def test_a_free_intercept_is_the_best_of_all_shifts(given, loss):
    X, y = given()
    options = {"epsilon": 0.1 * y.std(), "sigma": 0.0, "C": 0.1, "tol": 1e-10}
    free = SmoothSVR(loss, **options).fit(X, y)
    fixed = SmoothSVR(loss, fit_intercept=False, **options)
    around = free.intercept_ + y.std() * np.array([-1, 1])
    best = minimize_scalar(
        lambda b: fixed.fit(X, y - b).objective_[0],
        bounds=around,
        method="bounded",
        options={"xatol": 1e-9 * y.std()},
    )
    assert free.objective_[0] == pytest.approx(best.fun, rel=1e-8)
    assert free.objective_[0] == pytest.approx(value(free, X, y, False), rel=1e-9)


@pytest.mark.parametrize("loss", SMOOTH)
def test_a_loss_by_instance_is_that_by_name(loss):
    assert tube_of(SMOOTH[loss]) == tube_of(loss, 0.3, 0.5)
    X, y = friedman()
    named = SmoothSVR(loss, 0.3, 0.5).fit(X, y)
    given = clone(SmoothSVR(SMOOTH[loss])).fit(X, y)
    assert (given.coef_ == named.coef_).all()


def warned_of(model, X, y):
    """The categories of the warnings of a fit."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        model.fit(X, y)
    return [w.category for w in warned]


@pytest.mark.parametrize("loss", [*SMOOTH, hk.EpsilonInsensitive(0.3)], ids=str)
def test_warns_where_the_gap_is_above_the_tolerance(loss):
    X, y = friedman()
    for max_iter in (0, 1, 2, 500):
        model = SmoothSVR(loss, 0.3, 0.5, tol=1e-8, max_iter=max_iter)
        assert warned_of(model, X, y) == [ConvergenceWarning] * (max_iter < 500)
        assert model.n_iter_ <= max_iter
        above = model.duality_gap_ > 1e-8 * model.objective_
        assert above.any() == (max_iter < 500)


def test_the_smallest_gap_is_kept(monkeypatch):
    X, y = friedman()
    found, gap_of = [], Residuals.gap_of

    def kept(self, point, shares):
        gap = gap_of(self, point, shares)
        if isinstance(self.phi, residuals.Hinge):
            found.append(gap)
        return gap

    monkeypatch.setattr(Residuals, "gap_of", kept)
    with pytest.warns(ConvergenceWarning):
        model = SmoothSVR(PLAIN, 0.3, 0.0, tol=1e-16).fit(X, y)
    assert len(found) > residual_continuation.ROUNDS  # One more, of the start.
    assert model.duality_gap_ == min(found) < max(found)
    assert model.duality_gap_ < 1e-10 * model.objective_


@pytest.mark.parametrize("loss", ["psi_g", PLAIN])
def test_a_narrow_loss_is_reached_through_wider_ones(loss, monkeypatch):
    X, y = friedman()
    steps = SmoothSVR(loss, 0.3, 1e-4).fit(X, y).n_iter_
    monkeypatch.setattr(residual_continuation, "wider", lambda _: [])
    assert SmoothSVR(loss, 0.3, 1e-4).fit(X, y).n_iter_ > 1.2 * steps


@pytest.mark.parametrize("share", [0.99, 1.01])
def test_warns_of_any_output_whose_gap_is_just_above_the_tolerance(share, monkeypatch):
    X, y = friedman()
    solved = SmoothSVR.minimised

    def nearly(self, objective, start):
        found = solved(self, objective, start)
        return found._replace(gap=np.array([0.5, share]) * 1e-3 * found.point.value)

    monkeypatch.setattr(SmoothSVR, "minimised", nearly)
    model = SmoothSVR(tol=1e-3)
    outputs = np.column_stack([y, y[::-1]])
    assert warned_of(model, X, outputs) == [ConvergenceWarning] * (share > 1)


@pytest.mark.parametrize("loss", [SQUARED, PLAIN])
@pytest.mark.parametrize("sigma", [0.0, 1.0])
def test_a_tube_that_holds_all_targets_has_zero_weights(loss, sigma):
    X, y = friedman()
    y[0] += 10  # Their median is not their middle.
    half = 0.5 * np.ptp(y)
    model = SmoothSVR(loss, (1 + 1e-12) * half, sigma).fit(X, y)
    assert model.objective_[0] == model.duality_gap_[0] == 0
    assert (model.coef_ == 0).all()
    assert np.abs(y - model.intercept_).max() <= (1 + 1e-12) * model.epsilon
    narrow = SmoothSVR(loss, 0.99 * half, sigma).fit(X, y)
    assert narrow.objective_[0] > 0


@pytest.mark.parametrize("epsilon", [0.0, 0.5])
def test_a_constant_target_is_the_intercept(epsilon):
    X, y = constant()
    model = SmoothSVR(epsilon=epsilon, sigma=0.0).fit(X, y)
    assert (model.predict(X) == y).all()
    assert model.objective_[0] == 0


@pytest.mark.parametrize("loss", [SQUARED, PLAIN, "psi_g"])
@pytest.mark.parametrize("given", [friedman, text_like])
def test_weights_repeat_examples(loss, given):
    X, y = given()
    repeats = np.random.default_rng(0).integers(0, 4, len(y))
    options = {"epsilon": 0.1, "sigma": 0.2 * (loss != PLAIN), "tol": 1e-10}
    weighted = SmoothSVR(loss, **options).fit(X, y, sample_weight=repeats)
    rows = np.repeat(np.arange(len(y)), repeats)
    repeated = SmoothSVR(loss, **options).fit(X[rows], y[rows])
    assert weighted.objective_ == pytest.approx(repeated.objective_, rel=2e-10)
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, atol=2e-4)


@pytest.mark.parametrize(
    ("loss", "sigma"), [(SQUARED, 1.0), (PLAIN, 0.0), (PLAIN, 0.3), ("psi_m", 0.3)]
)
@pytest.mark.parametrize("given", [text_like, friedman])
def test_outputs_are_problems_of_their_own(loss, sigma, given):
    X, y = given()
    Y = np.column_stack([y, 100 * np.roll(y, 3), np.ones(len(y))])
    options = {"sigma": sigma, "tol": 1e-9, "penalise_intercept": True}
    model = SmoothSVR(loss, 0.1, **options)
    together = clone(model).fit(X, Y)
    assert together.coef_.shape == (3, X.shape[1])
    assert together.intercept_.shape == (3,)
    assert together.predict(X).shape == Y.shape
    for k, column in enumerate(Y.T):
        alone = clone(model).fit(X, column)
        assert alone.coef_.shape == X.shape[1:]
        assert together.objective_[k] == pytest.approx(alone.objective_[0], rel=2e-9)
        np.testing.assert_allclose(together.coef_[k], alone.coef_, atol=1e-2)


@pytest.mark.parametrize("loss", [SQUARED, PLAIN])
@pytest.mark.parametrize("sigma", [0.0, 0.5])
def test_shifted_targets_shift_a_free_intercept(loss, sigma):
    X, y = diabetes()
    model = SmoothSVR(loss, 1.0, sigma, tol=1e-10)
    here, there = clone(model).fit(X, y), clone(model).fit(X, y + 1e4)
    np.testing.assert_allclose(there.coef_, here.coef_, rtol=1e-5)
    assert there.intercept_ == pytest.approx(here.intercept_ + 1e4, rel=1e-9)


def test_few_columns_at_a_time_are_all_of_them(monkeypatch):
    X, y = friedman()
    Y = np.column_stack([y, y[::-1], 2 * y])
    whole = SmoothSVR(tol=1e-12).fit(X, Y)
    monkeypatch.setattr("hinge_keras.svm.linear.BLOCK", 1)
    parts = SmoothSVR(tol=1e-12).fit(X, Y)
    np.testing.assert_allclose(parts.coef_, whole.coef_, atol=1e-6)
    assert (parts.objective_.shape, parts.duality_gap_.shape) == ((3,), (3,))


@pytest.mark.parametrize("loss", [SQUARED, "psi_g"])
def test_warm_start_at_the_optimum_takes_no_step(loss):
    X, y = friedman()
    model = SmoothSVR(loss, warm_start=True).fit(X, y)
    assert model.n_iter_ > 0
    assert model.fit(X, y).n_iter_ == 0
    assert model.fit(X[:, :3], y).n_iter_ > 0


def test_bad_input_is_named():
    X, y = friedman()
    for loss in ("hinge", PLAIN.upper(), hk.PsiG(), None, 3):
        with pytest.raises(ValueError, match=r"loss is .*; accepted"):
            SmoothSVR(loss).fit(None, None)  # Before the data are looked at.
    with pytest.raises(ValueError, match=r"loss is .*; accepted"):
        SmoothSVR(hk.EpsilonInsensitive(0.1, hk.HuberHinge())).fit(X, y)
    with pytest.raises(ValueError, match="sigma is 0"):
        SmoothSVR("psi_g", sigma=0).fit(X, y)
    with pytest.raises(ValueError, match="'epsilon' parameter"):
        SmoothSVR(epsilon=-0.1).fit(X, y)
    with pytest.raises(ValueError, match="contains NaN"):
        SmoothSVR().fit(np.where(X > 0.9, np.nan, X), y)
    with pytest.warns(ConvergenceWarning, match="raise max_iter"):
        SmoothSVR(max_iter=1).fit(X, y)
