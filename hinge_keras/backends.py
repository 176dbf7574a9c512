"""What every backend has, and Keras only since its latest releases or not at all."""

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


def accelerators():
    """The names of the accelerators that the backend sees; none on processors alone."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        found = tf.config.list_physical_devices("GPU")
        details = map(tf.config.experimental.get_device_details, found)
        return [each.get("device_name", "GPU") for each in details]
    if keras.backend.backend() == "jax":
        import jax

        return [each.device_kind for each in jax.devices() if each.platform != "cpu"]
    import torch

    return [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
