"""Compiled dual coordinate ascent on all classes at once; numba is an extra.

The dual variables of a row are `t (classes,)`: not positive for rivals, the
negative of their sum for the true class, which a bound limits. The weights are `W
= sum_i x_i t_i'`, `(features, classes)`, so that a row reads the weights of all
classes of a feature side by side. With an intercept the last row of `W` is its own.

Throughout, `X` is the data, indices, row bounds and squared norms of a CSR matrix,
and the value of the intercept's column; `slopes` are `x_i'W`, with 1 added for
rivals: what a dual variable more would cost; `ridge` is `sigma / cost_i`.
"""

from typing import Any

import numba
import numpy as np

from hinge_keras.svm.compiled import COMPILE, LONGEST, drawn

# For the kernels of one row, which allocate nothing: to count references to the arrays
# that they are lent would take as long as all else on short rows.
BORROWING: Any = {**COMPILE, "_nrt": False}

TOGETHER = 4  # Rows visited one after another, as memory has them.
FEW = 5  # A row looks at its own classes alone if they are a share 1 / FEW at most.
SMALL = 0.1  # A row rests when its gap is no more than this share of the mean.
# The gaps that rows have when visited sum to more than the pass leaves: by so much at
# first, then by what the last certificate says, less a little.
HASTE, CAREFUL = 1.4, 0.9


@numba.njit(**BORROWING)
def score_every(X, i, W, scores):
    """The scores of all classes for row `i`, side by side.

    Four features at once: their weights come from memory together.
    """
    data, indices, indptr, _, intercept = X
    w = W[-1]
    for k in range(len(scores)):
        scores[k] = intercept * w[k]
    j, last = indptr[i], indptr[i + 1]
    while j + 4 <= last:
        u, v = W[indices[j]], W[indices[j + 1]]
        w, z = W[indices[j + 2]], W[indices[j + 3]]
        a, b, c, d = data[j], data[j + 1], data[j + 2], data[j + 3]
        for k in range(len(scores)):
            scores[k] += (a * u[k] + b * v[k]) + (c * w[k] + d * z[k])
        j += 4
    while j < last:
        value, w = data[j], W[indices[j]]
        for k in range(len(scores)):
            scores[k] += value * w[k]
        j += 1


@numba.njit(**BORROWING)
def add_every(X, i, steps, W):
    """Add `x_i steps'` to the weights of all classes."""
    data, indices, indptr, _, intercept = X
    for j in range(indptr[i], indptr[i + 1]):
        value, w = data[j], W[indices[j]]
        for k in range(len(steps)):
            w[k] += value * steps[k]
    if intercept != 0:
        w = W[-1]
        for k in range(len(steps)):
            w[k] += intercept * steps[k]


@numba.njit(**BORROWING)
def score_some(X, i, W, classes, scores):
    """The scores of those classes, a multiple of four, for row `i`."""
    data, indices, indptr, _, intercept = X
    for k in range(0, len(classes), 4):
        k0, k1, k2, k3 = classes[k], classes[k + 1], classes[k + 2], classes[k + 3]
        w = W[-1]
        a, b = intercept * w[k0], intercept * w[k1]
        c, d = intercept * w[k2], intercept * w[k3]
        for j in range(indptr[i], indptr[i + 1]):
            value, w = data[j], W[indices[j]]
            a += value * w[k0]
            b += value * w[k1]
            c += value * w[k2]
            d += value * w[k3]
        scores[k], scores[k + 1], scores[k + 2], scores[k + 3] = a, b, c, d


@numba.njit(**BORROWING)
def add_some(X, i, classes, steps, W):
    """Add `x_i steps'` to the weights of those classes, a multiple of four."""
    data, indices, indptr, _, intercept = X
    for k in range(0, len(classes), 4):
        k0, k1, k2, k3 = classes[k], classes[k + 1], classes[k + 2], classes[k + 3]
        a, b, c, d = steps[k], steps[k + 1], steps[k + 2], steps[k + 3]
        for j in range(indptr[i], indptr[i + 1]):
            value, w = data[j], W[indices[j]]
            w[k0] += value * a
            w[k1] += value * b
            w[k2] += value * c
            w[k3] += value * d
    if intercept != 0:
        for k in range(len(classes)):
            W[-1, classes[k]] += intercept * steps[k]


