"""One seed per trial, and from it one independent stream per purpose.

Trials of equal seed share their split, initial weights and batch order whatever
their loss, which is what makes their difference a paired one. Nothing here or
in the laboratory draws from a process-wide generator.
"""

import hashlib

import numpy as np


def derive(seed, *axis):
    """A 31-bit seed for one purpose, for example `derive(3, "weights", 0)`.

    >>> derive(3, "weights", 0) == derive(3, "weights", 0)
    True
    """
    text = "/".join(str(part) for part in (seed, *axis))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) >> 1


def stream(seed, *axis):
    """A NumPy generator for one purpose, for example `stream(3, "split")`."""
    return np.random.default_rng(derive(seed, *axis))


def batch_order(seed, epoch, size):
    """The order in which an epoch visits its examples: a permutation."""
    return stream(seed, "batches", epoch).permutation(size)
