"""What a worker does with the jobs of a grid, wherever it runs."""

import copyreg
import io
import pickle
import sys

import cloudpickle
import keras

from hinge_keras.lab.training.groups import Group
from hinge_keras.lab.training.loader import Loader
from hinge_keras.lab.training.programs import Programs

KEPT = 2  # Groups whose compiled programs are kept.


def pickled(experiment):
    """A grid as bytes, with the code of what was typed in or is a script's own."""
    file = io.BytesIO()
    Pickler(file).dump(experiment)
    return file.getvalue()


class Pickler(cloudpickle.Pickler):
    """Pickles losses whose class a worker cannot import, which Keras refuses to read."""

    def reducer_override(self, thing):
        if isinstance(thing, keras.losses.Loss) and not is_importable(type(thing)):
            return copyreg.__newobj__, (type(thing),), vars(thing)
        return super().reducer_override(thing)


def is_importable(kind):
    """Whether another process finds a class by its name."""
    name = kind.__module__
    found = vars(sys.modules.get(name, object)).get(kind.__qualname__)
    by_value = name == "__main__" or name in cloudpickle.list_registry_pickle_by_value()
    return found is kind and not by_value


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
            self.groups[number] = Group(
                self.experiment, one, self.load, way, number, Programs()
            )
        return self.groups[number].train(job, watch, underway)
