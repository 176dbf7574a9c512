"""Whatever holds a user's data comes out as rows in memory, or is refused with a reason."""

import copy
import itertools
import pickle

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from scipy import sparse

from hinge_keras.lab.compare import inputs
from hinge_keras.lab.compare.inputs import collected

pytestmark = pytest.mark.filterwarnings("error")

ROWS = 12
X = np.arange(36.0).reshape(ROWS, 3)
Y = np.arange(ROWS) % 2
WEIGHT = np.arange(1.0, ROWS + 1)
FRAME = pd.DataFrame(X, columns=["a", "b", "c"])
IMAGES = np.arange(ROWS * 20.0).reshape(ROWS, 4, 5)
IDS = np.arange(ROWS, dtype="int64")
OTHERS = {"to_pandas": lambda self: FRAME.assign(label=Y), "__iter__": None}
POLARS = type("Polars", (), OTHERS)()


def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed")


class OwnArray:
    """What only NumPy's old protocol turns into an array."""

    def __array__(self, dtype=None):
        return X if dtype is None else X.astype(dtype)


NUMBERS = [X, X.tolist(), list(X), np.ma.array(X, mask=False), OwnArray()]
NUMBERS += [tf.constant(X), tf.Variable(X), list(tf.constant(X)), keras.Variable(X)]
NUMBERS += [sparse.csr_matrix(X), sparse.coo_array(X), [pd.Series(row) for row in X]]


@pytest.mark.parametrize("x", NUMBERS)
def test_numbers_are_an_array(x):
    found = collected(x, Y)
    assert isinstance(found.x, np.ndarray)
    assert found.weight is None
    assert found.parts == ()
    np.testing.assert_array_equal(found.x, X, strict=True)


def test_tensors_of_other_backends_are_arrays():
    tensor = torch().tensor(X, requires_grad=True)
    found = [collected(x, torch().tensor(Y)) for x in (tensor, list(tensor))]
    array = pytest.importorskip("jax", reason="JAX is not installed").numpy.asarray(X)
    for each in (*found, collected(array, Y)):
        np.testing.assert_array_equal(each.x, X)
        np.testing.assert_array_equal(each.y, Y)


def test_numbers_keep_their_type_and_truth_values_are_numbers():
    for dtype in ("float16", "float32", "int64", "uint8"):
        assert collected(X.astype(dtype), Y).x.dtype == dtype
    found = collected(X > 7, Y).x
    np.testing.assert_array_equal(found, (X > 7).astype("int8"), strict=True)


def test_one_axis_is_one_feature_and_more_are_kept():
    assert (
        collected(X[:, 0], Y).x.shape == collected(range(ROWS), Y).x.shape == (ROWS, 1)
    )
    assert collected(IMAGES, Y).x.shape == collected(list(IMAGES), Y).x.shape
    square = list(np.zeros((ROWS, ROWS, ROWS)))
    assert collected(square, Y).x.shape == (ROWS, ROWS, ROWS)


GAPS = [np.where(X == 4, gap, X) for gap in (np.nan, np.inf, None)]
GAPS += [GAPS[2].tolist(), *(np.ma.array(X, t, mask=X == 4) for t in (float, int))]
GAPS += [pd.DataFrame(np.where(X == 4, -np.inf, X))]


@pytest.mark.parametrize("x", GAPS)
def test_gaps_make_a_table(x):
    found = collected(x, Y).x
    assert isinstance(found, pd.DataFrame)
    assert found[1].dtype == float
    np.testing.assert_array_equal(found, GAPS[0])


MIXED = [[i, b"text", None] for i in range(ROWS)]


@pytest.mark.parametrize("x", [MIXED, np.array(MIXED, dtype=object)])
def test_text_makes_a_table_in_which_numbers_are_numbers(x):
    found = collected(x, Y).x
    assert found[0].tolist() == list(range(ROWS))
    assert found[0].dtype == "int64"
    assert set(found[1]) == {"text"}
    assert found[2].isna().all()


