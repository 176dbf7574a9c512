"""What the cells of a raw column hold: numbers, dates and times, however written."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import product
from numbers import Complex, Number, Real

import numpy as np
import pandas as pd

# Among numbers and dates these are gaps; among words, where "none" may be a value, fewer.
GAPS = frozenset(
    [
        *("", "?", "-", "--", ".", "na", "n/a", "#n/a", "<na>", "nan", "nat", "null"),
        *("none", "missing", "inf", "+inf", "-inf", "infinity", "-infinity"),
    ]
)
GAPS_AMONG_WORDS = frozenset(["", "?", "NA", "NaN", "nan", "NaT", "<NA>"])

POINT, COMMA = ".", ","
GROUPS = {POINT: COMMA, COMMA: POINT}
CURRENCIES = "$€£¥₹₽₩₺"
PLAIN_SIGNS = str.maketrans("\u00a0\u2009\u202f\u2212\u2019", "   -'")
LARGEST = np.finfo("float32").max

CLOCK, ISO = "clock", "ISO8601"
OR = " or "  # Between two formats of dates in one column, the usual one first.
MOST_READ = 0.5  # The share that the usual one must read for there to be another.
TIME = re.compile(
    r"(?:(?P<days>-?\d+) days?,? \+?)?(?P<hours>\d{1,3}):(?P<minutes>\d\d)"
    r"(?::(?P<seconds>\d\d(?:\.\d+)?))?(?: ?(?P<half>[ap])\.?m\.?)?",
    re.IGNORECASE,
)
# Where month first and day first would both do, the earlier is taken.
DAYS = (
    *("%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%Y/%m/%d", "%d.%m.%Y"),
    *("%d.%m.%y", "%d-%m-%Y", "%m-%d-%Y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y"),
    *("%d %B %Y", "%b %d %Y", "%B %d %Y", "%b %d, %Y", "%B %d, %Y", "%a, %d %b %Y"),
    *("%b %Y", "%B %Y", "%Y %b", "%b-%Y", "%b-%y", "%m/%Y"),
)
HOURS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
FORMS_OF_DATES = (CLOCK, ISO, *map("".join, product(DAYS, HOURS)))
SAMPLE = 20
FEW_CODES = 0.01  # Fewer zeros before a number are slips of the pen.
TURN = 2030  # Years of two digits end before it, as in spreadsheets.

# An ideograph is a word, for no space parts it from the next.
WORD = r"[\u3040-\u9fff]|[^\W\u3040-\u9fff]+"
BETWEEN_SPACES = r"[\u3040-\u9fff]|[^\s\u3040-\u9fff]+"
SOME_TEXTS = 1000

ROW_NAMES = re.compile(
    r"\b(?:id|identifier|uuid|guid|key|code|number|no)$|^id\b"
    r"|^(?:index|row|unnamed \d+)$"
)
CODE_NAMES = re.compile(r"\b(?:id|code|zip|zipcode|postcode|plz|fips)$")
MEASURE_NAMES = re.compile(r"\b(?:age|rank|year|yr)\b")
YEARS = (1700, 2100)


def plain(column, label):
    """A column of any type as one of numbers, of moments, of spans, or of text.

    Args:
        column: As it stands in a user's table.
        label: Its name, for the refusal.

    Raises:
        ValueError: If its cells hold what is neither of these.
    """
    boxed = isinstance(column.dtype, pd.CategoricalDtype | pd.ArrowDtype)
    if boxed or column.dtype == object:
        column = column.astype(object).infer_objects()
    if isinstance(column.dtype, pd.PeriodDtype):
        return column.dt.to_timestamp()
    if column.dtype.kind in "iufbmM":
        return column
    types = set(map(type, column.dropna()))
    refuse_other_cells(column, types, label)
    if types and all(issubclass(kind, Number | np.bool_) for kind in types):
        return spread(column, float, float)
    return text(column)


def refuse_other_cells(column, types, label):
    for kind in types:
        several = issubclass(kind, Collection) and not issubclass(kind, str | bytes)
        if several or (issubclass(kind, Complex) and not issubclass(kind, Real)):
            example = next(value for value in column if isinstance(value, kind))
            raise ValueError(
                f"x has {plural(kind)} in column {label!r}, such as {example!r:.60}; "
                f"accepted are numbers, text, dates, or ignore=[{label!r}]."
            )


def plural(kind):
    if issubclass(kind, Complex):
        return "complex numbers"
    return f"{kind.__name__.removeprefix('nd')}s"


def spread(column, convert, dtype):
    """What `convert` makes of each distinct value, on all its rows; a gap stays one."""
    codes, distinct = pd.factorize(column)
    values = np.empty(len(distinct) + 1, dtype)
    values[:-1] = [convert(value) for value in distinct]
    values[-1] = np.nan  # Where a code of -1 points.
    return pd.Series(values[codes], column.index, dtype)


def text(column):
    """The cells as text; a whole number's does not tell whether its column has gaps."""
    return spread(column, as_text, object)


