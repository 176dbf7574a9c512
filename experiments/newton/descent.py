"""What methods read of the data until a smooth SVM is solved, as a table.

A reading is a product with the data and one with their transpose: a gradient or a
Hessian product. All methods start from zero weights; there is no intercept.
"""

import itertools

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from hinge_keras.svm import continuation, kernels, newton
from hinge_keras.svm.design import Design
from hinge_keras.svm.objective import Objective


def readings(losses, sigmas, x, y, C, targets, most):
    """The readings of every method, one row a loss, width, method and target.

    Args:
        losses: `{name: maker}`.
        sigmas: Widths of the smooth hinges.
        x: Inputs, `(examples, features)`.
        y: Labels -1 and +1.
        C: The cost of a unit of loss.
        targets: How near to the minimum counts as solved, as shares of it.
        most: After so many readings a gradient method gives up.

    Returns:
        A table of `loss`, `sigma`, `method`, `within` and `readings`, missing where a
        method gave up.
    """
    rows = []
    longest = np.linalg.eigvalsh(x.T @ x)[-1]
    for name, sigma in itertools.product(losses, sigmas):
        loss = losses[name](sigma)
        objective = problem(loss, x, y, C)
        lowest = newton.minimise(objective, zeros(objective), 0)[0].value[0]
        smoothness = 1 + C * longest * loss.smoothness
        for method, solve in METHODS.items():
            run = Run(objective, smoothness, lowest * (1 + min(targets)), most)
            spent, values = solve(run)
            for share in targets:
                solved = np.flatnonzero(values <= lowest * (1 + share))
                taken = spent[solved[0]] if len(solved) else np.nan
                rows.append((name, sigma, method, share, taken))
    columns = ["loss", "sigma", "method", "within", "readings"]
    return pd.DataFrame(rows, columns=columns)


def problem(loss, x, y, C):
    """The smooth SVM of a loss, whose Hessian is not formed."""
    signs = y[:, None]
    data = Design(x)
    data.few = False
    costs, penalty = np.full_like(signs, C), np.ones((x.shape[1], 1))
    return Objective(data, kernels.of(loss), signs, costs, penalty)


def zeros(objective):
    """The point where all start."""
    return objective.at(np.zeros(objective.shape))


class Run:
    """A function of weights, its value and gradient, that keeps the values it had.

    Attributes:
        objective: The smooth SVM.
        smoothness: What the curvature of the objective is at most.
        values: One a reading so far.
    """

    def __init__(self, objective, smoothness, goal, most):
        self.objective, self.smoothness = objective, smoothness
        self.goal, self.most = goal, most
        self.values = []

    def __call__(self, w):
        point = self.objective.at(w[:, None])
        self.values.append(point.value[0])
        return point.value[0], point.gradient[:, 0]

    @property
    def over(self):
        """Whether the goal is met, or given up."""
        return self.values[-1] <= self.goal or len(self.values) >= self.most

    def told(self):
        """The readings so far, and the values after each."""
        return np.arange(1, len(self.values) + 1), np.array(self.values)


def gradient_descent(run, momentum=0.0):
    """Steps of the gradient over the smoothness, from where momentum led."""
    w = before = np.zeros(run.objective.shape[0])
    while True:
        ahead = w + momentum * (w - before)
        _, gradient = run(ahead)
        if run.over:
            return run.told()
        before, w = w, ahead - gradient / run.smoothness


def accelerated(run):
    """Nesterov's method, by the momentum for a strong convexity of 1, the penalty's."""
    root = np.sqrt(run.smoothness)
    return gradient_descent(run, (root - 1) / (root + 1))


def quasi_newton(run):
    """L-BFGS, which learns curvature from the gradients of ten steps."""

    def stop(_):
        if run.over:
            raise StopIteration

    options = {"maxiter": run.most, "maxfun": run.most, "ftol": 0, "gtol": 0}
    start = np.zeros(run.objective.shape[0])
    minimize(run, start, jac=True, method="L-BFGS-B", callback=stop, options=options)
    return run.told()


def newtons(run):
    """Trust-region Newton, at the width asked for from the beginning."""
    return of_trace(newton.minimise(run.objective, zeros(run.objective), 0)[1])


def narrowed(run):
    """Trust-region Newton through wider losses, each solved roughly, to the narrow."""
    W, before = np.zeros(run.objective.shape), 0
    for wide in continuation.wider(run.objective.phi):
        widened = run.objective.with_loss(wide)
        point, trace = newton.minimise(widened, widened.at(W), continuation.LOOSE)
        W, before = point.W, before + of_trace(trace)[0][-1]
    _, trace = newton.minimise(run.objective, run.objective.at(W), 0)
    spent, values = of_trace(trace)
    return before + spent, values


def of_trace(trace):
    """The readings of a run of Newton, a gradient an iteration, and its values."""
    gradients = np.arange(1, len(trace.values) + 1)
    return trace.products[:, 0] + gradients, trace.values[:, 0]


METHODS = {
    "gradient descent": gradient_descent,
    "accelerated gradient": accelerated,
    "L-BFGS": quasi_newton,
    "Newton": newtons,
    "Newton, sigma narrowed": narrowed,
}


def rise(table):
    """How many times as often a method reads at the narrowest width as at the widest.

    Args:
        table: As from `readings`, of one target.

    Returns:
        The geometric mean over losses by method, missing where a method gave up.
    """
    by_width = table.pivot(index=["method", "loss"], columns="sigma", values="readings")
    widths = by_width.columns
    times = np.log(by_width[widths.min()] / by_width[widths.max()])
    return np.exp(times.groupby("method").agg(lambda t: t.mean(skipna=False)))
