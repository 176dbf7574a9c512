"""`SmoothSVC` beside LIBLINEAR, scikit-learn and scipy: time to the same objective.

    HINGE_KERAS_DATA=... python -m benchmarks.svm [data set ...]

Every solver minimises the same `0.5 * ||w||**2 + C * sum_i phi(m_i)`, without an
intercept, at a ladder of tolerances. The gap is relative to the lowest objective
that any of them reached; the time to a gap is that of the fastest run within it.
`SmoothSVC` is timed with all its checks of the input; LIBLINEAR from its own
finished problem, without the conversion to it. One thread is charged processor
seconds, two threads elapsed ones. `megabytes` is the peak of a run at a middling
tolerance, the data included in the form that the solver holds them.

`IMDB/4` is every fourth row, squared hinge alone, to see how the cost grows;
`path:IMDB` is a path of costs by folds. Rows of the named data sets in svm.csv are
replaced and the whole table is printed.
"""

import csv
import ctypes
import functools
import itertools
import multiprocessing
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from liblinear.liblinearutil import parameter, problem, train
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

import hinge_keras as hk
from hinge_keras.lab.data import sparse
from hinge_keras.svm import SmoothSVC, SmoothSVCCV, kernels

TABLE = Path(__file__).with_suffix(".csv")
GAPS = (1e-2, 1e-4, 1e-8)
TOLERANCES = 10.0 ** -np.arange(1, 10)
REPEATS = 3
SECONDS = 4.0  # A ladder ends with the first run this long.
KEY = ["dataset", "C", "loss", "solver", "threads"]
SIZE = ["rows", "features", "nonzeros"]
FOUND = ["gap", "seconds", "iterations", "products", "passes", "objective"]
MEASURED = ["accuracy", "megabytes"]
COLUMNS = KEY + SIZE + FOUND + MEASURED

OBJECTIVES = {
    "squared_hinge": hk.SquaredHinge(),
    "logistic": hk.Logistic(),
    "psi_g": hk.PsiG(1.0),
    "psi_m": hk.PsiM(1.0),
    "hinge": hk.Hinge(),
}

SETS = [
    "IMDB",
    "20 Newsgroups",
    "news20",
    "sector",
    "R8",
    "polarity",
    "SMS spam",
    "a9a",
    "w8a",
]
GROWTH = ["IMDB/8", "IMDB/4", "IMDB/2"]


@functools.cache
def load(name):
    """The most frequent class, as 1, against all others, as 0: `(X, y), (X, y)`."""
    name, _, every = name.partition("/")
    (X, y), (X_test, y_test) = sparse(name)
    X, y = X[:: int(every or 1)].astype(np.float64), y[:: int(every or 1)]
    frequent = np.bincount(y).argmax()
    return (X, (y == frequent) * 1), (X_test, (y_test == frequent) * 1)


class Problem:
    """A binary problem: features, labels 0 and 1, and a loss with its cost."""

    def __init__(self, X, y, loss, C):
        self.X, self.y, self.loss, self.C = X, y, loss, C
        self.signs = np.where(y == 1, 1.0, -1.0)

    def objective(self, w):
        m = self.signs * (self.X @ w)
        if isinstance(self.loss, hk.Hinge):
            value = np.maximum(1 - m, 0)
        else:
            value = kernels.of(self.loss)(m)[0]
        return 0.5 * w @ w + self.C * value.sum()


def smooth_svc(problem, threads):
    """Runs of `SmoothSVC`: functions of nothing that return weights and costs."""
    for tolerance in TOLERANCES:
        model = SmoothSVC(
            problem.loss,
            C=problem.C,
            tol=tolerance,
            fit_intercept=False,
            n_jobs=threads,
        )
        yield lambda model=model: fitted(model, problem)


