"""Trust-region Newton with preconditioned conjugate gradients, on a block.

Every column of a block is its own problem with its own radius and stopping;
they share the passes over the data. The method and its constants are those of
Lin, Weng and Keerthi, Trust region Newton method for large-scale logistic
regression, JMLR 9 (2008), after Lin and More, SIAM J. Optim. 9 (1999), but for
poor steps: margins are linear in a step, so that the lowest point along it costs
no products, and is taken where the region would shrink. Regions shrink to nothing
where a few rows are much longer than the others.

Keerthi and DeCoste, A modified finite Newton method for fast solution of large
scale linear SVMs, JMLR 6 (2005), for that search.
"""

from typing import NamedTuple

import numpy as np

from hinge_keras.svm.objective import dots, lengths

POOR = 0.25  # The share of the predicted decrease below which a step is searched.
GROW = 4.0  # The most by which a radius grows after another.
FLAT = 0.1  # The search ends at that share of the slope at its beginning,
TRIALS = 100  # or after so many slopes.

# Below this change, relative to the objective, it is rounding: then a shorter
# gradient tells whether a step was good.
ROUNDING = 1e-13

DIAGONAL = 0.01  # The share of the Hessian's diagonal in the metric.
SLACK = 0.1  # How far off a Hessian may be, of that residual.
LIMIT = 1000  # Conjugate-gradient steps for one Newton step.

# How much of the gradient conjugate gradients may leave unexplained, given
# |g| / |g0|. A constant converges linearly and saves products at low accuracy;
# one that shrinks with the gradient converges quadratically.
FORCING = {
    "constant": lambda relative: np.full_like(relative, 0.1),
    "shrinking": lambda relative: np.minimum(0.1, relative),
}


class Trace:
    """What a run did: arrays of one row an iteration and one column a problem.

    Once a problem has finished its row repeats.

    Attributes:
        initial: The length of the gradient at zero weights, `(K,)`.
        values, gradients, products: The objective, the length of its gradient
            and the Hessian products so far, `(iterations + 1, K)`.
        iterations, converged: Newton steps tried, and whether the tolerance was
            met, `(K,)`.
        passes: Passes of dual coordinate ascent before the first step, `(K,)`.
    """

    def __init__(self, initial):
        problems = len(initial)
        self.initial = initial
        self.values = np.empty((0, problems))
        self.gradients = np.empty((0, problems))
        self.products = np.empty((0, problems), int)
        self.iterations = np.zeros(problems, int)
        self.converged = np.zeros(problems, bool)
        self.passes = np.zeros(problems, int)

    def add(self, columns, values, gradients, products):
        self.values = extended(self.values, columns, values)
        self.gradients = extended(self.gradients, columns, gradients)
        self.products = extended(self.products, columns, products)

    def relative(self):
        """The last gradient's length as a share of the one at zero weights."""
        known = np.where(self.initial > 0, self.initial, 1.0)
        return self.gradients[-1] / known

    def after(self, earlier, passes=0):
        """This trace with the cost of finding its start counted.

        `earlier` are the traces of runs before, `passes` those of an ascent.
        """
        self.passes = self.passes + passes
        for trace in earlier:
            self.iterations = self.iterations + trace.iterations
            self.products = self.products + trace.products[-1]
        return self

    @classmethod
    def joined(cls, traces):
        """One trace of the problems of all."""
        if len(traces) == 1:
            return traces[0]
        whole = cls(np.concatenate([trace.initial for trace in traces]))
        rows = max(len(trace.values) for trace in traces)
        for name in ("values", "gradients", "products"):
            parts = [getattr(trace, name) for trace in traces]
            short = [((0, rows - len(part)), (0, 0)) for part in parts]
            parts = map(lambda part, pad: np.pad(part, pad, "edge"), parts, short)
            setattr(whole, name, np.hstack(list(parts)))
        for name in ("iterations", "converged", "passes"):
            parts = [getattr(trace, name) for trace in traces]
            setattr(whole, name, np.concatenate(parts))
        return whole


def extended(rows, columns, row):
    """The rows and one more, which repeats the last outside those columns."""
    last = rows[-1:].copy() if len(rows) else np.zeros((1, rows.shape[1]), rows.dtype)
    last[0, columns] = row
    return np.vstack([rows, last])


class Step(NamedTuple):
    """A step `S (columns, K)`, the decrease it predicts and its cost, `(K,)`."""

    S: np.ndarray
    decrease: np.ndarray
    products: np.ndarray


