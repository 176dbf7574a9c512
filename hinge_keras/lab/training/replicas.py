"""Training many trials as one program: their weights stacked, stepped together.

Trials that agree in shapes, model, epochs and batch size are replicas of one
program; data, loss, learning rate and seed are their own. `program` says what
one replica does, a backend file maps it over the stack, and this file groups
trials into blocks, feeds them their batches and reads off the outcomes.
"""

import functools
import hashlib
import importlib
import math
import os
import time
from collections import Counter

import keras
import numpy as np
from keras import ops

from hinge_keras.lab.grid import seeds
from hinge_keras.lab.grid.experiment import named
from hinge_keras.lab.tables.schema import DECAY, TRAIN, column
from hinge_keras.lab.training.block import Block
from hinge_keras.lab.training.fit import decayed, watched_split
from hinge_keras.lab.training.program import Program
from hinge_keras.lab.training.record import record, scored

# Replicas a block, at most; cost per replica is flat from some hundreds on.
LARGEST = 1024
# Seconds a block may take before the next one is made smaller: what an
# interrupt loses.
LONGEST = 60
# Epochs of each run that finds a stack's pace; the first compiles.
TIMED = (1, 1, 3)
# Rows scored at a time, so that one compiled function serves splits of any size.
ROWS = 512


def train(experiment, trials, size=None, stacked=True):
    """Train trials in blocks; yields each as it ends, `[(trial, record), ...]`.

    Args:
        experiment: The grid that the trials are cells of.
        trials: Any of its trials, in any order.
        size: Replicas a block, at most; what fits memory by default.
        stacked: `False` trains one replica at a time in the same compiled
            loop, for operations that a backend does not stack well.
    """
    load = loader(experiment)
    for group in groups(experiment, trials, load):
        stack = Stack(experiment, group, load, stacked)
        yield from in_blocks(stack, group, size)


def loader(experiment):
    """`load(dataset name, seed)`, which keeps what it loaded."""
    return functools.cache(
        lambda name, seed: named(experiment.datasets, name).load(seed)
    )


def groups(experiment, trials, load):
    """Trials that one program can train, group by group."""
    found = {}
    for trial in trials:
        shapes = tuple(
            (split, *(None if array is None else array.shape for array in arrays))
            for split, arrays in load(trial.dataset, trial.seed).items()
        )
        outputs = experiment.dataset(trial).outputs
        key = (shapes, outputs, trial.model, dict(trial.axes).get(DECAY))
        found.setdefault(key, []).append(trial)
    return list(found.values())


def mapping():
    """The room that maps one replica's functions over a stack, for the backend in use."""
    return importlib.import_module(f"{__package__}._{keras.backend.backend()}")


def unwatched(finished):
    """Nobody asked how far a block is."""


