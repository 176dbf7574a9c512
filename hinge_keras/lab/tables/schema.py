"""The columns of every table, and what a measured one means: named once, here.

A measured column is called `{split}_{measure}`, for example `test_accuracy`; only
`column` and `measured` put that name together.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

TRAIN, VALIDATION, TEST = SPLITS = ("train", "validation", "test")
# What a trial is, before its axes and after them; tags come last.
CELL = ("dataset", "model", "arm")
SEED, STATUS, EPOCHS_RUN, EPOCH, KEY = "seed", "status", "epochs_run", "epoch", "key"
# The axes of which an arm's best value has nothing tried beyond it; whether it still
# learns when its training ends; the test over the other examples of random splits.
EDGE, RISING, OVERLAP = "edge", "rising", "overlap"
COVERS = "covers"  # A tag that is no column: what a seed draws of a data set.
POINTS_DRAWN = "the points"
DONE, DIVERGED = "done", "diverged"
RATE, DECAY = "learning_rate", "weight_decay"
# Hyper-parameters that an optimizer has; others are a loss's own.
OF_OPTIMIZER = (RATE, DECAY)
RESERVED = (
    *(*CELL, *OF_OPTIMIZER, SEED, STATUS, EPOCHS_RUN, EPOCH, KEY),
    *(EDGE, RISING, COVERS, "split"),
)

# What a comparison says of its first arm beside its second.
HIGHER, LOWER, EQUAL = "higher", "lower", "equal"
UNDECIDED, TOO_FEW = "undecided", "too few pairs"


class Unit(NamedTuple):
    """What a difference is told in.

    Attributes:
        name: As it stands behind a number.
        scale: What a measured value is multiplied by.
        equal: Differences no larger than this, in the unit, do not matter; `None`
            where nobody said what does.
        higher_is_better: Whether more is better.
    """

    name: str
    scale: float = 1.0
    equal: float | None = None
    higher_is_better: bool = True


POINTS = Unit("points", 100.0, 1.0)
IN_POINTS = Unit("points", 1.0, 1.0)  # Of what is in percent already.
ERROR = Unit("points", 100.0, 1.0, higher_is_better=False)
SAVED = Unit("epochs", 1.0, 1.0)  # Of epochs that an arm needs less.
PLAIN = Unit("", higher_is_better=False)
KINDS = {"share": True, "loss": False, "count": None}
UNITS = {"share": POINTS, "loss": PLAIN, "count": PLAIN}


@dataclass(frozen=True)
class Measure:
    """Something measured on every split of every trial.

    Attributes:
        name: As it stands in columns, `test_{name}`.
        make: Makes a Keras metric of labels and raw scores, or of labels and
            probabilities if `calibrated`; `None` is the trial's own loss.
        kind: `"share"`, of which more is better; `"loss"`, of which less is; or
            `"count"`, which has no better side.
        calibrated: Measured on the test part alone, on probabilities: Platt's
            scaling, for several classes a temperature, is fitted to the trial's
            validation scores first.
    """

    name: str = field(compare=False)
    make: Callable | None = None
    kind: str = field(default="share", compare=False)
    calibrated: bool = False

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(
                f"kind is {self.kind!r}; accepted are {', '.join(map(repr, KINDS))}."
            )
        if self.name == "loss" and self.make is not None:
            raise ValueError(
                "name is 'loss'; accepted is another name, since every trial's own "
                "loss is measured under that one."
            )

    @property
    def higher_is_better(self):
        """Whether more is better, `None` where neither side is."""
        return KINDS[self.kind]


LOSS = Measure("loss", kind="loss")


def measure_of(measures, *names):
    """A measure by the first of some names that is given, else the first of all."""
    name = next(filter(None, names), None)
    if name is None:
        return measures[0]
    return next(each for each in (*measures, LOSS) if each.name == name)


def unit_of(measure):
    """What differences of a measure are told in."""
    return UNITS[measure.kind]


def column(split, measure):
    """The name of a measured column."""
    return f"{split}_{measure}"


def measured(table, name, split=TEST):
    """The column of a measure on a split, or the column of that very name.

    Raises:
        ValueError: If the table has neither.
    """
    for found in (column(split, name), name):
        if found in table:
            return found
    known = [c for c in table if str(c).startswith(f"{split}_")]
    raise ValueError(
        f"measure is {name!r}; accepted are those of {', '.join(known)}, or a column."
    )
