"""Arms over many data sets: wins by verdict, mean ranks and how far apart they must be."""

import numpy as np
import scipy.stats

from hinge_keras.lab.analysis.intervals import ALPHA
from hinge_keras.lab.tables.schema import HIGHER, LOWER, measured


def wins(comparisons):
    """Over data sets: how often `a` won, neither did, or `a` lost, by verdict."""
    names = {HIGHER: "win", LOWER: "loss"}
    outcome = comparisons.finding.map(names).fillna("tie")
    counts = comparisons.assign(outcome=outcome).groupby(["a", "b"], sort=False)
    table = counts["outcome"].value_counts().unstack(fill_value=0)
    return table.reindex(columns=["win", "tie", "loss"], fill_value=0).reset_index()


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
