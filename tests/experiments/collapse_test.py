"""Collapsed features measure 0 by all four measures; each measure by hand elsewhere."""

import keras
import numpy as np
import pytest

from experiments import collapse
from hinge_keras.lab.training import trained

CLASSES = 4
# Corners at equal distances and angles, each class on one, the head along them.
CORNERS = np.eye(CLASSES) - 1 / CLASSES
Y = np.repeat(np.arange(CLASSES), 10)


def test_all_four_are_nothing_at_collapse():
    found = collapse.collapsed(3 * CORNERS[Y] + 7, Y, 0.5 * CORNERS)
    assert found == pytest.approx(dict.fromkeys(collapse.MEASURES, 0), abs=1e-9)


def test_lengths_and_angles_are_deviations_of_the_class_means():
    means = np.array([[2.0, 0.0], [-1.0, 1.0], [-1.0, -1.0]])
    found = collapse.collapsed(means, np.arange(3), means)
    lengths = np.array([2.0, 2**0.5, 2**0.5])
    assert found["lengths"] == pytest.approx(lengths.std() / lengths.mean())
    assert found["angles"] == pytest.approx(np.std([-(0.5**0.5), -(0.5**0.5), 0.0]))


def test_the_spread_is_the_variance_within_by_that_between_a_class():
    # Two classes at -1 and 1, each .5 to either side; a unit that is always 0.
    features = np.array([[-1.5, 0], [-0.5, 0], [0.5, 0], [1.5, 0]])
    found = collapse.collapsed(features, np.array([0, 0, 1, 1]), features[::2])
    assert found["spread"] == pytest.approx(0.25 / 1 / 2)


def test_a_head_that_points_the_other_way_is_two_away():
    found = collapse.collapsed(CORNERS[Y], Y, -5 * CORNERS)
    assert found["duality"] == pytest.approx(2)


@pytest.mark.parametrize("features", [np.ones((40, 4)), np.full((40, 4), np.inf)])
def test_features_that_tell_nothing_apart_have_not_collapsed(features):
    found = collapse.collapsed(features, Y, CORNERS)
    assert found == pytest.approx(dict.fromkeys(collapse.MEASURES, np.nan), nan_ok=True)


def test_the_head_reads_what_is_called_hidden():
    net = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(5, "relu"), keras.layers.Dense(4)]
    )
    x = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
    bias = net.layers[-1].get_weights()[1]
    read = trained.hidden(net, x) @ collapse.kernel(net).T + bias
    np.testing.assert_allclose(read, trained.scores(net, x), atol=1e-6)
