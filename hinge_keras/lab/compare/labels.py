"""What a user's labels mean: classes by number, or numbers to predict."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hinge_keras.lab.compare.inputs import count, plain

FEWEST = 5
CLASSES, REGRESSION = "classes", "regression"
MANY = 20  # So many different numbers may be classes, however few the rows.
REPEATS = 10  # Of more, each must stand in so many rows on average.
SHOWN = 10  # Labels in a sentence.


@dataclass(frozen=True, eq=False)
class Labels:
    """Labels as numbers.

    Attributes:
        numbers: The number of each row's class, from 0; of a regression its target.
        classes: What each class number stands for; empty for a regression.
        kind: `classes` or `regression`.
        why: What was seen in the labels, in words.
    """

    numbers: np.ndarray
    classes: np.ndarray
    kind: str
    why: str


def understood(y, positive=None, task=None, fewest=FEWEST):
    """Labels of any type as class numbers or as targets, whichever they are.

    Numbers are targets if they are too many different ones to be classes.

    Args:
        y: One label a row, or one column a class with a single 1 a row.
        positive: Of two classes, the label that becomes class 1; by default the
            later one in sorted order.
        task: `classes` or `regression`, to overrule what the labels look like.
        fewest: How many rows each class must have.

    Returns:
        `Labels`.

    Raises:
        ValueError: If the labels cannot be learned; the sentence says why.
    """
    if task not in (None, CLASSES, REGRESSION):
        raise ValueError(
            f"task is {task!r}; accepted are {CLASSES!r} and {REGRESSION!r}."
        )
    y = plain("y", y)
    count("y", y)
    if np.asarray(pd.isna(y)).any():
        raise ValueError("y has a missing label; accepted is a label for every row.")
    instead = ""
    if y.shape[1:] not in ((), (1,)):
        numbers, classes = from_columns(y, task)
    else:
        values = typed(np.ravel(y))
        if task == REGRESSION or (task is None and is_regression(values)):
            return targets(values, positive)
        classes, numbers = np.unique(values, return_inverse=True)
        instead = ", or task='regression'" if values.dtype.kind in "iuf" else ""
    refuse_few(numbers, classes, fewest, instead)
    numbers, classes = with_positive(numbers, classes, positive)
    return Labels(numbers, classes, CLASSES, f"{len(classes)} classes")


def from_columns(y, task):
    """Class numbers and classes from one column a class."""
    if task == REGRESSION:
        raise ValueError(
            f"y has shape {y.shape}; accepted for a regression is one number a row."
        )
    ones = np.asarray(y) == 1
    marks = ones | (np.asarray(y) == 0)
    if y.ndim != 2 or not marks.all() or not ones.any(axis=1).all():
        raise ValueError(
            f"y has shape {y.shape} and is not one-hot; accepted is one label a row, or "
            "one column a class with a single 1 a row."
        )
    each = ones.sum(axis=1)
    if each.max() > 1:
        raise ValueError(
            f"y has {each.max()} labels in row {each.argmax()}, as of several labels at "
            "once; accepted is a single one a row."
        )
    names = y.columns if isinstance(y, pd.DataFrame) else range(y.shape[1])
    return ones.argmax(axis=1), np.asarray(names)


def typed(values):
    """Values of one type each, finite if numbers: what is mixed becomes text."""
    if values.dtype == object:
        values = pd.Series(values).infer_objects().to_numpy()
    if values.dtype.kind == "f" and np.isinf(values).any():
        raise ValueError("y holds inf; accepted are finite numbers, or text.")
    return values.astype(str) if values.dtype == object else values


def is_regression(values):
    """Whether values are numbers, and too many different ones to be classes.

    Whole numbers are taken for classes as long as they repeat; fractions must be few
    and repeat, unless they are two.
    """
    if values.dtype.kind not in "iuf":
        return False
    distinct = np.unique(values)
    if (distinct == np.trunc(distinct)).all():
        return len(distinct) > max(MANY, len(values) / REPEATS)
    return len(distinct) > max(2, min(MANY, len(values) / REPEATS))


def targets(values, positive):
    """The labels of a regression."""
    if positive is not None:
        raise ValueError(
            f"positive is {positive!r} and y is a regression; accepted is None."
        )
    numbers = pd.to_numeric(pd.Series(values), errors="coerce").to_numpy(float)
    if not np.isfinite(numbers).all():
        other = values[np.isfinite(numbers).argmin()]
        raise ValueError(
            f"y holds {str(other)!r}; accepted for a regression are finite numbers."
        )
    distinct = len(np.unique(numbers))
    if distinct < 2:
        raise ValueError(
            f"y is {numbers[0]} in every row; accepted for a regression are numbers that "
            "differ."
        )
    why = f"numbers with {distinct} distinct values: a regression"
    return Labels(numbers, np.array([]), REGRESSION, why)


def refuse_few(numbers, classes, fewest, instead):
    """Refuse a single class, and classes too small to be split, with a way out."""
    counts = np.bincount(numbers, minlength=len(classes))
    rarest = counts.argmin()
    if np.count_nonzero(counts) < 2:
        raise ValueError(
            f"y holds only {str(classes[counts.argmax()])!r}; accepted are 2 classes or "
            "more."
        )
    if counts[rarest] < fewest:
        raise ValueError(
            f"y holds {str(classes[rarest])!r} {counts[rarest]} times; accepted are "
            f"{fewest} of each class or more, to split them three ways{instead}."
        )


def with_positive(numbers, classes, positive):
    """Class numbers and classes, of two classes the positive one as 1."""
    if positive is None:
        return numbers, classes
    held = classes.tolist()
    shown = ", ".join(map(repr, held[:SHOWN])) + ", ..." * (len(held) > SHOWN)
    if len(held) != 2:
        raise ValueError(
            f"positive is {positive!r} and y has {len(held)} classes, {shown}; accepted "
            "with other than two is None."
        )
    if positive not in held:
        raise ValueError(f"positive is {positive!r}; accepted in y are {shown}.")
    if positive == held[0]:
        return 1 - numbers, classes[::-1].copy()
    return numbers, classes
