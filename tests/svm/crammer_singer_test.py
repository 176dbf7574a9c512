"""All classes in one problem: its optimum, certificate and probabilities."""

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import approx_fprime, minimize
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.svm import LinearSVC
from sklearn.utils.estimator_checks import parametrize_with_checks

import hinge_keras as hk
from hinge_keras.check import values
from hinge_keras.svm import SmoothSVC, SmoothSVCCV, crammer_singer, kernels
from hinge_keras.svm.crammer_singer import CrammerSinger
from hinge_keras.svm.design import Design

LOSSES = {
    "squared_hinge": hk.SquaredHinge(),
    "logistic": hk.Logistic(),
    "psi_g": hk.PsiG(0.5),
    "psi_m": hk.PsiM(0.5),
}


@parametrize_with_checks([SmoothSVC(multi_class="crammer_singer", tol=1e-14)])
def test_keeps_the_contract_of_scikit_learn(estimator, check):
    check(estimator)


def problem(classes=4, rows=150, features=10, seed=0):
    return make_classification(
        rows, features, n_informative=6, n_classes=classes, random_state=seed
    )


def joint(**options):
    return SmoothSVC(multi_class="crammer_singer", **options)


def value(base, sigma, X, y, W, b, C):
    """The objective by the Keras loss."""
    loss = hk.SmoothCrammerSinger(base, temperature=sigma)
    return 0.5 * np.sum(W**2) + C * values(loss, y, X @ W + b).sum()


def objective_of(X, y, loss, width, penalty=1.0, K=1):
    classes = y.max() + 1
    design = Design(X, 1.0)
    costs = np.random.default_rng(0).uniform(0.5, 2.0, (len(y), K))
    weights = np.ones((design.columns, 1))
    weights[-1] = penalty
    is_true = y[:, None] == np.arange(classes)
    weights = np.repeat(weights, classes, axis=0)
    return CrammerSinger(design, kernels.of(loss), is_true, costs, weights, width)


@pytest.mark.parametrize("loss", LOSSES)
def test_derivatives_are_differences(loss):
    X, y = problem(rows=30)
    objective = objective_of(X, y, LOSSES[loss], 0.7, K=2)
    W = np.random.default_rng(1).normal(0, 0.3, objective.shape)
    point = objective.at(W)
    S = np.random.default_rng(2).normal(size=W.shape)
    eps = 1e-5
    ahead, behind = objective.at(W + eps * S), objective.at(W - eps * S)
    along = np.sum(point.gradient * S, axis=0)
    np.testing.assert_allclose((ahead.value - behind.value) / (2 * eps), along, 1e-6)
    if loss != "squared_hinge":  # Its curvature jumps.
        bent = (ahead.gradient - behind.gradient) / (2 * eps)
        product = objective.hessian(point.curvature)(S)
        np.testing.assert_allclose(product, bent, rtol=1e-5, atol=1e-5)
    hessian = objective.select([0]).hessian(point.curvature[..., :1])
    units = [hessian(e[:, None])[:, 0] for e in np.eye(len(W))]
    diagonal = objective.hessian(point.curvature).diagonal()[:, 0]
    np.testing.assert_allclose(np.diag(units), diagonal, rtol=1e-9)


def test_examples_of_negligible_curvature_are_skipped():
    X, y = problem()
    objective = objective_of(X, y, hk.QuadraticallySmoothedHinge(0.1), 0.1)
    random = np.random.default_rng(0)
    W, S = random.normal(size=(2, *objective.shape))
    curvature = objective.at(W).curvature.copy()
    curvature[::3, -2:] *= 1e-9
    curvature[1::3, -2:] = 0
    exact, rough = (objective.hessian(curvature, slack) for slack in (0.0, 1e-3))
    assert len(rough.curvature) <= len(y) / 3 < len(exact.curvature)
    assert np.linalg.norm(exact(S) - rough(S)) <= 1e-3 * np.linalg.norm(S)
    np.testing.assert_allclose(exact.diagonal(), rough.diagonal(), atol=1e-3)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("intercept", [False, True, "penalised"])
def test_reaches_the_minimum_of_a_slow_reference(loss, intercept):
    X, y = problem()
    model = joint(
        loss=loss,
        sigma=0.5,
        C=2.0,
        tol=1e-9,
        fit_intercept=bool(intercept),
        penalise_intercept=intercept == "penalised",
    ).fit(X, y)
    base, columns = LOSSES[loss], np.column_stack([X, np.ones(len(X))])
    penalty = np.ones((11, 1))
    penalty[-1] = intercept == "penalised"
    own = hk.SmoothCrammerSinger(base, temperature=0.5)
    kernel, true = kernels.of(base), y[:, None] == np.arange(4)

    used = np.ones((11, 1))
    used[-1] = bool(intercept)

    def objective(w):
        W = w.reshape(11, 4) * used
        m, shares = crammer_singer.margins((columns @ W)[:, :, None], true, 0.5)
        pull = 2.0 * kernel(m)[1] * (true - shares[:, :, 0])
        cost = 2.0 * kernel(m)[0].sum() + 0.5 * np.sum(penalty * W**2)
        return cost, (used * (columns.T @ pull + penalty * W)).ravel()

    options = {"maxiter": 20000, "maxfun": 20000, "ftol": 0, "gtol": 1e-9}
    found = minimize(
        objective, np.zeros(44), jac=True, method="L-BFGS-B", options=options
    )
    assert model.objective_[0] == pytest.approx(found.fun, rel=1e-9)
    scores = X @ model.coef_.T + model.intercept_
    by_keras = 2.0 * values(own, y, scores).sum() + 0.5 * np.sum(model.coef_**2)
    by_keras += 0.5 * np.sum(penalty[-1] * model.intercept_**2)
    assert by_keras == pytest.approx(found.fun, rel=1e-5)


