"""What happens to labels outside the encodings: a sentence, as early as can be.

Where labels have values, in eager code, the sentence is raised. In a compiled
step nothing of Python runs: TensorFlow's graphs raise it from inside; the steps of
Keras' `fit` and `evaluate` on JAX warn with it (a program of your own does not: a
look would cost it 0.2 ms a call); what XLA compiles for TensorFlow can do neither.
There, and everywhere, the loss of such an example is NaN: a loss that is NaN from
the first step on says to look at the labels.
"""

import contextlib
import contextvars
import warnings

import keras
from keras import ops

from hinge_keras.internals import compiled_by_xla, traced_by_keras

CHECKED = contextvars.ContextVar("checked", default=True)


@contextlib.contextmanager
def labels_are_known():
    """Compiled code that is traced in this context does not look at its labels.

    For training loops that looked at them before: a look costs a stacked step
    more than the step, and cannot be mapped over replicas. NaN stays.
    """
    token = CHECKED.set(False)
    try:
        yield
    finally:
        CHECKED.reset(token)


def refuse_unless(known, labels, accepted):
    """Raise, or have compiled code say, which label is unknown and what is accepted."""
    values = as_numpy(known, labels)
    if values is None:
        if CHECKED.get():
            refuse_when_run(known, labels, accepted)
    elif not values[0].all():
        raise ValueError(sentence(values[1][~values[0]][0], accepted))


def sentence(label, accepted):
    return f"y_true contains {label:g}; accepted are labels that are {accepted}."


def as_numpy(known, labels):
    """Both as arrays of the labels' shape, or `None` while they have no values."""
    try:
        known = ops.convert_to_numpy(ops.broadcast_to(known, ops.shape(labels)))
        return known, ops.convert_to_numpy(labels)
    except (NotImplementedError, TypeError, RuntimeError):
        return None


def refuse_when_run(known, labels, accepted):
    """What compiled code can do about labels that it will see when it runs."""
    if isinstance(labels, keras.KerasTensor):
        return
    if keras.backend.backend() == "tensorflow" and not compiled_by_xla():
        import tensorflow as tf

        def refuse():
            wrong = tf.boolean_mask(labels, ~tf.broadcast_to(known, tf.shape(labels)))
            said = f"accepted are labels that are {accepted}."
            return tf.debugging.Assert(False, ["y_true contains", wrong[:1], said])

        tf.cond(tf.reduce_all(known), tf.no_op, refuse)
    if keras.backend.backend() == "jax" and traced_by_keras():
        import jax

        def look(*arrays):
            known, labels = map(ops.convert_to_numpy, arrays)
            if not known.all():  # Under `vmap` this is called in any case.
                warnings.warn(sentence(labels[~known][0], accepted), stacklevel=2)

        known = ops.broadcast_to(known, ops.shape(labels))
        jax.lax.cond(
            known.all(), lambda: None, lambda: jax.debug.callback(look, known, labels)
        )
