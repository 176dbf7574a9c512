"""`CrammerSingerSVC`: the hinge of all classes in one problem, exact or smooth."""

from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.linear_model._base import LinearClassifierMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import validate_data

from hinge_keras.svm import joint_ascent
from hinge_keras.svm.linear import FLOATS, Data, Linear, costs_of, encoded, parted


class CrammerSingerSVC(LinearClassifierMixin, Linear):
    """A linear classifier whose true class leads every rival by 1, by dual ascent.

    `0.5 * ||W||**2 + C * sum_i s_i * L(x_i'W; y_i)` over `W (features, classes)` and
    an intercept that is penalised as they are, with the hinge of the closest rival,
    `L(s; y) = max(0, 1 - s_y + max_{j != y} s_j)`: LIBLINEAR's -s 4. With `sigma` its
    Moreau envelope, which is smooth; with `squared` one without an upper slope. Where
    rivals are to be replaced by a smooth maximum and the intercept is to be free,
    `SmoothSVC(multi_class="crammer_singer")` has it.

    Args:
        C: Weight of the losses against the square, above 0.
        sigma: Width of the smoothing in units of the score, from 0 up.
        squared: Whether the loss grows as a square; wants a `sigma` above 0.
        fit_intercept: Whether there is an intercept.
        class_weight: `None`, `"balanced"` or a dictionary from class to weight.
        tol: Stop when the duality gap is at most this share of the objective; a
            warning says when it is not.
        max_iter: Passes over the data at most.

    Attributes:
        coef_, intercept_: `(1 or classes, features)` and `(1 or classes,)`.
        classes_: The labels, sorted.
        objective_, duality_gap_: The minimum found, and a bound on how far above the
            true one that is, `(1,)`.
        n_iter_: Passes.

    Raises:
        ImportError: Without numba.
        ValueError: On labels of one class, NaN or infinity, or an argument out of
            range.

    >>> model = CrammerSingerSVC(fit_intercept=False, tol=1e-9)
    >>> model.fit([[1.0], [-1.0]], [1, 0]).coef_  # A half for each, apart by 1.
    array([[1.]])

    Crammer and Singer, On the algorithmic implementation of multiclass kernel-based
    vector machines, JMLR 2 (2001).
    """

    classes_: NDArray[Any]
    coef_: NDArray[np.floating]
    intercept_: NDArray[np.floating]

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **Linear._parameter_constraints,
        "sigma": [Interval(Real, 0, None, closed="left")],
        "squared": ["boolean"],
        "fit_intercept": ["boolean"],
        "class_weight": [StrOptions({"balanced"}), dict, None],
    }

    def __init__(
        self,
        C: float = 1.0,
        *,
        sigma: float = 0.0,
        squared: bool = False,
        fit_intercept: bool = True,
        class_weight: dict | str | None = None,
        tol: float = 1e-4,
        max_iter: int = 10_000,
    ) -> None:
        self.C = C
        self.sigma = sigma
        self.squared = squared
        self.fit_intercept = fit_intercept
        self.class_weight = class_weight
        self.tol = tol
        self.max_iter = max_iter

    def _validate_params(self):
        super()._validate_params()
        if self.squared and self.sigma == 0:
            raise ValueError(
                "sigma is 0; accepted with squared=True is a width above 0."
            )

    def fit(
        self, X: Data, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Fit to `X (rows, features)`, dense or sparse, and labels `y (rows,)`."""
        self._validate_params()
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=FLOATS)
        self.classes_, labels = encoded(y)
        found = joint_ascent.minimise(
            X,
            labels,
            costs_of(self, X, labels, sample_weight),
            len(self.classes_),
            intercept=float(self.fit_intercept),
            sigma=self.sigma,
            squared=self.squared,
            tolerance=self.tol,
            passes=self.max_iter,
        )
        self.certify(np.array([found.objective]), np.array([found.gap]), found.passes)
        W = found.weights
        if len(self.classes_) == 2:
            W = W[:, 1:] - W[:, :1]
        coef, intercept = parted(W, self.fit_intercept)
        self.coef_ = np.ascontiguousarray(coef, dtype=X.dtype)
        self.intercept_ = intercept.astype(X.dtype)
        return self
