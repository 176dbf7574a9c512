"""How far a smooth hinge lies above the hinge, and which derivatives it has, as tables.

All in double precision. A distance from margin 1 in units of sigma is `v`.
"""

import itertools

import numpy as np
import pandas as pd
from keras import ops

NEAR, FAR = 1e-6, 1e3  # Distances from margin 1 that are looked at, in units of sigma.


def phi(loss, m):
    """The values of a loss at margins, as a numpy array in double precision."""
    return ops.convert_to_numpy(loss.phi(ops.convert_to_tensor(m, "float64")))


def above_hinge(loss, m):
    """How far a loss lies above the hinge at margins."""
    return phi(loss, m) - np.maximum(0, 1 - m)


def largest(losses, sigmas, bounds):
    """The largest gap above the hinge over all margins, one row a loss and width.

    Args:
        losses: `{name: maker}`.
        sigmas: Widths of the smooth hinges.
        bounds: What the gap is at most, by name, in units of sigma.

    Returns:
        A table of `loss`, `sigma`, the largest `gap`, the margin `at` which it is, its
        `bound`, the `share` of the bound that it is, and how far the gap, by `sigma`
        and at equal `v`, is from that of the first width, `apart`.
    """
    side = np.geomspace(NEAR, FAR, 1801)
    v = np.concatenate([-side[::-1], [0.0], side])
    rows = []
    for name in losses:
        first = above_hinge(losses[name](sigmas[0]), 1 - sigmas[0] * v) / sigmas[0]
        for sigma in sigmas:
            m = 1 - sigma * v
            gap = above_hinge(losses[name](sigma), m)
            bound, top = bounds[name] * sigma, gap.argmax()
            apart = np.abs(gap / sigma - first).max()
            rows.append((name, sigma, gap[top], m[top], bound, gap[top] / bound, apart))
    columns = ["loss", "sigma", "gap", "at", "bound", "share", "apart"]
    return pd.DataFrame(rows, columns=columns)


def at_margins(losses, sigmas, margins, bounds):
    """The gap at some margins as a share of the bound.

    Args:
        losses, sigmas, bounds: As for `largest`.
        margins: From 1 up: there the hinge is 0, and the gap the loss itself.

    Returns:
        A table of `loss`, `sigma`, `margin` and `share`.
    """
    rows = []
    for name, sigma in itertools.product(losses, sigmas):
        gaps = phi(losses[name](sigma), np.asarray(margins, float))
        shares = gaps / (bounds[name] * sigma)
        rows += [(name, sigma, *pair) for pair in zip(margins, shares, strict=True)]
    return pd.DataFrame(rows, columns=["loss", "sigma", "margin", "share"])


def powers(table, column="gap"):
    """By what power of sigma a column falls from each width to the next, by loss."""
    return {
        name: np.diff(np.log(part[column])) / np.diff(np.log(part.sigma))
        for name, part in table.groupby("loss", sort=False)
    }


def derivatives(losses, orders, step):
    """Difference quotients of every order, one row a loss and order.

    Where a derivative has no bound, for a kink or a jump, the largest quotient grows
    without end as the step shrinks.

    Args:
        losses: By name.
        orders: From 1 up.
        step: Between margins; it is halved once.

    Returns:
        A table of `loss`, `order`, the `lowest` and the `largest` quotient, the latter
        without its sign, and the factor by which halving the step makes it `grow`.
    """
    rows = []
    for name, order in itertools.product(losses, orders):
        wide = quotients(losses[name], order, step)
        narrow = quotients(losses[name], order, step / 2)
        largest = np.abs(narrow).max()
        rows.append((name, order, narrow.min(), largest, largest / np.abs(wide).max()))
    return pd.DataFrame(rows, columns=["loss", "order", "lowest", "largest", "grow"])


def quotients(loss, order, step):
    """Differences of an order by the step to that power, around margin 1."""
    steps = np.arange(-round(8 / step), round(8 / step) + 1)
    return np.diff(phi(loss, 1 + step * steps), order) / step**order


def unbounded(derivatives):
    """The rows of `derivatives` that grow: a bounded one would stay, others double."""
    return derivatives[derivatives.grow > np.sqrt(2)]
