"""Regression's weights by dual coordinate ascent, where the kernels are compiled.

Every row's dual variable `t_i` in turn takes the value that the optimum asks for,
`t_i = costs_i * phi'(r_i)`, and the weights `sum_i t_i * x_i` follow. Outside the
tube of a hinge that is a soft threshold and a box; it needs no smoothing.

Ho and Lin, Large-scale linear support vector regression, JMLR 13 (2012).
"""

import numpy as np

from hinge_keras.svm.ascent import NARROW, SLOW, STILL, Start
from hinge_keras.svm.design import FEW_FEATURES
from hinge_keras.svm.residuals import Hinge

try:
    from hinge_keras.svm import compiled_residuals
except ImportError:  # numba is an extra: Newton's method does everything, slower.
    compiled_residuals = None  # type: ignore[assignment]

PASSES = 5000  # Rows that left cost nothing.
# Stop where the gap seems to be that share of what it may be; and where it is more, at
# less and less.
CLOSE, CLOSER = 0.5, 0.3


def possible(objective):
    """Whether ascent can start these problems, and is worth it.

    With few features its steps undo each other, and Newton's are cheap. A free
    intercept asks for a sum of dual variables, which no step of one alone may change:
    a smooth loss is left to Newton's method, but a hinge has no other.
    """
    if kind(objective) is None or not objective.design.compiled:
        return False
    free = not objective.penalty.all() and isinstance(objective.phi, Hinge)
    return objective.design.features > FEW_FEATURES and not free


def kind(objective):
    """The number of the loss among the compiled kernels, `None` if it has none."""
    return getattr(compiled_residuals, objective.phi.name.upper(), None)


def start(objective, tolerance):
    """Weights whose gap is `tolerance` times the objective, or near that.

    Args:
        objective: The problems; a free intercept is regularised here.
        tolerance: Of the duality gap, relative to the objective.

    Returns:
        A `Start`.
    """
    variables = np.zeros_like(objective.targets)
    point = objective.at(np.zeros(objective.shape))
    columns = np.arange(len(point.value))
    gap, passes = np.full(len(columns), np.inf), np.zeros(len(columns), int)
    close = CLOSE
    while len(columns):
        part, now = objective.select(columns), point.select(columns)
        found = ascended(part, now, variables[:, columns], close * tolerance)
        variables[:, columns], taken, slow = found
        passes[columns] += taken
        now = part.at(part.pull(variables[:, columns]))
        point.put(columns, now)
        gap[columns] = np.minimum(
            part.gap(now), part.gap_of(now, sided(variables[:, columns], part.costs))
        )
        if not objective.penalty.all():
            break  # What Newton's method will find is not the same minimum.
        going = ~slow & (passes[columns] < PASSES)
        columns = columns[(gap[columns] > tolerance * now.value) & going]
        close *= CLOSER
    return Start(point, gap, passes)


def sided(variables, costs):
    """The shares of its cost that the two sides of every row have, `(2, rows, K)`."""
    share = np.divide(variables, costs, out=np.zeros_like(variables), where=costs > 0)
    return np.maximum([share, -share], 0)


def ascended(objective, point, variables, tolerance):
    """Each problem ascended until it seems done, or gains too slowly.

    Returns:
        Dual variables, the passes, and whether they gained too slowly.
    """
    design, (name, _, sigma) = objective.design, objective.phi
    scale = np.abs(objective.targets).mean()
    narrow = objective.phi.sigma <= NARROW * scale and name != "squared_hinge"
    slopes = design.square_norms @ objective.costs**2

    def ascend(k):
        t, w = variables[:, k].copy(), np.ascontiguousarray(point.W[:, k])
        goal = tolerance * point.value[k]
        passes, slow = compiled_residuals.ascend(
            (design.X.data, *design.indexing, design.square_norms),
            (
                np.ascontiguousarray(objective.targets[:, k]),
                np.ascontiguousarray(objective.costs[:, k]),
                design.intercept,
                (kind(objective), sigma, objective.epsilon),
            ),
            # Twice the gap is a squared gradient.
            STILL * np.sqrt(2 * goal / max(slopes[k], 2 * goal)) if goal > 0 else 0.0,
            goal,
            np.inf if narrow else SLOW**compiled_residuals.WINDOW,
            t,
            w,
            np.empty(PASSES),
        )
        return t, passes, slow

    each = map if design.pool is None else design.pool.map
    t, passes, slow = zip(*each(ascend, range(len(slopes))), strict=True)
    return np.column_stack(t), np.array(passes), np.array(slow)
