"""What does a smooth hinge become as sigma goes to 0, and what does it cost?

Luo, Qiao and Zhang (2021) say that psi_G and psi_M are infinitely differentiable, tend
to the hinge uniformly as sigma goes to 0, and that trust-region Newton then converges
quadratically. Here: the largest gap above the hinge over all margins, difference
quotients up to order 6, and what Newton and gradient methods read of the data until the
smooth SVM of the study `newton/convergence` is solved.
"""

import numpy as np
import pandas as pd

import hinge_keras as hk
from experiments.newton import courses, descent, gaps
from experiments.newton.convergence import CLAIM, FLOOR, LOSSES, POWER, SOURCE, C, X, Y
from hinge_keras import lab
from hinge_keras.lab import figures
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.page import words

SIGMAS = np.geomspace(1, 1e-4, 9).tolist()
NARROW = SIGMAS[3:]
# The loss at its margin 1 in units of sigma: E[max(0, Z)] of normal noise, and 1/2.
BOUNDS = {"psi_G": 1 / np.sqrt(2 * np.pi), "psi_M": 0.5}
MARGINS = [1.0, 1.001, 1.01, 1.1, 2.0]
SHAPES = {
    "psi_G": hk.PsiG(),
    "psi_M": hk.PsiM(),
    "softplus hinge": hk.SoftplusHinge(),
    "quadratically smoothed hinge": hk.QuadraticallySmoothedHinge(),
    "squared hinge": hk.SquaredHinge(),
    "hinge": hk.Hinge(),
}
ORDERS, STEP = range(1, 7), 1 / 8
TARGETS, MOST = [1e-3, 1e-6], 100_000
UNIFORM = "psi_G and psi_M tend to the hinge uniformly as sigma goes to 0"
SMOOTH = "psi_G and psi_M are infinitely differentiable"
NARROWED, GRADIENT = "Newton, sigma narrowed", "accelerated gradient"
SHOWN = 1e-12  # Shares below are left out of the figure.


def measurements(quick):
    sigmas, most = (SIGMAS[:2], 10_000) if quick else (SIGMAS, MOST)
    return descent.readings(LOSSES, sigmas, X, Y, C, TARGETS, most)


def narrow_ends():
    """How Newton ends at each narrow width, whose gradients rounding ends earlier."""
    tables = []
    for sigma in NARROW:
        floor = 10 * FLOOR / sigma
        curves = courses.courses(LOSSES, [sigma], X, Y, C, floor)
        tables.append(courses.ends(curves, floor).assign(sigma=sigma))
    return pd.concat(tables, ignore_index=True)


def claimed(largest, derivatives, powers):
    """A row for each claim on convergence, smoothness and Newton, and for each bound."""
    for name, falls in gaps.powers(largest).items():
        on = f"{name}: the power of sigma by which the largest gap over margins falls"
        yield claims.above(UNIFORM, SOURCE, falls, bound=0, on=on)
        rows = largest[largest.loss == name]
        text = f"{name}, how many sigma it lies above the hinge at most"
        yield claims.exactly(text, SOURCE, None, (rows.gap / rows.sigma).max())
        growing = gaps.unbounded(derivatives[derivatives.loss == name])
        on = f"{name}: how many of {len(ORDERS)} derivatives have no bound"
        yield claims.exactly(SMOOTH, SOURCE, 0, len(growing)) | {"on": on}
    on = f"{POWER}, sigma {NARROW[0]:.2g} to {NARROW[-1]:.2g}"
    yield claims.above(CLAIM, SOURCE, powers, bound=1.5, on=on)


def gaps_figure(title):
    shares = gaps.at_margins(LOSSES, SIGMAS, MARGINS, BOUNDS)
    shares["margin"] = shares.margin.map("margin {:g}".format)
    return figures.lines(
        shares[shares.share > SHOWN],
        x="sigma",
        y="share",
        by="margin",
        panel="loss",
        logx=True,
        logy=True,
        title=title,
        xlabel="sigma",
        ylabel="gap above the hinge (share of its bound)",
    )


