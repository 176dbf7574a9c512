"""Does a smooth hinge classify text better than the hinge, or sooner?

Seven sets of texts and two of yes-or-no features, the same term weights for every
loss. C is chosen from the same five by the same three folds, on one thread: for the
smooth losses all classes and folds of a C are one program, for the hinge scikit-learn
loops over its LIBLINEAR, one class of one fold at a time.
"""

import time
import warnings

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.svm import LinearSVC

from hinge_keras.lab import Findings, data, plots, report, run, stats
from hinge_keras.svm import SmoothSVC, SmoothSVCCV

SETS = [
    "SMS spam",
    "polarity",
    "R8",
    "a9a",
    "w8a",
    "IMDB",
    "20 Newsgroups",
    "news20",
    "sector",
]
QUICK = 2
COSTS = [0.03, 0.18, 1.0, 5.6, 32.0]
FOLDS = StratifiedKFold(3, shuffle=True, random_state=0)
ARMS = {
    "psi_G": "psi_g",
    "psi_M": "psi_m",
    "squared hinge": "squared_hinge",
    "logistic": "logistic",
}


def searches():
    """Every arm's search for C; psi_G and psi_M have sigma 1."""
    for arm, loss in ARMS.items():
        yield arm, SmoothSVCCV(SmoothSVC(loss, tol=1e-3), Cs=COSTS, cv=FOLDS)
    hinge = LinearSVC(loss="hinge", tol=1e-2, max_iter=300)  # As many as LIBLINEAR.
    yield "hinge", GridSearchCV(hinge, {"C": COSTS}, cv=FOLDS)


def measured(name):
    """Accuracy on the test part, and what the search and the last fit took."""
    (x, y), (x_test, y_test) = data.sparse(name)
    for arm, search in searches():
        start = time.process_time()
        search.fit(x, y)
        seconds = time.process_time() - start
        best = search.best_estimator_
        trace = getattr(best, "trace_", None)
        yield {
            "dataset": name,
            "loss": arm,
            "rows": x.shape[0],
            "features": x.shape[1],
            "nonzeros": x.nnz,
            "classes": y.max() + 1,
            "C": best.C,
            "accuracy": search.score(x_test, y_test),
            "seconds": seconds,
            "reads": trace.products[-1].sum() + trace.passes.sum() if trace else np.nan,
        }


def findings(results):
    warnings.simplefilter("ignore", ConvergenceWarning)  # Of the hinge, with a large C.
    names = SETS[:QUICK] if results.quick else SETS
    list(measured(names[0]))  # Compiles what the others are timed with.
    trials = pd.DataFrame(row for name in names for row in measured(name))
    summary = stats.compare(trials, "accuracy", within=(), pair=("dataset",))
    ranks, p, distance = stats.ranked(trials, "accuracy", arm="loss")
    wide = trials.pivot(index="dataset", columns="loss").loc[names]
    accuracy, seconds, reads = (
        wide[column][[*ARMS, "hinge"]] for column in ("accuracy", "seconds", "reads")
    )
    seen = summary[~summary.verdict.isin(stats.NOTHING_SEEN)]
    above = 100 * accuracy[list(ARMS)].sub(accuracy["hinge"], axis=0)
    times = (seconds["psi_G"] / seconds["hinge"]).median()
    largest = trials[trials.C.eq(max(COSTS))]
    problems = trials.classes.where(trials.classes > 2, 1)  # One for two classes.
    return Findings(
        sentence=f"{len(seen)} of {len(summary)} pairs of losses differ in accuracy over "
        f"{len(names)} sets (Friedman p = {p:.2f}): psi_G is {above.psi_G.mean():+.2f} "
        f"points from the hinge on average, and its search for C takes {times:.2f} times "
        "the hinge's time in the median set.",
        notes=f"{len(largest)} of {len(trials)} searches chose the largest C, psi_M's "
        f"{(largest.loss == 'psi_M').sum()} times, and might gain from one larger still; "
        "sigma is not tuned. Accuracy on the test part:\n\n"
        + report.markdown(accuracy.reset_index())
        + "\n\nSeconds of one thread for the search over C and the last fit:\n\n"
        + report.markdown(seconds.reset_index())
        + "\n\nReads of the data in the last fit, Hessian products and passes of dual "
        "ascent, summed over classes:\n\n"
        + report.markdown(reads[list(ARMS)].reset_index()),
        summary=summary,
        tables={"trials": trials},
        figures={
            "ranks": plots.critical_difference(
                ranks,
                distance,
                "No two losses are shown to differ in mean rank"
                if np.ptp(ranks) <= distance
                else f"{ranks.idxmin()} ranks best, and not every loss is within reach",
            ),
            "above": plots.beside(
                above.reset_index(),
                f"Each smooth loss is within {above.abs().to_numpy().max():.2f} points of "
                "the hinge on every set",
                "dataset",
                {arm: arm for arm in ARMS},
                "accuracy above the hinge's (points)",
            ),
            "seconds": plots.lines(
                trials.assign(size=trials.nonzeros * problems),
                "size",
                "seconds",
                "The cost of a search grows with the stored values times the classes",
                "stored values x binary problems",
                "seconds for the search, one thread",
                logx=True,
                logy=True,
            ),
        },
    )


if __name__ == "__main__":
    run.script(__file__)
