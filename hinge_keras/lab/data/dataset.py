"""What a data set is: a name and a recipe that gives the splits of a seed."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from sklearn.model_selection import train_test_split

from hinge_keras.lab.data import streams
from hinge_keras.lab.grid import seeds
from hinge_keras.lab.tables.schema import COVERS, OVERLAP, POINTS_DRAWN

FEWEST = 10  # A class of fewer examples cannot be split in three.
# What a seed draws beside initial weights and batch order, as a tag.
DRAWN_POINTS = {COVERS: POINTS_DRAWN}
PUBLISHED_TEST = {COVERS: "which of the published training examples are trained on"}


@dataclass(frozen=True)
class Dataset:
    """A named recipe for splits.

    Attributes:
        name: As it stands in the tables.
        recipe: `recipe(seed=..., **settings)` gives a mapping from split name
            (`train`, `validation`, `test`, and `mesh` for drawing) to `(x, y)`,
            or to `(x, y, weight)` with one weight an example; or to batches of
            such, a `keras.utils.PyDataset` or a `tf.data.Dataset`, for data too
            large to be held: they are read anew in each epoch, in its own order.
        settings: The recipe's other arguments, plain data.
        classes: The number of classes; 2 means one output.
        tags: Facts about the set, as columns of its trials, such as the share of
            labels that are wrong.
        at_most: Keep so many examples of each labelled part, for a smoke run.
    """

    name: str = field(compare=False)
    recipe: Callable = field(repr=False)  # Its address would differ from run to run.
    settings: Mapping = field(default_factory=dict)
    classes: int = 2
    tags: Mapping = field(default_factory=dict, compare=False)
    at_most: int | None = None

    def load(self, seed):
        """The splits of one seed: `{"train": (x, y), ...}`, x in float32."""
        splits = self.recipe(seed=seed, **self.settings)
        return {name: self.loaded(name, part) for name, part in splits.items()}

    def loaded(self, split, part):
        """A part as it is trained on."""
        if streams.is_stream(part):
            return streams.shortened(part, self.at_most) if self.at_most else part
        if not np.isfinite(part[0]).all():
            raise ValueError(
                f"dataset {self.name!r} has a missing or infinite value in its "
                f"{split} inputs; accepted are finite numbers."
            )
        return tuple(self.kept(array, part) for array in part)

    def kept(self, array, arrays):
        """An array of a part in float32, cut short if the part has labels."""
        if array is None:
            return None
        labelled = arrays[1] is not None
        return array[: self.at_most if labelled else None].astype("float32")

    def shortened(self, at_most=300):
        """The same set with few examples a part."""
        return dataclasses.replace(self, at_most=at_most)

    @property
    def outputs(self):
        return 1 if self.classes == 2 else self.classes

    def class_counts(self, seed=0):
        """Training examples of each class, of one seed's split of the whole set.

        Splits are drawn by class: another seed's counts differ by an example or so.
        """
        whole = dataclasses.replace(self, at_most=None)
        labels = streams.labels_of(whole.load(seed)["train"]).astype(int)
        return np.bincount(labels, minlength=self.classes).tolist()

    def tagged(self, **tags):
        """The same set with further facts as columns of its trials."""
        return dataclasses.replace(self, tags={**self.tags, **tags})


def resplit(examples, shares=(0.6, 0.2, 0.2), **settings):
    """Tags of a set that each seed splits anew: what a seed draws, and the overlap.

    Two splits of all examples correlate by about the share that is tested on (Nadeau
    and Bengio, 2003), which adds test over other examples to the variance of a mean,
    in shares of that of one split. Splits of fewer, drawn from all, share less.

    Args:
        examples: How many there are.
        shares: As for `stratified`.
        **settings: Others of the recipe, which do not matter here.
    """
    tested = shares[2] / (examples if sum(shares) > 1 else sum(shares))
    return {COVERS: "the split", OVERLAP: tested / (1 - tested)}


def stratified(x, y, seed, shares=(0.6, 0.2, 0.2)):
    """Train, validation and test parts with the classes in equal shares.

    Args:
        x: Inputs, one row an example.
        y: Classes.
        seed: The trial's seed.
        shares: Of train, validation and test: parts of 1, or numbers of examples.
    """
    train, validation, test = shares
    if sum(shares) > 1:
        keep = drawn(y, seed, sum(shares))
        x, y = x[keep], y[keep]
        train, validation, test = (part / sum(shares) for part in shares)
    x_rest, x_test, y_rest, y_test = train_test_split(
        x, y, test_size=test, stratify=y, random_state=seeds.derive(seed, "test")
    )
    x_train, x_validation, y_train, y_validation = train_test_split(
        x_rest,
        y_rest,
        test_size=validation / (train + validation),
        stratify=y_rest,
        random_state=seeds.derive(seed, "validation"),
    )
    return {
        "train": (x_train, y_train),
        "validation": (x_validation, y_validation),
        "test": (x_test, y_test),
    }


def official(part, test, seed, sizes=(0.8, 0.2, 1.0)):
    """A published train and test part; validation is taken from the train part.

    Args:
        part: The published training part, `(x, y)`.
        test: The published test part, `(x, y)`.
        seed: The trial's seed.
        sizes: Of train and validation, parts of the published training part, and
            of test; or numbers of examples.
    """
    (x, y), (x_test, y_test) = part, test
    train, validation, tested = (
        size if size > 1 else round(size * total)
        for size, total in zip(sizes, (len(y), len(y), len(y_test)), strict=True)
    )
    keep = drawn(y, seed, train + validation)
    x_train, x_validation, y_train, y_validation = train_test_split(
        x[keep],
        y[keep],
        test_size=validation,
        stratify=y[keep],
        random_state=seeds.derive(seed, "validation"),
    )
    kept = drawn(y_test, seed, tested)
    return {
        "train": (x_train, y_train),
        "validation": (x_validation, y_validation),
        "test": (x_test[kept], y_test[kept]),
    }


def drawn(y, seed, size):
    """Row numbers of that many examples, drawn by class; all if there are no more."""
    rows = np.arange(len(y))
    if size >= len(y):
        return rows
    random_state = seeds.derive(seed, "drawn")
    return train_test_split(
        rows, train_size=size, stratify=y, random_state=random_state
    )[0]


def with_balanced_test(dataset, each, name=None):
    """The test part with equally many examples of every class.

    Accuracy on it is the mean over classes. A class with fewer test examples than
    that gives each of them once, and some of them again.

    Args:
        dataset: The full set.
        each: Test examples a class, from 1 up.
        name: As it stands in the tables.
    """
    settings = {"full": dataset, "each": each}
    return Dataset(
        name or dataset.name, balanced, settings, dataset.classes, dataset.tags
    )


def balanced(seed, full, each):
    splits = full.load(seed)
    x, y = splits["test"]
    rows = []
    for c in np.unique(y):
        order = seeds.stream(seed, "balanced", int(c))
        # From the start again where a class is short.
        rows.append(np.resize(order.permutation(np.flatnonzero(y == c)), each))
    rows = np.concatenate(rows)
    splits["test"] = x[rows], y[rows]
    return splits


def standardised(splits):
    """Mean 0 and deviation 1 by the training part; a constant column becomes 0."""
    x_train, _ = splits["train"]
    mean, deviation = x_train.mean(axis=0), x_train.std(axis=0)
    scale = np.where(deviation > 0, deviation, 1.0)
    return {name: ((x - mean) / scale, y) for name, (x, y) in splits.items()}


def without_rare(x, y):
    """Examples of classes with `FEWEST` members or more, classes numbered anew."""
    names, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
    keep = counts[codes] >= FEWEST
    return x[keep], np.unique(names[codes[keep]], return_inverse=True)[1]
