"""What a user handed over, understood: a table, labels, weights, and what is odd."""

import dataclasses
import functools
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import compute_class_weight

from hinge_keras.lab.compare import columns as tables
from hinge_keras.lab.compare import inputs, labels, splits
from hinge_keras.lab.data.dataset import Dataset
from hinge_keras.lab.grid import identity

RARE = 0.1  # Of the rows: what hardly counts in accuracy.
SOME = 3  # Names told; of more, how many.
KEPT = 2**26  # Bytes of inputs that are kept from one ask to the next.


@dataclass(frozen=True, eq=False)
class Data:
    """What a user handed over, understood.

    Attributes:
        table: The inputs: an array, or what is used of a table.
        columns: What each column of a table is taken for, `None` for an array.
        labels: `Labels`.
        weight: A weight a row, or `None`.
        parts: The inputs of a model of several, see `Inputs`.
        repeats: The number of each row among those that differ, or `None`.
        splits: `Splits`.
        standardise: Whether inputs get mean 0 and deviation 1.
        suspects: Columns that alone tell the label.
    """

    table: Any
    columns: tables.Columns | None
    labels: labels.Labels
    weight: np.ndarray | None
    parts: tuple
    repeats: np.ndarray | None
    splits: splits.Splits
    standardise: bool
    suspects: tuple[str, ...] = ()

    @property
    def rows(self):
        return len(self.labels.numbers)

    @property
    def classes(self):
        """How many classes there are; `None` of a regression."""
        return None if self.is_regression else len(self.labels.classes)

    @property
    def measure(self):
        """What rates are chosen by, and the verdict is about, if nobody said."""
        if self.is_regression:
            return "absolute_error"
        return "balanced_accuracy" if self.rarest < RARE else "accuracy"

    @property
    def rarest(self):
        """The share of rows of the rarest class."""
        return np.bincount(self.labels.numbers).min() / self.rows

    @property
    def units(self):
        """The number or name of what must stay together, one a row, or `None`."""
        return getattr(self.splits.plain, "groups", self.repeats)

    @property
    def is_regression(self):
        return self.labels.kind == "regression"

    def dataset(self):
        """The laboratory's data set of them: all that is learned, from training rows."""
        settings = {"rows": self.rows, "fingerprint": self.fingerprint}
        # A regression has one output too.
        return Dataset(
            "data", Recipe(self), settings, self.classes or 2, self.splits.tags
        )

    @functools.cached_property
    def fingerprint(self):
        """Digits that change with rows, labels, weights, parts and what is made of them."""
        return identity.digest(
            self.table,
            None if self.columns is None else self.columns.table,
            self.labels.numbers,
            self.weight,
            self.splits.rows(0),
            self.standardise,
        )

    @functools.cached_property
    def targets(self):
        """What losses take: class numbers, or targets in deviations from their mean.

        Centre and unit are those of all rows: no model gains by them, since they are
        the same for every arm.
        """
        numbers = self.labels.numbers
        if not self.is_regression:
            return numbers
        return (numbers - numbers.mean()) / numbers.std()

    @functools.cached_property
    def width(self):
        """The inputs of a table's row, if all rows taught what there is.

        Some rows know fewer categories; what they make is filled up with zeros, so that
        the nets of all seeds have one shape, and train together.
        """
        if self.columns is None:
            return None
        return self.columns.encoder().fit(self.table).transform(self.table[:1]).shape[1]

    def encoding(self, train):
        """Inputs as numbers, by what some rows teach."""
        return Encoding.learned(self, train)

    def parts_of(self, rows, encode):
        """Inputs, targets and weights of some rows, `{name: (x, y, ...)}`, in float32."""
        return {
            name: (
                encode(self.table, part),
                self.targets[part].astype("float32"),
                *(
                    ()
                    if self.weight is None
                    else (self.weight[part].astype("float32"),)
                ),
            )
            for name, part in rows.items()
        }

    @property
    def remarks(self):
        """What is odd about the data, one sentence each."""
        return [
            *self.imbalance(),
            *self.copies(),
            *self.leaks(),
            *self.order(),
            *self.oddities(),
        ]

    def imbalance(self):
        if not self.is_regression and self.rarest < RARE:
            shares = np.bincount(self.labels.numbers) / self.rows
            rare, usual = (
                self.labels.classes[i] for i in (shares.argmin(), shares.argmax())
            )
            yield (
                f"{shares.min():.1%} of the rows are {str(rare)!r}: always saying "
                f"{str(usual)!r} has accuracy {shares.max():.3f}, so look at "
                "balanced_accuracy."
            )

    def copies(self):
        if self.repeats is None:
            return
        again = self.rows - (self.repeats.max() + 1)
        yield f"{again} of {self.rows} rows repeat another; split {self.splits.told}."

    def leaks(self):
        if self.columns is not None:
            found = self.columns.table
            same = found[found.kind == tables.COPY]
            if len(same):
                yield f"{named(same.column)} says what y says, and is set aside."
        if self.suspects:
            yield (
                f"{named(self.suspects)} alone tells y nearly always: ignore it if it is "
                "not known beforehand."
            )

    def order(self):
        """Dates, where rows are not split by them."""
        mixed = isinstance(self.splits.plain, splits.ByClass | splits.ByGroup)
        if self.columns is None or not mixed:
            return
        dates = [n for n, r in self.columns.used.items() if r.kind == tables.DATE]
        if dates:
            yield (
                f"{named(dates)} holds dates or times, and a random split learns from "
                "rows later than those it is tested on: if later rows are to be foretold,"
                f" give {dates[0]!r} as the time."
            )

    def oddities(self):
        if self.columns is not None:
            found = self.columns.table
            aside = found[~found.used & (found.kind == tables.IDENTIFIER)]
            if len(aside):
                yield f"Taken for names of the rows and set aside: {named(aside.column)}."


