"""Raw columns are taken for what a person would take them for, and become numbers."""

import pickle
import time
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from hinge_keras.lab.compare import columns as tables
from hinge_keras.lab.compare import written

ROWS = 120
DRAWS = np.random.default_rng(0)
LABELS = np.arange(ROWS) % 3
NUMBERS = DRAWS.normal(size=ROWS)
NOUNS = [f"noun{number}" for number in range(12)]
SENTENCES = [" ".join(words) for words in DRAWS.choice(NOUNS, (ROWS, 6))]


def described(values, name="it", labels=LABELS, **options):
    """What a column is taken for, beside one of numbers that is always used."""
    frame = pd.DataFrame({"other": NUMBERS}).assign(**{name: values})
    return tables.described(frame, labels[: len(frame)], **options)


def found(values, name="it", **options):
    """Its row of the table for people."""
    return described(values, name, **options).table.set_index("column").loc[name]


def cleaned(values, **options):
    """What a column becomes in a cleaned table."""
    frame = pd.DataFrame({"other": NUMBERS}).assign(it=values)
    table = tables.described(frame, LABELS, **options).cleaned(frame)
    return table.drop(columns="other")


def cycled(*values):
    """A column of objects that repeats some values, out of step with the labels."""
    repeated = np.empty(ROWS, dtype=object)
    repeated[:] = [values[(row // 3) % len(values)] for row in range(ROWS)]
    return repeated


DAYS = pd.date_range("2021-03-04", periods=ROWS, freq="31h")


@pytest.mark.parametrize(
    ("values", "kind", "why"),
    [
        (NUMBERS, "number", "numbers"),
        (NUMBERS > 0, "number", "true or false"),
        (cycled(True, False, None), "number", "numbers"),
        (cycled(Decimal("1.5"), Decimal(2), None), "number", "numbers"),
        (cycled(Fraction(1, 3), 2), "number", "numbers"),
        (pd.array(cycled(1, 2, None), dtype="Int64"), "number", "numbers"),
        (pd.arrays.SparseArray(NUMBERS), "number", "numbers"),
        (cycled("30,123", "7"), "number", "numbers written as text, such as '30,123'"),
        (cycled("n/a", "3.5", "None", "-", "2"), "number", "as text, such as '3.5'"),
        (cycled("a", "b", "?"), "category", "2 values"),
        (cycled("none", "missing", "-"), "category", "3 values"),
        (cycled("x", None), "category", "one value, or a gap"),
        (cycled(b"x", b"y"), "category", "2 values"),
        (pd.Categorical(np.arange(ROWS)), "category", "120 values"),
        (cycled("01234", "99501"), "category", "leading zeros, such as '01234'"),
        (cycled("10-20", "20-30"), "category", "2 values"),
        (cycled("3,14", "3.15"), "category", "2 values"),
        (SENTENCES, "text", "sentences, 120 distinct of 120"),
        (
            ["".join(row) for row in DRAWS.choice(list("机器学习"), (ROWS, 9))],
            "text",
            "",
        ),
        (np.resize([f"a very long name {i}" for i in range(24)], ROWS), "text", ""),
        (np.resize(SENTENCES[:19], ROWS), "category", "19 values"),
        (DAYS, "date", "dates, such as 2021-03-04"),
        (
            DAYS.tz_localize("Europe/Berlin"),
            "date",
            "such as 2021-03-04 00:00:00+01:00",
        ),
        (DAYS.to_period("Q"), "date", "dates, such as 2021-01-01"),
        (DAYS - DAYS[0], "date", "times, such as 0 days"),
        (list(DAYS.date), "date", "dates, such as 2021-03-04"),
        (list(DAYS.time), "date", "times, such as 00:00:00"),
        (DAYS.strftime("%m/%d/%Y"), "date", "such as 03/04/2021 (month first)"),
        (DAYS.strftime("%d/%m/%Y"), "date", "such as 04/03/2021 (day first)"),
        (DAYS.strftime("%Y-%m-%dT%H:%M:%SZ"), "date", "such as 2021-03-04T00:00:00Z"),
        (DAYS.strftime("%b %d, %Y"), "date", "such as Mar 04, 2021"),
        (DAYS.strftime("%I:%M %p"), "date", "times, such as 12:00 AM"),
        (np.full(ROWS, 7), "constant", "one value"),
        (np.full(ROWS, np.nan), "constant", "no values"),
        (cycled("", "?", None), "constant", "no values"),
        (np.arange(ROWS) + 500, "identifier", "counts the rows"),
        (
            [f"user{row}" for row in range(ROWS)],
            "identifier",
            "120 of 120 values differ",
        ),
        (np.arange(ROWS) + 1900, "number", "numbers"),
        (np.arange(ROWS) * 3, "number", "numbers"),
        (LABELS + 5, "copy of y", "its values are those of y, renamed"),
        (np.array(["u", "v", "w"])[LABELS], "copy of y", "those of y, renamed"),
    ],
)
def test_a_column_is_taken_for_what_it_is(values, kind, why):
    row = found(values)
    assert row.kind == kind
    assert why in row.why
    assert row.used == (kind in ("number", "category", "text", "date"))
    assert (row.becomes == "nothing") == (not row.used)


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("PassengerId", np.arange(ROWS) * 3, "identifier"),
        ("Sample code number", np.arange(ROWS) * 3, "identifier"),
        ("Unnamed: 0", np.arange(ROWS) * 3, "identifier"),
        ("key", [f"{row}a" for row in range(ROWS)], "identifier"),
        ("store_id", np.arange(ROWS) // 7, "category"),
        ("zip", np.arange(ROWS) // 7 + 10_000, "category"),
        ("paid", np.arange(ROWS) * 3, "number"),
        ("age", np.arange(ROWS), "number"),
    ],
)
def test_a_name_tells_identifiers_and_codes(name, values, kind):
    assert found(values, name).kind == kind


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("30,123", ".", 30123),
        ("1\u202f234,5", ",", 1234.5),
        ("5 %", ".", 5),
        ("$3.50", ".", 3.5),
        ("€ 3", ".", 3),
        ("-$1,234.5", ".", -1234.5),
        ("(12)", ".", -12),
        ("\u22123", ".", -3),
        (".5e-3", ".", 5e-4),
        ("3,14", ",", 3.14),
        ("1.234.567", ",", 1234567),
        ("1,2", ".", np.nan),
        ("0,123", ".", np.nan),
        ("1.2.3", ".", np.nan),
        ("12 34", ".", np.nan),
        ("1,234 567", ".", np.nan),
        ("1_000", ".", np.nan),
        ("three", ".", np.nan),
    ],
)
def test_numbers_are_read_as_written(text, mark, number):
    np.testing.assert_equal(written.number(text, mark), number)


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        (("3,14", "7,125", "2,5"), (3.14, 7.125, 2.5)),
        (("3,141", "7,125", "2,500"), (3141, 7125, 2500)),
        (("1.234", "7.125", "2.500"), (1.234, 7.125, 2.5)),
    ],
)
def test_a_comma_is_decimal_only_where_nothing_else_fits(values, numbers):
    assert cleaned(cycled(*values))["it"][::3].tolist()[:3] == list(numbers)


