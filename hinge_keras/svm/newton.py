"""Trust-region Newton with preconditioned conjugate gradients, on a block.

Every column of a block is its own problem with its own radius and stopping;
they share the passes over the data. A column is done when its duality gap says so: a
gradient that is small beside the first one says nothing where one feature is large.

The method and its constants are those of Lin, Weng and Keerthi, Trust region Newton
method for large-scale logistic regression, JMLR 9 (2008), after Lin and More, SIAM J.
Optim. 9 (1999), but for poor steps: margins are linear in a step, so that the lowest
point along it costs no products, and is taken where the region would shrink. Regions
shrink to nothing where a few rows are much longer than the others.

Keerthi and DeCoste, A modified finite Newton method for fast solution of large
scale linear SVMs, JMLR 6 (2005), for that search; Eisenstat and Walker, Choosing the
forcing terms in an inexact Newton method, SIAM J. Sci. Comput. 17 (1996).
"""

from typing import NamedTuple

import numpy as np

from hinge_keras.svm.objective import Block, Point, dots, lengths

POOR = 0.25  # The share of the predicted decrease below which a step is searched.
GROW = 4.0  # The most by which a radius grows after another.
FLAT = 0.1  # The search ends at that share of the slope at its beginning,
TRIALS = 100  # or after so many slopes.

# Below this change, relative to the objective, it is rounding: then a shorter
# gradient tells whether a step was good.
ROUNDING = 1e-13

SLACK = 0.1  # How far off a Hessian may be, of that residual.
LIMIT = 1000  # Conjugate-gradient steps for one Newton step.
LOOSEST = 0.1  # The most of a gradient that conjugate gradients may leave.
ENOUGH = 0.5  # And the least they are asked for: that share of what the end asks.

# How much of the gradient conjugate gradients may leave, given by how much the last
# step shortened it. A constant converges linearly; the square converges quadratically.
FORCING = {
    "constant": lambda ratio: np.full_like(ratio, LOOSEST),
    "shrinking": lambda ratio: np.minimum(LOOSEST, ratio**2),
}


class Trace:
    """What a run did: arrays of one row an iteration and one column a problem.

    Once a problem has finished its row repeats.

    Attributes:
        values, gradients, products: The objective, the length of its gradient
            and the Hessian products so far, `(iterations + 1, K)`.
        gaps: How far above its minimum the last objective is at most, `(K,)`.
        iterations, converged: Newton steps tried, and whether the gap was small
            enough, `(K,)`.
        passes: Passes of dual coordinate ascent before the first step, `(K,)`.
    """

    def __init__(self, problems):
        self.values = np.empty((0, problems))
        self.gradients = np.empty((0, problems))
        self.products = np.empty((0, problems), int)
        self.gaps = np.full(problems, np.inf)
        self.iterations = np.zeros(problems, int)
        self.converged = np.zeros(problems, bool)
        self.passes = np.zeros(problems, int)

    def add(self, columns, values, gradients, products):
        self.values = extended(self.values, columns, values)
        self.gradients = extended(self.gradients, columns, gradients)
        self.products = extended(self.products, columns, products)

    def finish(self, columns, iteration, gaps, converged):
        self.iterations[columns] = iteration
        self.gaps[columns] = gaps
        self.converged[columns] = converged

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
        whole = cls(sum(len(trace.gaps) for trace in traces))
        rows = max(len(trace.values) for trace in traces)
        for name in ("values", "gradients", "products"):
            parts = [getattr(trace, name) for trace in traces]
            short = [((0, rows - len(part)), (0, 0)) for part in parts]
            parts = map(lambda part, pad: np.pad(part, pad, "edge"), parts, short)
            setattr(whole, name, np.hstack(list(parts)))
        for name in ("gaps", "iterations", "converged", "passes"):
            parts = [getattr(trace, name) for trace in traces]
            setattr(whole, name, np.concatenate(parts))
        return whole


