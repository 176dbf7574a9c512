"""Sets that come with scikit-learn."""

import sklearn.datasets

from hinge_keras.lab.data.dataset import (
    Dataset,
    resplit,
    standardised,
    stratified,
)


def breast_cancer(name="breast cancer", **settings):
    """Wisconsin breast cancer: 569 examples, 30 measurements, 2 classes."""
    return loaded(name, "load_breast_cancer", 2, 569, settings)


def digits(name="digits", **settings):
    """Handwritten digits: 1,797 examples of 8 x 8 pixels, 10 classes."""
    return loaded(name, "load_digits", 10, 1797, settings)


def iris(name="iris", **settings):
    """Iris: 150 flowers, 4 measurements, 3 classes."""
    return loaded(name, "load_iris", 3, 150, settings)


def wine(name="wine", **settings):
    """Wine: 178 wines, 13 measurements, 3 classes."""
    return loaded(name, "load_wine", 3, 178, settings)


def loaded(name, loader, classes, examples, settings):
    """A set that one of scikit-learn's loaders has."""
    settings = {"loader": loader, **settings}
    return Dataset(name, bundled, settings, classes, resplit(examples, **settings))


def bundled(seed, loader, shares=(0.6, 0.2, 0.2)):
    """A set bundled with scikit-learn, split by class and standardised."""
    x, y = getattr(sklearn.datasets, loader)(return_X_y=True)
    return standardised(stratified(x, y, seed, shares))
