"""Compiled dual coordinate ascent for regression's tube losses; numba is an extra.

Of a target `y` and a score `s` the loss is `h(r - epsilon) + h(-r - epsilon)`, with
the residual `r = y - s` and one of the losses of `compiled`, of margin 0, for `h`.
All release Python's lock.
"""

import numba
import numpy as np

from hinge_keras.svm.compiled import (
    COMPILE,
    LOGISTIC,
    LONGEST,
    PSI_G,
    PSI_M,
    QUADRATICALLY_SMOOTHED_HINGE,
    SOFTPLUS_HINGE,
    SQUARED_HINGE,
    TOGETHER,
    WINDOW,
    derivatives,
    dot,
    shuffled,
    staying,
)

__all__ = [
    "HINGE",
    "LOGISTIC",
    "PSI_G",
    "PSI_M",
    "QUADRATICALLY_SMOOTHED_HINGE",
    "SOFTPLUS_HINGE",
    "SQUARED_HINGE",
    "WINDOW",
    "ascend",
    "slope",
]

HINGE = -1  # The quadratically smoothed one of width 0.


@numba.njit(**COMPILE)
def slope(kind, sigma, epsilon, r):
    """Slope and curvature of a tube loss at one residual."""
    rising, bend = derivatives(kind, 0.0, sigma, epsilon - r)
    falling, other = derivatives(kind, 0.0, sigma, epsilon + r)
    return falling - rising, bend + other


@numba.njit(**COMPILE)
def straight(kind):
    """Whether slopes are linear outside the tube, and then perhaps flat."""
    return kind in (HINGE, SQUARED_HINGE, QUADRATICALLY_SMOOTHED_HINGE)


@numba.njit(**COMPILE)
def box(kind, sigma, cost):
    """How far outside the tube one more of the dual variable lies, and its bound."""
    if kind == SQUARED_HINGE:
        return 0.5 / cost, np.inf
    return (0.0 if kind == HINGE else sigma / cost), cost


@numba.njit(**COMPILE)
def outside(r, epsilon):
    """How far outside the tube a residual lies, with its sign."""
    return np.sign(r) * max(abs(r) - epsilon, 0.0)


@numba.njit(**COMPILE)
def clipped(dual, most):
    return min(max(dual, -most), most)


@numba.njit(**COMPILE)
def worth(dual, r, epsilon, slack):
    """What a dual variable adds to the dual objective, at that residual."""
    return dual * r - epsilon * abs(dual) - 0.5 * slack * dual * dual


@numba.njit(**COMPILE)
def highest(r, epsilon, slack, most):
    """The dual variable that is worth most at that residual: that is the loss."""
    out = outside(r, epsilon)
    return clipped(out / slack, most) if slack > 0 else most * np.sign(out)


@numba.njit(**COMPILE)
def within(dual, r, epsilon, slack, most):
    """How far the residual lies inside of what the dual variable asks for.

    Less than 0 where it does not. Only at 0 and at a bound can it be more.
    """
    if dual == 0:
        return epsilon - abs(r)
    ahead = np.sign(dual) * r - epsilon - slack * abs(dual)
    return ahead if abs(dual) == most else -abs(ahead)


@numba.njit(**COMPILE)
def balanced(kind, sigma, epsilon, r, dual, cost, norm):
    """The step of a dual variable to where `dual + step = cost * phi'(r')`.

    There `r' = r - step * norm`, and the left side less the right increases with
    the step: Newton's method inside a shrinking bracket, to a hundredth of the first
    difference. Also returns that difference.
    """
    rise, curvature = slope(kind, sigma, epsilon, r)
    first = excess = dual - cost * rise
    if excess == 0:
        return 0.0, 0.0
    low, high = (-excess, 0.0) if excess > 0 else (0.0, -excess)
    step = 0.0
    for trial in range(30):
        if trial == 1:  # Where a hinge would go: near the kink of a narrow loss.
            step = clipped(outside(r + norm * dual, epsilon) / norm, cost) - dual
        else:
            step -= excess / (1 + cost * norm * curvature)
        if not low <= step <= high:
            step = 0.5 * (low + high)
        rise, curvature = slope(kind, sigma, epsilon, r - step * norm)
        excess = dual + step - cost * rise
        if abs(excess) <= 0.01 * abs(first):
            break
        if excess > 0:
            high = step
        else:
            low = step
    return step, first


