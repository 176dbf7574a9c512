"""Labels and scores in, margins out.

The only file that knows how labels are encoded and shaped. Everything else
speaks of scores, of the sign of a label, and of which class is the true one.

Labels are read element by element, so a value never depends on what else is in
the batch. A label outside the encodings is refused (see `refusal`), and becomes
NaN where nothing can be raised: it is never silently read as a class.
"""

import math
from typing import Any, NamedTuple

import keras
from keras import ops

from hinge_keras.refusal import refuse_unless

BINARY = "0 or 1, or -1 or +1"


class Signs(NamedTuple):
    """What the labels of a binary problem say, `(..., outputs)` each.

    `share` is how much a score and a sign count: 0 if ignored, a probability if
    labels are soft, when each output stands here twice; `None` where all count.
    """

    scores: Any
    signs: Any
    share: Any
    outputs: int | None


class Classes(NamedTuple):
    """What labels of several classes say: `scores (..., classes)`, a mask of the true.

    `share (..., 1)` is 0 if an example is ignored, `None` where all count. Of soft
    labels it is `(..., classes)`, how much each class counts as the true one, and
    there is no mask.
    """

    scores: Any
    is_true: Any
    share: Any
    outputs: int = 1


Reading = Signs | Classes


def binary(y_true, y_pred, ignore_label=None, soft_labels=False, axis=-1, mask=None):
    """Scores, the signs of their labels, and what counts, `(..., outputs)`.

    Hard labels are 0/1 or -1/+1; the sign of 0 and of -1 is -1. Rank-1 input
    is read as one output: `(N,)` and `(N, 1)` are the same; so is a scalar. A soft
    label counts as both signs, by its probability: twice as many outputs. Where a
    label is the ignored one, or Keras' mask is 0, nothing is looked at.
    """
    scores, labels = matched(y_true, y_pred, axis)
    skipped = unread(labels, ignore_label, mask)
    scores, labels, kept = without(skipped, scores, labels, 1.0)
    outputs = scores.shape[-1]
    if not soft_labels:
        known = is_binary(labels)
        accepted = f"{BINARY} (soft labels need soft_labels=True)"
        refuse_unless(known, labels, accepted)
        signs = ops.where(known, ops.where(labels > 0, 1.0, -1.0), float("nan"))
        return Signs(scores, ops.cast(signs, scores.dtype), kept, outputs)
    known = (labels >= 0) & (labels <= 1)
    refuse_unless(known, labels, "a probability of +1, from 0 to 1")
    scores = ops.where(known, scores, float("nan"))
    share = ops.concatenate([labels, 1 - labels], axis=-1)
    if kept is not None:
        share = share * ops.concatenate([kept + 0 * labels] * 2, axis=-1)
    twice = ops.concatenate([scores, scores], axis=-1)
    signs = ops.concatenate([ops.ones_like(scores), -ops.ones_like(scores)], axis=-1)
    # A loss that is infinite there must not reach a share of 0, as 0 * inf.
    return Signs(ops.where(share == 0, 0.0, twice), signs, share, outputs)


def multiclass(
    y_true, y_pred, ignore_label=None, soft_labels=False, axis=-1, mask=None
):
    """Scores `(..., classes)`, a mask of the true class, and what counts.

    Labels are integers `(...)` or `(..., 1)`, or one-hot rows `(..., classes)`
    of 0/1 or -1/+1; with `soft_labels`, rows of probabilities in place of -1/+1
    rows. Shape alone tells which; values are never looked at.
    """
    scores = moved(as_scores(y_pred), axis)
    labels = dense(y_true, "y_true", scores.dtype)
    refuse_unless_classes(labels, scores)
    if len(labels.shape) == len(scores.shape):
        labels = moved(labels, axis)
    columns = ops.cast(ops.arange(size(scores, -1), dtype="int32"), scores.dtype)
    rows = same_shape(labels, scores.shape) and not is_column(labels, scores)
    labels = labels if rows else integer_column(labels, scores.shape)
    skipped = unread(labels, ignore_label, mask)
    if skipped is not None:
        skipped = ops.all(skipped, axis=-1, keepdims=True)
    first = ops.cast(columns == 0, scores.dtype) if rows else 0.0
    scores, labels, kept = without(skipped, scores, labels, first)
    read = (probabilities if soft_labels else one_hot) if rows else integers
    truth, known, accepted = read(labels, columns)
    refuse_unless(known, labels, accepted)
    scores = ops.where(known, scores, float("nan"))
    if not soft_labels:
        return Classes(scores, truth, kept)
    share = ops.where(known, ops.cast(truth, scores.dtype), 1.0)
    return Classes(scores, None, share if kept is None else share * kept)


def ordinal(y_true, y_pred, ignore_label=None, soft_labels=False, axis=-1, mask=None):
    """As `multiclass`, of scores `(..., classes - 1)` at thresholds between classes."""
    scores = moved(as_scores(y_pred), axis)
    if len(scores.shape) == 1:
        scores = ops.expand_dims(scores, -1)
    below = ops.zeros_like(scores[..., :1])
    wide = ops.concatenate([below, scores], axis=-1)  # A score for each class.
    wide = wide if axis == -1 else ops.moveaxis(wide, -1, axis)
    reading = multiclass(y_true, wide, ignore_label, soft_labels, axis, mask)
    return reading._replace(scores=reading.scores[..., 1:])