@numba.njit(**BORROWING)
def threshold(levels, true, room):
    """The `b` where `sum_{j != y} max(levels_j - b, 0) = min(b - levels_y, room)`.

    Newton's method from below, on a convex function of straight pieces: it ends. No
    room leaves the largest level.
    """
    highest = levels[true]
    for k in range(len(levels)):
        highest = max(highest, levels[k])
    b = max(levels[true], highest - room)
    while True:
        total, count = -room, 0
        if b < levels[true] + room:
            total, count = levels[true], 1
        for k in range(len(levels)):
            if k != true and levels[k] > b:
                total += levels[k]
                count += 1
        if count == 0 or total <= count * b:
            return b
        following = total / count
        if following <= b:  # By rounding.
            return b
        b = following


@numba.njit(**BORROWING)
def row_loss(slopes, true, bound, ridge):
    """A row's loss times its cost: the Moreau envelope of the largest slope's lead."""
    b = threshold(slopes, true, ridge * bound)
    over = b - slopes[true] - ridge * bound
    loss = bound * over if over > 0 else 0.0
    if ridge > 0:
        for k in range(len(slopes)):
            part = b - slopes[k]
            part = min(part, ridge * bound if k == true else 0.0)
            loss += 0.5 * part * part / ridge
    return loss


@numba.njit(**BORROWING)
def row_gap(loss, slopes, duals, ridge):
    """By how much a row's loss and its conjugate miss Fenchel's equality."""
    gap = loss
    for k in range(len(slopes)):
        gap += duals[k] * (slopes[k] + 0.5 * ridge * duals[k])
    return gap


@numba.njit(**BORROWING)
def row_steps(slopes, duals, true, bound, norm, ridge, steps):
    """The steps to a row's best dual variables, all others at rest.

    They minimise `0.5 * (norm + ridge) * |t|**2 + t'levels`: a projection.

    Returns:
        What the dual objective gains.
    """
    curvature = norm + ridge
    for k in range(len(slopes)):
        steps[k] = slopes[k] - norm * duals[k]
    b = threshold(steps, true, curvature * bound)
    total = 0.0
    for k in range(len(slopes)):
        if k != true:
            dual = min((b - steps[k]) / curvature, 0.0)
            steps[k] = dual - duals[k]
            total -= dual
    steps[true] = min(total, bound) - duals[true]
    gain = 0.0
    for k in range(len(slopes)):
        ahead = slopes[k] + ridge * duals[k] + 0.5 * curvature * steps[k]
        gain -= steps[k] * ahead
    return gain


@numba.njit(**COMPILE)
def certify(X, problem, duals, W):
    """What all rows' losses cost at `W`, and the duality gap, if the duals span it."""
    labels, costs, bounds, sigma = problem
    slopes = np.empty(W.shape[1])
    cost = gap = 0.0
    for i in range(len(labels)):
        if costs[i] > 0:
            score_every(X, i, W, slopes)
            slopes += 1
            slopes[labels[i]] -= 1
            ridge = sigma / costs[i]
            loss = row_loss(slopes, labels[i], bounds[i], ridge)
            cost += loss
            if X[3][i] > 0:  # An empty row is at its best with any weights.
                gap += row_gap(loss, slopes, duals[i], ridge)
    return cost, gap


