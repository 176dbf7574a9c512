"""Features that K-means learns from patches of images, without a label.

After Coates, Lee and Ng, "An Analysis of Single-Layer Networks in Unsupervised Feature
Learning" (AISTATS 2011): patches are normalised for contrast and whitened, K-means
finds centroids of them, and an image is told by how near its patches are to each
centroid, summed over each of its quadrants, or of smaller regions.
"""

import dataclasses
import functools
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import scipy.linalg
import scipy.sparse
from numpy.lib.stride_tricks import sliding_window_view
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

from hinge_keras.lab.data.dataset import Dataset
from hinge_keras.lab.grid import seeds

CONTRAST = 10 / 255**2  # Added to a patch's variance, pixels from 0 to 1.
RIDGE = 0.1  # Added to the variances before they are made 1.
BLOCK = 1 << 18  # Distances at a time: 1 MB, which a core's cache holds.
QUICK = {"centroids": 20, "components": 10}


@dataclass(frozen=True)
class PatchFeatures:
    """How features are learned from patches.

    Attributes:
        centroids: How many; an image has as many features for each of its regions.
        size: Height and width of a patch.
        across: Regions of an image from left to right, and from top to bottom; two
            make quadrants.
        seed: Of the patches drawn and of the centroids that K-means starts from.
        patches: How many are drawn to learn from.
        rounds: Of K-means.
    """

    centroids: int = 1600
    size: int = 6
    across: int = 2
    seed: int = 0
    patches: int = 200_000
    rounds: int = 10

    def fit(self, images):
        """What is learned from images `(n, height, width, colours)`."""
        stream = seeds.stream(self.seed, "patches")
        patches = normalised(drawn(images, self.size, self.patches, stream))
        with threadpool_limits(1, "blas"):  # More threads may change the last digits.
            mean, whitening = zca(patches)
            patches = (patches - mean) @ whitening
            centroids = k_means(patches, self.centroids, self.rounds, stream)
        return Codebook(self.size, self.across, mean, whitening, centroids)


