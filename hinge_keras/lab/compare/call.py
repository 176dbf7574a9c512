"""`hk.compare`: from a user's data, model and losses to a `Comparison`."""

import textwrap
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import keras
from numpy.typing import ArrayLike

from hinge_keras.lab.compare import arms, baselines, data, heads, rulers
from hinge_keras.lab.compare.columns import NUMBER
from hinge_keras.lab.compare.comparison import Comparison
from hinge_keras.lab.compare.trained import searched
from hinge_keras.lab.grid.experiment import Experiment
from hinge_keras.lab.training import engines

WIDE = 79
MOST_TOLD = 20  # Columns of which each is told, those of plain numbers too.
RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2)


def compare(
    build_model: Any,
    x: Any,
    y: Any = None,
    losses: Any = None,
    seeds: int | Iterable[int] = 30,
    learning_rates: float | Sequence[float] = RATES,
    optimizer: str | keras.optimizers.Optimizer = "adam",
    epochs: int = 50,
    batch_size: int = 32,
    metrics: Any = None,
    choose_by: str | None = None,
    standardise: bool = True,
    *,
    columns: Mapping[str, str] | None = None,
    ignore: Sequence[str] = (),
    positive: Any = None,
    task: str | None = None,
    groups: ArrayLike | str | None = None,
    time: ArrayLike | str | None = None,
    test: ArrayLike | None = None,
    splitter: Any = None,
    sample_weight: ArrayLike | str | None = None,
    class_weight: Mapping[Any, float] | str | None = None,
    threshold: float = 0.0,
    patience: int | None = None,
    time_budget: float | None = None,
    folder: Any = None,
    engine: Any = "here",
    verbose: bool = True,
) -> Comparison:
    """Train a model with several losses, equally tuned, and compare them in pairs.

    For each seed the data are split by class, 60 % to train, 20 % to validate,
    20 % to test; every loss trains the same model from the same weights on the
    same batches at every learning rate. The rate is chosen for each loss on
    validation data, and the losses are compared on the test part, paired by seed,
    beside what one would have without a net.

    Args:
        build_model: A function that returns a Keras model ending in a linear
            layer, of one output for two classes, else of one output a class.
            It may take `input_shape`, `outputs` and `seed`. Or a model, or a class of
            models, of which each training makes a new one. None for 64 hidden units.
        x: A table (text, dates and gaps are handled, `columns` of the result says
            how), an array, several of them as a dictionary or list for a model of
            several inputs, sparse rows, or a data set of `(x, y)` or `(x, y, weight)`
            batches.
        y: Labels of any type, one a row, or one-hot; the name of a column of `x`; None
            with a data set. Numbers of many values are a regression.
        losses: Names or Keras losses, or a mapping from name to one of them. By
            default cross_entropy, hinge and squared_hinge, which with more than two
            classes mean Crammer-Singer's; of a regression squared_error,
            absolute_error and epsilon_insensitive, in deviations of `y`.
        seeds: How many, or which.
        learning_rates: Tried with every loss, and more beyond them while one is best
            at an edge; a single rate is taken as it is.
        optimizer: A name or a Keras optimizer.
        epochs: Passes over the training part.
        batch_size: Examples a step.
        metrics: Keras metrics beside accuracy: makers by name, or a list; those that
            take probabilities are given some. `lab.Measure`s of any others.
        choose_by: The metric that chooses the learning rate on validation data, and
            that the verdict is about: by default accuracy, where a class is rarer
            than one row in ten balanced_accuracy, of a regression absolute_error.
        standardise: Whether inputs get mean 0 and deviation 1; False for
            token numbers.
        columns: What columns of a table are, `{name: kind}`, where they were taken
            for something else: number, category, text, date, identifier.
        ignore: Columns to set aside.
        positive: Of two labels, the one that is 1.
        task: "classes" or "regression", where labels were taken for the other.
        groups: A name a row, or a column: rows of one name stay on one side of splits.
        time: A time a row, or a column: the last fifth is tested on.
        test: The rows to test on, by number or as a truth value a row.
        splitter: A scikit-learn splitter, whose parts the seeds take in turn.
        sample_weight: A weight a row in the losses, or a column; measures count all
            rows alike.
        class_weight: "balanced", or weights by label, in the losses.
        threshold: The score above which two classes are decided for the second.
        patience: Epochs without a lower validation loss that end a training, which
            then keeps its best weights; None trains all epochs.
        time_budget: Seconds after which no further seeds are begun; the first six
            are always trained.
        folder: Keep finished trials there, and go on from those that are kept.
        engine: Where trials train: `"here"`, in this process; `"processes"`, one a
            core; `"ray"`; or one of `lab.engines` with its workers counted. The numbers
            are the same.
        verbose: Whether progress is told.

    Returns:
        A `Comparison`. Its `recommendation()` says in three sentences which loss to
        take, how sure that is and what would tell more; `verdict()` which loss is
        better than which by how much, which are equal within a point, and what is
        undecided; `best` is a trained model to keep. Beside accuracy it has
        `test_brier_score` and `test_calibration_error` of the probabilities that
        each trial's scores become after scaling on validation data, as in
        `summary("brier_score")`.

    Raises:
        ValueError: If an argument or the data cannot be used, in one sentence.
    """
    every_seed = numbered(seeds)
    engines.refuse(engine)
    given = data.understood(
        x,
        y,
        {
            "sample_weight": sample_weight,
            "class_weight": class_weight,
            "positive": positive,
            "task": task,
            "columns": columns,
            "ignore": ignore,
            "groups": groups,
            "time": time,
            "test": test,
            "splitter": splitter,
            "standardise": standardise,
        },
        every_seed,
    )
    built = heads.Built(build_model, given.parts)
    experiment = Experiment(
        datasets=[given.dataset()],
        models=[built],
        arms=arms.resolved(losses, given.labels),
        axes={"learning_rate": rates(learning_rates)},
        seeds=every_seed,
        epochs=epochs,
        batch_size=batch_size,
        optimizer=arms.optimizer(optimizer),
        patience=patience,
        measures=rulers.measures(metrics, given.classes, threshold),
        choose_by=choose_by or given.measure,
    )
    refuse_choice(experiment)
    if verbose:
        say(given)
    with warnings.catch_warnings():
        # Of how Keras turns TensorFlow's tensors into arrays, which is not the user's.
        warnings.filterwarnings("ignore", "__array__ implementation doesn't accept")
        check_head(built, given, experiment)
        with engines.given(engine) as workers:
            experiment, results = searched(
                experiment, folder, time_budget, verbose, workers
            )
        beside = baselines.measured(experiment, given.is_regression)
    return Comparison(given, experiment, results, beside, len(every_seed), threshold)


