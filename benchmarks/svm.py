"""`SmoothSVC` beside LIBLINEAR, scikit-learn and scipy: time to the same objective.

    HINGE_KERAS_DATA=... python -m benchmarks.svm [data set ...]

Every solver minimises the same `0.5 * ||w||**2 + C * sum_i phi(m_i)`, without an
intercept, at a ladder of tolerances. The gap is relative to the lowest objective
that any of them reached; the time to a gap is that of the fastest run within it. A
gap of 0 stands for a solver's own lowest, and `bound` for how far above the minimum
that is at most, by `SmoothSVC`'s duality gap.
`SmoothSVC` is timed with all its checks of the input; LIBLINEAR from its own
finished problem, without the conversion to it. One thread is charged processor
seconds, two threads elapsed ones. `megabytes` is the peak of a run at a middling
tolerance, the data included in the form that the solver holds them.

`IMDB/4` is every fourth row, squared hinge alone, to see how the cost grows;
`path:IMDB` is a path of costs by folds. Rows of the named data sets in svm.csv are
replaced and the whole table is printed. Sets of more than two classes are also one
problem of all classes, there ours is `CrammerSingerSVC`, beside LIBLINEAR's -s 4.
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
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

import hinge_keras as hk
from benchmarks.linear import OURS, SOLVERS, JointProblem, Problem
from benchmarks.tables import write
from hinge_keras.lab.data import sparse
from hinge_keras.svm import SmoothSVC, SmoothSVCCV

TABLE = Path(__file__).with_suffix(".csv")
GAPS = (1e-2, 1e-4, 1e-8, 0)
REPEATS = 3
STEPS = 9  # Tolerances a half decade apart, after which nothing more is expected.
SECONDS = 4.0  # A ladder ends with the first run this long.
KEY = ["dataset", "C", "loss", "solver", "threads"]
SIZE = ["rows", "features", "nonzeros"]
FOUND = ["gap", "seconds", "iterations", "products", "passes", "objective", "bound"]
MEASURED = ["accuracy", "megabytes"]
COLUMNS = KEY + SIZE + FOUND + MEASURED

OBJECTIVES = {
    "squared_hinge": hk.SquaredHinge(),
    "logistic": hk.Logistic(),
    "psi_g": hk.PsiG(1.0),
    "psi_m": hk.PsiM(1.0),
    "hinge": hk.Hinge(),
    "crammer_singer": hk.CrammerSinger(),
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
    """Features and class numbers for training and testing, `(X, y), (X, y)`."""
    name, _, every = name.partition("/")
    (X, y), test = sparse(name)
    return (X[:: int(every or 1)].astype(np.float64), y[:: int(every or 1)]), test


def posed(dataset, loss, C):
    """The problem of that loss, and the test part with labels as the problem's.

    A binary loss has the most frequent class, as 1, against all others, as 0.
    """
    (X, y), (X_test, y_test) = load(dataset)
    if loss == "crammer_singer":
        return JointProblem(X, y, OBJECTIVES[loss], C), (X_test, y_test)
    frequent = np.bincount(y).argmax()
    test = X_test, (y_test == frequent) * 1
    return Problem(X, (y == frequent) * 1, OBJECTIVES[loss], C), test


def asked(dataset):
    """The losses to compare on a data set."""
    if "/" in dataset:
        return ["squared_hinge"]
    (_, y), _ = load(dataset)
    return [loss for loss in OBJECTIVES if loss != "crammer_singer" or y.max() > 1]


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
    """Whether tolerances down to a 10,000th left the objective as it was.

    A quadratic step can leave that many behind at once, but no more.
    """
    last = [objective for _, objective, _, _ in found[-STEPS:]]
    return len(last) == STEPS and max(last) - min(last) <= 1e-12 * abs(last[0])


def megabytes(runs, few):
    """Memory at the peak of the first of those runs, above what was held before it.

    A run on few rows comes first: what a process shares with its parent is copied,
    and counted, when it is first touched, were it the interpreter itself.
    """

    def measure(found):
        few()
        ctypes.CDLL(None).malloc_trim(0)  # Freed memory would hide what a run takes.
        Path("/proc/self/clear_refs").write_text("5")  # Resets the peak.
        before = resident("VmRSS")
        next(runs)()
        found.value = resident("VmHWM") - before

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


def compare(dataset, C=1.0):
    """Rows of the table: every loss, solver and gap on one data set."""
    return [row for loss in asked(dataset) for row in compare_loss(dataset, loss, C)]


def compare_loss(dataset, loss, C):
    """Rows of the table: every solver and gap of one loss."""
    data, (X_test, y_test) = posed(dataset, loss, C)
    X = data.X
    given = (X.data.nbytes + X.indices.nbytes + X.indptr.nbytes) / 2**20
    runs, peaks = {}, {}
    for solver, start in SOLVERS[loss].items():
        for threads in (1, 2) if solver.startswith(OURS) else (1,):
            few = next(iter(start(data.every(20), threads)), None)
            if few is None:  # Not made for so many features.
                continue
            few()  # Compiles, once.
            found = ladder(start(data, threads), data, CLOCK[threads])
            middling = itertools.islice(start(data, threads), len(found) // 2, None)
            # LIBLINEAR makes its own form of the data and needs no other.
            held = 0 if solver.startswith("LIBLINEAR") else given
            runs[solver, threads] = found
            peaks[solver, threads] = held + megabytes(middling, few)
    best = min(found[1] for ladder_ in runs.values() for found in ladder_)
    rows = []
    for (solver, threads), gap in itertools.product(runs, GAPS):
        known = best if gap else min(found[1] for found in runs[solver, threads])
        within = [f for f in runs[solver, threads] if f[1] - known <= gap * abs(known)]
        row = dict.fromkeys(COLUMNS, "")
        row |= {"dataset": dataset, "rows": X.shape[0], "features": X.shape[1]}
        row |= {"nonzeros": X.nnz, "C": C, "loss": loss, "solver": solver}
        row |= {"threads": threads, "gap": gap}
        row |= {"megabytes": f"{peaks[solver, threads]:.4g}"}
        if within:
            seconds, objective, w, costs = min(within, key=lambda found: found[0])
            accuracy = np.mean(data.predicted(X_test, w) == y_test)
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

    LIBLINEAR stops at its defaults, which tell no gap; ours at a gap of 1e-3. `accuracy`
    is that of the best cost, by cross-validation.
    """
    data, _ = posed(dataset, loss, 1.0)
    X, y, rows = data.X, data.y, []

    def add(solver, threads, seconds, accuracy):
        row = dict.fromkeys(COLUMNS, "")
        row |= {"dataset": dataset, "rows": X.shape[0], "features": X.shape[1]}
        row |= {"nonzeros": X.nnz, "C": "20 x 5 folds", "loss": loss, "solver": solver}
        row |= {"threads": threads, "seconds": f"{seconds:.4g}"}
        rows.append(row | {"accuracy": f"{accuracy:.4f}"})

    for threads in (1, 2):
        model = SmoothSVC(loss, tol=1e-3, fit_intercept=False, n_jobs=threads)
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
    write(TABLE, table)
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
            path = name.removeprefix("path:")
            table = replaced(compare(name) if path == name else compare_paths(path))
    report(table)
