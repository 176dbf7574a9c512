"""Regression solved: by dual ascent, by Newton's method, by one after the other.

Where the kernels are compiled ascent comes first, and a hinge needs no more. Else a
narrow loss is reached through wider ones, whose solutions start the next; and so is a
hinge, by the proximal point method on its dual.

Rockafellar, Augmented Lagrangians and applications of the proximal point algorithm in
convex programming, Mathematics of Operations Research 1 (1976).
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from hinge_keras.svm import newton, residual_ascent
from hinge_keras.svm.kernels import Smooth
from hinge_keras.svm.objective import Point
from hinge_keras.svm.residuals import Hinge

FACTOR = 10**0.5  # Between one width and the next.
LOOSE = 1e-2  # The tolerance at every width but the last.
# Of a hinge: the tolerance at a width, of the gap at the last; the narrowest width, of
# the widest; how many widths at most.
CLOSE, NARROWEST, ROUNDS = 0.01, 1e-4, 50


class Solution(NamedTuple):
    """A `Point`, its gap, and the Newton steps and passes that it took, `(K,)`."""

    point: Point
    gap: np.ndarray
    iterations: np.ndarray
    passes: np.ndarray

    @classmethod
    def joined(cls, solutions):
        """One solution of the problems of all."""
        if len(solutions) == 1:
            return solutions[0]
        points, *others = zip(*solutions, strict=True)
        point = Point(*map(np.hstack, zip(*points, strict=True)))
        return cls(point, *map(np.concatenate, others))


def minimise(objective, start, tolerance, **options):
    """Minimise every column until its gap is `tolerance * value` at most.

    From the weights `start`, or from better ones where it is zero. The options are
    those of `newton.minimise`.

    Returns:
        A `Solution`.
    """
    begun = start.any()
    if residual_ascent.possible(objective) and not begun:
        begun = True
        point, gap, passes = residual_ascent.start(objective, tolerance)
    else:
        point = objective.at(start)
        gap, passes = objective.gap(point), np.zeros(len(point.value), int)
    if isinstance(objective.phi, Hinge):
        found = []
        for k in np.arange(len(gap))[:, None]:  # Each has a width of its own.
            alone = objective.select(k), point.select(k), gap[k]
            found.append(Solution(*sharpened(*alone, tolerance, **options), passes[k]))
        return Solution.joined(found)
    wide = [] if begun else wider(objective)
    found = newton_through(wide, objective, point, gap, tolerance, **options)
    return Solution(*found, passes)


def widest(objective):
    """The width that smooths all: the mean size of the targets."""
    return np.abs(objective.targets).mean()


def wider(objective):
    """The widths to solve first, from wide to narrow."""
    phi, widths = objective.phi, []
    width = widest(objective)
    while phi.has_width and width > phi.sigma:
        widths.append(width)
        width /= FACTOR
    return widths


def newton_through(widths, objective, point, gap, tolerance, max_iter, **options):
    """The minimum of a smooth loss, through those of wider ones.

    Returns:
        A point, its gap and the Newton steps.
    """
    iterations = 0
    for width in widths:
        wide = objective.with_loss(objective.phi._replace(sigma=width))
        accuracy = max(LOOSE, tolerance)
        left = max_iter - np.max(iterations)
        near, trace = newton.minimise(
            wide, wide.at(point.W), accuracy, max_iter=left, **options
        )
        iterations = iterations + trace.iterations
        point, gap = objective.at(near.W), np.inf
    left = max_iter - np.max(iterations)
    point, trace = newton.minimise(
        objective, point, tolerance, max_iter=left, gap=gap, **options
    )
    return point, trace.gaps, iterations + trace.iterations


def sharpened(objective, point, gap, tolerance, max_iter, **options):
    """The minimum of one problem of a hinge, by those of smooth ones.

    With the quadratic smoothing the dual objective loses `0.5 * width * share**2` a
    cost, and with targets moved by `width` times the last `share` it loses `0.5 * width
    * (share - last)**2` instead, but for a constant: nothing once shares stay. So the
    limit is the hinge's own minimum at a width that Newton's method still solves well.

    Returns:
        The point of the smallest gap, that gap and the Newton steps.
    """
    W, last = point.W, 0.0
    iterations = np.zeros(1, int)
    widths = widest(objective) * FACTOR ** -np.arange(ROUNDS)
    for width in np.maximum(widths, NARROWEST * widths[0]):
        if gap <= tolerance * point.value:
            break
        smooth = replace(
            objective,
            phi=Smooth("quadratically_smoothed_hinge", 0.0, width),
            targets=objective.targets + width * last,
        )
        near, trace = newton.minimise(
            smooth,
            smooth.at(W),
            CLOSE * (gap / np.maximum(gap, point.value))[0],
            max_iter=max_iter - iterations[0],
            **options,
        )
        shares = smooth.shares(near)
        W, last = near.W, shares[0] - shares[1]
        iterations += trace.iterations
        now = objective.at(W)
        bound = objective.gap_of(now, shares)
        if bound < gap:
            point, gap = now, bound
    return point, gap, iterations
