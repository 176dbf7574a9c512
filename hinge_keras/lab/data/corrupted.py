"""Data sets with faults put in on purpose; the test part always stays clean."""

import numpy as np

from hinge_keras.lab.data.dataset import Dataset
from hinge_keras.lab.data.images import long_tailed
from hinge_keras.lab.grid import seeds


def with_label_noise(dataset, share, name=None):
    """Labels of the training and validation part replaced by another class.

    Args:
        dataset: The clean set.
        share: Of labels to replace, from 0 to 1.
        name: As it stands in the tables.
    """
    settings = {"clean": dataset, "share": share}
    name = name or f"{dataset.name}, noise {share:g}"
    return Dataset(
        name, mislabelled, settings, dataset.classes, {**dataset.tags, "noise": share}
    )


def with_group_noise(dataset, share, size=5, name=None):
    """Training labels replaced by any class of their group, the same included.

    Classes `0` to `size - 1` are a group, the next `size` another, and the last
    group may be smaller. The validation part stays clean: the protocol of
    Berrada, Zisserman and Kumar (2018) and Garcin et al. (2022).

    Args:
        dataset: The clean set.
        share: Of training labels to draw again, from 0 to 1.
        size: Classes a group, from 2 up.
        name: As it stands in the tables.
    """
    settings = {"clean": dataset, "share": share, "size": size}
    name = name or f"{dataset.name}, group noise {share:g}"
    return Dataset(
        name, regrouped, settings, dataset.classes, {**dataset.tags, "noise": share}
    )


def with_long_tail(dataset, factor, name=None):
    """Ever fewer training examples of each next class, by `long_tailed`.

    Args:
        dataset: The full set.
        factor: The largest class over the smallest, from 1 up.
        name: As it stands in the tables.
    """
    settings = {"full": dataset, "factor": factor}
    name = name or f"{dataset.name}, tail {factor:g}"
    return Dataset(
        name, thinned, settings, dataset.classes, {**dataset.tags, "tail": factor}
    )


def with_outliers(dataset, share, distance=10.0, name=None):
    """Training examples moved far away along their inputs, with a wrong label.

    Args:
        dataset: The clean set.
        share: Of training examples to move, from 0 to 1.
        distance: The factor by which their inputs grow.
        name: As it stands in the tables.
    """
    settings = {"clean": dataset, "share": share, "distance": distance}
    name = name or f"{dataset.name}, outliers {share:g}"
    return Dataset(
        name, misplaced, settings, dataset.classes, {**dataset.tags, "outliers": share}
    )


def mislabelled(seed, clean, share):
    splits = clean.load(seed)
    for part in ("train", "validation"):
        x, y = splits[part]
        rows = picked(len(y), share, seed, part)
        splits[part] = x, another(y, rows, clean.classes, seed)
    return splits


def regrouped(seed, clean, share, size):
    splits = clean.load(seed)
    x, y = splits["train"]
    rows = picked(len(y), share, seed, "group noise")
    first = y - y % size
    members = np.minimum(size, clean.classes - first)
    drawn = first + np.floor(members * seeds.stream(seed, "groups").random(len(y)))
    changed = y.copy()
    changed[rows] = drawn[rows]
    splits["train"] = x, changed
    return splits


def thinned(seed, full, factor):
    splits = full.load(seed)
    splits["train"] = long_tailed(*splits["train"], seed, factor)
    return splits


def misplaced(seed, clean, share, distance):
    splits = clean.load(seed)
    x, y = splits["train"]
    rows = picked(len(y), share, seed, "outliers")
    moved = x.copy()
    moved[rows] *= distance
    splits["train"] = moved, another(y, rows, clean.classes, seed)
    return splits


def picked(size, share, seed, purpose):
    """That share of row numbers; a larger share contains the smaller's rows."""
    order = seeds.stream(seed, "corrupted", purpose).permutation(size)
    return order[: round(share * size)]


def another(y, rows, classes, seed):
    """Labels with those rows moved to another class, each equally likely."""
    steps = seeds.stream(seed, "classes").integers(1, classes, len(y))
    changed = y.copy()
    changed[rows] = (y[rows] + steps[rows]) % classes
    return np.asarray(changed)
