"""Does `SmoothSVC` warn whenever it is not there? Its gap, computed apart, at the end.

    HINGE_KERAS_DATA=... python -m benchmarks.certificates

Data sets as they come and standardised, the most frequent class against the rest,
every loss, C from 1e-4 to 1e8. The gap is computed here in extended precision from the
coefficients alone: primal less dual, the slopes as dual variables, the heavier class'
scaled down to what a free intercept asks. `silent` is the worst gap, as a multiple of
`tol` times the objective, of the fits that gave no warning.
"""

import itertools
import time
import warnings
from pathlib import Path

import numpy as np
import sklearn.datasets
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler

from benchmarks.tables import write
from hinge_keras.lab.data.tables import TABLES, rows
from hinge_keras.svm import SmoothSVC, kernels

TABLE = Path(__file__).with_suffix(".csv")
NAMES = ("ecoli", "glass", "titanic", "pima", "german", "banknote", "yeast", "adult")
NAMES += ("dry bean", "letter", "pendigits", "satimage", "spambase", "splice")
COSTS = 10.0 ** np.arange(-4, 9)
ROWS = 2000


def sets():
    """`(name, X, y)` with labels -1 and 1, features as they come."""
    for name in ("iris", "wine", "breast_cancer", "digits"):
        X, y = getattr(sklearn.datasets, f"load_{name}")(return_X_y=True)
        yield name, X, y
    X, y = sklearn.datasets.load_diabetes(return_X_y=True, scaled=False)
    yield "diabetes", X, y > np.median(y)
    random = np.random.default_rng(0)
    ages = np.column_stack([random.integers(18, 90, 500), random.lognormal(11, 1, 500)])
    yield "age and salary", ages, ages[:, 1] > 2000 * random.normal(40, 10, 500)
    rare = random.normal(size=(937, 49)) * 10 ** random.uniform(-3, 6, 49)
    yield "rare, wide scales", rare, random.uniform(size=937) < 0.04
    line = np.linspace(-1, 1, 40)[:, None]
    yield "separable", line, line[:, 0] > 0
    yield "constant columns", np.column_stack([line, line * 0 + 7]), line[:, 0] > 0.1
    yield "rows repeated", np.repeat(line[::8], 20, 0), np.arange(100) % 3 > 0
    yield "huge", line * 1e200, line[:, 0] > 0
    for name in NAMES:
        X, y = rows(TABLES[name].read)
        kept = np.random.default_rng(0).permutation(len(y))[:ROWS]
        yield name, np.where(np.isnan(X), 0.0, X)[kept], y[kept]


def certified(model, X, signs):
    """Gap over objective, from the coefficients alone, in extended precision."""
    X, w = X.astype(np.longdouble), model.coef_[0].astype(np.longdouble)
    phi = kernels.of(model.loss, model.sigma)
    value, slope, _ = phi((signs * (X @ w + model.intercept_[0])).astype(float))
    duals = -model.C * slope
    sums = {sign: duals[signs == sign].sum() for sign in (-1, 1)}
    heavy = max(sums, key=sums.get)
    share = np.where(signs == heavy, min(sums.values()) / max(sums[heavy], 1e-300), 1.0)
    apart = w - (signs * duals * share) @ X
    gap = model.C * ((1 - share) * value).sum() + apart @ apart / 2
    return float(gap / (w @ w / 2 + model.C * value.sum()))


def measure(name, scaled, X, y):
    """One row a loss: fits, warnings, and the worst gap of those without."""
    classes, counts = np.unique(y, return_counts=True)
    signs = np.where(y == classes[counts.argmax()], 1.0, -1.0)
    for loss in kernels.KERNELS:
        warned, silent, start = 0, 0.0, time.process_time()
        for C in COSTS:
            model = SmoothSVC(loss, C=C)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                model.fit(X, signs)
            if any(issubclass(w.category, ConvergenceWarning) for w in caught):
                warned += 1
            else:
                gap = certified(model, X, signs) / model.tol
                silent = gap if np.isnan(gap) else max(silent, gap)
        yield {
            "dataset": name,
            "features": "standardised" if scaled else "as they come",
            "loss": loss,
            "fits": len(COSTS),
            "warned": warned,
            "silent": f"{silent:.3g}",
            "seconds": f"{time.process_time() - start:.3g}",
        }


def main():
    table = []
    for (name, X, y), scaled in itertools.product(sets(), (False, True)):
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            inputs = StandardScaler().fit_transform(X) if scaled else X
        if np.isfinite(inputs).all():
            table += measure(name, scaled, np.asarray(inputs, float), np.asarray(y))
            print(*table[-1].values(), flush=True)
    write(TABLE, table)
    print(f"worst without a warning: {max(float(row['silent']) for row in table)}")


if __name__ == "__main__":
    main()