def residuals(y_true, y_pred, ignore_label=None, mask=None):
    """How far targets lie above predictions, `(..., outputs)`, as scores to be small."""
    predicted, targets = matched(y_true, y_pred, -1)
    skipped = unread(targets, ignore_label, mask)
    predicted, targets, kept = without(skipped, predicted, targets, 0.0)
    residual = targets - predicted
    return Signs(residual, ops.ones_like(residual), kept, residual.shape[-1])


def integers(labels, columns):
    """The mask of the true class, which labels are known, what is accepted."""
    whole = labels == ops.floor(labels)
    known = (labels >= 0) & (labels <= columns[-1]) & whole
    classes = columns.shape[0]
    last = "the number of classes less 1" if classes is None else classes - 1
    return labels == columns, known, f"an integer class from 0 to {last}"


def one_hot(labels, columns):
    """As `integers`, of rows with one 1."""
    truth = labels == 1
    hits = ops.sum(ops.cast(truth, "int32"), axis=-1, keepdims=True)
    known = ops.all(is_binary(labels), axis=-1, keepdims=True) & (hits == 1)
    accepted = f"one-hot rows of {BINARY}, with one 1"
    return truth, known, f"{accepted} (soft labels need soft_labels=True)"


def probabilities(labels, columns):
    """As `integers`, of rows of probabilities, which stand in place of the mask."""
    total = ops.sum(labels, axis=-1, keepdims=True)
    known = ops.all(labels >= 0, axis=-1, keepdims=True)
    known = known & (ops.abs(total - 1) < 0.01)  # Half precision rounds.
    return labels, known, "rows of probabilities that add up to 1"


def every_class(scores):
    """Each example once for each class as the true one: scores and their masks.

    `(..., classes)` becomes `(..., classes, classes)`, twice.
    """
    classes = size(scores, -1)
    repeated = ops.expand_dims(scores, -2) + ops.zeros((classes, 1), scores.dtype)
    return repeated, ops.eye(classes, dtype=scores.dtype) + 0 * repeated > 0


def of_sign(numbers, signs):
    """The first number where the sign is -1, the second where it is +1."""
    negative, positive = numbers
    return negative + (positive - negative) * ops.cast(signs > 0, signs.dtype)


def of_class(numbers, is_true, like):
    """The number of the true class, `(...)`, from one number for each class."""
    return ops.sum(
        ops.where(is_true, ops.convert_to_tensor(numbers, like.dtype), 0.0), axis=-1
    )


def true_score(scores, is_true):
    """The score of the true class, `(...)`."""
    return ops.sum(ops.where(is_true, scores, 0.0), axis=-1)


def rivals(scores, is_true):
    """The scores with the true class at -inf, so that it never competes."""
    return ops.where(is_true, -float("inf"), scores)


def unless_nan(values, reading):
    """The values, `(...)` or `(..., any)`, NaN where a score or label is, by example.

    XLA's maximum drops NaN on TensorFlow, so a loss may not pass it on itself.
    """
    scores = reading.scores
    read = scores * reading.signs if isinstance(reading, Signs) else scores
    apart = len(values.shape) == len(scores.shape)
    lost = ops.any(ops.isnan(read), axis=-1, keepdims=apart)
    # A sum, since a choice would cost the gradient one too.
    return values + ops.where(lost, float("nan"), ops.zeros_like(values))


def mean(values):
    """The mean over the last axis; `ops.mean` drops float64 on some backends."""
    return ops.sum(values, axis=-1) / ops.cast(size(values, -1), values.dtype)


def present(scores):
    """Scores with 0 for a class that -inf takes out, and 1 for those that are there."""
    there = scores != -float("inf")
    return ops.where(there, scores, 0.0), ops.cast(there, scores.dtype)


def mean_present(scores):
    """The mean score of the classes that are there, `(..., 1)`."""
    scores, there = present(scores)
    total = ops.sum(scores, axis=-1, keepdims=True)
    return total / ops.sum(there, axis=-1, keepdims=True)


def among_best(scores, k):
    """Whether fewer than `k` scores lie above each, `(..., classes)`."""
    classes = scores.shape[-1]
    best = ops.top_k(scores, k if classes is None else min(k, classes))[0]
    return scores >= best[..., -1:]


def as_scores(y_pred):
    """Scores in float32 or wider: half precision overflows and rounds."""
    scores = dense(y_pred, "y_pred")
    wide = keras.backend.standardize_dtype(scores.dtype) == "float64"
    return ops.cast(scores, "float64" if wide else "float32")


def dense(array, name, dtype=None):
    """The array as a tensor; a sparse or ragged one is refused in one sentence."""
    kind = type(array).__name__
    sparse = hasattr(array, "tocsr") or getattr(array, "is_sparse", False)
    if sparse or kind in ("SparseTensor", "RaggedTensor", "BCOO", "IndexedSlices"):
        raise ValueError(
            f"{name} is a sparse or ragged {kind}; accepted is a dense array: convert "
            "it first, or pad it and give padded labels to ignore_label."
        )
    tensor = ops.convert_to_tensor(array)
    return tensor if dtype is None else ops.cast(tensor, dtype)


