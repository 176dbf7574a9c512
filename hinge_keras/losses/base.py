"""What every margin loss shares: name, config, registration, precision.

`BinaryLoss` turns one function `phi(m)` of the margin into a Keras loss,
`MulticlassLoss` one `aggregate` over any binary loss.
"""

import abc
import math
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack

import keras
from keras import ops

from hinge_keras import margins, weights
from hinge_keras.configured import (
    Configured,
    at_least,
    by_class,
    is_number,
    of_python,
    snake_case,
)
from hinge_keras.internals import mask_of
from hinge_keras.losses.facts import Facts, Stated, StatedOfClasses, StatedOfMargin

__all__ = [
    "BinaryLoss",
    "ComposedLoss",
    "MarginLoss",
    "MulticlassLoss",
    "ScoreLoss",
    "SignedLoss",
]

Numbers = Sequence[float] | Mapping[Any, float]  # Or an array; one a class.


class PlainOptions(TypedDict, total=False):
    """The arguments that every loss takes; `ScoreLoss` says what they mean."""

    reduction: str | None
    name: str | None
    dtype: Any


class Options(PlainOptions, total=False):
    """The arguments that every margin loss takes; `MarginLoss` says what they mean."""

    class_weight: Numbers | str | None
    normalise_class_weight: bool
    ignore_label: float | None
    soft_labels: bool
    axis: int


class ScoreLoss(Stated, Configured, keras.losses.Loss, abc.ABC):
    """A loss of raw scores: subclasses read labels and give values.

    Args:
        reduction: As for any Keras loss: `"sum_over_batch_size"`, `"sum"`,
            `"mean"`, `"mean_with_sample_weight"`, `"none"` or `None`.
        name: Defaults to the class name in snake case.
        dtype: Defaults to Keras' `floatx`. Half precision is widened to
            float32: hinge values overflow and integer labels round in it.

    Sample weights are one number, one an example, or one an output, in any shape
    that says which.
    """

    axis = -1

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        self.requested_dtype = getattr(dtype, "name", dtype)
        super().__init__(
            name=name or snake_case(type(self).__name__),
            reduction=reduction,
            dtype=widened(dtype),
        )

    @abc.abstractmethod
    def read(self, y_true, y_pred, mask=None):
        """What labels and scores say: `scores`, `share` and `outputs`, and more."""

    @abc.abstractmethod
    def values(self, reading):
        """One value an output, `(..., outputs)`, or an example, `(..., 1)`."""

    def weights_of(self, reading):
        """The class weight of each value, or `None`."""
        return None

    def counts(self, reading, of_class, given):
        """How much each value counts in a mean's denominator, `None`: all count 1."""
        return given

    def call(self, y_true, y_pred):
        """One value an example, `(...)`."""
        return self.weighed(y_true, y_pred)[0]

    def __call__(self, y_true, y_pred, sample_weight=None):
        mask = mask_of(y_pred)
        y_pred = margins.dense(y_pred, "y_pred", self.dtype)
        by_weight = self.reduction == "mean_with_sample_weight"
        values, counted = self.weighed(y_true, y_pred, sample_weight, mask, by_weight)
        return weights.reduce(values, self.reduction, counted)

    def weighed(self, y_true, y_pred, sample_weight=None, mask=None, by_weight=False):
        """One value an example, and how much each counts in a mean's denominator.

        The second is `None` where every example counts 1. `by_weight` counts by
        sample weight.
        """
        reading = self.read(y_true, y_pred, mask)
        given = weights.spread(sample_weight, reading, self.axis)
        of_class = self.weights_of(reading)
        factor = weights.product(of_class, given)
        reading = weights.unseen(reading, factor)
        values = self.values(reading)
        if factor is None and reading.share is None:
            return margins.unless_nan(weights.mean(values), reading), None
        values = weights.weigh(margins.unless_nan(values, reading), factor)
        counts = self.counts(reading, of_class, given if by_weight else None)
        if counts is None and reading.share is None:
            return weights.mean(values), None
        counts = ops.ones_like(values) * (1.0 if counts is None else counts)
        return weights.mean(values, reading.share), weights.mean(counts, reading.share)

    def saved_dtype(self):
        return self.requested_dtype