def test_arrays_of_text_and_dates_make_tables():
    for kind in ("U3", "S3"):
        assert set(collected(np.full((ROWS, 2), "yes", kind), Y).x[1]) == {"yes"}
    assert set(collected(tf.constant(["yes"] * ROWS), Y).x[0]) == {"yes"}
    assert set(collected([b"\xff"] * ROWS, Y).x[0]) == {"\ufffd"}
    assert collected(IDS.astype("datetime64[D]"), Y).x[0].dtype.kind == "M"


def test_gaps_in_structured_arrays_are_gaps():
    gaps = np.ma.array(FRAME.to_records(index=False), mask=[(i < 3, 0, 0) for i in IDS])
    assert collected(gaps, Y).x.isna().sum().tolist() == [3, 0, 0]


def test_tables_are_kept_with_their_rows_numbered():
    frame = FRAME.assign(t=pd.Categorical(["u", "v"] * 6), d=pd.Timestamp("2020"))
    frame["i"] = pd.array([1, None] * 6, dtype="Int64")
    found = collected(frame.set_axis(range(5, 5 + ROWS)), Y).x
    pd.testing.assert_frame_equal(found, frame)
    clashing = FRAME.set_axis(["cardinality", "to_pandas", "dtype"], axis=1)
    pd.testing.assert_frame_equal(collected(clashing, Y).x, clashing)
    twice = pd.concat([FRAME, FRAME], axis=1).set_axis([0] * ROWS)
    assert collected(twice, Y).x.shape == (ROWS, 6)
    assert list(collected(FRAME["b"], Y).x) == ["b"]
    assert list(collected(POLARS, Y).x) == ["a", "b", "c", "label"]


def test_columns_are_taken_out_by_name():
    found = collected(FRAME.assign(label=Y, w=WEIGHT), "label", "w")
    assert list(found.x) == ["a", "b", "c"]
    np.testing.assert_array_equal(found.y, Y)
    np.testing.assert_array_equal(found.weight, WEIGHT)
    for table in (POLARS, POLARS.to_pandas().to_records(index=False)):
        pd.testing.assert_frame_equal(collected(table, "label").x, FRAME)
    np.testing.assert_array_equal(collected(pd.DataFrame(X), 2).y, X[:, 2])


@pytest.mark.parametrize("change", [np.asarray, pd.Series, list, lambda w: w[:, None]])
def test_weights_are_one_number_a_row(change):
    found = collected(X, Y, change(WEIGHT)).weight
    np.testing.assert_array_equal(found, WEIGHT, strict=True)


def parted(found):
    """Several inputs as a model takes them, from the array and what is known of it."""
    stops = np.cumsum([int(np.prod(shape)) for _, shape, _ in found.parts])
    assert stops[-1] == found.x.shape[1]
    pieces = np.split(found.x, stops[:-1], axis=1)
    return {
        name: piece.reshape(len(piece), *shape).astype(dtype)
        for piece, (name, shape, dtype) in zip(pieces, found.parts, strict=True)
    }


SEVERAL = [{"image": IMAGES, "id": IDS}, (IMAGES, IDS[:, None]), [IMAGES, X > 5], [X]]
SEVERAL += [[tf.constant(IMAGES), FRAME], [sparse.csr_array(X), IMAGES]]


@pytest.mark.parametrize("x", SEVERAL)
def test_several_inputs_lie_side_by_side_can_be_sent_and_come_apart(x):
    found = pickle.loads(pickle.dumps(collected(x, Y)))
    assert found.x.dtype == np.float64
    given = x if isinstance(x, dict) else dict(enumerate(x))
    parts = parted(found)
    assert list(parts) == list(given)
    for name, part in given.items():
        part = part.toarray() if sparse.issparse(part) else np.asarray(part)
        np.testing.assert_array_equal(parts[name], part, strict=True)


def test_several_inputs_are_no_wider_than_they_need_be():
    single = {"x": X.astype("float32"), "half": X.astype("float16"), "id": IDS}
    assert collected(single, Y).x.dtype == np.float32
    assert collected({"id": IDS + 2**24 - ROWS + 1}, Y).x.max() == 2**24


