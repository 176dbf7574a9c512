"""What a comparison is made on, in memory, from whatever holds a user's data.

Arrays, tables, several inputs and data sets of batches come out alike. They are known
by what they can do, not by their class, so that no backend is loaded here.
"""

import functools
import math
import operator
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

MOST = 2**31  # Bytes taken from a data set that does not say where it ends.
OVERHEAD = 1000  # Bytes that an element takes beside its numbers, about.
MOST_DENSE = 2**26  # Numbers of a sparse table that is made dense.
MOST_WHOLE = 2**24  # From here on float32 skips whole numbers.
INFINITE = -1  # What `tf.data` calls the number of elements of an endless data set.
FINITE = "accepted is a data set of finite length, such as x.take(n)."


class Inputs(NamedTuple):
    """Examples in memory, one a row.

    Attributes:
        x: Finite numbers of any shape behind the rows; or a DataFrame, if the user
            gave one or something is text or missing.
        y: As given, one row each; a DataFrame only of several columns.
        weight: One number from 0 a row, or None.
        parts: Of several inputs `(name, shape, dtype)` each, in the order in which
            they lie flattened side by side in `x`; without names, by position.
    """

    x: np.ndarray | pd.DataFrame
    y: np.ndarray | pd.DataFrame
    weight: np.ndarray | None
    parts: tuple = ()


def collected(x, y=None, sample_weight=None):
    """A user's examples in memory, one a row, and nothing of the user's changed.

    Args:
        x: One example a row, in anything that holds numbers or text: arrays, tensors,
            lists, tables, sparse rows; a mapping or a list of such arrays, for several
            inputs; or, with `y=None`, a data set of batches or rows `(x, y)` or
            `(x, y, sample_weight)`.
        y: One label a row, or the name of a column of `x`.
        sample_weight: One number a row, or the name of a column of `x`.

    Returns:
        `Inputs`.

    Raises:
        ValueError: If that cannot be learned from; the sentence says why.
    """
    if is_data_set(x):
        x, y, sample_weight = gathered(x, y=y, sample_weight=sample_weight)
    if y is None:
        raise ValueError(
            f"y is None and x is {type(x).__name__}; accepted without y is a data set "
            "of (x, y) batches."
        )
    x = with_columns(x.to_frame() if isinstance(x, pd.Series) else x)
    x, y = column_taken(x, "y", y)
    refuse_other_order(x, y)
    x, sample_weight = column_taken(x, "sample_weight", sample_weight)
    y = plain("y", y)
    y = y.to_numpy() if y.shape[1:] == (1,) and isinstance(y, pd.DataFrame) else y
    rows = count("y", y)
    weight = weights(sample_weight, rows)
    # As many arrays as rows are the rows.
    several = by_name(x, lambda part: part.ndim > 1 and part.shape[0] == rows != len(x))
    if several:
        x, parts = side_by_side(several, rows)
        return Inputs(x, y, weight, parts)
    return Inputs(one_table(x, rows), y, weight)


def refuse_other_order(x, y):
    """Rows are matched by place: an index that says otherwise is not passed over."""
    if not all(isinstance(part, pd.DataFrame | pd.Series) for part in (x, y)):
        return
    if x.index.equals(y.index) or len(x) != len(y):
        return
    if x.index.is_unique and x.index.sort_values().equals(y.index.sort_values()):
        raise ValueError(
            "y has the index of x in another order; accepted are rows in one order, such "
            "as y.loc[x.index]."
        )


def alone(x, several=False):
    """Rows without labels, of one input or of several, as `collected` gives them."""
    first = next(iter(x.values() if isinstance(x, Mapping) else x)) if several else x
    rows = first.shape[0] if hasattr(first, "shape") else len(first)
    return collected(x, np.zeros(rows)).x