def named(names):
    """Some names, and how many more there are."""
    names = [repr(str(name)) for name in names]
    more = f" and {len(names) - SOME} more" if len(names) > SOME else ""
    return ", ".join(names[:SOME]) + more


def understood(x, y, options, seeds=(0,)):
    """`Data` of what a user handed over.

    Args:
        x, y: As `hk.compare` takes them.
        options: Its options for data, by name.
        seeds: Those that will be asked for.

    Raises:
        ValueError: If the data cannot be compared on; the sentence says why.
    """
    given = inputs.collected(x, y, options["sample_weight"])
    found = labels.understood(given.y, options["positive"], options["task"])
    table, columns, suspects = given.x, None, ()
    options = with_columns(options, table)
    if isinstance(table, pd.DataFrame):
        aside = [name for name in options["aside"] if name not in options["ignore"]]
        columns = tables.described(
            table, found.numbers, options["columns"], [*options["ignore"], *aside]
        )
        table = columns.cleaned(table)
        suspects = tuple(tables.suspects(columns, table, found.numbers))
    elif options["columns"] or len(options["ignore"]):
        raise ValueError(
            "columns or ignore are given and x is no table; accepted is a DataFrame."
        )
    asked = {name: options[name] for name in ("groups", "time", "test", "splitter")}
    repeats = splits.repeated(table, found)
    return Data(
        table,
        columns,
        found,
        weighted(given.weight, options["class_weight"], found),
        given.parts,
        repeats,
        splits.evened(splits.chosen(found, repeats, **asked), seeds),
        options["standardise"],
        suspects,
    )


def with_columns(options, table):
    """Groups and times that name a column of the table become that column."""
    options = {**options, "aside": []}
    for name in ("groups", "time"):
        value = options[name]
        if isinstance(value, str):
            if not isinstance(table, pd.DataFrame) or value not in table:
                raise ValueError(
                    f"{name} is {value!r}; accepted is a column of x, or one a row."
                )
            column = table[value]
            if name == "time" and not pd.api.types.is_numeric_dtype(column):
                column = pd.to_datetime(column, format="mixed")
            options[name] = column
            options["aside"] += [value] if name == "groups" else []
    return options


