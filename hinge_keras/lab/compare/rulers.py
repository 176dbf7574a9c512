"""What is measured beside the losses, from what a user gives as metrics.

Nets here give raw scores, and most of Keras' metrics read probabilities: each is given
what it reads. Those that cut at a half read a sigmoid or softmax of the scores, which is
a half at the threshold; those that sweep over thresholds read the order of the scores,
which no size of scores crowds at 0 and 1; those that judge the probabilities themselves
read calibrated ones.
"""

import dataclasses
import functools
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import keras
import numpy as np
from keras import ops

import hinge_keras as hk
from hinge_keras.configured import Configured
from hinge_keras.lab.compare.heads import is_of_keras, named_parameters, refused
from hinge_keras.lab.tables.schema import Measure
from hinge_keras.metrics.probabilities import ProbabilityTally
from hinge_keras.metrics.tallies import SignTally

ACCEPTED = "a metric, its class, a function that makes one, or a name of Keras' or ours"
KINDS = {"up": "share", "down": "loss"}
RAW, ODDS, DECISIONS = "raw", "odds", "decisions"
SHARES, ORDER, PROBABILITIES = "shares", "order", "probabilities"
FAR = 1e30  # Its half is still finite, and infinity has no quotient.


class Form(NamedTuple):
    """How a metric reads labels and scores.

    Attributes:
        scores: As they are; less the threshold; as decisions; as shares of 1; by their
            order alone; or as probabilities, which they are already.
        rows: Whether it reads a column for each class where two have one score.
        integers: Whether it reads labels as class numbers, and not one-hot.
    """

    scores: str
    rows: bool = False
    integers: bool = False


# By the names of Keras' classes; its functions are spelled likewise.
FORMS = {
    Form(RAW): "Hinge SquaredHinge",
    Form(RAW, rows=True): "CategoricalHinge",
    Form(ODDS, rows=True): (
        "CategoricalAccuracy TopKCategoricalAccuracy OneHotIoU OneHotMeanIoU"
    ),
    Form(ODDS, rows=True, integers=True): (
        "SparseCategoricalAccuracy SparseTopKCategoricalAccuracy"
    ),
    Form(DECISIONS, integers=True): "Accuracy IoU MeanIoU",
    Form(SHARES): "BinaryAccuracy BinaryIoU Precision Recall F1Score FBetaScore",
    Form(ORDER): (
        "AUC PrecisionAtRecall RecallAtPrecision SensitivityAtSpecificity "
        "SpecificityAtSensitivity"
    ),
    Form(PROBABILITIES): (
        "BinaryCrossentropy BinaryFocalCrossentropy Poisson MeanSquaredError "
        "RootMeanSquaredError MeanAbsoluteError MeanAbsolutePercentageError "
        "MeanSquaredLogarithmicError LogCosh LogCoshError Huber R2Score Dice Tversky"
    ),
    Form(PROBABILITIES, rows=True): (
        "CategoricalCrossentropy CategoricalFocalCrossentropy KLDivergence "
        "CategoricalGeneralizedCrossEntropy CosineSimilarity PearsonCorrelation "
        "ConcordanceCorrelation"
    ),
    Form(PROBABILITIES, rows=True, integers=True): "SparseCategoricalCrossentropy",
}


def plain(name):
    """`MeanSquaredError` and `mean_squared_error` alike."""
    return name.replace("_", "").lower()


BY_NAME = {plain(name): form for form, names in FORMS.items() for name in names.split()}


def measures(metrics, classes, threshold=0.0):
    """Accuracy of all rows and of each class, a user's metrics, and two of calibration.

    Args:
        metrics: Metrics or what makes them, losses, names or `Measure`s, in a list or
            by name; one named like one of the others replaces it.
        classes: How many there are; `None` of a regression, whose first measure is the
            absolute error and which has no others.
        threshold: The score above which two classes are decided for the second.

    Returns:
        `Measure`s.

    Raises:
        ValueError: If what is given measures nothing here, in one sentence.
    """
    first, last = defaults(classes, threshold)
    known = [measure.name for measure in (*first, *last)]
    own = [
        measured(name, given, classes, threshold)
        for name, given in entries(metrics)
        if name is not None or not isinstance(given, str) or given not in known
    ]
    for name, count in Counter(measure.name for measure in own).items():
        if count > 1:
            raise ValueError(
                f"metrics has {count} named {name!r}; accepted are metrics of "
                "different names, or a mapping from name to metric."
            )
    places = {measure.name: measure for measure in (*first, *own, *last)}
    return list({**places, **{measure.name: measure for measure in own}}.values())


def entries(metrics):
    """What was given, each with the name that it was given under, or `None`."""
    if metrics is None:
        return []
    if isinstance(metrics, Mapping):
        return list(metrics.items())
    several = metrics if isinstance(metrics, list | tuple) else [metrics]
    return [(None, given) for given in several]


