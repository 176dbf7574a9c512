"""Losses for comparisons: Keras' own on integer labels, and a paper's list."""

import keras
from keras import ops

import hinge_keras as hk


def twelve():
    """The twelve losses of Janocha and Czarnecki (2017), by the paper's names."""
    return {
        "log": hk.CrossEntropy(),
        "log^2": hk.SquaredLog(),
        "hinge": hk.OneVsRest(hk.Hinge(0.5)),
        "hinge^2": hk.OneVsRest(hk.Hinge(0.5, power=2)),
        "hinge^3": hk.OneVsRest(hk.Hinge(0.5, power=3)),
        "L1": hk.L1(),
        "L2": hk.L2(),
        "L1 of softmax": hk.L1(softmax=True),
        "L2 of softmax": hk.L2(softmax=True),
        "Chebyshev": hk.Chebyshev(),
        "Tanimoto": hk.Tanimoto(),
        "Cauchy-Schwarz": hk.CauchySchwarz(),
    }


class OneHot(keras.losses.Loss):
    """A Keras loss of one-hot labels, on integer labels.

    Args:
        loss: A `keras.losses.Loss` that takes one-hot rows of 0 and 1.
    """

    def __init__(self, loss, name=None, **options):
        super().__init__(name=name or loss.name, **options)
        self.loss = loss

    def call(self, y_true, y_pred):
        labels = ops.cast(ops.reshape(y_true, (-1,)), "int32")
        return self.loss.call(ops.one_hot(labels, y_pred.shape[-1]), y_pred)

    def get_config(self):
        loss = keras.saving.serialize_keras_object(self.loss)
        return {**super().get_config(), "loss": loss}
