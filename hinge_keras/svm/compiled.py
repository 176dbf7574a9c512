"""Compiled kernels on CSR matrices, for single problems; numba is an extra.

All release Python's lock.
"""

import math
from typing import Any, NamedTuple

import numba
import numpy as np

# Contraction alone: to reorder sums LLVM would gather, which is slower here.
COMPILE: Any = {"nogil": True, "cache": True, "fastmath": {"contract", "nsz"}}

# Every loss under its name in `kernels`.
SQUARED_HINGE, SOFTPLUS_HINGE, PSI_G, PSI_M, QUADRATICALLY_SMOOTHED_HINGE = range(5)
LOGISTIC = SOFTPLUS_HINGE  # Of margin 0 and width 1.
LONGEST = 6  # Doublings of the passes that a row rests.
WINDOW = 10  # Passes over which a fall of the gains is measured.
TOGETHER = 8  # Rows visited one after another, as memory has them.


class Rows(NamedTuple):
    """A CSR matrix, the squared lengths of its rows, and the intercept's column."""

    data: np.ndarray
    indices: np.ndarray
    indptr: np.ndarray
    norms: np.ndarray
    intercept: float


class Terms(NamedTuple):
    """Signs and costs of the rows, and the loss: its number, margin and width."""

    signs: np.ndarray
    costs: np.ndarray
    kind: int
    margin: float
    sigma: float


class Until(NamedTuple):
    """When ascent ends, and when a row rests.

    What is left falls to `goal`; or a pass gains no more than `least`, or than the
    share `little` of all gains; or more than the share `fall` of one some passes
    before, which is too slow. A row rests when its dual variable is off by the share
    `still` of its cost.
    """

    goal: float
    least: float
    little: float
    fall: float
    still: float


class Visits(NamedTuple):
    """What passes remember: an order, how calm rows are and rest, random numbers."""

    order: np.ndarray
    calm: np.ndarray
    rest: np.ndarray
    state: np.ndarray


@numba.njit(**COMPILE)
def dot(data, indices, first, last, w):
    """A row's inner product with `w`, in four sums that need not wait."""
    a = b = c = d = w.dtype.type(0)
    j = first
    while j + 4 <= last:
        a += data[j] * w[indices[j]]
        b += data[j + 1] * w[indices[j + 1]]
        c += data[j + 2] * w[indices[j + 2]]
        d += data[j + 3] * w[indices[j + 3]]
        j += 4
    while j < last:
        a += data[j] * w[indices[j]]
        j += 1
    return (a + b) + (c + d)


@numba.njit(**COMPILE)
def curved(data, indices, indptr, rows, curvature, intercept, s, out):
    """Add `X' (curvature * (X s))` over those rows to `out`, reading each once.

    With an intercept the last entries of `s` and `out` belong to its column.
    """
    for i in rows:
        first, last = indptr[i], indptr[i + 1]
        score = dot(data, indices, first, last, s)
        if intercept != 0:
            score += intercept * s[-1]
        score *= curvature[i]
        for j in range(first, last):
            out[indices[j]] += data[j] * score
        if intercept != 0:
            out[-1] += intercept * score


@numba.njit(**COMPILE)
def diagonal(data, indices, indptr, curvature, out):
    """Add the diagonals of `X' diag(curvature_k) X` to `out (features, K)`."""
    for i in range(len(curvature)):
        if not curvature[i].any():
            continue
        for j in range(indptr[i], indptr[i + 1]):
            square = data[j] * data[j]
            for k in range(out.shape[1]):
                out[indices[j], k] += square * curvature[i, k]


@numba.njit(**COMPILE)
def outer(data, indices, indptr, rows, curvature, out):
    """Add half of `X' diag(curvature) X` over those rows to `out (features, features)`.

    The other half is its transpose.
    """
    for i in rows:
        for j in range(indptr[i], indptr[i + 1]):
            value = data[j] * curvature[i]
            into = out[indices[j]]
            into[indices[j]] += 0.5 * value * data[j]
            for k in range(j + 1, indptr[i + 1]):
                into[indices[k]] += value * data[k]


