"""`hk.compare`: which loss for your data and your model?"""

import inspect
import random
from dataclasses import dataclass
from pathlib import Path

import keras

import hinge_keras as hk
from hinge_keras.lab import models, plots, report, stats, store, training
from hinge_keras.lab import seeds as seeding
from hinge_keras.lab.data import given
from hinge_keras.lab.experiment import Experiment
from hinge_keras.lab.progress import Progress
from hinge_keras.lab.run import environment

RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2)
SQUASHING = ("sigmoid", "softmax", "tanh")


def compare(
    build_model,
    x,
    y=None,
    losses=("cross_entropy", "hinge", "squared_hinge"),
    seeds=30,
    learning_rates=RATES,
    optimizer="adam",
    epochs=50,
    batch_size=32,
    metrics=None,
    choose_by="accuracy",
    standardise=True,
):
    """Train a model with several losses, equally tuned, and compare them in pairs.

    For each seed the data are split by class, 60 % to train, 20 % to validate,
    20 % to test; every loss trains the same model from the same weights on the
    same batches at every learning rate. The rate is chosen for each loss on
    validation data, and the losses are compared on the test part, paired by seed.

    Args:
        build_model: A function that returns a Keras model ending in a linear
            layer, of one output for two classes, else of one output a class.
            It may take `input_shape`, `outputs` and `seed`. None for an MLP
            with 64 hidden units.
        x: An array, a DataFrame (text and gaps are handled), or a data set of
            `(x, y)` batches.
        y: Labels of any type, one a row; None with a data set.
        losses: Names or Keras losses, or a mapping from name to Keras loss.
            With more than two classes `hinge` and `squared_hinge` mean
            Crammer-Singer's.
        seeds: How many, or which.
        learning_rates: Tried with every loss.
        optimizer: A name or a Keras optimizer.
        epochs: Passes over the training part.
        batch_size: Examples a step.
        metrics: Makers of Keras metrics by name, beside accuracy.
        choose_by: The metric that chooses the learning rate on validation data.
        standardise: Whether inputs get mean 0 and deviation 1; False for
            token numbers.

    Returns:
        A `Comparison`. Beside accuracy it has `test_brier_score` and
        `test_calibration_error` of the probabilities that each trial's scores
        become after scaling on validation data, as in
        `summary("test_brier_score")`.

    Raises:
        ValueError: If an argument or the data cannot be used, in one sentence.
    """
    dataset = given.dataset(x, y, standardise=standardise)
    experiment = Experiment(
        datasets=[dataset],
        models=[Built(build_model)],
        losses=resolved(losses, dataset.classes),
        learning_rates=list(learning_rates),
        seeds=range(seeds) if isinstance(seeds, int) else list(seeds),
        epochs=epochs,
        batch_size=batch_size,
        optimizer=resolved_optimizer(optimizer),
        metrics={"accuracy": hk.ScoreAccuracy, **(metrics or {})},
        calibrated={
            "brier_score": hk.BrierScore,
            "calibration_error": hk.ExpectedCalibrationError,
        },
    )
    if choose_by not in experiment.metrics:
        known = ", ".join(experiment.metrics)
        raise ValueError(f"choose_by is {choose_by!r}; accepted are {known}.")
    check_head(experiment)
    trials = experiment.trials()
    progress = Progress("compare", len(trials))
    records = []
    for outcome in training.train(experiment, trials, watch=progress.within):
        records.append(store.record(outcome, **environment()))
        progress.step()
    return Comparison(experiment, store.results(records), choose_by)


@dataclass(frozen=True)
class Built:
    """A user's function as a model builder of the laboratory."""

    build: object
    name: str = "model"

    def __call__(self, input_shape, outputs, seed):
        if self.build is None:
            return models.MLP((64,))(input_shape, outputs, seed)
        offered = {"input_shape": input_shape, "outputs": outputs, "seed": seed}
        taken = inspect.signature(self.build).parameters
        state = random.getstate()
        # Layers that name no seed take theirs from Python's generator: it is
        # set from the trial's seed for the build, and given back as it was.
        keras.utils.set_random_seed(seeding.derive(seed, "weights"))
        try:
            return self.build(**{k: v for k, v in offered.items() if k in taken})
        finally:
            random.setstate(state)


def resolved(losses, classes):
    """Losses by the name that tables show, from names, losses or a mapping."""
    if isinstance(losses, str | keras.losses.Loss):
        losses = [losses]
    if not isinstance(losses, dict):
        losses = {getattr(loss, "name", loss): loss for loss in losses}
    return {
        name: named_loss(loss, classes) if isinstance(loss, str) else loss
        for name, loss in losses.items()
    }


def named_loss(name, classes):
    """A loss by name, for two classes or more."""
    multiclass = classes > 2
    if name == "cross_entropy":
        losses = keras.losses
        return (
            losses.SparseCategoricalCrossentropy(from_logits=True)
            if multiclass
            else losses.BinaryCrossentropy(from_logits=True)
        )
    known = hk.losses.names()
    if name not in known:
        raise ValueError(
            f"losses contains {name!r}; accepted are cross_entropy, {', '.join(known)}."
        )
    loss = hk.losses.get(name)
    if multiclass and isinstance(loss, hk.BinaryLoss):
        return hk.CrammerSinger(loss)
    if not multiclass and isinstance(loss, hk.MulticlassLoss):
        raise ValueError(
            f"losses contains {name!r}, a multiclass loss, but y has 2 classes; "
            "accepted are binary losses."
        )
    return loss


