"""What all linear machines here share: their checks, their threads, their certificate."""

import functools
import warnings
from numbers import Integral, Real
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import compute_class_weight
from sklearn.utils._param_validation import Interval
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight
from threadpoolctl import ThreadpoolController

BLOCK = 2**22  # Numbers in one array of a block of problems: 32 MiB each.
FLOATS = [np.float64, np.float32]

Data: TypeAlias = ArrayLike | sparse.sparray | sparse.spmatrix


class Linear(BaseEstimator):
    """A machine of scores `x'w + b`, at the certified minimum of a convex objective.

    Attributes:
        objective_: The minimum found, one a problem.
        duality_gap_: A bound on how far above the true minimum that is.
        n_iter_: Newton steps of the problem that took most.
    """

    C: float
    tol: float
    objective_: NDArray[np.float64]
    duality_gap_: NDArray[np.float64]
    n_iter_: int

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "C": [Interval(Real, 0, None, closed="neither")],
        "tol": [Interval(Real, 0, None, closed="neither")],
        "max_iter": [Interval(Integral, 0, None, closed="left")],
        "n_jobs": [Integral, None],
    }

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def certify(self, values, gaps, steps, level=3):
        """Keep the minima `(K,)` and their gaps; warn of one that is too large."""
        self.objective_, self.duality_gap_, self.n_iter_ = values, gaps, int(steps)
        above = ~(gaps <= self.tol * values)  # A gap that is not a number is too large.
        if above.any():
            with np.errstate(divide="ignore", invalid="ignore"):
                worst = np.max(gaps[above] / values[above])
            warnings.warn(
                f"The objective may be {worst:.1e} of itself above its minimum, more "
                f"than tol={self.tol:g}, after {self.n_iter_} steps; scale the "
                "features, or raise max_iter or tol.",
                ConvergenceWarning,
                stacklevel=level,
            )


def weights_of(sample_weight, X):
    """One weight a row, not negative, 1 by default."""
    return _check_sample_weight(
        sample_weight, X, dtype=np.float64, ensure_non_negative=True
    )


def encoded(y):
    """The classes, sorted, and the number of each example's class."""
    check_classification_targets(y)
    classes, labels = np.unique(y, return_inverse=True)
    refuse_one_class(classes)
    return classes, labels


def refuse_one_class(classes):
    if len(classes) < 2:
        raise ValueError(
            "This solver needs samples of at least 2 classes in the data, but the "
            f"data contains only one class: {classes[0]!r}"
        )


def costs_of(machine, X, labels, sample_weight):
    """`C * s_i`: the cost, times sample weight and class weight, `(rows,)`."""
    weights = weights_of(sample_weight, X)
    if machine.class_weight is not None:
        by_class = compute_class_weight(
            machine.class_weight,
            classes=machine.classes_,
            y=machine.classes_[labels],
            sample_weight=weights,
        )
        weights = weights * by_class[labels]
    return machine.C * weights


def last_weights(machine, objective):
    """The last solution if it is wanted and fits, else zeros, `(weights, K)`."""
    shape = objective.shape
    if not machine.warm_start or not hasattr(machine, "coef_"):
        return np.zeros(shape)
    last = np.atleast_2d(machine.coef_).T.astype(float)
    if machine.fit_intercept:
        intercept = np.broadcast_to(machine.intercept_, last.shape[1:])
        last = np.vstack([last, intercept])
    fits = len(last) == objective.design.columns and last.size == np.prod(shape)
    return last.reshape(shape) if fits else np.zeros(shape)


def parted(W, fit_intercept):
    """Coefficients `(outputs, features)` and intercepts of weights `(columns, outputs)`."""
    if fit_intercept:
        return W[:-1].T, W[-1]
    return W.T, np.zeros(W.shape[1])


def single_threaded_products():
    """A context in which BLAS keeps to the thread that calls it."""
    return blas().limit(limits=1, user_api="blas")


@functools.cache
def blas():
    """The libraries at work, looked for once."""
    return ThreadpoolController()


def side_by_side(solve, objective, start):
    """What `solve(objective, start)` gives for all problems, some columns at a time.

    As many as an array of one number a row, or one a weight, has room for.
    """
    width = max(1, BLOCK // max(len(start), objective.design.rows))
    cuts = [slice(a, a + width) for a in range(0, start.shape[1], width)]
    return [solve(objective.select(cut), start[:, cut]) for cut in cuts]
