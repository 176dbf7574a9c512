"""What is true of a loss: said once by each class, derived here where it follows."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

__all__ = ["Facts"]


@dataclass(frozen=True)
class Facts:
    """What a loss states of itself, and `check_loss` tests; the defaults are common.

    A class states its own by a property `facts`; each is an attribute of the loss.

    >>> Hinge(margin=2.0).facts.zero_from
    2.0
    """

    convex: bool = True
    monotone: bool = True
    nonnegative: bool = True
    stochastic: bool = False
    zero_from: float = math.inf
    calibrated: bool | None = None
    lipschitz: float = math.inf
    smoothness: float = math.inf
    shift_invariant: bool = True
    symmetric: bool = True

    def but(self, **changes) -> "Facts":
        """These facts with some changed."""
        return replace(self, **changes)


class Stated:
    """The facts of a loss as attributes of it."""

    @property
    def facts(self) -> Facts:
        """What the class states of its instances."""
        return Facts()

    @property
    def convex(self) -> bool:
        """No chord of the loss lies below its graph, in the scores."""
        return self.facts.convex

    @property
    def monotone(self) -> bool:
        """A larger margin of the true class never raises the loss."""
        return self.facts.monotone

    @property
    def nonnegative(self) -> bool:
        """The loss is never below zero."""
        return self.facts.nonnegative

    @property
    def stochastic(self) -> bool:
        """The loss draws noise."""
        return self.facts.stochastic

    @property
    def zero_from(self) -> float:
        """The margin from which the loss is zero, infinite if there is none."""
        return self.facts.zero_from

    @property
    def calibrated(self) -> bool | None:
        """The minimiser decides for the likelier class; `None`: open, or unknown."""
        return self.facts.calibrated


class StatedOfMargin(Stated):
    """Two more, of a function of the margin."""

    slope: Callable

    @property
    def lipschitz(self) -> float:
        """The largest `abs(slope)`."""
        return self.facts.lipschitz

    @property
    def smoothness(self) -> float:
        """The largest `abs(curvature)`, infinite at a kink."""
        return self.facts.smoothness

    @property
    def calibrated(self) -> bool | None:
        """Whether the minimiser's sign is the likelier label's.

        A convex `phi` is calibrated exactly if it falls at 0: Bartlett, Jordan
        and McAuliffe, Journal of the American Statistical Association 101 (2006).
        """
        if self.facts.calibrated is None and self.facts.convex:
            return bool(self.slope(0.0) < 0)
        return self.facts.calibrated


class StatedOfClasses(Stated):
    """Two more, of a function of the scores of several classes."""

    class_weight: list[float] | None

    @property
    def shift_invariant(self) -> bool:
        """The loss stays as it is when all scores of an example shift alike."""
        return self.facts.shift_invariant

    @property
    def symmetric(self) -> bool:
        """The loss treats all classes alike."""
        return self.facts.symmetric and self.class_weight is None
