"""`SmoothSVR`, smooth linear support vector regression as scikit-learn has it."""

from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import RegressorMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.extmath import safe_sparse_dot
from sklearn.utils.validation import check_is_fitted, validate_data

from hinge_keras.svm import newton, residual_continuation
from hinge_keras.svm.design import Design, available
from hinge_keras.svm.linear import (
    FLOATS,
    Data,
    Linear,
    last_weights,
    parted,
    side_by_side,
    single_threaded_products,
    weights_of,
)
from hinge_keras.svm.residual_continuation import Solution
from hinge_keras.svm.residuals import Residuals, tube_of


class SmoothSVR(RegressorMixin, Linear):
    """A linear regressor that minimises a tube loss, smooth or not.

    `0.5 * ||w||**2 + C * sum_i s_i * phi(y_i - w'x_i - b)` over `w (features,)` and
    `b`, with `phi(r) = h(r - epsilon) + h(-r - epsilon)` for a smooth hinge `h` and
    weights `s_i`: LIBLINEAR's scaling, no division by the number of examples. Several
    outputs are as many such problems, solved together. By trust-region Newton, on
    sparse data of many features after dual coordinate ascent.

    Args:
        loss: `"epsilon_insensitive"`, the hinge smoothed quadratically, with
            `epsilon=0` Huber's loss over `sigma`; `"squared_epsilon_insensitive"`;
            the name of another convex `h` with a curvature, such as `"psi_g"` or
            `"psi_m"`; or an instance of `EpsilonInsensitive` or
            `SquaredEpsilonInsensitive`, which has its own `epsilon` and width.
        epsilon: Half the width of the tube in units of the target, from 0 up. It is 0,
            as that of `LinearSVR`, because any other supposes a scale of the targets.
        sigma: Width of the smoothing in units of the target, above 0, or 0 for
            `"epsilon_insensitive"` itself, LIBLINEAR's -s 13; of a loss named by a
            string that has one.
        C: Weight of the losses against the square, above 0.
        fit_intercept: Whether there is a `b`.
        penalise_intercept: Add `0.5 * b**2`, as LIBLINEAR's `-B 1` does.
        tol: Stop when the duality gap is at most this share of the objective; a
            warning says when it is not.
        max_iter: Newton steps at most; 0 stays where dual ascent ends.
        forcing: How exactly each Newton step is solved: `"shrinking"` converges
            quadratically, `"constant"` linearly.
        warm_start: Start at the last fit's weights.
        n_jobs: Threads over the rows of the data; `None` is 1, -1 all cores.

    Attributes:
        coef_, intercept_: `(features,)` and a number, or `(outputs, features)` and
            `(outputs,)` if `y` has columns.
        objective_: The minimum found, one an output.
        duality_gap_: A bound on how far above the true minimum that is.
        n_iter_: Newton steps and passes of dual ascent of the output that took most.

    Raises:
        ValueError: On NaN or infinity, a loss that is none of those above, or an
            argument out of range.

    >>> SmoothSVR("squared_epsilon_insensitive", C=0.5).fit([[0.0], [2.0]], [0, 3]).coef_
    array([1.])

    Ho and Lin, Large-scale linear support vector regression, JMLR 13 (2012); Luo, Qiao
    and Zhang, Learning with smooth hinge losses, arXiv 2103.00233, Neurocomputing 463
    (2021), for the smooth hinges.
    """

    coef_: NDArray[np.floating]
    intercept_: NDArray[np.floating] | np.floating

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **Linear._parameter_constraints,
        "loss": "no_validation",  # `tube_of` says what is accepted.
        "epsilon": [Interval(Real, 0, None, closed="left")],
        "sigma": [Interval(Real, 0, None, closed="left")],
        "fit_intercept": ["boolean"],
        "penalise_intercept": ["boolean"],
        "forcing": [StrOptions(set(newton.FORCING))],
        "warm_start": ["boolean"],
    }

    def __init__(
        self,
        loss: Any = "epsilon_insensitive",
        epsilon: float = 0.0,
        sigma: float = 1.0,
        C: float = 1.0,
        *,
        fit_intercept: bool = True,
        penalise_intercept: bool = False,
        tol: float = 1e-6,
        max_iter: int = 1000,
        forcing: str = "shrinking",
        warm_start: bool = False,
        n_jobs: int | None = None,
    ) -> None:
        self.loss = loss
        self.epsilon = epsilon
        self.sigma = sigma
        self.C = C
        self.fit_intercept = fit_intercept
        self.penalise_intercept = penalise_intercept
        self.tol = tol
        self.max_iter = max_iter
        self.forcing = forcing
        self.warm_start = warm_start
        self.n_jobs = n_jobs

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _validate_params(self):
        super()._validate_params()
        tube_of(self.loss, self.epsilon, self.sigma)

    def fit(
        self, X: Data, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Fit to `X (rows, features)`, dense or sparse, and targets `y`.

        Those are `(rows,)` or `(rows, outputs)`.
        """
        self._validate_params()
        data, given = validate_data(
            self,
            X,
            y,
            accept_sparse="csr",
            dtype=FLOATS,
            multi_output=True,
            y_numeric=True,
        )
        targets = given.reshape(len(given), -1).astype(np.float64)
        weights = self.C * weights_of(sample_weight, data)
        objective, shift = self.objective(data, targets, weights[:, None])
        start = last_weights(self, objective)
        if start.any():
            start[-1] -= shift
        with single_threaded_products():
            found = self.minimised(objective, start)
        steps = found.iterations + found.passes
        self.certify(found.point.value, found.gap, steps.max())
        self.keep(found.point.W, shift, data.dtype, given.ndim)
        return self

    def predict(self, X: Data) -> NDArray[np.floating]:
        """The targets expected, `(rows,)` or `(rows, outputs)`."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=FLOATS, reset=False)
        return safe_sparse_dot(X, self.coef_.T, dense_output=True) + self.intercept_

    def objective(self, X, targets, weights):
        """The block of problems of those targets, and by how much they were lowered.

        A free intercept takes up any shift, `(outputs,)`: that of far targets then
        costs no digits, and that of constant ones is found at once.
        """
        design = Design(X, float(self.fit_intercept), available(self.n_jobs))
        phi, epsilon = tube_of(self.loss, self.epsilon, self.sigma)
        penalty, shift = np.ones((design.columns, 1)), np.zeros(targets.shape[1])
        if self.fit_intercept and not self.penalise_intercept:
            penalty[-1] = 0
            shift = np.median(targets, axis=0)
        costs = np.repeat(weights, targets.shape[1], axis=1)
        shifted = targets - shift
        return Residuals(design, phi, epsilon, shifted, costs, penalty), shift

    def minimised(self, objective, start):
        """The `Solution`, a few columns at a time."""

        def solve(part, begin):
            return residual_continuation.minimise(
                part,
                begin,
                self.tol,
                max_iter=self.max_iter,
                forcing=self.forcing,
            )

        return Solution.joined(side_by_side(solve, objective, start))

    def keep(self, solution, shift, dtype, dimensions):
        coef, intercept = parted(solution, self.fit_intercept)
        intercept = intercept + shift
        self.coef_ = np.ascontiguousarray(coef, dtype=dtype)
        self.intercept_ = intercept.astype(dtype)
        if dimensions == 1:
            self.coef_, self.intercept_ = self.coef_[0], self.intercept_[0]
