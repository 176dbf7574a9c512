"""Every loss at a glance: a figure and a table of facts, from the classes.

    python -m hinge_keras.lab.gallery FOLDER

writes `losses.png` (value, slope and curvature of each binary loss),
`multiclass.png` (value along the lead of the true class), `labels.png` (value
along the score of a label, of the losses that are neither), `losses.csv` and a
page of them.
"""

import math
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from hinge_keras.lab.figures import as_files
from hinge_keras.lab.figures.canvas import panels
from hinge_keras.lab.figures.colours import QUIET, looks
from hinge_keras.lab.page.words import markdown
from hinge_keras.losses import (
    AsymmetricMargin,
    BinaryLoss,
    Hinge,
    MinedTriplet,
    MulticlassLoss,
    MultilabelMargin,
    SquaredHinge,
)
from hinge_keras.losses.examples import every_loss, source

DASHES = {"value": "-", "slope": "--", "curvature": ":"}
LOOKS = [("-", "#1A1A1A"), ("--", QUIET)]


def facts():
    """A row a loss: what it claims about itself, tested by `check_loss`."""
    return pd.DataFrame(
        {
            "loss": type(loss).__name__,
            "kind": kind(loss),
            "convex": loss.convex,
            "smoothness": getattr(loss, "smoothness", None),
            "lipschitz": getattr(loss, "lipschitz", None),
            "calibrated": loss.calibrated,
            "zero_from": loss.zero_from,
            "arguments": repr(loss),
            "source": source(type(loss)),
        }
        for loss in every_loss()
    )


def kind(loss):
    if isinstance(loss, BinaryLoss):
        return "binary"
    if isinstance(loss, MulticlassLoss):
        return "multiclass"
    return "relation" if type(loss).__name__ in RELATIONS else "signed"


def binary_figure():
    """Value, slope and curvature of each binary loss against the margin."""
    losses = [loss for loss in every_loss() if isinstance(loss, BinaryLoss)]
    m = np.linspace(-2.5, 2.5, 1001)
    hinge = np.maximum(0, 1 - m)
    figure, axes = grid_of(len(losses))
    for axis, loss in zip(axes, losses, strict=False):
        axis.plot(m, hinge, color="#CCCCCC", lw=3, label="the hinge")
        colour = colour_of(loss)
        for name, function in (
            ("value", loss.phi),
            ("slope", loss.slope),
            ("curvature", loss.curvature),
        ):
            line = {"color": colour, "ls": DASHES[name], "label": name}
            axis.plot(m, np.asarray(function(m)), **line)
        axis.set_title(type(loss).__name__, fontsize=10)
        axis.set(ylim=(-2.6, 3.6), xlim=(-2.5, 2.5))
    axes[0].legend(fontsize=7, frameon=False, loc="upper right")
    figure.suptitle("Binary losses against the margin (units of the score)")
    return figure


def colour_of(loss):
    """A loss's colour in every figure; without one, what is no loss has."""
    name = type(loss).__name__
    return looks([name])[name].colour


def multiclass_figure():
    """Value of each multiclass loss as the true score rises past its rivals."""
    losses = [loss for loss in every_loss() if isinstance(loss, MulticlassLoss)]
    lead = np.linspace(-3, 3, 301)
    scores = np.tile([0.0, 0.0, -0.5, -1.0], (len(lead), 1))
    scores[:, 0] = lead
    figure, axes = grid_of(len(losses))
    for axis, loss in zip(axes, losses, strict=False):
        value = np.asarray(loss.call(np.zeros(len(lead), "int32"), scores))
        axis.plot(lead, value, color=colour_of(loss))
        axis.set_title(type(loss).__name__, fontsize=10)
        axis.set_ylim(min(0.0, value.min()) - 0.05, max(value.max(), 0.1) * 1.05)
    figure.suptitle(
        "Multiclass losses as the true score rises; rivals at 0, -0.5 and -1"
    )
    return figure


def labels_figure():
    """Value of the other losses as the score of one label rises."""
    score = np.linspace(-2, 3, 301)
    scores = np.tile([0.0, 1.0, 0.0, -1.0], (len(score), 1))
    scores[:, 0] = score
    labels = np.tile([1, 1, 0, 0], (len(score), 1))
    asymmetric = AsymmetricMargin(positive=2.0)
    title = "Each label has its margin; a true one must lead all wrong ones"
    figure, (one, several) = panels(2, title, width=4.2)
    for sign, (style, colour) in zip((1, -1), LOOKS, strict=True):
        value = asymmetric.call(np.full((len(score), 1), sign), score[:, None])
        one.plot(score, np.asarray(value), style, color=colour, label=f"label {sign:+}")
    for base, (style, colour) in zip((Hinge(), SquaredHinge()), LOOKS, strict=True):
        value = MultilabelMargin(base).call(labels, scores)
        several.plot(score, np.asarray(value), style, color=colour, label=base)
    one.set(title="AsymmetricMargin(positive=2.0)", xlabel="score", ylabel="loss")
    several.set(
        title="MultilabelMargin(base)",
        xlabel="score of one true label;\nthe other at 1, two wrong ones at 0 and -1",
        ylabel="loss",
    )
    for axis in (one, several):
        axis.legend(frameon=False)
    return figure


