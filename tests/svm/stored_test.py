"""Training from blocks of rows on disk finds what training in memory does."""

import json
import shutil
import subprocess
import sys
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from hinge_keras.svm import design, kernels, newton, stored_ascent
from hinge_keras.svm.design import Design
from hinge_keras.svm.objective import Objective
from hinge_keras.svm.stored import MANIFEST, StoredRows, store
from hinge_keras.svm.stored_design import StoredDesign, StoredObjective

ROOT = Path(__file__).parents[2]
BLOCK = 4000  # Bytes: some blocks of a few rows.
UNEVEN = (0, 40, 41, 41, 90, 150)  # One has one row, one has none.

compiled_only = pytest.mark.skipif(design.compiled is None, reason="numba is an extra")


def examples(features=600, rows=150, classes=2, seed=0):
    random = np.random.default_rng(seed)
    X = sparse.random(rows, features, 0.05, "csr", random_state=seed).toarray()
    X[60:70] = 0
    scores = X @ random.normal(size=(features, classes))
    return X, (scores + 0.2 * random.normal(size=scores.shape)).argmax(axis=1)


def in_blocks(X, y, kind=sparse.csr_matrix, bounds=UNEVEN, weights=None):
    for first, last in pairwise(bounds):
        part = kind(X[first:last]), y[first:last]
        yield part if weights is None else (*part, weights[first:last])


def stored(folder, X, y, *args, **options):
    store(folder, in_blocks(X, y, *args, **options))
    return StoredRows(folder, BLOCK)


def problems(rows, X, loss, intercept=1.0, free=True, C=2.0):
    """The same problems on stored rows and in memory."""
    ours = StoredDesign(rows, intercept)
    classes = len(rows.classes)
    numbers = np.arange(classes) if classes > 2 else [1]
    signs = np.where(rows.numbers[:, None] == numbers, 1.0, -1.0)
    costs = C * np.repeat(rows.weights[:, None], signs.shape[1], axis=1)
    penalty = np.ones((ours.columns, 1))
    if intercept and free:
        penalty[-1] = 0
    rest = loss, signs, costs, penalty
    return StoredObjective(ours, *rest), Objective(Design(X, intercept), *rest)


def minimum(objective, tolerance=0.0):
    start = objective.at(np.zeros(objective.shape))
    return newton.minimise(objective, start, tolerance)[0]


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix, sparse.csc_array])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_was_stored_is_read(tmp_path, kind, dtype):
    X, y = examples()
    X, weights = X.astype(dtype), np.linspace(0, 1, len(y))
    names = np.array(["b", "a"])[y]
    rows = stored(tmp_path / "new", X, names, kind, weights=weights)
    assert rows.shape == X.shape
    assert len(rows.bounds) > 16  # Of more than one block.
    np.testing.assert_array_equal(rows.classes, ["a", "b"])
    np.testing.assert_array_equal(rows.labels, names)
    np.testing.assert_array_equal(rows.weights, weights)
    np.testing.assert_allclose(rows.square_norms, (X.astype(float) ** 2).sum(axis=1))
    numbers, parts = zip(*rows, strict=True)
    np.testing.assert_array_equal(np.concatenate(numbers), np.arange(len(y)))
    np.testing.assert_array_equal(sparse.vstack(parts).toarray(), X)
    assert parts[0].dtype == dtype
    for some, part in rows.blocks(np.random.default_rng(0).permutation(20)):
        np.testing.assert_array_equal(part.toarray(), X[some])


@pytest.mark.parametrize(
    "labels", [[False, True], [3, -1], [2**40, 5], [1.0, -1.0], ["cat", "a"]]
)
def test_labels_are_those_given(tmp_path, labels):
    y = np.array(labels)[np.arange(150) % 2]
    rows = stored(tmp_path, examples()[0], y)
    assert rows.labels.dtype == y.dtype
    np.testing.assert_array_equal(rows.labels, y)
    np.testing.assert_array_equal(rows.classes, np.unique(labels))


def test_labels_that_come_later_may_sort_first(tmp_path):
    y = np.repeat(["b", "c", "a"], 50)
    bounds = (0, 50, 100, 150)
    rows = stored(tmp_path, examples()[0], y, bounds=bounds)
    np.testing.assert_array_equal(rows.labels, y)
    np.testing.assert_array_equal(rows.numbers, np.repeat([1, 2, 0], 50))


def test_repeated_entries_are_summed(tmp_path):
    X = sparse.csr_matrix(([1.0, 2.0, 3.0], [1, 1, 0], [0, 3]), (1, 2))
    ((_, read),) = store(tmp_path, [(X, [1])])
    np.testing.assert_array_equal(read.data, [3.0, 3.0])
    assert X.nnz == 3


