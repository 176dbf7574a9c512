"""The weighted squared error, by hand, and sets cut to their first classes."""

import numpy as np
import pytest

import hinge_keras as hk
from experiments import squared_error
from experiments.squared_error import WeightedError

SCORES = np.array([[0.5, 1.0, -1.0]], "float32")


def test_the_true_class_has_a_weight_and_a_target():
    # 5 * (1 - 3)**2 + 0.25 + 1
    assert float(WeightedError(5.0, 3.0)([1], SCORES)) == pytest.approx(21.25)


def test_at_weight_and_target_1_it_is_squared_error():
    ours, known = WeightedError(1.0, 1.0)([2], SCORES), hk.L2()([2], SCORES)
    assert float(ours) == pytest.approx(float(known))


class Three:
    def load(self, seed):
        return {"train": (np.arange(6)[:, None], np.array([0, 1, 2, 0, 1, 2]))}


def test_the_first_classes_are_those_that_are_kept():
    x, y = squared_error.first_classes(0, Three(), 2)["train"]
    assert x[:, 0].tolist() == [0, 1, 3, 4]
    assert y.tolist() == [0, 1, 0, 1]
