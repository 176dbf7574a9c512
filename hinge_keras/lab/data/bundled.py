"""Sets that come with scikit-learn."""

import sklearn.datasets

from hinge_keras.lab.data.dataset import Dataset, standardised, stratified


def breast_cancer(name="breast cancer", **settings):
    """Wisconsin breast cancer: 569 examples, 30 measurements, 2 classes."""
    return Dataset(name, bundled, {"loader": "load_breast_cancer", **settings})


def digits(name="digits", **settings):
    """Handwritten digits: 1,797 examples of 8 x 8 pixels, 10 classes."""
    return Dataset(name, bundled, {"loader": "load_digits", **settings}, classes=10)


def iris(name="iris", **settings):
    """Iris: 150 flowers, 4 measurements, 3 classes."""
    return Dataset(name, bundled, {"loader": "load_iris", **settings}, classes=3)


def wine(name="wine", **settings):
    """Wine: 178 wines, 13 measurements, 3 classes."""
    return Dataset(name, bundled, {"loader": "load_wine", **settings}, classes=3)


def bundled(seed, loader, shares=(0.6, 0.2, 0.2)):
    """A set bundled with scikit-learn, split by class and standardised."""
    x, y = getattr(sklearn.datasets, loader)(return_X_y=True)
    return standardised(stratified(x, y, seed, shares))
