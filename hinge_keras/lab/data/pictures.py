"""CIFAR-10, GTSRB and Omniglot: pixels in splits that keep what belongs together."""

import numpy as np
from sklearn.decomposition import PCA

from hinge_keras.lab.data import decoding
from hinge_keras.lab.data.dataset import (
    PUBLISHED_TEST,
    Dataset,
    drawn,
    official,
    resplit,
)
from hinge_keras.lab.data.images import long_tailed
from hinge_keras.lab.grid import seeds
from hinge_keras.lab.tables.schema import COVERS

TRACKS = {COVERS: "which tracks of the published training part are trained on"}
DRAWINGS = 4840
DRAWERS, CHARACTERS = "drawer", "class"


def cifar10(name="CIFAR-10", **settings):
    """CIFAR-10: 50,000 and 10,000 photographs of 32 x 32 pixels, 10 classes.

    From a folder that has the JPEG copy, else from `keras.datasets`; the tag `copy`
    and the setting `source` say from which.

    Args:
        name: As it stands in the tables.
        **settings: As for `photographs`.
    """
    return sourced("cifar10", name, photographs, settings, 10, PUBLISHED_TEST)


def gtsrb(name="GTSRB", **settings):
    """German traffic signs: 39,209 and 12,630 images of 28 x 28 greys, 43 classes.

    From a folder that has the prepared file, else from the benchmark's archives.

    Args:
        name: As it stands in the tables.
        **settings: As for `signs`.
    """
    return sourced("gtsrb", name, signs, settings, 43, TRACKS)


def omniglot(name="Omniglot", **settings):
    """Omniglot's small background sets: 242 characters, each by 20 drawers.

    From a folder that has the prepared file, else from the authors' repository.

    Args:
        name: As it stands in the tables.
        **settings: As for `drawings`.
    """
    if settings.get("by", DRAWERS) not in (DRAWERS, CHARACTERS):
        raise ValueError(
            f"by is {settings['by']!r}; accepted are {DRAWERS!r} and {CHARACTERS!r}."
        )
    tags = resplit(DRAWINGS, **settings)
    return sourced("omniglot", name, drawings, settings, 242, tags)


def sourced(key, name, recipe, settings, classes, tags):
    """A set of which several copies are about; its settings say which it reads."""
    source = decoding.source_of(key)
    settings = {"source": source, **settings}
    return Dataset(name, recipe, settings, classes, {**tags, "copy": source})


def photographs(
    seed, source, sizes=(0.8, 0.2, 1.0), flat=True, components=None, tail=None
):
    """CIFAR-10's pixels from 0 to 1, less the mean image of the training part.

    Args:
        seed: The trial's seed.
        source: `JPEG copy` or `original`.
        sizes: As for `official`.
        flat: One row an image; otherwise `(32, 32, 3)`.
        components: Keep so many principal components of the training part.
        tail: Thin the training classes by `long_tailed` with this factor.
    """
    part, test = decoding.cifar10(source)
    (_, y), (_, y_test) = part, test
    rows = official(numbered(y), numbered(y_test), seed, sizes)
    if tail is not None:
        rows["train"] = long_tailed(*rows["train"], seed, tail)
    return centred(picked(rows, part, test), seed, flat, components)


def signs(seed, source, sizes=(0.8, 0.2, 1.0), flat=True, components=None):
    """GTSRB's pixels from 0 to 1, less the mean image of the training part.

    The frames of a track show one sign as a car comes nearer: a track is in one part.

    Args:
        seed: The trial's seed.
        source: `32 x 32 copy` or `original`.
        sizes: As for `official`; since tracks stay whole, the shares of train and
            validation are met within a track or so a class.
        flat: One row an image; otherwise `(28, 28, 1)`.
        components: Keep so many principal components of the training part.
    """
    part, test = decoding.gtsrb(source)
    (_, y, track), (_, y_test) = part, test
    rows = by_track(y, track, y_test, seed, sizes)
    return centred(picked(rows, part, test), seed, flat, components)


