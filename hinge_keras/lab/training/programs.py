"""Compiled programs that outlive a grid: a search trains the same nets round after round.

So does a comparison whose seeds do not all fit memory, set after set of them.
"""

from hinge_keras.lab.training.replicas import Stack

# At most, as many as studies have kinds of nets; each holds what was compiled for every
# block it trained.
KEPT = 8


class Programs:
    """The last stacks, each for later groups of its kind and settings."""

    def __init__(self):
        self.kept = []

    def stack(self, group, way):
        """What trains a group in a way: one that is kept, or a new one."""
        wanted = [way, group.kind, *settings(group.experiment, group.trials[0])]
        stack = next((each for what, each in self.kept if what == wanted), None)
        if stack:
            stack.serve(group.experiment, group.load)
        else:
            stack = Stack(group.experiment, group.trials, group.load, way)
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
