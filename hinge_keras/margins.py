"""Labels and scores in, margins out.

The only file that knows how labels are encoded and shaped. Everything else
speaks of scores, of the sign of a label, and of which class is the true one.

Labels are read element by element, so a value never depends on what else is in
the batch. A label outside the encodings is refused with a `ValueError` where
its value is known, and becomes NaN inside compiled code, where nothing can be
raised: it is never silently read as a class.
"""

import keras
from keras import ops

BINARY = "0 or 1, or -1 or +1"


def binary(y_true, y_pred, ignore_label=None, check=True):
    """Scores, the signs of their labels, and which are kept, `(..., outputs)`.

    Hard labels are 0/1 or -1/+1; the sign of 0 and of -1 is -1. Rank-1 input
    is read as one output: `(N,)` and `(N, 1)` are the same.
    """
    scores, labels, kept = matched(y_true, y_pred, ignore_label)
    known = is_binary(labels)
    if check:
        accepted = f"{BINARY} (soft labels need soft_labels=True)"
        refuse_unless(known, labels, accepted)
    signs = ops.where(labels > 0, 1.0, -1.0)
    signs = ops.cast(ops.where(known, signs, float("nan")), scores.dtype)
    return scores, signs, kept


def soft(y_true, y_pred, ignore_label=None):
    """Scores, the probabilities of the label +1, and which are kept."""
    scores, labels, kept = matched(y_true, y_pred, ignore_label)
    known = (labels >= 0) & (labels <= 1)
    refuse_unless(known, labels, "a probability of +1, from 0 to 1")
    return scores, ops.where(known, labels, float("nan")), kept


def multiclass(y_true, y_pred, ignore_label=None, check=True):
    """Scores `(..., classes)`, a mask of the true class, and `(...)` which are kept.

    Labels are integers `(...)` or `(..., 1)`, or one-hot rows `(..., classes)`
    of 0/1 or -1/+1. Shape alone tells which; values are never looked at.
    """
    scores = as_scores(y_pred)
    if len(scores.shape) < 2 or scores.shape[-1] == 1:
        raise ValueError(
            f"y_pred has shape {tuple(scores.shape)}; a multiclass loss takes "
            "one score a class, shape (..., classes) with 2 classes or more."
        )
    labels = ops.cast(y_true, scores.dtype)
    classes = scores.shape[-1]
    columns = ops.arange(classes, dtype=scores.dtype)
    one_hot = same_shape(labels, scores.shape)
    labels = labels if one_hot else integer_column(labels, scores.shape)
    kept = None
    if ignore_label is not None:
        ignored = ops.all(labels == ignore_label, axis=-1, keepdims=True)
        kept = ops.cast(~ignored[..., 0], scores.dtype)
        first = ops.cast(columns == 0, scores.dtype) if one_hot else 0.0
        labels = ops.where(ignored, first, labels)
        scores = ops.where(ignored, 0.0, scores)
    if one_hot:
        is_true = labels == 1
        hits = ops.sum(ops.cast(is_true, "int32"), axis=-1, keepdims=True)
        known = ops.all(is_binary(labels), axis=-1, keepdims=True) & (hits == 1)
        accepted = f"one-hot rows of {BINARY}, with one 1"
    else:
        is_true = labels == columns
        known = (labels >= 0) & (labels < classes) & (labels == ops.floor(labels))
        accepted = f"an integer class from 0 to {classes - 1}"
    if check:
        refuse_unless(known, labels, accepted)
    return ops.where(known, scores, float("nan")), is_true, kept


def of_sign(numbers, signs):
    """The first number where the sign is -1, the second where it is +1."""
    negative, positive = numbers
    return negative + (positive - negative) * ops.cast(signs > 0, signs.dtype)


def of_class(numbers, is_true, like):
    """The number of the true class, `(...)`, from one number for each class."""
    return ops.sum(ops.where(is_true, ops.cast(numbers, like.dtype), 0.0), axis=-1)


def true_score(scores, is_true):
    """The score of the true class, `(...)`."""
    return ops.sum(ops.where(is_true, scores, 0.0), axis=-1)


def rivals(scores, is_true):
    """The scores with the true class at -inf, so that it never competes."""
    return ops.where(is_true, -float("inf"), scores)


def mean(values, kept=None):
    """The mean over the last axis, of the kept where some are not.

    `ops.mean` and `ops.divide_no_nan` drop float64 to float32 on some backends.
    """
    if kept is None:
        return ops.sum(values, axis=-1) / values.shape[-1]
    total = ops.sum(ops.where(kept > 0, values, 0.0), axis=-1)
    # A count is whole: where none is kept the total is 0, and so is the mean.
    return total / ops.maximum(ops.sum(kept, axis=-1), 1.0)


def unless_nan(values, scores):
    """The values, NaN where a score of the example is.

    XLA's maximum drops NaN on TensorFlow, so a loss may not pass it on itself.
    """
    lost = ops.any(ops.isnan(scores), axis=-1)
    return values + ops.where(lost, float("nan"), ops.zeros_like(values))


def is_among_best(scores, is_true, k):
    """Whether fewer than `k` rivals score above the true class, `(...)`."""
    true = ops.expand_dims(true_score(scores, is_true), -1)
    ahead = ops.sum(ops.cast(rivals(scores, is_true) > true, "int32"), axis=-1)
    return ahead < k


def as_scores(y_pred):
    """Scores in float32 or wider: half precision overflows and rounds."""
    scores = ops.convert_to_tensor(y_pred)
    wide = keras.backend.standardize_dtype(scores.dtype) == "float64"
    return ops.cast(scores, "float64" if wide else "float32")


def matched(y_true, y_pred, ignore_label):
    """Scores and labels of one shape, a rank-1 array read as one column.

    An ignored label becomes a 1 with score 0, and its place in `kept` 0.
    """
    scores = as_scores(y_pred)
    labels = ops.cast(y_true, scores.dtype)
    if len(scores.shape) == 1:
        scores = ops.expand_dims(scores, -1)
    if len(labels.shape) == len(scores.shape) - 1 and scores.shape[-1] == 1:
        labels = ops.expand_dims(labels, -1)
    if not same_shape(labels, scores.shape):
        raise ValueError(
            f"y_true has shape {tuple(labels.shape)} and y_pred has shape "
            f"{tuple(scores.shape)}; one label a score is accepted."
        )
    if ignore_label is None:
        return scores, labels, None
    ignored = labels == ignore_label
    kept = ops.cast(~ignored, scores.dtype)
    return ops.where(ignored, 0.0, scores), ops.where(ignored, 1.0, labels), kept


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


def same_shape(tensor, shape):
    """Whether a tensor may have that shape; an unknown dimension may."""
    return len(tensor.shape) == len(shape) and all(
        own is None or other is None or own == other
        for own, other in zip(tensor.shape, shape, strict=True)
    )


def is_binary(labels):
    return (labels == 1) | (labels == 0) | (labels == -1)


def refuse_unless(known, labels, accepted):
    """Raise on the first unknown label, if labels have values to look at."""
    try:
        known = ops.convert_to_numpy(ops.broadcast_to(known, ops.shape(labels)))
        values = ops.convert_to_numpy(labels)
    except (NotImplementedError, TypeError, RuntimeError):
        return  # Compiled code: no values yet; the caller turns them into NaN.
    if not known.all():
        raise ValueError(
            f"y_true contains {values[~known][0]:g}; accepted are labels that "
            f"are {accepted}."
        )
