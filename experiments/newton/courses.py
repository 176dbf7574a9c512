"""Newton's method on smooth SVMs as tables: its course, its end, and its limit.

Losses are given by name as makers from sigma; all start from zero weights and have
no intercept.
"""

import itertools

import numpy as np
import pandas as pd
from sklearn.svm import LinearSVC

from hinge_keras.svm import SmoothSVC, kernels, newton
from hinge_keras.svm.design import Design
from hinge_keras.svm.objective import Objective

TARGETS = ("1e-4", "1e-12")  # Gradients, as shares of the first.


def courses(losses, sigmas, x, y, C, floor):
    """Every iteration of each loss, width and forcing, one row each.

    Args:
        losses: `{name: maker}`.
        sigmas: Widths of the smooth hinges.
        x: Inputs, `(examples, features)`.
        y: Labels -1 and +1.
        C: The cost of a unit of loss.
        floor: The gradient, as a share of the first, at which a run ends.

    Returns:
        A table of `loss`, `forcing`, `iteration`, Hessian `products` so far, the
        `gradient` as a share of the first, and the objective's `gap`, above the
        lowest of the same loss, as a share of it.
    """
    tables = []
    for name, sigma, forcing in itertools.product(losses, sigmas, newton.FORCING):
        trace = course(losses[name](sigma), x, y, C, forcing)
        gradients = trace.gradients[:, 0] / trace.gradients[0, 0]
        columns = {
            "loss": f"{name}({sigma:g})",
            "forcing": forcing,
            "iteration": np.arange(len(trace.values)),
            "products": trace.products[:, 0],
            "gradient": gradients,
            "objective": trace.values[:, 0],
        }
        reached = np.flatnonzero(gradients <= floor)
        last = reached[0] if len(reached) else len(gradients) - 1
        tables.append(pd.DataFrame(columns)[: last + 1])
    table = pd.concat(tables, ignore_index=True)
    objective = table.pop("objective")
    lowest = objective.groupby(table.loss).transform("min")
    return table.assign(gap=objective / lowest - 1)


def course(loss, x, y, C, forcing):
    """The trace of one run, by conjugate gradients, until rounding stops it."""
    signs, zeros = y[:, None], np.zeros((x.shape[1], 1))
    costs, penalty = np.full_like(signs, C), np.ones_like(zeros)
    data = Design(x)
    data.few = False  # Else the Hessian is formed, and every step solved exactly.
    objective = Objective(data, kernels.of(loss), signs, costs, penalty)
    _, trace = newton.minimise(objective, objective.at(zeros), 0, forcing)
    return trace


def ends(courses, floor):
    """What each run took, and how fast its gradient fell in the end, one row each.

    The last three ratios of successive gradients, and each in powers of the one
    before: 1 is linear convergence, 2 quadratic.

    Args:
        courses: As from `courses`.
        floor: Gradients below are rounding.
    """
    rows = []
    for (loss, forcing), run in courses.groupby(["loss", "forcing"], sort=False):
        reached = {
            f"products to {share}": run.products[run.gradient <= float(share)].min()
            for share in TARGETS
        }
        gradients = run.gradient[run.gradient > floor].to_numpy()
        ratios = (gradients[1:] / gradients[:-1])[-3:]
        powers = np.log(ratios[1:]) / np.log(ratios[:-1])
        row = {"loss": loss, "forcing": forcing, "iterations": run.iteration.max()}
        row |= reached
        row |= {f"ratio {k}": f"{ratio:.1e}" for k, ratio in enumerate(ratios, 1)}
        row |= {f"power {k}": power for k, power in enumerate(powers, 2)}
        rows.append(row)
    return pd.DataFrame(rows)


def powers(ends):
    """The powers of each forcing's runs, `{forcing: array}`, from `ends`."""
    by_forcing = ends.set_index("forcing").filter(like="power").groupby(level=0)
    return {forcing: part.to_numpy().ravel() for forcing, part in by_forcing}


def costs(ends, forcing, other):
    """Hessian products of one forcing as a multiple of another's, by target."""
    products = ends.groupby("forcing")[[f"products to {share}" for share in TARGETS]]
    total = products.sum().set_axis(TARGETS, axis="columns")
    return total.loc[forcing] / total.loc[other]


def limit(losses, sigmas, x, y, C):
    """The hinge objective of smooth solutions above the SVM's, by `C n`.

    Args:
        losses: `{name: maker}`.
        sigmas: Widths of the smooth hinges.
        x: Inputs, `(examples, features)`.
        y: Labels -1 and +1.
        C: The cost of a unit of loss.

    Returns:
        A table of `loss`, `sigma`, the `excess`, and its `bound`: a smooth hinge lies
        furthest above the hinge at the margin 1.
    """

    def hinge(model):
        w = model.coef_[0]
        return (0.5 * w @ w / C + np.maximum(0, 1 - y * (x @ w)).sum()) / len(y)

    options = {"C": C, "fit_intercept": False}
    svm = LinearSVC(loss="hinge", tol=1e-9, max_iter=10**6, **options).fit(x, y)
    rows = []
    for name, sigma in itertools.product(losses, sigmas):
        loss = losses[name](sigma)
        smooth = SmoothSVC(loss, tol=1e-12, **options).fit(x, y)
        rows.append((name, sigma, hinge(smooth) - hinge(svm), float(loss.phi(1.0))))
    return pd.DataFrame(rows, columns=["loss", "sigma", "excess", "bound"])
