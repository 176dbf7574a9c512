"""What all metrics share: a table of sums over the examples."""

import abc
from typing import Any, TypedDict

import keras
from keras import ops

from hinge_keras import margins, weights
from hinge_keras.configured import Configured, snake_case
from hinge_keras.internals import mask_of
from hinge_keras.losses.base import as_axis, as_label, widened


class Options(TypedDict, total=False):
    """The arguments that every metric of scores takes; `Tally` says what they mean."""

    ignore_label: float | None
    soft_labels: bool
    axis: int
    name: str | None
    dtype: Any


class Tally(Configured, keras.metrics.Metric, abc.ABC):
    """Sums of a few quantities in a few cells, from which the result follows.

    Sums do not depend on how the examples came, so neither does the result. Every
    output of every example counts by its sample weight; outputs that Keras' mask
    leaves out count for nothing. A NaN score or, in compiled code, an unknown label
    makes the result NaN; so does having seen nothing that defines it.

    Args:
        ignore_label: Labels that count for nothing; NaN is one too.
        soft_labels: Read labels as probabilities, `p` of +1 or a row of one for
            each class, and count each label by its probability.
        axis: Where the classes or outputs stand in scores (and in labels of as
            many axes): 1 for channels first.
        name: Defaults to the class name in snake case.
        dtype: Of the result; Keras' `floatx` by default, float32 at least.
    """

    direction = "up"
    size = (1, 2)  # Cells and quantities.

    def __init__(
        self,
        ignore_label: float | None = None,
        soft_labels: bool = False,
        axis: int = -1,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name or snake_case(type(self).__name__), dtype=dtype)
        self.ignore_label = as_label(ignore_label)
        self.soft_labels = bool(soft_labels)
        self.axis = as_axis(axis)
        self.sums = self.add_variable(
            self.size, "zeros", dtype=widened(self.dtype), name="sums"
        )
        # Read by EarlyStopping, ModelCheckpoint and ReduceLROnPlateau.
        self._direction = self.direction

    @abc.abstractmethod
    def read(self, y_true, y_pred, mask) -> margins.Reading:
        """What the labels and scores say."""

    @abc.abstractmethod
    def entries(self, reading):
        """The cell of each output, `(..., outputs)`, and its quantities on a new axis.

        In place of outputs there is one entry an example with several classes, and
        one a class if their labels are soft.
        """

    def update_state(self, y_true, y_pred, sample_weight=None):
        reading = self.read(y_true, y_pred, mask_of(y_pred))
        cells, quantities = self.entries(reading)
        quantities = ops.cast(quantities, reading.scores.dtype)
        counted = margins.unless_nan(ops.ones_like(quantities[..., 0]), reading)
        quantities = quantities * ops.expand_dims(counted, -1)
        spread = weights.spread(sample_weight, reading, self.axis)
        counts = weights.product(reading.share, spread)
        if counts is not None:
            quantities = weights.weigh(quantities, ops.expand_dims(counts, -1))
        self.sums.assign_add(self.summed(cells, quantities))

    def summed(self, cells, quantities):
        """The quantities added up by cell, in the shape of the sums."""
        quantities = ops.cast(quantities, self.sums.dtype)
        rows = ops.reshape(quantities, (-1, self.size[1]))
        if self.size[0] == 1:
            return ops.sum(rows, axis=0, keepdims=True)
        cells = ops.reshape(ops.cast(cells, "int32"), (-1,))
        return ops.segment_sum(rows, cells, num_segments=self.size[0])


class Mean(Tally):
    """The weighted mean of one number an entry, NaN before any."""

    @abc.abstractmethod
    def values(self, reading):
        """One number an entry."""

    def entries(self, reading):
        values = ops.cast(self.values(reading), reading.scores.dtype)
        return None, ops.stack([values, ops.ones_like(values)], axis=-1)

    def result(self):
        return ratio(self.sums[0, 0], self.sums[0, 1])


class SignTally(Tally):
    """A tally over scores and the signs of their labels.

    Labels are 0/1 or -1/+1, `(N,)` or `(..., outputs)`; scores have the same
    shape and are never squashed.
    """

    def read(self, y_true, y_pred, mask):
        return margins.binary(
            y_true, y_pred, self.ignore_label, self.soft_labels, self.axis, mask
        )


class ClassTally(Tally):
    """A tally over the scores of all classes; labels are integers or one-hot rows."""

    def read(self, y_true, y_pred, mask):
        return margins.multiclass(
            y_true, y_pred, self.ignore_label, self.soft_labels, self.axis, mask
        )


def read_either(metric, y_true, y_pred, mask):
    """Signs where there is one score an example, classes where there are several."""
    shape = margins.as_scores(y_pred).shape
    one = len(shape) < 2 or shape[metric.axis] == 1
    return (SignTally if one else ClassTally).read(metric, y_true, y_pred, mask)


def label_of(reading):
    """The true class of each entry of several classes."""
    if reading.is_true is not None:
        is_true = ops.cast(reading.is_true, "int32")
        return ops.expand_dims(ops.argmax(is_true, axis=-1), -1)
    ones = ops.ones_like(reading.scores, dtype="int32")
    return ops.cumsum(ones, axis=-1) - 1


def ratio(part, whole):
    """`part / whole`, NaN where the whole is 0: nothing was seen."""
    nothing = ops.full_like(whole, float("nan"))
    return ops.where(whole == 0, nothing, part / weights.nonzero(whole))


def mean_ratio(parts, wholes):
    """The mean of `part / whole` where the whole is not 0; NaN if all are."""
    ones = ops.ones_like(wholes)
    seen = ops.where(wholes == 0, ops.zeros_like(wholes), ones)
    # What is not seen has no share; NaN in what is seen stays.
    return ratio(ops.sum(parts / weights.nonzero(wholes) * seen), ops.sum(seen))
