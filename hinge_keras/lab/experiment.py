"""An experiment is a grid of short lists; a trial is one cell, and pure data."""

import dataclasses
import hashlib
import inspect
import itertools
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import keras

import hinge_keras as hk
from hinge_keras.configured import Configured


@dataclass(frozen=True, order=True)
class Trial:
    """One cell of a grid. Its attributes are the first columns of `trials.csv`."""

    dataset: str
    model: str
    loss: str
    learning_rate: float
    seed: int
    optimizer: str
    epochs: int
    batch_size: int


COLUMNS = [column.name for column in dataclasses.fields(Trial)]


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A grid of data sets, models, losses, learning rates and seeds.

    Every trial of equal seed gets the same split, initial weights and batch
    order; every loss gets the same learning rates.

    Attributes:
        datasets: `lab.data.Dataset`s.
        models: Builders with a `name`, called as `(input_shape, outputs, seed)`.
        losses: Keras losses by the name that tables and figures show.
        learning_rates: Shared by all losses.
        seeds: Any integers; `range(10)` for ten trials a cell.
        epochs: Passes over the training part, from 1 up.
        batch_size: Examples a step, from 1 up.
        optimizer: A Keras optimizer; its learning rate is replaced. A schedule
            in its place multiplies each trial's rate.
        patience: Epochs without a lower validation loss after which a trial
            ends, from 1 up; the weights of its best epoch are kept.
        metrics: Makers of Keras metrics by name, measured on raw scores.
        calibrated: Makers of Keras metrics by name, measured on the test part's
            probabilities. Platt's scaling, for several classes a temperature,
            is fitted to each trial's validation scores first.
        where: Keeps a trial of the full grid or drops it.
        keep_scores: Splits whose scores the first seed leaves in `scores.csv`.
        keep_curves: Whether `curves.csv` keeps a row an epoch of every trial.
    """

    datasets: Sequence
    models: Sequence
    losses: Mapping[str, keras.losses.Loss]
    learning_rates: Sequence[float] = (0.01,)
    seeds: Sequence[int] = range(10)
    epochs: int = 100
    batch_size: int = 32
    optimizer: keras.optimizers.Optimizer = field(default_factory=keras.optimizers.Adam)
    patience: int | None = None
    metrics: Mapping[str, Callable] = field(
        default_factory=lambda: {"accuracy": hk.ScoreAccuracy}
    )
    calibrated: Mapping[str, Callable] = field(default_factory=dict)
    where: Callable[[Trial], bool] = lambda trial: True
    keep_scores: Sequence[str] = ()
    keep_curves: bool = True

    def __post_init__(self):
        for axis in ("datasets", "models", "losses", "learning_rates", "seeds"):
            if len(getattr(self, axis)) == 0:
                raise ValueError(f"{axis} is empty; accepted is one or more.")
        for name in ("epochs", "batch_size"):
            if not getattr(self, name) >= 1:
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}; accepted is 1 or more."
                )
        if self.patience is not None and not self.patience >= 1:
            raise ValueError(
                f"patience is {self.patience!r}; accepted is None, or 1 or more."
            )
        for rate in self.learning_rates:
            if not rate > 0:
                raise ValueError(
                    f"learning_rates contains {rate!r}; accepted are numbers above 0."
                )
        for name, loss in self.losses.items():
            if not isinstance(loss, keras.losses.Loss):
                raise ValueError(
                    f"losses[{name!r}] is {loss!r}; accepted is a keras.losses.Loss."
                )
        if not self.trials():
            raise ValueError(
                "where drops every trial; accepted is one that keeps some."
            )

    def trials(self):
        """Every cell of the grid that `where` keeps, in the grid's order."""
        cells = itertools.product(
            self.datasets, self.models, self.losses, self.learning_rates, self.seeds
        )
        optimizer = described(self.optimizer)
        trials = (
            Trial(
                dataset=dataset.name,
                model=model.name,
                loss=loss,
                learning_rate=float(rate),
                seed=int(seed),
                optimizer=optimizer,
                epochs=self.epochs,
                batch_size=self.batch_size,
            )
            for dataset, model, loss, rate, seed in cells
        )
        return [trial for trial in trials if self.where(trial)]

    def dataset(self, trial):
        return named(self.datasets, trial.dataset)

    def model(self, trial):
        return named(self.models, trial.model)

    def definition(self, trial):
        """A fingerprint of all that decides a trial's outcome, 12 hex digits."""
        dataset = self.dataset(trial)
        parts = {
            "version": hk.__version__,
            "trial": dataclasses.asdict(trial),
            "dataset": [dict(dataset.settings), source(dataset.recipe)],
            "model": source(self.model(trial)),
            "loss": source(self.losses[trial.loss]),
            "metrics": {name: source(make) for name, make in self.metrics.items()},
            "keep_scores": list(self.keep_scores),
        }
        if self.patience is not None:
            parts["patience"] = self.patience
        if self.calibrated:
            made = {name: source(make) for name, make in self.calibrated.items()}
            parts["calibrated"] = made
        text = json.dumps(parts, sort_keys=True, default=plain)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def quick(self):
        """The same grid, small enough for a smoke run.

        Two seeds, two rates, three epochs, the first three of many data sets,
        and no more than 300 examples a part.
        """
        sets = list(self.datasets)
        return dataclasses.replace(
            self,
            datasets=[each.shortened() for each in sets[: 3 if len(sets) > 4 else 4]],
            seeds=list(self.seeds)[:2],
            learning_rates=list(self.learning_rates)[:2],
            epochs=min(self.epochs, 3),
        )


def full():
    """Whether `FULL=1` in the environment asks for a published, larger budget."""
    return bool(os.environ.get("FULL"))


def named(choices, name):
    return next(choice for choice in choices if choice.name == name)


def described(optimizer):
    """An optimizer in words: its class and what is not Keras' default."""
    defaults = type(optimizer)().get_config()
    ignored = {"name", "learning_rate"}
    changed = [
        f"{key}={value}"
        for key, value in optimizer.get_config().items()
        if key not in ignored and value != defaults.get(key)
    ]
    schedule = optimizer.get_config()["learning_rate"]
    if isinstance(schedule, dict):
        changed.append(f"{schedule['class_name']}({schedule['config']})")
    return f"{type(optimizer).__name__}({', '.join(changed)})"


def plain(thing):
    """What JSON lacks: a data set inside another's settings, or a function."""
    if dataclasses.is_dataclass(thing) or inspect.isroutine(thing):
        return source(thing)
    return str(thing)


def source(thing):
    """What a thing is, in plain data: its settings, or a function's own text.

    A loss of this library is what it says of itself, all that is not a default,
    so that a new argument elsewhere does not make old trials stale.
    """
    if inspect.isclass(thing):
        return thing.__qualname__
    if dataclasses.is_dataclass(thing):
        return [type(thing).__name__, dataclasses.asdict(thing)]
    if isinstance(thing, Configured):
        return repr(thing)
    if hasattr(thing, "get_config"):
        return keras.saving.serialize_keras_object(thing)
    return inspect.getsource(thing)
