"""Training many trials as one program: their weights stacked, stepped together.

Trials that agree in shapes, model, epochs and batch size are replicas of one
program; data, loss, learning rate and seed are their own. `program` says what
one replica does, a backend file maps it over the stack, and this file feeds the
replicas their batches, epoch after epoch, and reads off the outcomes.
"""

import importlib
from collections import Counter

import keras
import numpy as np

from hinge_keras.lab.tables.schema import TEST, column
from hinge_keras.lab.training.block import Block
from hinge_keras.lab.training.course import Course
from hinge_keras.lab.training.dense import read
from hinge_keras.lab.training.fit import decayed, watched_split
from hinge_keras.lab.training.mapped import Mapped
from hinge_keras.lab.training.parts import Part
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

DENSE, STACKED, ALONE = "dense", "stacked", "alone"


def mapping():
    """The room that maps one replica's functions over a stack, for the backend in use."""
    return importlib.import_module(f"{__package__}._{keras.backend.backend()}")


def unwatched(finished):
    """Nobody asked how far a block is."""


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
        self.way, self.drawn = way, {}  # Initial weights, by data set and seed.
        self.serve(experiment, load)
        first = group[0]
        self.epochs, self.batch_size = experiment.epochs, experiment.batch_size
        splits = load(first.dataset, first.seed)
        x, y, *_ = splits["train"]
        self.one, self.shape = x[:1].copy(), x.shape[1:]  # The whole group's.
        self.rows = {name: len(part[0]) for name, part in splits.items()}
        self.watched = watched_split(splits, experiment)
        self.backend = mapping()
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
        if dense:
            # Here, since numba takes half a second to import.
            from hinge_keras.lab.training.fused import Fused

            self.steps = Fused(self.program, self.backend, *dense, self.block)
            self.steps.check(model, x[:2])
        else:
            self.steps = Mapped(self.program, self.backend, self.each, self.block)

    def serve(self, experiment, load):
        """Train, from now on, trials of another grid that the same program trains."""
        self.experiment, self.load = experiment, load

    def rest(self):
        """Let go of the data."""
        self.load, self.drawn = None, {}

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
        outputs = self.experiment.dataset(trial).outputs
        model = self.experiment.model(trial)(self.shape, outputs, trial.seed)
        if not model.weights:
            # A subclassed model makes its weights when first called.
            model(self.one)
        return model

    def initial(self, trial):
        """The initial values of a trial's variables, without its model if they can be."""
        make = getattr(self.experiment.model(trial), "initial", None)
        outputs = self.experiment.dataset(trial).outputs
        trainable = make and make(self.shape, outputs, trial.seed)
        if trainable is None:
            return self.program.weights(self.build(trial))
        return {**self.program.weights(self.program.model), "trainable": trainable}

    def by_loss(self, trials):
        """The trials with those of equal loss next to each other."""
        places = {}
        for trial in trials:
            places.setdefault(self.experiment.loss(trial), []).append(trial)
        return [trial for part in places.values() for trial in part]

    def train(self, trials, watch=unwatched, begun=None):
        """The records of trials that train together, `[(trial, record), ...]`.

        Args:
            trials: Some of the group's.
            watch: Hears how many are as good as done.
            begun: Keeps the training while it is under way, a `Begun`, or None.
        """
        trials = self.by_loss(trials)
        splits = [self.load(trial.dataset, trial.seed) for trial in trials]
        course = Course(self, trials, splits, begun)
        for epoch in course.epochs():
            watch(epoch / self.epochs * len(trials))
        replicas, curve, ends = course.replicas, course.curve(), course.ends.epochs
        parts = {name: Part(splits, name) for name in splits[0]}
        scores = {
            name: self.steps.scores(replicas, part) for name, part in parts.items()
        }
        values = self.measurements(self.losses(trials), parts, scores)
        values |= self.forecasts(splits, scores)
        seconds = course.seconds() / len(trials)
        finished = [
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
        course.end()
        return finished

    def start(self, trials):
        """The stacked replicas of a block before their first step."""
        self.draw(trials)
        return self.steps.start(
            [self.drawn[trial.dataset, trial.seed] for trial in trials],
            [trial.learning_rate for trial in trials],
        )

    def draw(self, trials):
        """Draw initial weights of trials, if any is not drawn.

        Together, since a builder that seeds Keras empties TensorFlow's cache of
        kernels, which costs the training that follows a fifth of a second.
        """
        if any((trial.dataset, trial.seed) not in self.drawn for trial in trials):
            first_of = {(trial.dataset, trial.seed): trial for trial in trials}
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
            self.of_probabilities = self.backend.compiled(measured, loose=(0,))
        found = self.of_probabilities(np.zeros(len(p), p.dtype), y, p)
        return {
            column(TEST, name): np.asarray(values)
            for name, values in found.items()
            if name != "loss"
        }
