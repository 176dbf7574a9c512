"""What the laws are tested with: examples, values and derivatives of a loss."""

import contextlib

import keras
import numpy as np
from keras import ops

from hinge_keras.losses.base import MulticlassLoss


class Examples:
    """Random labels and scores of the kind a loss takes, the same every time."""

    def __init__(self, loss, classes=5, size=64, seed=0):
        random = np.random.default_rng(seed)
        self.multiclass = isinstance(loss, MulticlassLoss)
        self.scores = random.normal(0, 2, (size, classes if self.multiclass else 3))
        if self.multiclass:
            self.labels = np.arange(size) % classes
        else:
            self.labels = random.integers(0, 2, self.scores.shape)
        self.random = random

    @property
    def sign(self):
        """+1 where a score should be high, -1 where low."""
        if self.multiclass:
            return np.where(
                np.arange(self.scores.shape[1]) == self.labels[:, None], 1, -1
            )
        return 2 * self.labels - 1


def values(loss, labels, scores):
    """One number an example, as a numpy array, in double precision."""
    with double_precision():
        return ops.convert_to_numpy(
            loss.call(ops.convert_to_tensor(labels), tensor(scores))
        )


def slopes(loss, labels, scores):
    """The gradient of the summed loss with respect to the scores."""
    with double_precision():
        return gradient(lambda f: ops.sum(loss.call(labels, f)), scores)


def gradient(function, at):
    """The derivative of a scalar function of one tensor, as a numpy array."""
    at = tensor(at)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(at)
            result = function(at)
        return ops.convert_to_numpy(tape.gradient(result, at))
    if keras.backend.backend() == "jax":
        import jax

        return np.asarray(jax.grad(function)(at))
    at = at.detach().requires_grad_(True)
    function(at).backward()
    return ops.convert_to_numpy(at.grad)


def at(function, m):
    """A function of margins, as a numpy array, in double precision."""
    with double_precision():
        return ops.convert_to_numpy(function(tensor(m)))


def tensor(array):
    array = np.asarray(array)
    wide = array if array.dtype.kind == "f" else array.astype("float64")
    return ops.convert_to_tensor(wide, dtype=str(wide.dtype))


def double_precision():
    """JAX computes in float32 unless told otherwise; the laws use float64."""
    if keras.backend.backend() == "jax":
        import jax

        return jax.enable_x64(True)
    return contextlib.nullcontext()


def close(actual, expected, tolerance=1e-9):
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance)


def difference_quotients(function, x, step):
    """Forward and backward differences of a function of one array."""
    here = function(x)
    return (function(x + step) - here) / step, (here - function(x - step)) / step


def agrees_off_kinks(derivative, forward, backward, tolerance):
    """Equals the central difference wherever no kink lies within the step."""
    smooth = np.abs(forward - backward) <= 1e-3 * (1 + np.abs(forward))
    assert smooth.mean() > 0.5, "almost every point looks like a kink"
    close(derivative[smooth], (0.5 * (forward + backward))[smooth], tolerance)
