"""Narrow smoothing reached through wide: the continuation in sigma.

Far from the margin a narrow loss has no curvature, so Newton from zero weights
crawls. Each wider loss is smooth enough to be solved in a few steps, and its
solution starts the next.
"""

from hinge_keras.svm import ascent, newton

WIDEST = 1.0
FACTOR = 10**0.5  # Between one width and the next.
LOOSE = 1e-2  # The tolerance at every width but the last.


def wider(loss):
    """The losses to solve first, from wide to narrow."""
    widths = []
    while loss.has_width and (w := loss.sigma * FACTOR ** (len(widths) + 1)) < WIDEST:
        widths.append(w)
    return [loss._replace(sigma=width) for width in reversed(widths)]


def minimise(objective, start, tolerance, duals=None, initial=None, **options):
    """As `newton.minimise`, from a better start where it is zero.

    That is the end of dual coordinate ascent, where it is compiled, and the
    solution of the wider losses where it is not. With `duals`, such as a smaller
    cost's, ascent starts there.
    """
    spent, passes = [], 0
    if initial is None:
        initial = objective.initial_size()
    if ascent.possible(objective) and (duals is not None or not start.any()):
        start, passes = ascent.start(objective, tolerance, initial, duals)
    elif not start.any():
        for wide in wider(objective.phi):
            point, trace = newton.minimise(
                objective.with_loss(wide),
                start,
                tolerance=max(LOOSE, tolerance),
                **options,
            )
            start = point.W
            spent.append(trace)
    point, trace = newton.minimise(
        objective, start, tolerance, initial=initial, **options
    )
    return point, trace.after(spent, passes)
