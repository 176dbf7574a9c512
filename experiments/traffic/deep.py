"""A deeper convolution net, to learn features with."""

from dataclasses import dataclass
from typing import ClassVar

import keras

from hinge_keras.lab.grid import seeds
from hinge_keras.lab.initial import seeded


@dataclass(frozen=True)
class DeepNet:
    """Blocks of two 3 x 3 convolutions and 2 x 2 pooling, a hidden layer, a linear head.

    Each convolution is normalised by its batch before its relu.

    Attributes:
        filters: Of each block's convolutions.
        hidden: Units of the hidden layer.
        dropout: Share of the hidden layer's outputs dropped while training.
        momentum: Of the moving averages; Keras' 0.99 forgets too slowly for few steps.
    """

    portable: ClassVar = True

    filters: tuple[int, ...] = (32, 64, 128)
    hidden: int = 256
    dropout: float = 0.5
    momentum: float = 0.9

    def __call__(self, input_shape, outputs, seed):
        """A new model; equal seeds give equal weights."""
        layers = [keras.Input(input_shape)]
        for depth, filters in enumerate(self.filters):
            for place in range(2):
                kernel = seeded("he_uniform", seed, 2 * depth + place)
                layers += self.convolution(filters, kernel)
            layers.append(keras.layers.MaxPooling2D())
        hidden = seeded("he_uniform", seed, "hidden")
        head = seeded("glorot_uniform", seed, "head")
        layers += [
            keras.layers.Flatten(),
            keras.layers.Dense(self.hidden, "relu", kernel_initializer=hidden),
            keras.layers.Dropout(self.dropout, seed=seeds.derive(seed, "dropout")),
            keras.layers.Dense(outputs, kernel_initializer=head),
        ]
        return keras.Sequential(layers)

    def convolution(self, filters, kernel):
        """A convolution, what normalises it, and its relu."""
        return [
            keras.layers.Conv2D(
                filters, 3, padding="same", use_bias=False, kernel_initializer=kernel
            ),
            keras.layers.BatchNormalization(momentum=self.momentum),
            keras.layers.Activation("relu"),
        ]