def is_data_set(x):
    """Whether `x` gives batches or rows, rather than being the rows."""
    if gives(x, "cardinality") or gives(x, "num_batches"):
        return True
    holds_rows = isinstance(x, Sequence | Mapping) or any(
        hasattr(x, name) for name in ("__array__", "numpy", "to_pandas", "shape")
    )
    return not holds_rows and (hasattr(x, "__iter__") or hasattr(x, "__getitem__"))


def gives(value, name):
    """Whether a class has such an attribute, which in a table may be a column."""
    return hasattr(type(value), name)


def gathered(data_set, **beside):
    """The inputs, labels and weights of all batches, in their order."""
    for name, value in beside.items():
        if value is not None:
            raise ValueError(
                f"{name} is {type(value).__name__} and x is a data set; accepted is "
                f"{name}=None, as a data set gives (x, y) or (x, y, sample_weight)."
            )
    batches = list(read(data_set))
    if not batches:
        raise ValueError("x has no batches; accepted is one or more.")
    inputs, labels, given = zip(*batches, strict=True)
    names = list(inputs[0])
    for other in inputs:
        if other.keys() != inputs[0].keys():
            raise ValueError(
                f"x has inputs {names} in one batch and {list(other)} in another; "
                "accepted are the same in all."
            )
    weighted = [weight for weight in given if weight is not None]
    if len(weighted) not in (0, len(given)):
        raise ValueError(
            f"sample_weight is in {len(weighted)} of {len(given)} batches; accepted "
            "is in all or in none."
        )
    x = {name: joined("x", [each[name] for each in inputs]) for name in names}
    weight = joined("sample_weight", weighted) if weighted else None
    return x[None] if names == [None] else x, joined("y", labels), weight


def read(data_set):
    """The batches of a data set, refused where it has no end."""
    length = length_of(data_set)
    if length == math.inf:
        raise ValueError(f"x is a data set without end; {FINITE}")
    held = 0
    indexed = is_indexed(data_set)
    for element in map(data_set.__getitem__, range(length)) if indexed else data_set:
        x, y, weight = as_batch(element)
        held += OVERHEAD + sum(np.asarray(part).nbytes for part in (*x.values(), y))
        if length is None and held > MOST:
            raise ValueError(f"x gives {MOST} bytes and no end is known; {FINITE}")
        yield x, y, weight


def is_indexed(data_set):
    """Whether to read by index: iteration might not end, or not be possible."""
    return gives(data_set, "num_batches") or not hasattr(data_set, "__iter__")


def length_of(data_set):
    """How many elements a data set says it has, or None if it does not say."""
    if gives(data_set, "cardinality"):
        length = int(data_set.cardinality())
        return math.inf if length == INFINITE else length if length >= 0 else None
    try:
        if gives(data_set, "num_batches"):
            return operator.index(data_set.num_batches)
        return len(data_set)
    except (TypeError, NotImplementedError):
        return math.inf if is_indexed(data_set) else None


def as_batch(element):
    """The inputs by name, the labels and the weights of one element of a data set.

    A label that is a scalar makes it a batch of one row; a sole input is named None.
    """
    if not isinstance(element, list | tuple) or len(element) not in (2, 3):
        raise ValueError(
            f"x gives {type(element).__name__}, not pairs; accepted are batches of "
            "(x, y) or (x, y, sample_weight)."
        )
    x, y, weight = (*element, None)[:3]
    y = plain("y", y)
    alone = y.ndim == 0

    def rows(name, value):
        array = plain(name, value)
        return array[None] if alone and isinstance(array, np.ndarray) else array

    y = rows("y", y)
    several = by_name(x, lambda part: part.ndim and (alone or part.shape[0] == len(y)))
    x = {name: rows("x", part) for name, part in (several or {None: x}).items()}
    for array in x.values():
        agree("x", count("x", array), "y", len(y))
    if weight is not None:
        weight = rows("sample_weight", weight)
        agree("x", len(y), "sample_weight", count("sample_weight", weight))
    return x, y, weight


