"""Trials that one program can train, and the jobs that they fall into.

Which trials train together decides the last digits of their numbers, so it follows
from the grid alone: not from what is trained already, from free memory, from the
clock, or from which engine runs the jobs.
"""

import functools
import math
from collections import Counter

import keras
from keras import layers

from hinge_keras.backends import accelerators
from hinge_keras.lab.data import streams
from hinge_keras.lab.tables.schema import DECAY
from hinge_keras.lab.training import fit
from hinge_keras.lab.training.dense import UnknownError
from hinge_keras.lab.training.loader import nbytes
from hinge_keras.lab.training.mapped import ROWS
from hinge_keras.lab.training.memory import BASE, free
from hinge_keras.lab.training.programs import Programs
from hinge_keras.lab.training.replicas import ALONE, DENSE, STACKED, unwatched

AUTO, FIT = "auto", "fit"
WAYS = (AUTO, DENSE, STACKED, ALONE, FIT)
# How a way is told.
HOW = {DENSE: "in kernels", STACKED: "stacked", ALONE: "in a compiled loop"}
# Trials of a job, at most: cost per trial is nearly flat from some hundreds on, and jobs
# are what engines share out.
LARGEST = 512
# Trials of a job of those that train alone: their initial weights are drawn together.
DRAWN = 4
# Bytes that a job's replicas may take, as `numbers_of` counts them.
ROOM = 2 * 2**30
# Operations of a job, at most: about a minute of one core.
WORK = 10**12
# Layers that gain nothing from stacking on processors: each replica's convolution
# becomes a group of a large one.
UNSTACKED = (
    layers.Conv1D,
    layers.Conv2D,
    layers.Conv3D,
    layers.DepthwiseConv1D,
    layers.DepthwiseConv2D,
    layers.SeparableConv1D,
    layers.SeparableConv2D,
)


def grouped(experiment, trials, load, way=AUTO, programs=None):
    """A grid's trials in groups of a kind each."""
    found = {}
    for trial in trials:
        found.setdefault(kind_of(experiment, trial, load), []).append(trial)
    return [
        Group(experiment, trials, load, way, number, programs or Programs())
        for number, trials in enumerate(found.values())
    ]


def kind_of(experiment, trial, load):
    """Shapes, outputs, model and weight decay: what replicas of a program agree in."""
    shapes = load.shapes_of(trial.dataset, trial.seed)
    outputs = experiment.dataset(trial).outputs
    return shapes, outputs, trial.model, dict(trial.axes).get(DECAY)


