"""Which rows each seed trains on, chooses on and tests on.

By class, unless the user says what belongs together, what came first, what to test on
or who splits. Rows that repeat each other always stay on one side.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from hinge_keras.lab.data.dataset import PUBLISHED_TEST, resplit, stratified
from hinge_keras.lab.grid import seeds
from hinge_keras.lab.tables.schema import COVERS

SHARES = (0.6, 0.2, 0.2)
NAMES = ("train", "validation", "test")
# Of rows that look alike: labels that agree so often tell that they are copies, and
# not measurements that happen to agree.
ALIKE = 0.99
FEWEST_PER_CLASS = 5
MOST_CUT = 0.1  # Of a part, to have all of one size.
DRAWS = 100  # Until every part of grouped rows holds what it must.


@dataclass(frozen=True)
class Splits:
    """The row numbers of the parts of every seed.

    Attributes:
        rows: `rows(seed)` gives `{"train": row numbers, "validation": ..., "test": ...}`.
        told: How the rows are split, in words.
        tags: What a seed draws and how far its parts overlap with those of another, as
            `Dataset.tags`.
    """

    rows: Callable[[int], dict[str, np.ndarray]] = field(repr=False)
    told: str
    tags: dict[str, Any]

    @property
    def plain(self):
        """What splits the rows, before parts were cut to one size."""
        return getattr(self.rows, "uncut", self.rows)


def chosen(labels, repeats, groups=None, time=None, test=None, splitter=None):
    """The `Splits` that a user asks for.

    Args:
        labels: `Labels`.
        repeats: The number of each row among those that differ, `None` if all do.
        groups: A name a row, of what must not be torn apart.
        time: A time a row: the last are tested on, those before are chosen on.
        test: The rows to test on: their numbers, or a truth value a row.
        splitter: One of scikit-learn's; its training parts give up a quarter to
            choose on.
    """
    given = {"time": time, "test": test, "splitter": splitter}
    asked = [name for name, value in given.items() if value is not None]
    if groups is not None and splitter is None:
        asked.insert(0, "groups")
    if len(asked) > 1:
        raise ValueError(
            f"{' and '.join(asked)} are given; accepted is one of them, or groups with "
            "a splitter."
        )
    if time is not None:
        return ByTime(one_a_row("time", time, labels)).splits()
    if test is not None:
        return FixedTest(labels, tested(test, len(labels.numbers)), repeats).splits()
    if splitter is not None:
        return BySplitter.of(splitter, labels, groups).splits()
    if groups is not None:
        return ByGroup(labels, one_a_row("groups", groups, labels)).splits()
    return ByClass(labels, repeats).splits()


def evened(splits, asked):
    """The same parts of one size for all seeds, if little is cut off for it.

    Nets whose parts have one size train together, which saves a minute of compiling.

    Args:
        splits: `Splits`.
        asked: The seeds.
    """
    parts = [splits.rows(seed) for seed in asked]
    sizes = {name: [len(part[name]) for part in parts] for name in NAMES}
    least = {name: min(own) for name, own in sizes.items()}
    if all(least[name] == max(own) for name, own in sizes.items()):
        return splits
    if any(least[name] < (1 - MOST_CUT) * max(own) for name, own in sizes.items()):
        return splits
    told = f"{splits.told}, all parts as long as the shortest"
    return Splits(Evened(splits.rows, least), told, splits.tags)


@dataclass(frozen=True, eq=False)
class Evened:
    """Parts cut to some sizes, the rows left out drawn at random."""

    uncut: Any
    sizes: dict[str, int]

    def __call__(self, seed):
        stream = seeds.stream(seed, "evened")
        return {
            name: np.sort(stream.permutation(part)[: self.sizes[name]])
            for name, part in self.uncut(seed).items()
        }


@dataclass(frozen=True, eq=False)
class ByClass:
    """Parts with the classes in equal shares, of rows or of sets of equal rows."""

    labels: Any
    repeats: np.ndarray | None

    def splits(self):
        told = "by class" if self.labels.kind == "classes" else "at random"
        if self.repeats is not None:
            told += ", rows that repeat each other together"
        return Splits(self, f"60/20/20 {told}", resplit(len(self.labels.numbers)))

    def __call__(self, seed):
        def draw(units, numbers):
            found = stratified(units, numbers, seed, SHARES)
            return {name: part for name, (part, _) in found.items()}

        rows = np.arange(len(self.labels.numbers))
        return together(self.labels, rows, self.repeats, draw)


@dataclass(frozen=True, eq=False)
class FixedTest:
    """Tested on the rows that the user names; the others are split by each seed."""

    labels: Any
    tested: np.ndarray
    repeats: np.ndarray | None

    def splits(self):
        return Splits(self, "tested on the rows named", PUBLISHED_TEST)

    def __call__(self, seed):
        def draw(units, numbers):
            return cut(seeds.stream(seed, "validation"), units, numbers, 0.75)

        rest = np.setdiff1d(np.arange(len(self.labels.numbers)), self.tested)
        parts = together(self.labels, rest, self.repeats, draw)
        return {**parts, "test": self.tested}


def together(labels, rows, repeats, draw):
    """Parts of some rows, those that repeat each other in one of them.

    Args:
        labels: `Labels`; their classes are had in equal shares.
        rows: Row numbers.
        repeats: As `chosen` takes them.
        draw: Draws parts, `{name: some of the units}`, from units and their classes.
    """
    own = rows if repeats is None else repeats[rows]
    _, first, own = np.unique(own, return_index=True, return_inverse=True)
    parts = draw(np.arange(len(first)), strata(labels, rows[first]))
    return {name: rows[np.isin(own, part)] for name, part in parts.items()}


def strata(labels, rows):
    """What the parts shall have equal shares of: classes, if there are any."""
    if labels.kind == "regression":
        return np.zeros(len(rows), int)
    return labels.numbers[rows]


def cut(stream, units, numbers, share):
    """A training part of that share of every class, and the rest to choose on."""
    train = np.zeros(len(units), bool)
    for number in np.unique(numbers):
        own = stream.permutation(np.flatnonzero(numbers == number))
        train[own[: max(1, round(share * len(own)))]] = True
    return {"train": units[train], "validation": units[~train]}


@dataclass(frozen=True, eq=False)
class ByGroup:
    """Groups are never torn apart; drawn until every class can be learned and tested."""

    labels: Any
    groups: np.ndarray

    def splits(self):
        count = len(np.unique(self.groups))
        if count < 3:
            raise ValueError(
                f"groups holds {count}; accepted are 3 or more, one for each part."
            )
        told = f"60/20/20 of {count} groups, never torn apart"
        return Splits(self, told, resplit(len(self.groups)))

    def __call__(self, seed):
        names, own = np.unique(self.groups, return_inverse=True)
        stream = seeds.stream(seed, "groups")
        ends = np.maximum(
            np.round(np.cumsum(SHARES) * len(names)).astype(int), [1, 2, 3]
        )
        for _ in range(DRAWS):
            place = np.empty(len(names), int)
            place[stream.permutation(len(names))] = np.arange(len(names))
            part = np.searchsorted(ends, place[own], "right")
            parts = {name: np.flatnonzero(part == i) for i, name in enumerate(NAMES)}
            if self.serves(parts):
                return parts
        raise ValueError(
            f"groups cannot be split so that every class is trained on ({DRAWS} draws "
            "of three parts failed); accepted are classes that lie in several groups."
        )

    def serves(self, parts):
        """Whether all classes are trained on, and two chosen and tested on."""
        held = {
            name: len(np.unique(self.labels.numbers[r])) for name, r in parts.items()
        }
        every = len(np.unique(self.labels.numbers))
        if self.labels.kind == "regression":
            return all(len(rows) for rows in parts.values())
        return held["train"] == every and min(held.values()) >= 2


@dataclass(frozen=True, eq=False)
class ByTime:
    """Trained on what came first, tested on what came last."""

    time: np.ndarray

    def splits(self):
        covers = {COVERS: "initial weights and batch order alone"}
        return Splits(self, "by time: the last fifth is tested on", covers)

    def __call__(self, seed):
        # Rows of one time stay together.
        rank = pd.Series(self.time).rank(method="min", pct=True).to_numpy()
        part = np.searchsorted([SHARES[0], SHARES[0] + SHARES[1]], rank)
        return {name: np.flatnonzero(part == i) for i, name in enumerate(NAMES)}


@dataclass(frozen=True, eq=False)
class BySplitter:
    """A splitter's own parts, one a seed; a quarter of the training part chooses."""

    labels: Any
    found: list[tuple[np.ndarray, np.ndarray]]
    told: str

    @classmethod
    def of(cls, splitter, labels, groups):
        if not callable(getattr(splitter, "split", None)):
            raise ValueError(
                f"splitter is {splitter!r}; accepted is a scikit-learn splitter, such "
                "as StratifiedKFold(5)."
            )
        x = np.zeros((len(labels.numbers), 1))
        return cls(
            labels, list(splitter.split(x, labels.numbers, groups)), repr(splitter)
        )

    def splits(self):
        train, test = self.found[0]
        tags = resplit(len(train) + len(test), (len(train), 0, len(test)))
        return Splits(self, f"by {self.told}, {len(self.found)} parts", tags)

    def __call__(self, seed):
        train, test = self.found[seed % len(self.found)]
        stream = seeds.stream(seed, "validation")
        parts = cut(stream, train, strata(self.labels, train), 0.75)
        return {**parts, "test": test}


