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


def of_sets(makers, facts, joint):
    """A loss for every data set, by a name like `"LDAM on letter"`.

    Args:
        makers: `{arm: function}`, each making a loss from a fact.
        facts: What is known of each data set, by its name.
        joint: What stands between the arm and the set, `" on "`.
    """
    return {
        f"{arm}{joint}{name}": make(fact)
        for name, fact in facts.items()
        for arm, make in makers.items()
    }


def on_own_set(trial, joint):
    """Whether a trial's loss was made for its data set, or for none."""
    return trial.loss.partition(joint)[2] in ("", trial.dataset)


def without_set(losses, joint):
    """The arms of a column of losses, whichever set each was made for."""
    return losses.str.partition(joint)[0]