class MarginLoss(ScoreLoss):
    """A loss of raw scores and of labels that are classes.

    Args:
        class_weight: One weight from 0 up for each class, as a sequence or a
            dictionary from the class (0 to classes - 1, or -1 and +1):
            `[w of -1 or 0, w of +1]` for a binary loss. It multiplies the value,
            as an equal sample weight would, and a mean still divides by the number
            of examples. `"balanced"`, for a loss that knows `class_counts`: the
            mean count over the class's own.
        normalise_class_weight: Divide a mean by the sum of class weights in place
            of the number of examples, as PyTorch's `CrossEntropyLoss` does.
        ignore_label: Examples (outputs, in a binary loss) with this label
            count for nothing, the mean over the batch included; NaN is a label
            too. In one-hot labels, a row filled with it. Under a strategy of
            several replicas each replica divides by its own count.
        soft_labels: Read labels as probabilities, `p` of +1 or a row of one for
            each class, and take the expected loss: `sum_c p_c * loss(s, c)`.
        axis: Where the classes or outputs stand in scores (and in labels of as
            many axes): 1 for channels first.

    Labels that are unknown raise a `ValueError`, or, in compiled code, do what
    `hinge_keras.refusal` says; their loss is NaN.
    """

    def __init__(
        self,
        class_weight: Numbers | str | None = None,
        normalise_class_weight: bool = False,
        ignore_label: float | None = None,
        soft_labels: bool = False,
        axis: int = -1,
        **options: Unpack[PlainOptions],
    ) -> None:
        super().__init__(**options)
        self.class_weight = as_weights(
            class_weight, getattr(self, "class_counts", None)
        )
        self.normalise_class_weight = bool(normalise_class_weight)
        self.ignore_label = as_label(ignore_label)
        self.soft_labels = bool(soft_labels)
        self.axis = as_axis(axis)

    def counts(self, reading, of_class, given):
        return weights.product(of_class if self.normalise_class_weight else None, given)


class SignedLoss(MarginLoss):
    """A loss of scores and the signs of their labels.

    Labels are 0/1 or -1/+1, `(N,)` or `(..., outputs)`; scores have the same
    shape. The value of an example is the mean over its outputs.
    """

    def __init__(self, **options: Unpack[Options]) -> None:
        super().__init__(**options)
        refuse_other_than(2, self.class_weight, "class_weight")

    @abc.abstractmethod
    def elements(self, scores, signs):
        """One value an output, `(..., outputs)`."""

    def read(self, y_true, y_pred, mask=None):
        return margins.binary(
            y_true, y_pred, self.ignore_label, self.soft_labels, self.axis, mask
        )

    def values(self, reading):
        return self.elements(reading.scores, reading.signs)

    def weights_of(self, reading):
        if self.class_weight is None:
            return None
        return margins.of_sign(self.class_weight, reading.signs)


class BinaryLoss(StatedOfMargin, SignedLoss):
    """A function `phi(m)` of the margin `m = sign * score`."""

    @abc.abstractmethod
    def phi(self, m):
        """The loss at margin `m`, element by element."""

    def slope(self, m):
        """The derivative of `phi`; at a kink the subgradient in use."""
        raise NotImplementedError(f"{type(self).__name__} declares no slope.")

    def curvature(self, m):
        """The second derivative of `phi`, 0 at a kink."""
        raise NotImplementedError(f"{type(self).__name__} declares no curvature.")

    def elements(self, scores, signs):
        return self.phi(signs * scores)

    def past(self, gap):
        """What it costs that a gap is below 0: `phi`, moved to reach zero there.

        A `phi` that reaches zero nowhere is moved by 1.
        """
        return self.phi((1.0 if math.isinf(self.zero_from) else self.zero_from) + gap)


class MulticlassLoss(StatedOfClasses, MarginLoss):
    """A function of all the scores of an example and of which is the true class.

    Labels are integers, `(...)` or `(..., 1)`, or one-hot rows of 0/1 or
    -1/+1, `(..., classes)`, the shape of the scores. A score of -inf takes its
    class out.
    """

    @abc.abstractmethod
    def aggregate(self, scores, is_true):
        """One value per example, `(...)`, from scores and the true-class mask."""

    def by_class(self, scores):
        """The value of each class as the true one, `(..., classes)`."""
        return self.aggregate(*margins.every_class(scores))

    def read(self, y_true, y_pred, mask=None):
        return margins.multiclass(
            y_true, y_pred, self.ignore_label, self.soft_labels, self.axis, mask
        )

    def values(self, reading):
        scores, is_true, share, _ = reading
        if 0 in scores.shape:  # The maximum over nothing is refused by backends.
            return ops.sum(scores, axis=-1, keepdims=True)
        if is_true is None:
            # A loss that is infinite there must not reach a share of 0.
            return ops.where(share == 0, 0.0, self.by_class(scores))
        return ops.expand_dims(self.aggregate(scores, is_true), -1)

    def weights_of(self, reading):
        return weights_of_classes(self.class_weight, reading)


