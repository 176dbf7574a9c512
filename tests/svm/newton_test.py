"""Newton's method where its region or its model fails: then it searches the step."""

import numpy as np
import pytest

import hinge_keras as hk
from hinge_keras.svm import kernels, newton
from hinge_keras.svm.crammer_singer import CrammerSinger
from hinge_keras.svm.design import Design
from hinge_keras.svm.objective import Objective


def binary(X, signs, loss, C=1.0):
    signs = signs.reshape(-1, 1)
    penalty = np.ones((X.shape[1], 1))
    costs = np.full_like(signs, C)
    return Objective(Design(X), kernels.of(loss), signs, costs, penalty)


@pytest.mark.parametrize("loss", [hk.SquaredHinge(), hk.PsiG(1e-3)])
@pytest.mark.parametrize("forcing", newton.FORCING)
def test_rows_of_very_different_lengths_hardly_slow_it(loss, forcing):
    random = np.random.default_rng(0)
    X = random.normal(size=(400, 60)) * 10 ** random.uniform(-1, 2.5, (400, 1))
    signs = np.where(X[:, 0] > random.normal(size=400) * 10, 1.0, -1.0)
    objective = binary(X, signs, loss)
    zeros = objective.at(np.zeros((60, 1)))
    point, trace = newton.minimise(objective, zeros, 1e-9, forcing)
    assert trace.converged.all()
    assert trace.iterations[0] < 300
    assert objective.gap(point)[0] == trace.gaps[0] <= 1e-9 * point.value[0]


def test_every_step_lowers_the_objective():
    random = np.random.default_rng(1)
    X = random.normal(size=(200, 20)) * 10 ** random.uniform(-1, 3, (200, 1))
    objective = binary(X, random.choice([-1.0, 1.0], 200), hk.SquaredHinge())
    _, trace = newton.minimise(objective, objective.at(np.zeros((20, 1))), 1e-12)
    values = trace.values[:, 0]
    assert len(values) > 5
    assert (np.diff(values) <= newton.ROUNDING * values[:-1]).all()


def joint(X, classes):
    is_true = (np.arange(len(X)) % classes)[:, None] == np.arange(classes)
    penalty = np.ones((X.shape[1] * classes, 1))
    phi, costs = kernels.of(hk.PsiM(0.5)), np.ones((len(X), 2))
    return CrammerSinger(Design(X), phi, is_true, costs, penalty, 0.5)


@pytest.mark.parametrize("several", [False, True])
def test_the_slope_along_a_step_is_a_difference(several):
    random = np.random.default_rng(2)
    X = random.normal(size=(30, 4))
    signs = random.choice([-1.0, 1.0], 30)
    objective = joint(X, 3) if several else binary(X, signs, hk.PsiM(0.5))
    W, S = random.normal(size=(2, *objective.shape))
    slope = objective.along(objective.at(W), S)
    for share in np.linspace(0.1, 0.9, objective.shape[1]):
        a, step = np.full(objective.shape[1], share), 1e-6
        after, before = (objective.at(W + (a + e) * S).value for e in (step, -step))
        np.testing.assert_allclose(slope(a), (after - before) / (2 * step), rtol=1e-6)


def test_the_lowest_share_is_where_the_slope_ends():
    lowest = np.array([1e-9, 1e-3, 0.4, 0.999, 3.0])
    for power in (1, 3):
        found = newton.lowest(lambda a, p=power: (a - lowest) ** p)
        ends = np.abs((found - lowest) / lowest) ** power <= newton.FLAT
        np.testing.assert_array_equal(ends | (found == 1), True)
        assert (found <= lowest).all()
        assert found[-1] == 1


def test_the_lowest_share_lies_before_a_kink():
    steep = newton.lowest(lambda a: np.where(a < 0.01, -1.0, 1e9) * np.ones(1))
    assert 0.01 * (1 - 1e-6) < steep[0] < 0.01
