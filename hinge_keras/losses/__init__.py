"""Margin losses for Keras 3; `get` and `names` find them by name."""

from typing import Any

from hinge_keras.configured import Names
from hinge_keras.losses import (
    adversarial,
    angular,
    base,
    binary,
    embeddings,
    facts,
    imbalanced,
    multiclass,
    noised,
    ordinal,
    pairs,
    probabilistic,
    regression,
    smooth,
    topk,
)
from hinge_keras.losses.adversarial import *
from hinge_keras.losses.angular import *
from hinge_keras.losses.base import *
from hinge_keras.losses.base import MarginLoss
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

__all__ = [
    *base.__all__,
    *facts.__all__,
    *binary.__all__,
    *smooth.__all__,
    *multiclass.__all__,
    *topk.__all__,
    *noised.__all__,
    *imbalanced.__all__,
    *probabilistic.__all__,
    *angular.__all__,
    *ordinal.__all__,
    *regression.__all__,
    *pairs.__all__,
    *embeddings.__all__,
    *adversarial.__all__,
]

LOSSES = Names("loss", (globals()[name] for name in __all__))


def names() -> list[str]:
    """Every loss name that `get` takes, sorted.

    >>> "squared_hinge" in names()
    True
    """
    return sorted(LOSSES.classes)


def get(identifier: Any, **arguments: Any) -> MarginLoss:
    """A loss from its snake-case name, its class or its config, or the loss itself.

    A class of your own is found by name once `register` took it in.

    Raises:
        ValueError: If no loss has that name; the message lists those there are.

    >>> get("hinge", margin=2.0)
    Hinge(margin=2.0)
    """
    return LOSSES.find(identifier, **arguments)


def register(cls: type) -> type:
    """Lets `get` find a loss class of your own by its name; use it as a decorator.

    Raises:
        ValueError: If another class has the name already.
    """
    return LOSSES.add(cls)
