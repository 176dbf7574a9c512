"""The k-th largest score of each row, by the way that a backend is fast at."""

import keras
from keras import ops

from hinge_keras.backends import read_as
from hinge_keras.internals import compiled_by_xla


def kth_largest(x, k):
    """The k-th largest along the last axis, `(...)`; k counts from 1.

    The gradient goes to the element that is returned.
    """
    if compiled_by_xla():
        return kth_by_counting(x, k)
    # One row after another: TensorFlow is slower at more than two axes.
    best, _ = ops.top_k(ops.reshape(x, (-1, x.shape[-1])), k)
    return ops.reshape(best[..., -1], ops.shape(x)[:-1])


def kth_by_counting(x, k):
    """`kth_largest` by bisection over the bits of a number, exactly.

    XLA sorts a row to find its k-th largest, which takes 13 times as long on a
    processor, and more for a longer row; outside XLA a partial sort is faster.
    Read as integers, positive floats are in order and negative ones in reverse;
    each bit of the answer is set if k numbers still reach it.
    """
    bits = 64 if keras.backend.standardize_dtype(x.dtype) == "float64" else 32
    lowest = -(2 ** (bits - 1))
    keys = in_order(read_as(ops.stop_gradient(x), f"int{bits}"), lowest)
    found = ops.full_like(keys[..., 0], lowest)
    for step in (lowest, *(2**bit for bit in reversed(range(bits - 1)))):
        tried = ops.bitwise_xor(found, step)
        reach = ops.sum(ops.cast(keys >= tried[..., None], "int32"), axis=-1)
        found = ops.where(reach >= k, tried, found)
    chosen = x == read_as(in_order(found, lowest), x.dtype)[..., None]
    ties = ops.sum(ops.cast(chosen, x.dtype), axis=-1)
    return ops.sum(ops.where(chosen, x, 0.0), axis=-1) / ties


def in_order(bits, lowest):
    """The bits of floats as integers of the same order, and such integers as bits."""
    return ops.where(bits < 0, ops.bitwise_xor(bits, ~lowest), bits)
