"""Points that a line through the origin separates, and the largest margin there is."""

import numpy as np
from sklearn.svm import SVC

from hinge_keras.lab import seeds


def separable(seed, size=40):
    """Two Gaussian clouds with a gap, signed so that every label is +1: `(size, 2)`.

    Points are turned to their class's side, so that `x @ w > 0` is right, and lie 0.5
    or more from the line across (1, 1).
    """
    generator = seeds.stream(seed, "separable")
    x = generator.normal(size=(size, 2)) + np.array([2.5, 2.5])
    normal = np.array([1.0, 1.0]) / np.sqrt(2)
    return x + np.maximum(0, 0.5 - x @ normal)[:, None] * normal


def largest_margin(x):
    """The largest `min(x @ w) / |w|` of signed points, by a hard-margin SVM.

    The separator goes through the origin: the mirrored points make it symmetric.
    """
    points, labels = np.r_[x, -x], np.r_[np.ones(len(x)), -np.ones(len(x))]
    w = SVC(kernel="linear", C=1e6).fit(points, labels).coef_.ravel()
    return (x @ w).min() / np.linalg.norm(w)
