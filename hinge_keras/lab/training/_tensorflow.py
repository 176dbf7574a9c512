"""Replicas stacked on TensorFlow: a vectorised step in a graph loop."""

import numpy as np
import tensorflow as tf
from tensorflow.python.ops.parallel_for import pfor
from tensorflow.python.ops.parallel_for.pfor import RegisterPFor, wrap

# TensorFlow's own pads a stack with zeros, whatever the value asked for, and squeezes
# the replicas' axis too where there is one.
for each in ("PadV2", "Squeeze"):
    pfor._pfor_converter_registry.pop(each, None)


def slope(function, f):
    """The value of a function of scores, and its gradient there."""
    with tf.GradientTape() as tape:
        tape.watch(f)
        value = function(f)
    return value, tape.gradient(value, f, unconnected_gradients="zero")


def gradient(function, weights):
    """The gradient of the first of two results, and the second."""
    with tf.GradientTape() as tape:
        tape.watch(weights)
        value, rest = function(weights)
    return tape.gradient(value, weights), rest


def joined(parts):
    """Stacks one after the other."""
    return tf.nest.map_structure(lambda *a: tf.concat(a, 0), *parts)


def stacked(function):
    """The function over the first axis of every argument, as one operation."""
    return lambda *arguments: tf.vectorized_map(
        lambda replica: function(*replica), arguments
    )


def alone(function):
    """The function for a stack of one."""

    def mapped(*arguments):
        result = function(*tf.nest.map_structure(lambda a: a[0], arguments))
        return tf.nest.map_structure(lambda a: a[None], result)

    return mapped


def loop(body, state, batches):
    """`body(state, batch)` over the first axis of the batches, in the graph."""
    steps = tf.shape(tf.nest.flatten(batches)[0])[0]

    def turn(step, state):
        batch = tf.nest.map_structure(lambda b: b[step], batches)
        return step + 1, body(state, batch)

    _, state = tf.while_loop(
        lambda step, _: step < steps, turn, (tf.constant(0), state)
    )
    return state


def compiled(function, loose=()):
    """The function as a graph, one for arguments of each shape.

    A `tf.function` would find its graphs itself, but warn of what it does.

    Args:
        function: Of nested tensors.
        loose: Axes of every argument whose lengths are for one graph to find out:
            a program is traced once where only those change.
    """
    made = {}

    def call(*arguments):
        arguments = tf.nest.map_structure(tf.convert_to_tensor, arguments)
        specs = tf.nest.map_structure(lambda tensor: spec(tensor, loose), arguments)
        key = tuple(tf.nest.flatten(specs))
        if key not in made:
            graph = tf.function(function, autograph=False)
            made[key] = graph.get_concrete_function(*specs)
        return made[key](*tf.nest.flatten(arguments))

    return call


def spec(tensor, loose):
    """What a graph knows of a tensor."""
    shape = [None if i in loose else n for i, n in enumerate(tensor.shape)]
    return tf.TensorSpec(shape, tensor.dtype)


def on_arrays(function):
    """The function compiled for NumPy arrays, given and returned; once a shape."""
    made = {}

    def call(*arrays):
        tensors = [tf.constant(array) for array in arrays]
        key = tuple((tensor.shape, tensor.dtype) for tensor in tensors)
        if key not in made:
            made[key] = by_xla(function, tensors)
        return [np.array(result) for result in made[key](*tensors)]

    return call


def by_xla(function, tensors):
    """The function for such tensors, by XLA if it knows all its operations."""
    made = tf.function(function, autograph=False, jit_compile=True)
    try:
        made = made.get_concrete_function(*tensors)
        made(*tensors)
    except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError):
        made = tf.function(function, autograph=False).get_concrete_function(*tensors)
    return made


def stack(replicas):
    """Nested arrays of each replica as tensors with the replica axis first."""
    return tf.nest.map_structure(lambda *a: tf.constant(np.stack(a)), *replicas)


def take(arrays, rows):
    return tuple(tf.gather(array, rows) for array in arrays)


@RegisterPFor("Bitcast")
def bitcast(inputs):
    """Keras' argmax uses it; without a converter it would loop over replicas."""
    return wrap(tf.bitcast(inputs.stacked_input(0), inputs.get_attr("type")), True)


@RegisterPFor("PadV2")
def pad(inputs):
    x, value = inputs.stacked_input(0), inputs.unstacked_input(2)
    paddings = tf.concat([[[0, 0]], inputs.unstacked_input(1)], axis=0)
    return wrap(tf.pad(x, paddings, constant_values=value), True)


@RegisterPFor("Squeeze")
def squeeze(inputs):
    x, shape = inputs.stacked_input(0), inputs.op.inputs[0].shape
    axes = [axis % len(shape) for axis in inputs.get_attr("squeeze_dims")]
    axes = axes or [axis for axis, length in enumerate(shape) if length == 1]
    return wrap(tf.squeeze(x, [axis + 1 for axis in axes]) if axes else x, True)
