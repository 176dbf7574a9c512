"""What every margin loss shares: name, config, registration, precision.

`BinaryLoss` turns one function `phi(m)` of the margin into a Keras loss,
`MulticlassLoss` one `aggregate` over any binary loss.
"""

import abc
import inspect
import math

import keras
from keras import ops

from hinge_keras import margins
from hinge_keras.configured import Configured, at_least, plain, snake_case

REGISTRY = {}


class MarginLoss(Configured, keras.losses.Loss, abc.ABC):
    """A loss of raw scores; subclasses give one value per example.

    Args:
        class_weight: One weight from 0 up for each class, as a sequence or a
            dict from the class: `[w of -1 or 0, w of +1]` for a binary loss.
            It multiplies the value, as an equal sample weight would.
        ignore_label: Examples (outputs, in a binary loss) with this label
            count for nothing, the mean over the batch included. In one-hot
            labels, a row filled with it.
        reduction: As for any Keras loss: `"sum_over_batch_size"`, `"sum"`,
            `"mean"`, `"mean_with_sample_weight"`, `"none"` or `None`.
        name: Defaults to the class name in snake case.
        dtype: Defaults to Keras' `floatx`. Half precision is widened to
            float32: hinge values overflow and integer labels round in it.

    Facts a subclass states about itself, and `check_loss` tests:
    `convex` in the scores; `monotone`, never rising with the true class's
    margin; `nonnegative`; `stochastic`, drawing noise; `zero_from`, the margin
    from which the loss is zero; `calibrated` for its own error, `None` where
    the literature leaves it open.
    """

    convex = True
    monotone = True
    nonnegative = True
    stochastic = False
    zero_from = math.inf
    calibrated = None

    def __init__(
        self,
        class_weight=None,
        ignore_label=None,
        reduction="sum_over_batch_size",
        name=None,
        dtype=None,
    ):
        self.requested_dtype = getattr(dtype, "name", dtype)
        super().__init__(
            name=name or snake_case(type(self).__name__),
            reduction=reduction,
            dtype=widened(dtype),
        )
        self.class_weight = as_weights(class_weight)
        self.ignore_label = ignore_label

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if not inspect.isabstract(cls):
            REGISTRY[snake_case(cls.__name__)] = cls

    @abc.abstractmethod
    def kept(self, y_true, y_pred):
        """1 for an example that counts, 0 for an ignored one."""

    def __call__(self, y_true, y_pred, sample_weight=None):
        if self.ignore_label is not None:
            sample_weight = self.share(y_true, y_pred, sample_weight)
        result = super().__call__(y_true, y_pred, sample_weight)
        empty = tuple(result.shape) == (0,) and self.reduction not in (None, "none")
        return ops.sum(result) if empty else result

    def share(self, y_true, y_pred, sample_weight):
        """Sample weights under which a mean over all is one over the kept."""
        kept = counted = self.kept(y_true, y_pred)
        present = ops.ones_like(kept)
        if getattr(y_pred, "_keras_mask", None) is not None:
            present = ops.cast(y_pred._keras_mask, kept.dtype)
            counted = kept * present
        if self.reduction in ("mean", "sum_over_batch_size"):
            kept = kept * ops.divide_no_nan(ops.sum(present), ops.sum(counted))
        return kept if sample_weight is None else kept * like(sample_weight, kept)

    def saved_dtype(self):
        return self.requested_dtype


class SignedLoss(MarginLoss):
    """A loss of scores and the signs of their labels.

    Labels are 0/1 or -1/+1, `(N,)` or `(..., outputs)`; scores have the same
    shape. The value of an example is the mean over its outputs.
    """

    def __init__(self, **options):
        super().__init__(**options)
        refuse_other_than(2, self.class_weight, "class_weight")

    @abc.abstractmethod
    def elements(self, scores, signs):
        """One value an output, `(..., outputs)`."""

    def call(self, y_true, y_pred):
        scores, signs, kept = margins.binary(y_true, y_pred, self.ignore_label)
        values = self.weighted(self.elements(scores, signs), signs)
        return margins.unless_nan(margins.mean(values, kept), signs * scores)

    def weighted(self, values, signs):
        if self.class_weight is None:
            return values
        return weigh(values, margins.of_sign(self.class_weight, signs))

    def kept(self, y_true, y_pred):
        kept = margins.binary(y_true, y_pred, self.ignore_label, check=False)[2]
        return ops.max(kept, axis=-1)