def moved(tensor, axis):
    """The tensor with that axis last."""
    return tensor if axis == -1 else ops.moveaxis(tensor, axis, -1)


def matched(y_true, y_pred, axis):
    """Scores and labels of one shape, a rank-1 array read as one column."""
    scores = as_scores(y_pred)
    labels = dense(y_true, "y_true", scores.dtype)
    if len(scores.shape) > 1:
        scores = moved(scores, axis)
        labels = moved(labels, axis) if len(labels.shape) > 1 else labels
    else:
        scores = ops.expand_dims(scores, -1)
    if len(labels.shape) == len(scores.shape) - 1 and scores.shape[-1] == 1:
        labels = ops.expand_dims(labels, -1)
    if not same_shape(labels, scores.shape):
        raise ValueError(
            f"y_true has shape {tuple(labels.shape)} and y_pred has shape "
            f"{tuple(scores.shape)}; one label a score is accepted."
        )
    return scores, labels


def unread(labels, ignore_label, mask):
    """Where labels are the ignored one or masked; `None` if nowhere for sure."""
    skipped = None
    if ignore_label is not None:
        # NaN, the usual mark of a missing label, equals nothing.
        missing = math.isnan(ignore_label)
        skipped = ops.isnan(labels) if missing else labels == ignore_label
    if mask is not None:
        masked = ~ops.cast(mask, "bool")
        while len(masked.shape) < len(labels.shape):
            masked = ops.expand_dims(masked, -1)
        skipped = masked if skipped is None else skipped | masked
    return skipped


def without(skipped, scores, labels, harmless):
    """Scores 0 and a harmless label where skipped, and what is kept."""
    if skipped is None:
        return scores, labels, None
    kept = ops.cast(~skipped, scores.dtype)
    return ops.where(skipped, 0.0, scores), ops.where(skipped, harmless, labels), kept


def integer_column(labels, shape):
    """Integer labels as `(..., 1)`, checked against scores of that shape."""
    if same_shape(labels, shape[:-1]):
        labels = ops.expand_dims(labels, -1)
    if not same_shape(labels, (*shape[:-1], 1)):
        raise ValueError(
            f"y_true has shape {tuple(labels.shape)} and y_pred has shape "
            f"{tuple(shape)}; accepted are integer labels, shape (...) or "
            "(..., 1), and one-hot labels, shape (..., classes)."
        )
    return labels


def refuse_unless_classes(labels, scores):
    """Several scores an example; a row of them alone goes with one label alone."""
    alone = len(labels.shape) == 0 and len(scores.shape) == 1
    if (len(scores.shape) < 2 and not alone) or scores.shape[-1] == 1:
        raise ValueError(
            f"y_pred has shape {tuple(scores.shape)}; a multiclass loss takes "
            "one score a class, shape (..., classes) with 2 classes or more."
        )


def is_column(labels, scores):
    """Whether labels are `(..., 1)` beside scores of a size not known yet."""
    return scores.shape[-1] is None and labels.shape[-1] == 1


def same_shape(tensor, shape):
    """Whether a tensor may have that shape; an unknown dimension may."""
    return len(tensor.shape) == len(shape) and all(
        own is None or other is None or own == other
        for own, other in zip(tensor.shape, shape, strict=True)
    )


def size(tensor, axis):
    """A dimension: a number where it is known, else a tensor of the graph."""
    return ops.shape(tensor)[axis]


def is_binary(labels):
    return (labels == 1) | (labels == 0) | (labels == -1)


def identities(y_true, y_pred, mask=None):
    """Embeddings `(N, features)`, whose each is, `(N,)`, and which are there."""
    embeddings = as_scores(y_pred)
    labels = dense(y_true, "y_true")  # As they are: a float rounds large ones.
    column = ops.reshape(labels, (-1,))
    if len(embeddings.shape) != 2 or not same_shape(column, embeddings.shape[:1]):
        raise ValueError(
            f"y_true has shape {tuple(labels.shape)} and y_pred has shape "
            f"{tuple(embeddings.shape)}; accepted are a label and an embedding an "
            "example, shapes (N,) and (N, features)."
        )
    known = column == column  # NaN is not.
    kept = ops.ones_like(known) if mask is None else ops.cast(mask, "bool")
    refuse_unless(known | ~kept, column, "whole numbers")
    embeddings = ops.where(ops.expand_dims(known, -1), embeddings, float("nan"))
    return ops.where(ops.expand_dims(kept, -1), embeddings, 0.0), column, kept


def mask_of_all(mask, compared):
    """Keras' mask of what is compared, `(..., 1)`, from that of its parts too.

    Of `(..., parts, features)` Keras has one mask a part: all of them must be there.
    """
    if mask is None or len(mask.shape) < len(compared.shape):
        return mask
    return ops.all(ops.cast(mask, "bool"), axis=-1)
