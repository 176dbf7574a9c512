"""Compiled sweeps over sorted scores, for pairs; numba is an extra.

Both release Python's lock. Rows come group by group, each group by ascending score;
group `g` is at `bounds[g]` to `bounds[g + 1]`.
"""

from typing import Any

import numba

COMPILE: Any = {"nogil": True, "cache": True}


@numba.njit(**COMPILE)
def firsts(scores, bounds, margin, out):
    """Where, in its group, the scores start that each leads by less than the margin."""
    for g in range(len(bounds) - 1):
        q = bounds[g + 1]
        for p in range(bounds[g + 1] - 1, bounds[g] - 1, -1):
            while q > bounds[g] and scores[p] - scores[q - 1] < margin:
                q -= 1
            out[p] = q


@numba.njit(**COMPILE)
def lower_sums(first, ranks, bounds, levels, values, tree, out):
    """Sums of the values from `first[p]` to the end of the group, of lower rank only.

    Ranks are from 0 up, below the `levels` of their group. `tree`, of one number more
    than the most levels, is a Fenwick tree: a node holds the sum of as many ranks as
    its lowest bit says.

    Fenwick, A new data structure for cumulative frequency tables, Software: Practice
    and Experience 24 (1994).
    """
    for g in range(len(levels)):
        for node in range(levels[g] + 1):
            tree[node] = 0.0
        q = bounds[g + 1]
        for p in range(bounds[g + 1] - 1, bounds[g] - 1, -1):
            while q > first[p]:
                q -= 1
                node = ranks[q] + 1
                while node <= levels[g]:
                    tree[node] += values[q]
                    node += node & -node
            total = 0.0
            node = ranks[p]
            while node > 0:
                total += tree[node]
                node &= node - 1
            out[p] = total
