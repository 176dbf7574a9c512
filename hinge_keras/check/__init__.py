"""`check_loss`: the laws a margin loss must keep, on the backend in use.

The library's own tests run every law on every loss it has.
"""

from hinge_keras.check.laws import laws_of as laws_of
from hinge_keras.check.probe import Examples as Examples
from hinge_keras.check.probe import at as at
from hinge_keras.check.probe import double_precision as double_precision
from hinge_keras.check.probe import gradient as gradient
from hinge_keras.check.probe import slopes as slopes
from hinge_keras.check.probe import tensor as tensor
from hinge_keras.check.probe import values as values
from hinge_keras.losses.base import MarginLoss, MulticlassLoss, SignedLoss
from hinge_keras.losses.pairs import PairLoss

__all__ = ["check_loss"]


def check_loss(loss: MarginLoss, classes: int = 5) -> None:
    """Runs every law that applies to a loss; silent if all hold.

    Args:
        loss: An instance of your subclass of `BinaryLoss` or `MulticlassLoss`.
        classes: How many classes to score, for a multiclass loss.

    Raises:
        ValueError: If `loss` is not a margin loss.
        AssertionError: If a law is broken; the message names it.

    >>> check_loss(Hinge(margin=0.5))
    """
    common = isinstance(loss, SignedLoss | MulticlassLoss)
    if not common or isinstance(loss, PairLoss):
        raise ValueError(
            f"loss is {loss!r}; accepted is an instance of a margin loss of one score "
            "an output, or one a class."
        )
    for law in laws_of(loss):
        try:
            law(loss, Examples(loss, classes))
        except AssertionError as broken:
            raise AssertionError(
                f"{loss!r} breaks the law {law.__name__!r} ({law.__doc__}): {broken}"
            ) from broken