class Group:
    """Trials that differ in data, loss, learning rate and seed alone.

    Args:
        experiment: The grid.
        trials: All that the grid has of them; to train jobs of theirs, one will do.
        load: A `Loader`.
        way: How they train; `"auto"` for the fastest that can.
        number: Its place among the grid's groups.
        programs: Where its programs are kept, `Programs`.
    """

    def __init__(self, experiment, trials, load, way, number, programs):
        self.experiment, self.trials, self.load = experiment, trials, load
        self.asked, self.number, self.programs = way, number, programs
        self.stacks, self.refused = {}, set()

    def stack(self, way):
        """The compiled program that trains the group in a way."""
        if way not in self.stacks:
            self.stacks[way] = self.programs.stack(self, way)
        return self.stacks[way]

    def close(self):
        """Let go of the compiled programs and their data."""
        for stack in self.stacks.values():
            stack.rest()
        self.stacks.clear()

    def jobs(self, missing, size=None):
        """The missing trials, job by job, each small enough to train at once.

        What is missing of a grid of which some jobs are done is those that are not.

        Args:
            missing: Those to train.
            size: Trials a job, at most; what `ROOM` and `WORK` allow by default.
        """
        trials, losses = balanced(self.trials, self.experiment.loss)
        count = len(trials)
        size = min(size or LARGEST, self.size())
        # As few jobs as the size allows, all of one length and with equally many
        # trials of each loss, compile once.
        length = -(-count // -(-count // size))
        if losses <= size:
            length = min(-(-length // losses) * losses, size // losses * losses)
        wanted = [trial for trial in trials if trial in missing]
        return [
            wanted[start : start + length] for start in range(0, len(wanted), length)
        ]

    @functools.cached_property
    def kind(self):
        """What its trials agree in."""
        return kind_of(self.experiment, self.trials[0], self.load)

    @functools.cached_property
    def way(self):
        """How the group trains, by what its model is made of."""
        if self.asked == FIT:
            return FIT
        if why := self.fitted():
            if self.asked != AUTO:
                raise ValueError(
                    f"path is {self.asked!r}; accepted are {AUTO!r} and {FIT!r} {why}."
                )
            self.say(f"model.fit {why}")
            return FIT
        return self.chosen() if self.asked == AUTO else self.asked

    def fitted(self):
        """Why nothing but `model.fit` can train the group, or nothing."""
        backend, first = keras.backend.backend(), self.trials[0]
        if backend not in ("tensorflow", "jax"):
            return f"on the {backend} backend"
        if keras.distribution.distribution() is not None:
            return "under a distribution"
        splits = self.load(first.dataset, first.seed)
        if any(streams.is_stream(part) for part in splits.values()):
            return f"on {first.dataset!r}, which is read batch by batch"
        return None

    def chosen(self):
        """The fastest way that can; said, where it is neither of the first two."""
        for way in (DENSE, STACKED):
            try:
                stack = self.stack(way)
            except UnknownError:
                continue
            except Exception as error:
                self.say(f"model.fit ({reason(error)})")
                return FIT
            if way == DENSE:
                return DENSE
        found = [
            type(layer).__name__
            for layer in stack.program.model.layers
            if isinstance(layer, UNSTACKED)
        ]
        if len(self.trials) == 1:
            return ALONE
        if found and not accelerators():
            self.say(f"one replica at a time ({found[0]} gains nothing from stacking)")
            return ALONE
        return STACKED

    def size(self):
        """Trials whose training fits `ROOM` and `WORK`."""
        if self.way == FIT:
            return 1
        if self.way == ALONE:
            return DRAWN
        stack = self.stack(self.way)
        rows = stack.rows["train"] * self.experiment.epochs
        # A product and a sum a weight: forward once, backward twice.
        operations = 6 * rows * max(1, parameters_of(stack))
        return max(1, min(ROOM // (4 * numbers_of(stack)), WORK // operations))

    def memory(self, trials):
        """Bytes that a process takes to train some of the group's together."""
        if self.way == FIT:
            first = self.trials[0]
            return BASE + 2 * nbytes(self.load(first.dataset, first.seed))
        count = 1 if self.way == ALONE else len(trials)
        return BASE + 4 * numbers_of(self.stack(self.way)) * count

    def train(self, job, watch=unwatched, underway=None):
        """Train a job; yields `[(trial, record), ...]` as trials end.

        Where the group's way cannot, it is said once and the next one tried: for
        lack of memory alone, it is an error.
        """
        left = list(job)
        for way in self.ways():
            size = 1 if way == ALONE else len(left)
            try:
                stack = self.stack(way)
                stack.draw(left)
                while left:
                    part = left[:size]
                    if self.memory(part) - BASE > free():
                        raise MemoryError
                    kept = underway and underway.of(part)
                    finished = stack.train(part, watch, kept)
                    left = left[size:]
                    yield finished
                return
            except OSError:  # A file's or a line's, which no other way would mend.
                raise
            except Exception as error:
                if out_of_memory(error):
                    raise MemoryError(self.too_large(size)) from error
                if len(left) < len(job):  # The way can; this trial cannot.
                    raise
                self.refused.add(way)
                self.say(f"cannot be trained {HOW[way]} ({reason(error)})")
        for trial in left:
            yield [(trial, fit.train(self.experiment, trial))]

    def ways(self):
        """The group's way and those that are tried where it cannot, none of them twice."""
        if self.way == FIT:
            return []
        known = (DENSE, STACKED, ALONE)
        return [w for w in known[known.index(self.way) :] if w not in self.refused]

    def too_large(self, count):
        """What to do about a job that memory does not hold."""
        needed = self.memory(self.trials[:1] * count) / 2**30
        return (
            f"batch_size is {self.experiment.batch_size} and model is "
            f"{self.trials[0].model!r}: {count} trainings at once take about "
            f"{needed:.1f} GiB, more than there is; accepted are a smaller batch or "
            "model, or fewer workers."
        )

    def say(self, sentence):
        print(f"{self.trials[0].model}: {sentence}", flush=True)


def numbers_of(stack):
    """Numbers that a replica holds while it trains, with data of its own.

    Weights, gradients and optimizer state; every layer's outputs of a batch, both ways,
    and of the rows that are scored at a time; the data as they were loaded, end to end,
    and in batches. `benchmarks.peaks` holds it against what is taken.
    """
    scored = max(stack.rows[stack.watched], ROWS)
    inputs = sum(stack.rows.values()) * math.prod(stack.shape)
    outputs = outputs_of(stack.program.model)
    return (
        8 * parameters_of(stack)
        + (4 * stack.batch_size + 2 * scored) * outputs
        + 3 * inputs
    )


def outputs_of(model):
    """Numbers that all layers give for an example."""
    try:
        shapes = [layer.output.shape[1:] for layer in model.layers]
        return sum(math.prod(filter(None, shape)) for shape in shapes)
    except (AttributeError, ValueError):  # A model of its own class keeps no shapes.
        return sum(w.shape[-1] for w in model.weights if len(w.shape))


def parameters_of(stack):
    return sum(math.prod(weight.shape) for weight in stack.program.model.weights)


def balanced(trials, loss):
    """The trials in an order of which any part has all losses alike; how many those are.

    Seed after seed, so that a part has few data sets and initial weights.

    Args:
        trials: The trials.
        loss: Gives the loss of one.
    """
    trials = sorted(trials, key=lambda trial: trial.seed)
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


def reason(error):
    return f"{type(error).__name__}: {error}".splitlines()[0][:100]
