"""`SmoothSVCCV`: a path of costs, all folds and all classes solved as one."""

from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.model_selection import check_cv
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted, validate_data

from hinge_keras.svm import ascent, continuation
from hinge_keras.svm.estimator import BLOCK, Data, SmoothSVC, encoded
from hinge_keras.svm.objective import dots


class SmoothSVCCV(ClassifierMixin, BaseEstimator):
    """A `SmoothSVC` whose cost, and width, cross-validation chooses.

    The folds differ only in which losses have weight 0, so the problems of all
    folds and all classes are one block on the same data. The costs are walked
    from small to large, every solution the start of the next.

    Args:
        estimator: The `SmoothSVC` to tune; `SmoothSVC()` by default. Its `C` is
            ignored, and so is its `sigma` if `sigmas` are given.
        Cs: The costs to try: an array, or how many, spaced evenly in logarithm
            from 1e-4 to 1e4.
        sigmas: The widths to try; by default the estimator's alone.
        cv: How many stratified folds (5 by default), or a splitter.

    Attributes:
        Cs_, sigmas_: What was tried, ascending.
        scores_: Accuracy on the part left out, `(sigmas, Cs, folds)`.
        C_, sigma_: The best by the mean over folds; the smaller `C`, then the
            smaller `sigma`, of equals.
        best_estimator_: The `SmoothSVC` refitted with them to all data.

    Raises:
        ValueError: If a cost or a width is not above 0, and as `SmoothSVC`.

    >>> X, y = [[0.0], [1.0]] * 5, [0, 1] * 5
    >>> SmoothSVCCV(Cs=[0.1, 10.0]).fit(X, y).scores_.shape
    (1, 2, 5)
    """

    classes_: NDArray[Any]
    Cs_: NDArray[np.float64]
    sigmas_: NDArray[np.float64]
    scores_: NDArray[np.float64]
    C_: float
    sigma_: float
    best_estimator_: SmoothSVC
    n_iter_: int

    _parameter_constraints: ClassVar = {
        "estimator": [SmoothSVC, None],
        "Cs": [Interval(Integral, 1, None, closed="left"), "array-like"],
        "sigmas": ["array-like", None],
        "cv": ["cv_object"],
    }

    def __init__(
        self,
        estimator: SmoothSVC | None = None,
        *,
        Cs: ArrayLike = 10,
        sigmas: ArrayLike | None = None,
        cv: Any = None,
    ) -> None:
        self.estimator = estimator
        self.Cs = Cs
        self.sigmas = sigmas
        self.cv = cv

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def fit(
        self, X: Data, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Choose on folds, then fit to all of `X (rows, features)`, `y (rows,)`."""
        self._validate_params()
        model = SmoothSVC() if self.estimator is None else clone(self.estimator)
        X, y = validate_data(
            self, X, y, accept_sparse="csr", dtype=[np.float64, np.float32]
        )
        self.classes_, labels = encoded(y)
        if isinstance(self.Cs, int | np.integer):
            self.Cs_ = np.logspace(-4, 4, self.Cs)
        else:
            self.Cs_ = ascending("Cs", self.Cs)
        widths = [model.sigma] if self.sigmas is None else self.sigmas
        self.sigmas_ = ascending("sigmas", widths)
        folds = list(check_cv(self.cv, y, classifier=True).split(X, y))
        model.set_params(C=1.0, sigma=float(self.sigmas_[0]))._validate_params()
        model.classes_ = self.classes_
        weights = model.example_weights(X, y, sample_weight)
        self.scores_ = np.stack(
            [
                accuracies(
                    model.set_params(sigma=sigma), X, labels, weights, folds, self.Cs_
                )
                for sigma in self.sigmas_.tolist()
            ]
        )
        means = self.scores_.mean(axis=2)
        best_sigma, best_C = np.unravel_index(means.argmax(), means.shape)
        self.C_, self.sigma_ = float(self.Cs_[best_C]), float(self.sigmas_[best_sigma])
        self.best_estimator_ = clone(model).set_params(C=self.C_, sigma=self.sigma_)
        self.best_estimator_.fit(X, y, sample_weight)
        self.n_iter_ = self.best_estimator_.n_iter_
        return self

    @property
    def coef_(self) -> NDArray[np.floating]:
        return self.best_estimator_.coef_

    @property
    def intercept_(self) -> NDArray[np.floating]:
        return self.best_estimator_.intercept_

    def predict(self, X: Data) -> NDArray[Any]:
        """The class of the highest score, `(rows,)`."""
        check_is_fitted(self)
        return self.best_estimator_.predict(X)

    def decision_function(self, X: Data) -> NDArray[np.floating]:
        """As `SmoothSVC.decision_function`, of the best."""
        check_is_fitted(self)
        return self.best_estimator_.decision_function(X)

    def predict_proba(self, X: Data) -> NDArray[np.floating]:
        """As `SmoothSVC.predict_proba`, of the best."""
        check_is_fitted(self)
        return self.best_estimator_.predict_proba(X)


def ascending(name, values):
    """The values, sorted, if all are above 0."""
    values = np.unique(np.asarray(values, dtype=float))
    if not (values.size and (values > 0).all() and np.isfinite(values).all()):
        raise ValueError(f"{name} is {values}; accepted are numbers above 0.")
    return values


def accuracies(model, X, labels, weights, folds, Cs):
    """Accuracy on what each fold leaves out, `(Cs, folds)`."""
    outputs = len(model.classes_) if len(model.classes_) > 2 else 1
    at_once = max(1, BLOCK // (outputs * max(X.shape)))
    found = np.empty((len(Cs), len(folds)))
    for first in range(0, len(folds), at_once):
        part = folds[first : first + at_once]
        trained = np.zeros((len(labels), len(part)))
        for k, (train, _) in enumerate(part):
            trained[train, k] = weights[train]
        objective = model.objective(X, labels, trained)
        held_out = [(X[test], labels[test]) for _, test in part]
        for row, W in zip(found, walk(model, objective, Cs), strict=True):
            own = zip(objective.split(W, len(part)), held_out, strict=True)
            for k, (weights_of_fold, (X_test, y_test)) in enumerate(own, first):
                row[k] = np.mean(predicted(X_test, weights_of_fold) == y_test)
    return found


def predicted(X, W):
    """Class numbers from weights `(columns, 1 or classes)`."""
    scores = X @ W[: X.shape[1]]
    if len(W) > X.shape[1]:
        scores = scores + W[-1]
    return scores.argmax(axis=1) if scores.shape[1] > 1 else (scores[:, 0] > 0) * 1


def walk(model, objective, Cs):
    """The solution `(weights, K)` at every cost, each the start of the next."""
    options = {"forcing": model.forcing, "max_iter": model.max_iter}
    W, sizes = np.zeros(objective.shape), objective.initial_size()
    last = point = None
    for C in Cs:
        scaled, duals = objective.scaled(C), None
        if last is not None:
            stretch = stretched(scaled, point, C / last)
            if ascent.possible(objective):
                duals = [stretch * part for part in objective.scaled(last).duals(point)]
            W = stretch * point.W
        point, _ = continuation.minimise(
            scaled, W, model.tol, duals=duals, initial=C * sizes, **options
        )
        last = C
        yield point.W


def stretched(objective, point, most):
    """The factor of every solution from 1 to `most` that is the best start.

    Weights grow with a small cost and hardly with a large one.
    """
    factors = np.geomspace(1.0, most, 5)
    square = 0.5 * dots(point.W, objective.penalty * point.W)
    values = [
        factor**2 * square + objective.loss(factor * point.scores) for factor in factors
    ]
    return factors[np.argmin(values, axis=0)]