def resolved_optimizer(optimizer):
    """A Keras optimizer, from itself or from its name."""
    try:
        return keras.optimizers.get(optimizer)
    except ValueError:
        raise ValueError(
            f"optimizer is {optimizer!r}; accepted is a Keras optimizer or its name."
        ) from None


def check_head(experiment):
    """Refuse a model whose outputs are not the raw scores that losses take."""
    dataset, build = experiment.datasets[0], experiment.models[0]
    splits = dataset.load(experiment.seeds[0])
    shape = splits["train"][0].shape[1:]
    model = build(shape, dataset.outputs, experiment.seeds[0])
    activation = getattr(model.layers[-1], "activation", None)
    ending = getattr(activation, "__name__", "linear")
    if ending in SQUASHING:
        raise ValueError(
            f"build_model ends in a {ending}; accepted is a linear last layer, since "
            "every loss here takes raw scores."
        )
    try:
        outputs = model.compute_output_shape((None, *shape))[-1]
    except (TypeError, ValueError) as error:
        first = str(error).strip().splitlines()[0]
        raise ValueError(
            f"build_model cannot take inputs of shape {shape} ({first}); accepted is "
            "a model that can, for example one built from input_shape."
        ) from None
    if outputs != dataset.outputs:
        raise ValueError(
            f"build_model has {outputs} outputs; accepted for {dataset.classes} classes "
            f"is {dataset.outputs}."
        )


@dataclass(frozen=True, repr=False)
class Comparison:
    """Losses compared on one data set and model.

    Attributes:
        experiment: The grid that was trained.
        results: Its tables.
        choose_by: The metric that chose the rates, on validation data.
    """

    experiment: Experiment
    results: store.Results
    choose_by: str = "accuracy"

    @property
    def trials(self):
        """One row a trial."""
        return self.results.trials

    @property
    def curves(self):
        """One row a trial and epoch, with the trial's columns."""
        return self.results.labelled("curves")

    @property
    def chosen(self):
        """The trials at each loss's best rate."""
        return stats.chosen(self.trials, f"validation_{self.choose_by}")

    def summary(self, metric=None):
        """Each loss against each: difference, interval, p and verdict.

        Args:
            metric: A measured column; test accuracy by default.
        """
        return stats.compare(self.chosen, metric or f"test_{self.choose_by}")

    def means(self, metric=None):
        """Each loss at its chosen rate: mean, deviation, calibration.

        Args:
            metric: A measured column; test accuracy by default.
        """
        by = ["loss", "learning_rate"]
        shown = metric or f"test_{self.choose_by}"
        table = stats.described(self.chosen, shown, by)
        cells = self.chosen.groupby(by, sort=False)
        for name in self.experiment.calibrated:
            table[name] = cells[f"test_{name}"].mean().to_numpy()
        return table

    def verdict(self):
        """The answer in words."""
        summary = self.summary()
        seen = stats.seen(summary)
        if seen.empty:
            reach = 100 * summary.detectable.max()
            return (
                f"No difference seen between {' and '.join(self.experiment.losses)}; "
                f"{len(self.experiment.seeds)} seeds could have shown {reach:.1f} points."
            )
        return "; ".join(told(row) for row in seen.itertuples()) + "."

    def budget(self):
        """What it cost, the same for every loss."""
        e = self.experiment
        return (
            f"{len(self.trials)} trainings: {len(e.losses)} losses x "
            f"{len(e.learning_rates)} learning rates x {len(e.seeds)} seeds, "
            f"{e.epochs} epochs each, {self.trials.seconds.sum():.1f} s in all"
        )

    def plot_curves(self, column=None):
        """Validation curves at the chosen rates."""
        curves = self.curves.merge(self.chosen[["trial"]], on="trial")
        column = column or f"validation_{self.choose_by}"
        return plots.curves(curves, [column], "Each loss at its own best rate")

    def plot_gaps(self, metric=None):
        """Paired differences with their intervals."""
        return plots.gaps(self.summary(metric), self.verdict())

    def to_csv(self, folder):
        """Write trials, curves and summary as CSV files."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        store.write(self.trials, folder / "trials.csv")
        store.write(self.results.curves, folder / "curves.csv")
        store.write(self.summary(), folder / "summary.csv")

    def report(self, folder):
        """Write tables, figures and a page, and return the page's path."""
        self.to_csv(folder)
        findings = report.Findings(
            sentence=self.verdict(),
            summary=self.summary(),
            figures={"gaps": self.plot_gaps(), "curves": self.plot_curves()},
            notes=report.markdown(self.means()),
        )
        setting = {"budget": self.budget(), **environment()}
        report.publish(
            findings, Path(folder), "Which loss for these data?", setting, {}
        )
        return Path(folder) / "README.md"

    def __repr__(self):
        table = self.means().to_string(index=False, float_format="{:.4g}".format)
        return f"{self.verdict()}\n{table}\n{self.budget()}"

    def _repr_html_(self):
        table = self.means().to_html(index=False, float_format="{:.4g}".format)
        return f"<p><b>{self.verdict()}</b></p>{table}<p>{self.budget()}</p>"


def told(row):
    """One difference in words, its interval from the smaller end up."""
    low, high = sorted([100 * abs(row.low), 100 * abs(row.high)])
    gap = 100 * abs(row.difference)
    return f"{row.verdict} than {row.b} by {gap:.1f} points ({low:.1f} to {high:.1f})"