def drawings(
    seed, source, shares=(0.6, 0.2, 0.2), by=DRAWERS, flat=True, components=None
):
    """Omniglot's strokes from 0 to 1, less the mean image of the training part.

    Args:
        seed: The trial's seed.
        source: `28 x 28 copy` or `original`.
        shares: Of train, validation and test, in drawers or classes; parts of 1.
        by: What is in one part alone: each `drawer`, so that every part has all
            classes, or each `class`, so that no part has another's.
        flat: One row an image; otherwise `(28, 28, 1)`.
        components: Keep so many principal components of the training part.
    """
    x, y, drawer = decoding.omniglot(source)
    parts = parted(drawer if by == DRAWERS else y, seed, shares)
    rows = {name: (kept, y[kept]) for name, kept in parts.items()}
    return centred(picked(rows, (x, y), (x, y)), seed, flat, components)


def parted(group, seed, shares):
    """Row numbers of three parts, each in any order; a group is in one of them."""
    names = seeds.stream(seed, "groups").permutation(np.unique(group))
    cuts = np.round(np.cumsum(shares)[:2] / sum(shares) * len(names)).astype(int)
    return {
        part: seeds.stream(seed, part).permutation(
            np.flatnonzero(np.isin(group, members))
        )
        for part, members in zip(
            ("train", "validation", "test"), np.split(names, cuts), strict=True
        )
    }


def numbered(y):
    """Row numbers in the place of inputs, which are many bytes."""
    return np.arange(len(y)), y


def by_track(y, track, y_test, seed, sizes):
    """Row numbers and classes of each part; a track is in one of them.

    Args:
        y: Classes of the published training part.
        track: Numbers of its tracks, which start anew in each class.
        y_test: Classes of the published test part.
        seed: The trial's seed.
        sizes: As for `official`.
    """
    totals = (len(y), len(y), len(y_test))
    train, validation, tested = (
        size if size > 1 else round(size * total)
        for size, total in zip(sizes, totals, strict=True)
    )
    held = held_out(y, track, seed, validation / (train + validation))
    rows = {
        "train": thinned(~held, y, seed, train),
        "validation": thinned(held, y, seed, validation),
    }
    kept = drawn(y_test, seed, tested)
    return {
        **{part: (found, y[found]) for part, found in rows.items()},
        "test": (kept, y_test[kept]),
    }


def held_out(y, track, seed, share):
    """Whether each example is in a track of the validation part.

    Args:
        y: Classes.
        track: As for `by_track`.
        seed: The trial's seed.
        share: Of each class's tracks to hold out; one at least, and not all.
    """
    held = np.zeros(len(y), bool)
    for c in np.unique(y):
        tracks = np.unique(track[y == c])
        tracks = seeds.stream(seed, "tracks", int(c)).permutation(tracks)
        size = np.clip(round(share * len(tracks)), 1, len(tracks) - 1)
        held |= (y == c) & np.isin(track, tracks[:size])
    return held


def thinned(member, y, seed, size):
    """Row numbers of a part in any order: that many, drawn by class, or all it has."""
    rows = seeds.stream(seed, "order").permutation(np.flatnonzero(member))
    # Drawing by class leaves out one of each class, or none.
    if len(rows) - size < len(np.unique(y)):
        return rows
    return rows[drawn(y[rows], seed, size)]


def picked(rows, part, test):
    """The images of those rows, from 0 to 1, and their classes."""
    return {
        name: (as_shares((test if name == "test" else part)[0][kept]), y)
        for name, (kept, y) in rows.items()
    }


def as_shares(x):
    """Bytes as parts of 1, with a last axis for colours."""
    x = np.divide(x, 255, dtype=np.float32)
    return x if x.ndim == 4 else x[..., None]


def centred(splits, seed, flat, components):
    """Less the mean image of the training part, or principal components of that."""
    x_train, _ = splits["train"]
    mean = x_train.mean(axis=0)
    for x, _ in splits.values():
        x -= mean
    if flat or components is not None:
        splits = {name: (x.reshape(len(x), -1), y) for name, (x, y) in splits.items()}
    if components is None:
        return splits
    random_state = seeds.derive(seed, "components")
    axes = PCA(components, random_state=random_state).fit(splits["train"][0])
    return {name: (axes.transform(x), y) for name, (x, y) in splits.items()}
