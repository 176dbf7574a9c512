"""The examples of a block of replicas, and the order in which they are visited."""

import functools
import hashlib
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np

from hinge_keras.lab.grid import seeds


class Part:
    """A split of each replica of a block, the arrays end to end, equal ones once.

    Attributes:
        arrays: `(x,)`, `(x, y)` or `(x, y, weight)`, the rows of all.
        size: Rows of each.
    """

    def __init__(self, splits, name):
        found, places, known = {}, [], {}
        for split in splits:
            arrays = tuple(array for array in split[name] if array is not None)
            ours = known.get(id(split))
            if ours is None:
                key = hashlib.sha256(b"".join(a.tobytes() for a in arrays)).digest()
                ours, _ = found.setdefault(key, (len(found), arrays))
                known[id(split)] = ours
            places.append(ours)
        kept = [arrays for _, arrays in found.values()]
        self.arrays = tuple(np.concatenate(a) for a in zip(*kept, strict=True))
        self.size = len(kept[0][0])
        self.starts = np.array(places, "int32")[:, None] * self.size

    @functools.cached_property
    def flat(self):
        """The inputs as rows of numbers, in Keras' precision."""
        x = self.arrays[0]
        return np.ascontiguousarray(x.reshape(len(x), -1), keras.config.floatx())

    def rows(self):
        """Where each replica's examples lie, `(replicas, examples)`."""
        return self.starts + np.arange(self.size, dtype="int32")

    def order(self, trials, epoch):
        """The same in the order in which an epoch visits them."""
        places = {seed: i for i, seed in enumerate({trial.seed for trial in trials})}
        orders = np.empty((len(places), self.size), "int32")
        for seed, i in places.items():
            orders[i] = seeds.batch_order(seed, epoch, self.size)
        return orders[[places[trial.seed] for trial in trials]] + self.starts

    def stacked(self):
        """The arrays with the replicas' axis first."""
        return tuple(array[self.rows()] for array in self.arrays)

    def labels(self):
        """Labels and weights with the replicas' axis first."""
        return tuple(array[self.rows()] for array in self.arrays[1:])


def ahead(orders):
    """Each order, the next one drawn in a thread while it is used."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, orders, None)
        while (order := coming.result()) is not None:
            coming = pool.submit(next, orders, None)
            yield order
