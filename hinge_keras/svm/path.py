"""`SmoothSVCCV`: a path of costs, all folds and all classes solved as one."""

from numbers import Integral
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.metrics import check_scoring, get_scorer_names
from sklearn.model_selection import check_cv
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from hinge_keras.calibration import Platt, Temperature
from hinge_keras.svm import ascent, continuation
from hinge_keras.svm.estimator import SmoothSVC
from hinge_keras.svm.left_out import calibrated
from hinge_keras.svm.linear import BLOCK, FLOATS, Data, costs_of, encoded
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
        scoring: What chooses: accuracy by default, or as scikit-learn has it.

    Attributes:
        Cs_, sigmas_: What was tried, ascending.
        scores_: On the part left out, `(sigmas, Cs, folds)`.
        C_, sigma_: The best by the mean over folds; the smaller `C`, then the
            smaller `sigma`, of equals.
        edge_: Which of them lie at an end of what was tried, such as `"C: high"`;
            a better one may lie beyond.
        best_estimator_: The `SmoothSVC` refitted with them to all data.
        calibration_: The map from its scores to probabilities, `Platt` for two
            classes, else `Temperature`, fitted to the scores left out.

    Raises:
        ValueError: If a cost or a width is not above 0, if a fold trains on one class
            alone, and as `SmoothSVC`.

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
    edge_: str
    best_estimator_: SmoothSVC
    calibration_: Platt | Temperature
    n_iter_: int

    _parameter_constraints: ClassVar = {
        "estimator": [SmoothSVC, None],
        "Cs": [Interval(Integral, 1, None, closed="left"), "array-like"],
        "sigmas": ["array-like", None],
        "cv": ["cv_object"],
        "scoring": [StrOptions(set(get_scorer_names())), callable, None],
    }

    def __init__(
        self,
        estimator: SmoothSVC | None = None,
        *,
        Cs: ArrayLike = 10,
        sigmas: ArrayLike | None = None,
        cv: Any = None,
        scoring: Any = None,
    ) -> None:
        self.estimator = estimator
        self.Cs = Cs
        self.sigmas = sigmas
        self.cv = cv
        self.scoring = scoring

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def fit(
        self,
        X: Data,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
    ) -> Self:
        """Choose on folds, then fit to all of `X (rows, features)`, `y (rows,)`.

        Args:
            sample_weight: Not negative, `(rows,)`; fits and scores are weighted.
            groups: For a splitter that keeps groups together, `(rows,)`.
        """
        self._validate_params()
        model = SmoothSVC() if self.estimator is None else clone(self.estimator)
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=FLOATS)
        self.classes_, labels = encoded(y)
        if isinstance(self.Cs, int | np.integer):
            self.Cs_ = np.logspace(-4, 4, self.Cs)
        else:
            self.Cs_ = ascending("Cs", self.Cs)
        widths = [model.sigma] if self.sigmas is None else self.sigmas
        self.sigmas_ = ascending("sigmas", widths)
        model.set_params(C=1.0, sigma=float(self.sigmas_[0]))._validate_params()
        model.classes_ = self.classes_
        splits = check_cv(self.cv, y, classifier=True).split(X, y, groups)
        folds = [fold_of(k, labels, *split) for k, split in enumerate(splits)]
        self.calibration_ = self.searched(model, X, labels, sample_weight, folds)
        self.best_estimator_ = clone(model).set_params(C=self.C_, sigma=self.sigma_)
        self.best_estimator_.fit(X, y, sample_weight)
        self.n_iter_ = self.best_estimator_.n_iter_
        return self

    def searched(self, model, X, labels, sample_weight, folds):
        """Choose; the map to probabilities, from what the best leaves out."""
        y = self.classes_[labels]
        weights = costs_of(model, X, labels, sample_weight)
        held_out = [(X[fold.test], y[fold.test]) for fold in folds]
        shape = len(self.sigmas_), len(self.Cs_), len(folds)
        self.scores_ = np.empty(shape)
        left_out = np.full((*shape[:2], len(y), outputs(model)), np.nan, np.float32)
        for i, sigma in enumerate(self.sigmas_.tolist()):
            model.set_params(sigma=sigma)
            for j, k, W in walked(model, X, labels, weights, folds, self.Cs_):
                machine = model.of_weights(W, X.dtype, folds[k].present)
                own = weighted_by(sample_weight, folds[k].test)
                found = machine.decision_function(held_out[k][0])
                self.scores_[i, j, k] = self.scored(machine, found, *held_out[k], own)
                if len(folds[k].present) == len(self.classes_):
                    left_out[i, j, folds[k].test] = found.reshape(len(found), -1)
        return calibrated(left_out[self.choose()], labels, sample_weight)

    def scored(self, machine, scores, X, y, own):
        """By what chooses; accuracy, of the scores that are known already."""
        if self.scoring is not None:
            return check_scoring(machine, self.scoring)(machine, X, y, **own)
        numbers = scores.argmax(axis=1) if scores.ndim > 1 else (scores > 0) * 1
        right = machine.classes_[numbers] == y
        return np.average(right, weights=own.get("sample_weight"))

    def choose(self):
        """The best by the mean over folds and what of it lies at an edge; its place."""
        means = self.scores_.mean(axis=2)
        best = np.unravel_index(means.argmax(), means.shape)
        self.sigma_ = float(self.sigmas_[best[0]])
        self.C_ = float(self.Cs_[best[1]])
        at = {
            "sigma": side(best[0], len(self.sigmas_)),
            "C": side(best[1], len(self.Cs_)),
        }
        self.edge_ = ", ".join(f"{name}: {end}" for name, end in at.items() if end)
        return best

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
        """Probabilities `(rows, classes)`, calibrated on the folds left out.

        Of several classes the likeliest is the one predicted; of two, where rows are
        rare or weighted, a score of 0 need not be even odds.
        """
        scores = self.decision_function(X)
        found = self.calibration_(scores)
        return np.column_stack([1 - found, found]) if found.ndim == 1 else found

    def predict_log_proba(self, X: Data) -> NDArray[np.floating]:
        """The logarithm of `predict_proba`."""
        return np.log(self.predict_proba(X))


