"""What a raw table's columns are taken for, why, and the numbers they become.

Kinds are told from all rows, for they say how cells are read; what a model could gain
by (medians, categories, the scale of words) the encoder learns from its own rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder
from sklearn.tree import DecisionTreeClassifier

from hinge_keras.lab.compare import written

NUMBER, CATEGORY, TEXT, DATE = "number", "category", "text", "date"
IDENTIFIER, CONSTANT, COPY = "identifier", "constant", "copy of y"
IGNORED, PART = "ignored", "part of a date"
USED = (NUMBER, CATEGORY, TEXT, DATE)
ACCEPTED = (*USED, IDENTIFIER)
FORMS = {NUMBER: written.number_form, DATE: written.date_form}

MOST_CATEGORIES = 100
MOST_PHRASES = 20_000
MOST_DIRECTIONS = 100

READ, READ_ON_REQUEST = 0.95, 0.5  # The share of cells that must be of a kind.
FILLED = 0.99
NAMED_ROWS, NAMED_DISTINCT = 20, 0.9
FEW_TEXTS, REPEATS, WORDS_EACH = 20, 10, 3
# From which shares on a majority is too large, and a tree too often right.
MAJORITY, RIGHT, RIGHT_AT_FIRST = 0.95, 0.99, 0.98
RIGHT_OF_RARE, FEWEST_SEEN = 0.97, 6  # So few rows of a class show nothing.
SUSPECT_ROWS, FIRST_ROWS = 5000, 500


@dataclass(frozen=True)
class Reading:
    """What one column is taken for, and how its cells are read."""

    kind: str
    why: str
    form: str = ""  # Of numbers and dates that are written as text.
    parts: tuple[str, ...] = ("",)  # Of dates, those that vary.
    becomes: str = "nothing"

    @property
    def used(self):
        return self.kind in USED


@dataclass(frozen=True, eq=False)
class Columns:
    """The columns of a user's table, and what is made of them.

    Attributes:
        kinds: A `Reading` by the name of the column.
        table: The same for people, one row a column.
    """

    kinds: Mapping[str, Reading]
    table: pd.DataFrame

    @property
    def used(self):
        return {label: reading for label, reading in self.kinds.items() if reading.used}

    @property
    def features(self):
        """The column and the kind behind each column of a cleaned table."""
        return [
            (label, PART if place else reading.kind)
            for label, reading in self.used.items()
            for place in range(len(reading.parts))
        ]

    def cleaned(self, frame):
        """The used columns: numbers and dates as floats, words as text, gaps as NaN.

        Args:
            frame: A table with the columns that were described, in any order.

        Raises:
            ValueError: If one of them is missing.
        """
        places = {label: i for i, label in enumerate(written.labelled(frame.columns))}
        features = {}
        for label, reading in self.used.items():
            if label not in places:
                raise ValueError(
                    f"x has no column {label!r}; accepted is a table with every column "
                    "that was described."
                )
            cells = written.plain(frame.iloc[:, places[label]], label)
            values = read(cells, reading)
            features |= {(label, part): values[part] for part in reading.parts}
        names = written.labelled(" ".join(filter(None, pair)) for pair in features)
        return pd.DataFrame(dict(zip(names, features.values(), strict=True)))

    def encoder(self):
        """An unfitted transformer from cleaned tables to dense float32 arrays."""
        places = {kind: [] for kind in (*USED, PART)}
        for place, (_, kind) in enumerate(self.features):
            places[kind].append(place)
        median = SimpleImputer(strategy="median", keep_empty_features=True)
        marked = clone(median).set_params(add_indicator=True)
        categories = OneHotEncoder(
            handle_unknown="infrequent_if_exist",
            max_categories=MOST_CATEGORIES,
            sparse_output=False,
            dtype="float32",
        )
        steps = [
            ("numbers", marked, places[NUMBER] + places[DATE]),
            ("parts", median, places[PART]),
            ("categories", categories, places[CATEGORY]),
            *((f"words {place}", Words(), place) for place in places[TEXT]),
        ]
        single = FunctionTransformer(np.asarray, kw_args={"dtype": "float32"})
        return make_pipeline(ColumnTransformer(steps), single)


class Words(TransformerMixin, BaseEstimator):
    """Texts as few numbers: what words and pairs they have, along the main directions."""

    def fit(self, texts, y=None):
        texts = texts.fillna("")
        self.directions_ = None
        if texts.str.contains(written.WORD).any():
            self.phrases_ = TfidfVectorizer(
                token_pattern=written.WORD,
                ngram_range=(1, 2),
                max_features=MOST_PHRASES,
                sublinear_tf=True,
            )
            shares = self.phrases_.fit_transform(texts)
            most = min(MOST_DIRECTIONS, *shares.shape)
            self.directions_ = TruncatedSVD(most, random_state=0).fit(shares)
        return self

    def transform(self, texts):
        if self.directions_ is None:
            return np.zeros((len(texts), 1))
        return self.directions_.transform(self.phrases_.transform(texts.fillna("")))


def described(frame, labels, columns=None, ignore=()):
    """What each column of a table is taken for.

    Args:
        frame: A table with one row an example, as it comes.
        labels: One class number a row or, of a regression, one float.
        columns: Kinds by column, where a person knows better: "number", "category",
            "text", "date" or "identifier", which is set aside.
        ignore: Columns to set aside.

    Returns:
        `Columns`.

    Raises:
        ValueError: If a column cannot be what it is said to be, is unknown, or holds
            lists and the like; or if none is left.
    """
    labels = np.asarray(labels)
    names = written.labelled(frame.columns)
    asked = requested(names, columns or {}, ignore)
    kinds = {
        label: examined(frame.iloc[:, place], label, labels, asked.get(label))
        for place, label in enumerate(names)
    }
    if not any(reading.used for reading in kinds.values()):
        raise ValueError(
            "x has no column left to learn from; accepted is at least one "
            f"(set aside were: {', '.join(kinds) or 'none'})."
        )
    rows = [
        (label, reading.kind, reading.used, reading.why, reading.becomes)
        for label, reading in kinds.items()
    ]
    heads = ["column", "kind", "used", "why", "becomes"]
    return Columns(kinds, pd.DataFrame(rows, columns=heads))


def requested(names, columns, ignore):
    """What a person asked for, by column."""
    ignore = [ignore] if isinstance(ignore, str) else ignore
    asked = {str(name): kind for name, kind in columns.items()}
    for label, kind in asked.items():
        if kind not in ACCEPTED:
            raise ValueError(
                f"columns[{label!r}] is {kind!r}; accepted are {', '.join(ACCEPTED)}."
            )
    asked |= {str(name): IGNORED for name in ignore}
    for label, kind in asked.items():
        if label not in names:
            raise ValueError(
                f"{'ignore' if kind == IGNORED else 'columns'} names {label!r}; accepted "
                f"are columns of x: {', '.join(map(repr, names))}."
            )
    return asked


def examined(column, label, labels, asked):
    """What a column is taken for, unless a person asked for something else."""
    if asked in (IGNORED, IDENTIFIER):
        return Reading(asked, "set aside on request")
    cells = written.plain(column, label)
    reading = forced(cells, label, asked) if asked else natural(column, cells, label)
    features = read(cells, reading)
    first, *others = features
    values = features[first]
    aside = None if asked else set_aside(column, cells, reading, values, label, labels)
    if aside:
        return Reading(*aside)
    parts = (first, *(part for part in others if features[part].nunique() > 1))
    return replace(reading, parts=parts, becomes=outcome(reading, values, parts))


def natural(column, cells, label):
    """The kind that the cells themselves show."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return Reading(CATEGORY, values_of(written.words(cells)))
    if cells.dtype.kind in "mM":
        moments = cells.dtype.kind == "M"
        what, form = ("dates", written.ISO) if moments else ("times", written.CLOCK)
        first = " ".join(written.text(cells.dropna()[:1])).removesuffix(" 00:00:00")
        return Reading(DATE, f"{what}, such as {first}", form)
    if column.dtype.kind == "b":
        return Reading(NUMBER, "true or false")
    reading = Reading(NUMBER, "numbers") if written.is_number(cells) else of_text(cells)
    if reading.kind == NUMBER and written.names_codes(label):
        values = read(cells, reading)[""].dropna()
        if is_whole(values) and not values.is_unique:
            codes = values_of(written.words(cells))
            return Reading(CATEGORY, f"codes, says the name: {codes}")
    return reading


