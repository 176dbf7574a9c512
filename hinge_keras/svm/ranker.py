"""`SmoothRanker` and `SmoothOrdinal`: linear scores of things that have an order."""

from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils._param_validation import Interval
from sklearn.utils.extmath import safe_sparse_dot
from sklearn.utils.validation import (
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from hinge_keras.svm import continuation, kernels, newton
from hinge_keras.svm.comparisons import Ranking
from hinge_keras.svm.design import Design, available
from hinge_keras.svm.linear import (
    FLOATS,
    Data,
    Linear,
    encoded,
    single_threaded_products,
    weights_of,
)
from hinge_keras.svm.pairwise import Pairwise
from hinge_keras.svm.thresholds import AllThreshold


class LinearScorer(Linear):
    """A machine of one score a row, without an intercept."""

    coef_: NDArray[np.floating]
    trace_: newton.Trace

    def scores(self, X):
        """`X w`, `(rows,)`."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=FLOATS, reset=False)
        return safe_sparse_dot(X, self.coef_)

    def keep(self, trace):
        """What the run found."""
        self.trace_ = trace
        self.certify(trace.values[-1], trace.gaps, trace.iterations[0])


class SmoothRanker(LinearScorer):
    """A linear ranking SVM: scores that put the more relevant row first.

    `0.5 * ||w||**2 + C * sum_ij v_i v_j max(0, 1 - (s_i - s_j))**2` over all pairs of
    rows of one group with `y_i > y_j`, with scores `s = X w` and weights `v`. A sum of
    all pairs, as LIBLINEAR's of all rows, or with `normalise` their weighted mean:
    what `hinge_keras.PairwiseHinge` with a squared hinge says of one list. No pair is
    looked at singly: `n` rows cost `O(n log n)` an evaluation, however many distinct
    relevances there are.

    Args:
        C: Weight of the pairs against the square, above 0. Pairs are many: a sum
            wants a smaller one than of rows.
        normalise: Divide by the sum of `v_i v_j` over all pairs.
        tol: Stop when the duality gap is at most this share of the objective, above
            0; a warning says when it is not.
        max_iter: Newton steps at most, from 0 up.
        n_jobs: Threads over the rows of the data; `None` is 1, -1 all cores.

    Attributes:
        coef_: `w (features,)`. No intercept: it is in no pair.
        objective_: The minimum found.
        duality_gap_: A bound on how far above the true minimum that is.
        n_iter_: Newton steps.
        trace_: Objectives, gradient lengths and Hessian products of every step.

    Raises:
        ValueError: On relevances that are all alike in every group, NaN or infinity,
            or an argument out of range.

    >>> X, y = [[0.0], [1.0], [2.0]], [0, 0, 1]  # max(0, 1 - 2w)**2 + max(0, 1 - w)**2
    >>> SmoothRanker(C=0.5).fit(X, y).coef_  # w - 2 * (1 - 2w) - (1 - w) = 0
    array([0.5])

    Lee and Lin, Large-scale linear RankSVM, Neural Computation 26 (2014).
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **Linear._parameter_constraints,
        "normalise": ["boolean"],
    }

    def __init__(
        self,
        C: float = 1.0,
        *,
        normalise: bool = False,
        tol: float = 1e-6,
        max_iter: int = 1000,
        n_jobs: int | None = None,
    ) -> None:
        self.C = C
        self.normalise = normalise
        self.tol = tol
        self.max_iter = max_iter
        self.n_jobs = n_jobs

    def fit(
        self,
        X: Data,
        y: ArrayLike,
        groups: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Fit to `X (rows, features)`, dense or sparse, and relevances `y (rows,)`.

        Args:
            groups: Only rows of one group are compared, `(rows,)`; by default all.
            sample_weight: Not negative, `(rows,)`: a pair counts as often as the
                product of both.
        """
        self._validate_params()
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse="csr",
            dtype=FLOATS,
            y_numeric=True,
            ensure_min_samples=2,
        )
        ranking, weights = ranking_of(y, groups), weights_of(sample_weight, X)
        total = total_of(ranking, weights)
        cost = self.C / total if self.normalise else self.C
        with single_threaded_products():
            design = Design(X, threads=available(self.n_jobs))
            objective = Pairwise(
                design,
                ranking,
                weights[:, None],
                np.full((1, 1), float(cost)),
                np.ones((design.columns, 1)),
            )
            start = objective.at(np.zeros(objective.shape))
            point, trace = newton.minimise(
                objective, start, self.tol, max_iter=self.max_iter
            )
        self.keep(trace)
        self.coef_ = point.W[:, 0].astype(X.dtype)
        return self

    def decision_function(self, X: Data) -> NDArray[np.floating]:
        """Scores, `(rows,)`: the higher, the more relevant."""
        return self.scores(X)

    def predict(self, X: Data) -> NDArray[np.floating]:
        """The same scores."""
        return self.scores(X)

    def score(
        self,
        X: Data,
        y: ArrayLike,
        groups: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> float:
        """The concordance: the share of all pairs of `fit` in the right order.

        A tie of scores counts half; so does every pair of scores that say nothing.
        """
        scores = self.scores(X)
        _, y = validate_data(
            self, X, y, accept_sparse="csr", y_numeric=True, reset=False
        )
        ranking, weights = ranking_of(y, groups), weights_of(sample_weight, scores)
        total_of(ranking, weights)
        return float(ranking.concordance(scores, weights))


class SmoothOrdinal(ClassifierMixin, LinearScorer):
    """A linear classifier of ordered classes: one score, cut at thresholds.

    `0.5 * ||w||**2 + C * sum_i v_i sum_j phi(+-(w'x_i - t_j))` over `w` and all
    thresholds `t`, one between every two neighbouring classes; `+` where the class of
    row `i` is above threshold `j`. That is the sum of `hinge_keras.OrdinalHinge`, with
    weights `v`; a mistake costs the more, the more classes it is off.

    Args:
        loss: As that of `SmoothSVC`.
        sigma: As there.
        C: Weight of the losses against the square, above 0.
        tol: Stop when the duality gap is at most this share of the objective, above
            0; a warning says when it is not.
        max_iter: Newton steps at most, from 0 up.
        n_jobs: Threads over the rows of the data; `None` is 1, -1 all cores.

    Attributes:
        classes_: The labels, sorted: that is their order.
        coef_: `w (features,)`.
        thresholds_: `t (classes - 1,)`, ascending.
        objective_: The minimum found.
        duality_gap_: A bound on how far above the true minimum that is.
        n_iter_: Newton steps.
        trace_: Objectives, gradient lengths and Hessian products of every step.

    Raises:
        ValueError: On labels of one class, NaN or infinity, a loss without a
            curvature, or an argument out of range.

    >>> model = SmoothOrdinal(tol=1e-12).fit([[0.0], [2.0], [4.0]], [1, 2, 3])
    >>> model.thresholds_ * 9  # w and 3w; w**2 / 2 + 4 * (1 - w)**2 is least
    array([ 8., 24.])
    >>> model.predict([[0.5], [1.5], [3.5]])
    array([1, 2, 3])

    Rennie and Srebro, Loss functions for preference levels, IJCAI 2005 workshop.
    """

    classes_: NDArray[Any]
    thresholds_: NDArray[np.floating]

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **Linear._parameter_constraints,
        "loss": "no_validation",  # `kernels.of` says what is accepted.
        "sigma": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(
        self,
        loss: Any = "squared_hinge",
        sigma: float = 1.0,
        C: float = 1.0,
        *,
        tol: float = 1e-6,
        max_iter: int = 1000,
        n_jobs: int | None = None,
    ) -> None:
        self.loss = loss
        self.sigma = sigma
        self.C = C
        self.tol = tol
        self.max_iter = max_iter
        self.n_jobs = n_jobs

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True  # Where classes have no order.
        return tags

    def _validate_params(self):
        super()._validate_params()
        kernels.of(self.loss, self.sigma)

    def fit(
        self, X: Data, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Fit to `X (rows, features)`, dense or sparse, and labels `y (rows,)`."""
        self._validate_params()
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=FLOATS)
        self.classes_, labels = encoded(y)
        thresholds = np.arange(len(self.classes_) - 1)
        with single_threaded_products():
            objective = AllThreshold(
                Design(X, threads=available(self.n_jobs)),
                kernels.of(self.loss, self.sigma),
                np.where(labels[:, None] > thresholds, 1.0, -1.0),
                self.C * weights_of(sample_weight, X)[:, None],
            )
            point, trace = continuation.minimise(
                objective, np.zeros(objective.shape), self.tol, max_iter=self.max_iter
            )
        self.keep(trace)
        w, b = objective.parted(point.W)
        self.coef_ = w[:, 0].astype(X.dtype)
        # Ascending at the minimum: sorted, they never cost more.
        self.thresholds_ = np.sort(-b[:, 0]).astype(X.dtype)
        return self

    def decision_function(self, X: Data) -> NDArray[np.floating]:
        """How far above its threshold the second of two classes is, `(rows,)`.

        Of more, `(rows, classes)`: what all thresholds up to a class sum to. It is
        highest at the class that as many thresholds as possible speak for.
        """
        above = self.above(X)
        if above.shape[1] == 1:
            return above[:, 0]
        return np.cumsum(np.insert(above, 0, 0.0, axis=1), axis=1)

    def predict(self, X: Data) -> NDArray[Any]:
        """The class of as high a place as the thresholds that are passed, `(rows,)`."""
        passed = np.sum(self.above(X) > 0, axis=1)
        return self.classes_[passed]

    def above(self, X):
        """How far every row is above each threshold, `(rows, classes - 1)`."""
        return self.scores(X)[:, None] - self.thresholds_


def ranking_of(y, groups):
    """What is to be ranked, of all rows without groups."""
    check_consistent_length(y, groups)
    if groups is None:
        return Ranking(y, np.zeros(len(y), int))
    return Ranking(y, np.unique(column_or_1d(groups), return_inverse=True)[1])


def total_of(ranking, weights):
    """The weight of all pairs, if there is one."""
    total = ranking.total(weights)
    if not total > 0:
        raise ValueError(
            "y is one number in every group; accepted are two different relevances, of "
            "weights above 0, in at least one group."
        )
    return total
