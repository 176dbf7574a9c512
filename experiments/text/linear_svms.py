"""Does a smooth hinge classify text better than the hinge, or sooner?

Seven sets of texts and two of yes-or-no features, rows of unit length, the same for
every loss. C, and the width sigma of psi_G and psi_M, are chosen by the same three
folds, on a grid of C that is widened for all losses of a set while one of them is best at
an end. All stop at the same duality gap, a thousandth of the objective, on one thread; the
hinge is smoothed so little (0.001) that its objective cannot tell. Beside it LIBLINEAR's,
looped over by scikit-learn one class of one fold at a time, whose stopping rule knows no
gap.
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
WIDTHS = [0.3, 1.0, 3.0]
LIMITS = {"C": (1e-3, 1e3), "sigma": (0.3, 3.0)}
FOLDS = StratifiedKFold(3, shuffle=True, random_state=0)
SMOOTH = ["psi_G", "psi_M", "squared hinge", "logistic"]
THEIRS = "hinge by LIBLINEAR"
GAP = 1e-3


def machines(costs, widths):
    """Every arm's search."""
    found = {}
    for arm in SMOOTH:
        model = SmoothSVC(arm.lower().replace(" ", "_"), tol=GAP)
        sigmas = widths if arm.startswith("psi") else None
        found[arm] = SmoothSVCCV(model, Cs=costs, sigmas=sigmas, cv=FOLDS)
    hinge = SmoothSVC("quadratically_smoothed_hinge", 1e-3, tol=GAP)
    found["hinge"] = SmoothSVCCV(hinge, Cs=costs, cv=FOLDS)
    # As many passes as LIBLINEAR of itself; its order of rows is drawn.
    theirs = LinearSVC(loss="hinge", tol=1e-2, max_iter=300, random_state=0)
    return found | {THEIRS: GridSearchCV(theirs, {"C": costs}, cv=FOLDS)}


def measurements(quick):
    sets = SETS[:2] if quick else SETS
    return searches.measured(sets, machines, COSTS, WIDTHS, LIMITS)


def findings(results):
    trials = results.table
    ours = trials[trials.arm != THEIRS]
    summary = analysis.compare(ours, "accuracy", within=(), pair=("dataset",))
    ranks, p, distance = analysis.ranked(ours, "accuracy")
    wide = searches.by_set(trials)
    accuracy, seconds = wide["accuracy"], wide["seconds"]
    above = 100 * accuracy[SMOOTH].sub(accuracy["hinge"], axis=0)
    sums, medians = seconds.sum(), seconds.div(seconds["hinge"], axis=0).median()
    shown = {
        "Accuracy on the test part": accuracy,
        "Seconds of one thread for the search and the last fit": seconds,
        "Width chosen": wide["sigma"][["psi_G", "psi_M"]],
        "Hessian products and passes of ascent in the last fit": wide["reads"],
    }
    problems = trials.classes.where(trials.classes > 2, 1)  # One for two classes.
    trials = trials.assign(size=trials.nonzeros * problems)
    apart = "No two losses are shown to differ in mean rank"
    if np.ptp(ranks) > distance:
        apart = f"{ranks.idxmin()} ranks best, and not every loss is within reach"
    at_edge = trials[trials.edge.fillna("") != ""].set_index(["arm", "dataset"]).edge
    edges = words.listed(at_edge, "{0[0]} on {0[1]} ({1})")
    grows = (
        f"psi_G's search takes {sums['psi_G']:.0f} s over all sets, the hinge's "
        f"{sums['hinge']:.0f} s"
    )
    return lab.Findings(
        sentence=f"Over {len(accuracy)} sets, {words.tally(summary)}; {grows}.",
        notes=f"psi_G is {above.psi_G.mean():+.1f} points from the hinge on average; "
        f"Friedman p = {p:.2f}. In the median set its search takes "
        f"{medians['psi_G']:.2f} times the hinge's, which chooses no width, and "
        f"LIBLINEAR's {medians[THEIRS]:.2f} times ({sums[THEIRS]:.0f} s over all). "
        f"Best at an end of a grid that met its limit: {edges or 'none'}."
        f"\n\n{words.titled(shown)}",
        overturned="widths below the least tried at which psi_G gets ahead of the "
        "hinge, or one fixed width as accurate as the chosen, which would shorten its "
        "search.",
        means="On texts choose C by cross-validation before you choose among "
        f"losses: {words.tally(summary)}, so take what is quick for you.",
        recipe="text",
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
            "seconds": figures.places(
                trials.sort_values("size", kind="stable"),
                x="seconds",
                rows="dataset",
                by="arm",
                log=True,
                title=grows,
                xlabel="seconds for the search and the last fit; sets in the order of "
                "stored values times binary problems",
            ),
        },
    )


lab.main(__name__)
