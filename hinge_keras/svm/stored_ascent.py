"""The minimum on stored rows: dual coordinate ascent by blocks, then Newton's method.

A block of rows is ascended a few times while it is in memory, the others' dual
variables at rest. The same read also tells what the objective is at the weights that
the last one left, so that a certificate costs none of its own. Every read draws its
blocks anew, of stripes from all over the file: where the same rows always meet, what
is left of the gap falls many times more slowly.

Yu, Hsieh, Chang and Lin, Large linear classification when data cannot fit in memory,
KDD 2010 and ACM TKDD 5 (2012), for the blocks. A free intercept is ascended as one
that is penalised for its distance from where the last read left it, the method of
multipliers: Rockafellar, Augmented Lagrangians and applications of the proximal point
algorithm in convex programming, Math. Oper. Res. 1 (1976).
"""

from itertools import islice
from typing import NamedTuple

import numpy as np

from hinge_keras.svm import ascent, continuation, newton
from hinge_keras.svm.objective import dots

SWEEPS = 5  # Of a block while it is in memory,
LITTLE = 0.1  # or fewer: until one gains no more than this share of them all.
READS = 1000
# Newton's method goes on when reads shrink the gap by less than this factor each, over
# a few; later on a narrow loss, whose curvature it hardly sees.
SLOW, SLOW_IF_NARROW, WINDOW = 0.9, 0.97, 4


class Found(NamedTuple):
    """Weights `(columns, K)`, the objective there, and the gap to its minimum, `(K,)`."""

    W: np.ndarray
    value: np.ndarray
    gap: np.ndarray

    def where(self, taken, other):
        """The other's columns where `taken`, these elsewhere."""
        pairs = zip(other, self, strict=True)
        return Found(*(np.where(taken, new, old) for new, old in pairs))


def minimise(objective, start, tolerance, **options):
    """As `continuation.minimise`, for a `StoredObjective`: the `Point` and the `Trace`.

    Args:
        objective: The problems, one a column; all share each read of the data.
        start: Weights `(columns, K)`; dual ascent comes first where they are zero.
        tolerance: Of the duality gap, relative to the objective.
        options: Those of `newton.minimise`.
    """
    if start.any() or not ascent.possible(objective):
        return continuation.minimise(objective, start, tolerance, **options)
    found, passes = ascended(objective, tolerance)
    point, trace = newton.minimise(
        objective, objective.at(found.W), tolerance, gap=found.gap, **options
    )
    return point, trace.after([], passes)


def ascended(objective, tolerance):
    """The best weights that reads find until they gain little, and how many reads."""
    narrow = objective.phi.sigma <= ascent.NARROW
    fall = (SLOW_IF_NARROW if narrow else SLOW) ** WINDOW
    best, left = None, []
    for found in islice(reads(objective), READS):
        best = found if best is None else best.where(found.gap < best.gap, found)
        left.append(best.gap / np.where(best.value > 0, best.value, 1))
        slow = len(left) > WINDOW and left[-1] > fall * left[-1 - WINDOW]
        if np.all((left[-1] <= tolerance) | slow):
            break
    return best, len(left)


def reads(objective, seed=0):
    """What each read of the data finds, without end: a generator of `Found`.

    The weights are those before the read, at first zeros; their gap is to the dual
    objective after it.
    """
    random, stripes = np.random.default_rng(seed), len(objective.design.stored.bounds)
    variables = np.zeros_like(objective.signs)
    W, w = np.zeros(objective.shape), np.zeros(objective.shape, order="F")
    while True:
        value, spans = 0.5 * dots(W, objective.penalty * W), 0.0
        for rows, block in objective.blocks(random.permutation(stripes)):
            value += block.loss(block.scores(W))
            own = np.asfortranarray(variables[rows])
            climb(block, own, w)
            variables[rows] = own
            spans += spanned(block, own)
        gap = value - dual(objective, variables, spans)
        yield Found(W, value, np.maximum(gap, newton.ROUNDING * value))
        W, whole = w.copy(), spans.sum(axis=0)
        w[:] = np.where(objective.penalty > 0, whole, w + whole)


def climb(block, variables, w):
    """Ascend the dual variables of a block and the weights `w`, both in place."""
    design, phi = block.design, block.phi
    compiled = design.compiled
    rows = compiled.Rows(
        design.X.data, *design.indexing, design.square_norms, design.intercept
    )
    # Every sweep asks every row, however still, and something is always left to gain.
    until = compiled.Until(goal=0.0, least=0.0, little=LITTLE, fall=np.inf, still=0.0)
    for k in range(w.shape[1]):
        terms = compiled.Terms(
            np.ascontiguousarray(block.signs[:, k]),
            np.ascontiguousarray(block.costs[:, k]),
            ascent.kind(block),
            phi.margin,
            phi.sigma,
        )
        # A free intercept is moved between the reads.
        compiled.ascend(
            rows, terms, until, False, variables[:, k], w[:, k], np.empty(SWEEPS)
        )


def sides(objective):
    """The examples whose dual variables may be scaled together, `(rows, K)` each.

    A free intercept asks those of either sign for the same sum.
    """
    if objective.penalty.all():
        return [np.ones_like(objective.signs)]
    return [(objective.signs == sign) * 1.0 for sign in (-1, 1)]


def spanned(block, variables):
    """The weights that the variables of each side span, `(sides, columns, K)`."""
    signed = block.signs * variables
    return np.stack([block.pull(signed * side) for side in sides(block)])


def dual(objective, variables, spans):
    """The dual objective, `(K,)`, where the heavier side is scaled down to the other.

    `-sum_i costs_i phi*(t_i / costs_i) - 0.5 * |sum_i t_i signs_i x_i|**2`, below the
    minimum at any `t_i` in the domain of the conjugate.
    """
    masks = sides(objective)
    sums = np.stack([dots(variables, side) for side in masks])
    shares = sums.min(axis=0) / np.where(sums > 0, sums, 1)
    scaled = variables * sum(map(np.multiply, masks, shares))
    own = np.divide(
        scaled, objective.costs, out=np.zeros_like(scaled), where=objective.costs > 0
    )
    span = objective.penalty * np.einsum("sk,sjk->jk", shares, spans)
    conjugates = dots(objective.costs, objective.phi.conjugate(own))
    return -conjugates - 0.5 * dots(span, span)