def joined(name, pieces):
    """The rows of all batches, one under the other."""
    if all(isinstance(piece, pd.DataFrame) for piece in pieces):
        return pd.concat(pieces, ignore_index=True)
    arrays = [np.asarray(piece) for piece in pieces]
    shapes = {array.shape[1:]: None for array in arrays}
    if len(shapes) > 1:
        raise ValueError(
            f"{name} has rows of shapes {', '.join(map(str, shapes))} in its batches; "
            "accepted is one shape."
        )
    if len({array.dtype.kind in "OU" for array in arrays}) > 1:
        # Beside text NumPy would turn numbers into text.
        arrays = [array.astype(object) for array in arrays]
    return np.concatenate(arrays)


def with_columns(value):
    """What has columns as a DataFrame, anything else as it is."""
    if gives(value, "to_pandas"):
        value = value.to_pandas()
    fields = getattr(getattr(value, "dtype", None), "names", None)
    if fields:
        return pd.DataFrame({field: plain(field, value[field]) for field in fields})
    return value


def column_taken(x, name, column):
    """`x` without a column that is named, and that column; else both as they are."""
    if not isinstance(column, str | int):
        return x, column
    columns = list(x.columns) if isinstance(x, pd.DataFrame) else []
    if columns.count(column) != 1:
        raise ValueError(
            f"{name} is {column!r} and x is {type(x).__name__} of the columns {columns}; "
            "accepted is one value a row, or the name of one column of a DataFrame."
        )
    return x.drop(columns=column), x[column]


def by_name(x, is_input):
    """Several inputs by name or position, or None if `x` is a single one."""
    if isinstance(x, Mapping):
        return dict(x)
    arrays = isinstance(x, list | tuple) and all(hasattr(part, "ndim") for part in x)
    return dict(enumerate(x)) if arrays and any(map(is_input, x)) else None


def side_by_side(several, rows):
    """Several inputs flattened into one array, and what is needed to part them."""
    arrays = {}
    for name, part in several.items():
        arrays[name] = np.asarray(plain(f"x[{name!r}]", part))
        agree(f"x[{name!r}]", count(f"x[{name!r}]", arrays[name]), "y", rows)
    columns = {name: array.reshape(rows, -1) for name, array in arrays.items()}
    for name, array in arrays.items():
        if not is_finite(array):
            return one_column_each(columns, name), ()
        whole = array.dtype.kind in "iu"
        ends = array.min(initial=0), array.max(initial=0)
        if whole and max(-int(ends[0]), int(ends[1])) > MOST_WHOLE:
            raise ValueError(
                f"x[{name!r}] holds whole numbers beyond {MOST_WHOLE}; accepted among "
                "several inputs are those up to it, which float32 can hold."
            )
    wide = any(a.dtype.kind == "f" and a.itemsize > 4 for a in arrays.values())
    dtype = np.float64 if wide else np.float32
    parts = tuple((name, a.shape[1:], a.dtype.name) for name, a in arrays.items())
    return np.concatenate(list(columns.values()), axis=1, dtype=dtype), parts


def one_column_each(columns, reason):
    """Inputs of one column each as a DataFrame, which text and gaps need."""
    if any(column.shape[1] != 1 for column in columns.values()):
        raise ValueError(
            f"x[{reason!r}] has missing or infinite values or text; accepted beside "
            "inputs of several columns are finite numbers."
        )
    frame = pd.DataFrame({name: column[:, 0] for name, column in columns.items()})
    return cleaned(frame.infer_objects())


def one_table(x, rows):
    """A single input as finite numbers, or as a DataFrame."""
    x = plain("x", x)
    agree("x", count("x", x), "y", rows)
    if 0 in x.shape:
        raise ValueError("x has no columns; accepted is at least one.")
    if isinstance(x, pd.DataFrame):
        return cleaned(x)
    x = x[:, None] if x.ndim == 1 else x
    if is_finite(x):
        return x.astype(np.int8) if x.dtype == bool else x
    if x.ndim > 2:
        raise ValueError(
            f"x has missing or infinite values or text and shape {x.shape}; accepted "
            "with those is a table, shape (rows, columns)."
        )
    return cleaned(pd.DataFrame(x).infer_objects())