@dataclass(frozen=True, eq=False)
class Codebook:
    """What was learned from patches.

    Attributes:
        size: Height and width of a patch.
        across: Regions of an image from left to right, and from top to bottom.
        mean: Of normalised patches.
        whitening: What makes their covariance the identity, nearly.
        centroids: One a row, of whitened patches.
    """

    size: int
    across: int
    mean: np.ndarray
    whitening: np.ndarray
    centroids: np.ndarray

    def transform(self, images):
        """Features in float32, region by region, a row an image."""
        windows = sliding(images, self.size)
        shape = len(images), self.across**2, len(self.centroids)
        features = np.empty(shape, np.float32)

        def fill(rows):
            for region, part in enumerate(regions(windows[rows], self.across)):
                features[rows, region] = self.pooled(part)

        high, wide = (-(-length // self.across) for length in windows.shape[1:3])
        in_threads(fill, blocks(len(images), high * wide * len(self.centroids)))
        return features.reshape(len(images), -1)

    def pooled(self, windows):
        """The activations of each image's windows, summed."""
        patches = normalised(windows.reshape(-1, len(self.mean)))
        whitened = (patches - self.mean) @ self.whitening
        activations = triangle(distances(whitened, self.folded))
        return activations.reshape(len(windows), -1, len(self.centroids)).sum(axis=1)

    @functools.cached_property
    def folded(self):
        """What `distances` multiplies by."""
        squares = np.square(self.centroids).sum(axis=1)
        return np.vstack([-2 * self.centroids.T, np.ones_like(squares), squares])


def sliding(images, size):
    """A view of every patch: `(n, rows, columns, size, size, colours)`."""
    if np.ndim(images) != 4 or min(images.shape[1:3]) <= size:
        raise ValueError(
            f"images has shape {np.shape(images)}; accepted is (n, height, width, "
            f"colours), larger than a patch of {size} x {size}."
        )
    images = np.asarray(images, np.float32)
    return np.moveaxis(sliding_window_view(images, (size, size), (1, 2)), 3, -1)


def drawn(images, size, count, stream):
    """So many patches from anywhere, a row each."""
    windows = sliding(images, size)
    places = (stream.integers(0, limit, count) for limit in windows.shape[:3])
    return windows[tuple(places)].reshape(count, -1)


def regions(windows, across):
    """The windows of each region; what is left over goes to the first of them."""
    for strip in np.array_split(windows, across, axis=1):
        yield from np.array_split(strip, across, axis=2)


def normalised(patches):
    """Each patch less its mean, over its deviation."""
    patches = patches - patches.mean(axis=1, keepdims=True)
    variance = np.square(patches).mean(axis=1, keepdims=True)
    patches /= np.sqrt(variance + np.float32(CONTRAST))
    return patches


def zca(patches):
    """The mean of patches, and the symmetric matrix that whitens them."""
    mean = patches.mean(axis=0)
    covariance = np.cov(patches, rowvar=False, dtype=np.float64)
    variances, axes = scipy.linalg.eigh(covariance)
    whitening = (axes / np.sqrt(variances + RIDGE)) @ axes.T
    return mean, whitening.astype(np.float32)


def k_means(patches, count, rounds, stream):
    """So many centroids by Lloyd's rounds, from patches drawn at random.

    A centroid that no patch is nearest to is drawn again.
    """
    centroids = patches[stream.choice(len(patches), count, replace=False)]
    parts = list(blocks(len(patches), count))
    for _ in range(rounds):
        sums, sizes = summed(patches, centroids, parts)
        empty = sizes == 0
        centroids = sums / np.maximum(sizes, 1)[:, None]
        centroids[empty] = patches[stream.choice(len(patches), empty.sum())]
    return centroids


def summed(patches, centroids, parts):
    """Sum and number of the patches that are nearest to each centroid."""
    half = np.square(centroids).sum(axis=1) / 2

    def of(rows):
        nearest = (patches[rows] @ centroids.T - half).argmax(axis=1)
        place = (nearest, np.arange(len(nearest)))
        member = scipy.sparse.csr_array(
            (np.ones(len(nearest), np.float32), place),
            (len(centroids), len(nearest)),
        )
        return member @ patches[rows], np.bincount(nearest, minlength=len(centroids))

    sums, sizes = np.zeros_like(centroids), np.zeros(len(centroids), np.float32)
    for part, members in in_threads(of, parts):
        sums += part
        sizes += members
    return sums, sizes


def distances(patches, folded):
    """From each patch to each centroid, by one product.

    The squares are `[x, |x|^2, 1] [-2 c, 1, |c|^2]^T`, which rounding may put a hair
    below 0.
    """
    squares = np.einsum("ij,ij->i", patches, patches)
    found = np.column_stack([patches, squares, np.ones_like(squares)]) @ folded
    return np.sqrt(np.abs(found, out=found), out=found)


def triangle(distances):
    """`max(0, mean distance - distance)`, in place."""
    mean = distances.mean(axis=1, keepdims=True)
    np.minimum(distances, mean, out=distances)
    return np.subtract(mean, distances, out=distances)


def blocks(rows, cost):
    """Slices of so many rows that a block, of that many numbers a row, fits a cache.

    Threads do not matter to it, so that they change no digit.
    """
    step = max(1, BLOCK // cost)
    return (slice(start, start + step) for start in range(0, rows, step))


def in_threads(work: Callable, parts: Iterable):
    """What work gives of each part, in order; one thread a core, each with its own BLAS."""
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, parts))


@dataclass(frozen=True)
class PatchDataset(Dataset):
    """A set of patch features: what is said of its images is not learned first."""

    def class_counts(self, seed=0):
        return self.settings["images"].class_counts(seed)

    def shortened(self, at_most=300):
        """Few images and few centroids."""
        few = {
            name: min(limit, self.settings[name])
            for name, limit in QUICK.items()
            if self.settings.get(name)
        }
        images = self.settings["images"].shortened(at_most)
        settings = {**self.settings, **few, "images": images}
        return dataclasses.replace(self, settings=settings, at_most=at_most)


def with_patch_features(
    dataset, centroids=1600, name=None, components=None, **settings
):
    """Features of patches in the place of pixels, by `PatchFeatures`.

    Each seed learns them from the training part of its split; every feature has mean
    0 and deviation 1 there.

    Args:
        dataset: Images, `flat=False`.
        centroids: How many; there are as many features for each region.
        name: As it stands in the tables.
        components: Keep so many principal components of the features, all by one
            factor, by which their variances have the mean 1.
        **settings: Further ones of `PatchFeatures`.
    """
    settings = {
        "images": dataset,
        "centroids": centroids,
        "components": components,
        **settings,
    }
    copy = f" ({dataset.tags['copy']})" if "copy" in dataset.tags else ""
    name = name or f"{dataset.name}{copy}, {centroids:,} centroids"
    return PatchDataset(name, learned, settings, dataset.classes, dataset.tags)


def learned(seed, images, components=None, **settings):
    splits = images.load(seed)
    images = splits["train"][0]
    codebook = PatchFeatures(seed=seeds.derive(seed, "patches"), **settings).fit(images)
    features = standardised_in_place(
        {part: (codebook.transform(x), *rest) for part, (x, *rest) in splits.items()}
    )
    return features if components is None else projected(features, components)


def projected(splits, components):
    """Principal components by the training part, and all by one factor."""
    axes = PCA(components, svd_solver="covariance_eigh").fit(splits["train"][0])
    factor = np.float32(axes.explained_variance_.mean() ** -0.5)
    return {
        part: (factor * axes.transform(x), *rest) for part, (x, *rest) in splits.items()
    }


def standardised_in_place(splits):
    """As `standardised`, without a second copy of so many features."""
    x_train, *_ = splits["train"]
    mean = x_train.mean(axis=0, dtype=np.float64).astype(np.float32)
    for x, *_ in splits.values():
        x -= mean
    squares = np.einsum("ij,ij->j", x_train, x_train, dtype=np.float64)
    deviation = np.sqrt(squares / len(x_train)).astype(np.float32)
    for x, *_ in splits.values():
        x /= np.where(deviation > 0, deviation, 1)
    return splits
