"""Which loss finds the maximum margin, and how fast?

On separable data the logistic loss goes to the maximum-margin separator, but
only as 1 / log t (Soudry and others, 2018). Lizama (2020) proves 1 / t for a
*complete* hinge. The plain hinge stops at the first separator whose loss is 0;
a little weight decay takes it further. Gradient descent with a fixed step on
40 points in the plane, against the hard-margin SVM.
"""

import numpy as np
import pandas as pd

from hinge_keras.lab import Findings, plots, run, verdicts
from hinge_keras.lab.separable import largest_margin, separable

STEPS, RATE, DECAY, SEEDS = 100_000, 0.1, 1e-3, range(10)
CHECKED = np.unique(np.geomspace(1, STEPS, 40).astype(int))
# The slope of each loss at a margin, and the weight decay beside it.
ARMS = {
    "logistic": (lambda m: -1 / (1 + np.exp(np.minimum(m, 500))), 0.0),
    "hinge": (lambda m: -1.0 * (m < 1), 0.0),
    "squared hinge": (lambda m: -2 * np.maximum(0, 1 - m), 0.0),
    "hinge, weight decay": (lambda m: -1.0 * (m < 1), DECAY),
}


def shortfall():
    """How far each arm's margin is from the largest, by step and seed."""
    x = np.stack([separable(seed) for seed in SEEDS])
    best = np.array([largest_margin(points) for points in x])
    for arm, (slope, decay) in ARMS.items():
        w = np.zeros((len(x), 2))
        for step in range(1, STEPS + 1):
            pull = slope(np.einsum("snd,sd->sn", x, w))
            w -= RATE * (np.einsum("sn,snd->sd", pull, x) / x.shape[1] + decay * w)
            if step in CHECKED:
                margins = np.einsum("snd,sd->sn", x, w).min(1)
                short = 1 - margins / np.linalg.norm(w, axis=1) / best
                for seed, value in zip(SEEDS, short, strict=True):
                    yield arm, step, seed, max(value, 1e-6)


def findings(results):
    table = pd.DataFrame(shortfall(), columns=["loss", "step", "seed", "shortfall"])
    last = table[table.step == STEPS].pivot_table("shortfall", "seed", "loss")
    summary = last[list(ARMS)].agg(["mean", "min", "max"]).T.reset_index()
    logistic, hinge, decayed = (
        last[arm] for arm in ("logistic", "hinge", "hinge, weight decay")
    )
    text = "shortfall from the largest margin, logistic less plain hinge "
    text += "(the paper's rate is for a complete hinge)"
    rule = verdicts.ordered(logistic, hinge)
    claim = verdicts.claim(text, "Lizama 2020", None, logistic - hinge, rule)
    return Findings(
        sentence=f"After {STEPS:,} steps the logistic loss is {logistic.mean():.1%} "
        f"short of the largest margin, the plain hinge {hinge.mean():.1%}, the "
        f"hinge with weight decay {DECAY:g} {decayed.mean():.2%}.",
        notes="A margin is divided by the norm of the weights; no bias. The plain hinge "
        "has no guarantee: its gradient is 0 once every margin is 1. The complete hinge "
        "of the paper is another loss and is not measured here.",
        summary=summary,
        tables={"curves": table},
        claims=verdicts.table([claim]),
        figures={
            "margin": plots.lines(
                table,
                "step",
                "shortfall",
                f"At the end {last.mean().idxmin()} is nearest to the largest margin",
                "gradient steps",
                "share short of the largest margin",
                logx=True,
                logy=True,
            )
        },
    )


if __name__ == "__main__":
    run.script(__file__)
