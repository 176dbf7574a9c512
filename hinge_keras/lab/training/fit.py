"""Training through `model.fit`: one trial at a time, the reference for the rest.

Slow and plain on purpose: what it does is what a reader would have written.
"""

import time

import keras
import numpy as np
from keras import ops

from hinge_keras.lab.data import streams
from hinge_keras.lab.grid import seeds
from hinge_keras.lab.tables.schema import DECAY
from hinge_keras.lab.training.record import forecasts, measurements, record, scored


def train(experiment, trial):
    """Train one trial from its seed: the record of what it measured."""
    start = time.perf_counter()
    splits = experiment.dataset(trial).load(trial.seed)
    model, history = fitted(experiment, trial, splits)
    scores = {}
    for split, part in splits.items():
        scores[split], splits[split] = predicted(model, part)
    values = measurements(experiment, trial, splits, scores)
    values |= forecasts(experiment, splits, scores)
    seconds = time.perf_counter() - start
    shown = curve(history, watched_split(splits, experiment))
    return record(experiment, trial, scores, values, shown, seconds)


def fitted(experiment, trial, splits):
    """A trial's model, trained on some splits, and Keras' history of it."""
    part, watched = splits["train"], splits[watched_split(splits, experiment)]
    outputs = experiment.dataset(trial).outputs
    model = experiment.model(trial)(streams.shape_of(part), outputs, trial.seed)
    if streams.is_stream(part):
        streams.refuse_batches(part, trial.dataset, experiment.batch_size)
        batches, callbacks, steps = part, [], 1
    else:
        batches = Batches(part, experiment.batch_size, trial.seed)
        reorder = keras.callbacks.LambdaCallback(on_epoch_begin=batches.reorder)
        callbacks, steps = [reorder], steps_at_once(batches)
    model.compile(
        optimizer=with_rate(decayed(experiment.optimizer, trial), trial.learning_rate),
        loss=experiment.loss(trial),
        metrics=metrics_of(scored(experiment.measures)),
        steps_per_execution=steps,
    )
    history = model.fit(
        batches,
        epochs=experiment.epochs,
        validation_data=watched,
        validation_batch_size=None if streams.is_stream(watched) else len(watched[0]),
        # Keras would shuffle the batches again, from a process-wide generator.
        shuffle=False,
        callbacks=[
            *callbacks,
            StopWhenDiverged(),
            *early_stopping(experiment.patience),
        ],
        verbose=0,
    )
    return model, history.history


def predicted(model, part):
    """Scores of a part, and the part with its inputs left out if it is a stream."""
    if not streams.is_stream(part):
        return model.predict(part[0], batch_size=4096, verbose=0), part
    found, labels = [], []
    for x, *rest in streams.batches(part):
        found.append(ops.convert_to_numpy(model.predict_on_batch(x)))
        labels.append(rest)
    joined = (np.concatenate(arrays) for arrays in zip(*labels, strict=True))
    return np.concatenate(found), (None, *joined)


def steps_at_once(batches):
    """Steps a call, which only costs time; PyTorch takes one."""
    return 1 if keras.backend.backend() == "torch" else min(len(batches), 32)


class Batches(keras.utils.PyDataset):
    """Shuffled batches in the order that the trial's seed and the epoch give."""

    def __init__(self, arrays, batch_size, seed):
        super().__init__()
        self.arrays, self.batch_size, self.seed = arrays, batch_size, seed
        self.reorder(0)

    def __len__(self):
        return -(-len(self.arrays[0]) // self.batch_size)

    def __getitem__(self, step):
        rows = self.order[step * self.batch_size : (step + 1) * self.batch_size]
        return tuple(array[rows] for array in self.arrays)

    def reorder(self, epoch, logs=None):
        """Called by a callback: Keras calls a data set's own hooks out of step."""
        self.order = seeds.batch_order(self.seed, epoch, len(self.arrays[0]))


class StopWhenDiverged(keras.callbacks.Callback):
    """Ends a training whose loss stopped being finite; that epoch is its last."""

    def on_epoch_end(self, epoch, logs):
        if not np.isfinite(logs["loss"]):
            self.model.stop_training = True


def early_stopping(patience):
    """Keras' callback on the validation loss, or none."""
    if patience is None:
        return []
    return [
        keras.callbacks.EarlyStopping(
            "val_loss", patience=patience, mode="min", restore_best_weights=True
        )
    ]


def decayed(optimizer, trial):
    """The optimizer, with the trial's own weight decay if it has one."""
    axes = dict(trial.axes)
    if DECAY not in axes:
        return optimizer
    config = {**optimizer.get_config(), "weight_decay": axes[DECAY] or None}
    return type(optimizer).from_config(config)


def with_rate(optimizer, learning_rate):
    """A fresh optimizer of the same settings and that learning rate."""
    factor = schedule(optimizer)
    if factor is not None:
        learning_rate = Scheduled(learning_rate, factor)
    config = {**optimizer.get_config(), "learning_rate": learning_rate}
    return type(optimizer).from_config(config)


def schedule(optimizer):
    """The optimizer's schedule, by which a trial's rate is multiplied, or `None`."""
    config = optimizer.get_config()["learning_rate"]
    if isinstance(config, dict):
        return keras.optimizers.schedules.deserialize(config)
    return None


class Scheduled(keras.optimizers.schedules.LearningRateSchedule):
    """A trial's rate times a schedule."""

    def __init__(self, learning_rate, factor):
        self.learning_rate, self.factor = learning_rate, factor

    def __call__(self, step):
        return self.learning_rate * ops.cast(self.factor(step), keras.config.floatx())


def metrics_of(measures):
    """New Keras metrics, called as the measures are."""
    metrics = []
    for measure in measures:
        metric = measure.make()
        metric.name = measure.name
        metrics.append(metric)
    return metrics


def watched_split(splits, experiment):
    """The split that a curve shows: validation, or test where a post has none."""
    if "validation" in splits:
        return "validation"
    if experiment.patience is not None:
        raise ValueError(
            f"patience is {experiment.patience!r} and a data set has no validation "
            "split; accepted is None, since the test split must not decide."
        )
    calibrated = [m.name for m in experiment.measures if m.calibrated]
    if calibrated:
        raise ValueError(
            f"measures has {', '.join(calibrated)}, calibrated, and a data set has "
            "no validation split; accepted is one that has, since the test split "
            "must not calibrate."
        )
    return "test"


def curve(history, watched):
    """Keras' history by column, in the precision that Keras computes in."""
    return {
        f"{watched}_{name[4:]}"
        if name.startswith("val_")
        else f"train_{name}": np.asarray(values, keras.config.floatx())
        for name, values in history.items()
    }
