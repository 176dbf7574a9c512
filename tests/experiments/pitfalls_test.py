"""Every pitfall still shows the number that it is known for."""

import numpy as np
import pytest

from experiments.pitfalls import PITFALLS

KNOWN = {
    "P1": (0.5, 1.0),
    "P2": (1 - np.tanh(3), 0.0),
    "P3": (0.5, 0.0),
    "P4": (0.9, 0.0),
    "P5": (0.9, 1.3),
    "P6": (4.0, 0.0),
    "P8": (1 / np.sqrt(5), 1.0),
    "P9": (0.741, 1.96),
    "P11": (-2.0, -0.5),
    "P12": (0.5493, 0.0),
    "P13": (np.nan, 0.0229),
}


def shown(name):
    return next(show() for known, show, _ in PITFALLS if known == name)


@pytest.mark.parametrize("name", KNOWN)
def test_the_number_stands(name):
    np.testing.assert_allclose(shown(name), KNOWN[name], atol=1e-3)


def test_decoding_by_sign_costs_more_than_ten_points():
    seen, true = shown("P7")
    assert true > 0.95
    assert true - seen > 0.1


def test_scaling_improves_the_condition_a_hundredfold():
    seen, true = shown("P10")
    assert seen > 100 * true


def test_small_relu_networks_are_often_dead_before_training():
    small, wide = shown("P14")
    assert small > 0.005
    assert wide == 0


def test_most_of_the_old_names_are_gone():
    works, _ = shown("P15")
    assert works <= 1


def test_the_table_is_complete():
    assert [name for name, *_ in PITFALLS] == [f"P{i}" for i in range(1, 16)]
    assert all(show.__doc__ and instead for _, show, instead in PITFALLS)