def along(x, *columns):
    """Scores of one row a number `x`, from columns that are numbers or `x` moved."""
    return np.stack([column + 0 * x for column in columns], axis=-1)


def embedded(x, *points):
    """As `along`, of embeddings of one feature."""
    return along(x, *points)[..., None]


# What each loss of other things compares, its lines, and how `x` enters its scores.
RELATIONS = {
    "HingeEmbedding": ("distance", {"+1": 1, "-1": -1}, lambda x: x),
    "GANDiscriminator": ("score", {"real": 1, "made": 0}, lambda x: x),
    "OrdinalHinge": (
        "score; thresholds at -1, 0 and 1",
        {"class 0": 0, "class 2": 2},
        lambda x: along(x, x + 1, x, x - 1),
    ),
    "EpsilonInsensitive": ("prediction; target at 0", {"": 0.0}, lambda x: x),
    "SquaredEpsilonInsensitive": ("prediction; target at 0", {"": 0.0}, lambda x: x),
    "MarginRanking": (
        "lead of the first score",
        {"+1": 1, "-1": -1},
        lambda x: along(x, x, 0),
    ),
    "CosineEmbedding": (
        "tangent of the angle",
        {"+1": 1, "-1": -1},
        lambda x: np.stack([along(x, 1, 0), along(x, 1, x)], axis=1),
    ),
    "Contrastive": ("distance", {"+1": 1, "-1": -1}, lambda x: embedded(x, 0, x)),
    "PairwiseHinge": (
        "best score of three; others 0, 1",
        {"": np.array([2.0, 1.0, 0.0])},
        lambda x: along(x, x, 1, 0),
    ),
    "Triplet": (
        "negative; anchor 0, positive 0.5",
        {"": 0},
        lambda x: embedded(x, 0, 0.5, x),
    ),
    "MinedTriplet": (
        "other class; its rivals 0, 0.5",
        {"": np.array([0, 0, 1])},
        lambda x: embedded(x, 0, 0.5, x),
    ),
}


def relations_figure():
    """Value of the losses of pairs, orders, targets along what they compare."""
    losses = [loss for loss in every_loss() if type(loss).__name__ in RELATIONS]
    figure, axes = grid_of(len(losses), columns=4)
    for axis, loss in zip(axes, losses, strict=False):
        compared, lines, scores = RELATIONS[type(loss).__name__]
        x = np.linspace(0 if compared == "distance" else -2, 2, 401)
        for (name, label), (style, colour) in zip(lines.items(), LOOKS, strict=False):
            value = valued(loss, label, scores(x))
            axis.plot(x, value, style, color=colour, label=name)
        if len(lines) > 1:
            axis.legend(frameon=False, fontsize=7)
        axis.set_title(type(loss).__name__, fontsize=10)
        axis.set_xlabel(compared, fontsize=7)
    figure.suptitle("Losses of pairs, orders and targets, along what they compare")
    return figure


def valued(loss, label, scores):
    """The loss at every row of scores; each is a batch where rows make one."""
    if isinstance(loss, MinedTriplet):
        return [float(loss(label, rows)) for rows in scores]
    labels = np.broadcast_to(label, (len(scores), *np.shape(label)))
    return np.asarray(loss.call(np.array(labels), scores))


def grid_of(count, columns=5):
    rows = math.ceil(count / columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(2.4 * columns, 2.0 * rows + 0.5), layout="constrained"
    )
    for axis in axes.flat:
        axis.spines[["top", "right"]].set_visible(False)
        axis.axhline(0, color="#cccccc", lw=0.6, zorder=0)
        axis.tick_params(labelsize=7)
    for axis in axes.flat[count:]:
        axis.set_visible(False)
    return figure, list(axes.flat)


FIGURES = {
    "losses": binary_figure,
    "multiclass": multiclass_figure,
    "labels": labels_figure,
    "relations": relations_figure,
}


def main(folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    facts().to_csv(folder / "losses.csv", index=False)
    for name, draw in FIGURES.items():
        for file, content in as_files(name, draw()).items():
            (folder / file).write_bytes(content)
    (folder / "README.md").write_text(page())
    print(f"wrote a page, its figures and losses.csv to {folder}")


def page():
    """The Markdown page: the figures and the facts as a table."""
    table = facts()
    words = {True: "yes", False: "no", None: "open"}
    for fact in ("convex", "calibrated"):
        table[fact] = [words[value] for value in table[fact]]
    return f"""<!-- Generated by `make gallery`; edits are overwritten. -->

# Every loss at a glance

Drawn from the classes themselves, at their default arguments unless a title names
others.

![value, slope and curvature of each binary loss](losses.png)

![value of each multiclass loss along the lead of the true class](multiclass.png)

The losses that are neither: of signs with a margin for each, and of several
true labels at once.

![value of the other losses along the score of one label](labels.png)

Those of other things than scores and labels alone: two scores or embeddings, three,
a list, an order of classes, a target.

![value of each loss along what it compares](relations.png)

What each loss states of itself, which `hk.check_loss` tests: `smoothness` is its
largest curvature and `lipschitz` its largest slope, per unit of the score;
`calibrated` says whether its minimiser decides for the likelier class, *open*
where that depends on the problem or no proof is known to us; from `zero_from`
on, in units of the score, a margin costs nothing.

{markdown(table)}
"""


if __name__ == "__main__":
    main(*sys.argv[1:2] or ["results/gallery"])
