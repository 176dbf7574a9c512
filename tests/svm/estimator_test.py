"""`SmoothSVC` keeps scikit-learn's contract, and reaches the optimum."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import minimize
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC
from sklearn.utils.estimator_checks import parametrize_with_checks

import hinge_keras as hk
from hinge_keras.svm import SmoothSVC, design, kernels, store

LOSSES = {
    "squared_hinge": hk.SquaredHinge(),
    "logistic": hk.Logistic(),
    "psi_g": hk.PsiG(0.5),
    "psi_m": hk.PsiM(0.5),
    "quadratically_smoothed_hinge": hk.QuadraticallySmoothedHinge(0.5),
    "softplus_hinge": hk.SoftplusHinge(0.5),
}


@parametrize_with_checks(
    [
        SmoothSVC(),
        SmoothSVC("squared_hinge", forcing="constant", tol=1e-10),
    ]
)
def test_keeps_the_contract_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.slow
@parametrize_with_checks([SmoothSVC(loss, tol=1e-12) for loss in kernels.KERNELS])
def test_every_loss_keeps_the_contract_of_scikit_learn(estimator, check):
    check(estimator)


def problem(classes=2, rows=200, features=12, seed=0):
    return make_classification(
        rows,
        features,
        n_informative=6,
        n_classes=classes,
        flip_y=0.1,
        random_state=seed,
    )


def reference(loss, X, y, C=1.0, intercept=True, penalise_intercept=False):
    """The minimum by L-BFGS on dense float64, run to the end."""
    phi = kernels.of(loss)
    design = np.column_stack([X, np.ones(len(X))]) if intercept else X
    penalty = np.ones(design.shape[1])
    if intercept and not penalise_intercept:
        penalty[-1] = 0
    signs = np.where(y == y.max(), 1.0, -1.0)

    def objective(w):
        value, slope, _ = phi(signs * (design @ w))
        return (
            0.5 * w @ (penalty * w) + C * value.sum(),
            penalty * w + C * design.T @ (signs * slope),
        )

    found = minimize(
        objective,
        np.zeros(design.shape[1]),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 20000, "maxfun": 20000, "ftol": 0, "gtol": 1e-10},
    )
    return found.fun


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("intercept", [False, True, "penalised"])
def test_reaches_the_minimum_of_a_slow_reference(loss, intercept):
    X, y = problem()
    penalise = intercept == "penalised"
    ours = SmoothSVC(
        loss,
        sigma=0.5,
        C=3.0,
        tol=1e-9,
        fit_intercept=bool(intercept),
        penalise_intercept=penalise,
    ).fit(X, y)
    expected = reference(LOSSES[loss], X, y, 3.0, bool(intercept), penalise)
    assert ours.objective_ == pytest.approx(expected, rel=1e-10)


def test_squared_hinge_equals_linear_svc():
    X, y = problem(classes=3)
    ours = SmoothSVC("squared_hinge", penalise_intercept=True, tol=1e-10).fit(X, y)
    theirs = LinearSVC(dual=False, tol=1e-10, max_iter=10000).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-6)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, atol=1e-6)


def test_logistic_equals_logistic_regression_with_its_probabilities():
    X, y = problem()
    ours = SmoothSVC("logistic", tol=1e-10).fit(X, y)
    theirs = LogisticRegression(tol=1e-10, max_iter=10000).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-6)
    np.testing.assert_allclose(
        ours.predict_proba(X), theirs.predict_proba(X), atol=1e-6
    )


@pytest.mark.parametrize("loss", ["psi_g", "psi_m", "squared_hinge"])
def test_sparse_dense_threads_and_float32_agree(loss):
    X, y = problem(classes=3, rows=2000)
    X[np.abs(X) < 0.5] = 0
    one = SmoothSVC(loss, tol=1e-9).fit(X, y)
    for other, rtol in (
        (SmoothSVC(loss, tol=1e-9).fit(sparse.csr_matrix(X), y), 1e-7),
        (SmoothSVC(loss, tol=1e-9).fit(sparse.csc_array(X), y), 1e-7),
        (SmoothSVC(loss, tol=1e-9, n_jobs=2).fit(X, y), 1e-7),
        (SmoothSVC(loss, tol=1e-9, n_jobs=2).fit(sparse.csr_matrix(X), y), 1e-7),
        (SmoothSVC(loss, tol=1e-6).fit(X.astype(np.float32), y), 1e-4),
    ):
        np.testing.assert_allclose(other.coef_, one.coef_, rtol=rtol, atol=rtol)
        np.testing.assert_allclose(other.intercept_, one.intercept_, atol=rtol)
    assert other.coef_.dtype == np.float32


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("penalise", [False, True])
def test_duality_gap_bounds_the_distance_to_the_minimum(loss, penalise):
    X, y = problem(classes=3)
    options = {"sigma": 0.5, "C": 2.0, "penalise_intercept": penalise}
    best = SmoothSVC(loss, tol=1e-11, **options).fit(X, y)
    for tol in (1e-1, 1e-3, 1e-5):
        rough = SmoothSVC(loss, tol=tol, **options).fit(X, y)
        above = rough.objective_ - best.objective_
        rounding = 1e-12 * best.objective_
        assert (above <= rough.duality_gap_ + rounding).all()
    assert (best.duality_gap_ <= 1e-8 * best.objective_).all()


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_by_instance_is_that_by_name_and_width(loss):
    X, y = problem(classes=3)
    options = {"class_weight": {0: 1, 1: 2, 2: 0.5}}
    named = SmoothSVC(loss, sigma=0.5, **options).fit(X, y)
    given = clone(SmoothSVC(LOSSES[loss], **options)).fit(X, y)
    assert repr(given.get_params()["loss"]) == repr(LOSSES[loss])
    assert repr(LOSSES[loss]) in repr(given)
    assert (given.coef_ == named.coef_).all()
    assert (given.predict_proba(X) == named.predict_proba(X)).all()


@pytest.mark.parametrize("shift", [-1.0, 0.2, 1.0])
def test_duality_gap_counts_a_free_intercept_in_the_wrong_place(shift):
    X, y = problem()
    X = 0.01 * X  # So small that the weights hardly matter beside the intercept.
    model = SmoothSVC(tol=1e-11).fit(X, y)
    objective = model.objective(X, (y == 1) * 1, np.ones((len(y), 1)))
    W = np.vstack([model.coef_.T, model.intercept_ + shift])
    point = objective.at(W)
    assert point.value - model.objective_ <= objective.gap(point)


def test_shrinking_forcing_converges_quadratically():
    X, y = problem(rows=1000, features=40)
    model = SmoothSVC("psi_g", tol=1e-22).fit(X, y)
    sizes = model.trace_.gradients[:, 0]
    sizes = sizes[sizes > 1e-13 * sizes[0]]
    orders = np.diff(np.log(sizes[-4:]))
    assert (orders[1:] / orders[:-1] > 1.6).all()


def test_weights_repeat_examples_and_classes():
    X, y = problem(classes=3)
    repeats = np.random.default_rng(0).integers(0, 4, len(y))
    weighted = SmoothSVC(tol=1e-10).fit(X, y, sample_weight=repeats)
    repeated = SmoothSVC(tol=1e-10).fit(np.repeat(X, repeats, 0), np.repeat(y, repeats))
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, atol=1e-7)
    by_class = SmoothSVC(tol=1e-10, class_weight={0: 2, 1: 1, 2: 3}).fit(X, y)
    by_sample = SmoothSVC(tol=1e-10).fit(X, y, sample_weight=np.array([2, 1, 3])[y])
    np.testing.assert_allclose(by_class.coef_, by_sample.coef_, atol=1e-7)


def test_warm_start_at_the_optimum_takes_no_step():
    X, y = problem()
    model = SmoothSVC(tol=1e-6, warm_start=True).fit(X, y)
    first = model.trace_.products[-1, 0]
    again = model.fit(X, y).trace_
    assert again.products[-1, 0] == 0 < first


def test_probabilities_are_the_minimiser_of_the_expected_loss():
    X, y = problem(classes=3)
    model = SmoothSVC(sigma=0.7).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    binary = SmoothSVC(sigma=0.7).fit(X, y == 1)
    f, p = binary.decision_function(X), binary.predict_proba(X)[:, 1]
    phi = kernels.of(hk.PsiG(0.7))
    expected_slope = p * phi(f)[1] - (1 - p) * phi(-f)[1]
    # But for the millionth that rises for ever.
    np.testing.assert_allclose(expected_slope, 0, atol=1e-6)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("sigma", [1e-3, 0.3])
@pytest.mark.parametrize("loss", LOSSES)
def test_the_likeliest_class_is_the_one_predicted(loss, sigma, classes):
    X, y = problem(classes)
    model = SmoothSVC(loss, sigma=sigma).fit(3 * X, y)
    likely = model.predict_proba(3 * X)
    assert (model.classes_[likely.argmax(axis=1)] == model.predict(3 * X)).all()
    assert ((likely > 0) & (likely < 1)).all()
    np.testing.assert_array_equal(model.predict_log_proba(3 * X), np.log(likely))


@pytest.mark.parametrize("sparse_rows", [False, True])
def test_threads_change_no_digit(sparse_rows):
    random = np.random.default_rng(0)
    X = random.normal(size=(6000, 200)) * (random.uniform(size=(6000, 200)) < 0.6)
    y = np.argmax(X[:, :3] + random.normal(size=(6000, 3)), axis=1)
    X = sparse.csr_matrix(X) if sparse_rows else X
    assert len(design.Design(X).parts) > 1
    one, two = (SmoothSVC(n_jobs=n_jobs).fit(X, y) for n_jobs in (1, 2))
    np.testing.assert_array_equal(one.coef_, two.coef_)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("C", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("loss", ["psi_g", "psi_m", "squared_hinge", "logistic"])
def test_extreme_scales_give_an_answer_or_a_warning(loss, scale, C):
    X, y = problem(rows=60)
    X[:, 0] *= scale
    answers_or_warns(SmoothSVC(loss, C=C, max_iter=100), X, y)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("C", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("sigma", [1e-8, 1.0])
def test_extreme_scales_of_sparse_rows_too(sigma, scale, C):
    X = sparse.random(200, 600, 0.03, "csr", random_state=0)
    y = np.arange(200) % 2
    X = sparse.vstack([X[:91], X[:91] * scale, X[:18] * 0]).tocsr()  # Twins disagree.
    answers_or_warns(SmoothSVC("psi_g", sigma, C, max_iter=100), X, y)


def answers_or_warns(model, X, y):
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        model.fit(X, y)
    assert np.isfinite(model.coef_).all()
    kinds = {type(w.message) for w in warned}
    assert kinds <= {ConvergenceWarning}
    assert kinds or (model.duality_gap_ <= model.tol * model.objective_).all()


@pytest.mark.parametrize(
    ("rows", "features"), [(3, 500), (500, 1), (2, 2)], ids=["wide", "tall", "tiny"]
)
def test_shapes_at_the_edge(rows, features):
    X = np.random.default_rng(0).normal(size=(rows, features))
    X[-1] = 0  # A row of zeros.
    X[1] = X[0]  # And a duplicate, with the other label.
    y = np.arange(rows) % 2
    model = SmoothSVC(tol=1e-8).fit(X, y)
    assert model.trace_.converged.all()


def test_bad_input_is_named():
    X, y = problem()
    with pytest.raises(ValueError, match="only one class"):
        SmoothSVC().fit(X, np.zeros(len(y)))
    with pytest.raises(ValueError, match="contains NaN"):
        SmoothSVC().fit(np.where(X > 2, np.nan, X), y)
    with pytest.raises(ValueError, match="'C' parameter"):
        SmoothSVC(C=0).fit(X, y)
    for loss in ("hinge", hk.Hinge(), None):
        with pytest.raises(ValueError, match=r"loss is .*; accepted"):
            SmoothSVC(loss).fit(None, None)  # Before the data are looked at.
    with pytest.warns(ConvergenceWarning, match="raise max_iter"):
        SmoothSVC(tol=1e-10, max_iter=1).fit(X, y)


@pytest.mark.skipif(design.compiled is None, reason="numba is an extra")
def test_without_newton_steps_it_stays_where_dual_ascent_ends():
    X = sparse.random(200, 600, 0.05, "csr", random_state=0)
    y = np.arange(200) % 2
    options = {"max_iter": 0, "fit_intercept": False}
    loss = "quadratically_smoothed_hinge"
    ours = SmoothSVC(loss, 1e-4, tol=1e-6, **options).fit(X, y)
    assert ours.trace_.converged.all()
    assert ours.trace_.passes[0] > 1
    assert ours.trace_.products[-1, 0] == 0
    hinge = LinearSVC(loss="hinge", fit_intercept=False, tol=1e-8, max_iter=10**5)
    hinge.fit(X, y)
    same = ours.decision_function(X) - hinge.decision_function(X)
    assert np.abs(same).max() < 0.02


@pytest.mark.parametrize("classes", [2, 3])
def test_stored_rows_are_fitted_as_those_in_memory(tmp_path, classes):
    X, y = problem(classes)
    y = np.array(["x", "y", "z"])[y]
    weights = np.random.default_rng(0).uniform(0.5, 2.0, len(y))
    cut = ((X[:70], y[:70], weights[:70]), (X[70:], y[70:], weights[70:]))
    stored = store(tmp_path / "rows", cut)
    ours = SmoothSVC(tol=1e-12, class_weight="balanced").fit(stored)
    known = SmoothSVC(tol=1e-12, class_weight="balanced").fit(X, y, weights)
    np.testing.assert_allclose(ours.coef_, known.coef_, atol=1e-5)
    np.testing.assert_array_equal(ours.predict(X), known.predict(X))
    for given in ({"y": y}, {"sample_weight": weights}):
        with pytest.raises(ValueError, match=f"{next(iter(given))} is given; accepted"):
            SmoothSVC().fit(stored, **given)
    if classes > 2:
        with pytest.raises(ValueError, match="multi_class is 'crammer_singer'"):
            SmoothSVC(multi_class="crammer_singer").fit(stored)
