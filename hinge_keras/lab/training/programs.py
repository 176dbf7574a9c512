"""Compiled programs that outlive a grid: a search trains the same nets round after round.

So does a comparison whose seeds do not all fit memory, set after set of them.
"""

KEPT = 2  # At most; each holds what was compiled for every block it trained.


class Programs:
    """The last stacks, each for later groups of its kind and settings."""

    def __init__(self):
        self.kept = []

    def of(self, group, way, make):
        """A stack for a group, one that is kept or a new one.

        Args:
            group: The group.
            way: How it trains.
            make: Makes a new one.
        """
        wanted = [way, group.kind, *settings(group.experiment, group.trials[0])]
        stack = next((each for what, each in self.kept if what == wanted), None)
        if stack:
            stack.serve(group.experiment, group.load)
        else:
            stack = make()
            self.kept = [*self.kept, (wanted, stack)][-KEPT:]
        return stack


def settings(experiment, trial):
    """What a program follows from beside its group's kind."""
    return [
        experiment.model(trial),
        experiment.optimizer,
        experiment.batch_size,
        experiment.epochs,
        experiment.patience,
        *experiment.measures,
    ]