def test_columns_by_name_with_text_or_gaps_are_a_table():
    x = {"age": [None, 3.0] * 6, "city": [b"Ulm", b"Rom"] * 6, "id": IDS}
    found = collected(x, Y)
    assert found.parts == ()
    assert list(found.x) == ["age", "city", "id"]
    assert found.x["city"].tolist()[:2] == ["Ulm", "Rom"]
    np.testing.assert_array_equal(found.x["age"], [np.nan, 3.0] * 6)


class Batches(keras.utils.PyDataset):
    """Keras' own, whose iterator does not end where its length is unknown."""

    def __init__(self, length=3):
        super().__init__()
        self.length, self.shape = length, (3,)

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        return X[4 * index : 4 * index + 4], Y[4 * index : 4 * index + 4]


class Rows:
    """Rows by index without an end of its own, as PyTorch's data sets are."""

    def __len__(self):
        return ROWS

    def __getitem__(self, index):
        assert index < ROWS
        return X[index], Y[index]


def batches(*arrays):
    return (tuple(array[i : i + 5] for array in arrays) for i in (0, 5, 10))


def slices(*arrays):
    return tf.data.Dataset.from_tensor_slices(arrays)


def loader(*arrays, size=5):
    data = torch().utils.data
    return data.DataLoader(data.TensorDataset(*map(torch().as_tensor, arrays)), size)


READ = [lambda: slices(X, Y), lambda: slices(X, Y).batch(5), Batches, Rows]
READ += [lambda: slices(X, Y).batch(5).filter(lambda *_: True)]
READ += [lambda: loader(X, Y), lambda: loader(X, Y, size=None)]
READ += [lambda: loader(X, Y).dataset, lambda: batches(X, Y)]
READ += [lambda: batches(sparse.csr_matrix(X), Y)]
READ += [lambda: ((x.tolist(), y.tolist()) for x, y in batches(X, Y))]
READ += [lambda: ((list(x), list(y)) for x, y in batches(X, Y))]
READ += [lambda: zip(X, Y, strict=True), lambda: iter([(X, Y, None)])]


@pytest.mark.parametrize("make", READ)
def test_batches_and_rows_are_read_in_order(make):
    found = collected(make())
    np.testing.assert_array_equal(found.x, X)
    np.testing.assert_array_equal(found.y, Y)
    assert found.weight is None
    assert found.parts == ()


def test_a_data_set_that_repeats_is_read_as_often():
    found = collected(slices(X, Y).repeat(2).batch(7))
    np.testing.assert_array_equal(found.x, np.concatenate([X, X]))


@pytest.mark.parametrize("make", [slices, loader, batches])
def test_weights_in_batches_are_kept(make):
    np.testing.assert_array_equal(collected(make(X, Y, WEIGHT)).weight, WEIGHT)


PAIR = {"a": IMAGES, "b": X}


def loader_of_pairs():
    rows = [(pair, int(y)) for *pair, y in zip(IMAGES, X, Y, strict=True)]
    return torch().utils.data.DataLoader(rows, batch_size=2)


BY_NAME = [lambda: slices(PAIR, Y).batch(5), lambda: slices(PAIR, Y)]
BY_POSITION = [lambda: slices((IMAGES, X), Y).batch(5), loader_of_pairs]
BY_POSITION += [lambda: slices((IMAGES, X), Y)]
BY_POSITION += [lambda: ((pair, y) for *pair, y in batches(IMAGES, X, Y))]


@pytest.mark.parametrize("make", BY_NAME + BY_POSITION)
def test_several_inputs_in_batches_come_apart(make):
    found = collected(make())
    np.testing.assert_array_equal(found.y, Y)
    parts = parted(found)
    assert list(parts) == (["a", "b"] if make in BY_NAME else [0, 1])
    for part, whole in zip(parts.values(), PAIR.values(), strict=True):
        np.testing.assert_array_equal(part, whole)


