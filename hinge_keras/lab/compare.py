"""`hk.compare`: which loss for your data and your model?"""

import inspect
import random
from dataclasses import dataclass
from pathlib import Path

import keras

import hinge_keras as hk
from hinge_keras.lab import analysis, figures, models, training
from hinge_keras.lab.bracket import bracketed
from hinge_keras.lab.data import given
from hinge_keras.lab.grid import seeds as seeding
from hinge_keras.lab.grid.arm import Arm
from hinge_keras.lab.grid.experiment import Experiment
from hinge_keras.lab.page import findings, words
from hinge_keras.lab.progress import Progress
from hinge_keras.lab.results import Results
from hinge_keras.lab.tables import view
from hinge_keras.lab.tables.schema import (
    EDGE,
    KEY,
    PLAIN,
    RATE,
    RISING,
    Measure,
    unit_of,
)
from hinge_keras.lab.training.record import environment

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
        learning_rates: Tried with every loss, and more beyond them while one is best
            at an edge; a single rate is taken as it is.
        optimizer: A name or a Keras optimizer.
        epochs: Passes over the training part.
        batch_size: Examples a step.
        metrics: Makers of Keras metrics by name, beside accuracy, of each of which
            more is better; or `lab.Measure`s.
        choose_by: The metric that chooses the learning rate on validation data.
        standardise: Whether inputs get mean 0 and deviation 1; False for
            token numbers.

    Returns:
        A `Comparison`, whose verdict names the better loss of each two with its size,
        those that are equal within a point, and what is undecided. Beside accuracy it
        has `test_brier_score` and `test_calibration_error` of the probabilities that
        each trial's scores become after scaling on validation data, as in
        `summary("test_brier_score")`.

    Raises:
        ValueError: If an argument or the data cannot be used, in one sentence.
    """
    dataset = given.dataset(x, y, standardise=standardise)
    experiment = Experiment(
        datasets=[dataset],
        models=[Built(build_model)],
        arms=resolved(losses, dataset.classes),
        axes={"learning_rate": list(learning_rates)},
        seeds=range(seeds) if isinstance(seeds, int) else list(seeds),
        epochs=epochs,
        batch_size=batch_size,
        optimizer=resolved_optimizer(optimizer),
        measures=measures(metrics),
        choose_by=choose_by,
    )
    check_head(experiment)
    records = {}

    def trained(experiment):
        """The results of an experiment, what is missing of it trained first."""
        trials = experiment.trials()
        missing = [trial for trial in trials if trial not in records]
        progress = Progress("compare", len(missing))
        for block in training.train(experiment, missing, watch=progress.within):
            records.update(block)
            progress.step(len(block))
        cells = [(trial, experiment.columns(trial)) for trial in trials]
        return Results(
            cells, records, experiment.measures, experiment.axis_names, choose_by
        )

    return Comparison(*bracketed(experiment, trained))


CALIBRATED = ("brier_score", "calibration_error")


def measures(metrics):
    """Accuracy, what the user asked for, and how good the probabilities are."""
    if isinstance(metrics, dict | None):
        metrics = [Measure(name, make) for name, make in (metrics or {}).items()]
    makers = (hk.BrierScore, hk.ExpectedCalibrationError)
    return [
        Measure("accuracy", hk.ScoreAccuracy),
        *metrics,
        *(
            Measure(name, make, kind="loss", calibrated=True)
            for name, make in zip(CALIBRATED, makers, strict=True)
        ),
    ]


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
    """Arms by the name that tables show, from names, losses or a mapping."""
    if isinstance(losses, str | keras.losses.Loss):
        losses = [losses]
    if len(losses) == 0:
        raise ValueError("losses is empty; accepted is one or more.")
    if not isinstance(losses, dict):
        names = [getattr(loss, "name", loss) for loss in losses]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(
                    f"losses has {names.count(name)} named {name!r}; accepted are "
                    "losses of different names, or a mapping from name to loss."
                )
        losses = dict(zip(names, losses, strict=True))
    return [
        Arm(name, named_loss(loss, classes) if isinstance(loss, str) else loss)
        for name, loss in losses.items()
    ]


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
    """

    experiment: Experiment
    results: Results

    @property
    def trials(self):
        """One row a trial."""
        return self.results.trials.drop(columns=KEY)

    @property
    def curves(self):
        """One row a trial and epoch, with the trial's columns."""
        return self.results.curves().drop(columns=KEY)

    @property
    def chosen(self):
        """The trials at each loss's best rate."""
        return self.results.chosen()

    def summary(self, measure=None):
        """Each loss against each: difference, interval, p and finding.

        Args:
            measure: What to compare on the test part, by name; by default what
                chose the rates. A column's own name will do too.
        """
        measure = measure or self.results.choose_by
        known = {each.name: each for each in self.experiment.measures}
        name = measure.removeprefix("test_")
        unit = unit_of(known[name]) if name in known else PLAIN
        return analysis.compare(
            self.chosen, measure, unit=unit, search=self.results.search
        )

    def means(self, measure=None):
        """Each loss at its chosen rate: mean, deviation, calibration.

        Args:
            measure: As for `summary`.
        """
        by = ["arm", "learning_rate"]
        chosen = self.chosen
        table = analysis.described(chosen, measure or self.results.choose_by, by)
        cells = chosen.groupby(by, sort=False)
        for name in CALIBRATED:
            table[name] = cells[f"test_{name}"].mean().to_numpy()
        return table

    def verdict(self):
        """The answer in words."""
        summary = self.summary()
        if summary.empty:
            (alone,) = self.means().to_dict("records")
            return (
                f"{alone['arm']} alone has {self.results.choose_by} "
                f"{alone['mean']:.3f}; two losses are needed to compare."
            )
        return f"{words.answer(summary)}{self.doubts()}"

    def doubts(self):
        """What keeps an arm from counting as tuned and trained, in words."""
        cells = self.chosen.groupby("arm", sort=False)[[EDGE, RISING]].first()
        edge, rising = (
            cells.index[cells[name].astype(bool)] for name in (EDGE, RISING)
        )
        told = ""
        if len(edge):
            told += " Not tuned, the best value at the edge of those tried: "
            told += f"{', '.join(edge)}."
        if len(rising):
            told += f" Still learning after {self.experiment.epochs} epochs: "
            told += f"{', '.join(rising)}."
        return told

    @property
    def seconds(self):
        """What the trainings took, of wall time."""
        return sum(record.seconds for record in self.results.records.values())

    def budget(self):
        """What it cost, the same for every loss."""
        e = self.experiment
        return (
            f"{len(self.trials)} trainings: {len(e.arms)} losses x "
            f"{self.trials[RATE].nunique()} learning rates x {len(e.seeds)} seeds, "
            f"{e.epochs} epochs each, {self.seconds:.1f} s in all"
        )

    def plot_curves(self, measure=None):
        """Validation curves at the chosen rates."""
        return figures.curves(
            self.results.curves(self.chosen),
            measure or self.results.choose_by,
            title="Each loss at its own best rate",
        )

    def plot_gaps(self, measure=None):
        """Paired differences with their intervals."""
        return figures.gaps(self.summary(measure), title=self.verdict())

    def files(self):
        """The tables as CSV files, by name."""
        tables = {
            "trials": self.trials,
            "curves": self.curves,
            "summary": self.summary(),
        }
        return {f"{name}.csv": view.as_csv(table) for name, table in tables.items()}

    def to_csv(self, folder):
        """Write trials, curves and summary as CSV files."""
        view.publish(folder, self.files())

    def report(self, folder):
        """Write tables, figures and a page, and return the page's path."""
        plots = {"curves": self.plot_curves()}
        if not self.summary().empty:
            plots = {"gaps": self.plot_gaps(), **plots}
        found = findings.Findings(
            sentence=self.verdict(),
            summary=self.summary(),
            figures=plots,
            notes=words.markdown(self.means()),
        )
        speak_of = "; ".join(words.estimands(self.experiment.datasets))
        setting = {"budget": self.budget(), "differences speak of": speak_of}
        setting |= environment()
        page = findings.page(found, "Which loss for these data?", setting)
        pictures = {f"{n}.png": figures.as_png(plot) for n, plot in plots.items()}
        files = {**self.files(), **pictures, "README.md": page.encode()}
        view.publish(folder, files)
        return Path(folder) / "README.md"

    def __repr__(self):
        table = self.means().to_string(index=False, float_format="{:.4g}".format)
        return f"{self.verdict()}\n{table}\n{self.budget()}"

    def _repr_html_(self):
        table = self.means().to_html(index=False, float_format="{:.4g}".format)
        return f"<p><b>{self.verdict()}</b></p>{table}<p>{self.budget()}</p>"
