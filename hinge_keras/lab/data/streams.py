"""Parts of a data set that are read batch by batch, for those too large to be held.

A part is `(x, y)` or `(x, y, weight)`, or a stream: a `keras.utils.PyDataset` or a
`tf.data.Dataset` of such batches, read again in every epoch. Only labels and scores of
a stream are ever held whole.
"""

import keras
import numpy as np


def is_stream(part):
    return not isinstance(part, tuple)


def batches(stream):
    """A stream's batches in order, as arrays."""
    counted = isinstance(stream, keras.utils.PyDataset)
    for batch in map(stream.__getitem__, range(len(stream))) if counted else stream:
        yield tuple(np.asarray(array) for array in batch)


def shape_of(part):
    """The shape of an input."""
    x, *_ = next(batches(part)) if is_stream(part) else part
    return x.shape[1:]


def labels_of(part):
    """All labels of a part."""
    if is_stream(part):
        return np.concatenate([y for _, y, *_ in batches(part)])
    return part[1]


def refuse_batches(stream, name, size):
    """Refuse a stream of batches that are not as large as a grid says."""
    x, *_ = next(batches(stream))
    if len(x) != size:
        raise ValueError(
            f"batch_size is {size!r} and dataset {name!r} gives batches of {len(x)}; "
            "accepted are equal ones."
        )


def shortened(stream, at_most):
    """The first batches of a stream, with so many examples at least."""
    x, *_ = next(batches(stream))
    count = -(-at_most // len(x))
    if isinstance(stream, keras.utils.PyDataset):
        return First(stream, min(count, len(stream)))
    return stream.take(count)


class First(keras.utils.PyDataset):
    """The first batches of another."""

    def __init__(self, stream, count):
        super().__init__()
        self.stream, self.count = stream, count

    def __len__(self):
        return self.count

    def __getitem__(self, i):
        return self.stream[i]

    def on_epoch_end(self):
        self.stream.on_epoch_end()
