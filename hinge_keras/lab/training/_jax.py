"""Replicas stacked on JAX: a vmapped step in a scan."""

import jax
import jax.numpy as jnp
import numpy as np


def slope(function, f):
    """The value of a function of scores, and its gradient there."""
    return jax.value_and_grad(function)(f)


def gradient(function, weights):
    """The gradient of the first of two results, and the second."""
    return jax.grad(function, has_aux=True)(weights)


def joined(parts):
    """Stacks one after the other."""
    return jax.tree.map(lambda *a: jnp.concatenate(a), *parts)


stacked = jax.vmap


def compiled(function, loose=()):
    """The function as a program, one for arguments of each shape: none is loose here."""
    return jax.jit(function)


def alone(function):
    """The function for a stack of one."""

    def mapped(*arguments):
        result = function(*jax.tree.map(lambda a: a[0], arguments))
        return jax.tree.map(lambda a: a[None], result)

    return mapped


def loop(body, state, batches):
    """`body(state, batch)` over the first axis of the batches."""
    state, _ = jax.lax.scan(lambda s, batch: (body(s, batch), None), state, batches)
    return state


def on_arrays(function):
    """The function compiled for NumPy arrays, given and returned; once a shape."""
    compiled_function = compiled(function)
    return lambda *arrays: [np.array(result) for result in compiled_function(*arrays)]


def stack(replicas):
    """Nested arrays of each replica as arrays with the replica axis first."""
    return jax.tree.map(lambda *a: jnp.asarray(np.stack(a)), *replicas)


def take(arrays, rows):
    return tuple(jnp.take(array, rows, axis=0) for array in arrays)