@numba.njit(**COMPILE)
def ascend(X, problem, still, goal, fall, duals, w, gains):
    """Dual coordinate ascent from `duals` and the `w` that they span, both in place.

    Ends when the duality gap seems to be no more than `goal`, or when a pass gains more
    than the share `fall` of one a few before; at the latest when `gains` is full. For
    `X`, `problem` and `still` see `sweep`.

    Returns:
        The number of passes, and whether they gained too little in the end.
    """
    _, costs, _, _ = problem
    every = np.flatnonzero(costs > 0).astype(np.uint32)
    rows, count = every.copy(), len(every)
    order = np.empty(count // TOGETHER + 1, np.int64)
    calm, rest = np.zeros(len(costs), np.int8), np.zeros(len(costs), np.int8)
    state = np.zeros(1, np.uint64)
    far = np.inf
    for k in range(len(gains)):
        active = rows[:count]
        gap, gains[k], far = sweep(
            X, problem, still, duals, w, active, order, calm, rest, state, far
        )
        if k >= WINDOW and gains[k] > fall * gains[k - WINDOW]:
            return k + 1, True
        if gap <= goal:
            if count == len(every):
                return k + 1, False
            rows[:], count = every, len(every)  # Those that left are asked again.
            rest[:], far = 0, np.inf
        else:
            count = staying(active, rest)
            far = far if far > 0 else np.inf
    return len(gains), True


@numba.njit(**COMPILE)
def sweep(X, problem, still, duals, w, rows, order, calm, rest, state, far):
    """One pass of dual coordinate ascent over the rows, in a new random order.

    `X` is the data, indices, row bounds and squared norms of a matrix, `problem` the
    targets and costs of its rows, the intercept's column and the loss.

    Keeps `w = sum_i duals_i * x_i`. A row whose dual variable is off by no more than
    the share `still` of its cost rests, for 1, 3, 7 ... passes the more often in a
    row, by the counters `calm` and `rest`. Where slopes are straight a row leaves
    instead, `rest` -1: if its dual variable is 0 or at its bound, and its residual
    further inside of what that asks for than the last pass found any outside, `far`.

    Returns:
        The duality gap at `w`, as if no row had moved it for others or, of curved
        slopes, all were at right angles; twice what the pass gained, or a little less;
        and how far residuals were outside.
    """
    data, indices, indptr, norms = X
    targets, costs, intercept, tube = problem
    kind, sigma, epsilon = tube
    gap = gain = furthest = 0.0
    for group in shuffled(order, len(rows), state):
        for i in rows[group * TOGETHER : (group + 1) * TOGETHER]:
            if rest[i] > 0:
                rest[i] -= 1
                continue
            first, last = indptr[i], indptr[i + 1]
            r = targets[i] - dot(data, indices, first, last, w)
            if intercept != 0:
                r -= intercept * w[-1]
            dual, norm = duals[i], norms[i]
            if straight(kind):
                slack, most = box(kind, sigma, costs[i])
                inside = within(dual, r, epsilon, slack, most)
                rest[i] = -(inside > far)
                if rest[i] < 0:
                    continue
                furthest = max(furthest, -inside)
                best = highest(r, epsilon, slack, most)
                gap += worth(best, r, epsilon, slack) - worth(dual, r, epsilon, slack)
                step = highest(r + norm * dual, epsilon, norm + slack, most) - dual
            else:
                step, excess = balanced(kind, sigma, epsilon, r, dual, costs[i], norm)
                near = abs(excess) <= still * costs[i]
                calm[i] = min(calm[i] + 1, LONGEST) if near else 0
                rest[i] = (1 << calm[i]) - 1
                gap += 0.5 * norm * excess * excess
            gain += norm * step * step
            if step != 0:
                duals[i] += step
                for j in range(first, last):
                    w[indices[j]] += data[j] * step
                if intercept != 0:
                    w[-1] += intercept * step
    return gap, gain, furthest
