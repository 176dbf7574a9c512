"""`SmoothSVC` on dense data beside scikit-learn: processor time to the same objective.

    python -m benchmarks.dense

One class against the rest, the squared hinge, a penalised intercept as `LinearSVC` has
it, C = 1; two classes also the logistic loss. The gap is relative to the lowest sum of
objectives that any solver reached; the time to a gap is that of the fastest run within
it, on one thread.
"""

import time
import warnings
from pathlib import Path

import numpy as np
import sklearn.datasets
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import scale
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from benchmarks.linear import TOLERANCES
from benchmarks.svm import ladder
from benchmarks.tables import write
from hinge_keras.svm import SmoothSVC, kernels

TABLE = Path(__file__).with_suffix(".csv")
GAPS = (1e-2, 1e-4, 1e-8)
OURS = "SmoothSVC"


def sets():
    """`{name: (X, y)}`."""
    leaves = np.random.default_rng(0).normal(size=(100, 192))
    y = np.arange(1600) % 100
    noise = np.random.default_rng(1).normal(0, 1.5, (1600, 192))
    make = sklearn.datasets.make_classification
    X, digits = sklearn.datasets.load_digits(return_X_y=True)
    return {
        "digits": (X / 16, digits),
        "digits, as they come": (X, digits),
        "100 classes": (leaves[y] + noise, y),
        "20,000 rows, 7 classes": make(
            20000, 54, n_informative=20, n_classes=7, flip_y=0.1, random_state=0
        ),
        "50,000 rows, 2 classes": make(
            50000, 100, n_informative=40, flip_y=0.1, random_state=0
        ),
    }


class OneVsRest:
    """A binary problem a class, two classes one: the sum of their objectives."""

    def __init__(self, X, y, loss):
        self.X, self.y, self.loss = X, y, loss
        classes = np.arange(y.max() + 1) if y.max() > 1 else [1]
        self.signs = np.where(y[:, None] == classes, 1.0, -1.0)

    def objective(self, W):
        m = self.signs * (self.X @ W[:-1] + W[-1])
        penalty = 0.5 * np.sum(W**2 if self.loss != "logistic" else W[:-1] ** 2)
        return penalty + kernels.of(self.loss)(m)[0].sum()


def runs(kind, problem, **options):
    """Runs of an estimator from loose to tight."""

    def fitted(model):
        model.fit(problem.X, problem.y)
        return np.vstack([model.coef_.T, model.intercept_]), {}

    for tolerance in TOLERANCES:
        model = kind(tol=tolerance, **options)
        yield lambda model=model: fitted(model)


SOLVERS = {
    "squared_hinge": {
        OURS: (SmoothSVC, {"loss": "squared_hinge", "penalise_intercept": True}),
        "LinearSVC (dual)": (LinearSVC, {"dual": True}),
        "LinearSVC (primal)": (LinearSVC, {"dual": False, "max_iter": 10_000}),
    },
    "logistic": {
        OURS: (SmoothSVC, {"loss": "logistic"}),
        "newton-cholesky": (LogisticRegression, {"solver": "newton-cholesky"}),
        "lbfgs": (LogisticRegression, {"solver": "lbfgs", "max_iter": 10_000}),
    },
}


def compare(name, X, y, loss):
    """One row a solver and gap."""
    problem, found = OneVsRest(X, y, loss), {}
    for solver, (kind, options) in SOLVERS[loss].items():
        steps = runs(kind, problem, **options)
        found[solver] = ladder(steps, problem, time.process_time)
    best = min(value for steps in found.values() for _, value, _, _ in steps)
    for solver, steps in found.items():
        for gap in GAPS:
            within = [s for s, value, _, _ in steps if value - best <= gap * best]
            seconds = f"{min(within):.4g}" if within else ""
            row = {"dataset": name, "rows": len(X), "features": X.shape[1]}
            yield row | {
                "classes": y.max() + 1,
                "loss": loss,
                "solver": solver,
                "gap": gap,
                "seconds": seconds,
            }


def main():
    warnings.simplefilter("ignore")
    SmoothSVC().fit(*sklearn.datasets.load_iris(return_X_y=True))
    table = []
    with threadpool_limits(1):
        for name, (X, y) in sets().items():
            for loss in ("squared_hinge", "logistic")[: 1 + (y.max() == 1)]:
                inputs = scale(X) if loss == "logistic" else X
                for row in compare(name, inputs, y, loss):
                    table.append(row)
                    print(*row.values(), flush=True)
            write(TABLE, table)


if __name__ == "__main__":
    main()
