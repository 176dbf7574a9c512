"""A trial is one cell of a grid, and pure data; a pilot is trials that choose others."""

from collections.abc import Sequence
from dataclasses import dataclass

from hinge_keras.lab.tables.schema import RATE


@dataclass(frozen=True, order=True)
class Trial:
    """One cell of a grid.

    Attributes:
        dataset: The name of the data set.
        model: The name of the model.
        arm: The name of the arm.
        axes: Hyper-parameters, `(name, value)` each.
        seed: What splits, initial weights and batch order are drawn from.
    """

    dataset: str
    model: str
    arm: str
    axes: tuple[tuple[str, float], ...]
    seed: int

    @property
    def learning_rate(self):
        return dict(self.axes)[RATE]

    @property
    def cell(self):
        """The trial without its seed: what replicas of it share."""
        return self.dataset, self.model, self.arm, self.axes


@dataclass(frozen=True)
class Pilot:
    """How axes are chosen where to train every seed at every value would be too dear.

    Attributes:
        seeds: Those that the choice is made by, none of which is the experiment's:
            nothing that is reported was chosen by its own luck.
        epochs: Passes over the training part meanwhile; the experiment's by default.
    """

    seeds: Sequence[int]
    epochs: int | None = None
