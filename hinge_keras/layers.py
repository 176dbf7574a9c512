"""Layers that margin losses ask for: cosines, kernel features, ordered thresholds."""

import math
from typing import Any

import keras
from keras import ops

from hinge_keras.configured import Configured, above, whole

__all__ = ["NormedDense", "OrdinalThresholds", "RandomFourierFeatures"]


class NormedDense(Configured, keras.layers.Layer):
    """A cosine for each unit: `x / norm(x)` times columns of length 1, no bias.

    Maps `(..., features)` to `(..., units)`, from -1 to 1. The head that LDAM and
    the imbalanced top-K loss are defined for.

    Args:
        units: How many outputs, from 1 up.
        kernel_initializer: As for `keras.layers.Dense`.
        name: As for any Keras layer.
        dtype: As for any Keras layer.

    >>> NormedDense(1, kernel_initializer="ones")(np.array([[3.0, 3.0]]))  # diagonal
    [[1.0]]

    Liu, Wen, Yu, Li, Raj and Song, SphereFace, CVPR 2017.
    """

    def __init__(
        self,
        units: int,
        kernel_initializer: Any = "glorot_uniform",
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.units = whole("units", units, 1)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def saved_dtype(self):
        return self.dtype_policy

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units),
            initializer=self.kernel_initializer,
            name="kernel",
        )

    def call(self, inputs):
        return ops.matmul(unit(inputs, -1), unit(self.kernel, 0))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)


def unit(x, axis):
    """Scaled to length 1 along the axis; zero stays zero."""
    return ops.normalize(x, axis=axis, order=2)


class OrdinalThresholds(Configured, keras.layers.Layer):
    """How far one score lies above each threshold between ordered classes.

    Maps `(..., 1)` to `(..., classes - 1)`: `f - theta_j`, with thresholds that are
    trained and stay in order, `theta_j = theta_0 + sum_{i <= j} softplus(step_i)`. The
    head that `OrdinalHinge` is defined for. At first they are 1 apart, around 0.

    Args:
        classes: How many there are, from 2 up.
        name: As for any Keras layer.
        dtype: As for any Keras layer.

    >>> OrdinalThresholds(3)(np.array([[1.0]]))  # thresholds at -0.5 and 0.5
    [[1.5, 0.5]]

    Rennie and Srebro, Loss functions for preference levels, IJCAI 2005 workshop.
    """

    def __init__(
        self, classes: int, name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.classes = whole("classes", classes, 2)

    def saved_dtype(self):
        return self.dtype_policy

    def build(self, input_shape):
        if input_shape[-1] != 1:
            raise ValueError(
                f"inputs have shape {tuple(input_shape)}; accepted is one score an "
                "example, shape (..., 1)."
            )
        start = keras.initializers.Constant(1 - self.classes / 2)
        apart = keras.initializers.Constant(math.log(math.e - 1))  # Softplus: 1.
        self.first = self.add_weight(shape=(1,), initializer=start, name="first")
        self.steps = self.add_weight(
            shape=(self.classes - 2,), initializer=apart, name="steps"
        )

    def call(self, inputs):
        rises = ops.cumsum(ops.softplus(self.steps))
        thresholds = ops.concatenate([self.first, self.first + rises])
        return inputs - thresholds

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.classes - 1)


class RandomFourierFeatures(Configured, keras.layers.Layer):
    """Random features whose inner products approximate a kernel.

    `sqrt(2 / units) * cos(x @ W + b)`: the mean of `z(x) * z(y)` over draws of
    `W` and `b` is `exp(-norm(x - y)**2 / (2 * scale**2))` for the Gaussian
    kernel and `exp(-norm_1(x - y) / scale)` for the Laplacian. A linear hinge
    model on top is an approximate kernel SVM. The draws are not trained.

    Args:
        units: How many features, from 1 up; the error falls as `1 / sqrt(units)`.
        kernel: `"gaussian"` or `"laplacian"`.
        scale: Width of the kernel in units of the input, above 0.
        seed: A whole number from 0 up.
        name: As for any Keras layer.
        dtype: As for any Keras layer.

    >>> z = RandomFourierFeatures(4096)(np.zeros((1, 2)))  # the kernel at 0 is 1
    >>> round(float(keras.ops.sum(z * z)), 1)
    1.0

    Rahimi and Recht, Random features for large-scale kernel machines, NeurIPS
    2007.
    """

    def __init__(
        self,
        units: int,
        kernel: str = "gaussian",
        scale: float = 1.0,
        seed: int = 0,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.units = whole("units", units, 1)
        self.kernel = kernel
        self.scale = above("scale", scale, 0)
        self.seed = whole("seed", seed, 0)
        if kernel not in ("gaussian", "laplacian"):
            raise ValueError(
                f"kernel is {kernel!r}; accepted are 'gaussian' and 'laplacian'."
            )

    def saved_dtype(self):
        return self.dtype_policy

    def build(self, input_shape):
        self.frequencies = self.add_weight(
            shape=(input_shape[-1], self.units),
            initializer=self.draw,
            trainable=False,
            name="frequencies",
        )
        self.phases = self.add_weight(
            shape=(self.units,),
            initializer=keras.initializers.RandomUniform(0, 2 * math.pi, self.seed),
            trainable=False,
            name="phases",
        )

    def draw(self, shape, dtype=None):
        """Frequencies from the kernel's Fourier transform: normal or Cauchy."""
        if self.kernel == "gaussian":
            return keras.random.normal(shape, seed=self.seed + 1) / self.scale
        angle = keras.random.uniform(shape, -0.5, 0.5, seed=self.seed + 1)
        return ops.tan(math.pi * angle) / self.scale

    def call(self, inputs):
        waves = ops.cos(ops.matmul(inputs, self.frequencies) + self.phases)
        return math.sqrt(2 / self.units) * waves

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)