class BinaryLoss(SignedLoss):
    """A function `phi(m)` of the margin `m = sign * score`.

    Args:
        soft_labels: Read labels as probabilities `p` of +1 and take the
            expected loss `p * phi(f) + (1 - p) * phi(-f)`.

    Two more facts: `lipschitz`, the largest `abs(slope)`, and `smoothness`, the
    largest `abs(curvature)`, infinite at a kink.
    """

    lipschitz = math.inf
    smoothness = math.inf

    def __init__(self, soft_labels=False, **options):
        super().__init__(**options)
        self.soft_labels = soft_labels

    @abc.abstractmethod
    def phi(self, m):
        """The loss at margin `m`, element by element."""

    def slope(self, m):
        """The derivative of `phi`; at a kink the subgradient in use."""
        raise NotImplementedError(f"{type(self).__name__} declares no slope.")

    def curvature(self, m):
        """The second derivative of `phi`, 0 at a kink."""
        raise NotImplementedError(f"{type(self).__name__} declares no curvature.")

    @property
    def calibrated(self):
        """Whether the minimiser's sign is the likelier label's.

        A convex `phi` is calibrated exactly if it falls at 0: Bartlett, Jordan
        and McAuliffe, Journal of the American Statistical Association 101 (2006).
        """
        return bool(self.slope(0.0) < 0)

    def elements(self, scores, signs):
        return self.phi(signs * scores)

    def call(self, y_true, y_pred):
        if not self.soft_labels:
            return super().call(y_true, y_pred)
        scores, p, kept = margins.soft(y_true, y_pred, self.ignore_label)
        ones = ops.ones_like(p)
        values = self.weighted(self.expected(scores, p), ones)
        values = values + self.weighted(self.expected(-scores, 1 - p), -ones)
        return margins.unless_nan(margins.mean(values, kept), p + scores)

    def expected(self, m, p):
        """`p * phi(m)`, which is 0 where `p` is, however large `phi(m)` is."""
        return p * self.phi(ops.where(p == 0, 0.0, m))


class MulticlassLoss(MarginLoss):
    """A function of all the scores of an example and of which is the true class.

    Labels are integers, `(...)` or `(..., 1)`, or one-hot rows of 0/1 or
    -1/+1, `(..., classes)`, the shape of the scores.

    Two more facts: `shift_invariant`, unchanged when all scores of an example
    shift, and `symmetric`, treating all classes alike.
    """

    shift_invariant = True
    symmetric = True

    @abc.abstractmethod
    def aggregate(self, scores, is_true):
        """One value per example, `(...)`, from scores and the true-class mask."""

    def call(self, y_true, y_pred):
        scores, is_true, kept = margins.multiclass(y_true, y_pred, self.ignore_label)
        if 0 in scores.shape:  # The maximum over nothing is refused by backends.
            return ops.sum(scores, axis=-1)
        values = self.aggregate(scores, is_true)
        if self.class_weight is not None:
            refuse_other_than(scores.shape[-1], self.class_weight, "class_weight")
            weight = margins.of_class(self.class_weight, is_true, values)
            values = weigh(values, weight)
        values = values if kept is None else ops.where(kept > 0, values, 0.0)
        return margins.unless_nan(values, scores)

    def kept(self, y_true, y_pred):
        return margins.multiclass(y_true, y_pred, self.ignore_label, check=False)[2]


class ComposedLoss(MulticlassLoss):
    """A multiclass loss over any binary loss `phi`.

    Args:
        base: A `BinaryLoss`; `Hinge()` by default.
    """

    def __init__(self, base=None, **options):
        super().__init__(**options)
        self.base = as_base(base)

    @property
    def convex(self):
        # phi falls along a convex maximum; if it also rises, the sum may bend back.
        return self.base.convex and self.base.monotone

    @property
    def monotone(self):
        return self.base.monotone

    @property
    def nonnegative(self):
        return self.base.nonnegative

    @property
    def zero_from(self):
        return self.base.zero_from


def as_base(base):
    """The binary loss to compose over, the hinge if none is given."""
    base = REGISTRY["hinge"]() if base is None else base
    if not isinstance(base, BinaryLoss):
        raise ValueError(
            f"base is {base!r}; accepted is a binary margin loss such as "
            "Hinge() or SquaredHinge()."
        )
    return base


def as_weights(class_weight):
    """Class weights as a list, in the order of the classes."""
    if class_weight is None:
        return None
    if isinstance(class_weight, dict):
        class_weight = [class_weight[label] for label in sorted(class_weight)]
    return [at_least("class_weight", weight, 0) for weight in plain(class_weight)]


def refuse_other_than(classes, values, name):
    """One number for each class, or a `ValueError`."""
    if values is not None and len(values) != classes:
        raise ValueError(
            f"{name} has {len(values)} entries; accepted is one for each of the "
            f"{classes} classes."
        )


def weigh(values, weight):
    """`weight * values`, which is 0 where the weight is, even if a value is inf."""
    return ops.where(weight > 0, weight * values, 0.0)


def like(sample_weight, values):
    """Sample weights of the shape of the values: a last axis of 1 is dropped."""
    sample_weight = ops.cast(sample_weight, values.dtype)
    if len(sample_weight.shape) == len(values.shape) + 1:
        sample_weight = ops.squeeze(sample_weight, axis=-1)
    return sample_weight


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
