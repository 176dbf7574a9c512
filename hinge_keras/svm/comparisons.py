"""Which rows are compared, and sums over them without a look at every pair.

Rows are sorted by score, once an evaluation; then the rows whose score is too close
to that of a row are those after some place. A sweep takes them up one by one into a
tree over the ranks of the relevances, which is asked for the sum of all lower ranks.
So `n` rows of `levels` relevances cost `O(n log n)` to sort and `O(n log levels)` a
sweep, for `O(n**2)` pairs.

Joachims, Training linear SVMs in linear time, KDD 2006; Airola, Pahikkala and
Salakoski, Training linear ranking SVMs in linearithmic time using red-black trees,
Pattern Recognition Letters 32 (2011); Lee and Lin, Large-scale linear RankSVM, Neural
Computation 26 (2014).
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np

try:
    from hinge_keras.svm import compiled_pairs
except ImportError:  # numba is an extra: numpy alone does everything, slower.
    compiled_pairs = None  # type: ignore[assignment]


class Sweep(NamedTuple):
    """Rows in a row: from where they are taken up, their ranks and groups.

    `first (rows,)` are places, ascending; `ranks (rows,)` count from 0 up within the
    group at `bounds[g]` to `bounds[g + 1]`, which has `levels[g]` of them.
    """

    first: np.ndarray
    ranks: np.ndarray
    bounds: np.ndarray
    levels: np.ndarray

    def lower_sums(self, values):
        """Of the values from `first` to the end of the group, of lower rank only."""
        if compiled_pairs is None:
            return lower_sums(self, values)
        out, tree = np.empty(len(values)), np.empty(self.levels.max() + 1)
        compiled_pairs.lower_sums(*self, values, tree, out)
        return out

    def mirrored(self):
        """The same pairs with both orders turned round: lower ranks are the higher."""
        rows = len(self.first)
        last = np.cumsum(np.bincount(self.first, minlength=rows + 1))[:-1]
        top = np.repeat(self.levels, np.diff(self.bounds)) - 1
        return Sweep(
            rows - last[::-1],
            (top - self.ranks)[::-1],
            rows - self.bounds[::-1],
            self.levels[::-1],
        )


@dataclass(frozen=True)
class Pairs:
    """All pairs of a higher and a lower row that count, as two sweeps.

    Args:
        order: The rows group by group, each by ascending score, `(rows,)`.
        up: The sweep over the rows in that order.
    """

    order: np.ndarray
    up: Sweep

    @cached_property
    def down(self):
        return self.up.mirrored()

    def lower(self, values):
        """The sums of the values of the lower rows of every row's pairs, `(rows,)`."""
        return self.placed(self.up.lower_sums(values[self.order]))

    def higher(self, values):
        """The sums of the values of the higher rows of every row's pairs, `(rows,)`."""
        turned = values[self.order[::-1]]
        return self.placed(self.down.lower_sums(turned)[::-1])

    def both(self, values):
        return self.lower(values) + self.higher(values)

    def placed(self, sums):
        found = np.empty_like(sums)
        found[self.order] = sums
        return found


@dataclass(frozen=True)
class Ranking:
    """What is to be ranked: rows of one group, the more relevant above the less.

    Args:
        relevance: Numbers, `(rows,)`.
        groups: Integers from 0 up, none left out, `(rows,)`.
    """

    relevance: np.ndarray
    groups: np.ndarray

    @cached_property
    def bounds(self):
        """Where each group starts and ends, once rows are sorted by group."""
        return np.concatenate([[0], np.cumsum(np.bincount(self.groups))])

    @cached_property
    def ranks(self):
        """Of each row's relevance among the distinct ones of its group, from 0 up."""
        order = np.lexsort((self.relevance, self.groups))
        rises = np.cumsum(np.diff(self.relevance[order], prepend=0.0) > 0)
        ranks = np.empty_like(order)
        ranks[order] = rises - np.repeat(rises[self.bounds[:-1]], np.diff(self.bounds))
        return ranks

    @cached_property
    def levels(self):
        """How many distinct relevances each group has."""
        levels = np.zeros(len(self.bounds) - 1, int)
        np.maximum.at(levels, self.groups, self.ranks + 1)
        return levels

    @cached_property
    def short_groups(self):
        """In the smallest type that holds them, which numpy sorts fastest."""
        return self.groups.astype(np.min_scalar_type(len(self.levels)))

    def sorted(self, scores):
        """The rows group by group, each by ascending score."""
        order = np.argsort(scores)
        if len(self.levels) == 1:
            return order
        return order[np.argsort(self.short_groups[order], kind="stable")]

    def firsts(self, scores, margin=1.0):
        """Where the pairs of each row start, in this order, of sorted scores.

        A pair counts where the higher row leads by less than the margin.
        """
        if compiled_pairs is None:
            return firsts(scores, self.bounds, margin)
        out = np.empty(len(scores), int)
        compiled_pairs.firsts(scores, self.bounds, margin, out)
        return out

    def pairs(self, order, first):
        """Those pairs, as sweeps."""
        return Pairs(order, Sweep(first, self.ranks[order], self.bounds, self.levels))

    def too_close(self, scores, margin=1.0):
        """The pairs whose higher row leads by less than the margin."""
        order = self.sorted(scores)
        return self.pairs(order, self.firsts(scores[order], margin))

    def total(self, weights):
        """The sum over all pairs of the product of both weights."""
        every = self.too_close(np.zeros(len(weights)))
        return weights @ every.lower(weights)

    def concordance(self, scores, weights):
        """The share of the pairs whose scores are in the right order; ties are half."""
        wrong, right = (
            weights @ self.too_close(sign * scores, 0.0).lower(weights)
            for sign in (1, -1)
        )
        return 0.5 + 0.5 * (right - wrong) / self.total(weights)


def firsts(scores, bounds, margin):
    """As the compiled."""
    found = []
    for start, stop in pairwise(bounds):
        own = scores[start:stop]
        found.append(start + np.searchsorted(own, own - margin, "right"))
    return np.concatenate(found)


def lower_sums(sweep, values):
    """As the compiled, a bit of the ranks at a time.

    A rank is below another where both agree in all higher bits and differ in this.
    """
    first, ranks, bounds, levels = sweep
    rows = len(values)
    bits = int(levels.max() - 1).bit_length()
    codes = ranks + (np.repeat(np.arange(len(levels)), np.diff(bounds)) << bits)
    out = np.zeros(rows)
    for bit in range(bits):
        is_high = codes >> bit & 1 == 1
        agree = (codes >> bit + 1) * rows
        low, high = np.flatnonzero(~is_high), np.flatnonzero(is_high)
        low = low[np.argsort(agree[low], kind="stable")]
        places = agree[low] + low
        sums = np.concatenate([[0.0], np.cumsum(values[low])])
        start = np.searchsorted(places, agree[high] + first[high])
        stop = np.searchsorted(places, agree[high] + rows)
        out[high] += sums[stop] - sums[start]
    return out
