"""Every loss in a stack of replicas is the loss alone: its values and its slopes."""

import importlib

import keras
import numpy as np
import pytest

from hinge_keras.losses.base import MulticlassLoss
from tests.conftest import CLASSES, instances, slow_on_tensorflow

BACKEND = importlib.import_module(
    f"hinge_keras.lab.training._{keras.backend.backend()}"
)
LOSSES = {p.id: p.values[0] for p in instances() if "-" not in p.id}


@slow_on_tensorflow
@pytest.mark.parametrize("several", [False, True], ids=["signs", "classes"])
def test_every_loss_stacked_is_itself(several):
    losses = {
        name: loss
        for name, loss in LOSSES.items()
        if isinstance(loss, MulticlassLoss) is several
    }
    rng = np.random.default_rng(0)
    f = rng.normal(size=(3, 6, CLASSES)).astype("float32")
    y = rng.integers(CLASSES if several else 2, size=f.shape[: 2 if several else 3])

    def each(y, f):
        return {
            name: BACKEND.slope(lambda scores, loss=loss: loss(y, scores), f)
            for name, loss in losses.items()
        }

    y, f = (keras.ops.convert_to_tensor(array) for array in (y, f))
    stacked = BACKEND.compiled(BACKEND.stacked(each))(y, f)
    for i in range(len(f)):
        for name, (value, slope) in each(y[i], f[i]).items():
            values, slopes = stacked[name]
            np.testing.assert_allclose(values[i], value, 1e-4, 1e-5, err_msg=name)
            np.testing.assert_allclose(slopes[i], slope, 1e-4, 1e-5, err_msg=name)
