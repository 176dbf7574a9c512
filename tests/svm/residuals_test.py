"""Problems of residuals, and their compiled ascent: derivatives, gaps, minima."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

import hinge_keras as hk
from hinge_keras.svm import (
    design,
    kernels,
    residual_ascent,
    residual_continuation,
    residuals,
)
from hinge_keras.svm.design import Design
from hinge_keras.svm.residuals import Residuals, tube_of

SQUARED, PLAIN = "squared_epsilon_insensitive", "epsilon_insensitive"
compiled = pytest.mark.skipif(design.compiled is None, reason="numba is an extra")

SMOOTH = {
    SQUARED: hk.SquaredEpsilonInsensitive(0.3),
    PLAIN: hk.EpsilonInsensitive(0.3, hk.QuadraticallySmoothedHinge(0.5)),
    "psi_g": hk.EpsilonInsensitive(0.3, hk.PsiG(0.5)),
    "psi_m": hk.EpsilonInsensitive(0.3, hk.PsiM(0.5)),
    "softplus_hinge": hk.EpsilonInsensitive(0.3, hk.SoftplusHinge(0.5)),
}


def text_like():
    X = sparse.random(150, 700, 0.03, "csr", random_state=0)
    random = np.random.default_rng(0)
    return X, X @ random.normal(size=700) + 0.3 * random.normal(size=150)


def problem(loss, intercept=1.0, penalise=False, outputs=2, seed=0):
    """A block of problems: some rows count twice, some not at all, some are empty."""
    X, _ = text_like()
    X = sparse.vstack([X[:140], 0 * X[140:]]).tocsr()
    X.eliminate_zeros()
    random = np.random.default_rng(seed)
    targets = X @ random.normal(size=(700, outputs)) + random.normal(
        size=(150, outputs)
    )
    costs = np.repeat(random.integers(0, 3, (150, 1)) * 1.0, outputs, axis=1)
    data = Design(X, intercept)
    penalty = np.ones((data.columns, 1))
    if intercept and not penalise:
        penalty[-1] = 0
    phi, epsilon = tube_of(loss, 0.3, 0.5)
    return Residuals(data, phi, epsilon, targets, costs, penalty)


@pytest.mark.parametrize("loss", SMOOTH)
def test_derivatives_are_differences(loss):
    objective = problem(loss)
    random = np.random.default_rng(1)
    W, S = random.normal(size=(2, *objective.shape))
    point, step = objective.at(W), 1e-6
    after, before = objective.at(W + step * S), objective.at(W - step * S)
    slopes = np.sum(point.gradient * S, axis=0)
    np.testing.assert_allclose(
        slopes, (after.value - before.value) / (2 * step), rtol=1e-6
    )
    bend = objective.hessian(point.curvature)(S)
    differences = (after.gradient - before.gradient) / (2 * step)
    np.testing.assert_allclose(bend, differences, atol=1e-5 * np.abs(bend).max())
    size = objective.loss(point.scores)
    square = 0.5 * np.sum(objective.penalty * W**2, axis=0)
    np.testing.assert_allclose(point.value, square + size)


@pytest.mark.parametrize("loss", SMOOTH)
def test_the_loss_is_that_of_keras(loss):
    r = np.linspace(-3, 3, 61)
    one = np.ones((61, 1))
    phi, epsilon = tube_of(loss, 0.3, 0.5)
    tube = Residuals(Design(one), phi, epsilon, r[:, None], one, one[:1])
    for k in range(0, 61, 7):
        found = tube.phi(tube.sides(np.zeros((61, 1))))[0].sum(axis=0)[k, 0]
        assert found == pytest.approx(float(SMOOTH[loss]([r[k]], [0.0])), rel=1e-5)


def test_the_hinge_by_instance_is_a_width_of_zero():
    assert tube_of(hk.EpsilonInsensitive(0.3)) == tube_of(PLAIN, 0.3, 0.0)


@compiled
@pytest.mark.parametrize("loss", [*SMOOTH, hk.EpsilonInsensitive(0.3)], ids=str)
@pytest.mark.parametrize("intercept", [0.0, 1.0])
def test_ascent_ends_where_newton_does(loss, intercept, monkeypatch):
    objective = problem(loss, intercept, penalise=True)
    assert residual_ascent.possible(objective)
    climbed = residual_ascent.start(objective, 1e-9)
    monkeypatch.setattr(residual_ascent, "compiled_residuals", None)
    zeros = np.zeros(objective.shape)
    options = {"max_iter": 500, "forcing": "shrinking"}
    stepped = residual_continuation.minimise(objective, zeros, 1e-9, **options)
    assert (stepped.passes == 0).all()
    assert (climbed.passes > 1).all()
    for found in (climbed, stepped):
        assert (found.gap <= 1e-9 * found.point.value).all()
    np.testing.assert_allclose(climbed.point.W, stepped.point.W, atol=2e-4)


@compiled
@pytest.mark.parametrize("loss", SMOOTH)
def test_compiled_slopes_are_the_loss(loss):
    r = np.linspace(-4, 4, 161) + 1e-3
    phi, epsilon = tube_of(loss, 0.3, 0.5)
    _, slope, curvature = phi(np.stack([epsilon - r, epsilon + r]))
    kind = getattr(residual_ascent.compiled_residuals, phi.name.upper())
    found = np.array(
        [residual_ascent.compiled_residuals.slope(kind, 0.5, 0.3, x) for x in r]
    )
    np.testing.assert_allclose(found[:, 0], slope[1] - slope[0], rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(found[:, 1], curvature.sum(axis=0), rtol=1e-9, atol=1e-9)


@compiled
@pytest.mark.parametrize("loss", ["psi_g", "psi_m", "softplus_hinge"])
def test_a_compiled_step_balances_the_slope(loss):
    balanced = residual_ascent.compiled_residuals.balanced
    slope = residual_ascent.compiled_residuals.slope
    kind = getattr(residual_ascent.compiled_residuals, loss.upper())
    random = np.random.default_rng(0)
    for r, share, norm in random.normal(size=(50, 3)) * [3, 0.3, 2]:
        dual = 2.0 * np.clip(share, -1, 1)
        step, first = balanced(kind, 0.2, 0.3, r, dual, 2.0, norm**2)
        left = dual + step - 2 * slope(kind, 0.2, 0.3, r - step * norm**2)[0]
        assert abs(left) <= 0.01 * abs(first)
        assert first == dual - 2 * slope(kind, 0.2, 0.3, r)[0]


@compiled
def test_every_kernel_is_compiled_and_tested():
    assert {tube_of(loss)[0].name for loss in SMOOTH.values()} | {"logistic"} == set(
        kernels.KERNELS
    )
    names = [*map(str.upper, kernels.KERNELS), "HINGE"]
    assert all(hasattr(residual_ascent.compiled_residuals, name) for name in names)


@pytest.mark.parametrize("loss", [*SMOOTH, "hinge"])
@pytest.mark.parametrize("free", [False, True])
def test_the_gap_bounds_the_distance_to_the_minimum(loss, free):
    """At any weights and, but for a smooth loss, by any dual variables."""
    given = hk.EpsilonInsensitive(0.3) if loss == "hinge" else loss
    objective = problem(given, penalise=not free)
    zeros = np.zeros(objective.shape)
    options = {"max_iter": 500, "forcing": "shrinking"}
    best = residual_continuation.minimise(objective, zeros, 1e-9, **options)
    assert (best.gap <= 1e-9 * best.point.value).all()
    random = np.random.default_rng(3)
    for off in (1e-4, 1e-2, 1.0):
        point = objective.at(best.point.W + off * random.normal(size=objective.shape))
        above = point.value - best.point.value
        assert (above > 0).all()
        assert (above <= objective.gap(point)).all()
        shares = random.uniform(size=(2, *objective.targets.shape))
        assert (above <= objective.gap_of(point, shares)).all()


@compiled
def test_a_hinge_with_a_free_intercept_and_few_features_are_not_for_ascent():
    hinge = hk.EpsilonInsensitive(0.3)
    assert residual_ascent.possible(problem(hinge, penalise=True))
    assert residual_ascent.possible(problem(hinge, intercept=0.0))
    assert residual_ascent.possible(problem("psi_g"))
    assert not residual_ascent.possible(problem(hinge))
    few = Design(text_like()[0][:, :30])
    assert not residual_ascent.possible(replace(problem("psi_g"), design=few))


def test_the_names_are_those_of_the_library():
    for name, kind in (
        (residuals.SQUARED, hk.SquaredEpsilonInsensitive),
        (residuals.SMOOTHED, hk.EpsilonInsensitive),
    ):
        assert type(hk.losses.get(name)) is kind
