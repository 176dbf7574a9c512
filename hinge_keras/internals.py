"""What Keras and TensorFlow tell only privately, asked in this one file.

How the code that is running now is compiled, on how many replicas it runs, and
which steps of a batch are padding.
"""

import keras


def compiled_by_xla():
    """Whether XLA compiles what is being computed: on TensorFlow if it was asked to."""
    if keras.backend.backend() != "tensorflow":
        return keras.backend.backend() == "jax"
    import tensorflow as tf
    from tensorflow.python.ops.control_flow_util import GraphOrParentsInXlaContext

    return GraphOrParentsInXlaContext(tf.compat.v1.get_default_graph())


def traced_by_keras():
    """Whether a loop of Keras' own, such as `fit` on JAX, traces this code."""
    from keras.src.backend.common.stateless_scope import in_stateless_scope

    return in_stateless_scope()


def replicas():
    """How many replicas of a TensorFlow strategy run this code together; else 1."""
    if keras.backend.backend() != "tensorflow":
        return 1
    import tensorflow as tf

    return tf.distribute.get_strategy().num_replicas_in_sync


def mask_of(y_pred):
    """The mask that Keras' layers leave on their outputs, or `None`."""
    from keras.src.backend.common.masking import get_keras_mask

    return get_keras_mask(y_pred)
