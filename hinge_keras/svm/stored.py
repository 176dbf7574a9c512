"""Rows of a sparse matrix in a folder, for data that memory cannot hold.

Every array is one file of raw little-endian numbers, to which `store` appends; which
rows are a block is for the reader to choose. The manifest is written last: a folder
without one is not complete.
"""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.utils.extmath import row_norms

MANIFEST = "manifest.json"
FORMAT = 1
BLOCK = 2**25  # Bytes of a block of rows; up to three are in memory at once.
STRIPES = 16  # Of rows that follow each other, in a block.
# The types of the arrays beside `data`, whose floats are of 4 or 8 bytes as given.
TYPES = {
    "indices": "<u4",
    "indptr": "<i8",
    "labels": "<u4",
    "weights": "<f8",
    "square_norms": "<f8",
}
FLOATS = {"float32": "<f4", "float64": "<f8"}
LABELS = {
    "b": "booleans",
    "i": "integers",
    "u": "integers",
    "f": "whole floats",
    "U": "strings",
}


def store(folder, blocks):
    """Write blocks of rows to a folder, one at a time, and open it.

    Args:
        folder: Where to: it is made if need be, and must hold no stored rows.
        blocks: An iterable of `(X, y)` or `(X, y, sample_weight)`: `X (rows,
            features)` an array or a sparse matrix, `y (rows,)` whole numbers,
            booleans or strings, weights `(rows,)` not negative, 1 by default. All
            blocks have the same features, float type and kind of label.

    Returns:
        The `StoredRows`.

    Raises:
        ValueError: If a block is none of this, or has NaN or infinity. Then, as after
            any error, the folder holds no stored rows.
    """
    folder = Path(folder)
    if (folder / MANIFEST).exists():
        raise ValueError(
            f"folder is {str(folder)!r}, where rows are stored already; accepted is "
            "one without."
        )
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with Writer(folder) as writer:
            for number, block in enumerate(blocks):
                writer.add(number, *checked(number, block))
            manifest = writer.manifest()
    except BaseException:
        for name in ("data", *TYPES):
            file_of(folder, name).unlink(missing_ok=True)
        raise
    unfinished = folder / f"{MANIFEST}.unfinished"
    unfinished.write_text(json.dumps(manifest))
    os.replace(unfinished, folder / MANIFEST)
    return StoredRows(folder)


class Writer(ExitStack):
    """The open files of a folder, and what its manifest will say."""

    def __init__(self, folder):
        super().__init__()
        self.files = {
            name: self.enter_context(file_of(folder, name).open("wb"))
            for name in ("data", *TYPES)
        }
        self.rows = self.values = 0
        self.first = None  # Features, float type and kind of label of the first block.
        self.classes = {}  # The number of every label, by its first appearance.
        self.write("indptr", [0])

    def add(self, number, X, y, weights):
        """Append the checked rows of one block."""
        own = X.shape[1], X.dtype.name, LABELS[y.dtype.kind]
        self.first = self.first or own
        if own != self.first:
            raise ValueError(
                "block {} has {} features, {} and {}; accepted is what block 0 has: {} "
                "features, {} and {}.".format(number, *own, *self.first)
            )
        labels, inverse = np.unique(y, return_inverse=True)
        found = [
            self.classes.setdefault(label, len(self.classes))
            for label in labels.tolist()
        ]
        self.write("data", X.data, FLOATS[X.dtype.name])
        self.write("indices", X.indices)
        self.write("indptr", self.values + X.indptr[1:].astype(np.int64))
        self.write("labels", np.array(found, np.uint32)[inverse])
        self.write("weights", weights)
        self.write("square_norms", row_norms(X.astype(np.float64), squared=True))
        self.rows, self.values = self.rows + X.shape[0], self.values + X.nnz

    def write(self, name, numbers, kind=None):
        np.asarray(numbers, dtype=kind or TYPES[name]).tofile(self.files[name])

    def manifest(self):
        """What the files hold, once all of it is on the disk."""
        if not self.rows:
            raise ValueError("blocks hold 0 rows; accepted is at least one.")
        for file in self.files.values():
            file.flush()
            os.fsync(file.fileno())
        return {
            "format": FORMAT,
            "rows": self.rows,
            "features": self.first[0],
            "values": self.values,
            "float": self.first[1],
            "classes": list(self.classes),
        }


def checked(number, block):
    """A block as a CSR matrix of floats, an array of labels and one of weights."""
    if not isinstance(block, tuple) or len(block) not in (2, 3):
        raise ValueError(
            f"block {number} is a {type(block).__name__}; accepted is a tuple (X, y) "
            "or (X, y, sample_weight)."
        )
    X = matrix_of(number, block[0])
    y = labels_of(number, block[1], X.shape[0])
    weights = weights_of(number, block[2] if block[2:] else None, X.shape[0])
    return X, y, weights


def matrix_of(number, X):
    X = X if sparse.issparse(X) else np.asarray(X)
    if X.ndim != 2 or X.dtype.kind not in "biuf" or not 0 < X.shape[1] < 2**31:
        raise ValueError(
            f"X of block {number} is {X.dtype} of shape {X.shape}; accepted are numbers "
            "(rows, features), of less than 2**31 features."
        )
    X = sparse.csr_matrix(X, dtype=np.float32 if X.dtype == np.float32 else np.float64)
    X.check_format()  # The compiled kernels believe column numbers.
    if not X.has_canonical_format:
        X = X.copy()
        X.sum_duplicates()
    if not np.isfinite(X.data).all():
        raise ValueError(
            f"X of block {number} has NaN or infinity; accepted are finite numbers."
        )
    return X