def weighted(weight, class_weight, found):
    """A weight a row, of its own and of its class; `None` if all count alike."""
    if class_weight is None:
        return weight
    if found.kind == "regression":
        raise ValueError(
            "class_weight is given and y has no classes; accepted is None."
        )
    classes = found.classes
    if isinstance(class_weight, dict):
        unknown = set(class_weight) - set(classes.tolist())
        if unknown:
            raise ValueError(
                f"class_weight names {unknown.pop()!r}; accepted are "
                f"{', '.join(map(repr, classes.tolist()))}."
            )
    elif class_weight != "balanced":
        raise ValueError(
            f"class_weight is {class_weight!r}; accepted are None, 'balanced' and a "
            "dictionary from class to weight."
        )
    own = compute_class_weight(class_weight, classes=classes, y=classes[found.numbers])[
        found.numbers
    ]
    return own if weight is None else own * weight


@dataclass(frozen=True, eq=False)
class Recipe:
    """The recipe of a `Dataset`: the parts of a seed, as numbers.

    Attributes:
        data: What they are of, which the data set's settings tell by its fingerprint.
        kept: Parts of seeds, while they are small: a search asks for them again.
    """

    data: Data = field(compare=False)
    kept: dict[int, Any] = field(default_factory=dict, compare=False, repr=False)

    def __reduce__(self):
        return Recipe, (self.data,)

    def __call__(self, seed, **settings):
        if seed in self.kept:
            return self.kept[seed]
        rows = self.data.splits.rows(seed)
        parts = self.data.parts_of(rows, self.data.encoding(rows["train"]))
        size = sum(x.nbytes for x, *_ in parts.values())
        if size * (len(self.kept) + 1) <= KEPT:
            self.kept[seed] = parts
        return parts


@dataclass(frozen=True, eq=False)
class Encoding:
    """Inputs as numbers, by what some rows taught.

    Attributes:
        columns: What a table's columns are, `None` for arrays.
        encoder: Fitted to a table's rows.
        several: Whether they are several inputs side by side.
        width: Numbers a row of a table, filled up with zeros.
        mean, scale: What is taken off, and divided by, or `None`.
    """

    columns: tables.Columns | None
    encoder: Any
    several: bool = False
    width: int | None = None
    mean: np.ndarray | None = None
    scale: np.ndarray | None = None

    @classmethod
    def learned(cls, data, train):
        encoder = None
        if data.columns is not None:
            encoder = data.columns.encoder().fit(data.table.iloc[train])
        plain = cls(data.columns, encoder, bool(data.parts), data.width)
        if not data.standardise:
            return plain
        x = plain(data.table, train)
        mean, deviation = x.mean(axis=0), x.std(axis=0)
        scale = np.where(deviation > 0, deviation, 1).astype(x.dtype)
        whole = whole_numbers(data.parts)
        mean[whole], scale[whole] = 0.0, 1.0
        return dataclasses.replace(plain, mean=mean, scale=scale)

    def of_raw(self, x):
        """Inputs as numbers, of rows as a user has them."""
        x = inputs.alone(x, self.several)
        if self.columns is not None:
            x = self.columns.cleaned(pd.DataFrame(x))
        return self(x, np.arange(len(x)))

    def __call__(self, table, rows):
        """Some rows of inputs, of a table what its columns' `cleaned` gives of it."""
        if self.encoder is None:
            x = table[rows].astype("float32")
        else:
            x = self.encoder.transform(table.iloc[rows])
            x = np.pad(x, [(0, 0), (0, self.width - x.shape[1])])
        return x if self.mean is None else (x - self.mean) / self.scale


def whole_numbers(parts):
    """Columns of several inputs that hold whole numbers, such as those of tokens."""
    found, start = [], 0
    for _, shape, dtype in parts:
        width = int(np.prod(shape))
        if np.issubdtype(np.dtype(dtype), np.integer):
            found += range(start, start + width)
        start += width
    return found