def notes(largest, derivatives, ends, near, times):
    """What the reader should know beyond the sentence."""
    second = derivatives[(derivatives.order == 2) & derivatives.loss.isin([*LOSSES])]
    steps = ends[ends.forcing == "shrinking"].groupby("sigma").iterations.max()
    given_up = near[near.readings.isna()].groupby("method").size()
    return (
        "The gap by sigma is one function of `v = (1 - m) / sigma`: at equal `v` widths "
        f"agree to {largest.apart.max():.0e}, and the largest is off its bound by a "
        f"share of {(largest.share - 1).abs().max():.2g}. So a derivative of "
        "order k grows like sigma to the power 1 - k. The least second quotient is "
        f"{second.lowest.min():.0e}, which for a convex loss is below 0 by rounding alone. "
        f"Newton takes up to {steps.iloc[-1]} steps at sigma {steps.index[-1]:.2g} and "
        f"{steps.iloc[0]} at {steps.index[0]:g}; the powers of the last ones are in "
        "`ends.csv`. Through wider losses to the narrow one it reads "
        f"{times[NARROWED]:.0f} times as often as at sigma {near.sigma.max():g}, straight "
        f"to it {times['Newton']:.0f} times, L-BFGS {times['L-BFGS']:.0f} times. To "
        f"{min(TARGETS):g} of the minimum, over {len(near) // len(times)} problems, "
        f"gave up after {MOST:,} readings: "
        f"{words.listed(given_up, '{0} ({1})') or 'none'}."
    )


def findings(results):
    readings = results.table
    largest = gaps.largest(LOSSES, SIGMAS, BOUNDS)
    derivatives = gaps.derivatives(SHAPES, ORDERS, STEP)
    ends = narrow_ends()
    powers = courses.powers(ends)["shrinking"]
    near = readings[readings.within == min(TARGETS)]
    times = descent.rise(near)
    heights = (largest.gap / largest.sigma).groupby(largest.loss).max()
    at = ", ".join(f"{margin:g}" for margin in largest["at"].unique())
    told = f"{heights['psi_G']:.2f} (psi_G), {heights['psi_M']:.2f} (psi_M) sigma"
    first = f"to {readings.sigma.min():g} readings grow {times[NARROWED]:.0f}-fold "
    first += f"({NARROWED}), "
    last = f"{times[GRADIENT]:.0f} ({GRADIENT})"
    grow = f"{first}{times['L-BFGS']:.0f} (L-BFGS), {last}"
    smooth = [n for n in SHAPES if n not in {*gaps.unbounded(derivatives).loss}]
    return lab.Findings(
        sentence=f"Gap {told}; {first}{times[GRADIENT]:.0f} ({GRADIENT}); n = {len(Y):,}.",
        notes=notes(largest, derivatives, ends, near, times),
        overturned="a width or a margin at which the gap exceeds the bound by more than "
        "rounding; or ill-conditioned data on which Newton's readings grow with 1 / sigma "
        "as fast as those of accelerated gradient.",
        means="Take sigma as wide as accuracy allows: a narrower loss is nearer "
        "to the hinge but dearer to solve, and far less so by Newton with "
        "sigma narrowed step by step than by accelerated gradient.",
        recipe="linear_machine",
        summary=largest,
        claims=claims.table(claimed(largest, derivatives, powers)),
        tables={"readings": readings, "derivatives": derivatives, "ends": ends},
        figures={
            "gaps": gaps_figure(f"The gap is largest at margin {at}: {told}"),
            "derivatives": figures.lines(
                derivatives,
                x="order",
                y="grow",
                by="loss",
                logy=True,
                title=f"{', '.join(smooth)}: {len(ORDERS)} bounded derivatives",
                xlabel="order of the derivative",
                ylabel="growth of the largest as steps halve",
            ),
            "readings": figures.lines(
                readings.assign(
                    panel=readings.loss + ", to " + readings.within.map("{:g}".format)
                ),
                x="sigma",
                y="readings",
                by="method",
                panel="panel",
                logx=True,
                logy=True,
                title=f"From sigma {readings.sigma.max():g} {grow}",
                xlabel="sigma",
                ylabel="readings of the data",
            ),
        },
    )


lab.main(__name__)