def defaults(classes, threshold):
    """The measures that come before a user's and after them."""
    if classes is None:
        error = functools.partial(
            translated, keras.metrics.MeanAbsoluteError, Form(RAW), classes
        )
        return [Measure("absolute_error", error, kind="loss")], []
    deciding = [
        Measure("accuracy", decided(hk.ScoreAccuracy, classes, threshold)),
        Measure("balanced_accuracy", decided(balanced(classes), classes, threshold)),
    ]
    return deciding, [
        Measure("brier_score", hk.BrierScore, "loss", calibrated=True),
        Measure(
            "calibration_error", hk.ExpectedCalibrationError, "loss", calibrated=True
        ),
    ]


def balanced(classes):
    """Makes a metric of the mean over classes of the share of each that is right."""
    if classes == 2:
        return hk.BalancedAccuracy
    # Of decisions, since a tie of scores would count for the true class.
    best = functools.partial(hk.MacroTopKAccuracy, classes, 1)
    return functools.partial(translated, best, Form(DECISIONS, True, True), classes)


def decided(make, classes, threshold):
    """Makes our metric, of two classes decided by a threshold that may not be 0."""
    if classes > 2 or threshold == 0:
        return make
    return functools.partial(
        translated, make, Form(ODDS, integers=True), classes, threshold
    )


def translated(make, form, classes, threshold=0.0):
    """A new metric that reads labels and raw scores in a form of its own."""
    return Translated(make(), form, classes, threshold)


def measured(name, given, classes, threshold):
    """A `Measure` of what was given as a metric."""
    if not isinstance(given, Measure):
        measure = understood(name, given, classes, threshold)
    else:
        measure = given if name is None else dataclasses.replace(given, name=name)
    if measure.make is not None:
        refuse_unless_a_number(measure, classes)
    return measure


def understood(name, given, classes, threshold):
    """A `Measure` of a metric or of what makes one, which is given what it reads."""
    shown = name or getattr(given, "name", None) or getattr(given, "__name__", given)
    with refused(f"metrics has {shown!r}, which makes no metric", ACCEPTED):
        make = maker(given, classes, threshold)
        metric = make()
        if not isinstance(metric, keras.metrics.Metric):
            raise ValueError(f"it makes {type(metric).__name__}")
    name = name or own_name(metric)
    kind, form = kind_of(metric, name), form_of(metric, classes)
    if form is None:
        return Measure(name, make, kind, isinstance(metric, ProbabilityTally))
    if cuts_at_half(metric, classes):
        make = again(metric, threshold=0.5)
    make = functools.partial(translated, make, form, classes, threshold)
    return Measure(name, make, kind, form.scores == PROBABILITIES)


def maker(given, classes, threshold):
    """What makes a new metric at each call, from what was given as one."""
    if isinstance(given, str):
        return named(given, classes, threshold)
    if isinstance(given, keras.metrics.Metric):
        return again(given)
    is_class = isinstance(given, type)
    if isinstance(given, keras.losses.Loss) or (
        is_class and issubclass(given, keras.losses.Loss)
    ):
        return functools.partial(hk.LossMetric, given)
    if not callable(given):
        raise ValueError(f"it is {type(given).__name__}")
    needed = [p for p in named_parameters(given) if p.default is p.empty]
    if is_class or len(needed) != 2:
        return given
    if is_of_keras(given):
        return of_keras(given.__name__)
    return functools.partial(keras.metrics.MeanMetricWrapper, given, given.__name__)


def named(name, classes, threshold):
    """What makes the metric of a name: ours if it measures so many classes."""
    ours = hk.metrics.METRICS.classes.get(name)
    several = classes is not None and classes > 2
    if ours is None or (several and issubclass(ours, SignTally)):
        return of_keras(name)
    takes = [p.name for p in named_parameters(ours)]
    offered = {"classes": classes, "threshold": threshold}
    return functools.partial(ours, **{n: v for n, v in offered.items() if n in takes})


def of_keras(name):
    """What makes Keras' metric of a name, or a metric of its loss of that name."""
    try:
        return type(keras.metrics.get(name))
    except ValueError:
        return functools.partial(hk.LossMetric, keras.losses.get(name))


def again(metric, **changes):
    """What makes a metric of the same arguments."""
    config = {**metric.get_config(), "name": own_name(metric), **changes}
    if not is_of_keras(type(metric)):
        lacking = {p.name for p in named_parameters(type(metric))} - config.keys()
        if lacking:
            raise ValueError(f"its get_config lacks {', '.join(sorted(lacking))}")
    return functools.partial(type(metric).from_config, config)


def own_name(metric):
    """A metric's name, without the number that Keras gives to all but the first."""
    stem, _, number = metric.name.rpartition("_")
    counted = number.isdigit() and plain(stem) == plain(type(metric).__name__)
    return stem if counted else metric.name


def kind_of(metric, name):
    """Which side is better, as a `Measure` has it; Keras knows it privately."""
    kind = KINDS.get(getattr(metric, "_direction", None))
    if kind is None:
        raise ValueError(
            f"metrics has {name!r} of which it is not known whether more is better; "
            f"accepted is lab.Measure({name!r}, make, kind='share' or 'loss')."
        )
    return kind


