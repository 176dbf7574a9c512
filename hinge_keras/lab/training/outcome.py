"""What a trained trial leaves behind, whichever path trained it."""

import math
from dataclasses import dataclass, field

import numpy as np
from keras import ops

from hinge_keras.calibration import Platt, Temperature
from hinge_keras.lab.experiment import Trial

DONE, DIVERGED = "done", "diverged"


@dataclass(frozen=True)
class Outcome:
    """A finished trial.

    Attributes:
        trial: The cell it belongs to.
        status: `"done"`, or `"diverged"` when the loss stopped being finite.
        epochs_run: Epochs finished with a finite loss; fewer than the trial's
            where it diverged or its patience ended.
        seconds: Wall time of this trial's training, its share of a block's.
        values: Final measurements, `{split}_{metric}`; none if diverged.
        curve: Columns of equal length, one row an epoch.
        scores: Raw scores by split, for the splits the experiment keeps.
    """

    trial: Trial
    status: str
    epochs_run: int
    seconds: float
    values: dict = field(default_factory=dict)
    curve: dict = field(default_factory=dict)
    scores: dict = field(default_factory=dict)


def outcome(experiment, trial, splits, scores, values, curve, seconds):
    """The outcome of a training from its final scores and their measurements."""
    losses = np.asarray(curve["train_loss"], dtype=float)
    finite = np.isfinite(losses)
    epochs_run = int(finite.argmin()) if not finite.all() else len(losses)
    finished = epochs_run == len(losses) and all(
        np.isfinite(f).all() for f in scores.values()
    )
    keeps = finished and trial.seed == experiment.seeds[0]
    return Outcome(
        trial,
        status=DONE if finished else DIVERGED,
        epochs_run=epochs_run,
        seconds=seconds,
        values=values | forecasts(experiment, splits, scores) if finished else {},
        curve={name: column[:epochs_run] for name, column in curve.items()}
        if experiment.keep_curves
        else {},
        scores={s: scores[s] for s in experiment.keep_scores} if keeps else {},
    )


def measurements(experiment, trial, splits, scores):
    """The loss and every metric on every labelled split, from raw scores."""
    loss = experiment.losses[trial.loss]
    values = {}
    for split, (_, y, *weight) in splits.items():
        if y is None:
            continue
        f = scores[split]
        values[f"{split}_loss"] = number(loss(y, f, *weight))
        for name, make in experiment.metrics.items():
            metric = make()
            metric.update_state(y, f)
            values[f"{split}_{name}"] = number(metric.result())
    return values


def forecasts(experiment, splits, scores):
    """Metrics of the test part's probabilities, of a map fitted on validation."""
    if not experiment.calibrated:
        return {}
    several = scores["test"].shape[-1] > 1
    calibration = Temperature() if several else Platt()
    p = calibration.fit(scores["validation"], splits["validation"][1])(scores["test"])
    labels = splits["test"][1]
    return {
        f"test_{name}": number(make()(labels, p))
        for name, make in experiment.calibrated.items()
    }


def number(tensor):
    """A Python float; a NaN stays one, and is written as a missing value."""
    value = float(ops.convert_to_numpy(tensor))
    return value if math.isfinite(value) else math.nan
