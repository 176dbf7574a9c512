"""What a wrong decoder counts as right, on scores small enough to check by hand."""

import numpy as np
import pytest

from hinge_keras.lab import decoders


def test_rounding_counts_every_score_below_a_half_as_wrong():
    scores = np.array([[0.4], [0.6], [-0.4], [-0.6]], "float32")
    labels = np.array([1, 1, -1, -1], "float32")
    assert float(decoders.rounding()(labels, scores)) == pytest.approx(0.5)


def test_the_sign_takes_the_first_of_several_positive_scores():
    scores = np.array([[0.1, 0.9], [-0.5, 0.5], [-2.0, -1.0]], "float32")
    labels = np.array([1, 1, 0])
    assert float(decoders.sign_decoded()(labels, scores)) == pytest.approx(2 / 3)
    assert float(decoders.ambiguous()(labels, scores)) == pytest.approx(2 / 3)
