"""Nets at rates that a pilot chose, for studies that look inside them."""

import dataclasses

import keras
from keras import ops

from hinge_keras.lab import training
from hinge_keras.lab.bracket import bracketed
from hinge_keras.lab.results import Results
from hinge_keras.lab.training import trained


def nets(experiment, name, quick):
    """Each trial on one data set with its splits and its trained net.

    Args:
        experiment: With a pilot, which chooses each arm's rate.
        name: The data set's.
        quick: Whether this is a smoke run: few examples, nothing chosen.
    """
    own = [each for each in experiment.datasets if each.name == name]
    experiment = dataclasses.replace(experiment, datasets=own)
    experiment = smoke(experiment) if quick else tuned(experiment)
    return trained.nets(experiment, experiment.trials())


def tuned(experiment):
    """The experiment at the values that its pilot chose, trained here and not kept."""
    _, tried = bracketed(experiment.piloted(), results_of)
    return experiment.at(tried.chosen())


def smoke(experiment):
    """The experiment with few examples, losses and epochs, at the first of all values."""
    axes = {axis: values[:1] for axis, values in experiment.axes.items()}
    return dataclasses.replace(experiment.quick(), axes=axes, arms=experiment.arms[:3])


def results_of(experiment):
    """The results of all trials of an experiment."""
    trials = experiment.trials()
    blocks = training.train(experiment, trials)
    return Results(
        [(trial, experiment.columns(trial)) for trial in trials],
        {trial: record for block in blocks for trial, record in block},
        experiment.measures,
        experiment.axis_names,
        experiment.measure().name,
    )


def scores(model, x):
    """A net's scores, as an array; called at once, since `predict` compiles it first."""
    return ops.convert_to_numpy(model(x, training=False))


def hidden(model, x):
    """What a net's head reads of inputs, as an array."""
    return scores(keras.Model(model.inputs[0], model.layers[-1].input), x)
