"""Regression's hinge: errors within a tube cost nothing."""

from typing import Unpack

from hinge_keras import margins
from hinge_keras.configured import at_least
from hinge_keras.losses.base import (
    BinaryLoss,
    PlainOptions,
    ScoreLoss,
    as_base,
    as_label,
)
from hinge_keras.losses.binary import SquaredHinge
from hinge_keras.losses.facts import Facts

__all__ = ["EpsilonInsensitive", "SquaredEpsilonInsensitive"]


class TubeLoss(ScoreLoss):
    """A binary loss of how far a residual lies outside a tube, on either side.

    Args:
        epsilon: Half the width of the tube in units of the target, from 0 up.
        ignore_label: Targets that count for nothing; NaN is one too.
    """

    base: BinaryLoss

    def __init__(
        self,
        epsilon: float = 0.1,
        ignore_label: float | None = None,
        **options: Unpack[PlainOptions],
    ) -> None:
        super().__init__(**options)
        self.epsilon = at_least("epsilon", epsilon, 0)
        self.ignore_label = as_label(ignore_label)

    @property
    def facts(self) -> Facts:
        return Facts(convex=self.base.convex, nonnegative=self.base.nonnegative)

    def read(self, y_true, y_pred, mask=None):
        return margins.residuals(y_true, y_pred, self.ignore_label, mask)

    def values(self, reading):
        past, residual = self.base.past, reading.scores
        return past(self.epsilon - residual) + past(self.epsilon + residual)


class EpsilonInsensitive(TubeLoss):
    """Support vector regression's loss, `max(0, abs(y_true - y_pred) - epsilon)`.

    Over any binary loss `phi`, which with the hinge is that: `phi(z + epsilon - r) +
    phi(z + epsilon + r)`, `r` the residual and `z` the margin where `phi` reaches
    zero, 1 if it never does. A smooth `phi` gives a smooth tube. Targets are numbers,
    `(N,)` or `(..., outputs)`; the value of an example is the mean over its outputs.

    Args:
        epsilon: Half the width of the tube in units of the target, from 0 up.
        base: A `BinaryLoss`; `Hinge()` by default.
        ignore_label: Targets that count for nothing; NaN is one too.

    >>> EpsilonInsensitive(0.5)([1.0, 2.0], [1.25, 4.0])  # (0 + 1.5) / 2
    0.75

    Vapnik, The nature of statistical learning theory (1995); scikit-learn, SVR.
    """

    def __init__(
        self,
        epsilon: float = 0.1,
        base: BinaryLoss | None = None,
        ignore_label: float | None = None,
        **options: Unpack[PlainOptions],
    ) -> None:
        super().__init__(epsilon, ignore_label, **options)
        self.base = as_base(base)


class SquaredEpsilonInsensitive(TubeLoss):
    """The square of regression's hinge, `max(0, abs(y_true - y_pred) - epsilon)**2`.

    Args:
        epsilon: Half the width of the tube in units of the target, from 0 up.
        ignore_label: Targets that count for nothing; NaN is one too.

    >>> SquaredEpsilonInsensitive(0.5)([1.0, 2.0], [1.25, 4.0])  # (0 + 2.25) / 2
    1.125

    Scikit-learn, LinearSVR with loss="squared_epsilon_insensitive".
    """

    base = SquaredHinge()