def extended(rows, columns, row):
    """The rows and one more, which repeats the last outside those columns."""
    last = rows[-1:].copy() if len(rows) else np.zeros((1, rows.shape[1]), rows.dtype)
    last[0, columns] = row
    return np.vstack([rows, last])


class Step(NamedTuple):
    """A step `S (columns, K)`, its length, the decrease it predicts, its cost, `(K,)`.

    Lengths are in the metric.
    """

    S: np.ndarray
    length: np.ndarray
    decrease: np.ndarray
    products: np.ndarray


class Run(NamedTuple):
    """The problems that are not done yet, and how far each is, `(K,)`.

    Its `columns` in the block, the Hessian products `spent`, the `radius` of its
    region, infinite before the first step, by what `ratio` that shortened the gradient,
    whether it is `stuck`, and a `gap` that is known of its start.
    """

    objective: Block
    point: Point
    columns: np.ndarray
    spent: np.ndarray
    radius: np.ndarray
    ratio: np.ndarray
    stuck: np.ndarray
    gap: np.ndarray

    def select(self, kept):
        """Those problems alone."""
        objective, point, *arrays = self
        parts = (array[kept] for array in arrays)
        return Run(objective.select(kept), point.select(kept), *parts)


def minimise(
    objective, point, tolerance=1e-6, forcing="shrinking", max_iter=1000, gap=np.inf
):
    """Minimise every column from a point until its gap is `tolerance * value` at most.

    A column also stops when no step shortens its gradient in floating point.

    Args:
        objective: The `Block` of problems.
        point: The `Point` to start at.
        tolerance: Of the duality gap, relative to the objective; 0 goes on until
            rounding stops it.
        forcing: One of `FORCING`.
        max_iter: Newton steps at most.
        gap: Of the start, where another one than `objective.gap` is known, `(K,)`.

    Returns:
        The `Point` with the weights `(columns, K)`, and the `Trace`.
    """
    problems = len(point.value)
    every, ones = np.arange(problems), np.ones(problems)
    known = np.broadcast_to(gap, problems)
    run = Run(objective, point, every, 0 * every, np.inf * ones, ones, ones < 0, known)
    trace, solution = Trace(problems), point.like(problems)
    for iteration in range(max_iter + 1):
        trace.add(run.columns, run.point.value, lengths(run.point.gradient), run.spent)
        goal = tolerance * np.abs(run.point.value)
        last = run.stuck | (iteration == max_iter)
        gap = np.minimum(run.gap, certified(run, goal, last))
        finished = (gap <= goal) | last
        if finished.any():
            done = run.columns[finished]
            solution.put(done, run.point.select(finished))
            trace.finish(done, iteration, gap[finished], (gap <= goal)[finished])
            if finished.all():
                return solution, trace
            run, goal = run.select(~finished), goal[~finished]
        run = stepped(run, goal, forcing)


def certified(run, goal, last):
    """The gaps, infinite where the gradient is too long for a small one, `(K,)`.

    Unless a problem stops here anyway: where intercepts are free a gap costs a product.
    """
    asked = (0.5 * lengths(run.point.gradient) ** 2 <= goal) | last
    gaps = np.full(len(goal), np.inf)
    if asked.any():
        gaps[asked] = run.objective.select(asked).gap(run.point.select(asked))
    return gaps


