"""The largest margin is the hard-margin SVM's, and the points leave a gap."""

import numpy as np
import pytest

from experiments.margins import largest_margin, separable


def test_every_point_is_on_the_right_side_with_a_gap():
    x = np.concatenate([separable(seed) for seed in range(50)])
    assert x.shape == (50 * 40, 2)
    nearest = (x @ np.array([1.0, 1.0]) / np.sqrt(2)).min()
    assert nearest == pytest.approx(0.5)  # Some draw lay nearer and was moved.
    np.testing.assert_array_equal(x[:40], separable(0))


def test_two_points_alike_far_from_the_origin_have_the_margin_of_their_middle():
    assert largest_margin(np.array([[1.0, 2.0], [1.0, -2.0]])) == pytest.approx(1.0)


def test_no_direction_has_a_larger_margin():
    x = separable(0)
    angles = np.linspace(0, 2 * np.pi, 3601)
    margins = (x @ np.stack([np.cos(angles), np.sin(angles)])).min(axis=0)
    assert margins.max() == pytest.approx(largest_margin(x), abs=1e-3)
