"""The general smooth convex loss, and known losses as cases of it, as tables.

`psi(m) = (c - m) * W(v) + sigma * R(v)`, `v = (c - m) / sigma`, with a nondecreasing
weight `W` and a rest `R` whose slope is `-v * W'(v)`. Where `W` is the distribution
function of noise, `psi` is the hinge averaged over it.
"""

import itertools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

import hinge_keras as hk
from experiments.newton.gaps import FAR, NEAR, phi

WIDTHS = (1e-1, 1e-2)  # Two of which it is told whether a case tends to the hinge.
POINTS = 40  # Margins at which the hinge is averaged, about.
ASIDE = 0.01  # How far aside `c` is moved, to see what a difference looks like.


class Case(NamedTuple):
    """A known loss and what makes the general form that loss.

    Attributes:
        loss: The known loss.
        weight, rest: The functions `W` and `R`.
        c: Where the hinge that is smoothed reaches zero.
        sigma: The width of the smoothing.
        noise: The distribution, as of `scipy.stats`, whose distribution function `W`
            is, `height` times; `None` if `W` is none.
        height: What `W` rises to.
    """

    loss: hk.BinaryLoss
    weight: Callable
    rest: Callable
    c: float = 1.0
    sigma: float = 1.0
    noise: object = None
    height: float = 1.0

    def psi(self, m):
        """The general form at margins."""
        v = (self.c - m) / self.sigma
        return (self.c - m) * self.weight(v) + self.sigma * self.rest(v)

    def averaged(self, m):
        """The hinge averaged over the noise at margins, by quadrature."""
        low, high = self.noise.support()
        gaps = [
            self.noise.expect(lambda t, v=v: v - t, ub=min(v, high), epsabs=1e-13)
            if v > low
            else 0.0
            for v in (self.c - m) / self.sigma
        ]
        return self.height * self.sigma * np.array(gaps)

    def hinge(self, m):
        """The hinge that is smoothed, at margins."""
        return self.height * np.maximum(0, self.c - m)


class Corners(NamedTuple):
    """A convex loss of straight pieces: hinges, and a slope past the last of them.

    Attributes:
        loss: The known loss.
        jumps: By how much the slope rises at each corner, by its margin.
        rise: The slope past margin 1.
    """

    loss: hk.BinaryLoss
    jumps: dict[float, float]
    rise: float = 0.0

    def smoothed(self, make, m, sigma):
        """Every hinge replaced by a smooth one of that width, at margins."""
        hinges = (j * phi(make(sigma), m + 1 - c) for c, j in self.jumps.items())
        return sum(hinges) + self.rise * (m - 1)


def members(cases, margins):
    """How far the general form is from the losses that it should be, one row a case.

    Args:
        cases: `Case`s by name.
        margins: Where they are compared.

    Returns:
        A table of `loss`, `c`, `sigma` and the name of the `noise`; the largest
        difference of the general form, `apart`, and of the hinge averaged over the
        noise, `averaged`, both as shares of the loss where that is above 1; and the
        `power` of sigma by which the form nears the hinge at `c`.
    """
    rows = []
    for name, case in cases.items():
        known = phi(case.loss, margins)
        noise, averaged = "", np.nan
        if case.noise is not None:
            noise = case.noise.dist.name
            few = margins[:: len(margins) // POINTS]
            averaged = relative(case.averaged(few), phi(case.loss, few)).max()
        apart = relative(case.psi(margins), known).max()
        row = (name, case.c, case.sigma, noise, apart, averaged, tends(case, margins))
        rows.append(row)
    columns = ["loss", "c", "sigma", "noise", "apart", "averaged", "power"]
    return pd.DataFrame(rows, columns=columns)


def relative(values, known):
    """Differences, as shares of the known values where those are above 1."""
    return np.abs(values - known) / np.maximum(1, np.abs(known))


def tends(case, margins):
    """By what power of sigma the largest distance from the hinge at `c` falls."""
    wide, narrow = (case._replace(sigma=sigma) for sigma in WIDTHS)
    far, near = (
        np.abs(c.psi(margins) - c.hinge(margins)).max() for c in (wide, narrow)
    )
    with np.errstate(invalid="ignore"):  # The hinge itself is at distance 0.
        return np.log(near / far) / np.log(WIDTHS[1] / WIDTHS[0])


def courses(cases, margins):
    """Known losses and the general form by margin, one row a case and margin.

    Returns:
        A table of `loss`, `margin`, the values `known` and `general`, their relative
        difference `apart`, and `aside`, that of the form with `c` moved by `ASIDE`.
    """
    tables = []
    for name, case in cases.items():
        known, general = phi(case.loss, margins), case.psi(margins)
        moved = case._replace(c=case.c + ASIDE).psi(margins)
        columns = {"known": known, "general": general}
        columns |= {"apart": relative(general, known), "aside": relative(moved, known)}
        tables.append(pd.DataFrame({"loss": name, "margin": margins, **columns}))
    return pd.concat(tables, ignore_index=True)


def smoothings(losses, make, sigmas):
    """How far smoothed losses are from those of straight pieces, at most.

    Args:
        losses: `Corners` by name.
        make: What makes a smooth hinge from sigma.
        sigmas: Its widths.

    Returns:
        A table of `loss`, `sigma` and the largest `gap` over all margins.
    """
    side = np.geomspace(NEAR, FAR, 901)
    v = np.concatenate([-side[::-1], [0.0], side])
    rows = []
    for name, sigma in itertools.product(losses, sigmas):
        m = np.concatenate([c + sigma * v for c in losses[name].jumps])
        gap = losses[name].smoothed(make, m, sigma) - phi(losses[name].loss, m)
        rows.append((name, sigma, np.abs(gap).max()))
    return pd.DataFrame(rows, columns=["loss", "sigma", "gap"])
