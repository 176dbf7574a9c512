"""What paired differences show of their mean: test, interval, and what they could show.

Test and interval are one thing: the interval holds every mean that the test does not
refuse. Two kinds of evidence answer alike. `Flips` asks which differences would have
come about if the arms had been exchanged in some pairs; `Resampled` is for pairs that
share most of their examples, which that test would take for new ones.
"""

import functools
import math
from dataclasses import dataclass

import numpy as np
import scipy.stats

ALPHA = 0.05
POWER = 0.8
# Up to so many pairs all ways to exchange the arms are tried, beyond so many at random.
EXACT, RANDOM = 16, 100_000
# Means that differ by less, relative to the largest difference, are equal.
SAME = 1e-9


def of_pairs(differences, overlap=0.0):
    """What paired differences show.

    Args:
        differences: One a pair.
        overlap: Test over other examples where the pairs are random splits of the same
            ones, see `data.dataset.resplit`; 0 where they share none.
    """
    differences = np.asarray(differences, float)
    if not (np.isfinite(differences).all() and np.isfinite(overlap)):
        raise ValueError(
            f"differences or overlap ({overlap}) have a missing value; accepted are "
            "finite numbers."
        )
    return Resampled(differences, overlap) if overlap else Flips(differences)


@dataclass(frozen=True, eq=False)
class Flips:
    """The exact sign-flip test of a mean, and the interval that it leaves.

    Under no difference each pair is as likely with the arms exchanged. The p for a mean
    above `m` is the share of all subsets of the pairs, the empty one among them, whose
    mean is at most `m` (Hartigan, Using subsample values as typical values, 1969):
    exact for differences that lie symmetrically about their mean.

    Attributes:
        differences: One a pair.
    """

    differences: np.ndarray

    @functools.cached_property
    def means(self):
        """The means of all subsets of the pairs but the empty one, in order."""
        return np.sort(averages(len(self.differences)) @ self.differences)

    @property
    def ways(self):
        return len(self.means) + 1

    def above(self, value):
        """The one-sided p for a mean above a value."""
        return (1 + np.searchsorted(self.means, value + self.same, "right")) / self.ways

    def below(self, value):
        """The one-sided p for a mean below a value."""
        at_least = len(self.means) - np.searchsorted(self.means, value - self.same)
        return (1 + at_least) / self.ways

    @property
    def same(self):
        return SAME * np.abs(self.differences).max()

    def interval(self, alpha=ALPHA):
        """The means not refused at a level; missing where no level so small is met."""
        rank = math.floor(alpha / 2 * self.ways + SAME)
        if rank < 1:
            return np.nan, np.nan
        return self.means[rank - 1], self.means[-rank]

    @property
    def share(self):
        """The variance of the mean, as a share of that of a pair."""
        return 1 / len(self.differences)

    def refused(self, alpha):
        """The level at which the test refuses, when it may at most refuse at `alpha`."""
        return math.floor(alpha / 2 * self.ways + SAME) * 2 / self.ways


@dataclass(frozen=True, eq=False)
class Resampled:
    """The corrected resampled t-test of a mean, for random splits of one data set.

    Splits overlap, so that their differences vary less than those on new data would:
    the variance of the mean is `(1 / n + overlap)` times that of a pair. Nadeau and
    Bengio, Inference for the generalization error, Machine Learning 52 (2003).

    Attributes:
        differences: One a split.
        overlap: Test over other examples.
    """

    differences: np.ndarray
    overlap: float

    @property
    def share(self):
        """The variance of the mean, as a share of that of a pair."""
        return 1 / len(self.differences) + self.overlap

    @property
    def t(self):
        return scipy.stats.t(len(self.differences) - 1)

    @property
    def error(self):
        return np.sqrt(self.share) * np.std(self.differences, ddof=1)

    def above(self, value):
        """The one-sided p for a mean above a value."""
        away = self.differences.mean() - value
        if self.error <= SAME * np.abs(self.differences).max():
            return 0.0 if away > 0 else 1.0
        return self.t.sf(away / self.error)

    def below(self, value):
        """The one-sided p for a mean below a value."""
        return Resampled(-self.differences, self.overlap).above(-value)

    def interval(self, alpha=ALPHA):
        """The means not refused at a level."""
        reach = self.t.isf(alpha / 2) * self.error
        return self.differences.mean() - reach, self.differences.mean() + reach

    def refused(self, alpha):
        """The level at which the test refuses, when it may at most refuse at `alpha`."""
        return alpha


@functools.lru_cache(maxsize=4)
def averages(pairs):
    """A row for each subset of some pairs but the empty one, which takes its mean.

    All subsets of few pairs, many at random of more.
    """
    if pairs <= EXACT:
        chosen = np.arange(1, 2**pairs)[:, None] >> np.arange(pairs) & 1
    else:
        chosen = np.random.default_rng(0).integers(0, 2, (RANDOM, pairs))
        chosen = chosen[chosen.any(axis=1)]
    return chosen / chosen.sum(axis=1, keepdims=True)


def different(shown):
    """The two-sided p for any difference."""
    return min(1.0, 2 * min(shown.above(0.0), shown.below(0.0)))


def equal(shown, within):
    """The p for a mean within some distance of 0: two one-sided tests, the larger twice.

    It is at most a level if the interval of that level lies inside the distance: what is
    drawn decides. One-sided tests alone (Schuirmann, 1987; Lakens, 2017) would be half
    as strict, and of skewed differences call too many equal: `benchmarks/evidence.csv`.
    """
    return min(1.0, 2 * max(shown.above(-within), shown.below(within)))


def detectable(shown, family=1, power=POWER):
    """The least mean difference that such pairs would show with a power.

    `(t(1 - level / 2) + t(power)) * deviation * sqrt(share)`, Student's t with n - 1
    degrees of freedom, at the level that the test reaches when corrected for the
    family; missing where no outcome of so few pairs could be shown.
    """
    pairs = len(shown.differences)
    level = shown.refused(ALPHA / family) if pairs > 1 else 0.0
    if level == 0:
        return np.nan
    t = scipy.stats.t(pairs - 1)
    deviation = np.std(shown.differences, ddof=1)
    return (t.isf(level / 2) + t.ppf(power)) * deviation * np.sqrt(shown.share)


def pairs_needed(family=1):
    """Pairs of which some outcome is shown after correction for a family of tests.

    >>> pairs_needed(), pairs_needed(36)
    (6, 11)
    """
    return math.ceil(math.log2(2 * family / ALPHA))


def share_interval(hits, total):
    """A share and its 95 % Wilson interval, missing when there is nothing to count."""
    if total == 0:
        return np.nan, np.nan, np.nan
    interval = scipy.stats.binomtest(hits, total).proportion_ci(method="wilson")
    return hits / total, interval.low, interval.high
