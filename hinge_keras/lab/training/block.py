"""The losses of a block of replicas, each on its own slice of the stack.

The scores of the replicas of a loss, which lie next to each other, go to that loss
alone, and its slopes at the scores back through the nets: a block of six losses
computes each once, and not each for all.
"""

import functools

import keras
from keras import ops

from hinge_keras.refusal import labels_are_known


class Block:
    """Functions of all replicas of a block at once, compiled when first called.

    Args:
        program: What one replica does.
        backend: The room that maps and compiles.
        each: Maps a function over the stack: `backend.stacked` or `backend.alone`.
        losses: Each loss with the number of its replicas, in the order of the stack.
    """

    def __init__(self, program, backend, each, losses):
        self.program, self.backend, self.each = program, backend, each
        self.losses = losses
        self.epoch = backend.compiled(self.epoch)
        # Splits differ in how many examples they have.
        self.measured = backend.compiled(self.measures, loose=(1,))
        self.slopes = backend.on_arrays(self.slopes)

    def tally(self):
        """An empty one, stacked."""
        count = sum(count for _, count in self.losses)
        return self.backend.stack([self.program.tally.empty] * count)

    def epoch(self, replicas, tally, arrays, full, last, watched):
        """All steps of an epoch, then the watched split.

        Args:
            replicas: The stack.
            tally: An empty one, stacked.
            arrays: The examples of all training parts.
            full: The rows of every full batch, `(steps, replicas, batch)`.
            last: Those of the last one, which may be none.
            watched: The watched split, stacked.

        Returns:
            The stack; the measures of training; those of the watched split.
        """

        def body(state, rows):
            return self.step(*state, *self.backend.take(arrays, rows))

        state = self.backend.loop(body, (replicas, tally), full)
        if last.shape[-1]:
            state = body(state, last)
        replicas, tally = state
        x, *labels = watched
        f, penalty = self.each(self.program.scores)(replicas, x)
        return (
            replicas,
            self.each(self.program.tally.results)(tally),
            self.measures(f, *labels, penalty=penalty),
        )

    @labels_are_known()
    def step(self, replicas, tally, x, y, *weight):
        """One optimizer step of every replica on a batch of its own."""

        step = self.program.step
        if len(self.losses) == 1:  # Its slopes need not be known before.
            ((loss, _),) = self.losses
            of_scores = functools.partial(valued, loss)
            of_each = self.each(functools.partial(step, of_scores))
            replicas, f, value, penalty = of_each(replicas, x, y, *weight)
        else:
            f = self.each(self.program.forward)(replicas, x)
            value, slope = self.slopes_of(f, y, *weight)
            of_each = self.each(functools.partial(step, weighed))
            replicas, f, _, penalty = of_each(replicas, x, slope)
        return replicas, self.each(self.program.tally.counted)(
            tally, value + penalty, y, f
        )

    @labels_are_known()
    def slopes(self, f, y, *weight):
        """Losses of scores, `(replicas,)`, and their slopes at each, as arrays."""
        return self.slopes_of(f, y, *weight)

    def slopes_of(self, f, y, *weight):
        return self.by_loss(self.pulling, f, y, *weight)

    def pulling(self, loss, f, y, *weight):
        """A loss of some scores, and its slope at each."""
        return self.backend.slope(lambda scores: loss(y, scores, *weight), f)

    @labels_are_known()
    def measures(self, f, y, *weight, penalty=0.0):
        """Loss and measures of the scores of a split."""
        value = self.by_loss(valued, f, y, *weight) + penalty
        return self.each(self.program.tally.measured)(value, y, f)

    def by_loss(self, function, *arrays):
        """`function(loss, *arrays)` of each replica, its own loss the first argument."""
        parts, start = [], 0
        for loss, count in self.losses:
            of_loss = slice(start, start + count)
            part = keras.tree.map_structure(lambda a, of=of_loss: a[of], arrays)
            parts.append(self.each(functools.partial(function, loss))(*part))
            start += count
        return parts[0] if len(parts) == 1 else self.backend.joined(parts)


def valued(loss, f, y, *weight):
    return loss(y, f, *weight)


def weighed(f, slope):
    """What has that slope at the scores."""
    return ops.sum(slope * f)
