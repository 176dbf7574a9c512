"""Accuracy on the rarer half counts the later classes alone."""

import numpy as np
import pytest

from hinge_keras.lab.rarity import rarer_half


def test_only_the_later_half_of_the_classes_counts():
    scores = np.eye(4, dtype="float32")
    metric = rarer_half()
    assert float(metric([0, 1, 2, 3], scores)) == pytest.approx(1.0)
    metric.reset_state()
    # Both common classes wrong: nothing lost. One rare class wrong: half is.
    assert float(metric([1, 0, 2, 3], scores)) == pytest.approx(1.0)
    metric.reset_state()
    assert float(metric([0, 1, 3, 3], scores)) == pytest.approx(0.5)
