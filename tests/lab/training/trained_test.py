"""The nets of a grid are those that `model.fit` would have trained, whichever way."""

import keras
import numpy as np
import pytest

from hinge_keras.lab import models
from hinge_keras.lab.training import fit, trained
from tests.lab.training.replicas_test import FLAT, NORMALISED_TO, experiment

pytestmark = pytest.mark.usefixtures("double_precision")
PLAIN, NORMALISED = models.MLP((8,)), FLAT["normalised and dropped"]
WAYS = {
    "dense": ("dense", PLAIN),
    "stacked, with values that no gradient trains": ("stacked", NORMALISED),
    "alone": ("alone", NORMALISED),
}


def few(**changes):
    """A grid of two losses and two seeds."""
    return experiment(**{"axes": {"learning_rate": (0.1,)}, "epochs": 3, **changes})


def are_those_of_fit(grid, path="auto"):
    """Of all nets, two losses' and two seeds' are looked at."""
    if keras.backend.backend() == "torch":
        path = "fit"
    found = list(trained.nets(grid, grid.trials(), path=path))
    assert {trial for trial, _, _ in found} == {*grid.trials()}
    for trial, splits, net in found[1:3]:
        reference = fit.fitted(grid, trial, splits)[0].weights
        for ours, theirs in zip(net.weights, reference, strict=True):
            np.testing.assert_allclose(
                ours, theirs, NORMALISED_TO, 1e-9, err_msg=theirs.path
            )


@pytest.mark.parametrize(("path", "model"), WAYS.values(), ids=WAYS.keys())
def test_nets_are_those_of_fit(path, model):
    are_those_of_fit(few(models=[model]), path)


def test_the_best_epoch_is_kept_where_patience_asks_for_it():
    are_those_of_fit(few(axes={"learning_rate": (3.0,)}, patience=1))


def test_only_those_asked_for_are_trained():
    grid = few()
    (found,) = trained.nets(grid, grid.trials()[3:])
    assert found[0] == grid.trials()[3]
