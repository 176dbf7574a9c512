"""`SmoothSVR` beside LIBLINEAR: time to the same objective.

    HINGE_KERAS_DATA=... python -m benchmarks.regression [data set ...]

Both minimise `0.5 * ||w||**2 + C * sum_i phi(y_i - w'x_i)` without an intercept, at a
ladder of tolerances: squared outside the tube as LIBLINEAR's -s 11 (primal) and -s 12
(dual), or plain as its -s 13 (dual). The gap is relative to the lowest objective that
any of them reached, and the time to it is that of the fastest run within it, in
milliseconds of one processor. `SmoothSVR` is timed with all its checks of the input,
LIBLINEAR from its own finished problem. `bound` is by how much of itself the objective
is above the minimum at most, by `SmoothSVR`'s duality gap.

Half the tube is a tenth of the targets' standard deviation. Rows of the named data
sets in regression.csv are replaced, and the table is printed.
"""

import csv
import itertools
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from liblinear.liblinearutil import parameter, problem, train
from scipy.sparse import csr_matrix
from sklearn.datasets import load_diabetes, make_friedman1, make_regression
from sklearn.preprocessing import scale
from threadpoolctl import threadpool_limits

from benchmarks.linear import TOLERANCES
from benchmarks.svm import CLOCK, ladder
from benchmarks.tables import write
from hinge_keras.lab.data import sparse
from hinge_keras.lab.data.texts import documents, locate
from hinge_keras.svm.regressor import SmoothSVR

TABLE = Path(__file__).with_suffix(".csv")
GAPS = (1e-2, 1e-4, 1e-8)
SQUARED, PLAIN = "squared_epsilon_insensitive", "epsilon_insensitive"
COLUMNS = [
    *("dataset", "rows", "features", "nonzeros", "C", "loss", "solver", "gap"),
    *("milliseconds", "objective", "steps", "bound"),
]


class Problem:
    """Features, targets, a loss with its tube and its cost."""

    def __init__(self, X, y, loss, C=1.0):
        self.X, self.y, self.loss, self.C = X, y, loss, C
        self.epsilon = 0.1 * y.std()

    def objective(self, w):
        out = np.maximum(np.abs(self.y - self.X @ w) - self.epsilon, 0)
        losses = out @ out if self.loss == SQUARED else out.sum()
        return 0.5 * w @ w + self.C * losses


def labels(name):
    """The most frequent class of a set of texts, 1, against all others, -1."""
    (X, y), _ = sparse(name)
    return X, np.where(y == np.bincount(y).argmax(), 1.0, -1.0)


def ratings():
    """How many stars of ten each review of a film gave, by its file's name."""
    (X, _), _ = sparse("IMDB")
    names = documents(locate("text/imdb/aclImdb_labelled.tar.xz"), "utf-8")
    given = [name for name in names if name.startswith("aclImdb/train/")]
    stars = [int(name.rpartition("_")[2].removesuffix(".txt")) for name in given]
    return X, centred(np.array(stars))


def beans():
    """The roundness of a dry bean, by all else that was measured of its outline."""
    table = pd.read_csv(locate("tabular/dry_bean/Dry_Bean_Dataset.csv.xz"))
    y = table["roundness"].to_numpy()
    return scale(table.drop(columns=["roundness", "Class"])), centred(y) / y.std()


def diabetes():
    X, y = load_diabetes(return_X_y=True)
    return scale(X), centred(y)


def friedman():
    X, y = make_friedman1(20000, n_features=50, noise=1.0, random_state=0)
    return scale(X), centred(y)


def outliers():
    X, y = make_regression(5000, 200, n_informative=50, noise=10.0, random_state=0)
    y[::20] *= 20
    return X, centred(y)


def centred(y):
    return y - y.mean()


