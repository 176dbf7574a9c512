"""A user's own data, as it comes: a table with text and gaps becomes numbers.

Whatever is learned from the data (medians, categories, scale) is learned from
the training part alone.
"""

import hashlib

import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from hinge_keras.lab.data.dataset import Dataset, resplit, standardised, stratified

FEWEST_PER_CLASS = 5
MOST_CATEGORIES = 20


def dataset(x, y, name="data", standardise=True):
    """A `Dataset` over a user's inputs and labels, split by class for each seed.

    Args:
        x: An array with one example a row; a DataFrame, whose text columns
            become indicators and whose gaps the training median and an
            indicator; or batches of `(x, y)`, as a `tf.data` or Keras data
            set gives them, with `y=None`.
        y: One label an example, of any type.
        name: As it stands in the tables.
        standardise: Whether inputs get mean 0 and deviation 1.

    Raises:
        ValueError: If the data cannot be compared on; the sentence says why.
    """
    if y is None:
        x, y = collected(x)
    y = np.ravel(y)
    if len(x) != len(y):
        raise ValueError(
            f"x has {len(x)} rows and y has {len(y)}; accepted is one label a row."
        )
    labels, classes = coded(y)
    table = cleaned(x) if isinstance(x, pd.DataFrame) else as_table(np.asarray(x))
    if isinstance(table, pd.DataFrame) and table.empty:
        raise ValueError("x has no columns; accepted is at least one.")

    def recipe(seed, rows, fingerprint):
        parts = stratified(np.arange(len(labels)), labels, seed)
        train, _ = parts["train"]
        encode = learned(table, train)
        splits = {split: (encode(part), y) for split, (part, y) in parts.items()}
        return standardised(splits) if standardise else splits

    settings = {"rows": len(y), "fingerprint": fingerprint(table, labels)}
    return Dataset(name, recipe, settings, len(classes), resplit(len(y)))


def collected(batches):
    """The inputs and labels of a data set that yields `(x, y)` batches, in order."""
    if isinstance(batches, pd.DataFrame | np.ndarray | list):
        raise ValueError(
            f"y is None and x is {type(batches).__name__}; accepted without y is a "
            "data set of (x, y) batches."
        )
    pairs = [(np.asarray(x), np.ravel(y)) for x, y, *_ in batches]
    xs, ys = zip(*pairs, strict=True)
    return np.concatenate(xs), np.concatenate(ys)


def coded(y):
    """Labels as integers from 0, and the classes they stand for."""
    if pd.isna(y).any():
        raise ValueError("y has a missing label; accepted is a label for every row.")
    classes, labels = np.unique(
        y.astype(str) if y.dtype == object else y, return_inverse=True
    )
    counts = np.bincount(labels)
    if len(classes) < 2:
        raise ValueError(
            f"y holds only {str(classes[0])!r}; accepted are 2 classes or more."
        )
    if counts.min() < FEWEST_PER_CLASS:
        raise ValueError(
            f"y holds {str(classes[counts.argmin()])!r} {counts.min()} times; accepted are "
            f"{FEWEST_PER_CLASS} of each class or more, to split them three ways."
        )
    return labels, classes


def as_table(x):
    """An array as it is if it is numbers without a gap, else as a DataFrame."""
    if x.dtype != object and np.issubdtype(x.dtype, np.number):
        if np.isfinite(x).all():
            return x.reshape(len(x), -1) if x.ndim == 1 else x
        x = np.where(np.isfinite(x), x, np.nan)
    if x.ndim > 2:
        raise ValueError(
            f"x has missing or infinite values and shape {x.shape}; accepted with "
            "gaps is a table, shape (rows, columns)."
        )
    return cleaned(pd.DataFrame(x).infer_objects())


def cleaned(frame):
    """Numbers as numbers, anything else as text, infinite or absent as missing."""
    columns = {}
    for position, name in enumerate(frame.columns):
        column = frame.iloc[:, position]
        if pd.api.types.is_numeric_dtype(column):
            column = column.astype(float).replace([np.inf, -np.inf], np.nan)
        else:
            column = column.astype(str).astype(object).mask(column.isna(), np.nan)
        columns[f"{position} {name}"] = column
    return pd.DataFrame(columns)


def learned(table, train):
    """A function from row numbers to numbers, fitted on the training rows."""
    if not isinstance(table, pd.DataFrame):
        return lambda rows: table[rows]
    numbers = SimpleImputer(
        strategy="median", add_indicator=True, keep_empty_features=True
    )
    text = make_pipeline(
        SimpleImputer(strategy="constant", fill_value="missing"),
        OneHotEncoder(
            handle_unknown="infrequent_if_exist",
            max_categories=MOST_CATEGORIES,
            sparse_output=False,
        ),
    )
    encoder = make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")),
        (text, make_column_selector(dtype_exclude="number")),
    ).fit(table.iloc[train])
    return lambda rows: encoder.transform(table.iloc[rows])


def fingerprint(table, labels):
    """Twelve hex digits that change with the data."""
    if isinstance(table, pd.DataFrame):
        table = pd.util.hash_pandas_object(table.astype(str)).to_numpy()
    content = np.ascontiguousarray(table).tobytes() + labels.tobytes()
    return hashlib.sha256(content).hexdigest()[:12]
