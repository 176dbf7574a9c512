"""The epochs of trials that train together, from the first or from where they stopped."""

import math
import time

import numpy as np

from hinge_keras.lab.tables.schema import TRAIN, column
from hinge_keras.lab.training.parts import Part, ahead


class Course:
    """The epochs of trials that train together.

    Args:
        stack: The program that trains them.
        trials: Those of equal loss next to each other.
        splits: The data of each.
        begun: Keeps the training while it is under way, a `Begun`, or None.

    Attributes:
        replicas: The trials' nets as they are; at the end, as they are to be measured.
        ends: When each ends.
    """

    def __init__(self, stack, trials, splits, begun=None):
        self.stack, self.trials, self.begun = stack, trials, begun
        self.examples, self.watched = Part(splits, TRAIN), Part(splits, stack.watched)
        self.ends = Ends(len(trials), stack.epochs, stack.experiment.patience)
        self.replicas = self.best = stack.start(trials)
        self.rows, self.done, self.before = [], 0, 0.0
        self.began = time.perf_counter()
        if begun:
            self.go_on(begun.load(self.state()))

    def seconds(self):
        """Of training, with that before an interrupt."""
        return self.before + time.perf_counter() - self.began

    def state(self):
        """All that the coming epochs follow from."""
        nets = [self.replicas, *([self.best] if self.ends.are_waited_for else [])]
        return nets, self.ends.state(), self.done, self.seconds()

    def go_on(self, found):
        """From what was kept, if anything was."""
        if found is None:
            return
        ((self.replicas, *best), ends, self.done, self.before), columns = found
        self.best = best[0] if best else self.best
        self.ends.go_on(ends)
        self.rows = [
            {name: values[epoch] for name, values in columns.items()}
            for epoch in range(self.done)
        ]

    def epochs(self):
        """Train; yields the number of epochs done after each."""
        stack, examples = self.stack, self.examples
        losses = stack.losses(self.trials)
        orders = (
            examples.order(self.trials, epoch)
            for epoch in range(self.done, stack.epochs)
        )
        if stack.way != "dense":  # Whose kernels leave no core idle.
            orders = ahead(orders)
        for order in orders:
            self.replicas, train, held_out = stack.steps.epoch(
                losses,
                self.replicas,
                examples,
                order,
                min(stack.batch_size, examples.size),
                self.watched,
            )
            row = {column(TRAIN, name): np.asarray(v) for name, v in train.items()}
            row |= {
                column(stack.watched, n): np.asarray(v) for n, v in held_out.items()
            }
            self.rows.append(row)
            improved = self.ends.after(
                self.done,
                row[column(TRAIN, "loss")],
                row[column(stack.watched, "loss")],
            )
            if self.ends.are_waited_for:
                self.best = stack.steps.better(improved, self.replicas, self.best)
            self.done += 1
            yield self.done
            if self.ends.all():
                break
            if self.begun and self.begun.is_due():
                self.begun.save(self.state(), self.curve())
        if self.ends.are_waited_for:
            self.replicas = self.best

    def curve(self):
        """Columns of the epochs done, `(epochs, replicas)` each, by name."""
        return {
            name: np.stack([row[name] for row in self.rows]) for name in self.rows[0]
        }

    def end(self):
        """The training is over, and measured."""
        if self.begun:
            self.begun.end()


class Ends:
    """When each replica's training ends: diverged, or out of patience.

    A replica that ended trains on in its place, unread, for its neighbours'
    sake; nothing of it after its end is kept.

    Attributes:
        epochs: Epochs until each end, that epoch included, `(replicas,)`.
    """

    def __init__(self, replicas, epochs, patience):
        self.epochs = np.full(replicas, epochs)
        self.ended = np.zeros(replicas, bool)
        self.best = np.full(replicas, np.inf)
        self.waited = np.zeros(replicas, int)
        self.patience = math.inf if patience is None else patience

    @property
    def are_waited_for(self):
        """Whether a replica's best epoch counts, and not its last."""
        return self.patience < math.inf

    def state(self):
        """All that the coming ends follow from."""
        return [self.epochs, self.ended, self.best, self.waited]

    def go_on(self, state):
        self.epochs, self.ended, self.best, self.waited = state

    def after(self, epoch, train_loss, watched_loss):
        """Notes an epoch's losses; True where the watched one is the best so far."""
        improved = ~self.ended & ((watched_loss < self.best) | (epoch == 0))
        self.best = np.where(improved, watched_loss, self.best)
        self.waited = np.where(improved, 0, self.waited + 1)
        out_of_patience = (self.waited >= self.patience) & (epoch > 0)
        ending = ~self.ended & (out_of_patience | ~np.isfinite(train_loss))
        self.epochs[ending] = epoch + 1
        self.ended |= ending
        return improved

    def all(self):
        return self.ended.all()
