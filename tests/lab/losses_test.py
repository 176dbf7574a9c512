"""Keras' losses on integer labels."""

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
