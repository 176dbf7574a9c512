"""Arms over many data sets: mean ranks, how far apart they must be, and comparisons."""

import numpy as np
import scipy.stats

from hinge_keras.lab.analysis.compare import compare
from hinge_keras.lab.analysis.evidence import ALPHA
from hinge_keras.lab.tables.schema import POINTS, measured


def over_sets(differences, within, draws=50_000):
    """How probable it is, over data sets like these, that a is better, equal, or worse.

    The Bayesian signed-rank test: of two sets drawn at random, the mean difference is
    above `within`, inside it, or below its negative; sets are weighted by a Dirichlet
    posterior with a prior of half a set at 0. Benavoli and others, Time for a change,
    JMLR 18 (2017).

    Args:
        differences: Of a less b, one a data set, larger meaning a is better.
        within: Differences no larger than this do not matter.
        draws: From the posterior.

    Returns:
        Three probabilities that sum to 1.
    """
    z = np.r_[0.0, differences]
    sums = np.add.outer(z, z)
    rng = np.random.default_rng(0)
    w = rng.dirichlet(np.r_[0.5, np.ones(len(differences))], draws)
    better, worse = (
        np.einsum("ni,ni->n", w @ which.astype(float), w)
        for which in (sums > 2 * within, sums < -2 * within)
    )
    shares = np.column_stack([better, 1 - better - worse, worse])
    return np.bincount(shares.argmax(axis=1), minlength=3) / draws


def compare_over_sets(trials, measure, arm="arm", unit=POINTS, **options):
    """The comparisons of `compare` of arms in general: each pair is a data set.

    Args:
        trials: One row an arm, data set and seed; see `chosen`.
        measure: What to compare; see `schema.measured`.
        arm: The column that names the arms.
        unit: The `schema.Unit` to tell differences in.
        **options: Others of `compare`.

    Returns:
        Its rows, of the means of seeds, with the probabilities of `over_sets`:
        `likely_better`, `likely_equal` and `likely_worse` of a on another such set.
    """
    column = measured(trials, measure)
    means = trials.groupby(["dataset", arm], sort=False)[column].mean().reset_index()
    options = {"within": (), "pair": ("dataset",), "unit": unit, **options}
    rows = compare(means, measure, arm, **options)
    wide = unit.scale * means.pivot_table(column, "dataset", arm)
    likely = [
        over_sets((wide[a] - wide[b]).dropna(), unit.equal)
        for a, b in zip(rows.a, rows.b, strict=True)
    ]
    names = ["likely_better", "likely_equal", "likely_worse"]
    return rows.assign(**dict(zip(names, np.transpose(likely), strict=True)))


def critical_difference(arms, sets):
    """Nemenyi's `q / sqrt(2) * sqrt(arms * (arms + 1) / (6 * sets))`.

    >>> round(critical_difference(5, 8), 3)
    2.156
    """
    q = scipy.stats.studentized_range.ppf(1 - ALPHA, arms, np.inf)
    return float(q / np.sqrt(2) * np.sqrt(arms * (arms + 1) / (6 * sets)))


def ranked(trials, measure, arm="arm", within="dataset"):
    """Mean ranks over data sets, 1 the highest mean, and how far apart they must be.

    Args:
        trials: One row an arm, data set and seed; see `chosen`.
        measure: What to rank by, higher meaning better; see `schema.measured`.
        arm: The column that names the arms.
        within: The column that names the data sets.

    Returns:
        Mean ranks by arm; Friedman's p over data sets; Nemenyi's critical
        difference at 5 %. Demsar, JMLR 7 (2006).
    """
    measure = measured(trials, measure)
    means = trials.groupby([within, arm])[measure].mean().unstack().dropna()
    sets, arms = means.shape
    ranks = means.rank(axis=1, ascending=False).mean()
    p = scipy.stats.friedmanchisquare(*means.to_numpy().T).pvalue
    return ranks, p, critical_difference(arms, sets)