def test_the_few_that_are_no_numbers_become_gaps_and_are_told():
    values = [str(number) for number in range(0, 2 * ROWS, 2)]
    values[4] = values[9] = "about 5"
    row = found(values)
    assert "2 values are no numbers, such as 'about 5': taken as gaps" in row.why
    assert row.becomes == "1 number, and whether there is a gap"
    assert np.flatnonzero(cleaned(values)["it"].isna()).tolist() == [4, 9]
    values[:7] = ["about 5"] * 7
    assert found(values).kind == "identifier"


def test_gaps_are_nan():
    numbers = cleaned(cycled("1", "N/A", " ", "inf", "2"))["it"]
    assert numbers[::3].isna().tolist()[:5] == [False, True, True, True, False]
    words = cleaned(cycled("none", "NA", "?", "", "b"))["it"]
    assert words[::3].isna().tolist()[:5] == [False, True, True, True, False]
    assert words.dtype == object
    infinite = cleaned(np.where(NUMBERS > 0, np.inf, NUMBERS))["it"].isna()
    assert (infinite == (NUMBERS > 0)).all()


def test_words_are_stripped_text():
    words = cleaned(cycled(" a ", b"b", 3.0), columns={"it": "category"})["it"]
    assert words[::3].tolist()[:3] == ["a", "b", "3"]


def test_dates_become_days_and_what_varies_of_them():
    days = cleaned(["2021-03-04 12:00", "2021-05-31 12:00"] * (ROWS // 2))
    assert list(days) == ["it days", "it month", "it day", "it weekday"]
    assert days.iloc[0].tolist() == [18690.5, 3, 4, 3]
    seconds = cleaned(cycled("1:30", "2:30 PM", "10:00:05"))["it seconds"]
    assert seconds[::3].tolist()[:3] == [5400, 52200, 36005]
    spans = cleaned(pd.to_timedelta(cycled(1, 2), unit="min"))["it seconds"]
    assert spans[::3].tolist()[:2] == [60, 120]


def test_years_of_two_digits_are_not_in_the_future():
    days = cleaned(cycled("25/11/63", "24/11/05"))["it days"]
    years = pd.to_datetime(days, unit="D").dt.year
    assert set(years) == {1963, 2005}


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        (["a", "b"], "lists"),
        ({"a": 1}, "dicts"),
        ({"a"}, "sets"),
        (np.arange(2), "arrays"),
        (1j, "complex numbers"),
    ],
)
def test_cells_that_hold_several_values_are_refused(cell, kind):
    with pytest.raises(ValueError, match=rf"^x has {kind} in column 'tags', such as"):
        described(cycled(cell, None), "tags")
    assert found(cycled(cell, None), "tags", ignore=["tags"]).kind == "ignored"


