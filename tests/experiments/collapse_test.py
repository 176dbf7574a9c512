"""Collapsed features measure 0 by all four measures, others do not."""

import numpy as np
import pytest

from experiments import collapse

CLASSES = 4
# Corners at equal distances and angles, each class on one, the head along them.
CORNERS = np.eye(CLASSES) - 1 / CLASSES
Y = np.repeat(np.arange(CLASSES), 10)


def test_all_four_are_nothing_at_collapse():
    found = collapse.collapsed(3 * CORNERS[Y] + 7, Y, 0.5 * CORNERS)
    assert found == pytest.approx(dict.fromkeys(collapse.MEASURES, 0), abs=1e-9)


@pytest.mark.parametrize(
    ("measure", "features", "head"),
    [
        (
            "spread",
            CORNERS[Y] + np.random.default_rng(0).normal(0, 0.1, (40, 4)),
            CORNERS,
        ),
        ("lengths", (CORNERS * [[1], [1], [1], [3]])[Y], CORNERS),
        (
            "angles",
            (CORNERS + 0.3 * CORNERS[::-1] * (np.arange(4) < 2)[:, None])[Y],
            CORNERS,
        ),
        ("duality", CORNERS[Y], CORNERS[::-1]),
    ],
)
def test_each_measure_sees_what_it_is_for(measure, features, head):
    assert collapse.collapsed(features, Y, head)[measure] > 0.02


def test_the_spread_within_classes_is_in_units_of_that_between():
    noise = np.tile([-0.1, 0.1], len(Y) // 2)[:, None] * np.ones(CLASSES)
    near = collapse.collapsed(CORNERS[Y] + noise, Y, CORNERS)["spread"]
    twice = collapse.collapsed(2 * CORNERS[Y] + 2 * noise, Y, CORNERS)["spread"]
    assert near == pytest.approx(twice)
