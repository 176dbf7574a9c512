"""Which known losses are cases of one general smooth convex loss?

Luo, Qiao and Zhang (2021) say that it unifies several common ones, and gives smooth
approximations to convex losses that are not smooth. Which ones they list could not be
verified. Here the losses of this library beside the general form with the weight and
the rest that make it each of them; beside the hinge averaged over noise, where there
is such a noise; and losses with corners, smoothed.
"""

import numpy as np
from scipy import special, stats

import hinge_keras as hk
from experiments.newton import gaps, general_form, overlay
from experiments.newton.convergence import SOURCE
from experiments.newton.general_form import Case, Corners
from hinge_keras import lab
from hinge_keras.lab.analysis import claims


def entropy(v):
    """What is left of a softplus: the entropy of a coin of that log-odds, in nats."""
    return np.logaddexp(0, v) - v * special.expit(v)


def ramp(v):
    return np.clip(v, 0, 1)


CASES = {
    "psi_G": Case(
        hk.PsiG(0.5), special.ndtr, stats.norm.pdf, sigma=0.5, noise=stats.norm()
    ),
    "psi_M": Case(
        hk.PsiM(0.5),
        lambda v: 0.5 + 0.5 * v / np.hypot(1, v),
        lambda v: 0.5 / np.hypot(1, v),
        sigma=0.5,
        noise=stats.t(2, scale=np.sqrt(0.5)),
    ),
    "softplus hinge": Case(
        hk.SoftplusHinge(0.5), special.expit, entropy, sigma=0.5, noise=stats.logistic()
    ),
    "logistic": Case(
        hk.Logistic(), special.expit, entropy, c=0.0, noise=stats.logistic()
    ),
    "smooth hinge of Rennie and Srebro": Case(
        hk.GeneralizedSmoothHinge(1.0),
        ramp,
        lambda v: -0.5 * ramp(v) ** 2,
        noise=stats.uniform(0, 1),
    ),
    "generalised smooth hinge": Case(
        hk.GeneralizedSmoothHinge(3.0),
        lambda v: 1 - (1 - ramp(v)) ** 3,
        lambda v: (1 - ramp(v)) ** 3 - 0.75 * (1 - ramp(v)) ** 4 - 0.25,
        noise=stats.beta(1, 3),
    ),
    "quadratically smoothed hinge": Case(
        hk.QuadraticallySmoothedHinge(0.5),
        ramp,
        lambda v: -0.5 * ramp(v) ** 2,
        sigma=0.5,
        noise=stats.uniform(0, 1),
    ),
    "Huber hinge": Case(
        hk.HuberHinge(0.5),
        lambda v: ramp((v + 1) / 2),
        lambda v: (1 - np.clip(v, -1, 1) ** 2) / 4,
        sigma=0.5,
        noise=stats.uniform(-1, 2),
    ),
    "modified Huber": Case(
        hk.ModifiedHuber(),
        lambda v: 4 * ramp(v),
        lambda v: -2 * ramp(v) ** 2,
        sigma=2.0,
        noise=stats.uniform(0, 1),
        height=4.0,
    ),
    "hinge": Case(hk.Hinge(), lambda v: 1.0 * (v > 0), np.zeros_like),
    "squared hinge": Case(
        hk.SquaredHinge(),
        lambda v: 2 * np.maximum(0, v),
        lambda v: -(np.maximum(0, v) ** 2),
    ),
    "least squares": Case(hk.LeastSquares(), lambda v: 2 * v, lambda v: -(v**2)),
    "exponential": Case(hk.Exponential(), np.exp, lambda v: (1 - v) * np.exp(v), c=0.0),
}
CORNERED = {
    "perceptron": Corners(hk.Perceptron(), {0.0: 1.0}),
    "pinball": Corners(hk.Pinball(0.5), {1.0: 1.5}, rise=0.5),
    "absolute error": Corners(hk.Pinball(1.0), {1.0: 2.0}, rise=1.0),
    "double hinge": Corners(hk.DoubleHinge(0.25), {1.0: 1.0, 0.0: 2.0}),
}
MARGINS, DRAWN = np.linspace(-5, 5, 401), np.linspace(-3, 3, 301)
SIGMAS = np.geomspace(1, 1e-4, 9).tolist()
ROUNDING = 1e-14
GENERAL = "a general smooth convex loss unifies several commonly used convex losses"
SMOOTHED = "the general form gives smooth approximations to convex losses with corners"


def noise_of(case):
    """What the hinge of a case is averaged over, as the title of a panel."""
    if case.noise is None:
        return "not averaged over noise"
    bounded = np.isfinite(case.noise.support()).all()
    return f"hinge averaged over {'bounded' if bounded else 'unbounded'} noise"


def claimed(members, smoothed):
    """A row for the form as a whole, for each case of it, and for each smoothing."""
    whole = claims.exactly(GENERAL, SOURCE, 0, members.apart.max(), ROUNDING)
    yield whole | {"on": f"the largest difference from {', '.join(members.loss)}"}
    for row in members.itertuples():
        text = f"largest difference of the general form from {row.loss}"
        text = f"{text}, c = {row.c:g}, sigma = {row.sigma:g}"
        yield claims.exactly(text, SOURCE, None, row.apart)
    for name, powers in gaps.powers(smoothed).items():
        on = f"{name}: the power of sigma by which the largest gap falls"
        yield claims.above(SMOOTHED, SOURCE, powers, bound=0, on=on)


def findings(results):
    members = general_form.members(CASES, MARGINS)
    smoothed = general_form.smoothings(CORNERED, hk.PsiG, SIGMAS)
    courses = general_form.courses(CASES, DRAWN)
    same, averages = members.apart <= ROUNDING, members.averaged <= ROUNDING
    tend = members.power > 0
    told = f"{same.sum()} of {len(members)} losses are cases of the general form, to "
    told += f"{members.apart.max():.0e}"
    alone = " and they alone" if (tend == averages).all() else f", {tend.sum()}"
    return lab.Findings(
        sentence=f"{told}; {averages.sum()} are a hinge "
        f"averaged over noise,{alone} tend to it as sigma falls.",
        notes="Differences are shares of the loss where that is above 1; the hinge is "
        "averaged over the noise by quadrature, without the form's own functions: the "
        f"two agree to {members.averaged.max():.0e}. The form leaves out little: of a "
        "convex loss that has a slope, minus the slope is a weight, and the rest follows "
        "from the loss. What sets the smooth hinges apart is that their weight is a "
        "distribution function: as sigma falls the loss nears the hinge at `c` by the "
        "`power` in the table, where a negative one is a loss that grows instead. A loss "
        "of straight pieces is a sum of hinges and can be smoothed one by one; its "
        "gap is what its slope jumps by, times that of the smooth hinge.",
        overturned="a convex loss with a slope that no weight and rest give to "
        "rounding; or a weight that is no distribution function, with a loss that nears "
        "the hinge as sigma falls all the same.",
        means="Take named smooth hinges for one family and choose the width; if "
        "it shall near the hinge as the width falls, take one that is a "
        "hinge averaged over noise.",
        recipe="look_at_a_loss",
        summary=members,
        tables={"smoothed": smoothed, "courses": courses},
        claims=claims.table(claimed(members, smoothed)),
        figures={
            "cases": overlay.overlay(
                courses,
                {name: noise_of(case) for name, case in CASES.items()},
                title=f"{told}; with c moved by {general_form.ASIDE:g} "
                f"to {courses.aside.max():.0e}",
                aside=f"c moved by {general_form.ASIDE:g}",
            )
        },
    )


lab.main(__name__)
