"""Model builders: a frozen description that builds a Keras model from a seed.

Initial weights are drawn by NumPy, so that they are the same on every backend: a trial
of such a builder, which says so by `portable`, is one trial wherever it is trained.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import keras
import numpy as np

from hinge_keras.lab.grid import seeds
from hinge_keras.lab.initial import seeded
from hinge_keras.layers import NormedDense


@dataclass(frozen=True)
class MLP:
    """A multilayer perceptron.

    Attributes:
        hidden: Units of each hidden layer.
        head: Activation of the output: `"linear"` for scores, `"cosine"` for
            those of `NormedDense`, or a post's `"tanh"`, `"sigmoid"`,
            `"softmax"`.
        activation: Of the hidden layers.
        initializer: Of the hidden kernels, by its Keras name; the head uses
            `glorot_uniform`, Keras' default.
        noise: Deviation of the normal noise on the inputs while training.
    """

    portable: ClassVar = True

    hidden: tuple[int, ...] = (50,)
    head: str = "linear"
    activation: str = "relu"
    initializer: str = "he_uniform"
    noise: float = 0.0

    @property
    def name(self):
        changed = [self.activation] * (self.activation != "relu")
        changed += [self.initializer] * (self.initializer != "he_uniform")
        changed += [f"noise {self.noise:g}"] * (self.noise > 0)
        units = "-".join(map(str, self.hidden))
        return " ".join(part for part in (units, self.head, *changed) if part)

    @property
    def tags(self):
        """What tables say of it beside its name."""
        return {"layers": len(self.hidden), "head": self.head}

    def __call__(self, input_shape, outputs, seed):
        """A new model; equal seeds give equal weights, whatever the head."""
        # Given at once: Keras builds a model anew for every layer that is added.
        *kernels, last = self.kernels(outputs, seed)
        hidden = [
            keras.layers.Dense(units, self.activation, kernel_initializer=kernel)
            for units, kernel in kernels
        ]
        noise = keras.layers.GaussianNoise(self.noise, seeds.derive(seed, "noise"))
        first = [keras.Input(input_shape), *([noise] * (self.noise > 0))]
        return keras.Sequential([*first, *hidden, self.top(*last)])

    def top(self, outputs, kernel):
        """The head."""
        if self.head == "cosine":
            return NormedDense(outputs, kernel_initializer=kernel)
        return keras.layers.Dense(outputs, self.head, kernel_initializer=kernel)

    def kernels(self, outputs, seed):
        """Units and initial kernel of every layer, the head last."""
        for depth, units in enumerate(self.hidden):
            yield units, seeded(self.initializer, seed, depth)
        yield outputs, seeded("glorot_uniform", seed, "head")

    def initial(self, input_shape, outputs, seed):
        """The trainable values of a new model, six times sooner than from one.

        `None` where a model has values of its own beside them: the state of its noise.
        """
        if self.noise:
            return None
        values, width = [], input_shape[-1]
        for units, kernel in self.kernels(outputs, seed):
            values += [kernel.values((width, units)), np.zeros(units)]
            width = units
        values = values[:-1] if self.head == "cosine" else values
        return [np.asarray(value, keras.config.floatx()) for value in values]


@dataclass(frozen=True)
class FourierFeatures:
    """A linear model on random Fourier features of the Gaussian kernel.

    `cos(x W / scale + b)`, W standard normal, b uniform on [0, 2 pi], neither
    trained: the kernel is `exp(-|x - z|^2 / (2 scale^2))`. Rahimi and Recht,
    Random features for large-scale kernel machines, NeurIPS (2007).

    Attributes:
        features: How many.
        scale: The width of the kernel, in units of the inputs.
    """

    portable: ClassVar = True

    features: int = 1024
    scale: float = 10.0

    @property
    def name(self):
        return f"{self.features} Fourier features, scale {self.scale:g}"

    def __call__(self, input_shape, outputs, seed):
        """A new model; equal seeds give equal features and weights."""
        directions = keras.initializers.RandomNormal(stddev=1 / self.scale)
        shifts = keras.initializers.RandomUniform(0, 2 * math.pi)
        head = seeded("glorot_uniform", seed, "head")
        return keras.Sequential(
            [
                keras.Input(input_shape),
                keras.layers.Dense(
                    self.features,
                    keras.ops.cos,
                    kernel_initializer=seeded(directions, seed, "directions"),
                    bias_initializer=seeded(shifts, seed, "phases"),
                    trainable=False,
                ),
                keras.layers.Dense(outputs, kernel_initializer=head),
            ]
        )


@dataclass(frozen=True)
class ConvolutionNet:
    """Two 5 x 5 convolutions, each with 2 x 2 pooling, one hidden layer, a linear head.

    Attributes:
        filters: Of the two convolutions.
        hidden: Units of the hidden layer.
        dropout: Share of the hidden layer's outputs dropped while training.
        penalty: Factor on the sum of the head's squared weights, which is added
            to the loss.
    """

    portable: ClassVar = True

    filters: tuple[int, int] = (32, 64)
    hidden: int = 1024
    dropout: float = 0.0
    penalty: float = 0.0

    @property
    def name(self):
        sizes = "-".join(map(str, (*self.filters, self.hidden)))
        dropout = f", dropout {self.dropout:g}" if self.dropout else ""
        penalty = f", penalty {self.penalty:g}" if self.penalty else ""
        return f"convolutions {sizes}{dropout}{penalty}"

    def __call__(self, input_shape, outputs, seed):
        """A new model; equal seeds give equal weights."""
        model = keras.Sequential([keras.Input(input_shape)])
        for depth, filters in enumerate(self.filters):
            kernel = seeded("he_uniform", seed, depth)
            model.add(
                keras.layers.Conv2D(
                    filters,
                    5,
                    padding="same",
                    activation="relu",
                    kernel_initializer=kernel,
                )
            )
            model.add(keras.layers.MaxPooling2D())
        model.add(keras.layers.Flatten())
        kernel = seeded("he_uniform", seed, "hidden")
        model.add(keras.layers.Dense(self.hidden, "relu", kernel_initializer=kernel))
        if self.dropout:
            drawn = seeds.derive(seed, "dropout")
            model.add(keras.layers.Dropout(self.dropout, seed=drawn))
        kernel = seeded("glorot_uniform", seed, "head")
        penalty = keras.regularizers.L2(self.penalty) if self.penalty else None
        model.add(
            keras.layers.Dense(
                outputs, kernel_initializer=kernel, kernel_regularizer=penalty
            )
        )
        return model
