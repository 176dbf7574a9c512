"""An experiment is a grid of short lists."""

import dataclasses
import functools
import itertools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import keras

import hinge_keras as hk
from hinge_keras.lab.grid import identity
from hinge_keras.lab.grid.arm import Arm
from hinge_keras.lab.grid.trial import Pilot, Trial
from hinge_keras.lab.tables.schema import (
    CELL,
    COVERS,
    LOSS,
    OF_OPTIMIZER,
    RATE,
    RESERVED,
    Measure,
    measure_of,
)


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A grid of data sets, models, arms, hyper-parameters and seeds.

    Every trial of equal seed gets the same split, initial weights and batch
    order; every arm gets the same values of the grid's axes.

    Attributes:
        datasets: `lab.data.Dataset`s, of different names.
        arms: `Arm`s of different names; or losses by name, for arms of no more.
        models: Builders with a `name`, called as `(input_shape, outputs, seed)`,
            of different names.
        axes: Values of the hyper-parameters that all arms share, by name:
            `learning_rate`, `weight_decay`.
        seeds: Any integers; `range(10)` for ten trials a cell.
        epochs: Passes over the training part, from 1 up.
        batch_size: Examples a step, from 1 up.
        optimizer: A Keras optimizer; its learning rate is replaced. A schedule
            in its place multiplies each trial's rate.
        patience: Epochs without a lower validation loss after which a trial
            ends, from 1 up; the weights of its best epoch are kept.
        measures: `Measure`s of different names.
        choose_by: The measure whose validation mean chooses each arm's axes, by
            default the first; or several, of which a study takes one at a time.
        keep_scores: Splits whose raw scores the first seeds leave.
        scored_seeds: How many seeds those are, from 1 up.
        pilot: Chooses each arm's axes before the experiment's own seeds train at the
            chosen values alone.
        limits: The least and the greatest value of an axis to which a search widens
            the grid, `{axis: (low, high)}`; see `lab.bracket`.
        wider: Values that a search added, `{(dataset, model, arm): {axis: values}}`.
        fixed: Those that a pilot chose, `{(dataset, model, arm): {axis: value}}`.
    """

    datasets: Sequence
    arms: Sequence[Arm] | Mapping[str, keras.losses.Loss]
    models: Sequence = ()
    axes: Mapping[str, Sequence[float]] = field(
        default_factory=lambda: {"learning_rate": (0.01,)}
    )
    seeds: Sequence[int] = range(10)
    epochs: int = 100
    batch_size: int = 32
    optimizer: keras.optimizers.Optimizer = field(default_factory=keras.optimizers.Adam)
    patience: int | None = None
    measures: Sequence[Measure] = (Measure("accuracy", hk.ScoreAccuracy),)
    choose_by: str | Sequence[str] | None = None
    keep_scores: Sequence[str] = ()
    scored_seeds: int = 1
    pilot: Pilot | None = None
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    wider: Mapping[tuple[str, str, str], Mapping[str, Sequence[float]]] = field(
        default_factory=dict
    )
    fixed: Mapping[tuple[str, str, str], Mapping[str, float]] = field(
        default_factory=dict
    )

    def __post_init__(self):
        if isinstance(self.arms, Mapping):
            arms = [Arm(name, loss) for name, loss in self.arms.items()]
            object.__setattr__(self, "arms", arms)
        for axis in ("datasets", "arms", "seeds"):
            if len(getattr(self, axis)) == 0:
                raise ValueError(f"{axis} is empty; accepted is one or more.")
        for name in ("epochs", "batch_size", "scored_seeds"):
            if not getattr(self, name) >= 1:
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}; accepted is 1 or more."
                )
        if self.patience is not None and not self.patience >= 1:
            raise ValueError(
                f"patience is {self.patience!r}; accepted is None, or 1 or more."
            )
        self.refuse_bad_axes()
        for axis in ("datasets", "arms", "builders", "measures"):
            refuse_equal_names(axis, getattr(self, axis))
        if not self.trials():
            raise ValueError(
                "no arm is on any data set; accepted are arms of which one is."
            )
        self.refuse_bad_pilot()
        known = [measure.name for measure in (*self.measures, LOSS)]
        for name in self.choosing:
            if name not in known:
                raise ValueError(
                    f"choose_by is {name!r}; accepted are {', '.join(known)}."
                )

    def __getstate__(self):
        """Without the losses that were made, which are made again."""
        return {name: part for name, part in vars(self).items() if name != "made"}

    def refuse_bad_axes(self):
        """The grid's axes are an optimizer's, and every value is one it can have."""
        for axis in self.axes:
            if axis not in OF_OPTIMIZER:
                raise ValueError(
                    f"axes names {axis!r}; accepted are {', '.join(OF_OPTIMIZER)}; a "
                    "loss's own parameter is an axis of its arm."
                )
        for arm in self.arms:
            for axis, values in {**self.axes, **arm.axes}.items():
                low = [v for v in values if not (v > 0 if axis == RATE else v == v)]
                if len(values) == 0 or low:
                    raise ValueError(
                        f"axis {axis} is {list(values)}; accepted is one number or "
                        f"more{', above 0' if axis == RATE else ''}."
                    )
            if RATE not in {**self.axes, **arm.axes}:
                raise ValueError(
                    f"arm {arm.name!r} has no learning_rate; accepted is one or more."
                )
            if arm.model is None and not self.models:
                raise ValueError(
                    f"models is empty and arm {arm.name!r} has none; accepted is one "
                    "or more."
                )
        names = {name for arm in self.arms for name in arm.axes}
        names |= {name for each in self.tagged for name in each.tags}
        taken = (names - {COVERS}) & set(RESERVED) - set(OF_OPTIMIZER)
        if taken:
            raise ValueError(
                f"{min(taken)!r} is a tag or an axis; accepted are names other than "
                f"those of the columns {', '.join(RESERVED)}."
            )

    def refuse_bad_pilot(self):
        """A pilot has seeds of its own, and one measure to choose by."""
        if self.pilot is None:
            return
        if common := sorted({*self.pilot.seeds} & {*self.seeds}):
            raise ValueError(
                f"pilot has the seed {common[0]}, which seeds has too; accepted are "
                "others."
            )
        if len(self.choosing) > 1:
            raise ValueError(
                f"choose_by is {self.choose_by!r} and there is a pilot; accepted is "
                "one measure."
            )

    @property
    def builders(self):
        """The models of the grid and of its arms, each once."""
        own = [arm.model for arm in self.arms if arm.model is not None]
        builders = [*self.models, *own]
        return [each for i, each in enumerate(builders) if each not in builders[:i]]

    @property
    def tagged(self):
        return [
            each
            for each in (*self.datasets, *self.builders, *self.arms)
            if hasattr(each, "tags")
        ]

    def trials(self):
        """Every cell of the grid, in its order: data set, model, arm, axes, seed."""
        return [
            Trial(dataset.name, model.name, arm.name, axes, int(seed))
            for dataset, model, arm in itertools.product(
                self.datasets, self.builders, self.arms
            )
            if arm.tried_on(dataset) and self.pairs(arm, model)
            for axes in self.values(dataset, model, arm)
            for seed in self.seeds
        ]

    def pairs(self, arm, model):
        """Whether an arm is tried with a model."""
        return model in self.models if arm.model is None else model == arm.model

    def values(self, dataset, model, arm):
        """Every combination of the axes of an arm on a data set, with a model."""
        cell = dataset.name, model.name, arm.name
        if cell in self.fixed:
            yield tuple(self.fixed[cell].items())
            return
        more = self.wider.get(cell, {})
        axes = {
            name: sorted({*map(float, values), *more.get(name, ())})
            for name, values in {**self.axes, **arm.axes}.items()
        }
        for values in itertools.product(*axes.values()):
            yield tuple(zip(axes, values, strict=True))

    def dataset(self, trial):
        return named(self.datasets, trial.dataset)

    def model(self, trial):
        return named(self.builders, trial.model)

    def arm(self, trial):
        return named(self.arms, trial.arm)

    def loss(self, trial):
        """The loss of a trial; the same object for every trial that has it."""
        own = tuple((n, v) for n, v in trial.axes if n not in OF_OPTIMIZER)
        return self.made(trial.arm, trial.dataset, own)

    @functools.cached_property
    def made(self):
        """Makes the loss of an arm, a data set and values of the arm's own axes, once."""

        @functools.cache
        def made(arm, dataset, own):
            dataset = named(self.datasets, dataset)
            loss = named(self.arms, arm).made(dataset, dict(own))
            if not isinstance(loss, keras.losses.Loss):
                raise ValueError(
                    f"arm {arm!r} makes {loss!r}; accepted is a keras.losses.Loss."
                )
            return loss

        return made

    def columns(self, trial):
        """What a trial is, as columns: its cell, its axes, its seed, its tags."""
        of = (self.dataset(trial), self.model(trial), self.arm(trial))
        tags = [getattr(each, "tags", {}) for each in of]
        return {
            "dataset": trial.dataset,
            "model": trial.model,
            "arm": trial.arm,
            **dict(trial.axes),
            "seed": trial.seed,
            **{n: value for each in tags for n, value in each.items() if n != COVERS},
        }

    @property
    def axis_names(self):
        """The hyper-parameters of the grid and of its arms."""
        names = [*self.axes, *(name for arm in self.arms for name in arm.axes)]
        return tuple(dict.fromkeys(names))

    @property
    def choosing(self):
        """The names of the measures that choose, the default one first."""
        if self.choose_by is None:
            return tuple(measure.name for measure in self.measures[:1])
        return (self.choose_by,) if isinstance(self.choose_by, str) else self.choose_by

    def measure(self, name=None):
        """A measure by name; by default the one that chooses."""
        return measure_of(self.measures, name, *self.choosing)

    def keys(self, trials, engine, reader=None):
        """The key of each trial: a digest of all that decides what it measures.

        Args:
            trials: Trials of this grid.
            engine: What trains them: functions, classes, modules.
            reader: An `identity.Reader` that has read some of it, for grids that grow.
        """
        reader = reader or identity.Reader()
        read = functools.cache(lambda kind, name: reader.digest(self.part(kind, name)))
        of_loss = functools.cache(lambda loss: reader.digest(loss))
        shared = reader.digest(
            engine,
            self.optimizer,
            self.epochs,
            self.batch_size,
            self.patience,
            {measure.name: measure for measure in self.measures},
            keras.config.floatx(),
            identity.major(keras.__version__),
        )
        of_models = {
            model.name: reader.digest(model, drawn_by(model)) for model in self.builders
        }
        return {
            trial: identity.digest(
                shared,
                read("datasets", trial.dataset),
                of_models[trial.model],
                of_loss(self.loss(trial)),
                [pair for pair in trial.axes if pair[0] in OF_OPTIMIZER],
                trial.seed,
                list(self.kept_of(trial)),
                reader=reader,
            )
            for trial in trials
        }

    def part(self, kind, name):
        return named(getattr(self, kind), name)

    def kept_of(self, trial):
        """The splits whose raw scores a trial leaves."""
        return self.keep_scores if trial.seed in self.scored else ()

    @functools.cached_property
    def scored(self):
        """The seeds whose trials leave raw scores."""
        return {*list(self.seeds)[: self.scored_seeds]}

    def piloted(self):
        """The grid of the pilot; a falling rate falls within its epochs."""
        epochs = self.pilot.epochs or self.epochs
        return dataclasses.replace(
            self,
            seeds=self.pilot.seeds,
            epochs=epochs,
            optimizer=shortened(self.optimizer, epochs / self.epochs),
            pilot=None,
            keep_scores=(),
        )

    def at(self, chosen):
        """The experiment at chosen values: a table of one row a cell at least."""
        fixed = {
            tuple(row[name] for name in CELL): {
                name: row[name]
                for name in {**self.axes, **named(self.arms, row["arm"]).axes}
            }
            for row in chosen.to_dict("records")
        }
        return dataclasses.replace(self, fixed=fixed)

    def quick(self):
        """The same grid, small enough for a smoke run.

        Two seeds, two values an axis, three epochs, the first three of many data
        sets, and no more than 300 examples a part.
        """
        sets = list(self.datasets)
        return dataclasses.replace(
            self,
            datasets=[each.shortened() for each in sets[: 3 if len(sets) > 4 else 4]],
            seeds=list(self.seeds)[:2],
            axes=first_two(self.axes),
            arms=[dataclasses.replace(a, axes=first_two(a.axes)) for a in self.arms],
            epochs=min(self.epochs, 3),
            pilot=None,
        )


def shortened(optimizer, share):
    """An optimizer whose schedule takes a share of its steps, if it has one of such."""
    config = optimizer.get_config()
    rate = config["learning_rate"]
    if not isinstance(rate, dict) or "decay_steps" not in rate["config"]:
        return optimizer
    steps = max(1, round(share * rate["config"]["decay_steps"]))
    rate = {**rate, "config": {**rate["config"], "decay_steps": steps}}
    return type(optimizer).from_config({**config, "learning_rate": rate})


def drawn_by(model):
    """What a builder's initial weights depend on beside the seed: a backend, or nothing."""
    return None if getattr(model, "portable", False) else keras.backend.backend()


def first_two(axes):
    return {name: list(values)[:2] for name, values in axes.items()}


def full():
    """Whether `FULL=1` in the environment asks for a published, larger budget."""
    return bool(os.environ.get("FULL"))


def named(choices, name):
    return next(choice for choice in choices if choice.name == name)


def refuse_equal_names(axis, things):
    """Two things of one name could not be told apart in any table."""
    names = [each.name for each in things]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(
                f"{'models' if axis == 'builders' else axis} has {names.count(name)} "
                f"named {name!r}; accepted are different names."
            )
