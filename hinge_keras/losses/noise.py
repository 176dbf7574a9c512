"""Standard normal noise that is a function of the scores and a seed.

A random generator's state inside a loss never advances on Keras' JAX backend,
so there is none. Integer hashes give the same noise on every backend, compiled
or not.
"""

import functools

import numpy as np
from keras import ops

from hinge_keras.backends import read_as

POOL = 2**17


def noise_of(scores, draws, seed):
    """Standard normal draws, `(..., draws, classes)`, another for other scores.

    Each example reads a window of one pool of normal numbers, at a place hashed
    from the bits of its own scores. The windows of two examples may overlap,
    at different classes.
    """
    classes = scores.shape[-1]
    window = ops.reshape(ops.arange(draws * classes, dtype="int32"), (draws, classes))
    places = ops.expand_dims(place_of(scores, seed), (-1, -2)) + window
    pool = ops.convert_to_tensor(normals(POOL + draws * classes, seed))
    return ops.cast(ops.take(pool, places, axis=0), scores.dtype)


@functools.lru_cache(maxsize=8)
def normals(count, seed):
    """So many standard normal numbers, of a stream that NumPy promises to keep."""
    bits = np.random.MT19937(np.random.SeedSequence(seed))
    return np.random.RandomState(bits).standard_normal(count).astype("float32")


def place_of(scores, seed):
    """A place in the pool for each example, `(...)`, from the bits of its scores."""
    bits = read_as(ops.cast(ops.stop_gradient(scores), "float32"), "int32")
    odd = 2 * hashed(ops.arange(scores.shape[-1], dtype="int32"), seed + 1) + 1
    total = ops.cast(ops.sum(bits * odd, axis=-1), "int32")
    return ops.bitwise_and(hashed(total, seed), POOL - 1)


def hashed(numbers, seed):
    """Well-mixed 32-bit integers from integers (Wellons' lowbias32)."""
    numbers = numbers + seed * 0x5BD1E995 % 2**31
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B - 2**32)):
        numbers = ops.bitwise_xor(numbers, ops.right_shift(numbers, shift)) * factor
    return ops.bitwise_xor(numbers, ops.right_shift(numbers, 16))