def test_batches_of_tables_and_text_make_a_table():
    pd.testing.assert_frame_equal(collected(batches(FRAME, pd.Series(Y))).x, FRAME)
    cities = np.array(["Ulm", "Rom"] * 6)
    found = collected(slices({"city": cities, "id": IDS}, cities).batch(5))
    assert found.x["city"].tolist() == found.y.tolist() == cities.tolist()
    mixed = collected(iter([([[1.0]], [0]), (np.array([["text"]]), [1])]))
    assert mixed.x[0].tolist() == [1.0, "text"]


def endless_loader():
    class Stream(torch().utils.data.IterableDataset):
        def __iter__(self):
            return itertools.cycle(zip(X, Y, strict=True))

    return torch().utils.data.DataLoader(Stream(), batch_size=4)


WITHOUT_END = [lambda: slices(X, Y).repeat(), keras.utils.PyDataset]
WITHOUT_END += [lambda: Batches(None), lambda: Batches(float("inf"))]
NO_END_KNOWN = [lambda: slices(X, Y).repeat().filter(lambda *_: True), endless_loader]
NO_END_KNOWN += [lambda each=each: itertools.cycle([each]) for each in ((X, Y), (0, 1))]


@pytest.mark.parametrize("make", WITHOUT_END + NO_END_KNOWN)
def test_a_data_set_without_end_is_refused_soon(make, monkeypatch):
    monkeypatch.setattr(inputs, "MOST", 50_000)
    monkeypatch.setattr(inputs, "as_batch", counted(inputs.as_batch, most=50))
    known = "x gives 50000 bytes and no end is known"
    message = "x is a data set without end" if make in WITHOUT_END else known
    with pytest.raises(ValueError, match=rf"^{message}; .* such as x\.take\(n\)\.$"):
        collected(make())


def counted(function, most):
    """A function that may be called so many times only."""
    left = iter(range(most))
    return lambda argument: (next(left), function(argument))[1]


def test_limits_are_for_what_is_beyond_them(monkeypatch):
    monkeypatch.setattr(inputs, "MOST_DENSE", X.size)
    monkeypatch.setattr(inputs, "MOST", 10)
    for arguments in ((slices(X, Y),), (Batches(),), (sparse.csr_array(X), Y)):
        np.testing.assert_array_equal(collected(*arguments).x, X)


def fed(*batches):
    return (iter(batches),)