def rates(given):
    """Learning rates as a list."""
    return [float(given)] if isinstance(given, int | float) else list(given)


def numbered(seeds):
    """Seeds as a list of Python's integers."""
    try:
        found = [*map(int, seeds if hasattr(seeds, "__iter__") else range(seeds))]
    except (TypeError, ValueError):
        raise ValueError(
            f"seeds is {seeds!r}; accepted is how many, or a list of integers."
        ) from None
    if not found:
        raise ValueError("seeds is empty; accepted is one or more.")
    return found


def refuse_choice(experiment):
    """Rates are chosen on validation data, where probabilities are not measured."""
    measure = experiment.measure()
    if measure.calibrated:
        raise ValueError(
            f"choose_by is {measure.name!r}, which is measured on the test part alone; "
            "accepted are measures of scores, such as accuracy."
        )


def check_head(built, given, experiment):
    """Refuse a model whose outputs are not the raw scores that losses take."""
    dataset, seed = experiment.datasets[0], experiment.seeds[0]
    x, *_ = dataset.load(seed)["train"]
    heads.checked(built, x.shape[1:], dataset.outputs, seed, given.classes, x)


def say(given):
    """Tell what the data are taken for, before anything is trained on them."""
    print(*lines(given), sep="\n", flush=True)


def lines(given):
    """What the data are taken for, in lines of at most 79 characters."""
    if given.columns is not None:
        found = given.columns.table
        plain = found[found.kind == NUMBER] if len(found) > MOST_TOLD else found[:0]
        for row in found.drop(index=plain.index).to_dict("records"):
            becomes = f"; becomes {row['becomes']}" if row["used"] else "; set aside"
            yield wrapped(f"{row['column']}: {row['kind']}, {row['why']}{becomes}")
        if len(plain):
            yield f"and {len(plain)} columns of numbers"
    yield wrapped(f"y: {given.labels.why}; rows split {given.splits.told}")
    for sentence in given.remarks:
        yield wrapped(f"! {sentence}")


def wrapped(told):
    """A line for people, over as many lines as it needs; no name breaks it."""
    plain = " ".join(filter(str.isprintable, told.split()))
    return textwrap.fill(plain, WIDE, subsequent_indent="    ")