@pytest.mark.parametrize("features", [30, 600])
@pytest.mark.parametrize("intercept", [0.0, 2.0])
@pytest.mark.parametrize("problems", [1, 3])
def test_products_are_those_of_the_matrix(tmp_path, intercept, features, problems):
    X, y = examples(features)
    ours = StoredDesign(stored(tmp_path, X, y), intercept)
    full = np.column_stack([X, np.full(len(y), intercept)]) if intercept else X
    random = np.random.default_rng(1)
    S = random.normal(size=(full.shape[1], problems))
    D = random.uniform(size=(len(y), problems))
    D[random.uniform(size=len(y)) < 0.7] = 0
    np.testing.assert_allclose(ours.scores(S), full @ S)
    np.testing.assert_allclose(ours.pull(D), full.T @ D, atol=1e-12)
    np.testing.assert_allclose(ours.square_norms, (full**2).sum(axis=1))
    np.testing.assert_allclose(ours.diagonal(D), (full**2).T @ D, atol=1e-12)
    expected, product = full.T @ (D * (full @ S)), ours.curved(D)
    assert product.formed == bool(features == 30 and design.compiled)
    np.testing.assert_allclose(product(S), expected, atol=1e-9)
    np.testing.assert_allclose(product.diagonal(), (full**2).T @ D, atol=1e-12)
    last = product.select(np.arange(problems) == problems - 1)
    np.testing.assert_allclose(last(S[:, -1:]), expected[:, -1:], atol=1e-9)
    error = np.linalg.norm(ours.curved(D, slack=1.0)(S) - expected)
    assert error <= 1.0 * np.linalg.norm(S)


def test_a_product_reads_the_rows_once(tmp_path, monkeypatch):
    X, y = examples(classes=3)
    rows = stored(tmp_path, X, y)
    ours, _ = problems(rows, X, kernels.of("psi_g"))
    read, block = [], StoredRows.block
    monkeypatch.setattr(
        StoredRows, "block", lambda self, own: read.extend(own) or block(self, own)
    )

    def reads(function, *args):
        read.clear()
        function(*args)
        return np.bincount(read).tolist()

    W, once = np.ones(ours.shape), [1] * len(rows.bounds)
    point = ours.at(W)
    hessian = ours.hessian(point.curvature)
    assert reads(ours.at, W) == once
    assert reads(hessian, W) == once
    assert reads(hessian.metric) == once
    assert reads(ours.along(point, W), 0.5) == []
    if design.compiled:
        assert reads(next, stored_ascent.reads(ours)) == once