def test_an_identifier_by_its_words_is_not_one_of_few_rows():
    frame = pd.DataFrame({"it": list("abcdefgh")})
    assert tables.described(frame, LABELS[:8]).table.kind.tolist() == ["category"]


def test_a_copy_may_have_few_gaps():
    values = np.array(["u", "v", "w"], dtype=object)[LABELS]
    values[5] = None
    assert found(values).kind == "copy of y"
    values[5] = "u"
    assert found(values).kind == "category"
    values[5:60] = None
    assert found(values).kind == "category"


def test_a_copy_of_numbers_is_one_up_to_scale():
    targets = DRAWS.normal(size=ROWS)
    assert found(1000 - 3 * targets, labels=targets).kind == "copy of y"
    assert found(targets + 1e-3 * NUMBERS, labels=targets).kind == "number"


@pytest.mark.parametrize("kind", ["number", "category", "text", "date", "identifier"])
@pytest.mark.parametrize("values", [LABELS + 2000, [f"{1900 + i}" for i in range(120)]])
def test_a_person_knows_better(kind, values):
    row = found(values, columns={"it": kind})
    assert row.kind == kind
    assert row.used == (kind != "identifier")
    assert "on request" in row.why


def test_a_column_cannot_be_what_its_values_are_not():
    values = cycled("1", "one", "two", "three")
    sentence = r"columns\['it'\] is '{}' and the column holds 'one'; accepted is"
    with pytest.raises(ValueError, match=sentence.format("number")):
        described(values, columns={"it": "number"})
    with pytest.raises(ValueError, match=r"is 'date' and the column holds '1'"):
        described(cycled("1", "two"), columns={"it": "date"})
    assert "no numbers" in found(cycled("1", "2", "x"), columns={"it": "number"}).why


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"columns": {"that": "number"}}, "columns names 'that'; accepted are columns"),
        (
            {"ignore": ["that"]},
            "ignore names 'that'; accepted are columns of x: 'other'",
        ),
        ({"columns": {"it": "floats"}}, r"columns\['it'\] is 'floats'; accepted are"),
        ({"ignore": ["it", "other"]}, "x has no column left to learn from; accepted"),
    ],
)
def test_what_cannot_be_is_refused(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        described(NUMBERS, **options)


def test_names_of_any_type_and_twice():
    frame = pd.DataFrame(DRAWS.normal(size=(ROWS, 4)), columns=[0, ("a", 1), "b", "b"])
    found = tables.described(frame, LABELS, columns={0: "category"}, ignore=["b.1"])
    assert found.table.column.tolist() == ["0", "('a', 1)", "b", "b.1"]
    assert found.table.kind.tolist() == ["category", "number", "number", "ignored"]
    assert found.cleaned(frame)["b"].tolist() == frame.iloc[:, 2].tolist()
    assert tables.described(frame, LABELS, ignore="('a', 1)").table.used.sum() == 3


def test_a_cleaned_table_finds_its_columns_by_name():
    frame = pd.DataFrame({"when": DAYS, "it": SENTENCES})
    found = tables.described(frame, LABELS)
    shuffled = frame.assign(more=1, when=DAYS.astype(str))[["it", "more", "when"]]
    pd.testing.assert_frame_equal(found.cleaned(shuffled), found.cleaned(frame))
    with pytest.raises(ValueError, match="x has no column 'it'; accepted is"):
        found.cleaned(frame[["when"]])


MIXED = pd.DataFrame(
    {
        "number": np.where(NUMBERS > 1, np.nan, NUMBERS),
        "note": SENTENCES,
        "place": np.where(NUMBERS > 1, None, cycled("u", "v", "w", "x")),
        "when": DAYS,
        "code": [f"c{row % 110}" for row in range(ROWS)],
        "stops": np.where(NUMBERS > 0, "! ! !", "? ? ?"),
    }
)
REQUESTED = {"code": "category", "stops": "text"}


def test_the_encoder_learns_from_its_own_rows_alone():
    found = tables.described(MIXED, LABELS, columns=REQUESTED)
    train, test = found.cleaned(MIXED[:80]), found.cleaned(MIXED[80:])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        encoder = pickle.loads(
            pickle.dumps(pickle.loads(pickle.dumps(found)).encoder())
        )
        x = encoder.fit(train).transform(train)
        later = pickle.loads(pickle.dumps(encoder)).transform(test)
    assert x.dtype == later.dtype == np.float32
    assert x.shape == (80, later.shape[1])
    assert np.isfinite(x).all()
    assert np.isfinite(later).all()
    gaps = test["number"].isna().to_numpy()
    assert set(later[gaps, 0]) == {np.float32(train["number"].median())}
    assert (later[:, 2] == gaps).all()


def test_what_a_column_becomes_is_what_is_told():
    found = tables.described(MIXED, LABELS, columns=REQUESTED)
    assert found.table.becomes.tolist() == [
        "1 number, and whether there is a gap",
        "at most 100 numbers of its words",
        "an indicator of each of 4 values, and of a gap",
        "5 numbers: days, month, day, weekday, hour",
        "an indicator of each of its 99 most frequent values, and of all others",
        "at most 100 numbers of its words",
    ]
    table = found.cleaned(MIXED)
    x = found.encoder().fit_transform(table)
    assert x.shape[1] == 2 + 5 + 5 + 100 + 100 + 1


def test_words_are_few_numbers_that_tell_texts_apart():
    texts = pd.Series(["red fox", "red fox", "blue sky today", np.nan])
    numbers = tables.Words().fit(texts).transform(texts)
    assert numbers.shape == (4, 4)
    assert numbers[0] @ numbers[1] > 0.99
    assert abs(numbers[0] @ numbers[2]) < 1e-9
    assert not numbers[3].any()
    ideographs = tables.Words().fit_transform(pd.Series(["机器人好", "好机器人"]))
    assert ideographs[0] @ ideographs[1] > 0.5


def test_categories_alone_are_dense():
    frame = pd.DataFrame({"it": cycled(*map(str, range(40)))})
    found = tables.described(frame, LABELS, columns={"it": "category"})
    x = found.encoder().fit_transform(found.cleaned(frame))
    assert x.sum(axis=1).tolist() == [1] * ROWS


def test_suspects_alone_tell_y():
    frame = pd.DataFrame(
        {
            "fair": LABELS + DRAWS.normal(0, 1, ROWS),
            "late": LABELS + DRAWS.normal(0, 0.05, ROWS),
            "said": [f"{'abc'[label]}{row % 2}" for row, label in enumerate(LABELS)],
            "name": SENTENCES,
        }
    )
    found = tables.described(frame, LABELS)
    assert tables.suspects(found, found.cleaned(frame), LABELS) == ["late", "said"]
    assert tables.suspects(found, found.cleaned(frame), LABELS + 0.5) == []


def test_dates_in_two_formats_are_read_in_both():
    days = pd.date_range("2024-01-13", periods=40)
    cells = [f"{day:%d.%m.%Y %H:%M}" for day in days[:34]] + [
        f"{d:%Y-%m-%d}" for d in days[34:]
    ]
    frame = pd.DataFrame({"seen": [*cells, "unknown"]})
    found = tables.described(frame, np.arange(41) % 2)
    assert found.kinds["seen"].kind == tables.DATE
    values = found.cleaned(frame)["seen days"]
    assert values[:40].diff().dropna().eq(1).all()
    assert np.isnan(values[40])


def test_of_a_rare_class_too_a_leak_is_suspected():
    rng = np.random.default_rng(0)
    rare = (rng.random(3000) < 0.01).astype(int)
    frame = pd.DataFrame(
        {"noise": rng.normal(size=3000), "closed": rare + rng.normal(0, 0.1, 3000)}
    )
    found = tables.described(frame, rare)
    assert tables.suspects(found, found.cleaned(frame), rare) == ["closed"]


def test_a_large_majority_has_no_suspects():
    rare = (np.arange(ROWS) < 5).astype(int)
    frame = pd.DataFrame({"it": rare + DRAWS.normal(0, 0.01, ROWS)})
    found = tables.described(frame, rare)
    assert tables.suspects(found, found.cleaned(frame), rare) == []


def test_many_rows_are_described_quickly():
    rows = 50_000
    money = [f"${number:,.2f}" for number in DRAWS.normal(3000, 1000, rows)]
    frame = pd.DataFrame({"money": money, "word": DRAWS.choice(NOUNS, rows)})
    frame["when"] = pd.date_range("2000-01-01", periods=rows).astype(str)
    start = time.process_time()
    tables.described(frame, np.arange(rows) % 2)
    assert time.process_time() - start < 2
