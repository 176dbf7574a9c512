"""MNIST, Fashion-MNIST and USPS, in their official train and test parts."""

import functools
import gzip

import numpy as np
import scipy.io
from sklearn.decomposition import PCA

from hinge_keras.lab.data.dataset import PUBLISHED_TEST, Dataset, official
from hinge_keras.lab.data.sources import locate
from hinge_keras.lab.grid import seeds

USPS_TRAIN = 7291  # The first rows of the file are the official training part.


def mnist(name="MNIST", **settings):
    """MNIST: 60,000 and 10,000 handwritten digits of 28 x 28 pixels.

    Args:
        name: As it stands in the tables.
        **settings: As for `images`.
    """
    return Dataset(name, images, {"source": "mnist", **settings}, 10, PUBLISHED_TEST)


def fashion_mnist(name="Fashion-MNIST", **settings):
    """Fashion-MNIST: 60,000 and 10,000 garments of 28 x 28 pixels."""
    return Dataset(
        name, images, {"source": "fashion_mnist", **settings}, 10, PUBLISHED_TEST
    )


def usps(name="USPS", **settings):
    """USPS: 7,291 and 2,007 handwritten digits of 16 x 16 pixels."""
    return Dataset(name, images, {"source": "usps", **settings}, 10, PUBLISHED_TEST)


def images(seed, source, sizes=(0.8, 0.2, 1.0), flat=True, components=None, tail=None):
    """Pixels from 0 to 1, less the mean image of the training part.

    Args:
        seed: The trial's seed.
        source: `mnist`, `fashion_mnist` or `usps`.
        sizes: As for `official`.
        flat: One row an image; otherwise `(height, width, 1)`.
        components: Keep so many principal components of the training part.
        tail: Thin the training classes by `long_tailed` with this factor.
    """
    part, test = pixels(source)
    splits = official(part, test, seed, sizes)
    if tail is not None:
        splits["train"] = long_tailed(*splits["train"], seed, tail)
    mean = splits["train"][0].mean(axis=0)
    splits = {name: (x - mean, y) for name, (x, y) in splits.items()}
    if components is not None:
        random_state = seeds.derive(seed, "components")
        axes = PCA(components, random_state=random_state).fit(splits["train"][0])
        splits = {name: (axes.transform(x), y) for name, (x, y) in splits.items()}
    if flat:
        return splits
    side = round(part[0].shape[1] ** 0.5)
    return {name: (x.reshape(-1, side, side, 1), y) for name, (x, y) in splits.items()}


def long_tail(most, factor, classes):
    """The exponential profile: `most * factor ** (-c / (classes - 1))` of class c.

    >>> long_tail(100, 4, 3)
    [100, 50, 25]
    """
    shares = (factor ** (-c / (classes - 1)) for c in range(classes))
    return [max(1, round(most * share)) for share in shares]


def long_tailed(x, y, seed, factor):
    """Keep as many examples of each class as `long_tail` says.

    Args:
        x: Inputs, one row an example.
        y: Classes 0 to C - 1.
        seed: The trial's seed.
        factor: The largest class over the smallest, from 1 up.
    """
    counts = np.bincount(y.astype(int))
    kept = []
    for c, size in enumerate(long_tail(min(counts), factor, len(counts))):
        rows = seeds.stream(seed, "tail", c).permutation(np.flatnonzero(y == c))
        kept.append(rows[:size])
    rows = np.sort(np.concatenate(kept))
    return x[rows], y[rows]


@functools.cache
def pixels(source):
    """The training and the test part of a source, pixels from 0 to 1."""
    if source == "usps":
        table = scipy.io.loadmat(locate("usps/usps_all.mat"))
        table = max(
            (value for value in table.values() if isinstance(value, np.ndarray)),
            key=np.size,
        )
        x, y = table[:, :-1] / np.float32(255), table[:, -1].astype(int) - 1
        return (x[:USPS_TRAIN], y[:USPS_TRAIN]), (x[USPS_TRAIN:], y[USPS_TRAIN:])
    return tuple(
        (
            idx(f"{source}/{part}-images-idx3-ubyte.gz") / np.float32(255),
            idx(f"{source}/{part}-labels-idx1-ubyte.gz").ravel(),
        )
        for part in ("train", "t10k")
    )


def idx(path):
    """An IDX file of bytes as `(examples, values)`."""
    with gzip.open(locate(path)) as stream:
        content = stream.read()
    dimensions = content[3]
    shape = np.frombuffer(content, ">i4", dimensions, offset=4)
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions)
    return values.reshape(shape[0], -1)
