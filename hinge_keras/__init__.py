"""Margin losses and metrics for Keras 3, and a laboratory that compares losses.

Nothing is loaded before it is used: `hinge_keras.svm` and `hinge_keras.calibration`
need no Keras, and nothing but `compare` needs the laboratory.
"""

import importlib
from typing import TYPE_CHECKING

__version__ = "0.1.0"

# In the order in which a name is looked for; the first needs no Keras.
ROOMS = ("calibration", "losses", "metrics", "layers", "check")
LABORATORY = ("Comparison", "Predictor", "compare")
MODULES = (*ROOMS, "cli", "configured", "lab", "margins", "refusal", "svm", "weights")

if TYPE_CHECKING:  # Type checkers follow no star into a package that imports this.
    from hinge_keras import calibration as calibration
    from hinge_keras import check as check
    from hinge_keras import lab as lab
    from hinge_keras import layers as layers
    from hinge_keras import losses as losses
    from hinge_keras import metrics as metrics
    from hinge_keras import svm as svm
    from hinge_keras.calibration import *
    from hinge_keras.check import check_loss as check_loss
    from hinge_keras.lab.compare import Comparison as Comparison
    from hinge_keras.lab.compare import Predictor as Predictor
    from hinge_keras.lab.compare import compare as compare
    from hinge_keras.layers import *
    from hinge_keras.losses.adversarial import *
    from hinge_keras.losses.angular import *
    from hinge_keras.losses.base import *
    from hinge_keras.losses.binary import *
    from hinge_keras.losses.embeddings import *
    from hinge_keras.losses.facts import *
    from hinge_keras.losses.imbalanced import *
    from hinge_keras.losses.multiclass import *
    from hinge_keras.losses.noised import *
    from hinge_keras.losses.ordinal import *
    from hinge_keras.losses.pairs import *
    from hinge_keras.losses.probabilistic import *
    from hinge_keras.losses.regression import *
    from hinge_keras.losses.smooth import *
    from hinge_keras.losses.topk import *
    from hinge_keras.metrics.by_class import *
    from hinge_keras.metrics.decisions import *
    from hinge_keras.metrics.histograms import *
    from hinge_keras.metrics.means import *
    from hinge_keras.metrics.probabilities import *
    from hinge_keras.metrics.tallies import Tally as Tally
else:

    def __getattr__(name):
        """A module of the package, a public name of a room, or the laboratory's."""
        if name in MODULES:
            return importlib.import_module(f"hinge_keras.{name}")
        if name in LABORATORY:
            return getattr(laboratory(name), name)
        if name == "__all__":
            return public()
        if not name.startswith("_"):
            for room in map(importlib.import_module, rooms()):
                if name in room.__all__:
                    return globals().setdefault(name, getattr(room, name))
        raise AttributeError(f"module 'hinge_keras' has no attribute {name!r}")

    def __dir__():
        return sorted({*globals(), *public()})


def laboratory(name):
    """The room of `compare`; in one sentence, what is to be installed for it."""
    try:
        return importlib.import_module("hinge_keras.lab.compare")
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        needed = f'hk.{name} needs {package}: pip install "hinge_keras[lab]"'
        raise ModuleNotFoundError(needed, name=error.name) from None


def rooms():
    """The modules whose public names are names of the package."""
    return [f"{__name__}.{room}" for room in ROOMS]


def public():
    """Every public name: classes, functions and rooms."""
    found = {"svm", *ROOMS, *LABORATORY}
    for room in map(importlib.import_module, rooms()):
        found.update(room.__all__)
    return sorted(found)
