"""Losses for comparisons: Keras' own on integer labels."""

import keras
from keras import ops


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
