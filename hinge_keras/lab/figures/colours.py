"""One colour a loss, in every figure; what else differs has a dash and a marker.

The colours tell each other apart for colour-blind readers and stand out from white and
from a dark page. A table has the names of its arms alone, so what loss a name means is
said here, in one place, and looked for in this order: the name as it is; each part of it
between commas; that without what comes before the loss (`"one-vs-rest"`) and without its
parameter (`"(0.5)"`); capitals, dashes and underscores aside. Any other name, of a data
set or a method, is no loss and gets a colour that no loss has.
"""

import re
from typing import NamedTuple

import matplotlib

LOSSES = {
    "cross-entropy": "#0072B2",
    "hinge": "#D55E00",
    "squared hinge": "#009E73",
    "psi_G": "#8C1FD8",
    "psi_M": "#D17FA7",
    "multiclass hinge": "#895905",
    "top-K": "#B02A5B",
    "error": "#6F7D1C",
    "of softmax": "#1B7F8C",
}
# What loss a name means that is not the loss's own.
MEANT = {
    **{loss: loss for loss in LOSSES},
    **dict.fromkeys(
        (
            *("log", "logistic", "log loss", "log^2", "softmax"),
            *("categorical", "sparse", "Kullback-Leibler", "focal"),
            *("cosine cross-entropy", "LDAM", "logit adjustment", "squentropy"),
        ),
        "cross-entropy",
    ),
    **dict.fromkeys(("hinge by LIBLINEAR",), "hinge"),
    **dict.fromkeys(
        ("hinge^2", "hinge^3", "SVM head", "SVM head by sign"),
        "squared hinge",
    ),
    # As classes are called.
    **{"PsiG": "psi_G", "PsiM": "psi_M", "SquaredHinge": "squared hinge"},
    **{"CauchySchwarz": "of softmax"},
    **{"CrossEntropy": "cross-entropy", "LogitAdjusted": "cross-entropy"},
    **{"SquaredLog": "cross-entropy", "BalancedSoftmax": "cross-entropy"},
    **dict.fromkeys(
        ("CrammerSinger", "WestonWatkins", "MultiMargin"), "multiclass hinge"
    ),
    **dict.fromkeys(
        (
            *("SmoothTopK", "NoisedTopK", "CalibratedTopK", "LapinBetaTopK"),
            *("NaiveTopK", "ExpectedTopK", "LapinAlphaTopK", "NoisedTopKImbalanced"),
        ),
        "top-K",
    ),
    **dict.fromkeys(
        (
            *("Crammer-Singer", "Crammer-Singer hinge", "Weston-Watkins"),
            *("Keras categorical hinge", "categorical hinge"),
            *("as published", "linear head", "12-8 units", "12-8, scaled"),
            "12-8, linear",
        ),
        "multiclass hinge",
    ),
    **dict.fromkeys(
        (
            *("smooth top-K", "noised top-K", "calibrated top-K", "Lapin beta"),
            *("smooth top-1", "noised top-1", "calibrated top-1", "imbalanced top-1"),
            *("smooth top-5", "noised top-5", "calibrated top-5", "imbalanced top-5"),
            "imbalanced top-K",
        ),
        "top-K",
    ),
    **dict.fromkeys(("L1", "L2", "squared error"), "error"),
    **dict.fromkeys(
        (
            *("L1 of softmax", "L2 of softmax", "Chebyshev", "Tanimoto"),
            "Cauchy-Schwarz",
        ),
        "of softmax",
    ),
}
BEFORE = re.compile(r"^((one vs rest|softmax|weighted|smooth hinge|bound of) )+")
PARAMETER = re.compile(r"\([^()]*\)$")
OTHERS = "cividis"  # The map that colours of what is no loss are taken from.
PALEST = 0.85  # How far along it they go.
QUIET = "#595959"  # What is drawn about losses, and is none.
DASHES = ("-", "--", ":", "-.", (0, (6, 1, 1, 1, 1, 1)))
MARKERS = "osD^v"


class Look(NamedTuple):
    """How a name is drawn.

    Attributes:
        colour: Of its loss.
        dash: A line style, another for each name of that colour in a figure.
        marker: Likewise.
    """

    colour: str
    dash: str | tuple
    marker: str

    @property
    def line(self):
        """As keywords of a line without markers."""
        return {"color": self.colour, "ls": self.dash}


def loss_of(name):
    """The loss, of those that have a colour, that a name means, else `None`."""
    for part in map(plain, (name, *name.split(", "))):
        for found in (part, PARAMETER.sub("", BEFORE.sub("", part))):
            if found in KNOWN:
                return KNOWN[found]
    return None


def plain(name):
    """A name without capitals, dashes and underscores."""
    return re.sub("[-_]", " ", name.lower())


KNOWN = {plain(name): loss for name, loss in MEANT.items()}


def looks(names):
    """A `Look` for each name, in their order; a loss has its colour in any figure."""
    names = list(dict.fromkeys(names))
    losses = {name: loss_of(str(name)) for name in names}
    others = [name for name in names if losses[name] is None]
    colours = dict(zip(others, apart(len(others)), strict=True))
    found, used = {}, {}
    for name in names:
        colour = colours.get(name) or LOSSES[losses[name]]
        place = used[losses[name]] = used.get(losses[name], -1) + 1
        turn = place % len(DASHES)
        dash = DASHES[turn] if losses[name] else "-"
        found[name] = Look(colour, dash, MARKERS[turn])
    return found


def apart(count):
    """So many colours that no loss has, from dark to pale."""
    shades = matplotlib.colormaps[OTHERS]
    step = PALEST / max(1, count - 1)
    return [matplotlib.colors.to_hex(shades(step * i)) for i in range(count)]