def of_text(cells):
    """What text is: numbers or dates as they are written, sentences, or categories."""
    counts = written.counted(cells)
    number = written.number_form(counts)
    if number.share >= READ:
        code = written.code_among(counts)
        if code:
            return Reading(CATEGORY, f"codes with leading zeros, such as {code!r}")
        return Reading(NUMBER, number.why, number.name)
    date = written.date_form(counts)
    if date.share >= READ:
        return Reading(DATE, date.why, date.name)
    values = written.words(cells).dropna()
    distinct = values.nunique()
    # Few that come again and again are categories, however long their names.
    many = distinct > MOST_CATEGORIES or REPEATS * distinct > len(values)
    if distinct > FEW_TEXTS and many and written.words_each(values) >= WORDS_EACH:
        return Reading(TEXT, f"sentences, {distinct} distinct of {len(values)}")
    return Reading(CATEGORY, values_of(values))


def values_of(values):
    distinct = values.nunique()
    return "one value, or a gap" if distinct == 1 else f"{distinct} values"


def is_whole(values):
    return bool((values % 1 == 0).all())


def forced(cells, label, kind):
    """The kind a person asked for, if the cells can be that."""
    if kind in (CATEGORY, TEXT):
        return Reading(kind, "on request")
    if written.is_number(cells) and kind == NUMBER:
        return Reading(kind, "on request")
    form = FORMS[kind](written.counted(cells))
    if form.share < READ_ON_REQUEST:
        raise ValueError(
            f"columns[{label!r}] is {kind!r} and the column holds {form.stray!r:.60}; "
            "accepted is a kind that its values have, such as 'category'."
        )
    return Reading(kind, f"on request: {form.why}", form.name)


