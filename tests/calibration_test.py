"""Probabilities from scores: against scikit-learn, theory, and known draws."""

import keras
import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

import hinge_keras as hk

random = np.random.default_rng(0)
F = random.normal(0, 2, 20_000)
Y = (random.uniform(size=F.size) < 1 / (1 + np.exp(-(0.7 * F - 0.4)))).astype(int)


def test_platt_finds_the_map_the_labels_came_from():
    platt = hk.Platt().fit(F, Y)
    np.testing.assert_allclose([platt.slope, platt.offset], [0.7, -0.4], atol=0.06)
    again = hk.Platt().fit(F[:, None], 2 * Y - 1)
    np.testing.assert_allclose(again.slope, platt.slope)


def test_platt_stays_below_certainty_on_separable_scores():
    found = hk.Platt().fit([-2.0, -1, 1, 2], [0, 0, 1, 1])([2.0])
    assert 0.6 < found[0] < 0.95


def test_temperature_finds_the_temperature():
    labels = (random.uniform(size=F.size) < 1 / (1 + np.exp(-F / 3))).astype(int)
    tried = np.linspace(2, 4, 401)
    risks = [np.logaddexp(0, -(2 * labels - 1) * F / t).sum() for t in tried]
    best = tried[np.argmin(risks)]
    np.testing.assert_allclose(hk.Temperature().fit(F, labels).temperature, best, 0.005)
    scores = random.normal(0, 4, (20_000, 3))
    p = np.exp(scores / 2)
    p /= p.sum(axis=1, keepdims=True)
    labels = (p.cumsum(axis=1) < random.uniform(size=(20_000, 1))).sum(axis=1)
    found = hk.Temperature().fit(scores, labels)
    assert abs(found.temperature - 2) < 0.1
    np.testing.assert_allclose(found(scores).sum(axis=1), 1)


def test_isotonic_is_scikit_learns():
    theirs = IsotonicRegression(out_of_bounds="clip").fit(F, Y)
    found = hk.Isotonic().fit(F[:, None], Y)(F[:, None])
    np.testing.assert_allclose(found[:, 0], theirs.predict(F))


@pytest.mark.parametrize(
    "loss", [hk.PsiG(0.5), hk.PsiM(0.7), hk.SoftplusHinge(0.4), hk.Logistic()]
)
def test_posterior_inverts_the_best_score(loss):
    f = np.linspace(-8, 8, 16_001)
    for p in (0.2, 0.5, 0.9):
        right, wrong = np.asarray(loss.phi(f)), np.asarray(loss.phi(-f))
        best = f[np.argmin(p * right + (1 - p) * wrong)]
        np.testing.assert_allclose(hk.Posterior(loss)([best]), p, atol=2e-3)


def test_a_calibrated_model_gives_probabilities_of_its_shape():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Identity()])
    x, y = F[:2000, None].astype("float32"), Y[:2000]
    found = hk.Calibrated(model, hk.Platt()).fit(x, y).predict(x)
    assert found.shape == (2000, 1)
    error = float(hk.ExpectedCalibrationError(10)(y, found))
    assert error < 0.05
    assert (
        abs(float(hk.BrierScore()(y, found)) - ((found[:, 0] - y) ** 2).mean()) < 1e-5
    )


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: hk.Posterior(hk.Hinge()), "accepted is a smooth"),
        (lambda: hk.Platt().fit([1.0, 2.0], [1]), r"shape \(2,\)"),
        (lambda: hk.Platt().fit([1.0], [3]), "labels contain 3"),
        (lambda: hk.Temperature().fit(np.ones((2, 3)), [0, 3]), "from 0 to 3"),
    ],
)
def test_a_bad_argument_is_named(make, says):
    with pytest.raises(ValueError, match=says):
        make()
