"""Is one problem of all classes better than one problem for each?

A linear SVM can set every class against the rest, or solve one problem in which the
true class has to lead the closest of its rivals (Crammer and Singer, 2001). Texts
and pages of 8 to 150 classes, each way with psi_G and a smooth maximum, sigma 1, and
each way with the hinge of LIBLINEAR; C from the same three by the same three folds,
on one thread.
"""

from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.svm import LinearSVC

from hinge_keras import lab
from hinge_keras.lab import plots, report, searches, stats
from hinge_keras.svm import SmoothSVC, SmoothSVCCV

SETS = ["R8", "BANKING77", "CLINC150", "20 Newsgroups", "news20", "sector"]
COSTS = [0.18, 1.0, 5.6]
FOLDS = StratifiedKFold(3, shuffle=True, random_state=0)
SMOOTH = {"ovr": "psi_G, each class", "crammer_singer": "psi_G, all at once"}
HINGE = {"ovr": "hinge, each class", "crammer_singer": "hinge, all at once"}


def machines():
    """Every arm's search for C."""
    found = {}
    for way, arm in SMOOTH.items():
        model = SmoothSVC(multi_class=way, tol=1e-2)
        found[arm] = SmoothSVCCV(model, Cs=COSTS, cv=FOLDS)
    for way, arm in HINGE.items():
        model = LinearSVC(loss="hinge", multi_class=way, tol=1e-2, max_iter=300)
        found[arm] = GridSearchCV(model, {"C": COSTS}, cv=FOLDS)
    return found


def measurements(quick):
    return searches.measured(SETS[:1] if quick else SETS, machines)


def findings(results):
    trials = results.trials
    summary = stats.compare(trials, "accuracy", within=(), pair=("dataset",))
    wide = searches.by_set(trials)
    accuracy, seconds = 100 * wide["accuracy"], wide["seconds"]
    above, longer = {}, {}
    for loss, arms in {"psi_G": SMOOTH, "the hinge": HINGE}.items():
        each, at_once = arms.values()
        above[loss] = accuracy[at_once] - accuracy[each]
        longer[loss] = (seconds[at_once] / seconds[each]).median()
    means = {loss: gap.mean() for loss, gap in above.items()}
    title = f"All at once: {report.listed(means, '{1:+.2f} points with {0}')}"
    table = accuracy.assign(**above).reset_index()
    columns = {loss: loss for loss in above}
    shown = {
        "Accuracy on the test part, %": accuracy,
        "Seconds of one thread for the search over C and the last fit": seconds,
    }
    return lab.Findings(
        sentence=f"{title} on average over {len(accuracy)} sets; "
        f"{stats.tally(summary)} pairs of arms differ. The search takes "
        f"{report.listed(longer, '{1:.1f} times as long with {0}')} in the median set.",
        notes=report.titled(shown),
        summary=summary,
        figures={
            "above": plots.beside(
                table, title, "dataset", columns, "accuracy above each class's, points"
            ),
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