def stepped(run, goal, forcing):
    """The run after a Newton step of every problem, which is stuck if none is taken."""
    objective, point = run.objective, run.point
    residual = accuracy(run, goal, forcing)
    # The residual bounds what a Hessian off by as much would change.
    hessian = objective.hessian(point.curvature, residual.min() * SLACK)
    metric = hessian.metric()
    force = dots(point.gradient, metric.solve(point.gradient))
    first = np.isinf(run.radius)
    bound = np.where(first, np.sqrt(force), run.radius)
    step = conjugate_gradients(hessian, point.gradient, metric, bound, residual)
    trial = objective.at(point.W + step.S)
    radius = grown(
        np.where(first, np.minimum(bound, step.length), bound), point, trial, step
    )
    rounding = ROUNDING * np.abs(point.value)
    poor = point.value - trial.value < POOR * step.decrease - rounding
    if poor.any():
        trial = objective.at(point.W + shares(objective, point, step, poor) * step.S)
    gain = point.value - trial.value
    shorter = dots(trial.gradient, metric.solve(trial.gradient)) < force
    taken = (gain > rounding) | ((gain >= -rounding) & shorter)
    moved = point.where(taken, trial)
    return run._replace(
        point=moved,
        spent=run.spent + step.products,
        radius=radius,
        ratio=lengths(moved.gradient) / lengths(point.gradient),
        stuck=~taken,
        gap=np.full(len(goal), np.inf),
    )


def accuracy(run, goal, forcing):
    """How much of each gradient conjugate gradients may leave, `(K,)`.

    No less than would do to end here.
    """
    with np.errstate(over="ignore"):
        end = ENOUGH * np.sqrt(2 * goal) / lengths(run.point.gradient)
    return np.clip(end, FORCING[forcing](run.ratio), LOOSEST)


def conjugate_gradients(hessian, gradient, metric, radius, residual):
    """Lower the quadratic model of every column within its radius.

    Steihaug's method: stop when the residual is that share of the gradient, in
    the inverse metric, or where the path leaves the region.
    """
    S = np.empty_like(gradient)
    length, decrease = np.empty_like(radius), np.empty_like(radius)
    products = np.zeros(len(radius), int)
    live = np.arange(len(radius))
    s, r = np.zeros_like(gradient), -gradient
    d = metric.solve(r)
    rz = dots(r, d)
    goal = residual**2 * rz
    ss, sd, dd = np.zeros_like(rz), np.zeros_like(rz), rz  # In the metric.
    for count in range(1, LIMIT + 1):
        Hd = hessian(d)
        along = dots(d, Hd)
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            alpha = np.where(along > 0, rz / along, np.inf)
            outside = ss + alpha * (2 * sd + alpha * dd) >= radius**2
            edge = (np.sqrt(sd**2 + dd * (radius**2 - ss)) - sd) / dd
        alpha = np.where(outside, edge, alpha)
        s += alpha * d
        r -= alpha * Hd
        ss, sd = ss + alpha * (2 * sd + alpha * dd), sd + alpha * dd
        z = metric.solve(r)
        rz, old = dots(r, z), rz
        stop = outside | ~(rz > goal) | (count == LIMIT)
        if stop.any():
            done = live[stop]
            S[:, done] = s[:, stop]
            products[done] = count
            length[done] = np.sqrt(ss[stop])
            decrease[done] = 0.5 * dots(s[:, stop], (r - gradient)[:, stop])
            if stop.all():
                break
            kept = ~stop
            live, radius, metric = live[kept], radius[kept], metric.select(kept)
            s, r, z, d = s[:, kept], r[:, kept], z[:, kept], d[:, kept]
            hessian, gradient = hessian.select(kept), gradient[:, kept]
            rz, old, goal = rz[kept], old[kept], goal[kept]
            ss, sd, dd = ss[kept], sd[kept], dd[kept]
        beta = rz / old
        d = z + beta * d
        sd, dd = beta * sd, rz + beta**2 * dd
    return Step(S, length, decrease, products)


def grown(radius, point, trial, step):
    """The radius after a step, by Lin and More's rule for good ones."""
    actual = point.value - trial.value
    along = dots(point.gradient, step.S)
    # The minimiser, over multiples of the step, of the parabola through both
    # values and the slope at the first.
    bend = -actual - along
    with np.errstate(divide="ignore", invalid="ignore"):
        best = np.where(bend <= 0, GROW, -0.5 * along / bend)
    return np.maximum(radius, np.minimum(best * step.length, GROW * radius))


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