def as_text(value):
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def words(column):
    """The cells as text, without what stands for a gap among words."""
    column = text(column)
    return column.mask(column.isin(GAPS_AMONG_WORDS), np.nan)


def counted(column):
    """How many rows hold each text that is no gap among numbers or dates."""
    counts = text(column).value_counts()
    return counts[[value.lower() not in GAPS for value in counts.index]]


def is_number(column):
    return column.dtype.kind in "iufb"


def numbers(column, mark=POINT):
    """The numbers of a plain column; what is none, or too large to train on, is a gap."""
    if not is_number(column):
        column = spread(text(column), lambda value: number(value, mark), float)
    values = column.to_numpy("float64", na_value=np.nan)
    return pd.Series(values, column.index).where(np.abs(values) <= LARGEST)


def pattern(mark):
    """What a number looks like with this mark before its decimals."""
    between = rf"(?P<between>[{GROUPS[mark]} '])"
    return re.compile(
        rf"(?P<sign>[-+]?) ?[{CURRENCIES}]? ?(?P<inner>[-+]?)(?=[{mark}]?\d)"
        rf"(?P<whole>[1-9]\d{{0,2}}{between}\d{{3}}(?:(?P=between)\d{{3}})*|\d*)"
        rf"(?:[{mark}](?P<decimals>\d*))?(?P<power>e[-+]?\d+)? ?[{CURRENCIES}%]?",
        re.IGNORECASE,
    )


PATTERNS = {mark: pattern(mark) for mark in GROUPS}


def number(value, mark=POINT):
    """The number that a text is, or NaN."""
    value = value.translate(PLAIN_SIGNS)
    if value.startswith("(") and value.endswith(")"):
        value = "-" + value[1:-1]
    found = PATTERNS[mark].fullmatch(value)
    if found is None:
        return np.nan
    sign = found["sign"] or found["inner"]
    whole = re.sub(r"\D", "", found["whole"])
    return float(f"{sign}{whole}.{found['decimals'] or 0}{found['power'] or ''}")


def seconds(value):
    """The seconds of a time of day or a span written as text, or NaN."""
    found = TIME.fullmatch(value)
    if found is None:
        return np.nan
    hours = int(found["hours"])
    if found["half"]:
        hours = hours % 12 + 12 * (found["half"] in "pP")
    days = int(found["days"] or 0)
    minutes = 60 * (24 * days + hours) + int(found["minutes"])
    return 60 * minutes + float(found["seconds"] or 0)


def instants(values, form):
    """Texts as moments or, with `CLOCK`, as seconds; NaT or NaN where they are none."""
    values = pd.Series(values, dtype=object)
    first, _, others = form.partition(OR)
    if others:
        moments = instants(values, first)
        return moments.fillna(instants(values, others))
    if form == CLOCK:
        return spread(values, seconds, float)
    moments = pd.to_datetime(values, format=form, errors="coerce", utc=True)
    if "%y" in form:
        late = moments.dt.year >= TURN
        moments = moments.mask(late, moments - pd.DateOffset(years=100))
    return moments


def parts(column, form):
    """The numbers of a column of dates or times, by what they count."""
    if column.dtype.kind not in "mM":
        column = instants(text(column), form)
    if column.dtype.kind == "m":
        column = column.dt.total_seconds()
    if column.dtype.kind == "f":
        return {"seconds": column}
    local = column.dt.tz_localize(None)
    counts = {
        "days": (local - pd.Timestamp(0)) / pd.Timedelta(days=1),
        "month": local.dt.month,
        "day": local.dt.day,
        "weekday": local.dt.day_of_week,
        "hour": local.dt.hour,
    }
    return {part: numbers(values) for part, values in counts.items()}


