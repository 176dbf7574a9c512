"""Arms: the cells of a grid that an experiment compares, by the names it shows.

An arm is the loss, the model and the data set that go together, and the learning
rate where that is given too: `{"hinge, tanh": ("hinge", "50 tanh", "circles")}`.
"""

ATTRIBUTES = ("loss", "model", "dataset", "learning_rate")


def only(arms):
    """Keeps the trials of some arm, for `Experiment.where`.

    Args:
        arms: Values of as many of `ATTRIBUTES` as an arm needs, in their order, by
            the arm's name.
    """

    def kept(trial):
        return name_of([getattr(trial, name) for name in ATTRIBUTES], arms) is not None

    return kept


def named(trials, arms):
    """A table of trials with a column `arm`; missing where a trial is of none."""
    cells = trials[list(ATTRIBUTES)].itertuples(index=False)
    return trials.assign(arm=[name_of(cell, arms) for cell in cells])


def name_of(cell, arms):
    """The first arm whose values a cell begins with, else `None`."""
    fitting = (arm for arm, values in arms.items() if is_of(cell, values))
    return next(fitting, None)


def is_of(cell, values):
    return tuple(cell[: len(values)]) == tuple(values)