def test_logistic_equals_multinomial_logistic_regression():
    X, y = problem()
    ours = joint(loss="logistic", tol=1e-10).fit(X, y)
    theirs = LogisticRegression(tol=1e-10, max_iter=10000).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-5)
    ours, theirs = ours.predict_proba(X), theirs.predict_proba(X)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_a_narrow_width_reaches_liblinears_objective():
    X, y = problem()
    theirs = LinearSVC(
        multi_class="crammer_singer", fit_intercept=False, tol=1e-8, max_iter=100_000
    ).fit(X, y)
    ours = joint(sigma=1e-3, fit_intercept=False).fit(X, y)
    costs = [
        0.5 * np.sum(m.coef_**2) + values(hk.CrammerSinger(), y, X @ m.coef_.T).sum()
        for m in (ours, theirs)
    ]
    assert costs[1] <= costs[0] + 1e-6 <= 1.001 * costs[1]


def test_two_classes_are_half_of_the_joint_problem():
    X, y = problem(classes=2)
    model = joint(sigma=0.5, fit_intercept=False, tol=1e-10).fit(X, y)
    half = np.stack([-0.5 * model.coef_[0], 0.5 * model.coef_[0]], axis=1)
    best = value(hk.PsiG(0.5), 0.5, X, y, half, 0.0, 1.0)
    for step in np.random.default_rng(0).normal(0, 0.05, (20, *half.shape)):
        assert best <= value(hk.PsiG(0.5), 0.5, X, y, half + step, 0.0, 1.0)


@pytest.mark.parametrize("penalty", [0.0, 1.0])
@pytest.mark.parametrize("loss", LOSSES)
def test_the_duality_gap_bounds_the_distance_to_the_minimum(loss, penalty):
    X, y = problem()
    best = joint(loss=loss, sigma=0.5, tol=1e-10, penalise_intercept=bool(penalty)).fit(
        X, y
    )
    for tol in (1e-1, 1e-2, 1e-3):
        rough = joint(
            loss=loss, sigma=0.5, tol=tol, penalise_intercept=bool(penalty)
        ).fit(X, y)
        above = rough.objective_ - best.objective_
        assert above <= rough.duality_gap_ + 1e-8
    assert best.duality_gap_ <= 1e-8 * best.objective_


@pytest.mark.parametrize("loss", ["logistic", "psi_g", "psi_m"])
def test_the_scores_are_optimal_for_their_probabilities(loss):
    phi = kernels.of(LOSSES[loss])
    scores = np.random.default_rng(0).normal(0, 1, (20, 5))
    shares = crammer_singer.posterior(phi, scores.copy(), 0.5)
    np.testing.assert_allclose(shares.sum(axis=1), 1)

    def risk(s, probabilities):
        m = crammer_singer.margins(
            np.tile(s[None, :, None], (5, 1, 1)), np.eye(5) > 0, 0.5
        )
        return probabilities @ phi(m[0][:, 0])[0]

    for row, probabilities in zip(scores, shares, strict=True):
        slope = approx_fprime(row, risk, 1e-7, probabilities)
        np.testing.assert_allclose(slope, 0, atol=1e-5)


def test_certain_classes_have_probability_one():
    phi = kernels.of(hk.SquaredHinge())
    shares = crammer_singer.posterior(phi, np.array([[9.0, 0.0, 0.0]]), 0.5)
    np.testing.assert_array_equal(shares, [[1, 0, 0]])


def test_cross_validation_is_that_of_the_loop():
    X, y = problem()
    X[np.abs(X) < 0.5] = 0
    X = sparse.csr_matrix(X)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    model = joint(loss="psi_m", tol=1e-6)
    found = SmoothSVCCV(model, Cs=[0.01, 0.3], cv=folds).fit(X, y)
    for j, C in enumerate(found.Cs_):
        expected = cross_val_score(model.set_params(C=C), X, y, cv=folds)
        np.testing.assert_allclose(found.scores_[0, j], expected)


def test_warm_start_begins_at_the_last_solution():
    X, y = problem()
    model = joint(warm_start=True, tol=1e-8).fit(X, y)
    assert model.n_iter_ > 0
    assert model.fit(X, y).n_iter_ == 0
