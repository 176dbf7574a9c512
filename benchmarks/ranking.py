"""What a ranking costs: a pass over sorted scores beside one over all pairs.

    python -m benchmarks.ranking

Writes processor milliseconds to `benchmarks/ranking.csv`, medians of repeats on one
thread. `evaluation` is the value and the slopes of the squared hinge of all pairs,
`product` one with its generalised Hessian, by the scores: ours, and numpy over all
pairs, 500 rows at a time. `fit` is a whole one, ours and scikit-learn's `LinearSVC` on
the differences of all pairs, at the loosest tolerance that comes within 1e-6 of the
lowest objective; the time to make the differences is not counted. `above` is the
objective over that lowest, less 1.
"""

import csv
import time
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from hinge_keras.svm.comparisons import Ranking
from hinge_keras.svm.design import Design
from hinge_keras.svm.pairwise import Pairwise
from hinge_keras.svm.ranker import SmoothRanker

TABLE = Path(__file__).with_suffix(".csv")
COLUMNS = ["question", "solver", "rows", "levels", "milliseconds", "above"]
SIZES = (1_000, 10_000, 100_000)
SMALL, FEATURES, C, GAP = 2_000, 20, 1e-3, 1e-6
BLOCK, REPEATS = 500, 5


def main():
    with threadpool_limits(1):
        rows = [*evaluations(), *fits()]
    with TABLE.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def evaluations():
    for rows in SIZES:
        for levels in (5, rows):
            X, y = data(rows, levels)
            scores = X[:, :1]
            block = problem(scores, y)
            curvature = block.terms(scores)[2]
            laplacian = block.hessian(curvature).laplacians[0]
            ways = {
                ("evaluation", "ours"): partial(block.terms, scores),
                ("product", "ours"): partial(laplacian, scores[:, 0]),
            }
            if rows < SIZES[-1]:
                ways["evaluation", "numpy"] = partial(plain, scores[:, 0], y)
            for (question, solver), run in ways.items():
                found = f"{1e3 * seconds(run):.4g}"
                print(question, solver, rows, levels, found, flush=True)
                yield question, solver, rows, levels, found, ""


def data(rows, levels):
    """Relevances that a score explains but for noise, all levels as frequent."""
    random = np.random.default_rng(0)
    X = random.normal(size=(rows, FEATURES))
    latent = X.sum(axis=1) + np.sqrt(FEATURES) * random.normal(size=rows)
    return X, latent.argsort().argsort() * levels // rows * 1.0


def problem(X, y):
    ones = np.ones((len(y), 1))
    groups = np.zeros(len(y), int)
    penalty = np.ones((X.shape[1], 1))
    return Pairwise(Design(X), Ranking(y, groups), ones, C * ones[:1], penalty)


def plain(scores, y):
    """Value and slopes over all pairs."""
    value, slopes = 0.0, np.zeros(len(y))
    for start, stop in pairwise(range(0, len(y) + 1, BLOCK)):
        own = slice(start, stop)
        gap = np.maximum(1 - (scores[own, None] - scores), 0)
        gap *= y[own, None] > y
        value += np.sum(gap * gap)
        slopes[own] -= 2 * gap.sum(axis=1)
        slopes += 2 * gap.sum(axis=0)
    return value, slopes


def fits():
    """Every solver's first run of a ladder of tolerances that is close enough."""
    X, y = data(SMALL, 5)
    higher, lower = np.nonzero(y[:, None] > y)
    differences = X[higher] - X[lower]
    signs = np.where(np.arange(len(differences)) % 2, 1.0, -1.0)
    turned = differences * signs[:, None]

    def objective(w):
        gap = np.maximum(1 - differences @ w, 0)
        return 0.5 * w @ w + C * np.sum(gap * gap)

    def ours(tolerance):
        return SmoothRanker(C=C, tol=tolerance).fit(X, y)

    def theirs(tolerance):
        model = LinearSVC(C=C, dual=False, fit_intercept=False, tol=tolerance)
        return model.fit(turned, signs)

    best = objective(ours(1e-12).coef_)
    for solver, fit in (("SmoothRanker", ours), ("LinearSVC", theirs)):
        for tolerance in 10.0 ** -np.arange(1, 10):
            above = objective(fit(tolerance).coef_.ravel()) / best - 1
            if above <= GAP:
                break
        found = f"{1e3 * seconds(partial(fit, tolerance)):.4g}"
        print(solver, tolerance, above, found, flush=True)
        yield "fit", solver, SMALL, 5, found, f"{above:.1e}"


def seconds(run):
    """The median of processor seconds, after a first run that compiles."""
    run()
    found = []
    for _ in range(REPEATS):
        start = time.process_time()
        run()
        found.append(time.process_time() - start)
    return np.median(found)


if __name__ == "__main__":
    main()