def labels_of(number, y, rows):
    y = np.asarray(y)
    if y.dtype == object and all(isinstance(label, str) for label in y.flat):
        y = y.astype(str)
    if y.shape != (rows,) or y.dtype.kind not in LABELS:
        raise ValueError(
            f"y of block {number} is {y.dtype} of shape {y.shape}; accepted are whole "
            f"numbers, booleans or strings ({rows},)."
        )
    if y.dtype.kind == "f" and not (np.isfinite(y) & (y == np.round(y))).all():
        raise ValueError(
            f"y of block {number} is {y}; accepted are whole numbers, booleans or "
            "strings."
        )
    return y


def weights_of(number, weights, rows):
    weights = np.ones(rows) if weights is None else np.asarray(weights)
    if (
        weights.shape != (rows,)
        or weights.dtype.kind not in "biuf"
        or not (np.isfinite(weights) & (weights >= 0)).all()
    ):
        raise ValueError(
            f"sample_weight of block {number} is {weights}; accepted are numbers "
            f"({rows},) not below 0."
        )
    return weights


class StoredRows:
    """A CSR matrix `(rows, features)` in a folder, its labels and its weights.

    Args:
        folder: Where `store` wrote them.
        block: About how many bytes of rows to read at once.

    Attributes:
        shape: `(rows, features)`.
        classes: The labels, sorted.
        bounds: The first row of each stripe and the first after it, `(stripes, 2)`.

    Raises:
        ValueError: If the folder was not written, or not to the end.
    """

    def __init__(self, folder, block=BLOCK):
        self.folder = Path(folder)
        manifest = self.manifest()
        self.shape = manifest["rows"], manifest["features"]
        self.types = {"data": FLOATS[manifest["float"]], **TYPES}
        self.refuse_other_sizes(manifest["values"])
        classes = np.array(manifest["classes"])
        self.order = np.argsort(classes)
        self.classes = classes[self.order]
        self.bounds = self.stripes(block / STRIPES)

    def manifest(self):
        path = self.folder / MANIFEST
        found = json.loads(path.read_text()) if path.exists() else {}
        if found.get("format") != FORMAT:
            raise ValueError(
                f"folder is {str(self.folder)!r}, which has no {MANIFEST} of format "
                f"{FORMAT}; accepted is one that `store` has written to the end."
            )
        return found

    def refuse_other_sizes(self, values):
        rows = self.shape[0]
        counts = {"data": values, "indices": values, "indptr": rows + 1}
        for name, kind in self.types.items():
            path = file_of(self.folder, name)
            size = path.stat().st_size if path.exists() else 0
            expected = counts.get(name, rows) * np.dtype(kind).itemsize
            if size != expected:
                raise ValueError(
                    f"folder is {str(self.folder)!r}, whose {path.name} has {size} "
                    f"bytes; accepted are the {expected} that `store` has written."
                )

    def stripes(self, most):
        """Bounds of stripes of so many bytes at most, or of one row."""
        indptr = self.read("indptr", [(0, self.shape[0] + 1)])
        value = sum(np.dtype(self.types[name]).itemsize for name in ("data", "indices"))
        before = value * indptr + indptr.itemsize * np.arange(len(indptr))
        edges = [0]
        while edges[-1] < self.shape[0]:
            last = np.searchsorted(before, before[edges[-1]] + most, side="right") - 1
            edges.append(max(int(last), edges[-1] + 1))
        return np.column_stack([edges[:-1], edges[1:]])

    @property
    def numbers(self):
        """The number of every row's class, `(rows,)`."""
        return np.argsort(self.order)[self.whole("labels")]

    @property
    def labels(self):
        """`(rows,)`."""
        return self.classes[self.numbers]

    @property
    def weights(self):
        """`(rows,)`."""
        return self.whole("weights")

    @property
    def square_norms(self):
        """The squared length of every row, `(rows,)`."""
        return self.whole("square_norms")

    def __iter__(self):
        return self.blocks(np.arange(len(self.bounds)))

    def blocks(self, order):
        """Blocks of a few stripes each in that order: numbers of rows, a CSR matrix.

        While one is at work, a thread reads the next.
        """
        blocks = [sorted(order[k : k + STRIPES]) for k in range(0, len(order), STRIPES)]
        with ThreadPoolExecutor(1) as reader:
            coming = reader.submit(self.block, blocks[0])
            for following in [*blocks[1:], None]:
                rows, X = coming.result()
                coming = following and reader.submit(self.block, following)
                yield rows, X

    def block(self, stripes):
        """The numbers of the rows of those stripes, and their CSR matrix."""
        bounds = self.bounds[stripes]
        ends = [
            self.read("indptr", [(first, last - first + 1)]) for first, last in bounds
        ]
        stored = [(end[0], end[-1] - end[0]) for end in ends]
        lengths = np.concatenate([np.diff(end) for end in ends])
        X = (
            self.read("data", stored),
            self.read("indices", stored).view(np.int32),  # All are below 2**31.
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32),
        )
        rows = np.concatenate([np.arange(first, last) for first, last in bounds])
        return rows, sparse.csr_matrix(X, (len(rows), self.shape[1]))

    def whole(self, name):
        return self.read(name, [(0, self.shape[0])])

    def read(self, name, pieces):
        """Pieces of an array by their starts and counts, one after another.

        They are read, not mapped: a limit on memory shall hold.
        """
        kind = np.dtype(self.types[name])
        numbers = np.empty(sum(count for _, count in pieces), kind)
        done = 0
        with file_of(self.folder, name).open("rb") as file:
            for first, count in pieces:
                file.seek(first * kind.itemsize)
                file.readinto(numbers[done : done + count])
                done += count
        return numbers.astype(kind.newbyteorder("="), copy=False)


def file_of(folder, name):
    return folder / f"{name}.bin"
