"""Weighted rows are calibrated as repeated ones, equal ones as without weights."""

import numpy as np
import pytest

import hinge_keras as hk
from hinge_keras.svm.left_out import calibrated


@pytest.mark.parametrize("classes", [2, 3])
def test_weights_are_repeated_examples(classes):
    random = np.random.default_rng(0)
    labels, weights = random.integers(0, classes, 60), random.integers(0, 4, 60)
    scores = random.normal(size=(60, classes)) + np.eye(classes)[labels]
    scores = scores if classes > 2 else scores[:, 1:] - scores[:, :1]
    flat = scores if classes > 2 else scores[:, 0]
    weighted = calibrated(scores, labels, weights)(flat)
    repeated = calibrated(scores.repeat(weights, 0), labels.repeat(weights))(flat)
    np.testing.assert_allclose(weighted, repeated, rtol=1e-6)
    plain = (hk.Temperature if classes > 2 else hk.Platt)().fit(flat, labels)(flat)
    np.testing.assert_allclose(calibrated(scores, labels)(flat), plain, rtol=1e-6)
    assert np.abs(plain - weighted).max() > 1e-3


def test_rows_without_scores_do_not_count():
    scores, labels = np.array([[-1.0], [np.nan], [1.0], [0.5]]), np.array([0, 0, 1, 0])
    known = [0, 2, 3]
    np.testing.assert_array_equal(
        calibrated(scores, labels)([0.3]),
        calibrated(scores[known], labels[known])([0.3]),
    )
