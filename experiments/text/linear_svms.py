"""Does a smooth hinge classify text better than the hinge, or sooner?

Seven sets of texts and two of yes-or-no features, the same term weights for every
loss, C from the same five by the same three folds, on one thread. A smooth loss has
all classes and folds of a C solved as one program; for the hinge scikit-learn loops
over its LIBLINEAR, one class of one fold at a time.
"""

import numpy as np
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.svm import LinearSVC

from experiments.text import searches
from hinge_keras import lab
from hinge_keras.lab import analysis, figures
from hinge_keras.lab.page import words
from hinge_keras.svm import SmoothSVC, SmoothSVCCV

SETS = ["SMS spam", "polarity", "R8", "a9a", "w8a", "IMDB", "20 Newsgroups"]
SETS += ["news20", "sector"]
COSTS = [0.03, 0.18, 1.0, 5.6, 32.0]
FOLDS = StratifiedKFold(3, shuffle=True, random_state=0)
SMOOTH = ["psi_G", "psi_M", "squared hinge", "logistic"]


def machines():
    """Every arm's search for C; psi_G and psi_M have sigma 1."""
    found = {}
    for arm in SMOOTH:
        model = SmoothSVC(arm.lower().replace(" ", "_"), tol=1e-3)
        found[arm] = SmoothSVCCV(model, Cs=COSTS, cv=FOLDS)
    # As many passes as LIBLINEAR of itself; its order of rows is drawn.
    hinge = LinearSVC(loss="hinge", tol=1e-2, max_iter=300, random_state=0)
    return found | {"hinge": GridSearchCV(hinge, {"C": COSTS}, cv=FOLDS)}


def measurements(quick):
    return searches.measured(SETS[:2] if quick else SETS, machines)


def findings(results):
    trials = results.table
    summary = analysis.compare(trials, "accuracy", within=(), pair=("dataset",))
    ranks, p, distance = analysis.ranked(trials, "accuracy")
    wide = searches.by_set(trials)
    accuracy, seconds = wide["accuracy"], wide["seconds"]
    above = 100 * accuracy[SMOOTH].sub(accuracy["hinge"], axis=0)
    times = (seconds["psi_G"] / seconds["hinge"]).median()
    shown = {
        "Accuracy on the test part": accuracy,
        "Seconds of one thread for the search over C and the last fit": seconds,
        "Hessian products and passes of ascent in the last fit": wide["reads"],
    }
    problems = trials.classes.where(trials.classes > 2, 1)  # One for two classes.
    trials = trials.assign(size=trials.nonzeros * problems)
    apart = "No two losses are shown to differ in mean rank"
    if np.ptp(ranks) > distance:
        apart = f"{ranks.idxmin()} ranks best, and not every loss is within reach"
    grows = f"psi_G's search takes {times:.2f} times the hinge's in the median set"
    return lab.Findings(
        sentence=f"Over {len(accuracy)} sets, {words.tally(summary)}; {grows}.",
        notes=f"psi_G is {above.psi_G.mean():+.1f} points from the hinge on average; "
        f"Friedman p = {p:.2f}. {trials.C.eq(max(COSTS)).sum()} of {len(trials)} "
        "searches chose the largest C and might gain from one "
        f"larger.\n\n{words.titled(shown)}",
        summary=summary,
        tables={"searches": results.table},
        figures={
            "ranks": figures.critical_difference(ranks, distance=distance, title=apart),
            "above": figures.beside(
                above.reset_index(),
                {arm: arm for arm in SMOOTH},
                title=f"Each smooth loss is within {above.abs().to_numpy().max():.2f} "
                "points of the hinge",
                by="dataset",
                xlabel="accuracy above the hinge's, points",
            ),
            "seconds": figures.lines(
                trials,
                x="size",
                y="seconds",
                logx=True,
                logy=True,
                title=grows,
                xlabel="stored values x binary problems",
                ylabel="seconds",
            ),
        },
    )


lab.main(__name__)
