"""The real data sets of the linear-SVM benchmark, as sparse features and labels.

Files are read from the folder that the environment variable HINGE_KERAS_DATA
names; nothing is downloaded. Raw text becomes tf-idf of words fitted on the
training part alone, rows of unit length.
"""

import csv
import gzip
import lzma
import os
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_svmlight_file
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import train_test_split

TEST_SHARE = 0.2  # Held out at random, stratified, where no official test part is.


@dataclass(frozen=True)
class Split:
    """Features (CSR) and labels of a training and a test part."""

    X: Any
    y: np.ndarray
    X_test: Any
    y_test: np.ndarray

    def frequent(self):
        """The class with most training examples."""
        classes, counts = np.unique(self.y, return_counts=True)
        return classes[np.argmax(counts)]

    def one_against_rest(self):
        """The most frequent class, as 1, against all others, as 0."""
        return (self.y == self.frequent()).astype(int)


def load(name):
    """The named data set as a `Split`.

    Raises:
        ValueError: If no data set has that name.
    """
    if name not in LOADERS:
        raise ValueError(f"name is {name!r}; accepted are {', '.join(LOADERS)}.")
    return LOADERS[name]()


def folder():
    try:
        return Path(os.environ["HINGE_KERAS_DATA"])
    except KeyError:
        raise ValueError(
            "HINGE_KERAS_DATA is unset; it names the folder of the data sets."
        ) from None


def tf_idf(texts, y, texts_test, y_test):
    words = TfidfVectorizer(min_df=2, sublinear_tf=True)
    X = words.fit_transform(texts)
    return Split(X, np.asarray(y), words.transform(texts_test), np.asarray(y_test))


def held_out(X, y):
    """A random stratified split, the same every time."""
    return train_test_split(X, y, test_size=TEST_SHARE, stratify=y, random_state=0)


def documents(archive, part):
    """Texts and labels of a tar file; the last folder is the label."""
    found = []
    with tarfile.open(folder() / archive) as files:
        for file in files:
            *parents, label, _ = Path(file.name).parts
            if file.isfile() and part in "/".join(parents):
                text = files.extractfile(file).read().decode("latin-1")
                found.append((file.name, text, label))
    _, texts, labels = zip(*sorted(found), strict=True)
    return texts, labels


def imdb():
    archive = "text/imdb/aclImdb_labelled.tar.xz"
    return tf_idf(*documents(archive, "train"), *documents(archive, "test"))


def newsgroups():
    archive = "text/20newsgroups/20news-bydate.tar.xz"
    return tf_idf(*documents(archive, "-train"), *documents(archive, "-test"))


def reuters():
    def part(name):
        with lzma.open(folder() / f"text/reuters/R8-{name}.txt.xz", "rt") as lines:
            labels, texts = zip(*(line.split("\t", 1) for line in lines), strict=True)
        return texts, labels

    return tf_idf(*part("train"), *part("test"))


def sentences():
    texts, labels = [], []
    for label in ("neg", "pos"):
        path = folder() / f"text/sentences/rt-polarity.{label}.gz"
        with gzip.open(path, "rt", encoding="latin-1") as lines:
            texts += (read := lines.readlines())
        labels += [label] * len(read)
    train, test, y, y_test = held_out(texts, labels)
    return tf_idf(train, y, test, y_test)


def spam():
    path = folder() / "text/sms_spam/sms.tsv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    labels, texts = zip(*rows, strict=True)
    train, test, y, y_test = held_out(texts, labels)
    return tf_idf(train, y, test, y_test)


def libsvm(train, test=None):
    """A pair of LIBSVM files, or one file of which a part is held out."""

    def load_pair():
        X, y = load_svmlight_file(str(folder() / "libsvm" / train))
        if test is None:
            X, X_test, y, y_test = held_out(X, y)
        else:
            X_test, y_test = load_svmlight_file(
                str(folder() / "libsvm" / test), n_features=X.shape[1]
            )
        return Split(X, y.astype(int), X_test, y_test.astype(int))

    return load_pair


LOADERS = {
    "imdb": imdb,
    "newsgroups": newsgroups,
    "news20": libsvm("news20.bz2"),
    "sector": libsvm("sector.scale.bz2", "sector.t.scale.bz2"),
    "r8": reuters,
    "polarity": sentences,
    "sms_spam": spam,
    "a9a": libsvm("a9a.bz2", "a9a.t.bz2"),
    "w8a": libsvm("w8a.bz2"),
}