class ComposedLoss(MulticlassLoss):
    """A multiclass loss over any binary loss `phi`.

    Args:
        base: A `BinaryLoss`; `Hinge()` by default.
    """

    def __init__(
        self, base: BinaryLoss | None = None, **options: Unpack[Options]
    ) -> None:
        super().__init__(**options)
        self.base = as_base(base)

    @property
    def facts(self) -> Facts:
        base = self.base
        return Facts(
            # phi falls along a convex maximum; if it rises too, the sum may bend back.
            convex=base.convex and base.monotone,
            monotone=base.monotone,
            nonnegative=base.nonnegative,
            zero_from=base.zero_from,
        )

    def summed(self, m, counted):
        """The sum of `phi` over the margins that count; a rival at -inf has none."""
        if not self.base.monotone:  # Else `phi` is 0 there.
            counted = counted & (m < float("inf"))
            m = ops.where(counted, m, 0.0)
        return ops.sum(ops.where(counted, self.base.phi(m), 0.0), axis=-1)


def weights_of_classes(class_weight, reading):
    """The weight of each class that a reading of classes counts as the true one."""
    if class_weight is None:
        return None
    scores, is_true, share, _ = reading
    each = share if is_true is None else is_true  # One entry a class.
    refuse_other_than(each.shape[-1], class_weight, "class_weight")
    if is_true is None:
        return ops.convert_to_tensor(class_weight, scores.dtype)
    return ops.expand_dims(margins.of_class(class_weight, is_true, scores), -1)


def as_base(base: BinaryLoss | None) -> BinaryLoss:
    """The binary loss to compose over, the hinge if none is given."""
    if base is None:
        from hinge_keras.losses.binary import Hinge

        return Hinge()
    if not isinstance(base, BinaryLoss):
        raise ValueError(
            f"base is {base!r}; accepted is a binary margin loss such as "
            "Hinge() or SquaredHinge()."
        )
    return base


def as_weights(class_weight, class_counts):
    """Class weights as a list, in the order of the classes."""
    if class_weight is None:
        return None
    if isinstance(class_weight, str) and class_weight == "balanced":
        if class_counts is None:
            raise ValueError(
                "class_weight is 'balanced'; accepted is that where a loss takes "
                "class_counts; here, one weight for each class."
            )
        mean = sum(class_counts) / len(class_counts)
        return [mean / count for count in class_counts]
    found = by_class("class_weight", class_weight)
    return [at_least("class_weight", weight, 0) for weight in found]


def as_label(ignore_label):
    """The ignored label, a number."""
    if ignore_label is None or is_number(ignore_label):
        return of_python(ignore_label)
    raise ValueError(
        f"ignore_label is {ignore_label!r}; accepted is a number, NaN included, or None."
    )


def as_axis(axis):
    """The axis of the classes, a whole number."""
    if is_number(axis) and axis == int(axis) and axis != 0:
        return int(axis)
    raise ValueError(
        f"axis is {axis!r}; accepted is a whole number but 0, the axis of the examples."
    )


def refuse_other_than(classes, values, name):
    """One number for each class, or a `ValueError`."""
    if values is not None and classes is not None and len(values) != classes:
        raise ValueError(
            f"{name} has {len(values)} entries; accepted is one for each of the "
            f"{classes} classes."
        )


def indicator(condition, like):
    """1 where the condition holds, 0 elsewhere, in the precision of `like`."""
    return ops.where(condition, ops.ones_like(like), ops.zeros_like(like))


def softplus(x):
    """`log(1 + exp(x))`; `ops.softplus` jumps by 2e-9 at 20 on PyTorch."""
    return -ops.log_sigmoid(-x)


def widened(dtype):
    """The compute dtype, float32 in place of half precision."""
    name = getattr(dtype, "name", dtype) or keras.config.floatx()
    compute = keras.DTypePolicy(name).compute_dtype
    return "float32" if compute in ("float16", "bfloat16") else compute
