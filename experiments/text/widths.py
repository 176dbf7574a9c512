"""Does a narrow smooth hinge classify text better than a wide one?

Luo, Qiao and Zhang (2021) say that SVMs with smooth hinges are effective on text; their
sets and numbers could not be verified. The study `text/linear_svms` chooses the width of
psi_G from 0.3 up, and mostly takes 0.3. Here three widths from 0.01 to 1, each an arm of
its own, on five sets of texts and two of yes-or-no features. C is chosen for every arm
by the same three folds, on a grid that is widened for all arms of a set while one of
them is best at an end. The hinge is smoothed so little that its objective cannot tell.
"""

from experiments.newton.convergence import SOURCE
from experiments.text import searches
from experiments.text.linear_svms import COSTS, FOLDS, GAP, LIMITS
from hinge_keras import lab
from hinge_keras.lab import analysis, figures
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.page import words
from hinge_keras.svm import SmoothSVC, SmoothSVCCV

SETS = ["SMS spam", "polarity", "R8", "a9a", "w8a", "IMDB", "BANKING77"]
WIDTHS = {f"psi_G({sigma:g})": sigma for sigma in (0.01, 0.1, 1.0)}
HINGE = "hinge"
CLAIM = "SVMs with a smooth hinge are effective on text: as accurate as the SVM"


def machines(costs, _):
    """Every arm's search; a width is fixed."""
    models = {arm: SmoothSVC("psi_g", sigma, tol=GAP) for arm, sigma in WIDTHS.items()}
    models[HINGE] = SmoothSVC("quadratically_smoothed_hinge", 1e-3, tol=GAP)
    return {arm: SmoothSVCCV(m, Cs=costs, cv=FOLDS) for arm, m in models.items()}


def measurements(quick):
    sets = SETS[:2] if quick else SETS
    # Only costs are widened: two widths that no arm takes bound nothing.
    return searches.measured(sets, machines, COSTS, [1.0, 2.0], LIMITS)


def findings(results):
    trials = results.table
    options = {"within": (), "pair": ("dataset",), "against": HINGE}
    summary = analysis.compare(trials, "accuracy", **options)
    wide = searches.by_set(trials)
    accuracy, seconds = wide["accuracy"], wide["seconds"].sum()
    above = 100 * accuracy[[*WIDTHS]].sub(accuracy[HINGE], axis=0)
    narrow, *_, broad = WIDTHS
    title = (
        f"{narrow} is within {above[narrow].abs().max():.1f} points of the hinge, "
        f"{broad} {above[broad].min():+.1f} to {above[broad].max():+.1f}"
    )
    at_edge = trials[trials.edge.fillna("") != ""].set_index(["arm", "dataset"]).edge
    curves = above.rename(columns=WIDTHS).stack().rename_axis(["dataset", "sigma"])
    rows = (
        claims.alike(CLAIM, SOURCE, row, on=f"{arm}, {len(accuracy)} sets")
        for arm in WIDTHS
        for row in [analysis.between(summary, arm, HINGE)]
    )
    return lab.Findings(
        sentence=f"{title}, over {len(accuracy)} sets: {words.tally(summary)}.",
        notes="The widest is ahead of the narrowest by "
        f"{words.listed(above[broad] - above[narrow], '{1:+.2f} points on {0}')}. "
        f"All searches took {words.listed(seconds, '{1:.0f} s with {0}')}. "
        "Best at an end of a grid that met its limit: "
        f"{words.listed(at_edge, '{0[0]} on {0[1]} ({1})') or 'none'}."
        f"\n\n{words.titled({'Accuracy on the test part': accuracy})}",
        overturned="a set of texts on which a width below the least tried is ahead of "
        "the hinge and of the widest, by more than splits of the set vary.",
        means="On texts choose C with care and the width of a smooth hinge "
        f"without: beside the hinge, {words.tally(summary)}.",
        recipe="text",
        summary=summary,
        claims=claims.table(rows),
        tables={"searches": trials},
        figures={
            "above": figures.lines(
                curves.reset_index(name="above"),
                x="sigma",
                y="above",
                by="dataset",
                logx=True,
                title=title,
                xlabel="sigma of psi_G",
                ylabel="accuracy above the hinge's, points",
            )
        },
    )


lab.main(__name__)
