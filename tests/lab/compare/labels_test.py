"""Labels of any type are class numbers or targets, or are refused with a reason."""

import datetime
import decimal
import pickle

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from scipy import sparse

from hinge_keras.lab.compare.inputs import collected
from hinge_keras.lab.compare.labels import understood

RNG = np.random.default_rng(0)
HALVES = np.arange(20) % 2


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        ([0, 1] * 10, [0, 1]),
        ([-1, 1] * 10, [-1, 1]),
        ([2.0, 5.0] * 10, [2.0, 5.0]),
        ([0.5, 1.5] * 10, [0.5, 1.5]),
        ([False, True] * 10, [False, True]),
        (["no", "yes"] * 10, ["no", "yes"]),
        (np.array([b"no", b"yes"] * 10), ["no", "yes"]),
        (tf.constant(["no", "yes"] * 10), ["no", "yes"]),
        (np.array(["no", "yes"] * 10, dtype=object), ["no", "yes"]),
        (np.array([3, 7] * 10, dtype=object), [3, 7]),
        (pd.Series(["no", "yes"] * 10, index=range(5, 25)), ["no", "yes"]),
        (pd.Series([1, 2] * 10, dtype="Int64"), [1, 2]),
        (pd.Categorical(["u", "v"] * 10, categories=["w", "u", "v"]), ["u", "v"]),
        (pd.Series(["u", "v"] * 10, dtype="category"), ["u", "v"]),
        ([1, "a"] * 10, ["1", "a"]),
        ([datetime.date(2020, 1, day) for day in (1, 2)] * 10, None),
        (np.array(["2020", "2021"] * 10, dtype="datetime64[Y]"), None),
        (HALVES[:, None], [0, 1]),
        (pd.DataFrame({"label": ["no", "yes"] * 10}), ["no", "yes"]),
    ],
)
def test_labels_of_any_type_are_classes_in_sorted_order(y, classes):
    found = understood(y)
    np.testing.assert_array_equal(found.numbers, HALVES)
    assert found.numbers.dtype.kind == "i"
    assert found.kind == "classes"
    assert found.why == "2 classes"
    if classes is not None:
        assert found.classes.tolist() == classes


COLUMN = type("Column", (), {"to_pandas": lambda self: pd.Series(HALVES)})()
GIVEN = [HALVES, HALVES.tolist(), pd.Index(HALVES), COLUMN, tf.constant(HALVES)]
GIVEN += [HALVES[:, None], pd.DataFrame({"label": HALVES}), np.eye(2)[HALVES]]
GIVEN += [pd.Series(HALVES, index=range(7, 27)), sparse.csr_array(np.eye(2)[HALVES])]


@pytest.mark.parametrize("y", GIVEN)
def test_labels_beside_inputs_are_an_array_and_mean_the_same(y):
    found = collected(np.zeros((20, 1)), y).y
    assert isinstance(found, np.ndarray)
    np.testing.assert_array_equal(understood(found).numbers, HALVES)
    np.testing.assert_array_equal(understood(y).numbers, HALVES)


@pytest.mark.parametrize("y", [["a", np.nan], [1, "a"], [b"a", b"b"], [False, True]])
def test_labels_beside_inputs_are_what_they_were(y):
    text = [v.decode() if isinstance(v, bytes) else v for v in y]
    found = collected(np.zeros((20, 1)), y * 10).y.tolist()
    assert list(map(repr, found)) == list(map(repr, text * 10))


def test_a_table_of_labels_keeps_the_names_of_its_columns():
    one_hot = pd.DataFrame(np.eye(2)[HALVES], columns=["no", "yes"])
    assert understood(collected(one_hot, one_hot).y).classes.tolist() == ["no", "yes"]


def test_several_classes_are_numbered_from_zero():
    found = understood(np.array([30, 10, 20] * 5))
    assert found.numbers.tolist() == [2, 0, 1] * 5
    assert found.classes.tolist() == [10, 20, 30]
    assert found.why == "3 classes"


