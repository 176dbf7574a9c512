"""A scale is a margin, normalised nets share their kernels, and cells are told apart."""

import keras
import numpy as np
import pandas as pd
import pytest

import hinge_keras as hk
from experiments import knobs

SCORES = np.array([[0.4, -0.1, 0.3], [-2.0, 0.2, 0.1]], "float32")


@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0])
def test_a_hinge_of_scaled_scores_is_a_scaled_hinge_of_another_margin(scale):
    ours = knobs.Scaled(hk.OneVsRest(hk.Hinge()), scale)([0, 1], SCORES)
    theirs = hk.OneVsRest(hk.Hinge(margin=1 / scale))([0, 1], SCORES)
    assert float(ours) == pytest.approx(scale * float(theirs), rel=1e-5)


def test_normalised_nets_have_the_kernels_of_the_plain_one():
    plain, normalised = (
        [layer for layer in net((5,), 3, 7).layers if hasattr(layer, "kernel")]
        for net in (knobs.PLAIN, knobs.NORMALISED)
    )
    for one, other in zip(plain, normalised, strict=True):
        np.testing.assert_array_equal(*map(np.asarray, (one.kernel, other.kernel)))


def test_each_hidden_layer_is_normalised_before_its_activation():
    kinds = [type(layer) for layer in knobs.NORMALISED((5,), 3, 0).layers]
    layers = keras.layers
    hidden = [layers.Dense, layers.BatchNormalization, layers.Activation]
    assert kinds == [*hidden, layers.Dense]


def trials(accuracies):
    """Two seeds a cell, whose mean is the accuracy at a rate and a scale."""
    rows = [
        {"dataset": "d", "net": "n", "loss": "l", "left": knobs.TUNED, "seed": seed,
         "weight_decay": 0.0, "learning_rate": rate, "scale": scale,
         "validation_accuracy": accuracy + (0.1 if seed else -0.1)}
        for (rate, scale), accuracy in accuracies.items() for seed in (0, 1)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_points_are_lost_below_the_best_mean():
    cells = knobs.lost(trials({(0.001, 1.0): 0.5, (0.01, 1.0): 0.75}))
    found = dict(zip(cells.learning_rate, cells.lost, strict=True))
    assert found == pytest.approx({0.001: 25.0, 0.01: 0.0})


def test_a_search_with_a_knob_left_is_not_looked_at():
    tuned = trials({(0.001, 1.0): 0.5, (0.01, 1.0): 0.6})
    better = trials({(0.001, 1.0): 0.9}).assign(left="scale")
    found = knobs.lost(pd.concat([tuned, better])).lost
    assert found.tolist() == pytest.approx([10.0, 0.0])


def test_good_rates_are_near_the_best_of_their_own_scale():
    accuracies = {(0.001, 1.0): 0.5, (0.01, 1.0): 0.795, (0.1, 1.0): 0.8,
                  (0.001, 0.1): 0.2, (0.01, 0.1): 0.3, (0.1, 0.1): 0.6}  # fmt: skip
    found = knobs.good_rates(knobs.lost(trials(accuracies))).loc["d", "n", "l"]
    assert found[1.0] == pytest.approx((0.01 * 0.1) ** 0.5)
    assert found[0.1] == pytest.approx(0.1)


def test_cells_that_a_search_added_are_not_in_common():
    cells = knobs.lost(trials({(0.001, 1.0): 0.5, (0.3, 1.0): 0.4, (0.01, 0.01): 0.3}))
    assert knobs.common(cells).learning_rate.tolist() == [0.001]


def test_the_knob_that_costs_most_is_told_first():
    costs = pd.DataFrame(
        {"decay": [0.0, -0.04], "rate": [3.0, 10.25]}, index=["hinge", "log"]
    )
    assert knobs.priced(costs) == "rate 3 to 10.2 (log), decay 0 to 0 (hinge)"


def test_a_knob_that_is_left_has_its_default_alone():
    (arm,) = [a for a in knobs.EXPERIMENT.arms if a.name == "hinge, rate left"]
    assert arm.axes["learning_rate"] == [0.001]
    assert arm.axes["scale"] == knobs.SCALES