@numba.njit(**COMPILE)
def ascend(X, problem, tolerance, most, dual, duals, W):
    """Dual coordinate ascent from `duals` and the `W` that they span, both in place.

    Ends when the duality gap is no more than the share `tolerance` of the objective,
    at the latest after `most` passes. `problem` is the labels, costs and bounds of
    the rows, and sigma; `dual` the dual objective at the start.

    Returns:
        The objective, the gap and the number of passes.
    """
    (_, _, _, norms, _), (_, costs, _, _) = X, problem
    rows = np.flatnonzero((costs > 0) & (norms > 0)).astype(np.uint32)
    order = np.arange(-(-len(rows) // TOGETHER))
    memory = remembered(duals)
    state = np.zeros(1, np.uint64)
    left, haste = 0.0, HASTE
    for k in range(most):
        still = SMALL * left / max(len(rows), 1)
        left, gain = sweep(X, problem, still, duals, W, rows, order, memory, state)
        dual += gain
        if left <= haste * tolerance * dual or k == most - 1:
            cost, gap = certify(X, problem, duals, W)
            objective = 0.5 * np.sum(W * W) + cost
            if gap <= tolerance * objective or k == most - 1:
                return objective, gap, k + 1
            haste = CAREFUL * left / gap
            for counter in memory[:3]:  # All rows are asked again.
                counter[:] = 0
    return np.inf, np.inf, 0


@numba.njit(**COMPILE)
def remembered(duals):
    """What ascent remembers of every row.

    For how many passes it rests, for how many visits it looks at its own classes
    alone, how often in a row a look at all found no other; and its own classes, the
    true one first, if they are few, and their number.
    """
    rows, classes = duals.shape
    few = classes // FEW // 4 * 4
    return (
        np.zeros(rows, np.int8),
        np.zeros(rows, np.int8),
        np.zeros(rows, np.int8),
        np.empty((rows, few), np.int32),
        np.zeros(rows, np.int32),
    )


@numba.njit(**COMPILE)
def sweep(X, problem, still, duals, W, rows, order, memory, state):
    """One pass of dual coordinate ascent over the rows, in a new random order.

    Returns:
        The sum of the gaps that the rows had when they were visited, and the gain.
    """
    rest = memory[0]
    every = np.arange(W.shape[1]).astype(np.int32)
    room = np.empty(W.shape[1]), np.empty(W.shape[1]), np.empty(W.shape[1])
    left = gain = 0.0
    for k in range(len(order)):
        other = k + drawn(state, len(order) - k)
        group = order[other]
        order[other] = order[k]
        order[k] = group
        for i in rows[group * TOGETHER : (group + 1) * TOGETHER]:
            if rest[i] > 0:
                rest[i] -= 1
                continue
            gap, rise = visit(X, problem, still, duals, W, i, memory, every, room)
            left += gap
            gain += rise
    return left, gain


@numba.njit(**BORROWING)
def visit(X, problem, still, duals, W, i, memory, every, room):
    """Give row `i` its best dual variables, unless its gap is no more than `still`.

    Returns:
        The gap that it had, of the classes it looked at, and the gain.
    """
    labels, costs, bounds, sigma = problem
    rest, alone, _, lists, counts = memory
    classes, true = every, labels[i]
    if alone[i] > 0:
        classes, true = lists[i, : counts[i]], 0
    count = len(classes)
    slopes, own, steps = room[0][:count], room[1][:count], room[2][:count]
    if alone[i] > 0:
        score_some(X, i, W, classes, slopes)
    else:
        score_every(X, i, W, slopes)
    for k in range(len(classes)):
        slopes[k] += k != true
        own[k] = duals[i, classes[k]]
    ridge = sigma / costs[i]
    loss = row_loss(slopes, true, bounds[i], ridge)
    gap, gain, fresh = row_gap(loss, slopes, own, ridge), 0.0, False
    if gap > still:
        gain = row_steps(slopes, own, true, bounds[i], X[3][i], ridge, steps)
        for k in range(len(classes)):
            fresh |= own[k] == 0 and steps[k] != 0
            duals[i, classes[k]] = own[k] + steps[k]
        if alone[i] > 0:
            add_some(X, i, classes, steps, W)
        else:
            add_every(X, i, steps, W)
    else:
        rest[i] = 1
    if alone[i] > 0:
        alone[i] -= 1
    else:
        remember(duals[i], labels[i], fresh, i, memory)
    return gap, gain


@numba.njit(**BORROWING)
def remember(own, true, fresh, i, memory):
    """What to look at in the next visits, now that all classes were looked at.

    The more often in a row none of them was fresh, the longer the row looks only at
    the classes that it has dual variables for, or rests if it has none.
    """
    rest, alone, calm, lists, counts = memory
    calm[i] = 0 if fresh else min(calm[i] + 1, LONGEST)
    quiet = (1 << calm[i]) - 1
    count = 0
    for k in range(len(own)):
        count += own[k] != 0
    if count == 0:
        rest[i] = quiet
    elif count <= lists.shape[1]:
        alone[i] = quiet
        counts[i] = -(-count // 4) * 4
        lists[i, 0] = true
        last, spare = 1, counts[i] - count
        for k in range(len(own)):
            if k != true and (own[k] != 0 or spare > 0):
                spare -= own[k] == 0
                lists[i, last] = k
                last += 1
                if last == counts[i]:
                    break
