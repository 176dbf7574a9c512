"""The steps of a stack of any nets: one replica's program, mapped by the backend."""

import keras
import numpy as np
from keras import ops

# Rows scored at a time, so that one compiled function serves splits of any size.
ROWS = 512


class Mapped:
    """What a stack does to its replicas, by a compiled program.

    Args:
        program: What one replica does.
        backend: The room that maps and compiles.
        each: Maps a function over the stack: `backend.stacked` or `backend.alone`.
        block: Gives the losses' compiled functions, from losses and their counts.
    """

    def __init__(self, program, backend, each, block):
        self.program, self.backend, self.block = program, backend, block
        self.scored = backend.compiled(each(program.scores))
        self.better = backend.compiled(each(better))

    def start(self, weights, rates):
        """The stack before its first step."""
        return self.backend.stack(
            [self.program.start(*each) for each in zip(weights, rates, strict=True)]
        )

    def epoch(self, losses, replicas, parts, order, batch, watched):
        """All steps of an epoch, then the watched split.

        Returns:
            The stack; the measures of training; those of the watched split.
        """
        whole = order.shape[1] // batch * batch
        full = order[:, :whole].reshape(len(order), -1, batch).swapaxes(0, 1)
        block = self.block(losses)
        return block.epoch(
            replicas,
            block.tally(),
            parts.arrays,
            np.ascontiguousarray(full),
            order[:, whole:],
            watched.stacked(),
        )

    def scores(self, replicas, part):
        """Raw scores of a split, `(replicas, examples, outputs)`."""
        rows, found = part.rows(), []
        size = rows.shape[1]
        for start in range(0, size, ROWS):
            # The last rows are repeated, so that every call has the same shape.
            some = np.minimum(np.arange(start, start + ROWS), size - 1)
            f, _ = self.scored(replicas, part.arrays[0][rows[:, some]])
            found.append(np.asarray(f)[:, : size - start])
        return np.concatenate(found, axis=1)


def better(improved, replica, best):
    """The replica where it improved, else the best so far."""
    return keras.tree.map_structure(
        lambda new, old: ops.where(improved, new, old), replica, best
    )