ONE_HOT = np.eye(3)[np.arange(30) % 3]


@pytest.mark.parametrize("dtype", [float, int, bool, object])
def test_one_column_a_class_is_the_class_of_its_one(dtype):
    found = understood(ONE_HOT.astype(dtype))
    np.testing.assert_array_equal(found.numbers, np.arange(30) % 3)
    assert found.classes.tolist() == [0, 1, 2]
    assert found.kind == "classes"


def test_columns_of_a_table_name_their_classes():
    found = understood(pd.DataFrame(ONE_HOT, columns=["red", "green", "blue"]))
    np.testing.assert_array_equal(found.numbers, np.arange(30) % 3)
    assert found.classes.tolist() == ["red", "green", "blue"]
    two = pd.DataFrame(np.eye(2)[HALVES], columns=["ham", "spam"])
    assert understood(two, positive="ham").numbers.tolist() == (1 - HALVES).tolist()


def whole(rows, distinct):
    return np.arange(rows) % distinct


@pytest.mark.parametrize(
    ("y", "distinct"),
    [
        (RNG.normal(size=300), 300),
        (RNG.normal(size=(300, 1)).astype("float32"), 300),
        (whole(300, 31), 31),
        (whole(300, 31).astype(float), 31),
        (whole(24, 21), 21),
        (whole(300, 21) / 2, 21),
        (whole(40, 5) + 0.5, 5),
        (RNG.normal(size=300).astype(object), 300),
        (pd.Series(RNG.normal(size=300), dtype="Float64"), 300),
    ],
)
def test_too_many_numbers_to_be_classes_are_a_regression(y, distinct):
    found = understood(y)
    assert found.kind == "regression"
    assert found.why == f"numbers with {distinct} distinct values: a regression"
    assert found.classes.size == 0
    assert found.numbers.dtype == float
    np.testing.assert_array_equal(found.numbers, np.ravel(y).astype(float))


@pytest.mark.parametrize(
    "y",
    [
        whole(60, 3).astype(float),
        whole(100, 20),
        whole(310, 31),
        whole(200, 20) / 2,
        whole(50, 5) + 0.5,
        whole(12, 2) + 0.5,
        [f"{i % 40} years" for i in range(200)],
        whole(300, 2) == 1,
    ],
)
def test_numbers_that_repeat_and_texts_are_classes(y):
    assert understood(y).kind == "classes"


def test_what_they_look_like_can_be_overruled():
    targets = understood([1, 2] * 10, task="regression")
    assert targets.kind == "regression"
    assert targets.numbers.tolist() == [1.0, 2.0] * 10
    assert understood(whole(180, 30), task="classes").why == "30 classes"
    prices = [decimal.Decimal("1.25"), decimal.Decimal("2.5")]
    assert understood(prices * 5, task="regression").numbers.tolist() == [1.25, 2.5] * 5


@pytest.mark.parametrize(
    ("y", "positive", "classes"),
    [
        (["no", "yes"] * 10, "no", ["yes", "no"]),
        (["no", "yes"] * 10, "yes", ["no", "yes"]),
        ([-1, 1] * 10, -1, [1, -1]),
        ([False, True] * 10, False, [True, False]),
        ([False, True] * 10, 1, [False, True]),
        ([0.0, 1.0] * 10, 0, [1.0, 0.0]),
    ],
)
def test_the_positive_class_is_class_one(y, positive, classes):
    found = understood(y, positive=positive)
    assert found.classes.tolist() == classes
    assert found.classes[found.numbers].tolist() == y
    assert found.classes[1] == positive


def test_so_many_rows_of_a_class_are_enough():
    assert understood(["a"] * 5 + ["b"] * 5).kind == "classes"
    assert understood(["a"] * 2 + ["b"] * 2, fewest=2).kind == "classes"