def smooth_hinge(loss):
    """Runs that reach the hinge through ever narrower smoothing, mostly by ascent."""

    def runs(problem, threads):
        for tolerance in TOLERANCES:
            model = SmoothSVC(
                loss,
                tolerance**2,
                problem.C,
                tol=tolerance,
                fit_intercept=False,
                max_iter=1,
                n_jobs=threads,
            )
            yield lambda model=model: fitted(model, problem)

    return runs


def fitted(model, problem):
    model.fit(problem.X, problem.y)
    costs = {}
    if isinstance(model, SmoothSVC):
        trace = model.trace_
        costs = {
            "iterations": trace.iterations[0],
            "products": trace.products[-1, 0],
            "passes": trace.passes[0],
        }
    return model.coef_[0], costs


def liblinear(solver):
    """Runs of LIBLINEAR's solver of that number."""

    def runs(data, threads):
        finished = problem(data.signs, data.X)

        def run(tolerance):
            options = f"-s {solver} -c {data.C:g} -e {tolerance:g} -q"
            model = train(finished, parameter(options))
            w = np.ctypeslib.as_array(model.w, (data.X.shape[1],)).copy()
            return (w if model.get_labels()[0] == 1 else -w), {}

        for tolerance in (1.0, *TOLERANCES):
            yield lambda tolerance=tolerance: run(tolerance)

    return runs


def scikit_learn(kind, **options):
    """Runs of a scikit-learn classifier."""

    def runs(problem, threads):
        for tolerance in TOLERANCES:
            model = kind(
                C=problem.C,
                tol=tolerance,
                fit_intercept=False,
                max_iter=10000,
                **options,
            )
            yield lambda model=model: fitted(model, problem)

    return runs


def scipy(method):
    """Runs of a general minimiser of scipy, given the same kernels."""

    def runs(problem, threads):
        phi = kernels.of(problem.loss)
        X, signs, C = problem.X, problem.signs, problem.C

        def objective(w):
            value, slope, _ = phi(signs * (X @ w))
            return 0.5 * w @ w + C * value.sum(), w + X.T @ (C * signs * slope)

        def product(w, s):
            return s + X.T @ (C * phi(signs * (X @ w))[2] * (X @ s))

        zeros = np.zeros(X.shape[1])
        start = np.linalg.norm(objective(zeros)[1])
        hessian = {"hessp": product} if method == "trust-ncg" else {}
        for tolerance in TOLERANCES:
            options = {"gtol": tolerance * start, "maxiter": 10000}
            if method == "L-BFGS-B":
                options |= {
                    "gtol": tolerance * np.abs(objective(zeros)[1]).max(),
                    "ftol": 0,
                }
            yield lambda options=options: (
                minimize(
                    objective,
                    zeros,
                    jac=True,
                    method=method,
                    options=options,
                    **hessian,
                ).x,
                {},
            )

    return runs


OURS = "SmoothSVC"
SOLVERS = {
    "squared_hinge": {
        OURS: smooth_svc,
        "LIBLINEAR -s 1 (dual)": liblinear(1),
        "LIBLINEAR -s 2 (primal)": liblinear(2),
        "LinearSVC (primal)": scikit_learn(LinearSVC, dual=False),
    },
    "logistic": {
        OURS: smooth_svc,
        "LIBLINEAR -s 0 (primal)": liblinear(0),
        "LIBLINEAR -s 7 (dual)": liblinear(7),
        "LogisticRegression lbfgs": scikit_learn(LogisticRegression),
        "LogisticRegression newton-cg": scikit_learn(
            LogisticRegression, solver="newton-cg"
        ),
    },
    "hinge": {
        OURS: smooth_hinge("quadratically_smoothed_hinge"),
        "SmoothSVC psi_g": smooth_hinge("psi_g"),
        "LIBLINEAR -s 3 (dual)": liblinear(3),
    },
    "psi_g": {
        OURS: smooth_svc,
        "trust-ncg": scipy("trust-ncg"),
        "L-BFGS": scipy("L-BFGS-B"),
    },
    "psi_m": {
        OURS: smooth_svc,
        "trust-ncg": scipy("trust-ncg"),
        "L-BFGS": scipy("L-BFGS-B"),
    },
}