@pytest.mark.parametrize("name", kernels.KERNELS)
@pytest.mark.parametrize("features", [30, pytest.param(600, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("intercept", "free"), [(0.0, False), (1.0, False), (1.0, True)]
)
@pytest.mark.parametrize("classes", [2, 3])
def test_the_minimum_is_that_in_memory(
    tmp_path, name, features, intercept, free, classes
):
    X, y = examples(features, classes=classes)
    kind = np.asarray if free else sparse.csr_matrix
    rows = stored(tmp_path, X, y, kind, weights=np.arange(150) % 3)
    ours, memory = problems(rows, X, kernels.of(name, 0.5), intercept, free)
    point, trace = stored_ascent.minimise(ours, np.zeros(ours.shape), 1e-20)
    expected = minimum(memory)
    np.testing.assert_allclose(point.W, expected.W, atol=1e-9)
    np.testing.assert_allclose(point.value, expected.value, rtol=1e-12)
    assert (trace.gaps <= 1e-12 * point.value).all()


def test_one_row(tmp_path):
    X, y = np.array([[0.0, 3.0]]), np.array([1])
    rows = stored(tmp_path, X, y, bounds=(0, 1))
    ours, memory = [
        objective.with_loss(kernels.of("logistic"))
        for objective in problems_of_one_class(rows, X)
    ]
    point, _ = stored_ascent.minimise(ours, np.zeros(ours.shape), 1e-20)
    np.testing.assert_allclose(point.W, minimum(memory).W, atol=1e-9)


def problems_of_one_class(rows, X):
    ones, penalty = np.ones((len(X), 1)), np.ones((X.shape[1], 1))
    rest = None, ones, ones, penalty
    return StoredObjective(StoredDesign(rows), *rest), Objective(Design(X), *rest)


@compiled_only
@pytest.mark.parametrize("name", kernels.KERNELS)
@pytest.mark.parametrize("sigma", [1.0, pytest.param(1e-3, marks=pytest.mark.slow)])
@pytest.mark.parametrize("free", [False, True])
def test_the_gap_bounds_how_far_above_the_minimum(tmp_path, name, sigma, free):
    X, y = examples(classes=3)
    rows = stored(tmp_path, X, y)
    ours, memory = problems(rows, X, kernels.of(name, sigma), free=free, C=30.0)
    lowest = minimum(memory, 1e-9).value
    gaps = []
    for found in islice(stored_ascent.reads(ours), 12):
        np.testing.assert_allclose(found.value, memory.at(found.W).value)
        assert (found.gap >= (found.value - lowest) * (1 - 1e-9)).all()
        gaps.append(found.gap)
    assert (gaps[-1] < 0.2 * gaps[0]).all()


@compiled_only
def test_a_free_intercept_is_ascended_until_rounding_bounds_the_gap(tmp_path):
    X, y = examples()
    ours, _ = problems(stored(tmp_path, X, y), X, kernels.of("psi_g"))
    *_, last = islice(stored_ascent.reads(ours), 60)
    np.testing.assert_allclose(last.gap, newton.ROUNDING * last.value)


@compiled_only
def test_blocks_drawn_anew_close_the_gap_sooner(tmp_path, monkeypatch):
    X, y = examples(1000, rows=3000)
    store(tmp_path, in_blocks(X, y, bounds=(0, 3000)))
    gaps = []
    for stripes in (1, 16):
        monkeypatch.setattr("hinge_keras.svm.stored.STRIPES", stripes)
        rows = StoredRows(tmp_path, 2**18)
        ours, _ = problems(rows, X, kernels.of("psi_g"), free=False, C=0.1)
        *_, last = islice(stored_ascent.reads(ours), 8)
        gaps.append(last.gap[0])
    assert gaps[1] < 0.1 * gaps[0]


@compiled_only
def test_ascent_leaves_to_newton_what_it_is_slow_at(tmp_path):
    X, y = examples()
    rows = stored(tmp_path, X, y)
    ours, _ = problems(rows, X, kernels.of("squared_hinge"), C=100.0)
    point, trace = stored_ascent.minimise(ours, np.zeros(ours.shape), 1e-6)
    assert trace.iterations[0] > 0 < trace.passes[0] < stored_ascent.READS
    assert trace.gaps[0] <= 1e-6 * point.value[0]


def test_a_start_is_kept(tmp_path):
    X, y = examples()
    ours, memory = problems(stored(tmp_path, X, y), X, kernels.of("psi_g"))
    _, trace = stored_ascent.minimise(ours, minimum(memory).W, 1e-6)
    assert trace.iterations[0] == trace.passes[0] == 0


def test_a_loss_that_is_not_compiled_is_left_to_newton(tmp_path, monkeypatch):
    monkeypatch.setattr(design, "compiled", None)
    X, y = examples()
    ours, memory = problems(stored(tmp_path, X, y), X, kernels.of("psi_m", 0.1))
    point, trace = stored_ascent.minimise(ours, np.zeros(ours.shape), 1e-20)
    assert trace.passes[0] == 0
    np.testing.assert_allclose(point.W, minimum(memory).W, atol=1e-9)


GOOD = np.ones((2, 3)), [0, 1]


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ([], "0 rows"),
        ([np.ones((2, 3))], "block 0 is a ndarray"),
        ([(1, 2, 3, 4)], "block 0 is a tuple"),
        ([GOOD, (np.ones(3), [0])], r"X of block 1 is float64 of shape \(3,\)"),
        ([(np.ones((2, 0)), [0, 1])], r"X of block 0 .* \(2, 0\)"),
        ([(np.ones((2, 3), complex), [0, 1])], "X of block 0 is complex128"),
        ([(np.full((2, 3), np.nan), [0, 1])], "X of block 0 has NaN"),
        ([(np.ones((2, 3)), [0])], r"y of block 0 is int64 of shape \(1,\)"),
        ([(np.ones((2, 3)), [0.0, 0.5])], r"y of block 0 is \[0.  0.5\]"),
        ([(np.ones((2, 3)), [0, np.inf])], r"y of block 0 is \[ 0. inf\]"),
        ([(np.ones((2, 3)), [0, None])], "y of block 0 is object"),
        ([(*GOOD, [1])], r"sample_weight of block 0 is \[1\]"),
        ([(*GOOD, [1, -1])], r"sample_weight of block 0 is \[ 1 -1\]"),
        ([(*GOOD, [1, np.nan])], "sample_weight of block 0"),
        ([GOOD, (np.ones((2, 4)), [0, 1])], "block 1 has 4 features.* 3 features"),
        ([GOOD, (np.ones((2, 3), "f4"), [0, 1])], "block 1 .*float32.*float64"),
        ([GOOD, (np.ones((2, 3)), ["0", "1"])], "block 1 .*strings.*integers"),
    ],
)
def test_wrong_blocks_are_refused_and_nothing_is_left(tmp_path, blocks, words):
    with pytest.raises(ValueError, match=words) as error:
        store(tmp_path, blocks)
    assert str(error.value).count(".\n") == 0
    assert str(error.value).endswith(".")
    assert "; accepted " in str(error.value)
    assert not list(tmp_path.iterdir())


