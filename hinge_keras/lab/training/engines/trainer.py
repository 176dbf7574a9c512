"""What a worker does with the jobs of a grid, wherever it runs."""

import pickle

from hinge_keras.lab.training.groups import Group, Loader

KEPT = 2  # Groups whose compiled programs are kept.


class Trainer:
    """Trains jobs of a grid; a group's program is compiled once.

    Args:
        grid: The experiment, pickled.
    """

    def __init__(self, grid):
        self.experiment = pickle.loads(grid)
        self.load, self.groups = Loader(self.experiment), {}

    def train(self, number, one, way, job, underway, watch):
        """Train a job; yields `[(trial, record), ...]` as trials end.

        Args:
            number: Of the group.
            one: A trial of it.
            way: How the group trains.
            job: The trials to train together.
            underway: Keeps what is under way, an `Underway`, or None.
            watch: Hears how many are as good as done.
        """
        if number not in self.groups:
            while len(self.groups) >= KEPT:
                self.groups.pop(next(iter(self.groups)))
            self.groups[number] = Group(self.experiment, one, self.load, way, number)
        return self.groups[number].train(job, watch, underway)
