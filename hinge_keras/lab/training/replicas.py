"""Training many trials as one program: their weights stacked, stepped together.

Trials that agree in shapes, model, epochs and batch size are replicas of one
program; data, loss, learning rate and seed are their own. `program` says what
one replica does, a backend file maps it over the stack, and this file groups
trials into blocks, feeds them their batches and reads off the outcomes.
"""

import functools
import importlib
import math
import os
import time
from collections import Counter

import keras
import numpy as np

from hinge_keras.lab.grid.experiment import named
from hinge_keras.lab.tables.schema import DECAY, TEST, TRAIN, column
from hinge_keras.lab.training.block import Block
from hinge_keras.lab.training.dense import read
from hinge_keras.lab.training.fit import decayed, watched_split
from hinge_keras.lab.training.mapped import ROWS, Mapped
from hinge_keras.lab.training.parts import Part, ahead
from hinge_keras.lab.training.program import Program
from hinge_keras.lab.training.record import (
    all_finite,
    calibrated,
    probabilities,
    record,
    scored,
)
from hinge_keras.lab.training.tally import Tally
from hinge_keras.refusal import labels_are_known

# Replicas a block, at most; cost per replica is flat from some hundreds on.
LARGEST = 1024
# Seconds a block may take before the next one is made smaller: what an
# interrupt loses.
LONGEST = 60
# Epochs of each run that finds a stack's pace; the first compiles.
TIMED = (1, 1, 3)
# Trials whose initial weights are drawn at a time, where one alone is trained.
DRAWN = 32
# The ways to step a stack, the fastest first.
DENSE, STACKED, ALONE = "dense", "stacked", "alone"


