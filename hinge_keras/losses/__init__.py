"""Margin losses for Keras 3; `get` and `names` find them by name."""

from hinge_keras.losses import (
    binary,
    imbalanced,
    multiclass,
    noised,
    probabilistic,
    smooth,
    topk,
)
from hinge_keras.losses.base import (
    REGISTRY,
    BinaryLoss,
    ComposedLoss,
    MarginLoss,
    MulticlassLoss,
    SignedLoss,
)
from hinge_keras.losses.binary import *  # noqa: F403
from hinge_keras.losses.imbalanced import *  # noqa: F403
from hinge_keras.losses.multiclass import *  # noqa: F403
from hinge_keras.losses.noised import *  # noqa: F403
from hinge_keras.losses.probabilistic import *  # noqa: F403
from hinge_keras.losses.smooth import *  # noqa: F403
from hinge_keras.losses.topk import *  # noqa: F403

__all__ = [
    "BinaryLoss",
    "ComposedLoss",
    "MarginLoss",
    "MulticlassLoss",
    "SignedLoss",
    *binary.__all__,
    *smooth.__all__,
    *multiclass.__all__,
    *topk.__all__,
    *noised.__all__,
    *imbalanced.__all__,
    *probabilistic.__all__,
]


def names():
    """Every loss name that `get` takes, sorted.

    >>> "squared_hinge" in names()
    True
    """
    return sorted(REGISTRY)


def get(identifier, **arguments):
    """A loss from its snake-case name, or the loss itself.

    >>> get("hinge", margin=2.0)
    Hinge(margin=2.0)

    Raises:
        ValueError: If no loss has that name; the message lists those there are.
    """
    if isinstance(identifier, MarginLoss):
        return identifier
    if identifier not in REGISTRY:
        raise ValueError(f"loss is {identifier!r}; accepted are {', '.join(names())}.")
    return REGISTRY[identifier](**arguments)