@numba.njit(**COMPILE)
def derivatives(kind, margin, sigma, m):
    """Slope and curvature of a loss at one margin."""
    u = margin - m
    if kind == SQUARED_HINGE:
        return (-2.0 * u, 2.0) if u > 0 else (0.0, 0.0)
    v = u / sigma
    if kind == SOFTPLUS_HINGE:
        small = math.exp(-abs(v))
        share = 1 / (1 + small)
        weight = share if v > 0 else small * share
        return -weight, small * share * share / sigma
    if kind == PSI_G:
        density = math.exp(-0.5 * v * v) / math.sqrt(2 * math.pi)
        return -0.5 * math.erfc(-v * math.sqrt(0.5)), density / sigma
    if kind == PSI_M:
        root = math.sqrt(1 + v * v)
        return -0.5 * (1 + v / root), 0.5 / (root * root * root * sigma)
    if v <= 0:
        return 0.0, 0.0
    return (-v, 1 / sigma) if v < 1 else (-1.0, 0.0)


@numba.njit(**COMPILE)
def box(kind, sigma, cost):
    """How fast a dual variable grows with the gap of its margin, and to what.

    For slopes that are linear and then flat.
    """
    return (2 * cost, np.inf) if kind == SQUARED_HINGE else (cost / sigma, cost)


@numba.njit(**COMPILE)
def clipped(dual, most):
    return min(max(dual, 0.0), most)


@numba.njit(**COMPILE)
def balanced(kind, margin, sigma, m, dual, cost, norm):
    """The step of a dual variable to where `dual + step = -cost * phi'(m')`.

    There `m' = m + step * norm`, and the left side less the right increases
    with the step: Newton's method inside a shrinking bracket, to a hundredth of the
    first difference. Also returns that difference.
    """
    slope, curvature = derivatives(kind, margin, sigma, m)
    first = excess = dual + cost * slope
    if excess == 0:
        return 0.0, 0.0
    low, high = (-dual, 0.0) if excess > 0 else (0.0, -excess)
    step = 0.0
    for trial in range(30):
        if trial == 1:  # Where a hinge would go: near the kink of a narrow loss.
            step = (margin - m) / norm
        else:
            step -= excess / (1 + cost * norm * curvature)
        if not low <= step <= high:
            step = 0.5 * (low + high)
        slope, curvature = derivatives(kind, margin, sigma, m + step * norm)
        excess = dual + step + cost * slope
        if abs(excess) <= 0.01 * abs(first):
            break
        if excess > 0:
            high = step
        else:
            low = step
    return step, first


@numba.njit(**COMPILE)
def drawn(state, below):
    """A number from 0 and under `below`, by Knuth's congruences on `state (1,)`."""
    state[0] = state[0] * np.uint64(6364136223846793005) + np.uint64(1)
    return np.int64(((state[0] >> np.uint64(32)) * np.uint64(below)) >> np.uint64(32))


