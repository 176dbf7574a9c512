"""The largest scores of each row, by the way that a backend is fast at.

XLA sorts a row to find its largest, which takes 13 times as long on a processor as
a partial sort, and more for a longer row. There a few are found one after another,
each a maximum of what is left, and the k-th of many by bisection.
"""

import keras
from keras import ops

from hinge_keras.backends import read_as
from hinge_keras.internals import compiled_by_xla

# Maxima one after another that cost less than to sort, or to bisect.
FEW = 20


def kth_largest(x, k):
    """The k-th largest along the last axis, `(...)`; k counts from 1.

    The gradient goes to one element that has its value, the first for XLA.
    """
    if compiled_by_xla():
        value = kth_by_maxima(x, k) if k <= FEW else kth_by_counting(x, k)
        return first_that_is(x, value)
    # One row after another: TensorFlow is slower at more than two axes.
    best, _ = ops.top_k(ops.reshape(x, (-1, x.shape[-1])), k)
    return ops.reshape(best[..., -1], ops.shape(x)[:-1])


def largest(x, count):
    """The largest along the last axis in falling order, `(..., count)`."""
    return best_of(x, count)[0] if count <= FEW else ops.top_k(x, count)[0]


def best_of(x, count):
    """The same, and which elements those are, `(..., classes)`, true or false."""
    if compiled_by_xla():
        return best_by_maxima(x, count)
    values, places = ops.top_k(x, count)
    places = ops.cast(places, "int32")
    numbers = ops.arange(x.shape[-1], dtype="int32")
    if keras.backend.backend() == "torch":  # Which of ties it takes is not said.
        return values, ops.any(ops.expand_dims(places, -1) == numbers, axis=-2)
    lowest = ops.stop_gradient(values[..., -1:])
    ties = ops.where(ops.stop_gradient(values) == lowest, places, -1)
    last = ops.max(ties, axis=-1, keepdims=True)
    apart = ops.stop_gradient(x)
    at_last = ops.logical_and(apart == lowest, numbers <= last)
    return values, ops.logical_or(apart > lowest, at_last)


def best_by_maxima(x, count):
    """`best_of` as one maximum after another of what is left."""
    numbers = ops.arange(x.shape[-1], dtype="int32")
    values, left, taken = [], ops.stop_gradient(x), ops.zeros_like(x, dtype="bool")
    for _ in range(count):
        top = ops.max(left, axis=-1, keepdims=True)
        place = ops.min(ops.where(left == top, numbers, numbers[-1]), -1, keepdims=True)
        hit = numbers == place
        values.append(ops.sum(ops.where(hit, x, 0.0), axis=-1))
        taken = ops.logical_or(taken, hit)
        left = ops.where(hit, -float("inf"), left)
    return ops.stack(values, axis=-1), taken


def kth_by_maxima(x, k):
    """The k-th largest without a gradient: maxima, until k elements reach one."""
    x = ops.stop_gradient(x)
    value = ops.max(x, axis=-1, keepdims=True)
    for _ in range(k - 1):
        reach = ops.sum(ops.cast(x >= value, "int32"), axis=-1, keepdims=True)
        below = ops.max(ops.where(x < value, x, -float("inf")), axis=-1, keepdims=True)
        value = ops.where(reach >= k, value, below)
    return value


def kth_by_counting(x, k):
    """The same by bisection over the bits of a number, exactly.

    Read as integers, positive floats are in order and negative ones in reverse;
    each bit of the answer is set if k numbers still reach it.
    """
    bits = 64 if keras.backend.standardize_dtype(x.dtype) == "float64" else 32
    lowest = -(2 ** (bits - 1))
    keys = in_order(read_as(ops.stop_gradient(x), f"int{bits}"), lowest)
    found = ops.full_like(keys[..., :1], lowest)
    for step in (lowest, *(2**bit for bit in reversed(range(bits - 1)))):
        tried = ops.bitwise_xor(found, step)
        reach = ops.sum(ops.cast(keys >= tried, "int32"), axis=-1, keepdims=True)
        found = ops.where(reach >= k, tried, found)
    return read_as(in_order(found, lowest), x.dtype)


def in_order(bits, lowest):
    """The bits of floats as integers of the same order, and such integers as bits."""
    return ops.where(bits < 0, ops.bitwise_xor(bits, ~lowest), bits)


def first_that_is(x, value):
    """The first element of each row that is a value, `(...)`, with its gradient."""
    numbers = ops.arange(x.shape[-1], dtype="int32")
    place = ops.min(
        ops.where(ops.stop_gradient(x) == value, numbers, numbers[-1]),
        axis=-1,
        keepdims=True,
    )
    return ops.sum(ops.where(numbers == place, x, 0.0), axis=-1)
