"""The decoder `argmax(sign(scores))`: what it gets right, and where it cannot decide."""

import keras
import pandas as pd
from keras import ops

import hinge_keras as hk
from hinge_keras.lab import Measure


def by_sign():
    """The share of labels right when `argmax(sign(scores))` decides."""
    return keras.metrics.MeanMetricWrapper(right_by_sign, name="by_sign")


def ambiguous():
    """The share of examples that do not have exactly one positive score."""
    return keras.metrics.MeanMetricWrapper(not_one_positive, name="ambiguous")


def right_by_sign(y_true, y_pred):
    decided = ops.argmax(ops.sign(y_pred), axis=-1)
    labels = ops.reshape(ops.cast(y_true, decided.dtype), ops.shape(decided))
    return ops.cast(ops.equal(decided, labels), "float32")


def not_one_positive(y_true, y_pred):
    positive = ops.sum(ops.cast(y_pred > 0, "int32"), axis=-1)
    return ops.cast(ops.not_equal(positive, 1), "float32")


# The right decoder, the wrong one, and how often that cannot decide.
MEASURES = [
    Measure("accuracy", hk.ScoreAccuracy),
    Measure("by_sign", by_sign),
    Measure("ambiguous", ambiguous, kind="count"),
]


def also_by_sign(trials, arm, name):
    """The trials, and before them those of an arm again, decoded by the sign.

    Args:
        trials: Trials with the `MEASURES`.
        arm: Whose trials are decoded again.
        name: What the arm is called then.
    """
    again = trials[trials.arm == arm]
    again = again.assign(arm=name, test_accuracy=again.test_by_sign)
    return pd.concat([again, trials], ignore_index=True)