@numba.njit(**COMPILE)
def shuffled(order, rows, state):
    """The groups of so many rows in a new random order, written to the front of `order`.

    By Fisher and Yates.
    """
    groups = -(-rows // TOGETHER)
    for k in range(groups):
        order[k] = k
    for k in range(groups):
        other = k + drawn(state, groups - k)
        order[k], order[other] = order[other], order[k]
    return order[:groups]


@numba.njit(**COMPILE)
def ascend(X, terms, until, free, duals, w, gains):
    """Dual coordinate ascent from `duals` and the `w` that they span, both in place.

    At the latest it ends when `gains` is full. A `free` intercept is penalised for its
    distance from where the last pass left it, the method of multipliers: `w` holds it
    as it is, not what the dual variables span.

    Args:
        X: `Rows`.
        terms: `Terms`.
        until: `Until`.
        free: Whether the last weight is an intercept that is not penalised.
        duals: One a row, from 0 up.
        w: Weights.
        gains: Takes twice what every pass gained.

    Returns:
        The number of passes, and whether they gained too slowly in the end.
    """
    every = np.flatnonzero((terms.costs > 0) & (X.norms > 0)).astype(np.uint32)
    rows, count = every.copy(), len(every)
    visits = Visits(
        np.empty(count // TOGETHER + 1, np.int64),
        np.zeros(len(duals), np.int8),
        np.zeros(len(duals), np.int8),
        np.zeros(1, np.uint64),
    )
    total, below, above = 0.0, -np.inf, np.inf
    for k in range(len(gains)):
        left, gains[k], below, above = sweep(
            X, terms, until.still, duals, w, rows[:count], visits, below, above
        )
        if free:
            pull = X.intercept * (duals * terms.signs).sum()
            left += pull * pull
            w[-1] += X.intercept * pull
        total += gains[k]
        if k >= WINDOW and gains[k] > until.fall * gains[k - WINDOW]:
            return k + 1, True
        if left <= until.goal or gains[k] <= max(until.least, until.little * total):
            if count == len(every):
                return k + 1, False
            rows[:], count = every, len(every)  # Those that left are asked again.
            visits.rest[:] = 0
            below, above = -np.inf, np.inf
        else:
            count = staying(rows[:count], visits.rest)
            below = below if below < 0 else -np.inf
            above = above if above > 0 else np.inf
    return len(gains), True


@numba.njit(**COMPILE)
def staying(rows, rest):
    """Move those of the rows that have not left to the front; how many they are."""
    count = 0
    for i in rows:
        if rest[i] >= 0:
            rows[count] = i
            count += 1
    return count


@numba.njit(**COMPILE)
def sweep(X, terms, still, duals, w, rows, visits, below, above):
    """One pass of dual coordinate ascent over some rows, in a new random order.

    Keeps `w = sum_i duals_i * signs_i * x_i`. A row that is still rests, for 1, 3, 7
    ... passes the more often in a row. Where dual variables are bounded a row leaves
    instead, `rest` -1: if its own is at a bound, and its margin further on that side
    than the last pass found any on the wrong one, `below` or `above`. Its arguments
    are those of `ascend`.

    Returns:
        Twice what seems to be left: the gaps of the rows as they were visited, or the
        square of the gradient, were the rows at right angles; and twice what the pass
        gained, or a little less; then by how much margins were off, below and above.
    """
    data, indices, indptr, norms, intercept = X
    signs, costs, kind, margin, sigma = terms
    order, calm, rest, state = visits
    bounded = kind in (SQUARED_HINGE, QUADRATICALLY_SMOOTHED_HINGE)
    left = gain = lowest = highest = 0.0
    for group in shuffled(order, len(rows), state):
        for i in rows[group * TOGETHER : (group + 1) * TOGETHER]:
            if rest[i] > 0:
                rest[i] -= 1
                continue
            first, last = indptr[i], indptr[i + 1]
            score = dot(data, indices, first, last, w)
            if intercept != 0:
                score += intercept * w[-1]
            m = signs[i] * score
            if bounded:
                steep, most = box(kind, sigma, costs[i])
                ahead = m - margin + duals[i] / steep
                step = (
                    clipped(duals[i] - ahead / (1 / steep + norms[i]), most) - duals[i]
                )
                excess = duals[i] - clipped(duals[i] - ahead * steep, most)
                if duals[i] == 0:
                    rest[i] = -(ahead > above)
                    ahead = min(ahead, 0.0)
                elif duals[i] == most:
                    rest[i] = -(ahead < below)
                    ahead = max(ahead, 0.0)
                # Twice what Fenchel's inequality leaves of a row: together, the gap.
                left += excess * ((2 * duals[i] - excess) / steep - 2 * (margin - m))
                if rest[i] < 0:
                    continue
                lowest, highest = min(lowest, ahead), max(highest, ahead)
            else:
                step, excess = balanced(
                    kind, margin, sigma, m, duals[i], costs[i], norms[i]
                )
                left += norms[i] * excess * excess
                near = abs(excess) <= still * costs[i]
                calm[i] = min(calm[i] + 1, LONGEST) if near else 0
                rest[i] = (1 << calm[i]) - 1
            gain += norms[i] * step * step
            if step != 0:
                duals[i] += step
                change = step * signs[i]
                for j in range(first, last):
                    w[indices[j]] += data[j] * change
                if intercept != 0:
                    w[-1] += intercept * change
    return left, gain, lowest, highest
