"""Narrow smoothing reached through wide: the continuation in sigma.

Far from the margin a narrow loss has no curvature, so Newton from zero weights
crawls. Each wider loss is smooth enough to be solved in a few steps, and its
solution starts the next.
"""

import numpy as np

from hinge_keras.svm import ascent, kernels, newton

HINGE_LIKE = "quadratically_smoothed_hinge"
# Beside a loss of a width that costs and rows exceed so many times it is so many times
# as wide, and minimised so closely.
STIFF, TIMES, CLOSE = 1000, 5.0, 1e-3
WIDEST = 1.0
FACTOR = 10**0.5  # Between one width and the next.
LOOSE = 1e-2  # The tolerance at every width but the last.


def wider(loss):
    """The losses to solve first, from wide to narrow."""
    widths = []
    while loss.has_width and (w := loss.sigma * FACTOR ** (len(widths) + 1)) < WIDEST:
        widths.append(w)
    return [loss._replace(sigma=width) for width in reversed(widths)]


def minimise(objective, start, tolerance, duals=None, **options):
    """As `newton.minimise` from the weights `start`, from better ones where it is zero.

    Those are the end of dual coordinate ascent, where it is compiled, and the
    solution of the wider losses where it is not. With `duals`, such as a smaller
    cost's, ascent starts there.
    """
    if ascent.possible(objective) and (duals is not None or not start.any()):
        near = objective.with_loss(first(objective))
        alike = near.phi == objective.phi
        found = ascent.start(near, tolerance if alike else CLOSE, duals)
        point = found.point if alike else objective.at(found.point.W)
        gap = found.gap if alike else np.inf
        point, trace = newton.minimise(objective, point, tolerance, gap=gap, **options)
        return point, trace.after([], found.passes)
    spent = []
    for wide in wider(objective.phi) if not start.any() else ():
        widened = objective.with_loss(wide)
        point, trace = newton.minimise(
            widened, widened.at(start), max(LOOSE, tolerance), **options
        )
        start = point.W
        spent.append(trace)
    point, trace = newton.minimise(objective, objective.at(start), tolerance, **options)
    return point, trace.after(spent)


def first(objective):
    """The loss that ascent minimises first.

    Of one with tails that is nearly a hinge beside what rows can move, the
    quadratically smoothed hinge around the same place, some times as wide: its dual
    variables reach their bounds, and rest there.
    """
    loss = objective.phi
    reach = objective.costs.max() * objective.design.square_norms.mean()
    if loss.name in ascent.BOUNDED or reach < STIFF * loss.sigma:
        return loss
    width = TIMES * loss.sigma
    return kernels.of(HINGE_LIKE, width)._replace(margin=loss.margin + 0.5 * width)
