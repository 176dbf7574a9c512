"""Text sets: sparse term weights, and dense projections of them for networks."""

import functools
import gzip
import json
import lzma
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.datasets import load_svmlight_file
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import train_test_split

from hinge_keras.lab.data.dataset import PUBLISHED_TEST, Dataset, official, standardised
from hinge_keras.lab.data.sources import documents, locate

HELD_OUT = 0.2  # Of a set that has no published test part, the same for every seed.


def clinc(edition):
    """CLINC150: one sentence an intent asked of an assistant, 150 intents."""
    with lzma.open(locate(f"intents/clinc150/data_{edition}.json.xz"), "rt") as stream:
        content = json.load(stream)
    return labelled(*content["train"]), labelled(*content["test"])


def banking():
    """BANKING77: questions to a bank, 77 intents."""
    return tuple(
        labelled(*pd.read_csv(locate(f"intents/banking77/{part}.csv.gz")).to_numpy())
        for part in ("train", "test")
    )


def reuters():
    """R8: Reuters news of eight topics, words cleaned."""
    return tuple(
        labelled(*(line.split("\t")[::-1] for line in lines))
        for part in ("train", "test")
        for lines in [
            lzma.open(locate(f"text/reuters/R8-{part}.txt.xz"), "rt").readlines()
        ]
    )


def newsgroups():
    """20 Newsgroups, by date, posts as they were sent."""
    posts = documents(locate("text/20newsgroups/20news-bydate.tar.xz"))
    return in_folders(posts, "20news-bydate-{part}/", label=1)


def imdb():
    """The Large Movie Review set: 25,000 and 25,000 reviews, liked or not."""
    reviews = documents(locate("text/imdb/aclImdb_labelled.tar.xz"), "utf-8")
    return in_folders(reviews, "aclImdb/{part}/", label=2)


def sms():
    """The SMS spam collection: 5,574 messages."""
    with gzip.open(locate("text/sms_spam/sms.tsv.gz"), "rt") as stream:
        return (labelled(*(line.rstrip("\n").split("\t")[::-1] for line in stream)),)


def polarity():
    """Sentence polarity: 10,662 sentences of reviews, for or against."""
    sentences = []
    for side in ("neg", "pos"):
        path = locate(f"text/sentences/rt-polarity.{side}.gz")
        with gzip.open(path, "rt", encoding="latin-1") as stream:
            sentences += [(line, side) for line in stream]
    return (labelled(*sentences),)


def labelled(*pairs):
    """Texts and labels, as two sequences."""
    texts, labels = zip(*pairs, strict=True)
    return list(texts), np.array(labels)


def in_folders(texts, folder, label):
    """Train and test part of texts whose folder names are their labels."""
    return tuple(
        labelled(
            *(
                (text, name.split("/")[label])
                for name, text in texts.items()
                if name.startswith(folder.format(part=part))
            )
        )
        for part in ("train", "test")
    )


@dataclass(frozen=True)
class Text:
    """How to read a set of texts, or of numbers, and how many classes it has.

    Attributes:
        read: Gives the training part and, if one was published, the test part.
        classes: How many.
        counted: Whether its inputs are numbers already.
    """

    read: Callable
    classes: int = 2
    counted: bool = False


def counts(*names, features):
    """The published parts of a set of numbers."""
    paths = (str(locate(f"libsvm/{name}.bz2")) for name in names)
    parts = [load_svmlight_file(path, n_features=features) for path in paths]
    for x, _ in parts:  # LIBLINEAR takes no longer numbers.
        x.indices, x.indptr = x.indices.astype(np.int32), x.indptr.astype(np.int32)
    return parts


def numbers(*names, features, classes=2):
    """A set that was published as numbers, by its files and its features."""
    return Text(functools.partial(counts, *names, features=features), classes, True)


TEXTS = {
    "CLINC150": Text(functools.partial(clinc, "full"), 150),
    "CLINC150 imbalanced": Text(functools.partial(clinc, "imbalanced"), 150),
    "BANKING77": Text(banking, 77),
    "R8": Text(reuters, 8),
    "20 Newsgroups": Text(newsgroups, 20),
    "IMDB": Text(imdb),
    "SMS spam": Text(sms),
    "polarity": Text(polarity),
}
# Term counts that were published as numbers.
TERMS = {
    "news20": numbers("news20", features=62_061, classes=20),
    "sector": numbers("sector.scale", "sector.t.scale", features=55_197, classes=105),
}
# Likewise, of yes-or-no features: no texts, and too few features to project.
FLAGS = {
    "a9a": numbers("a9a", "a9a.t", features=123),
    "w8a": numbers("w8a", features=300),
}


def text(name, **settings):
    """A text set by its name, one of `TEXTS` or `TERMS`, projected for a network.

    Args:
        name: As it stands in the tables.
        **settings: `sizes`, as for `official`; `components`, by default 200.
    """
    known = {**TEXTS, **TERMS}
    if name not in known:
        raise ValueError(f"name is {name!r}; accepted are {', '.join(known)}.")
    settings = {"source": known[name], **settings}
    return Dataset(name, projected, settings, known[name].classes, PUBLISHED_TEST)


def projected(seed, source, sizes=(0.8, 0.2, 1.0), components=200):
    """Term weights on the leading singular vectors of the published training part."""
    return standardised(official(*projections(source, components), seed, sizes))


@functools.cache
def projections(source, components):
    """Both parts in few dense columns, the projection fitted on the first."""
    (x, y), (x_test, y_test) = weighed(source)
    axes = TruncatedSVD(components, n_iter=3, random_state=0).fit(x)
    dense = (axes.transform(part).astype("float32") for part in (x, x_test))
    return tuple(zip(dense, (y, y_test), strict=True))


def sparse(name):
    """The training and the test part of a set: `((x, y), (x, y))`, x sparse.

    Args:
        name: One of `TEXTS`, whose terms are weighed, or of `TERMS` or `FLAGS`.
    """
    return weighed({**TEXTS, **TERMS, **FLAGS}[name])


@functools.cache
def weighed(source):
    """Both parts of a `Text`, sparse.

    Where no test part was published a fixed fifth is held out.
    """
    parts = source.read()
    if len(parts) == 1:
        parts = held_out(*parts[0])
    (x, y), (x_test, y_test) = parts
    if not source.counted:
        terms = TfidfVectorizer(min_df=2, sublinear_tf=True, dtype=np.float32)
        x, x_test = terms.fit_transform(x), terms.transform(x_test)
    _, codes = np.unique(np.concatenate([y, y_test]), return_inverse=True)
    return (x, codes[: len(y)]), (x_test, codes[len(y) :])


def held_out(x, y):
    """A training and a test part, the same for every seed."""
    rows = np.arange(len(y))
    kept, held = train_test_split(rows, test_size=HELD_OUT, stratify=y, random_state=0)
    if isinstance(x, list):
        return tuple(([x[i] for i in part], y[part]) for part in (kept, held))
    return tuple((x[part], y[part]) for part in (kept, held))