class Fold(NamedTuple):
    """Row numbers to train on and to test on, and the classes that train."""

    train: np.ndarray
    test: np.ndarray
    present: np.ndarray


def fold_of(k, labels, train, test):
    present = np.unique(labels[train])
    if len(present) < 2:
        raise ValueError(
            f"cv trains on one class alone in fold {k}; accepted are folds that train "
            "on two or more, as stratified ones do."
        )
    return Fold(train, test, present)


def side(index, count):
    """`"low"`, `"high"` or `""`: which end of several values a place is."""
    if count == 1:
        return ""
    return {0: "low", count - 1: "high"}.get(index, "")


def ascending(name, values):
    """The values, sorted, if all are above 0."""
    values = np.unique(np.asarray(values, dtype=float))
    if not (values.size and (values > 0).all() and np.isfinite(values).all()):
        raise ValueError(f"{name} is {values}; accepted are numbers above 0.")
    return values


def outputs(model):
    """Scores of a row: one for two classes."""
    return len(model.classes_) if len(model.classes_) > 2 else 1


def weighted_by(sample_weight, rows):
    """What a scorer is told of the weights of those rows."""
    if sample_weight is None:
        return {}
    return {"sample_weight": np.asarray(sample_weight)[rows]}


def walked(model, X, labels, weights, folds, Cs):
    """`(cost, fold, weights (columns, outputs))` of every fold at every cost."""
    at_once = max(1, BLOCK // (outputs(model) * max(X.shape)))
    for first in range(0, len(folds), at_once):
        part = folds[first : first + at_once]
        trained = np.zeros((len(labels), len(part)))
        for k, fold in enumerate(part):
            trained[fold.train, k] = weights[fold.train]
        objective = model.objective(X, labels, trained)
        for j, W in enumerate(walk(model, objective, Cs)):
            for k, solution in enumerate(objective.split(W, len(part)), first):
                yield j, k, solution


def walk(model, objective, Cs):
    """The solution `(weights, K)` at every cost, each the start of the next."""
    options = {"forcing": model.forcing, "max_iter": model.max_iter}
    W = np.zeros(objective.shape)
    last = point = None
    for C in Cs:
        scaled, duals = objective.scaled(C), None
        if last is not None:
            stretch = stretched(scaled, point, C / last)
            if ascent.possible(objective):
                duals = [stretch * part for part in objective.scaled(last).duals(point)]
            W = stretch * point.W
        point, _ = continuation.minimise(scaled, W, model.tol, duals=duals, **options)
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
