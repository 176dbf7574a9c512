"""A grid small enough to train in a second, and a script that is written and imported."""

import importlib.util
import shutil
import sys
import textwrap

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


@pytest.fixture
def write(tmp_path):
    """Writes a script and imports it anew."""

    def write(text):
        path = tmp_path / "scripts" / "small.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip())
        shutil.rmtree(path.parent / "__pycache__", ignore_errors=True)
        spec = importlib.util.spec_from_file_location("small", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules["small"] = module
        spec.loader.exec_module(module)
        return module

    return write
