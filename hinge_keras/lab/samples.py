"""Every loss's curve at steps of its arguments, for pages that let readers move them.

    python -m hinge_keras.lab.samples FOLDER

writes `samples.csv` beside what the gallery writes: one row a curve, its values at
evenly spaced places of the axis.
"""

import inspect
import itertools
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from hinge_keras.lab import gallery
from hinge_keras.losses import BinaryLoss, MinedTriplet, MulticlassLoss

POINTS, FEW = 121, 41  # Of a curve; where each is a batch of its own.
RIVALS = (
    0.0,
    -0.5,
    -1.0,
)  # Scores of the other classes, the true one's along the axis.
# What an argument of a name steps through; others stay as they are.
STEPS = {
    "margin": (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0),
    "power": (1, 1.5, 2, 2.5, 3),
    "rejection": (0.1, 0.2, 0.25, 0.3, 0.4, 0.5),
    "tau": (0.1, 0.25, 0.5, 0.75, 1.0),
    "s": (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5),
    "alpha": (1.0, 2.0, 3.0, 5.0, 8.0),
    "h": (0.1, 0.25, 0.5, 0.75, 1.0, 1.5),
    "sigma": (0.05, 0.1, 0.25, 0.5, 1.0, 2.0),
    "gamma": (0.1, 0.25, 0.5, 1.0, 2.0, 3.0),
    "temperature": (0.1, 0.25, 0.5, 1.0, 2.0),
    "k": (1, 2, 3),
    "epsilon": (0.05, 0.1, 0.25, 0.5, 1.0),
    "label_smoothing": (0.0, 0.05, 0.1, 0.2, 0.4),
    "scale": (1.0, 4.0, 16.0, 30.0, 64.0),
    "max_m": (0.1, 0.3, 0.5, 0.8),
    "positive": (0.5, 1.0, 1.5, 2.0),
    "negative": (0.5, 1.0, 1.5, 2.0),
    "p": (1, 2),
}
OWN = {  # Of losses whose argument means another thing than the name does elsewhere.
    ("SphereFace", "margin"): (1, 2, 3, 4),
    ("Pinball", "tau"): (0.0, 0.1, 0.25, 0.5, 0.75, 0.9),
    ("Focal", "gamma"): (0.0, 0.5, 1.0, 2.0, 5.0),
}
MOST = 2  # Arguments of a loss that step.
DIGITS = "%.4g"


def samples(losses=None):
    """One row a curve: its loss, its arguments, its axis, its values.

    Args:
        losses: Losses at their defaults; every one by default.

    Returns:
        Columns `loss`; `arguments`, those that step, as JSON; `default`, whether they
        are the loss's own; `along`, what the axis is; `line`, the name of one of
        several; `start` and `end` of the axis; `values`, with spaces between.
    """
    every = gallery.every_loss() if losses is None else losses
    return pd.DataFrame(row for loss in every for row in of_loss(loss))


def of_loss(loss):
    """The rows of a loss, its arguments at every combination of their steps."""
    steps = stepped(loss)
    names, x = lines(loss)
    for values in itertools.product(*steps.values()):
        arguments = dict(zip(steps, values, strict=True))
        curves = valued(changed(loss, arguments), x)
        for name, curve in zip(names, curves, strict=True):
            yield {
                "loss": type(loss).__name__,
                "arguments": json.dumps(arguments),
                "default": arguments == {n: default(loss, n) for n in steps},
                "along": axis(loss),
                "line": name,
                "start": x[0],
                "end": x[-1],
                "values": " ".join(DIGITS % value for value in curve),
            }


def stepped(loss):
    """The arguments of a loss that step, with the values that it takes."""
    found = {}
    for name in inspect.signature(type(loss)).parameters:
        values = OWN.get((type(loss).__name__, name), STEPS.get(name))
        if values is not None and len(found) < MOST:
            steps = sorted({*values, default(loss, name)})
            found[name] = [each for each in steps if takes(loss, name, each)]
    return found


def takes(loss, name, value):
    """Whether a loss can have a value for an argument."""
    try:
        changed(loss, {name: value})
    except ValueError:
        return False
    return True


def default(loss, name):
    """What an argument of a loss is."""
    return loss.get_config()[name]


def changed(loss, values):
    """A loss with other values of some arguments."""
    return type(loss).from_config(loss.get_config() | values)


def axis(loss):
    """What the horizontal axis of a loss's curve is."""
    if relation := gallery.RELATIONS.get(type(loss).__name__):
        return relation[0]
    if isinstance(loss, BinaryLoss):
        return "margin"
    if isinstance(loss, MulticlassLoss):
        return "score of the true class; the others at 0, -0.5 and -1"
    if gallery.kind(loss) == "signed" and hasattr(loss, "positive"):
        return "score"
    return "score of one true label; the other at 1, two wrong ones at 0 and -1"


def lines(loss):
    """The names of a loss's lines, and where they are sampled."""
    if relation := gallery.RELATIONS.get(type(loss).__name__):
        count = FEW if isinstance(loss, MinedTriplet) else POINTS
        start = 0.0 if relation[0] == "distance" else -2.0
        return list(relation[1]), np.linspace(start, 2, count)
    names = ["label +1", "label -1"] if hasattr(loss, "positive") else [""]
    end = 1 if hasattr(loss, "scale") else 3  # Scores that are scaled are cosines.
    return names, np.linspace(-end, end, POINTS)


def valued(loss, x):
    """A loss's lines at `x`."""
    if relation := gallery.RELATIONS.get(type(loss).__name__):
        _, labels, scores = relation
        rows = scores(x)
        return [np.asarray(gallery.valued(loss, one, rows)) for one in labels.values()]
    if isinstance(loss, BinaryLoss):
        return [np.asarray(loss.phi(x.astype("float32")))]
    if isinstance(loss, MulticlassLoss):
        true = np.zeros(len(x), "int32")
        return [np.asarray(loss.call(true, gallery.along(x, x, *RIVALS)))]
    if hasattr(loss, "positive"):
        signs = (np.full((len(x), 1), sign) for sign in (1, -1))
        return [np.asarray(loss.call(sign, x[:, None])) for sign in signs]
    labels = np.tile([1, 1, 0, 0], (len(x), 1))
    return [np.asarray(loss.call(labels, gallery.along(x, x, 1, 0, -1)))]


def main(folder):
    """Write the table of samples into a folder."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    path = Path(folder) / "samples.csv"
    samples().to_csv(path, index=False)
    print(f"wrote {path}")


if __name__ == "__main__":
    main(*sys.argv[1:2] or ["results/gallery"])
