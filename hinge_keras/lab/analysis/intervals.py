"""Intervals and tests of some numbers: how sure, how large, how many."""

import numpy as np
import scipy.stats

ALPHA = 0.05
RESAMPLES = 10_000


def bootstrap_interval(values, statistic=np.mean):
    """A 95 % percentile bootstrap interval; missing below two values."""
    if len(values) < 2:
        return np.nan, np.nan
    if np.ptp(values) == 0:
        return values[0], values[0]
    interval = scipy.stats.bootstrap(
        (values,),
        statistic,
        n_resamples=RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    return interval.low, interval.high


def detectable(difference, power=0.8):
    """The smallest mean difference that so many pairs of this spread would show.

    `(t(1 - ALPHA / 2) + t(power)) * deviation / sqrt(pairs)`, Student's t with
    pairs - 1 degrees of freedom; missing below two pairs.
    """
    pairs = len(difference)
    if pairs < 2:
        return np.nan
    t = scipy.stats.t(pairs - 1)
    reach = t.ppf(1 - ALPHA / 2) + t.ppf(power)
    return reach * np.std(difference, ddof=1) / np.sqrt(pairs)


def signed_rank(difference):
    """The exact two-sided Wilcoxon signed-rank p, pairs that differ by nothing left out.

    Of all ways to give the ranks signs, the share of those whose sum of positive ranks
    is as far out; tied gaps share their mean rank. The ways are counted by sum, one
    rank after another, in whole halves of a rank. 1 when no pair differs, missing
    without pairs. Wilcoxon, Individual comparisons by ranking methods (1945).
    """
    if len(difference) == 0:
        return np.nan
    if not np.any(difference):
        return 1.0
    # Equal gaps must tie, and 0.3 - 0.2 is not 0.2 - 0.1 in binary.
    steps = np.round(difference / np.abs(difference).max(), 9)
    steps = steps[steps != 0]
    halves = np.rint(2 * scipy.stats.rankdata(np.abs(steps))).astype(int)
    share = np.zeros(halves.sum() + 1)  # Of the ways, by the sum of positive ranks.
    share[0] = 1.0
    for rank in halves:
        moved = np.zeros_like(share)
        moved[rank:] = share[:-rank]
        share = (share + moved) / 2
    positive = halves[steps > 0].sum()
    tail = min(share[: positive + 1].sum(), share[positive:].sum())
    return min(1.0, 2 * tail)


def holm(p):
    """Holm's step-down correction; a missing p stays missing."""
    p = np.asarray(p, dtype=float)
    corrected = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known])]
    steps = p[order] * np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return corrected


def share_interval(hits, total):
    """A share and its 95 % Wilson interval, missing when there is nothing to count."""
    if total == 0:
        return np.nan, np.nan, np.nan
    interval = scipy.stats.binomtest(hits, total).proportion_ci(method="wilson")
    return hits / total, interval.low, interval.high
