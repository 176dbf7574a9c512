"""Starting weights by dual coordinate ascent, where the kernels are compiled.

Every row's dual variable `t_i` in turn takes the value that the optimum asks
for, `t_i = -costs_i * phi'(m_i)`, and the weights `sum_i t_i * y_i * x_i`
follow. On sparse rows a pass costs hardly more than one Hessian product and the
first passes gain the most, so Newton's method only has to finish.

Hsieh, Chang, Lin, Keerthi and Sundararajan, A dual coordinate descent method
for large-scale linear SVM, ICML 2008; Shalev-Shwartz and Zhang, Stochastic dual
coordinate ascent methods, JMLR 14 (2013).
"""

from typing import NamedTuple

import numpy as np

from hinge_keras.svm.design import FEW_FEATURES
from hinge_keras.svm.objective import Objective, Point, dots

PASSES = 1000
# Stop when a pass gains more than this share of the one before, measured over a
# few: then Newton's method gains as much from as many reads of the data. Not so on
# a narrow loss, whose curvature it hardly sees, nor, to a fine tolerance, where one
# row alone curves a squared hinge so much that Newton's products are very many.
SLOW = 0.98
NARROW = 0.02
STIFF, FINE = 1e4, 1e-6
# Stop when what is left, or gained of a narrow loss with tails, seems to be that share of
# what may be; and where the gap says that it is more, at less and less. Bounded dual
# variables tell what is left better.
CLOSE, CLOSE_IF_BOUNDED, CLOSER = 0.1, 0.5, 0.3
BOUNDED = ("squared_hinge", "quadratically_smoothed_hinge")
STILL = 0.3  # A row rests when it is off by that share of what all may be off by.


def possible(objective):
    """Whether ascent can start these problems, and is worth it.

    With few features its steps undo each other, and Newton's are cheap, but not on
    a narrow loss.
    """
    if not isinstance(objective, Objective) or kind(objective) is None:
        return False
    return objective.design.features > FEW_FEATURES or objective.phi.sigma <= NARROW


def kind(objective):
    """The number of the loss among the compiled kernels, `None` if it has none."""
    return getattr(objective.design.compiled, objective.phi.name.upper(), None)


class Start(NamedTuple):
    """Where ascent ended: a `Point`, its gap and the passes that it took, `(K,)`."""

    point: Point
    gap: np.ndarray
    passes: np.ndarray


def start(objective, tolerance, duals=None):
    """Weights whose gap is `tolerance` times the objective, or near that.

    Args:
        objective: The problems.
        tolerance: Of the duality gap, relative to the objective.
        duals: Where to start: variables `(rows, K)`, not negative, and the weights
            that they span, `(columns, K)`, but of a free intercept itself; zeros by
            default.

    Returns:
        A `Start`.
    """
    if duals is None:
        duals = np.zeros_like(objective.signs), np.zeros(objective.shape)
    variables, W = (np.array(part) for part in duals)
    at_zero = objective.phi(np.zeros_like(objective.costs))
    value = dots(objective.costs, at_zero[0])
    # Empty rows keep their margin of 0 whatever the weights are.
    empty = objective.design.square_norms == 0
    variables[empty] = (-objective.costs * at_zero[1])[empty]
    bounded = objective.phi.name in BOUNDED
    close = CLOSE_IF_BOUNDED if bounded else CLOSE
    passes = np.zeros(len(value), int)
    columns, point, gap = np.arange(len(value)), None, np.full(len(value), np.inf)
    while True:
        part = objective.select(columns)
        found = ascended(
            part, variables[:, columns], W[:, columns], close, tolerance, value[columns]
        )
        variables[:, columns], W[:, columns], taken, slow = found
        passes[columns] += taken
        now = part.at(W[:, columns])
        if point is None:
            point = now.like(len(value))
        point.put(columns, now)
        value[columns] = now.value
        gap[columns] = np.minimum(
            part.gap(now), part.gap_of(now, variables[:, columns])
        )
        columns = columns[
            (gap[columns] > tolerance * now.value) & ~slow & (passes[columns] < PASSES)
        ]
        if not len(columns):
            return Start(point, gap, passes)
        close *= CLOSER


def ascended(objective, variables, W, close, tolerance, value):
    """Each problem ascended until it seems done, or gains too slowly.

    Returns:
        Dual variables and weights, the passes, and whether they gained too slowly.
    """
    design, compiled = objective.design, objective.design.compiled
    name, margin, sigma = objective.phi
    narrow, tails = sigma <= NARROW, name not in BOUNDED
    longest = objective.costs.max() * design.square_norms.max()
    stiff = name == "squared_hinge" and longest >= STIFF and tolerance <= FINE
    slopes = design.square_norms @ objective.costs**2

    def ascend(k):
        t, w = variables[:, k].copy(), W[:, k].copy()
        goal = close * 2 * tolerance * value[k]  # Twice the gap is a squared gradient.
        passes, slow = compiled.ascend(
            compiled.Rows(
                design.X.data, *design.indexing, design.square_norms, design.intercept
            ),
            compiled.Terms(
                np.ascontiguousarray(objective.signs[:, k]),
                np.ascontiguousarray(objective.costs[:, k]),
                kind(objective),
                margin,
                sigma,
            ),
            compiled.Until(
                goal=0.0 if narrow and tails else goal,
                least=goal if narrow and tails else 0.0,
                little=0.0,
                fall=np.inf if narrow or stiff else SLOW**compiled.WINDOW,
                still=STILL * np.sqrt(goal / max(slopes[k], goal)),
            ),
            not objective.penalty.all(),
            t,
            w,
            np.empty(PASSES),
        )
        return t, w, passes, slow

    each = map if design.pool is None else design.pool.map
    t, w, passes, slow = zip(*each(ascend, range(len(value))), strict=True)
    return np.column_stack(t), np.column_stack(w), np.array(passes), np.array(slow)
