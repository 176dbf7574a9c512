"""Two functions that every backend has and Keras only since its latest releases."""

import keras
from keras import ops


def erfc(x):
    """`1 - erf(x)`, without the rounding of that difference; `keras.ops` from 3.15."""
    x = ops.convert_to_tensor(x)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.math.erfc(x)
    if keras.backend.backend() == "jax":
        import jax

        return jax.scipy.special.erfc(x)
    import torch

    return torch.erfc(x)


def read_as(x, dtype):
    """The bits of numbers as those of another type of that size; `ops.view` from 3.12."""
    dtype = keras.backend.standardize_dtype(dtype)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.bitcast(x, dtype)
    if keras.backend.backend() == "jax":
        import jax

        return jax.lax.bitcast_convert_type(x, dtype)
    import torch

    return x.view(getattr(torch, dtype))
