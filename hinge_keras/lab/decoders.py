"""How scores become a class, and what a wrong decoder loses."""

import keras
import pandas as pd
from keras import ops

import hinge_keras as hk


def sign_decoded():
    """The share of labels right when `argmax(sign(scores))` decides."""
    return keras.metrics.MeanMetricWrapper(right_by_sign, name="sign_decoded")


def ambiguous():
    """The share of examples that do not have exactly one positive score."""
    return keras.metrics.MeanMetricWrapper(not_one_positive, name="ambiguous")


class RawCalibrationError(hk.ExpectedCalibrationError):
    """The calibration error of scores read as if they were log odds."""

    def read(self, y_true, y_pred, mask):
        return super().read(y_true, ops.sigmoid(y_pred), mask)


def rounding():
    """The binary accuracy of Keras before 2.3: the rounded output is the label."""

    def hits(y_true, y_pred):
        labels = ops.reshape(y_true, ops.shape(y_pred))
        return ops.mean(ops.cast(labels == ops.round(y_pred), "float32"), axis=-1)

    return keras.metrics.MeanMetricWrapper(hits)


BOTH = {  # The right decoder, the wrong one, and how often that cannot decide.
    "accuracy": hk.ScoreAccuracy,
    "sign_decoded": sign_decoded,
    "ambiguous": ambiguous,
}


OF_TWO = {  # Keras' own, which wants labels 0 and 1, and the one by the sign.
    "accuracy": keras.metrics.BinaryAccuracy,
    "sign_accuracy": hk.SignAccuracy,
}

READINGS = {  # Three readings of one score, by the column that has its accuracy.
    "test_rounding": "old Keras: round(score) == label",
    "test_accuracy": "Keras 3: 'accuracy'",
    "test_sign": "sign accuracy",
}


def by_head(trials, split="test"):
    """The share right by each net's own threshold: 1/2 for a sigmoid, else 0.

    Args:
        trials: Two-class trials with the metrics `OF_TWO`, and sigmoids trained on
            labels 0 and 1.
        split: The part of the data.
    """
    sigmoid = trials.model.str.endswith("sigmoid")
    return trials[f"{split}_accuracy"].where(sigmoid, trials[f"{split}_sign_accuracy"])


def also_by_sign(trials, arm, name):
    """The trials, and before them those of an arm again, decoded by the sign.

    Args:
        trials: Trials with the metrics `BOTH` and a column `arm`.
        arm: Whose trials are decoded again.
        name: What the arm is called then.
    """
    again = trials[trials.arm == arm]
    again = again.assign(arm=name, test_accuracy=again.test_sign_decoded)
    return pd.concat([again, trials], ignore_index=True)


def right_by_sign(y_true, y_pred):
    decided = ops.argmax(ops.sign(y_pred), axis=-1)
    labels = ops.reshape(ops.cast(y_true, decided.dtype), ops.shape(decided))
    return ops.cast(ops.equal(decided, labels), "float32")


def not_one_positive(y_true, y_pred):
    positive = ops.sum(ops.cast(y_pred > 0, "int32"), axis=-1)
    return ops.cast(ops.not_equal(positive, 1), "float32")
