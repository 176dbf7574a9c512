"""Margin losses and metrics for Keras 3, and a laboratory that compares losses."""

from hinge_keras import losses as losses
from hinge_keras import metrics as metrics
from hinge_keras.calibration import *  # noqa: F403
from hinge_keras.check import check_loss as check_loss
from hinge_keras.layers import *  # noqa: F403
from hinge_keras.losses import *  # noqa: F403
from hinge_keras.metrics import *  # noqa: F403

__version__ = "0.1.0"


def __getattr__(name):
    """`compare` and `Comparison` load the laboratory, and its libraries, when used."""
    if name in ("compare", "Comparison"):
        from hinge_keras.lab import compare as module

        return getattr(module, name)
    raise AttributeError(f"module 'hinge_keras' has no attribute {name!r}")
