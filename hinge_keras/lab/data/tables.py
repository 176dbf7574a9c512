"""Tables: numbers and categories, two or more classes, pooled and split per seed."""

import functools
import gzip
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse
from sklearn.datasets import load_svmlight_file

from hinge_keras.lab.data.dataset import (
    Dataset,
    resplit,
    standardised,
    stratified,
    without_rare,
)
from hinge_keras.lab.data.sources import locate


def libsvm(*paths, features):
    """The rows of LIBSVM files, sparse."""
    parts = [
        load_svmlight_file(str(locate(path)), n_features=features) for path in paths
    ]
    x, y = zip(*parts, strict=True)
    return scipy.sparse.vstack(x).tocsr(), np.concatenate(y)


def delimited(*paths, target=-1, drop=(), **options):
    """The rows of text tables; a column of words becomes one column a word."""
    frames = [
        pd.read_csv(locate(path), **{"header": None, **options}) for path in paths
    ]
    table = pd.concat(frames, ignore_index=True).drop(columns=list(drop))
    name = target if isinstance(target, str) else table.columns[target]
    y = table.pop(name)
    if y.dtype.kind not in "iuf":
        y = y.str.strip().str.rstrip(".")
    return pd.get_dummies(table).to_numpy(dtype=float), y.to_numpy()


def spambase():
    """The rows of an ARFF file of numbers."""
    with gzip.open(locate("tabular/arff/spambase.arff.gz"), "rt") as stream:
        lines = [line for line in stream if line[:1] not in "@%\n"]
    table = np.loadtxt(lines, delimiter=",")
    return table[:, :-1], table[:, -1]


def csv(name, **options):
    return functools.partial(delimited, f"tabular/csv/{name}.csv.gz", **options)


def pair(folder, name, **options):
    """Train and test files, `name.trn.xz` and `name.tst.xz`."""
    paths = (f"tabular/{folder}/{name}.{part}.xz" for part in ("trn", "tst"))
    return functools.partial(delimited, *paths, **options)


def svm(*names, features):
    paths = (f"libsvm/{name}.bz2" for name in names)
    return functools.partial(libsvm, *paths, features=features)


ADULT = [f"tabular/adult/adult-{part}.csv.xz" for part in ("train", "test")]
TITANIC = ("PassengerId", "Name", "Ticket", "Cabin")


@dataclass(frozen=True)
class Table:
    """How to read a table, and what it has once the rare classes are dropped."""

    read: Callable
    examples: int
    classes: int = 2


TABLES = {
    "a9a": Table(svm("a9a", "a9a.t", features=123), 48842),
    "adult": Table(functools.partial(delimited, *ADULT, skipinitialspace=True), 48842),
    "banknote": Table(csv("banknote_authentication"), 1372),
    "dry bean": Table(
        functools.partial(
            delimited, "tabular/dry_bean/Dry_Bean_Dataset.csv.xz", header=0
        ),
        13611,
        classes=7,
    ),
    "ecoli": Table(csv("ecoli"), 327, classes=5),
    "german": Table(csv("german"), 1000),
    "glass": Table(csv("glass"), 205, classes=5),
    "letter": Table(
        svm("letter.scale", "letter.scale.t", features=16), 20000, classes=26
    ),
    "mushrooms": Table(svm("mushrooms", features=112), 8124),
    "pendigits": Table(svm("pendigits", "pendigits.t", features=16), 10992, classes=10),
    "pima": Table(csv("pima-indians-diabetes"), 768),
    "satimage": Table(pair("satimage", "sat", sep="\t", skiprows=1), 6435, classes=6),
    "shuttle": Table(pair("shuttle", "shuttle", sep=" "), 58000, classes=7),
    "spambase": Table(spambase, 4601),
    "splice": Table(svm("splice", "splice.t", features=60), 3175),
    "titanic": Table(csv("titanic", header=0, target="Survived", drop=TITANIC), 891),
    "w8a": Table(svm("w8a", features=300), 49749),
    "yeast": Table(functools.partial(delimited, "tabular/yeast/yeast.txt.gz"), 1479, 9),
}


def table(name, **settings):
    """A table by its name, one of `TABLES`; standardised by its training part.

    Args:
        name: As it stands in the tables.
        **settings: `shares`, as for `stratified`.
    """
    if name not in TABLES:
        raise ValueError(f"name is {name!r}; accepted are {', '.join(TABLES)}.")
    known = TABLES[name]
    settings = {"read": known.read, **settings}
    return Dataset(
        name, tabular, settings, known.classes, resplit(known.examples, **settings)
    )


def tabular(seed, read, shares=(0.6, 0.2, 0.2)):
    """The splits of a table: missing values take the training part's median."""
    x, y = rows(read)
    return standardised(imputed(stratified(x, y, seed, shares)))


@functools.cache
def rows(read):
    """All rows of a table, dense, without classes too rare to split."""
    x, y = read()
    return without_rare(x.toarray() if scipy.sparse.issparse(x) else x, y)


def imputed(splits):
    """Missing values replaced by the median of their column's training part."""
    median = np.nanmedian(splits["train"][0], axis=0)
    return {
        name: (np.where(np.isnan(x), median, x), y) for name, (x, y) in splits.items()
    }