def ladder(runs, problem, clock):
    """Seconds, objective, weights and costs of every run, fastest of a few."""
    found = []
    for run in runs:
        taken = []
        for _ in range(REPEATS):
            begin = clock()
            w, costs = run()
            taken.append(clock() - begin)
            if sum(taken) > 0.3:
                break
        found.append((min(taken), problem.objective(w), w, costs))
        if min(taken) > SECONDS or stalled(found):
            break
    return found


def stalled(found):
    """Whether three tolerances in a row left the objective as it was."""
    last = [objective for _, objective, _, _ in found[-3:]]
    return len(last) == 3 and max(last) - min(last) <= 1e-12 * abs(last[0])


def megabytes(start, data, threads):
    """Memory at the peak of the fourth run, above what holds the data before it."""

    def measure(found):
        Path("/proc/self/clear_refs").write_text("5")  # Resets the peak.
        before = resident("VmRSS")
        next(itertools.islice(start(data, threads), 3, None))()
        found.value = resident("VmHWM") - before

    ctypes.CDLL(None).malloc_trim(0)  # Freed memory would hide what a run takes.
    forked = multiprocessing.get_context("fork")
    found = forked.Value("d", 0.0)
    process = forked.Process(target=measure, args=(found,))
    process.start()
    process.join()
    return found.value


def resident(field):
    """Megabytes of this process, by a field of the kernel's status file."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024


def compare(dataset, C=1.0, losses=OBJECTIVES):
    """Rows of the table: every loss, solver and gap on one data set."""
    (X, y), (X_test, y_test) = load(dataset)
    given = (X.data.nbytes + X.indices.nbytes + X.indptr.nbytes) / 2**20
    rows = []
    for loss in losses:
        data = Problem(X, y, OBJECTIVES[loss], C)
        runs, peaks = {}, {}
        for solver, start in SOLVERS[loss].items():
            for threads in (1, 2) if solver.startswith(OURS) else (1,):
                for run in start(Problem(X[::20], y[::20], data.loss, C), threads):
                    run()  # Compiles, once.
                    break
                runs[solver, threads] = ladder(
                    start(data, threads), data, CLOCK[threads]
                )
                # LIBLINEAR makes its own form of the data and needs no other.
                peaks[solver, threads] = megabytes(start, data, threads) + (
                    0 if solver.startswith("LIBLINEAR") else given
                )
        best = min(found[1] for ladder_ in runs.values() for found in ladder_)
        for (solver, threads), gap in itertools.product(runs, GAPS):
            within = [
                f for f in runs[solver, threads] if f[1] - best <= gap * abs(best)
            ]
            row = dict.fromkeys(COLUMNS, "")
            row |= {"dataset": dataset, "rows": X.shape[0], "features": X.shape[1]}
            row |= {"nonzeros": X.nnz, "C": C, "loss": loss, "solver": solver}
            row |= {"threads": threads, "gap": gap}
            row |= {"megabytes": f"{peaks[solver, threads]:.4g}"}
            if within:
                seconds, objective, w, costs = min(within, key=lambda found: found[0])
                accuracy = np.mean((X_test @ w > 0) == y_test)
                row |= {"seconds": f"{seconds:.4g}", "objective": f"{objective:.12g}"}
                row |= {"accuracy": f"{accuracy:.4f}", **costs}
            rows.append(row)
    return rows


# What one thread computed for is less disturbed by a busy machine than what
# passed; two threads can only be timed by the latter.
CLOCK = {1: time.process_time, 2: time.perf_counter}

PATH = np.logspace(-3, 3, 20)
PATHS = ["IMDB", "20 Newsgroups", "polarity", "a9a"]
FOLDS = StratifiedKFold(5, shuffle=True, random_state=0)


def compare_paths(dataset, loss="squared_hinge", solvers=(1, 2)):
    """Rows of the table: 20 costs by 5 folds, beside the loop over LIBLINEAR.

    LIBLINEAR stops at its defaults. For -s 2 that is, with balanced classes, a
    gradient of 0.005 of the first, so that is our tolerance here; its -s 1 stops
    by another rule. `accuracy` is that of the best cost, by cross-validation.
    """
    (X, y), _ = load(dataset)
    rows = []

    def add(solver, threads, seconds, accuracy):
        row = dict.fromkeys(COLUMNS, "")
        row |= {"dataset": dataset, "rows": X.shape[0], "features": X.shape[1]}
        row |= {"nonzeros": X.nnz, "C": "20 x 5 folds", "loss": loss, "solver": solver}
        row |= {"threads": threads, "seconds": f"{seconds:.4g}"}
        rows.append(row | {"accuracy": f"{accuracy:.4f}"})

    for threads in (1, 2):
        model = SmoothSVC(loss, tol=5e-3, fit_intercept=False, n_jobs=threads)
        begin = CLOCK[threads]()
        search = SmoothSVCCV(model, Cs=PATH, cv=FOLDS).fit(X, y)
        seconds = CLOCK[threads]() - begin
        add("SmoothSVCCV", threads, seconds, search.scores_.mean(axis=2).max())
    for solver in solvers:
        begin = CLOCK[1]()
        scores = np.empty((len(PATH), 5))
        for k, (fold, test) in enumerate(FOLDS.split(X, y)):
            finished = problem(np.where(y[fold] == 1, 1.0, -1.0), X[fold])
            for j, C in enumerate(PATH):
                found = train(finished, parameter(f"-s {solver} -c {C:g} -q"))
                w = np.ctypeslib.as_array(found.w, (X.shape[1],))
                positive = (X[test] @ w > 0) == (found.get_labels()[0] == 1)
                scores[j, k] = np.mean(positive == (y[test] == 1))
        seconds = CLOCK[1]() - begin
        best = scores.mean(axis=1).max()
        add(f"loop over LIBLINEAR -s {solver}", 1, seconds, best)
    return rows


def replaced(rows):
    """The table with those rows in place of the same data sets' old ones."""
    new = {(row["dataset"], str(row["C"]) == "20 x 5 folds") for row in rows}
    kept = []
    if TABLE.exists():
        with TABLE.open(newline="") as file:
            for row in csv.DictReader(file):
                if (row["dataset"], row["C"] == "20 x 5 folds") not in new:
                    kept.append(row)
    table = kept + rows
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    return table


