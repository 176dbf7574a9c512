"""How much each example counts: sample weights, masks and ignored labels.

One rule for every loss and every metric. An example has a value for each of its
outputs (one, with several classes). Weights are taken in any shape that says
whose they are: one number, `(N,)`, `(N, 1)`, the shape of the examples, or the
shape of the scores, one weight an output. Lower ranks are spread over what
follows; nothing is cut to whole numbers.
"""

import math

from keras import ops

from hinge_keras import margins
from hinge_keras.internals import replicas


def spread(weight, reading, axis=-1, name="sample_weight"):
    """Weights as `(..., outputs)` or `(..., 1)`, beside the values of a reading.

    Raises:
        ValueError: If their shape fits no example of the reading.
    """
    if weight is None:
        return None
    scores = reading.scores
    weight = ops.cast(ops.convert_to_tensor(weight), scores.dtype)
    given, examples = tuple(weight.shape), tuple(scores.shape[:-1])
    if len(given) == len(examples) + 1:
        weight = margins.moved(weight, axis)
    else:
        while len(weight.shape) < len(examples) + 1:
            weight = ops.expand_dims(weight, -1)
    if not fits(weight.shape, (*examples, reading.outputs)):
        full = (*examples, 1 if reading.outputs is None else reading.outputs)
        raise ValueError(
            f"{name} has shape {given}; accepted beside these scores are "
            f"{', '.join(str(full[:rank]) for rank in range(len(full) + 1))}."
        )
    if weight.shape[-1] != 1 and reading.outputs != scores.shape[-1]:
        # A soft label stands there twice, once for each sign.
        weight = ops.concatenate([weight, weight], axis=-1)
    return weight


def fits(shape, full):
    return len(shape) == len(full) and all(
        own in (1, None) or other is None or own == other
        for own, other in zip(shape, full, strict=True)
    )


def product(*factors):
    """The product of those that are given; `None` if none is."""
    given = [factor for factor in factors if factor is not None]
    result = given[0] if given else None
    for factor in given[1:]:
        result = result * factor
    return result


def unseen(reading, weight):
    """The reading with scores of 0 for examples of weight 0: nothing looks at them.

    A value or slope that is infinite or NaN would come back from them as 0 * inf.
    """
    if weight is None:
        return reading
    nothing = ops.all(weight == 0, axis=-1, keepdims=True)
    return reading._replace(scores=ops.where(nothing, 0.0, reading.scores))


def weigh(values, weight):
    """`weight * values`, which is 0 where the weight is, even if a value is inf."""
    if weight is None:
        return values
    zero = ops.zeros_like(values * weight)
    return ops.where(weight == 0, zero, weight * values)


def nonzero(numbers):
    """The numbers to divide by, 1 where they are 0."""
    return ops.where(numbers == 0, ops.ones_like(numbers), numbers)


def mean(values, share=None):
    """The mean over the last axis, each value by its share; 0 if all are 0."""
    if share is None:
        return values[..., 0] if values.shape[-1] == 1 else margins.mean(values)
    total = ops.sum(weigh(values, share), axis=-1)
    share = ops.sum(share + ops.zeros_like(values), axis=-1)
    return total / nonzero(share)


def reduce(values, reduction, counted=None):
    """The values of the examples, reduced as Keras does, in their own precision.

    With `counted`, how much each example counts in a mean's denominator; without,
    each counts 1. A mean over nothing is 0.
    """
    if reduction in (None, "none"):
        return values
    total = ops.sum(values)
    if reduction == "sum":
        return total
    if counted is not None:
        count = ops.sum(counted)
    else:
        count = ops.cast(math.prod(ops.shape(values)), total.dtype)
    mean = total / nonzero(count)
    # Under a strategy the replicas' means are added up.
    return mean if replicas() == 1 else mean / replicas()
