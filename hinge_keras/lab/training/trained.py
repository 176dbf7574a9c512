"""The trained nets of a grid, for studies that look inside them: whole models, not records."""

import keras
import numpy as np
from keras import ops

from hinge_keras.lab.training import fit
from hinge_keras.lab.training.course import Course
from hinge_keras.lab.training.groups import AUTO, FIT, grouped
from hinge_keras.lab.training.loader import Loader
from hinge_keras.lab.training.replicas import ALONE, DENSE


def nets(experiment, trials, load=None, path=AUTO):
    """Each trial with its splits and its trained net, `(trial, splits, model)`.

    They train together as `train` trains them, to the same weights, and none is kept.

    Args:
        experiment: The grid.
        trials: Those of its cells to train.
        load: A `Loader` of the data sets; a new one by default.
        path: The way, as for `train`.
    """
    for group in grouped(experiment, trials, load or Loader(experiment), path):
        for job in group.jobs({*trials}):
            size = 1 if group.way == ALONE else len(job)
            for start in range(0, len(job), size):
                yield from together(group, job[start : start + size])
        group.close()


def together(group, job):
    """The nets of a job that one program trains, one after the other."""
    if group.way == FIT:
        for trial in job:
            splits = group.load(trial.dataset, trial.seed)
            yield trial, splits, fit.fitted(group.experiment, trial, splits)[0]
        return
    stack = group.stack(group.way)
    trials = stack.by_loss(job)
    splits = [group.load(trial.dataset, trial.seed) for trial in trials]
    course = Course(stack, trials, splits)
    for _ in course.epochs():
        pass
    weights = each_of(course.replicas, stack)
    for trial, own, (trainable, rest) in zip(trials, splits, weights, strict=True):
        model = stack.build(trial)
        values = zip(model.trainable_variables, trainable, strict=True)
        values = [*values, *zip(model.non_trainable_variables, rest, strict=True)]
        for variable, value in values:
            variable.assign(np.reshape(value, variable.shape))
        yield trial, own, model


def each_of(replicas, stack):
    """The values of each replica's variables, trainable and not."""
    model = stack.program.model
    if stack.way == DENSE:
        ends = np.cumsum(
            [np.prod(v.shape, dtype=int) for v in model.trainable_variables]
        )
        for net in replicas["nets"]:
            yield np.split(net, ends[:-1]), []
        return
    stacks = [
        [np.asarray(values) for values in replicas[kind]]
        for kind in ("trainable", "non_trainable")
    ]
    for i in range(len(replicas["learning_rate"])):
        yield tuple([values[i] for values in kind] for kind in stacks)


def scores(model, x):
    """A net's scores, as an array; called at once, since `predict` compiles it first."""
    return ops.convert_to_numpy(model(x, training=False))


def hidden(model, x):
    """What a net's head reads of inputs, as an array."""
    return scores(keras.Model(model.inputs[0], model.layers[-1].input), x)