def in_blocks(stack, trials, size=None, watch=unwatched):
    """A group's trials and records, in blocks that fit memory and end within a minute."""
    size = min(size or LARGEST, stack.fitting()) if stack.stacked else 1
    trials, losses = balanced(trials, stack.experiment.loss)
    while trials:
        # As few blocks as the size allows, all of one length and with equally many
        # replicas of each loss, compile once.
        length = -(-len(trials) // -(-len(trials) // size))
        if losses <= size:
            length = min(-(-length // losses) * losses, size // losses * losses)
        block = trials[:length]
        began = time.perf_counter()
        try:
            finished = stack.train(block, watch)
        except Exception as error:
            if len(block) == 1 or not out_of_memory(error):
                raise
            size = len(block) // 2
            print(
                f"out of memory with {len(block)} replicas: {size} a block", flush=True
            )
            continue
        trials = trials[length:]
        if time.perf_counter() - began > LONGEST:
            size = -(-len(block) // 2)
        yield finished


def balanced(trials, loss):
    """The trials in an order of which any part has all losses alike; how many those are.

    Args:
        trials: The trials.
        loss: Gives the loss of one.
    """
    seen, places = Counter(), []
    for trial in trials:
        places.append(seen[loss(trial)])
        seen[loss(trial)] += 1
    order = sorted(range(len(trials)), key=places.__getitem__)
    return [trials[i] for i in order], len(seen)


def out_of_memory(error):
    return isinstance(error, MemoryError) or any(
        sign in f"{type(error).__name__} {error}"
        for sign in ("ResourceExhausted", "RESOURCE_EXHAUSTED")
    )


class Stack:
    """A compiled program that trains any block of a group.

    Args:
        experiment: The grid.
        group: Trials that differ in data, loss, learning rate and seed alone.
        load: `load(dataset name, seed)` gives the splits.
        stacked: Whether replicas are stepped together or one at a time.
    """

    def __init__(self, experiment, group, load, stacked=True):
        self.experiment, self.load, self.stacked = experiment, load, stacked
        first = group[0]
        self.epochs, self.batch_size = experiment.epochs, experiment.batch_size
        self.splits = load(first.dataset, first.seed)
        self.watched = watched_split(self.splits, experiment)
        self.backend = mapping()
        x, y, *_ = self.splits["train"]
        self.program = Program(
            scored(experiment.measures),
            decayed(experiment.optimizer, first),
            self.build(first),
            self.backend.gradient,
            examples=(x[:2], y[:2]),
        )
        self.each = self.backend.stacked if stacked else self.backend.alone
        compiled = self.backend.compiled
        self.scores = compiled(self.each(self.program.scores))
        self.better = compiled(self.each(better))
        self.blocks = {}  # By the losses of a block.

    def block(self, trials):
        """The compiled functions for the losses of some trials, which are in order."""
        losses = Counter(self.experiment.loss(trial) for trial in trials)
        composition = tuple(losses.items())
        if composition not in self.blocks:
            self.blocks[composition] = Block(
                self.program, self.backend, self.each, composition
            )
        return self.blocks[composition]

    def build(self, trial):
        """The model of a trial, with its initial weights."""
        x, *_ = self.load(trial.dataset, trial.seed)["train"]
        outputs = self.experiment.dataset(trial).outputs
        model = self.experiment.model(trial)(x.shape[1:], outputs, trial.seed)
        if not model.weights:
            model(x[:1])  # A subclassed model makes its weights when first called.
        return model

    def initial(self, trial):
        """The initial values of a trial's variables, without its model if they can be."""
        make = self.experiment.model(trial)
        if not hasattr(make, "initial"):
            return self.program.weights(self.build(trial))
        x, *_ = self.load(trial.dataset, trial.seed)["train"]
        outputs = self.experiment.dataset(trial).outputs
        trainable = make.initial(x.shape[1:], outputs, trial.seed)
        return {**self.program.weights(self.program.model), "trainable": trainable}

    def by_loss(self, trials):
        """The trials with those of equal loss next to each other."""
        places = {}
        for trial in trials:
            places.setdefault(self.experiment.loss(trial), []).append(trial)
        return [trial for part in places.values() for trial in part]

    def fitting(self):
        """Replicas that fit a quarter of the memory that is free."""
        weights = self.program.model.weights
        rows = max(self.batch_size, len(self.splits[self.watched][0]), ROWS)
        widths = sum(w.shape[-1] for w in weights if len(w.shape))
        # Weights, gradients and optimizer state; layers' outputs, both ways.
        numbers = 8 * sum(math.prod(w.shape) for w in weights) + 4 * rows * widths
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        return max(1, free // 4 // (4 * numbers))

    def train(self, trials, watch=unwatched):
        """One block's trials and records; `watch` hears how many are as good as done."""
        began = time.perf_counter()
        trials = self.by_loss(trials)
        splits = [self.load(trial.dataset, trial.seed) for trial in trials]
        replicas, curve, ends = self.trained(trials, splits, self.epochs, watch)
        scores = {name: self.all_scores(replicas, splits, name) for name in splits[0]}
        values = self.measurements(self.block(trials), splits, scores)
        seconds = (time.perf_counter() - began) / len(trials)
        return [
            (
                trial,
                record(
                    self.experiment,
                    trial,
                    splits[i],
                    scores={name: f[i] for name, f in scores.items()},
                    values={name: float(column[i]) for name, column in values.items()},
                    curve={name: rows[: ends[i], i] for name, rows in curve.items()},
                    seconds=seconds,
                ),
            )
            for i, trial in enumerate(trials)
        ]

    def pace(self, trials):
        """Seconds a replica and epoch, once compiled."""
        trials = self.by_loss(trials)
        splits = [self.load(trial.dataset, trial.seed) for trial in trials]
        seconds = []
        for epochs in TIMED:
            began = time.perf_counter()
            self.trained(trials, splits, epochs)
            seconds.append(time.perf_counter() - began)
        return (seconds[2] - seconds[1]) / (TIMED[2] - TIMED[1]) / len(trials)

    def trained(self, trials, splits, epochs, watch=unwatched):
        """A block's final replicas, their curves, and the epoch that ended each."""
        parts = Parts(splits)
        watched = self.backend.stack([split[self.watched] for split in splits])
        tally = self.backend.stack([self.program.empty_tally] * len(trials))
        replicas = best = self.start(trials)
        block = self.block(trials)
        ends = Ends(len(trials), epochs, self.experiment.patience)
        rows = []
        for epoch in range(epochs):
            full, last = self.batches(parts, trials, epoch)
            replicas, train, held_out = block.epoch(
                replicas, tally, parts.arrays, full, last, watched
            )
            row = {column(TRAIN, name): np.asarray(v) for name, v in train.items()}
            row |= {column(self.watched, n): np.asarray(v) for n, v in held_out.items()}
            rows.append(row)
            improved = ends.after(
                epoch, row[column(TRAIN, "loss")], row[column(self.watched, "loss")]
            )
            if ends.patience < math.inf:
                best = self.better(improved, replicas, best)
            watch((epoch + 1) / epochs * len(trials))
            if ends.all():
                break
        if ends.patience < math.inf:
            replicas = best
        curve = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
        return replicas, curve, ends.epochs

    def start(self, trials):
        """The stacked replicas of a block before their first step."""
        first_of = {(trial.dataset, trial.seed): trial for trial in trials}
        weights = {key: self.initial(trial) for key, trial in first_of.items()}
        return self.backend.stack(
            [
                self.program.start(
                    weights[trial.dataset, trial.seed], trial.learning_rate
                )
                for trial in trials
            ]
        )

    def batches(self, parts, trials, epoch):
        """Rows of all full batches, `(steps, replicas, batch)`, and of the last."""
        order = parts.order(trials, epoch)
        replicas, size = order.shape
        batch = min(self.batch_size, size)
        whole = size // batch * batch
        full = order[:, :whole].reshape(replicas, -1, batch).swapaxes(0, 1)
        return np.ascontiguousarray(full), order[:, whole:]

    def all_scores(self, replicas, splits, name):
        """Raw scores of a split, `(replicas, examples, outputs)`."""
        x = [split[name][0] for split in splits]
        size = len(x[0])
        found = []
        for start in range(0, size, ROWS):
            # The last rows are repeated, so that every call has the same shape.
            rows = np.minimum(np.arange(start, start + ROWS), size - 1)
            f, _ = self.scores(replicas, np.stack([points[rows] for points in x]))
            found.append(np.asarray(f)[:, : size - start])
        return np.concatenate(found, axis=1)

    def measurements(self, block, splits, scores):
        """The loss and metrics of every labelled split, `{split}_{metric}`."""
        found = {}
        for name, (_, y, *_) in splits[0].items():
            if y is None:
                continue
            labels = zip(*(split[name][1:] for split in splits), strict=True)
            labels = [np.stack(array) for array in labels]
            measured = block.measured(scores[name], *labels)
            for measure, values in measured.items():
                found[column(name, measure)] = np.asarray(values)
        return found


class Parts:
    """The training parts of a block laid end to end, equal ones once.

    Attributes:
        arrays: `(x, y)` or `(x, y, weight)`, the rows of all parts.
    """

    def __init__(self, splits):
        parts, self.part_of = {}, []
        for split in splits:
            key = hashlib.sha256(b"".join(a.tobytes() for a in split["train"])).digest()
            place, _ = parts.setdefault(key, (len(parts), split["train"]))
            self.part_of.append(place)
        arrays = [part for _, part in parts.values()]
        self.arrays = tuple(np.concatenate(a) for a in zip(*arrays, strict=True))
        self.size = len(arrays[0][0])

    def order(self, trials, epoch):
        """Where each replica's examples of an epoch lie, `(replicas, examples)`."""
        orders = {
            seed: seeds.batch_order(seed, epoch, self.size)
            for seed in {trial.seed for trial in trials}
        }
        return np.stack(
            [
                orders[trial.seed] + place * self.size
                for trial, place in zip(trials, self.part_of, strict=True)
            ]
        ).astype("int32")


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


def better(improved, replica, best):
    """The replica where it improved, else the best so far."""
    return keras.tree.map_structure(
        lambda new, old: ops.where(improved, new, old), replica, best
    )
