"""`SmoothSVC`, the smooth linear support vector machine as scikit-learn has it."""

import copy
import functools
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.linear_model._base import LinearClassifierMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from hinge_keras.svm import (
    continuation,
    crammer_singer,
    kernels,
    newton,
    stored_ascent,
)
from hinge_keras.svm.crammer_singer import CrammerSinger
from hinge_keras.svm.design import Design, available
from hinge_keras.svm.linear import (
    FLOATS,
    Data,
    Linear,
    costs_of,
    encoded,
    last_weights,
    parted,
    refuse_one_class,
    side_by_side,
    single_threaded_products,
)
from hinge_keras.svm.objective import Objective
from hinge_keras.svm.stored import StoredRows
from hinge_keras.svm.stored_design import StoredDesign, StoredObjective

UNSURE = 1e-6  # Of a probability, what rises with the score for ever.


class SmoothSVC(LinearClassifierMixin, Linear):
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
        C: Weight of the losses against the square, above 0. At equal `C` losses
            differ in how much they ask of the weights: near zero weights the slope of
            psi_G is 0.84, of the squared hinge, that of `LinearSVC`, 2, of the
            logistic loss 0.5. Let `SmoothSVCCV` choose.
        multi_class: `"ovr"`, one class against the rest, or `"crammer_singer"`.
            Two classes are one problem; that of Crammer and Singer counts `w`
            half, once for each class.
        fit_intercept: Whether there is a `b`.
        penalise_intercept: Add `0.5 * b**2`, as LIBLINEAR's `-B 1` does.
        class_weight: `None`, `"balanced"` or a dictionary from class to weight.
        tol: Stop when the duality gap is at most this share of the objective; a
            warning says when it is not.
        max_iter: Newton steps at most; 0 stays where dual ascent ends.
        forcing: How exactly each Newton step is solved: `"shrinking"` converges
            quadratically, as the paper has it, `"constant"` linearly.
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
    trace_: newton.Trace

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **Linear._parameter_constraints,
        "loss": "no_validation",  # `kernels.of` says what is accepted.
        "sigma": [Interval(Real, 0, None, closed="neither")],
        "multi_class": [StrOptions({"ovr", "crammer_singer"})],
        "fit_intercept": ["boolean"],
        "penalise_intercept": ["boolean"],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "forcing": [StrOptions(set(newton.FORCING))],
        "warm_start": ["boolean"],
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
        tol: float = 1e-6,
        max_iter: int = 1000,
        forcing: str = "shrinking",
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

    def _validate_params(self):
        super()._validate_params()
        kernels.of(self.loss, self.sigma)

    def fit(
        self,
        X: Data | StoredRows,
        y: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Fit to `X (rows, features)`, dense or sparse, and labels `y (rows,)`.

        Or to rows that `store` wrote, which have their own labels and weights: then
        only a block of them is in memory at a time.
        """
        self._validate_params()
        if isinstance(X, StoredRows):
            labels, sample_weight = self.opened(X, y, sample_weight)
            dtype = np.dtype(float)
        else:
            X, y = validate_data(self, X, y, accept_sparse="csr", dtype=FLOATS)
            self.classes_, labels = encoded(y)
            dtype = X.dtype
        weights = costs_of(self, X, labels, sample_weight)
        objective = self.objective(X, labels, weights[:, None])
        with single_threaded_products():
            solution, self.trace_ = self.minimised(
                objective, last_weights(self, objective)
            )
        trace = self.trace_
        self.certify(trace.values[-1], trace.gaps, trace.iterations.max())
        self.keep(solution.reshape(objective.design.columns, -1), dtype)
        return self

    def opened(self, stored, y, sample_weight):
        """Labels and weights of stored rows, which bring them along."""
        for name, given in (("y", y), ("sample_weight", sample_weight)):
            if given is not None:
                raise ValueError(
                    f"{name} is given; accepted with stored rows is None: they have "
                    "their own."
                )
        if self.multi_class == "crammer_singer" and len(stored.classes) > 2:
            raise ValueError(
                "multi_class is 'crammer_singer'; accepted with stored rows is 'ovr'."
            )
        self.n_features_in_ = stored.shape[1]
        self.classes_ = stored.classes
        refuse_one_class(self.classes_)
        return stored.numbers.astype(int), stored.weights

    def decision_function(self, X: Data) -> NDArray[np.floating]:
        """Scores: of the second of two classes `(rows,)`, else `(rows, classes)`."""
        return super().decision_function(X)

    def predict(self, X: Data) -> NDArray[Any]:
        """The class of the highest score, `(rows,)`."""
        return super().predict(X)

    def predict_proba(self, X: Data) -> NDArray[np.floating]:
        """Probabilities `(rows, classes)` from the posterior of the loss.

        A score `f` minimises the expected loss where the label +1 has the
        probability `phi'(-f) / (phi'(f) + phi'(-f))`, of which a millionth is given
        away, so that it rises with the score for ever and never says 0 or 1; scores one
        against the rest are normalised to sum to 1, those of all classes in one
        problem have a posterior of their own. Only the logistic loss' is calibrated
        as it stands: a narrow loss, and the squared hinge, say nearly 0 or 1 of most
        rows. `SmoothSVCCV` calibrates on the folds it leaves out.
        """
        check_is_fitted(self)
        scores = self.decision_function(X)
        phi = kernels.of(self.loss, self.sigma)
        if scores.ndim == 2 and self.multi_class == "crammer_singer":
            return crammer_singer.posterior(phi, scores, self.sigma)
        against, towards = phi(scores)[1], phi(-scores)[1]
        positive = towards / (against + towards)
        positive += UNSURE * (0.5 + 0.5 * scores / (1 + np.abs(scores)) - positive)
        if positive.ndim == 1:
            return np.column_stack([1 - positive, positive])
        total = positive.sum(axis=1, keepdims=True)
        even = np.full_like(positive, 1 / positive.shape[1])
        return np.divide(positive, total, out=even, where=total > 0)

    def predict_log_proba(self, X: Data) -> NDArray[np.floating]:
        """The logarithm of `predict_proba`."""
        return np.log(self.predict_proba(X))

    def objective(self, X, labels, weights):
        """The block of problems of every weighting `(rows, K)` of the examples."""
        intercept = float(self.fit_intercept)
        if isinstance(X, StoredRows):
            design, kind = StoredDesign(X, intercept), StoredObjective
        else:
            design, kind = Design(X, intercept, available(self.n_jobs)), Objective
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
        return kind(design, phi, every, costs, penalty)

    def minimised(self, objective, start):
        """The solution `(weights, K)` and its trace."""
        stored = isinstance(objective, StoredObjective)
        solver = stored_ascent if stored else continuation
        solve = functools.partial(
            solver.minimise,
            tolerance=self.tol,
            forcing=self.forcing,
            max_iter=self.max_iter,
        )
        points, traces = zip(*side_by_side(solve, objective, start), strict=True)
        W = np.hstack([point.W for point in points])
        return W, newton.Trace.joined(traces)

    def of_weights(self, W, dtype, present):
        """A fitted machine of weights `(columns, outputs)`, for those classes alone."""
        machine = copy.copy(self)
        machine.classes_ = self.classes_[present]
        machine.n_features_in_ = len(W) - self.fit_intercept
        if len(present) < len(self.classes_):
            W = W[:, present]
            if len(present) == 2:
                joint = self.multi_class == "crammer_singer"
                W = W[:, 1:] - W[:, :1] if joint else W[:, 1:]
        machine.keep(W, dtype)
        return machine

    def keep(self, solution, dtype):
        coef, intercept = parted(solution, self.fit_intercept)
        joint = self.multi_class == "crammer_singer" and len(coef) > 1
        if joint and not self.penalise_intercept:
            # Only their differences count in the scores of one problem.
            intercept = intercept - intercept.mean()
        self.coef_ = np.ascontiguousarray(coef, dtype=dtype)
        self.intercept_ = intercept.astype(dtype)


def signs(labels, classes):
    """-1 or +1, `(rows, 1)` for two classes, else `(rows, classes)`."""
    if classes == 2:
        return np.where(labels == 1, 1.0, -1.0)[:, None]
    return np.where(labels[:, None] == np.arange(classes), 1.0, -1.0)
