"""The twelve losses of a paper, and what it claims of them.

Janocha and Czarnecki, On loss functions for deep neural networks in classification,
arXiv 1702.05659 (2017).
"""

import hinge_keras as hk
from hinge_keras.lab.analysis import claims

SOURCE = "Janocha and Czarnecki 2017"
LOSSES = {
    "log": hk.CrossEntropy(),
    "log^2": hk.SquaredLog(),
    "hinge": hk.OneVsRest(hk.Hinge(0.5)),
    "hinge^2": hk.OneVsRest(hk.Hinge(0.5, power=2)),
    "hinge^3": hk.OneVsRest(hk.Hinge(0.5, power=3)),
    "L1": hk.L1(),
    "L2": hk.L2(),
    "L1 of softmax": hk.L1(softmax=True),
    "L2 of softmax": hk.L2(softmax=True),
    "Chebyshev": hk.Chebyshev(),
    "Tanimoto": hk.Tanimoto(),
    "Cauchy-Schwarz": hk.CauchySchwarz(),
}

# Those of which the paper says how fast they learn.
TIMED = ["log", "hinge", "hinge^2", "hinge^3"]


def fast(comparisons, ours):
    """A row for each loss that is said to learn fast.

    Args:
        comparisons: Rows of `analysis.compare`, by epochs saved.
        ours: What of ours that is.
    """
    text = "{} learns faster than {}"
    claimed = ("hinge", "log"), ("hinge^2", "hinge"), ("hinge^3", "hinge")
    return claims.orders(text, SOURCE, comparisons, claimed, ours)


def inaccurate(comparisons, ours):
    """A row for each loss that is said to be less accurate, as `fast`."""
    text = "{1} is less accurate than {0} on clean labels"
    claimed = ("log", "L1"), ("log", "Chebyshev")
    return claims.orders(text, SOURCE, comparisons, claimed, ours)


def robust(comparisons, noise, ours):
    """A row for each loss that is said to withstand that share of wrong labels."""
    text = f"{{}} withstands {noise:.0%} wrong labels better than {{}}"
    claimed = ("L1 of softmax", "log"), ("L2 of softmax", "log")
    return claims.orders(text, SOURCE, comparisons, claimed, ours)
