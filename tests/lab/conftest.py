"""A grid small enough to train in a second, for every test of the laboratory."""

import keras
import pytest

import hinge_keras as hk
from hinge_keras.lab import Experiment, Measure, data, models


@pytest.fixture
def small():
    """Makes an experiment of two losses and two seeds; any axis can be replaced."""

    def make(**axes):
        defaults = {
            "datasets": [data.circles(sizes=(40, 20, 20))],
            "models": [models.MLP((4,))],
            "arms": {
                "hinge": hk.Hinge(),
                "cross-entropy": keras.losses.BinaryCrossentropy(from_logits=True),
            },
            "seeds": range(2),
            "epochs": 2,
            "batch_size": 16,
            "measures": [Measure("accuracy", hk.ScoreAccuracy)],
            "keep_scores": ["test"],
        }
        return Experiment(**{**defaults, **axes})

    return make
