"""Does Newton's method solve the smooth SVM quadratically?

"Learning with Smooth Hinge Losses" (Luo, Qiao and Zhang, 2021) calls trust-region
Newton on psi_G and psi_M quadratically convergent. Conjugate gradients solve each
of its steps, down to a share of the gradient that is constant, as in LIBLINEAR,
or shrinks with the gradient. Digits, 5 to 9 against 0 to 4, from zero weights;
then sigma goes to 0 and the smooth SVM to the plain one.
"""

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits

import hinge_keras as hk
from experiments.newton import courses
from hinge_keras import lab
from hinge_keras.lab import figures
from hinge_keras.lab.analysis import claims

X, DIGITS = load_digits(return_X_y=True)
X, Y = X / 16, np.where(DIGITS >= 5, 1.0, -1.0)
LOSSES = {"psi_G": hk.PsiG, "psi_M": hk.PsiM}
C, SIGMAS = 1.0, [1.0, 0.3, 0.1]
WIDTHS = np.geomspace(1, 1e-3, 7).tolist()
FLOOR = 1e-15  # Relative to the first gradient, or the minimum: below is rounding.
SOURCE = "Luo, Qiao and Zhang 2021"
CLAIM = "trust-region Newton on psi_G and psi_M converges quadratically"
POWER = "the power by which gradient ratios fall, 2 if quadratic, over runs"


def findings(results):
    curves = courses.courses(LOSSES, SIGMAS, X, Y, C, FLOOR)
    summary = courses.ends(curves, FLOOR)
    powers = courses.powers(summary)
    shrinking, constant = powers["shrinking"], powers["constant"]
    times = courses.costs(summary, "shrinking", "constant")
    claim = claims.above(CLAIM, SOURCE, shrinking, bound=1.5, on=POWER)
    yes = "Yes" if claim["verdict"] == claims.REPRODUCED else "Not always"
    excess = courses.limit(LOSSES, WIDTHS, X, Y, C)
    bounds = excess.assign(loss="bound of " + excess.loss, excess=excess.bound)
    inside = f"{(excess.excess / excess.bound).max():.1%}"
    curves["forcing"] += " forcing"
    steep = curves[curves.gradient > FLOOR]
    kind, sigma = steep.loss.str.extract(r"(.*)\((.*)\)").T.to_numpy()
    return lab.Findings(
        sentence=f"{yes}, on {len(Y):,} examples: if the inner accuracy shrinks with the "
        f"gradient its ratios fall to the power {shrinking.mean():.1f}, "
        f"if it is constant {constant.mean():.1f}.",
        notes=f"Over the runs {shrinking.min():.1f} to {shrinking.max():.1f} and "
        f"{constant.min():.1f} to {constant.max():.1f}. In Hessian products the "
        "shrinking "
        f"accuracy costs {times['1e-4']:.2f} times as much down to 1e-4 of the first "
        f"gradient and {times['1e-12']:.2f} times down to 1e-12. A power of 1 is "
        "linear convergence, 2 quadratic. It begins near the minimum: a "
        "small sigma has hardly any curvature at zero weights, where all start. The "
        "hinge of "
        "a smooth solution is at most `C n` times 0.3989 sigma (psi_G) or 0.5 sigma "
        "(psi_M) "
        f"above the SVM's; here {inside} of that or less, "
        "because few examples sit at the margin.",
        overturned="ill-conditioned data, with many more features than examples or a "
        "large C, on which the power stays near 1 although the inner accuracy "
        "shrinks.",
        means="Solve a linear machine with a smooth hinge by Newton's method, "
        "and let its inner accuracy shrink with the gradient if you need "
        "many digits.",
        recipe="linear_machine",
        summary=summary,
        claims=claims.table([claim]),
        tables={"courses": curves, "limit": excess},
        figures={
            "gradient": figures.lines(
                steep,
                x="iteration",
                y="gradient",
                by="loss",
                panel="forcing",
                logy=True,
                title=f"Ratios of gradients fall to the power {shrinking.mean():.1f}, "
                f"with a constant inner accuracy {constant.mean():.1f}",
                xlabel="Newton iterations",
                ylabel="gradient (share of the first)",
            ),
            "products": figures.lines(
                steep.assign(arm=kind + ", " + steep.forcing, width="sigma " + sigma),
                x="products",
                y="gradient",
                panel="width",
                logy=True,
                title=f"Down to 1e-12 a shrinking inner accuracy takes "
                f"{times['1e-12']:.2f} times the products of a constant one",
                xlabel="Hessian products",
                ylabel="gradient (share of the first)",
                level=1e-12,
            ),
            "limit": figures.lines(
                pd.concat([excess, bounds]),
                x="sigma",
                y="excess",
                by="loss",
                logx=True,
                logy=True,
                title=f"The smooth SVM becomes the SVM, at {inside} of its bound or "
                "less",
                xlabel="sigma",
                ylabel="hinge above the SVM's, by C n",
            ),
        },
    )


lab.main(__name__)
