"""Three ways to read a score of two classes as right or wrong."""

import keras
from keras import ops

import hinge_keras as hk
from hinge_keras.lab import Measure


def rounding():
    """The binary accuracy of Keras before 2.3: the rounded output is the label."""

    def hits(y_true, y_pred):
        labels = ops.reshape(y_true, ops.shape(y_pred))
        return ops.mean(ops.cast(labels == ops.round(y_pred), "float32"), axis=-1)

    return keras.metrics.MeanMetricWrapper(hits)


ROUNDED = Measure("rounded", rounding)
ABOVE_HALF = Measure("above_half", keras.metrics.BinaryAccuracy)
BY_SIGN = Measure("by_sign", hk.SignAccuracy)


def with_decided(trials, split="test"):
    """Trials with `{split}_decided`, accuracy by each head's own threshold.

    A sigmoid's is 1/2, that of any other head 0.
    """
    sigmoid = trials["head"] == "sigmoid"
    by_half, by_sign = trials[f"{split}_above_half"], trials[f"{split}_by_sign"]
    return trials.assign(**{f"{split}_decided": by_half.where(sigmoid, by_sign)})