def repeated(table, labels):
    """The number of each row among those that differ; `None` if there are no copies.

    Rows whose inputs are equal are copies if their labels are, nearly always; where
    equal inputs have now this label, now that, they were measured more than once.
    """
    if isinstance(table, pd.DataFrame):
        hashes = pd.util.hash_pandas_object(table, index=False).to_numpy()
    else:
        hashes = np.array([hash(row.tobytes()) for row in np.ascontiguousarray(table)])
    own, names = pd.factorize(hashes)
    if len(names) == len(own):
        return None
    first = np.full(len(names), -1)
    first[own[::-1]] = np.arange(len(own))[::-1]
    again = np.flatnonzero(first[own] != np.arange(len(own)))
    if np.mean(labels.numbers[again] == labels.numbers[first[own[again]]]) < ALIKE:
        return None
    if labels.kind == "classes":
        distinct = np.bincount(labels.numbers[first])
        if distinct.min() < FEWEST_PER_CLASS:
            rare = labels.classes[distinct.argmin()]
            raise ValueError(
                f"y holds {str(rare)!r} in {distinct.min()} rows that differ; accepted "
                f"are {FEWEST_PER_CLASS} of each class or more, to split them three ways."
            )
    return own


def one_a_row(name, values, labels):
    """An array of one value a row."""
    values = np.asarray(values)
    if values.shape != labels.numbers.shape:
        raise ValueError(
            f"{name} has shape {values.shape}; accepted is one a row, "
            f"{labels.numbers.shape}."
        )
    if pd.isna(values).any():
        raise ValueError(f"{name} has a missing value; accepted is one for every row.")
    return values


def tested(test, rows):
    """The numbers of the rows to test on."""
    test = np.asarray(test)
    if test.dtype == bool and test.shape == (rows,):
        test = np.flatnonzero(test)
    is_number = np.issubdtype(test.dtype, np.integer) and test.ndim == 1
    if not (is_number and len(test) and 0 <= test.min() <= test.max() < rows):
        raise ValueError(
            f"test is {test!r}; accepted are row numbers from 0 to {rows - 1}, or a "
            "truth value a row, of which some are true."
        )
    return np.unique(test)