def train(experiment, trials, size=None, way=STACKED):
    """Train trials in blocks; yields each as it ends, `[(trial, record), ...]`.

    Args:
        experiment: The grid that the trials are cells of.
        trials: Any of its trials, in any order.
        size: Replicas a block, at most; what fits memory by default.
        way: `"dense"`, `"stacked"` or `"alone"`.
    """
    load = loader(experiment)
    for group in groups(experiment, trials, load):
        stack = Stack(experiment, group, load, way)
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
    size = 1 if stack.way == ALONE else min(size or LARGEST, stack.fitting())
    trials, losses = balanced(trials, stack.experiment.loss)
    while trials:
        # As few blocks as the size allows, all of one length and with equally many
        # replicas of each loss, compile once.
        length = -(-len(trials) // -(-len(trials) // size))
        if losses <= size:
            length = min(-(-length // losses) * losses, size // losses * losses)
        block = trials[:length]
        stack.draw(block, trials[:DRAWN])
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
        way: `"dense"` steps dense nets in compiled kernels, `"stacked"` any nets
            together, `"alone"` one at a time in the same compiled loop, for what a
            backend does not stack well.

    Raises:
        UnknownError: If the way is `"dense"` and the nets are not.
    """

    def __init__(self, experiment, group, load, way=STACKED):
        self.experiment, self.load, self.way = experiment, load, way
        first = group[0]
        self.epochs, self.batch_size = experiment.epochs, experiment.batch_size
        self.splits = load(first.dataset, first.seed)
        self.watched = watched_split(self.splits, experiment)
        self.backend = mapping()
        x, y, *_ = self.splits["train"]
        model, optimizer = self.build(first), decayed(experiment.optimizer, first)
        dense = read(model, optimizer) if way == DENSE else None
        self.program = Program(
            scored(experiment.measures),
            optimizer,
            model,
            self.backend.gradient,
            examples=(x[:2], y[:2]),
        )
        self.each = self.backend.alone if way == ALONE else self.backend.stacked
        self.blocks = {}  # By the losses of a block.
        self.of_probabilities = None
        self.drawn = {}  # Initial weights, by data set and seed.
        if dense:
            # Here, since numba takes half a second to import.
            from hinge_keras.lab.training.fused import Fused

            self.steps = Fused(self.program, *dense, self.block)
            self.steps.check(model, x[:2])
        else:
            self.steps = Mapped(self.program, self.backend, self.each, self.block)

    def losses(self, trials):
        """Each loss with the number of its trials, which are in order."""
        return tuple(Counter(self.experiment.loss(trial) for trial in trials).items())

    def block(self, losses):
        """The compiled functions for some losses and numbers of replicas."""
        if losses not in self.blocks:
            self.blocks[losses] = Block(self.program, self.backend, self.each, losses)
        return self.blocks[losses]

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
        make = getattr(self.experiment.model(trial), "initial", None)
        x, *_ = self.load(trial.dataset, trial.seed)["train"]
        outputs = self.experiment.dataset(trial).outputs
        trainable = make and make(x.shape[1:], outputs, trial.seed)
        if trainable is None:
            return self.program.weights(self.build(trial))
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
        parts = {name: Part(splits, name) for name in splits[0]}
        scores = {
            name: self.steps.scores(replicas, part) for name, part in parts.items()
        }
        values = self.measurements(self.losses(trials), parts, scores)
        values |= self.forecasts(splits, scores)
        seconds = (time.perf_counter() - began) / len(trials)
        return [
            (
                trial,
                record(
                    self.experiment,
                    trial,
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
        examples, watched = Part(splits, "train"), Part(splits, self.watched)
        replicas = best = self.start(trials)
        ends = Ends(len(trials), epochs, self.experiment.patience)
        orders = (examples.order(trials, epoch) for epoch in range(epochs))
        if self.way != DENSE:  # Whose kernels leave no core idle.
            orders = ahead(orders)
        rows = []
        for epoch, order in enumerate(orders):
            replicas, train, held_out = self.steps.epoch(
                self.losses(trials),
                replicas,
                examples,
                order,
                min(self.batch_size, examples.size),
                watched,
            )
            row = {column(TRAIN, name): np.asarray(v) for name, v in train.items()}
            row |= {column(self.watched, n): np.asarray(v) for n, v in held_out.items()}
            rows.append(row)
            improved = ends.after(
                epoch, row[column(TRAIN, "loss")], row[column(self.watched, "loss")]
            )
            if ends.patience < math.inf:
                best = self.steps.better(improved, replicas, best)
            watch((epoch + 1) / epochs * len(trials))
            if ends.all():
                break
        if ends.patience < math.inf:
            replicas = best
        curve = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
        return replicas, curve, ends.epochs

    def start(self, trials):
        """The stacked replicas of a block before their first step."""
        self.draw(trials)
        return self.steps.start(
            [self.drawn[trial.dataset, trial.seed] for trial in trials],
            [trial.learning_rate for trial in trials],
        )

    def draw(self, trials, coming=()):
        """Draw initial weights of trials and of those to come, if any is not drawn.

        Together, since a builder that seeds Keras empties TensorFlow's cache of
        kernels, which costs the training that follows a fifth of a second.
        """
        if any((trial.dataset, trial.seed) not in self.drawn for trial in trials):
            first_of = {(t.dataset, t.seed): t for t in (*trials, *coming)}
            self.drawn = {key: self.initial(trial) for key, trial in first_of.items()}

    def measurements(self, losses, parts, scores):
        """The loss and metrics of every labelled split, `{split}_{metric}`."""
        found = {}
        for name, part in parts.items():
            if len(part.arrays) == 1:
                continue
            measured = self.block(losses).measured(scores[name], *part.labels())
            for measure, values in measured.items():
                found[column(name, measure)] = np.asarray(values)
        return found

    def forecasts(self, splits, scores):
        """The calibrated measures of the test part, `test_{metric}`."""
        measures = calibrated(self.experiment.measures)
        if not measures:
            return {}
        each = [{name: f[i] for name, f in scores.items()} for i in range(len(splits))]
        p = [
            probabilities(split, own).astype(own[TEST].dtype)
            if all_finite(own)
            else None
            for split, own in zip(splits, each, strict=True)
        ]
        some = next((array for array in p if array is not None), None)
        if some is None:
            return {}
        # Of a diverged one nothing is kept, whatever stands in its place.
        p = np.stack([some if array is None else array for array in p])
        y = np.stack([split[TEST][1] for split in splits])
        if self.of_probabilities is None:
            tally = Tally(measures, y[0], p[0])
            measured = labels_are_known()(self.each(tally.measured))
            self.of_probabilities = self.backend.compiled(measured)
        found = self.of_probabilities(np.zeros(len(p), p.dtype), y, p)
        return {
            column(TEST, name): np.asarray(values)
            for name, values in found.items()
            if name != "loss"
        }


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
