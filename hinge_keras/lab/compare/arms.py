"""The losses that are compared, by name or as they are."""

import keras

import hinge_keras as hk
from hinge_keras.lab.grid.arm import Arm

OF_CLASSES = ("cross_entropy", "hinge", "squared_hinge")
OF_NUMBERS = ("squared_error", "absolute_error", "epsilon_insensitive")
REGRESSION = {
    "squared_error": keras.losses.MeanSquaredError,
    "absolute_error": keras.losses.MeanAbsoluteError,
    "huber": keras.losses.Huber,
    "epsilon_insensitive": hk.EpsilonInsensitive,
    "squared_epsilon_insensitive": hk.SquaredEpsilonInsensitive,
}


def resolved(losses, labels):
    """Arms by the name that tables show.

    Args:
        losses: Names, losses, or a mapping from name to one of either; `None` for
            those that one would compare first.
        labels: `Labels`, which say what losses fit.
    """
    if losses is None:
        losses = OF_NUMBERS if labels.kind == "regression" else OF_CLASSES
    if isinstance(losses, str | keras.losses.Loss):
        losses = [losses]
    if len(losses) == 0:
        raise ValueError("losses is empty; accepted is one or more.")
    if not isinstance(losses, dict):
        losses = by_name(losses)
    return [
        Arm(
            name, loss if isinstance(loss, keras.losses.Loss) else fitting(loss, labels)
        )
        for name, loss in losses.items()
    ]


def by_name(losses):
    """The losses by their names, which must differ."""
    names = [getattr(loss, "name", loss) for loss in losses]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(
                f"losses has {names.count(name)} named {name!r}; accepted are "
                "losses of different names, or a mapping from name to loss."
            )
    return dict(zip(names, losses, strict=True))


def fitting(name, labels):
    """A loss by name, that fits the labels."""
    if labels.kind == "regression":
        if name not in REGRESSION:
            raise ValueError(
                f"losses contains {name!r} and y is a regression; accepted are "
                f"{', '.join(REGRESSION)}, or task='classes'."
            )
        return REGRESSION[name]()
    return named(name, len(labels.classes))


def named(name, classes):
    """A loss by name, for two classes or more."""
    several = classes > 2
    if name == "cross_entropy":
        losses = keras.losses
        return (
            losses.SparseCategoricalCrossentropy(from_logits=True)
            if several
            else losses.BinaryCrossentropy(from_logits=True)
        )
    known = hk.losses.names()
    if name not in known:
        raise ValueError(
            f"losses contains {name!r}; accepted are cross_entropy, {', '.join(known)}."
        )
    loss = hk.losses.get(name)
    if several and isinstance(loss, hk.BinaryLoss):
        return hk.CrammerSinger(loss)
    if not several and isinstance(loss, hk.MulticlassLoss):
        raise ValueError(
            f"losses contains {name!r}, a multiclass loss, but y has 2 classes; "
            "accepted are binary losses."
        )
    return loss


def optimizer(given):
    """A Keras optimizer, from itself or from its name."""
    try:
        return keras.optimizers.get(given)
    except ValueError:
        raise ValueError(
            f"optimizer is {given!r}; accepted is a Keras optimizer or its name."
        ) from None
