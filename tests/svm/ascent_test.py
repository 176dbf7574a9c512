"""Dual coordinate ascent ends at the minimum that Newton's method finds."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.svm import LinearSVC

import hinge_keras as hk
from hinge_keras.svm import SmoothSVC, ascent, design, kernels, newton
from hinge_keras.svm.design import Design
from hinge_keras.svm.objective import Objective

pytestmark = pytest.mark.skipif(design.compiled is None, reason="numba is an extra")

LOSSES = [
    hk.SquaredHinge(margin=1.5),
    hk.Logistic(),
    hk.SoftplusHinge(temperature=0.3),
    hk.PsiG(sigma=0.3),
    hk.PsiM(sigma=0.3),
    hk.QuadraticallySmoothedHinge(gamma=0.3),
]


def text_like(rows=300, features=900, problems=2, seed=0):
    random = np.random.default_rng(seed)
    X = sparse.random(rows, features, 0.03, "csr", random_state=seed)
    signs = np.where(X @ random.normal(size=(features, problems)) > 0, 1.0, -1.0)
    costs = random.integers(0, 3, size=signs.shape).astype(float)
    return X, signs, costs


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@pytest.mark.parametrize("intercept", [0.0, 1.0])
def test_ends_where_newton_does(loss, intercept):
    X, signs, costs = text_like()
    data = Design(X, intercept)
    penalty = np.ones((data.columns, 1))
    objective = Objective(data, kernels.of(loss), signs, costs, penalty)
    found = ascent.start(objective, 1e-14)
    zeros = objective.at(np.zeros(objective.shape))
    expected, _ = newton.minimise(objective, zeros, 1e-18)
    np.testing.assert_allclose(found.point.W, expected.W, atol=1e-6)
    assert (found.point.value - expected.value <= found.gap + 1e-12).all()
    variables, spanned = objective.duals(expected)
    np.testing.assert_allclose(spanned, data.pull(signs * variables), atol=1e-9)
    np.testing.assert_allclose(spanned, expected.W, atol=1e-6)


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_compiled_derivatives_are_the_kernel(loss):
    m = np.linspace(-5, 6, 221) + 1e-3
    own = kernels.of(loss)
    _, slope, curvature = own(m)
    kind = getattr(design.compiled, own.name.upper()), own.margin, own.sigma
    found = np.array([design.compiled.derivatives(*kind, each) for each in m])
    np.testing.assert_allclose(found[:, 0], slope, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(found[:, 1], curvature, rtol=1e-9, atol=1e-14)


def test_started_at_its_end_it_stays():
    X, signs, costs = text_like()
    data = Design(X)
    penalty = np.ones((data.columns, 1))
    objective = Objective(data, kernels.of(hk.PsiM()), signs, costs, penalty)
    first = ascent.start(objective, 1e-12)
    again = ascent.start(objective, 1e-10, objective.duals(first.point))
    assert (again.passes == 1).all()
    assert (first.passes > 1).all()
    np.testing.assert_allclose(again.point.W, first.point.W, atol=1e-6)


def with_wrong_labels(loss, cost=1.0):
    """A problem that is hard for ascent: many rows, many of their labels wrong."""
    X, signs, costs = text_like(2000, 600, problems=1, seed=4)
    signs[np.random.default_rng(4).normal(size=signs.shape) < -0.5] *= -1
    penalty = np.ones((X.shape[1], 1))
    return Objective(Design(X), kernels.of(loss), signs, cost * costs, penalty)


def test_rows_that_left_are_asked_again():
    """Some rows leave that the optimum wants back."""
    loss = hk.QuadraticallySmoothedHinge(1e-3)
    objective = with_wrong_labels(loss)
    found = ascent.start(objective, 1e-8)
    assert found.gap <= 1e-8 * found.point.value


def test_long_rows_are_climbed_further_to_a_fine_tolerance(monkeypatch):
    objective = with_wrong_labels(hk.SquaredHinge(), cost=30)

    def passes(tolerance):
        return ascent.start(objective, tolerance).passes[0]

    short = [passes(tolerance) for tolerance in (1e-5, 1e-7)]
    monkeypatch.setattr(ascent, "STIFF", 1.0)
    rough, fine = (passes(tolerance) for tolerance in (1e-5, 1e-7))
    assert rough == short[0]
    assert fine > 5 * short[1]


def test_every_kernel_is_compiled_and_tested():
    assert set(kernels.KERNELS) == {kernels.of(loss).name for loss in LOSSES}
    assert all(hasattr(design.compiled, name.upper()) for name in kernels.KERNELS)


def test_few_features_are_worth_it_for_a_narrow_loss_alone():
    X, signs, costs = text_like(features=30)
    objective = Objective(Design(X), None, signs, costs, np.ones((30, 1)))

    def possible(loss):
        return ascent.possible(objective.with_loss(kernels.of(loss)))

    assert not possible(hk.PsiG(1.0))
    assert not possible(hk.Logistic())
    assert possible(hk.PsiG(1e-3))


def test_a_loss_that_is_not_compiled_is_left_to_newton(monkeypatch):
    X, signs, _ = text_like(problems=1)
    climbed = SmoothSVC("psi_m", 0.1, tol=1e-9).fit(X, signs[:, 0])
    monkeypatch.delattr(design.compiled, "PSI_M")
    alone = SmoothSVC("psi_m", 0.1, tol=1e-9).fit(X, signs[:, 0])
    assert alone.trace_.passes[0] == 0 < climbed.trace_.passes[0]
    np.testing.assert_allclose(alone.coef_, climbed.coef_, atol=1e-6)


@pytest.mark.parametrize("kind", [hk.QuadraticallySmoothedHinge, hk.PsiG])
def test_the_hinge_is_reached_through_a_narrow_loss(kind):
    X, signs, costs = text_like(problems=1)
    loss = kind(1e-9)
    penalty = np.ones((X.shape[1], 1))
    objective = Objective(Design(X), kernels.of(loss), signs, costs, penalty)
    W = ascent.start(objective, 1e-9).point.W
    svm = LinearSVC(loss="hinge", fit_intercept=False, tol=1e-8, max_iter=10**5)
    svm.fit(X, signs[:, 0], sample_weight=costs[:, 0])
    np.testing.assert_allclose(W[:, 0], svm.coef_[0], atol=1e-4)


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@pytest.mark.parametrize("free", [False, True])
def test_the_interpreted_twin_of_a_sweep_takes_the_same_steps(loss, free):
    X, signs, costs = text_like(rows=60, features=40, problems=1)
    compiled, phi, data = design.compiled, kernels.of(loss), Design(X, 1.0)
    rows = compiled.Rows(X.data, *data.indexing, data.square_norms, 1.0)
    kind = getattr(compiled, phi.name.upper())
    terms = compiled.Terms(signs[:, 0], costs[:, 0], kind, phi.margin, phi.sigma)
    until = compiled.Until(goal=0.0, least=0.0, little=0.0, fall=np.inf, still=1e-3)
    found = []
    for ascend in (compiled.ascend, compiled.ascend.py_func):
        t, w, gains = np.zeros(60), np.zeros(41), np.empty(4)
        ascend(rows, terms, until, free, t, w, gains)
        found.append((t, w, gains))
    for own, twin in zip(*found, strict=True):
        np.testing.assert_allclose(own, twin, rtol=1e-9, atol=1e-12)
    t, w, gains = found[0]
    assert (gains > 0).all()
    spanned = data.pull((t * signs[:, 0])[:, None])[:, 0]
    np.testing.assert_allclose(w[:-1], spanned[:-1], atol=1e-12)
    assert free != np.isclose(w[-1], spanned[-1])


def test_a_free_intercept_is_ascended_to_its_own_minimum():
    X, signs, costs = text_like()
    signs[signs.cumsum(axis=0) % 3 == 0] = 1.0  # Uneven classes.
    data = Design(X, 1.0)
    penalty = np.ones((data.columns, 1))
    penalty[-1] = 0
    objective = Objective(data, kernels.of(hk.PsiG(0.3)), signs, costs, penalty)
    found = ascent.start(objective, 1e-9)
    assert (found.gap <= 1e-9 * found.point.value).all()
    assert (np.abs(found.point.W[-1]) > 0.1).all()


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_the_gap_is_what_primal_and_dual_are_apart(loss):
    X, signs, costs = text_like()
    phi = kernels.of(loss)
    objective = Objective(Design(X), phi, signs, costs, np.ones((X.shape[1], 1)))
    W = np.random.default_rng(0).normal(0, 0.3, objective.shape)
    point = objective.at(W)
    duals, spanned = objective.duals(point)
    own = np.divide(duals, costs, out=np.zeros_like(duals), where=costs > 0)
    dual = -(costs * phi.conjugate(own) + 0.0).sum(axis=0) - 0.5 * (spanned**2).sum(0)
    np.testing.assert_allclose(objective.gap(point), point.value - dual, rtol=1e-9)
