"""What a wrong decoder counts as right, on scores small enough to check by hand."""

import numpy as np
import pandas as pd
import pytest

from experiments.circles import readings
from experiments.decoder import signs
from experiments.probabilities import RawCalibrationError


def test_rounding_counts_every_score_below_a_half_as_wrong():
    scores = np.array([[0.4], [0.6], [-0.4], [-0.6]], "float32")
    labels = np.array([1, 1, -1, -1], "float32")
    assert float(readings.rounding()(labels, scores)) == pytest.approx(0.5)


def test_the_sign_takes_the_first_of_several_positive_scores():
    scores = np.array([[0.1, 0.9], [-0.5, 0.5], [-2.0, -1.0]], "float32")
    labels = np.array([1, 1, 0])
    assert float(signs.by_sign()(labels, scores)) == pytest.approx(2 / 3)
    assert float(signs.ambiguous()(labels, scores)) == pytest.approx(2 / 3)


def test_each_head_decides_at_its_own_threshold():
    trials = pd.DataFrame(
        {
            "head": ["sigmoid", "linear", "tanh"],
            "test_above_half": [0.9, 0.5, 0.5],
            "test_by_sign": [0.5, 0.8, 0.7],
        }
    )
    decided = readings.with_decided(trials).test_decided
    assert decided.tolist() == [0.9, 0.8, 0.7]


def test_raw_scores_are_calibrated_only_where_they_are_log_odds():
    labels = np.repeat([1.0, 0.0], [80, 20])
    honest = np.full((100, 1), np.log(4.0), "float32")  # 80 of 100 are +1.
    assert float(RawCalibrationError()(labels, honest)) == pytest.approx(0.0, abs=1e-6)
    assert float(RawCalibrationError()(labels, 0 * honest)) == pytest.approx(
        0.3, abs=1e-6
    )


def test_an_arm_decoded_again_is_another_arm():
    trials = pd.DataFrame(
        {"arm": ["head", "rest"], "test_accuracy": 0.9, "test_by_sign": 0.7}
    )
    table = signs.also_by_sign(trials, "head", "head by sign")
    assert table.arm.tolist() == ["head by sign", "head", "rest"]
    assert table.test_accuracy.tolist() == [0.7, 0.9, 0.9]