def test_an_interrupted_store_leaves_nothing_that_opens(tmp_path):
    def interrupted():
        yield GOOD
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store(tmp_path, interrupted())
    with pytest.raises(ValueError, match=f"no {MANIFEST}"):
        StoredRows(tmp_path)
    assert store(tmp_path, [GOOD]).shape == (2, 3)


def test_a_store_killed_half_way_is_refused_and_can_be_repeated(tmp_path):
    def killed():
        yield GOOD
        with pytest.raises(ValueError, match=f"no {MANIFEST}"):
            StoredRows(tmp_path)
        assert (tmp_path / "data.bin").exists()
        shutil.copytree(tmp_path, tmp_path / "copy")

    store(tmp_path, killed())
    with pytest.raises(ValueError, match=f"no {MANIFEST}"):
        StoredRows(tmp_path / "copy")
    assert store(tmp_path / "copy", [GOOD]).shape == (2, 3)


def test_other_files_are_refused(tmp_path):
    store(tmp_path, [GOOD])
    with pytest.raises(ValueError, match="stored already"):
        store(tmp_path, [GOOD])
    with (tmp_path / "data.bin").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ValueError, match=r"data.bin has 49 bytes; accepted are the 48"):
        StoredRows(tmp_path)
    (tmp_path / "weights.bin").unlink()
    (tmp_path / "data.bin").write_bytes(bytes(48))
    with pytest.raises(ValueError, match=r"weights.bin has 0 bytes"):
        StoredRows(tmp_path)
    (tmp_path / MANIFEST).write_text(json.dumps({"format": 0}))
    with pytest.raises(ValueError, match="of format 1"):
        StoredRows(tmp_path)


LIMITED = """
import resource, sys
import numpy as np
from hinge_keras.svm import kernels, stored_ascent
from hinge_keras.svm.stored import StoredRows, store
from hinge_keras.svm.stored_design import StoredDesign, StoredObjective


def trained(rows):
    signs = np.where(rows.numbers == 1, 1.0, -1.0)[:, None]
    design, costs = StoredDesign(rows, 1.0), np.ones_like(signs)
    penalty = np.ones((design.columns, 1))
    penalty[-1] = 0
    objective = StoredObjective(design, kernels.of("psi_g"), signs, costs, penalty)
    start = np.zeros(objective.shape)
    return stored_ascent.minimise(objective, start, 1e-3)


folder, small, left = sys.argv[1], sys.argv[2], int(sys.argv[3])
trained(store(small, [(np.eye(600), np.arange(600) % 2)]))  # Compiles.
with open("/proc/self/statm") as file:
    used = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + left, used + left))
try:  # As much as the rows take, so that nothing freed by chance makes room for it.
    np.empty(3 * left, np.uint8)
except MemoryError:
    point, trace = trained(StoredRows(folder, 2**23))
    print(trace.gaps[0] / point.value[0])
"""


@pytest.mark.slow
@compiled_only
@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_data_three_times_as_large_as_memory(tmp_path):
    random = np.random.default_rng(0)
    rows, values, features = 8000, 200, 2**16
    truth = random.normal(size=features)

    def block():
        columns = random.integers(features, size=(rows, values))
        data = random.normal(size=rows * values) / np.sqrt(values)
        bounds = np.arange(0, rows * values + 1, values)
        X = sparse.csr_matrix((data, columns.ravel(), bounds), (rows, features))
        return X, X @ truth + 0.3 * random.normal(size=rows) > 0

    folders = tmp_path / "rows", tmp_path / "small"
    store(folders[0], (block() for _ in range(20)))
    size = sum(path.stat().st_size for path in folders[0].iterdir())
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, *folders, str(size // 3)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    shutil.rmtree(folders[0])
    assert run.returncode == 0, run.stderr
    assert 0 < float(run.stdout) <= 1e-3
