"""Keras' losses on integer labels, and the list of a paper."""

import keras
import numpy as np
import pytest

from hinge_keras.lab import losses

LABELS = np.array([0, 2, 1])
SCORES = np.random.default_rng(0).normal(size=(3, 3)).astype("float32")


def test_a_loss_of_one_hot_labels_takes_integers():
    loss = keras.losses.CategoricalHinge()
    adapted = losses.OneHot(loss)(LABELS, SCORES)
    expected = loss(np.eye(3, dtype="float32")[LABELS], SCORES)
    assert float(adapted) == pytest.approx(float(expected))


def test_the_twelve_differ_but_for_a_factor_of_two():
    values = {
        name: float(loss(LABELS, SCORES)) for name, loss in losses.twelve().items()
    }
    assert len(values) == 12
    assert all(np.isfinite(value) for value in values.values())
    assert 2 * values["Chebyshev"] == pytest.approx(values["L1 of softmax"])
