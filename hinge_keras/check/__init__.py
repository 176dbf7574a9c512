"""`check_loss`: the laws a margin loss must keep, on the backend in use.

The library's own tests run every law on every loss it has.
"""

from hinge_keras.check.laws import laws_of
from hinge_keras.check.probe import (
    Examples,
    at,
    double_precision,
    gradient,
    slopes,
    tensor,
    values,
)
from hinge_keras.losses.base import MarginLoss

__all__ = [
    "Examples",
    "at",
    "check_loss",
    "double_precision",
    "gradient",
    "laws_of",
    "slopes",
    "tensor",
    "values",
]


def check_loss(loss, classes=5):
    """Runs every law that applies to a loss; silent if all hold.

    Args:
        loss: An instance of your subclass of `BinaryLoss` or `MulticlassLoss`.
        classes: How many classes to score, for a multiclass loss.

    Raises:
        ValueError: If `loss` is not a margin loss.
        AssertionError: If a law is broken; the message names it.

    >>> check_loss(Hinge(margin=0.5))
    """
    if not isinstance(loss, MarginLoss):
        raise ValueError(f"loss is {loss!r}; accepted is a margin loss instance.")
    for law in laws_of(loss):
        try:
            law(loss, Examples(loss, classes))
        except AssertionError as broken:
            raise AssertionError(
                f"{loss!r} breaks the law {law.__name__!r} ({law.__doc__}): {broken}"
            ) from broken
