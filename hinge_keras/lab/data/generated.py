"""Two-dimensional sets from scikit-learn's generators."""

import numpy as np
import sklearn.datasets

from hinge_keras.lab.data.dataset import DRAWN_POINTS, Dataset, standardised
from hinge_keras.lab.grid import seeds

SIGNS = (-1, 1)


def circles(name="circles", *, labels=(0, 1), **settings):
    """Two concentric circles, `make_circles`; in order, or drawn per seed.

    Args:
        name: As it stands in the tables.
        labels: The codes of class 0, the outer circle, and of class 1, the inner.
        **settings: As for `generated`.
    """
    settings = {"factor": 0.8, "noise": 0.1, **settings}
    return generated(name, "make_circles", labels=labels, **settings)


def moons(name="moons", *, labels=(0, 1), **settings):
    """Two interleaving half circles, `make_moons`."""
    return generated(name, "make_moons", labels=labels, **{"noise": 0.2, **settings})


def blobs(name="blobs", *, classes=3, **settings):
    """Gaussian blobs, `make_blobs`."""
    settings = {"centers": classes, "cluster_std": 2.0, **settings}
    return generated(name, "make_blobs", classes=classes, **settings)


def generated(name, generator, *, classes=2, labels=None, **settings):
    """A two-dimensional set from a scikit-learn generator.

    Args:
        name: As it stands in the tables.
        generator: The name of a function of `sklearn.datasets`.
        classes: The number of classes.
        labels: The codes of classes 0 and 1; `None` keeps integers.
        **settings: `sizes` (train, validation, test), all in the order drawn;
            `random_state` fixes the points, otherwise each seed draws its own;
            `scaled` standardises; anything else goes to the generator.
    """
    settings = {"generator": generator, "labels": labels, **settings}
    tags = {} if "random_state" in settings else DRAWN_POINTS
    return Dataset(name, drawn, settings, classes, tags)


def drawn(
    seed,
    generator,
    labels,
    sizes=(600, 200, 200),
    scaled=False,
    random_state=None,
    **generator_settings,
):
    """Points from a generator, cut in the order drawn, and a mesh over them."""
    if random_state is None:
        random_state = seeds.derive(seed, "points")
    make = getattr(sklearn.datasets, generator)
    x, y = make(sum(sizes), random_state=random_state, **generator_settings)
    if labels is not None:
        y = np.where(y == 1, labels[1], labels[0])
    stops = np.cumsum(sizes)
    names = ("train", "validation", "test")
    starts = (0, *stops[:-1])
    splits = {
        name: (x[start:stop], y[start:stop])
        for name, start, stop in zip(names, starts, stops, strict=True)
        if stop > start
    }
    splits["mesh"] = (mesh(x), None)
    return standardised(splits) if scaled else splits


def mesh(x, points=60):
    """A square grid over two-dimensional inputs, `(points ** 2, 2)`."""
    low, high = x.min(axis=0), x.max(axis=0)
    pad = 0.1 * (high - low)
    axes = [
        np.linspace(a, b, points) for a, b in zip(low - pad, high + pad, strict=True)
    ]
    return np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