def labelled(names):
    """Names as text, those that repeat numbered as by `pandas.read_csv`."""
    labels = {}
    for name in map(str, names):
        label, before = name, 0
        while label in labels:
            before += 1
            label = f"{name}.{before}"
        labels[label] = True
    return list(labels)


def spoken(label):
    """A name in lower case with spaces between its words."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[\W_]+", " ", label)
    return parted.lower().strip()


def row_name_in(label):
    """What in a column's name says that it names rows, or None."""
    found = ROW_NAMES.search(spoken(label))
    return found and found[0]


def names_codes(label):
    """Whether a column's name says that its numbers only tell things apart."""
    return CODE_NAMES.search(spoken(label)) is not None


def counts_rows(values, label):
    """Whether distinct whole numbers leave none out, and are no years, ages or ranks."""
    if values.between(*YEARS).all() or MEASURE_NAMES.search(spoken(label)):
        return False
    return bool(np.ptp(values) == len(values) - 1)


def words_each(values):
    """Words a text, on average over some of the texts that differ."""
    return pd.Series(values.unique()[:SOME_TEXTS]).str.count(BETWEEN_SPACES).mean()


@dataclass(frozen=True)
class Form:
    """How texts are to be read as numbers, dates or times.

    Attributes:
        name: The mark before the decimals, the format of dates, or `CLOCK`.
        why: What they look like, in words.
        share: Of the rows that are no gaps, those that can be read so.
        stray: A text that cannot, or "".
    """

    name: str
    why: str
    share: float
    stray: str


def number_form(counts):
    """The `Form` of numbers that reads the most rows, given the rows of each text."""

    def read(texts, mark):
        return pd.Series([number(value, mark) for value in texts], dtype=float)

    mark, failed = best(counts, (POINT, COMMA), read)
    example = max(
        counts.index.difference(failed.index, sort=False), key=len, default=""
    )
    why = f"numbers written as text, such as {example!r}"
    return formed(mark, why, "number", counts, failed)


def date_form(counts):
    """The `Form` of dates or times that reads the most rows, given the rows of each text."""
    has_digits = any(re.search(r"\d", value) for value in counts.index[:SAMPLE])
    form, failed = best(counts, FORMS_OF_DATES if has_digits else (), instants)
    if form != CLOCK and MOST_READ < 1 - failed.sum() / max(1, counts.sum()) < 1:
        second, rest = best(failed, FORMS_OF_DATES[1:], instants)
        if second and rest.sum() <= failed.sum() / 2:
            form, failed = form + OR + second, rest
    what = "time" if form == CLOCK else "date"
    example = next(iter(counts.index.difference(failed.index, sort=False)), "")
    why = f"{what}s, such as {example}{order(form)}"
    return formed(form, why, what, counts, failed)


def best(counts, forms, read):
    """The form that reads the most rows, and the rows of each text it cannot read."""
    sample = counts.index[:SAMPLE]
    failed = {
        form: counts[read(counts.index, form).isna().to_numpy()]
        for form in forms
        if read(sample, form).notna().any()
    }
    form = min(failed, key=lambda form: failed[form].sum(), default="")
    return form, failed.get(form, counts)


def formed(name, why, what, counts, failed):
    """A `Form`, whose reason tells how many values are none of what the others are."""
    rows, stray = failed.sum(), next(iter(failed.index), "")
    if rows == 1:
        why += f"; 1 value is no {what}, {stray!r:.60}: taken as a gap"
    if rows > 1:
        why += f"; {rows} values are no {what}s, such as {stray!r:.60}: taken as gaps"
    return Form(name, why, 1 - rows / counts.sum() if len(counts) else 0.0, stray)


def order(form):
    """Which of two numbers is read as the month, in words, where both could be."""
    first, second = form[:2], form[3:5]
    if {first, second} != {"%m", "%d"}:
        return ""
    return " (month first)" if first == "%m" else " (day first)"


def code_among(counts):
    """A text that a leading zero shows to be a code, if that is no exception; or None."""
    codes = counts[[re.match(r"0\d", value) is not None for value in counts.index]]
    return codes.index[0] if codes.sum() > FEW_CODES * counts.sum() else None