def form_of(metric, classes):
    """How a metric reads labels and scores; `None` for ours, which read them raw."""
    read = metric.loss if isinstance(metric, hk.LossMetric) else metric
    if isinstance(read, Configured):
        return None
    if classes is None:
        return Form(RAW)
    names = [*names_of(read), *names_of(getattr(read, "_fn", None))]
    form = next((BY_NAME[n] for n in names if n in BY_NAME), Form(RAW, integers=True))
    if isinstance(read, keras.metrics.FBetaScore) and read.threshold is None:
        return form._replace(rows=not cuts_at_half(read, classes))
    if hasattr(read, "get_config") and read.get_config().get("from_logits"):
        return form._replace(scores=RAW)
    return form


def names_of(thing):
    """The plain names of a function of Keras, or of the classes of Keras of an object."""
    if hasattr(thing, "__name__"):
        return [plain(thing.__name__)] if is_of_keras(thing) else []
    return [plain(cls.__name__) for cls in type(thing).__mro__ if is_of_keras(cls)]


def cuts_at_half(metric, classes):
    """Whether an F score, whose largest of one would always be decided for, cuts it."""
    return (
        classes == 2
        and isinstance(metric, keras.metrics.FBetaScore)
        and metric.threshold is None
        and metric.average is None
    )


def refuse_unless_a_number(measure, classes):
    """Refuse what cannot read labels and scores of so many classes, or gives several."""
    outputs = classes if classes is not None and classes > 2 else 1
    labels = np.arange(classes or 2, dtype="float32")
    scores = np.full((len(labels), outputs), 1 / len(labels), "float32")
    what = "numbers" if classes is None else f"{classes} classes"
    with refused(
        f"metrics has {measure.name!r}, which cannot measure {what}", "one that can"
    ):
        metric = measure.make()
        metric.update_state(labels, scores)
        value = ops.convert_to_numpy(metric.result())
    if value.shape:
        raise ValueError(
            f"metrics has {measure.name!r}, whose result has shape {value.shape}; "
            "accepted is one number, as with average='macro' or one threshold."
        )


class Translated(Configured, keras.metrics.Metric):
    """A metric that is given labels and raw scores in the form that it reads.

    Args:
        metric: Another metric, whose state is this one's.
        form: See `Form`.
        classes: How many there are; `None` of numbers.
        threshold: The score above which two classes are decided for the second.
        name: Defaults to the metric's.
        dtype: Defaults to the metric's.
    """

    def __init__(self, metric, form, classes, threshold=0.0, name=None, dtype=None):
        super().__init__(name=name or metric.name, dtype=dtype or metric.dtype)
        self.metric, self.form = metric, list(form)
        self.classes, self.threshold = classes, threshold
        self.outputs = classes if classes is not None and classes > 2 else 1
        self._direction = getattr(metric, "_direction", None)

    def update_state(self, y_true, y_pred, sample_weight=None):
        weight = () if sample_weight is None else (sample_weight,)
        self.metric.update_state(self.labels(y_true), self.formed(y_pred), *weight)

    def result(self):
        value = ops.convert_to_tensor(self.metric.result())
        return ops.reshape(value, ()) if tuple(value.shape) == (1,) else value

    def reset_state(self):
        self.metric.reset_state()

    def labels(self, y_true):
        """Labels as class numbers, as one column, or one-hot."""
        _, rows, integers = self.form
        y = ops.reshape(y_true, (-1,))
        if self.classes is not None:
            y = ops.cast(y > 0 if self.classes == 2 else y, "int32")
        if self.outputs == 1 and not rows:
            return ops.cast(ops.expand_dims(y, -1), self.dtype)
        return y if integers else ops.one_hot(y, self.classes, dtype=self.dtype)

    def formed(self, y_pred):
        """Scores or probabilities of one column, or of one for each class."""
        scores, rows, _ = self.form
        f = ops.reshape(y_pred, (-1, self.outputs))
        if self.classes == 2 and scores not in (RAW, PROBABILITIES):
            f = f - self.threshold
        if self.outputs == 1 and rows:
            rest = 1 - f if scores == PROBABILITIES else ops.zeros_like(f)
            f = ops.concatenate([rest, f], axis=-1)
        if scores == DECISIONS:
            return decisions(f, rows)
        return {SHARES: shares, ORDER: order}.get(scores, ops.convert_to_tensor)(f)


def shares(f):
    """Scores between 0 and 1, a half at 0 or adding up to 1."""
    return ops.sigmoid(f) if f.shape[-1] == 1 else ops.softmax(f)


def order(f):
    """Scores between 0 and 1 in the order of `shares`, far ones still apart."""
    if f.shape[-1] > 1:
        log_share = ops.log_softmax(f)
        f = log_share - ops.log1p(-ops.exp(log_share))
    return (1 + ops.softsign(ops.clip(f, -FAR, FAR))) / 2


def decisions(f, rows):
    """The class decided for, as a number or one-hot."""
    if f.shape[-1] == 1:
        return ops.cast(f > 0, f.dtype)
    decided = ops.argmax(f, axis=-1)
    if rows:
        return ops.one_hot(decided, f.shape[-1], dtype=f.dtype)
    return ops.cast(ops.expand_dims(decided, -1), f.dtype)
