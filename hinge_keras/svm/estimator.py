"""`SmoothSVC`, the smooth linear support vector machine as scikit-learn has it."""

import warnings
from numbers import Integral, Real
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model._base import LinearClassifierMixin
from sklearn.utils import compute_class_weight
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    _check_sample_weight,
    check_is_fitted,
    validate_data,
)

from hinge_keras.svm import continuation, crammer_singer, kernels, newton
from hinge_keras.svm.crammer_singer import CrammerSinger
from hinge_keras.svm.design import Design, available
from hinge_keras.svm.objective import Objective

BLOCK = 2**22  # Numbers in one array of a block of problems: 32 MiB each.

Data: TypeAlias = ArrayLike | sparse.sparray | sparse.spmatrix


class SmoothSVC(LinearClassifierMixin, BaseEstimator):
    """A linear classifier that minimises a smooth margin loss.

    `0.5 * ||w||**2 + C * sum_i s_i * phi(y_i * (w'x_i + b))` over `w (features,)`
    and `b`, with labels `y_i` -1 or +1 and weights `s_i`: LIBLINEAR's scaling,
    no division by the number of examples. Solved by trust-region Newton with
    preconditioned conjugate gradients. More than two classes: one such problem
    a class against the rest, all solved together, or one problem of all classes,
    `0.5 * ||W||**2 + C * sum_i s_i * phi(m_i)`, where the margin `m_i` is the lead
    of the true class over the smooth maximum of its rivals, `sigma * log(sum_{j !=
    y} exp(s_j / sigma))`.

    Args:
        loss: A convex loss with a curvature: `"psi_g"`, `"psi_m"`,
            `"squared_hinge"`, `"quadratically_smoothed_hinge"`, `"logistic"`,
            `"softplus_hinge"`, or an instance of such a loss.
        sigma: Width of the smoothing in units of the score, above 0: of a loss
            named by a string that has one, and of the smooth maximum. A small
            width is reached through wider ones, each started at the last solution.
        C: Weight of the losses against the square, above 0.
        multi_class: `"ovr"`, one class against the rest, or `"crammer_singer"`.
            Two classes are one problem; that of Crammer and Singer counts `w`
            half, once for each class.
        fit_intercept: Whether there is a `b`.
        penalise_intercept: Add `0.5 * b**2`, as LIBLINEAR's `-B 1` does.
        class_weight: `None`, `"balanced"` or a dictionary from class to weight.
        tol: Stop when the gradient is this share of the gradient at zero weights.
        max_iter: Newton steps at most; 0 stays where dual ascent ends.
        forcing: How exactly each Newton step is solved: `"constant"` is cheapest
            at low accuracy; `"shrinking"` converges quadratically.
        warm_start: Start at the last fit's weights.
        n_jobs: Threads over the rows of the data; `None` is 1, -1 all cores.

    Attributes:
        coef_, intercept_: `(1 or classes, features)` and `(1 or classes,)`.
        classes_: The labels, sorted.
        objective_: The minimum found, one a problem.
        duality_gap_: A bound on how far above the true minimum that is.
        n_iter_: Newton steps of the problem that took most.
        trace_: Objectives, gradient lengths and Hessian products of every step.

    Raises:
        ValueError: On labels of one class, NaN or infinity, a loss without a
            curvature, or an argument out of range.

    >>> SmoothSVC(C=10.0).fit([[0.0], [1.0]], [0, 1]).predict([[0.2], [0.7]])
    array([0, 1])

    Luo, Qiao and Zhang, Learning with smooth hinge losses, arXiv 2103.00233,
    Neurocomputing 463 (2021).
    """

    classes_: NDArray[Any]
    coef_: NDArray[np.floating]
    intercept_: NDArray[np.floating]
    objective_: NDArray[np.float64]
    duality_gap_: NDArray[np.float64]
    n_iter_: int
    trace_: newton.Trace

    _parameter_constraints: ClassVar = {
        "loss": "no_validation",  # `kernels.of` says what is accepted.
        "sigma": [Interval(Real, 0, None, closed="neither")],
        "C": [Interval(Real, 0, None, closed="neither")],
        "multi_class": [StrOptions({"ovr", "crammer_singer"})],
        "fit_intercept": ["boolean"],
        "penalise_intercept": ["boolean"],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "tol": [Interval(Real, 0, None, closed="neither")],
        "max_iter": [Interval(Integral, 0, None, closed="left")],
        "forcing": [StrOptions(set(newton.FORCING))],
        "warm_start": ["boolean"],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        loss: Any = "psi_g",
        sigma: float = 1.0,
        C: float = 1.0,
        *,
        multi_class: str = "ovr",
        fit_intercept: bool = True,
        penalise_intercept: bool = False,
        class_weight: dict | str | None = None,
        tol: float = 1e-4,
        max_iter: int = 1000,
        forcing: str = "constant",
        warm_start: bool = False,
        n_jobs: int | None = None,
    ) -> None:
        self.loss = loss
        self.sigma = sigma
        self.C = C
        self.multi_class = multi_class
        self.fit_intercept = fit_intercept
        self.penalise_intercept = penalise_intercept
        self.class_weight = class_weight
        self.tol = tol
        self.max_iter = max_iter
        self.forcing = forcing
        self.warm_start = warm_start
        self.n_jobs = n_jobs

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _validate_params(self):
        super()._validate_params()
        kernels.of(self.loss, self.sigma)

    def fit(
        self, X: Data, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Fit to `X (rows, features)`, dense or sparse, and labels `y (rows,)`."""
        self._validate_params()
        data, y = validate_data(
            self, X, y, accept_sparse="csr", dtype=[np.float64, np.float32]
        )
        self.classes_, labels = encoded(y)
        weights = self.example_weights(data, y, sample_weight)
        objective = self.objective(data, labels, weights[:, None])
        solution, self.trace_ = self.minimised(objective, self.start(objective))
        self.duality_gap_ = objective.duality_gap(solution, self.trace_.gradients[-1])
        self.objective_ = self.trace_.values[-1]
        self.n_iter_ = int(self.trace_.iterations.max())
        if not self.trace_.converged.all():
            warnings.warn(
                f"The gradient is still {self.trace_.relative().max():.1e} of the "
                f"gradient at zero weights, above tol={self.tol:g}, after "
                f"{self.n_iter_} steps; scale the features, or raise max_iter.",
                ConvergenceWarning,
                stacklevel=2,
            )
        self.keep(solution.reshape(objective.design.columns, -1), data.dtype)
        return self

    def decision_function(self, X: Data) -> NDArray[np.floating]:
        """Scores: of the second of two classes `(rows,)`, else `(rows, classes)`."""
        return super().decision_function(X)

    def predict(self, X: Data) -> NDArray[Any]:
        """The class of the highest score, `(rows,)`."""
        return super().predict(X)

    def predict_proba(self, X: Data) -> NDArray[np.floating]:
        """Probabilities `(rows, classes)` from the posterior of the loss.

        A score `f` minimises the expected loss where the label +1 has the
        probability `phi'(-f) / (phi'(f) + phi'(-f))`; scores one against the
        rest are normalised to sum to 1, those of all classes in one problem have
        a posterior of their own.
        """
        check_is_fitted(self)
        scores = self.decision_function(X)
        phi = kernels.of(self.loss, self.sigma)
        if scores.ndim == 2 and self.multi_class == "crammer_singer":
            return crammer_singer.posterior(phi, scores, self.sigma)
        against, towards = phi(scores)[1], phi(-scores)[1]
        positive = towards / (against + towards)
        if positive.ndim == 1:
            return np.column_stack([1 - positive, positive])
        total = positive.sum(axis=1, keepdims=True)
        even = np.full_like(positive, 1 / positive.shape[1])
        return np.divide(positive, total, out=even, where=total > 0)

    def example_weights(self, X, y, sample_weight):
        """`C * s_i`: the cost, times sample weight and class weight, `(rows,)`."""
        weights = np.ones(X.shape[0])
        if sample_weight is not None:
            weights = _check_sample_weight(
                sample_weight, X, dtype=np.float64, ensure_non_negative=True
            )
        if self.class_weight is not None:
            by_class = compute_class_weight(
                self.class_weight, classes=self.classes_, y=y, sample_weight=weights
            )
            weights = weights * by_class[np.searchsorted(self.classes_, y)]
        return self.C * weights

    def objective(self, X, labels, weights):
        """The block of problems of every weighting `(rows, K)` of the examples."""
        design = Design(X, float(self.fit_intercept), available(self.n_jobs))
        phi = kernels.of(self.loss, self.sigma)
        penalty = np.ones((design.columns, 1))
        if self.fit_intercept and not self.penalise_intercept:
            penalty[-1] = 0
        classes, joint = len(self.classes_), self.multi_class == "crammer_singer"
        if joint and classes > 2:
            is_true = labels[:, None] == np.arange(classes)
            penalty = np.repeat(penalty, classes, axis=0)
            return CrammerSinger(design, phi, is_true, weights, penalty, self.sigma)
        # Weights of opposite sign for two classes share the square between them.
        weights = 2 * weights if joint else weights
        own = signs(labels, classes)
        costs = np.repeat(weights, own.shape[1], axis=1)
        every = np.tile(own, weights.shape[1])
        return Objective(design, phi, every, costs, penalty)

    def start(self, objective):
        """The last solution if it is wanted and fits, else zeros, `(weights, K)`."""
        shape = objective.shape
        if not self.warm_start or not hasattr(self, "coef_"):
            return np.zeros(shape)
        last = self.coef_.T
        if self.fit_intercept:
            last = np.vstack([last, np.broadcast_to(self.intercept_, last.shape[1:])])
        fits = len(last) == objective.design.columns and last.size == np.prod(shape)
        return last.astype(float).reshape(shape) if fits else np.zeros(shape)

    def minimised(self, objective, start):
        """The solution `(weights, K)` and its trace, a few columns at a time."""
        width = max(1, BLOCK // max(len(start), objective.design.rows))
        solutions, traces = [], []
        for first in range(0, start.shape[1], width):
            columns = slice(first, first + width)
            point, trace = continuation.minimise(
                objective.select(columns),
                start[:, columns],
                tolerance=self.tol,
                forcing=self.forcing,
                max_iter=self.max_iter,
            )
            solutions.append(point.W)
            traces.append(trace)
        return np.hstack(solutions), newton.Trace.joined(traces)

    def keep(self, solution, dtype):
        coef, intercept = solution.T, np.zeros(solution.shape[1])
        if self.fit_intercept:
            coef, intercept = coef[:, :-1], coef[:, -1]
        self.coef_ = np.ascontiguousarray(coef, dtype=dtype)
        self.intercept_ = intercept.astype(dtype)


def encoded(y):
    """The classes, sorted, and the number of each example's class."""
    check_classification_targets(y)
    classes, labels = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(
            "This solver needs samples of at least 2 classes in the data, but the "
            f"data contains only one class: {classes[0]!r}"
        )
    return classes, labels


def signs(labels, classes):
    """-1 or +1, `(rows, 1)` for two classes, else `(rows, classes)`."""
    if classes == 2:
        return np.where(labels == 1, 1.0, -1.0)[:, None]
    return np.where(labels[:, None] == np.arange(classes), 1.0, -1.0)