HUGE = sparse.csr_matrix((ROWS, 2**26))
REFUSED = {
    "y is None and x is DataFrame; accepted without y is a data set of": [(FRAME,)],
    "y is None and x is": [(X,), ([(X, Y)],), ({"a": X},), (HUGE,), (tf.constant(X),)],
    "y is ndarray and x is a data set; accepted is y=None": [(batches(X, Y), Y)],
    "sample_weight is ndarray and x is a data": [(slices(X, Y), None, WEIGHT)],
    "x has no batches": [fed()],
    "x gives .*, not pairs": [fed(*X), fed([X]), (slices(X),)],
    "x has 12 rows and y has 5; .* one label a row.$": [(X, Y[:5])],
    "x has 12 rows and sample_weight has 5; .* weight a row.$": [(X, Y, WEIGHT[:5])],
    "x has 12 rows and y has 5": [fed((X, Y[:5]), (X[:5], Y))],
    "x has 12 rows and sample_weight has 5": [fed((X, Y, Y[:5]), (X[:5], Y[:5], Y))],
    "x has 2 rows and y has 12": [([IDS, IDS], Y)],
    "x has 12 rows and sample_weight has 24": [(X, Y, np.ones((ROWS, 2)))],
    "x has 12 rows and sample_weight has 6": [(X, Y, np.ones((6, 2)))],
    "sample_weight is in 1 of 2": [fed((X, Y, WEIGHT), (X, Y))],
    "sample_weight is -2.0 in row 0": [(X, Y, WEIGHT - 3), fed((X, Y, WEIGHT - 3))],
    "sample_weight is (nan|inf) in row 1": [(X, Y, g[:, 1]) for g in GAPS[:2]],
    "sample_weight is heavy in row 0": [(X, Y, ["heavy"] * ROWS)],
    "sample_weight is 0 in every row": [(X, Y, 0 * WEIGHT)],
    "sample_weight is 'w' and x is ndarray": [(X, Y, "w")],
    r"x has rows of shapes \(3,\), \(2,\)": [fed((X, Y), (X[:, :2], Y))],
    r"x has inputs \['a'\] in one": [fed(({"a": X}, Y), ({"b": X}, Y))],
    r"y is 'd' and x is DataFrame .* \['a', 'b', 'c'\]": [(FRAME, "d")],
    "y is 'a' and x is DataFrame": [(pd.concat([FRAME, FRAME], axis=1), "a")],
    "x has no columns": [(FRAME[["a"]], "a"), (FRAME[[]], Y), (X[:, :0], Y)],
    "x has no rows": [(X[:0], Y)],
    "y has no rows": [(X, Y[:0])],
    "x is (float|NoneType|dict); accepted": [(3.0, Y), (None, Y), ({}, Y)],
    "x is SparseTensor; accepted is an array of": [(tf.sparse.from_dense(X), Y)],
    "y is _TensorSliceDataset": [(X, slices(Y))],
    "[xy] is complex128": [(X + 1j, Y), (X, Y + 1j)],
    "x holds complex128": [(pd.DataFrame(X + 1j), Y)],
    "x is bfloat16": [(tf.cast(X, tf.bfloat16), Y)],
    "x has rows of different": [([[1, 2], [3]] * 6, Y), ([[1, "a"], ["b"]] * 6, Y)],
    r"x has missing .* shape \(12, 4, 5\)": [(np.where(IMAGES, IMAGES, np.nan), Y)],
    r"x has .* text and shape \(12, 2, 2\)": [(np.full((ROWS, 2, 2), "text"), Y)],
    r"x is sparse of shape \(12, 67108864\).*svm.SmoothSVC": [(HUGE, Y)],
    r"x\[1\] has 5 rows and y has 12": [([IMAGES, X[:5]], Y)],
    r"x\['b'\] has 5 rows and y has 12": [({"a": X, "b": IDS[:5]}, Y)],
    r"x\['b'\] has missing .* or text": [({"a": X, "b": ["text"] * ROWS}, Y)],
    r"x\['b'\] holds .* 16777216": [({"b": IDS + 2**24}, Y), ({"b": IDS - 2**25}, Y)],
}


@pytest.mark.parametrize(
    ("message", "arguments"),
    [(message, each) for message, cases in REFUSED.items() for each in cases],
)
def test_what_cannot_be_collected_is_refused_in_a_sentence(message, arguments):
    with pytest.raises(ValueError, match=f"^{message}") as caught:
        collected(*arguments)
    assert "accepted" in str(caught.value)
    assert "\n" not in str(caught.value)


TABLE = FRAME.assign(label=Y, w=WEIGHT).set_axis(range(7, 7 + ROWS))
CITIES = {"age": np.where(Y, np.inf, 3.0), "city": ["Ulm", "Rom"] * 6}
HELD = [(TABLE, "label", "w"), (CITIES, Y), (MIXED, list(Y)), (GAPS[1], Y, WEIGHT)]


@pytest.mark.parametrize("arguments", HELD)
def test_nothing_of_the_users_is_changed(arguments):
    before = copy.deepcopy(arguments)
    collected(*arguments)
    assert repr(before) == repr(arguments)


def test_an_index_in_another_order_is_refused_and_another_index_is_not():
    x = pd.DataFrame({"a": np.arange(12.0)})
    y = pd.Series(np.arange(12) % 2)
    with pytest.raises(ValueError, match=r"such as y.loc\[x.index\]"):
        collected(x, y[::-1])
    assert len(collected(x, y[::-1].loc[x.index]).y) == 12
    assert len(collected(x, y.set_axis(range(100, 112))).y) == 12