RARE = ["rare"] * 3 + ["common"] * 20
TWO_ONES = ONE_HOT + np.eye(3)[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y": ["a"] * 20}, "^y holds only 'a'; accepted are 2 classes or more.$"),
        ({"y": np.eye(2)[[0] * 9]}, "y holds only '0'"),
        (
            {"y": RARE},
            "^y holds 'rare' 3 times; accepted are 5 of each class or more, to split "
            "them three ways.$",
        ),
        ({"y": RARE, "fewest": 4}, "y holds 'rare' 3 times; accepted are 4"),
        ({"y": [7] * 3 + [8] * 9}, "y holds '7' 3 times.*, or task='regression'.$"),
        ({"y": np.eye(3)[HALVES]}, "y holds '2' 0 times.* three ways.$"),
        ({"y": []}, "y has no rows"),
        (
            {"y": ["a", None] * 9},
            "y has a missing label; accepted is a label for every",
        ),
        ({"y": ["a", np.nan] * 9}, "y has a missing label"),
        ({"y": [1.0, np.nan] * 9}, "y has a missing label"),
        ({"y": np.ma.array([1, 2] * 9, mask=[0, 1] * 9)}, "y has a missing label"),
        ({"y": pd.Series([1, None] * 9, dtype="Int64")}, "y has a missing label"),
        ({"y": pd.Categorical(["a", None] * 9)}, "y has a missing label"),
        ({"y": np.array(["2020", "NaT"] * 9, "M8[Y]")}, "y has a missing label"),
        ({"y": np.where(ONE_HOT, 1, np.nan)}, "y has a missing label"),
        ({"y": pd.DataFrame(np.where(ONE_HOT, 1, np.nan))}, "y has a missing label"),
        ({"y": [1.0, np.inf] * 9}, "y holds inf"),
        ({"y": np.array([1.0, -np.inf] * 9, dtype=object)}, "y holds inf"),
        ({"y": TWO_ONES.clip(max=1)}, "y has 2 labels in row 1, as of several labels"),
        ({"y": TWO_ONES}, r"y has shape \(30, 3\) and is not one-hot"),
        ({"y": 0 * ONE_HOT}, r"y has shape \(30, 3\) and is not one-hot"),
        ({"y": 2 * ONE_HOT - 1}, "is not one-hot"),
        ({"y": ONE_HOT * 0.8 + 0.1}, "is not one-hot"),
        ({"y": ONE_HOT.astype(str)}, "is not one-hot"),
        ({"y": np.ones((30, 1, 3))}, r"y has shape \(30, 1, 3\) and is not one-hot"),
        (
            {"y": ONE_HOT, "task": "regression"},
            "accepted for a regression is one number",
        ),
        ({"y": HALVES, "task": "ranking"}, "task is 'ranking'; accepted are 'classes'"),
        ({"y": [3] * 9, "task": "regression"}, r"y is 3\.0 in every row"),
        (
            {"y": [1, "many"] * 9, "task": "regression"},
            "y holds 'many'; accepted for a",
        ),
        (
            {"y": RNG.normal(size=99), "positive": 1},
            "positive is 1 and y is a regression",
        ),
        (
            {"y": ["no", "yes"] * 9, "positive": "maybe"},
            "'maybe'; .* are 'no', 'yes'.$",
        ),
        (
            {"y": [0, 1] * 9, "positive": "1"},
            "positive is '1'; accepted in y are 0, 1.$",
        ),
        (
            {"y": [1, 2, 3] * 9, "positive": 1},
            "positive is 1 and y has 3 classes, 1, 2, 3",
        ),
        ({"y": whole(99, 11), "positive": 1}, "has 11 classes, 0, .* 9, ...; accepted"),
    ],
)
def test_what_cannot_be_learned_is_refused_in_a_sentence(arguments, message):
    with pytest.raises(ValueError, match=message) as caught:
        understood(**arguments)
    assert "accepted" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_nothing_of_the_users_is_changed():
    y = np.array([3, 1] * 10)
    understood(y, positive=1)
    assert y.tolist() == [3, 1] * 10


def test_what_is_understood_can_be_sent():
    found = pickle.loads(pickle.dumps(understood(["no", "yes"] * 10)))
    assert found.numbers.tolist() == HALVES.tolist()