def read(cells, reading):
    """The values of a column as its kind has them, by part."""
    if reading.kind == NUMBER:
        return {"": written.numbers(cells, reading.form or written.POINT)}
    if reading.kind == DATE:
        return written.parts(cells, reading.form)
    return {"": written.words(cells)}


def outcome(reading, values, parts):
    """What a column becomes, in words."""
    gap, distinct = values.isna().any(), values.nunique()
    if reading.kind == TEXT:
        return f"at most {MOST_DIRECTIONS} numbers of its words"
    if reading.kind == CATEGORY and distinct > MOST_CATEGORIES:
        return (
            f"an indicator of each of its {MOST_CATEGORIES - 1} most frequent values, "
            "and of all others"
        )
    if reading.kind == CATEGORY:
        each = "its value" if distinct == 1 else f"each of {distinct} values"
        return f"an indicator of {each}{', and of a gap' if gap else ''}"
    also = ", and whether there is a gap" if gap else ""
    if len(parts) == 1:
        return f"1 number{also}"
    return f"{len(parts)} numbers: {', '.join(parts)}{also}"


def set_aside(column, cells, reading, values, label, labels):
    """The kind and the reason of a column that nothing is to be learned from, or None."""
    there = values.notna()
    if values.nunique() + (not there.all()) < 2:
        return CONSTANT, "one value" if there.any() else "no values"
    if is_copy(values, labels):
        return COPY, "its values are those of y, renamed"
    numeric = isinstance(column.dtype, pd.CategoricalDtype) and written.is_number(cells)
    if reading.kind not in (NUMBER, CATEGORY) or numeric:
        return None
    why = names_rows(cells[there], values[there], label, there.mean() >= FILLED)
    return why and (IDENTIFIER, why)


def is_copy(values, labels):
    """Whether values and labels tell each other, but for a few gaps."""
    there = values.notna().to_numpy()
    if there.mean() < FILLED:
        return False
    values, labels = values[there], labels[there]
    if labels.dtype.kind == "f":
        numeric = values.dtype.kind == "f" and len(values) > 2
        return numeric and abs(np.corrcoef(values, labels)[0, 1]) > 1 - 1e-9
    classes = len(np.unique(labels))
    if values.nunique() != classes:
        return False
    pairs = pd.DataFrame({"value": values.to_numpy(), "label": labels})
    return len(pairs.drop_duplicates()) == classes


def names_rows(cells, values, label, filled):
    """Why a number or a category only names its rows, or None."""
    rows, distinct = len(cells), cells.nunique()
    numeric = values.dtype.kind == "f"
    name = written.row_name_in(label)
    if numeric and not is_whole(values):
        return None
    if filled and distinct == rows and numeric and written.counts_rows(values, label):
        return "counts the rows"
    if name and distinct == rows:
        return f"every value differs, and the name says {name}"
    many = rows >= NAMED_ROWS and distinct > NAMED_DISTINCT * rows
    if not numeric and many and written.words_each(values) < WORDS_EACH:
        return f"{distinct} of {rows} values differ: they name the rows"
    return None


def suspects(columns, cleaned, labels):
    """The used columns each of which tells y almost always, though it is no copy.

    Args:
        columns: The `Columns` of a table.
        cleaned: What they made of it.
        labels: As it was described with; floats have no suspects.
    """
    labels = np.asarray(labels)
    if labels.dtype.kind == "f":
        return []
    rows = np.random.default_rng(0).permutation(len(labels))[:SUSPECT_ROWS]
    if np.bincount(labels[rows]).min() < FEWEST_SEEN:
        return []
    found = [
        label
        for place, (label, _) in enumerate(columns.features)
        if tells(cleaned.iloc[rows, place], labels[rows])
    ]
    return list(dict.fromkeys(found))


def tells(values, labels):
    """Whether a small tree on one column is almost always right about other rows.

    Where nearly all rows are of one class, right about each class.
    """
    if values.dtype.kind != "f":
        values = pd.Series(pd.factorize(values, sort=True)[0])
    inputs = values.to_numpy(float)[:, None]
    counts = np.bincount(labels)
    rare = counts.max() >= MAJORITY * len(labels)
    leaves = max(8, 2 * len(counts))
    tree = DecisionTreeClassifier(
        max_leaf_nodes=leaves,
        random_state=0,
        class_weight="balanced" if rare else None,
    )
    score = "balanced_accuracy" if rare else "accuracy"
    if not rare:
        x, y = inputs[:FIRST_ROWS], labels[:FIRST_ROWS]
        if tree.fit(x, y).score(x, y) < RIGHT_AT_FIRST:
            return False
    folds = (StratifiedKFold if rare else KFold)(3)
    right = cross_val_score(tree, inputs, labels, cv=folds, scoring=score).mean()
    return right >= (RIGHT_OF_RARE if rare else RIGHT)
