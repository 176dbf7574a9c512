"""Splits of data sets, loaded once as long as there is room for them."""

from collections import OrderedDict

from hinge_keras.lab.data import streams
from hinge_keras.lab.grid.experiment import named

# Bytes of loaded data that are kept for the next job.
KEPT = 2**29


class Loader:
    """Loads splits by data set and seed, and keeps the last ones while there is room.

    Args:
        experiment: A grid with the data sets.
    """

    def __init__(self, experiment):
        self.experiment, self.kept, self.size = experiment, OrderedDict(), 0
        self.shapes = {}

    def __call__(self, name, seed):
        key = name, seed
        if key not in self.kept:
            splits = named(self.experiment.datasets, name).load(seed)
            self.kept[key] = splits
            self.shapes[key] = tuple(
                (split, *shapes(part)) for split, part in splits.items()
            )
            self.size += nbytes(splits)
            while self.size > KEPT and len(self.kept) > 1:
                _, oldest = self.kept.popitem(last=False)
                self.size -= nbytes(oldest)
        self.kept.move_to_end(key)
        return self.kept[key]

    def shapes_of(self, name, seed):
        """The shapes of the arrays of every split."""
        if (name, seed) not in self.shapes:
            self(name, seed)
        return self.shapes[name, seed]


def shapes(part):
    """The shapes of a part's arrays; of a stream, that of an input."""
    if streams.is_stream(part):
        return "stream", streams.shape_of(part)
    return tuple(None if array is None else array.shape for array in part)


def nbytes(splits):
    return sum(
        array.nbytes
        for part in splits.values()
        if not streams.is_stream(part)
        for array in part
        if array is not None
    )