def cleaned(frame):
    """A copy of a DataFrame with its rows numbered and infinite values missing."""
    for dtype in frame.dtypes:
        if getattr(dtype, "kind", "") == "c":
            raise ValueError(f"x holds {dtype}; accepted are real numbers.")
    return frame.mask(frame.isin([np.inf, -np.inf])).reset_index(drop=True)


def weights(weight, rows):
    """One weight a row in double precision, or None."""
    if weight is None:
        return None
    given = np.asarray(plain("sample_weight", weight))
    agree("x", rows, "sample_weight", count("sample_weight", given))
    agree("x", rows, "sample_weight", given.size)
    numbers = pd.to_numeric(pd.Series(given.ravel()), errors="coerce")
    numbers = numbers.to_numpy(float, na_value=np.nan)
    right = np.isfinite(numbers) & (numbers >= 0)
    if not right.all():
        raise ValueError(
            f"sample_weight is {given.ravel()[right.argmin()]} in row {right.argmin()}; "
            "accepted are finite numbers from 0."
        )
    if not numbers.any():
        raise ValueError("sample_weight is 0 in every row; accepted is more in some.")
    return numbers


def plain(name, value):
    """Anything that holds numbers or text as an array, a table as a DataFrame."""
    value = with_columns(value)
    if isinstance(value, pd.DataFrame):
        return value
    if isinstance(value, list | tuple):
        value = of_list(name, value)
    elif np.ma.is_masked(value):
        value = np.where(np.ma.getmaskarray(value), None, value.data)
    elif sparse.issparse(value):
        value = of_sparse(name, value)
    elif hasattr(value, "detach"):
        value = value.detach().cpu()
    array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    if array.dtype.kind in "cV":
        raise ValueError(f"{name} is {array.dtype}; accepted are NumPy's real numbers.")
    return np.asarray(decoded(array)) if array.dtype.kind in "OS" else array


@functools.partial(np.frompyfunc, nin=1, nout=1)
def decoded(cell):
    """A cell of text that a backend holds as bytes, as text."""
    return cell.decode(errors="replace") if isinstance(cell, bytes) else cell


def of_list(name, rows):
    """A list of numbers, of text, or of rows, each value as it was."""
    arrays = [hasattr(r, "__array__") and not isinstance(r, np.generic) for r in rows]
    rows = [plain(name, r) if a else r for r, a in zip(rows, arrays, strict=True)]
    try:
        array = np.asarray(rows)
        # NumPy would have turned numbers and gaps beside text into text.
        return np.asarray(rows, dtype=object) if array.dtype.kind in "US" else array
    except ValueError:
        raise ValueError(
            f"{name} has rows of different lengths; accepted are rows of one length."
        ) from None


def of_sparse(name, rows):
    """Sparse rows made dense, which loses nothing but memory."""
    if math.prod(rows.shape) > MOST_DENSE:
        raise ValueError(
            f"{name} is sparse of shape {rows.shape}; accepted are {MOST_DENSE} numbers "
            "once it is dense: reduce its columns, or use hinge_keras.svm.SmoothSVC, "
            "which takes sparse rows as they are."
        )
    return rows.toarray()


def is_finite(array):
    """Whether an array is numbers without a gap."""
    return array.dtype.kind in "biuf" and bool(np.isfinite(array).all())


def count(name, rows):
    """How many rows there are, at least one."""
    if rows.ndim == 0:
        held = type(rows.item()).__name__
        raise ValueError(f"{name} is {held}; accepted is an array of rows.")
    if len(rows) == 0:
        raise ValueError(f"{name} has no rows; accepted is one or more.")
    return len(rows)


def agree(name, rows, other, others):
    """Refuse two that differ in their number of rows."""
    if rows != others:
        one = "weight" if other == "sample_weight" else "label"
        raise ValueError(
            f"{name} has {rows} rows and {other} has {others}; accepted is one {one} a row."
        )