def report(table):
    """Print seconds to every gap, and by how much ours leads or trails."""
    table = [{name: str(value) for name, value in row.items()} for row in table]
    cells = {}
    for row in table:
        cells.setdefault(tuple(row[name] for name in KEY), {})[row["gap"]] = row
    for key, by_gap in cells.items():
        seconds = [f"{by_gap[gap]['seconds'] or '-':>9}" for gap in by_gap]
        print(" ".join(f"{part:<26}" for part in key), *seconds)
    print("\nWhere SmoothSVC on one thread is behind (seconds, theirs then ours):")
    for (dataset, C, loss, solver, _), by_gap in cells.items():
        keys = [(dataset, C, loss, name, "1") for name in (OURS, OURS + "CV")]
        ours = cells.get(keys[0], cells.get(keys[1]))
        for gap, row in by_gap.items() if ours and OURS not in solver else ():
            mine, theirs = ours[gap]["seconds"], row["seconds"]
            if theirs and (not mine or float(mine) > float(theirs)):
                print(f"  {dataset} {loss} gap {gap}: {solver} {theirs}, {mine or '-'}")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with threadpool_limits(1):
        for name in sys.argv[1:] or (*SETS, *GROWTH, *map("path:{}".format, PATHS)):
            if name.startswith("path:"):
                found = compare_paths(name.removeprefix("path:"))
            else:
                losses = ["squared_hinge"] if "/" in name else OBJECTIVES
                found = compare(name, losses=losses)
            table = replaced(found)
    report(table)
