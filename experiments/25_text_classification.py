"""Does a smooth hinge classify text better than the hinge, or sooner?

Seven sets of texts and two of yes-or-no features, the same term weights for every
loss. C is chosen from the same five by the same three folds, on one thread: for the
smooth losses all classes and folds of a C are one program, for the hinge scikit-learn
loops over its LIBLINEAR, one class of one fold at a time.
"""

import warnings

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.svm import LinearSVC

from hinge_keras import lab
from hinge_keras.lab import data, plots, report, searches, stats
from hinge_keras.svm import SmoothSVC, SmoothSVCCV

SETS = ["SMS spam", "polarity", "R8", "a9a", "w8a", "IMDB", "20 Newsgroups"]
SETS += ["news20", "sector"]
QUICK = 2
COSTS = [0.03, 0.18, 1.0, 5.6, 32.0]
FOLDS = StratifiedKFold(3, shuffle=True, random_state=0)
SMOOTH = ["psi_G", "psi_M", "squared hinge", "logistic"]


def machines():
    """Every arm's search for C; psi_G and psi_M have sigma 1."""
    for arm in SMOOTH:
        model = SmoothSVC(arm.lower().replace(" ", "_"), tol=1e-3)
        yield arm, SmoothSVCCV(model, Cs=COSTS, cv=FOLDS)
    hinge = LinearSVC(loss="hinge", tol=1e-2, max_iter=300)  # As many as LIBLINEAR.
    yield "hinge", GridSearchCV(hinge, {"C": COSTS}, cv=FOLDS)


def measured(name):
    """Accuracy on the test part, and what the search and the last fit took."""
    (x, y), test = data.sparse(name)
    for arm, search in machines():
        yield {
            "dataset": name,
            "loss": arm,
            "rows": x.shape[0],
            "features": x.shape[1],
            "nonzeros": x.nnz,
            "classes": y.max() + 1,
            **searches.timed(search, (x, y), test),
        }


def measurements(quick):
    warnings.simplefilter("ignore", ConvergenceWarning)  # Of the hinge, with a large C.
    names = SETS[:QUICK] if quick else SETS
    list(measured(names[0]))  # Compiles what the others are timed with.
    return pd.DataFrame(row for name in names for row in measured(name))


def findings(results):
    trials = results.trials
    names = list(trials.dataset.unique())
    summary = stats.compare(trials, "accuracy", within=(), pair=("dataset",))
    ranks, p, distance = stats.ranked(trials, "accuracy", arm="loss")
    wide = trials.pivot(index="dataset", columns="loss").loc[names]
    accuracy, seconds = (wide[c][[*SMOOTH, "hinge"]] for c in ("accuracy", "seconds"))
    above = 100 * accuracy[SMOOTH].sub(accuracy["hinge"], axis=0)
    times = (seconds["psi_G"] / seconds["hinge"]).median()
    largest = trials[trials.C.eq(max(COSTS))]
    shown = {
        "Accuracy on the test part": accuracy,
        "Seconds of one thread for the search over C and the last fit": seconds,
        "Reads of the data in the last fit, Hessian products and passes of dual ascent, "
        "summed over classes": wide["reads"][SMOOTH],
    }
    problems = trials.classes.where(trials.classes > 2, 1)  # One for two classes.
    close = f"Each smooth loss is within {above.abs().to_numpy().max():.2f} points of "
    apart = "No two losses are shown to differ in mean rank"
    if np.ptp(ranks) > distance:
        apart = f"{ranks.idxmin()} ranks best, and not every loss is within reach"
    return lab.Findings(
        sentence=f"{stats.tally(summary)} pairs of losses differ in accuracy over "
        f"{len(names)} sets (Friedman p = {p:.2f}): psi_G is {above.psi_G.mean():+.2f} "
        f"points from the hinge on average, and its search for C takes {times:.2f} times "
        "the hinge's time in the median set.",
        notes=f"{len(largest)} of {len(trials)} searches chose the largest C, psi_M's "
        f"{(largest.loss == 'psi_M').sum()} times, and might gain from one larger still; "
        "sigma is not tuned. "
        + "\n\n".join(
            f"{title}:\n\n{report.markdown(table.reset_index())}"
            for title, table in shown.items()
        ),
        summary=summary,
        figures={
            "ranks": plots.critical_difference(ranks, distance, apart),
            "above": plots.beside(
                above.reset_index(),
                close + "the hinge on every set",
                "dataset",
                dict(zip(SMOOTH, SMOOTH, strict=True)),
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
    lab.run.script(__file__)
