"""What a trained trial leaves behind, whichever path trained it."""

import functools
import math
from importlib.metadata import version

import keras
import numpy as np
from keras import ops

from hinge_keras.backends import accelerators
from hinge_keras.calibration import fitted
from hinge_keras.lab.tables.archive import Record
from hinge_keras.lab.tables.schema import DIVERGED, DONE, TEST, VALIDATION, column


def record(experiment, trial, scores, values, curve, seconds):
    """The record of a training from its final scores and their measurements.

    A trial whose loss stopped being finite is diverged: it keeps its curve up to
    there, and has no measurements.
    """
    losses = np.asarray(curve["train_loss"], dtype=float)
    finite = np.isfinite(losses)
    epochs_run = int(finite.argmin()) if not finite.all() else len(losses)
    finished = epochs_run == len(losses) and all_finite(scores)
    return Record(
        status=DONE if finished else DIVERGED,
        epochs_run=epochs_run,
        seconds=seconds,
        values=values if finished else {},
        curve={name: column[:epochs_run] for name, column in curve.items()},
        scores={s: scores[s] for s in experiment.kept_of(trial)} if finished else {},
    )


def scored(measures):
    """The measures of raw scores."""
    return [measure for measure in measures if not measure.calibrated]


def measurements(experiment, trial, splits, scores):
    """The loss and every measure of scores on every labelled split."""
    loss = experiment.loss(trial)
    values = {}
    for split, (_, y, *weight) in splits.items():
        if y is None:
            continue
        f = scores[split]
        values[column(split, "loss")] = number(loss(y, f, *weight))
        for measure in scored(experiment.measures):
            metric = measure.make()
            metric.update_state(y, f)
            values[column(split, measure.name)] = number(metric.result())
    return values


def calibrated(measures):
    """The measures of probabilities, of a map fitted on validation scores."""
    return [measure for measure in measures if measure.calibrated]


def forecasts(experiment, splits, scores):
    """The calibrated measures of the test part."""
    found = calibrated(experiment.measures)
    if not found or not all_finite(scores):
        return {}
    p = probabilities(splits, scores)
    labels = splits[TEST][1]
    return {
        column(TEST, measure.name): number(measure.make()(labels, p))
        for measure in found
    }


def probabilities(splits, scores):
    """Of the test part, by Platt's or a temperature's map fitted on validation."""
    return fitted(scores[VALIDATION], splits[VALIDATION][1])(scores[TEST])


def all_finite(scores):
    return all(np.isfinite(f).all() for f in scores.values())


def number(tensor):
    """A Python float; a NaN stays one, and is written as a missing value."""
    value = float(ops.convert_to_numpy(tensor))
    return value if math.isfinite(value) else math.nan


@functools.cache
def environment():
    """The versions that a trial runs on, and the accelerator if there is one."""
    backend = keras.backend.backend()
    found = {"keras": keras.__version__, backend: version(backend)}
    return found | dict(zip(["on"], accelerators(), strict=False))
