"""Compiled kernels on CSR matrices, for single problems; numba is an extra.

All release Python's lock, and none allocates.
"""

import math

import numba
import numpy as np

# Contraction alone: to reorder sums LLVM would gather, which is slower here.
COMPILE = {"nogil": True, "cache": True, "fastmath": {"contract", "nsz"}}

SQUARED_HINGE, SOFTPLUS, PSI_G, PSI_M, PARABOLA = range(5)
LONGEST = 6  # Doublings of the passes that a row rests.
TOGETHER = 8  # Rows visited one after another, as memory has them.


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
    if kind == SOFTPLUS:
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
def balanced(kind, margin, sigma, m, dual, cost, norm):
    """The step of a dual variable to where `dual + step = -cost * phi'(m')`.

    There `m' = m + step * norm`, and the left side less the right increases
    with the step: a formula where the slope is linear and then flat, else Newton's
    method inside a shrinking bracket, to a hundredth of the first difference. Also
    returns that difference.
    """
    slope, curvature = derivatives(kind, margin, sigma, m)
    first = excess = dual + cost * slope
    if excess == 0:
        return 0.0, 0.0
    if kind in (SQUARED_HINGE, PARABOLA):
        square = kind == SQUARED_HINGE
        steep, most = (2 * cost, np.inf) if square else (cost / sigma, cost)
        wanted = steep * (margin - m + dual * norm) / (1 + steep * norm)
        return min(max(wanted, 0.0), most) - dual, first
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
def ascend(
    data,
    indices,
    indptr,
    norms,
    rows,
    order,
    signs,
    costs,
    intercept,
    loss,
    still,
    duals,
    w,
    calm,
    rest,
    state,
):
    """One pass of dual coordinate ascent over the rows, in a new random order.

    Keeps `w = sum_i duals_i * signs_i * x_i`. A row whose dual variable is off by
    no more than the share `still` of its cost rests, for 1, 3, 7 ... passes the
    more often in a row, by the counters `calm` and `rest`.

    Returns:
        The sum of the squares of what each dual variable was off by, which falls
        to 0 at the optimum, and twice what the pass gained, or a little less.
    """
    kind, margin, sigma = loss
    off = gain = 0.0
    for k in range(len(order)):
        other = k + drawn(state, len(order) - k)
        group = order[other]
        order[other] = order[k]
        order[k] = group
        for i in rows[group * TOGETHER : (group + 1) * TOGETHER]:
            if rest[i] > 0:
                rest[i] -= 1
                continue
            if norms[i] == 0:
                continue
            first, last = indptr[i], indptr[i + 1]
            score = dot(data, indices, first, last, w)
            if intercept != 0:
                score += intercept * w[-1]
            m = signs[i] * score
            step, excess = balanced(
                kind, margin, sigma, m, duals[i], costs[i], norms[i]
            )
            off += excess * excess
            gain += norms[i] * step * step
            calm[i] = (
                min(calm[i] + 1, LONGEST) if abs(excess) <= still * costs[i] else 0
            )
            rest[i] = (1 << calm[i]) - 1
            if step != 0:
                duals[i] += step
                change = step * signs[i]
                for j in range(first, last):
                    w[indices[j]] += data[j] * change
                if intercept != 0:
                    w[-1] += intercept * change
    return off, gain