def minimise(
    objective,
    start,
    tolerance=1e-4,
    forcing="constant",
    max_iter=1000,
    initial=None,
):
    """Minimise every column from `start` until `|g| <= tolerance * |g0|`.

    `g0` is the gradient at zero weights, wherever the start is; `initial` is its
    length, where it is known. A column also stops when no step shortens its
    gradient in floating point.

    Returns:
        The `Point` with the weights `(columns, K)`, and the `Trace`.
    """
    trace = Trace(objective.initial_size() if initial is None else initial)
    goal = tolerance * trace.initial
    columns = np.arange(start.shape[1])
    spent = np.zeros(len(columns), int)
    stuck = np.zeros(len(columns), bool)
    point = solution = objective.at(np.array(start, dtype=float))
    radius = None
    for iteration in range(max_iter + 1):
        size = lengths(point.gradient)
        trace.add(columns, point.value, size, spent)
        reached = size <= goal[columns]
        finished = reached | stuck | (iteration == max_iter)
        if finished.any():
            solution.put(columns[finished], point.select(finished))
            trace.iterations[columns[finished]] = iteration
            trace.converged[columns[finished]] = reached[finished]
            if finished.all():
                return solution, trace
            kept = ~finished
            objective, point = objective.select(kept), point.select(kept)
            columns, spent, size = columns[kept], spent[kept], size[kept]
            radius = None if radius is None else radius[kept]
        residual = FORCING[forcing](size / trace.initial[columns])
        # The residual bounds what a Hessian off by as much would change.
        hessian = objective.hessian(point.curvature, residual.min() * SLACK)
        metric = preconditioner(hessian.diagonal())
        force = dots(point.gradient, point.gradient / metric)
        bound = np.sqrt(force) if radius is None else radius
        step = conjugate_gradients(hessian, point.gradient, metric, bound, residual)
        spent = spent + step.products
        trial = objective.at(point.W + step.S)
        length = np.sqrt(dots(step.S, metric * step.S))
        if radius is None:
            bound = np.minimum(bound, length)
        radius = grown(bound, length, point, trial, step)
        rounding = ROUNDING * np.abs(point.value)
        poor = point.value - trial.value < POOR * step.decrease - rounding
        if poor.any():
            trial = objective.at(
                point.W + shares(objective, point, step, poor) * step.S
            )
        gain = point.value - trial.value
        shorter = dots(trial.gradient, trial.gradient / metric) < force
        taken = (gain > rounding) | ((gain >= -rounding) & shorter)
        stuck = ~taken
        point = point.where(taken, trial)


def preconditioner(diagonal):
    """The metric of the trust region and of conjugate gradients.

    Mostly the identity, as in LIBLINEAR since 2.20: the diagonal alone shapes a
    bad region where few examples have curvature, but is needed where features
    have very different scales.
    """
    return (1 - DIAGONAL) + DIAGONAL * diagonal


def conjugate_gradients(hessian, gradient, metric, radius, residual):
    """Lower the quadratic model of every column within its radius.

    Steihaug's method: stop when the residual is that share of the gradient, in
    the inverse metric, or where the path leaves the region.
    """
    S = np.empty_like(gradient)
    decrease = np.empty_like(radius)
    products = np.zeros(len(radius), int)
    live = np.arange(len(radius))
    s, r = np.zeros_like(gradient), -gradient
    d = r / metric
    rz = dots(r, d)
    goal = residual**2 * rz
    ss, sd, dd = np.zeros_like(rz), np.zeros_like(rz), rz  # In the metric.
    for count in range(1, LIMIT + 1):
        Hd = hessian(d)
        along = dots(d, Hd)
        with np.errstate(divide="ignore", over="ignore"):
            alpha = np.where(along > 0, rz / along, np.inf)
            outside = ss + alpha * (2 * sd + alpha * dd) >= radius**2
        edge = (np.sqrt(sd**2 + dd * (radius**2 - ss)) - sd) / dd
        alpha = np.where(outside, edge, alpha)
        s += alpha * d
        r -= alpha * Hd
        z = r / metric
        rz, old = dots(r, z), rz
        stop = outside | (rz <= goal) | (count == LIMIT)
        if stop.any():
            done = live[stop]
            S[:, done] = s[:, stop]
            products[done] = count
            decrease[done] = 0.5 * dots(s[:, stop], (r - gradient)[:, stop])
            if stop.all():
                break
            kept = ~stop
            live, radius, metric = live[kept], radius[kept], metric[:, kept]
            s, r, z, d = s[:, kept], r[:, kept], z[:, kept], d[:, kept]
            hessian, gradient = hessian.select(kept), gradient[:, kept]
            rz, old, goal, alpha = rz[kept], old[kept], goal[kept], alpha[kept]
            ss, sd, dd = ss[kept], sd[kept], dd[kept]
        beta = rz / old
        d = z + beta * d
        ss, sd, dd = (
            ss + alpha * (2 * sd + alpha * dd),
            beta * (sd + alpha * dd),
            rz + beta**2 * dd,
        )
    return Step(S, decrease, products)


def grown(radius, length, point, trial, step):
    """The radius after a step of that length, by Lin and More's rule for good ones."""
    actual = point.value - trial.value
    along = dots(point.gradient, step.S)
    # The minimiser, over multiples of the step, of the parabola through both
    # values and the slope at the first.
    bend = -actual - along
    with np.errstate(divide="ignore", invalid="ignore"):
        best = np.where(bend <= 0, GROW, -0.5 * along / bend)
    return np.maximum(radius, np.minimum(best * length, GROW * radius))


def shares(objective, point, step, poor):
    """How much of every step to take, `(K,)`: all of it, but for the poor ones."""
    found = np.ones(len(poor))
    along = objective.select(poor).along(point.select(poor), step.S[:, poor])
    found[poor] = lowest(along)
    return found


def lowest(slope):
    """The share of every step, from 0 to 1, where the objective is lowest.

    By false position and bisection in turn, aiming a little short.

    Args:
        slope: The function from shares `(K,)` to slopes along the steps, which
            rises from below 0 at 0.

    Returns:
        1 where even there the slope is not above 0, else shares where it is not
        above 0 and at least `FLAT` times that at 0, `(K,)`.
    """
    below, above = slope(0.0), slope(1.0)
    goal, done = FLAT * below, above <= 0
    low, high = np.where(done, 1.0, 0.0), np.ones_like(below)
    for trial in range(TRIALS):
        if done.all():
            break
        with np.errstate(invalid="ignore", divide="ignore"):  # Where done.
            straight = (below - 0.5 * goal) / (below - above)
            part = 0.5 if trial % 2 else straight
            share = np.where(done, low, low + part * (high - low))
        value = slope(share)
        falls = value <= 0
        low, below = np.where(falls, share, low), np.where(falls, value, below)
        high, above = np.where(falls, high, share), np.where(falls, above, value)
        done |= falls & (value >= goal)
    return low
