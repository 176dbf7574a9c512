"""What a grid compares: a loss, and where it matters a model and axes of its own."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import keras

from hinge_keras.lab.tables.schema import OF_OPTIMIZER


@dataclass(frozen=True)
class Arm:
    """What a grid compares: a loss, and where it matters a model and axes of its own.

    Attributes:
        name: As it stands in tables and figures.
        loss: A Keras loss; or a function that makes one from a data set and, by
            name, from the arm's own axes: `lambda data, sigma: hk.PsiG(sigma)`.
        model: A model builder for this arm alone; `None` takes each of the grid's.
        on: The data sets that the arm is tried on; a function of a data set that
            says whether it is; or `None` for every one.
        axes: Hyper-parameters of this arm, in place of the grid's of that name.
        tags: Further columns of its trials.
    """

    name: str
    loss: keras.losses.Loss | Callable
    model: Callable | None = None
    on: Sequence | Callable | None = None
    axes: Mapping[str, Sequence[float]] = field(default_factory=dict)
    tags: Mapping = field(default_factory=dict)

    def __post_init__(self):
        if not isinstance(self.loss, keras.losses.Loss) and not callable(self.loss):
            raise ValueError(
                f"the loss of arm {self.name!r} is {self.loss!r}; accepted is a "
                "keras.losses.Loss, or a function of a data set that makes one."
            )
        taken = (
            () if isinstance(self.loss, keras.losses.Loss) else parameters(self.loss)
        )
        for axis in self.axes:
            if axis not in (*OF_OPTIMIZER, *taken[1:]):
                accepted = ", ".join((*OF_OPTIMIZER, *taken[1:]))
                raise ValueError(
                    f"arm {self.name!r} has the axis {axis!r}; accepted are {accepted}."
                )

    def tried_on(self, dataset):
        """Whether the arm is tried on a data set."""
        if self.on is None or callable(self.on):
            return self.on is None or self.on(dataset)
        return dataset.name in [each.name for each in self.on]

    def made(self, dataset, own):
        """The loss for a data set and values of the arm's own axes."""
        if isinstance(self.loss, keras.losses.Loss):
            return self.loss
        return self.loss(dataset, **own)


def parameters(function):
    return tuple(inspect.signature(function).parameters)
