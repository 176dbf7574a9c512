"""Narrow losses are reached through wide ones, at the same minimum."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.preprocessing import normalize

import hinge_keras as hk
from hinge_keras.svm import continuation, design, kernels, newton
from hinge_keras.svm.design import Design
from hinge_keras.svm.objective import Objective


def test_continuation_reaches_the_same_minimum_in_fewer_steps(monkeypatch):
    monkeypatch.setattr(design, "compiled", None)
    random = np.random.default_rng(0)
    X = normalize(sparse.random(1000, 800, 0.03, "csr", random_state=0))
    signs = np.where(X @ random.normal(size=(800, 1)) > 0, 1.0, -1.0)
    loss = hk.PsiG(0.011)
    objective = Objective(
        Design(X), kernels.of(loss), signs, np.full_like(signs, 10), np.ones((800, 1))
    )
    zeros = np.zeros((800, 1))
    _, direct = newton.minimise(objective, objective.at(zeros), 1e-9)
    _, led = continuation.minimise(objective, zeros, 1e-9)
    assert led.values[-1] == pytest.approx(direct.values[-1], rel=1e-9)
    assert led.iterations < 0.8 * direct.iterations
    assert led.products[-1] < 0.5 * direct.products[-1]


def test_widths_fall_to_the_one_wanted():
    widths = [loss.sigma for loss in continuation.wider(kernels.of(hk.PsiM(0.01)))]
    assert widths == sorted(widths, reverse=True)
    assert 0.01 < widths[-1] < 0.04
    assert 0.3 < widths[0] < 1
    for loss in (hk.Logistic(), hk.SquaredHinge(0.1), hk.PsiG(1.0)):
        assert continuation.wider(kernels.of(loss)) == []