SETS = {
    "IMDB": lambda: labels("IMDB"),
    "IMDB ratings": ratings,
    "SMS spam": lambda: labels("SMS spam"),
    "polarity": lambda: labels("polarity"),
    "a9a": lambda: labels("a9a"),
    "diabetes": diabetes,
    "dry beans": beans,
    "Friedman": friedman,
    "outliers": outliers,
}


def smooth_svr(given):
    """Runs of `SmoothSVR`: functions of nothing that return weights and costs."""
    for tolerance in TOLERANCES:
        model = SmoothSVR(
            given.loss,
            given.epsilon,
            sigma=0.0,
            C=given.C,
            tol=tolerance,
            fit_intercept=False,
        )
        yield lambda model=model: fitted(model, given)


def fitted(model, given):
    model.fit(given.X, given.y)
    bound = model.duality_gap_[0] / model.objective_[0]
    return model.coef_, {"steps": model.n_iter_, "bound": f"{bound:.2g}"}


def liblinear(solver):
    """Runs of LIBLINEAR's solver of that number."""

    def runs(given):
        finished = problem(given.y, csr_matrix(given.X))
        options = f"-s {solver} -c {given.C:g} -p {given.epsilon:.17g} -q"

        def run(tolerance):
            model = train(finished, parameter(f"{options} -e {tolerance:g}"))
            return np.ctypeslib.as_array(model.w, (given.X.shape[1],)).copy(), {}

        for tolerance in (1.0, *TOLERANCES):
            yield lambda tolerance=tolerance: run(tolerance)

    return runs


OURS = "SmoothSVR"
SOLVERS = {
    SQUARED: {
        OURS: smooth_svr,
        "LIBLINEAR -s 11 (primal)": liblinear(11),
        "LIBLINEAR -s 12 (dual)": liblinear(12),
    },
    PLAIN: {OURS: smooth_svr, "LIBLINEAR -s 13 (dual)": liblinear(13)},
}


def compare(dataset):
    """Rows of the table: every loss, solver and gap on one data set."""
    X, y = SETS[dataset]()
    return [
        row
        for loss in SOLVERS
        for row in compare_loss(dataset, Problem(X.astype(float), y, loss))
    ]


def compare_loss(dataset, given):
    """Rows of the table: every solver and gap of one loss."""
    runs = {}
    for solver, start in SOLVERS[given.loss].items():
        next(iter(start(given)))()  # Compiles, once.
        runs[solver] = ladder(start(given), given, CLOCK[1])
    best = min(found[1] for ladder_ in runs.values() for found in ladder_)
    rows = []
    for (solver, found), gap in itertools.product(runs.items(), GAPS):
        row = dict.fromkeys(COLUMNS, "") | {"dataset": dataset, "loss": given.loss}
        row |= dict(zip(("rows", "features"), given.X.shape, strict=True))
        row |= {"nonzeros": np.count_nonzero(csr_matrix(given.X).data), "C": given.C}
        row |= {"solver": solver, "gap": gap}
        within = [run for run in found if run[1] - best <= gap * best]
        if within:
            seconds, objective, _, costs = min(within, key=lambda run: run[0])
            row |= {"milliseconds": f"{1e3 * seconds:.4g}", **costs}
            row |= {"objective": f"{objective:.12g}"}
        rows.append(row)
    return rows


def replaced(rows):
    """The table with those rows in place of the same data sets' old ones."""
    new, kept = {row["dataset"] for row in rows}, []
    if TABLE.exists():
        with TABLE.open(newline="") as file:
            kept = [row for row in csv.DictReader(file) if row["dataset"] not in new]
    table = kept + rows
    write(TABLE, table)
    return table


def report(table):
    """Print milliseconds to every gap."""
    cells = {}
    for row in table:
        key = row["dataset"], row["loss"], row["solver"]
        cells.setdefault(key, []).append(row["milliseconds"] or "-")
    for key, milliseconds in cells.items():
        print(" ".join(f"{part:<28}" for part in (*key, *milliseconds)))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with threadpool_limits(1):
        for name in sys.argv[1:] or SETS:
            table = replaced(compare(name))
    report(table)
