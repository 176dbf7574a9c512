"""Trainings under way on disk: what an interrupt leaves, the next run goes on from."""

import contextlib
import hashlib
import json
import os
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from hinge_keras.lab.training.record import environment

FOLDER = "underway"
EVERY = 20.0  # Seconds between two savings.
DIGITS = 16
OF_STATE = "state "  # Before the number of an array of the state.


@dataclass(frozen=True)
class Underway:
    """The folder of trainings that have begun.

    Attributes:
        folder: Where they are kept, a file each.
        key_of: A trial's key, by trial.
    """

    folder: Path
    key_of: dict

    def part(self, trials):
        """The same for some trials alone."""
        return Underway(self.folder, {trial: self.key_of[trial] for trial in trials})

    def of(self, trials):
        """The file of trials that train together."""
        keys = json.dumps([[self.key_of[trial] for trial in trials], environment()])
        name = hashlib.sha256(keys.encode()).hexdigest()[:DIGITS]
        return Begun(Path(self.folder) / f"{name}.npz")


class Begun:
    """A training of which some epochs are done.

    Args:
        path: Its file; it is there from the first saving until the end.
    """

    def __init__(self, path):
        self.path, self.saved = path, time.monotonic()

    def is_due(self):
        """Whether so much has passed since the last saving that a loss would hurt."""
        return time.monotonic() - self.saved > EVERY

    def save(self, state, rows):
        """Keep nested arrays and numbers, and arrays by name; whole or not at all."""
        leaves = keras.tree.flatten(state)
        arrays = {f"{OF_STATE}{i}": as_array(leaf) for i, leaf in enumerate(leaves)}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        half = self.path.with_suffix(f".{os.getpid()}")
        try:
            with open(half, "wb") as file:
                np.savez(file, **arrays, **rows)
            half.replace(self.path)
        finally:
            half.unlink(missing_ok=True)
        self.saved = time.monotonic()

    def load(self, state):
        """What was kept, in the shape of a nested state; `None` if there is nothing."""
        try:
            with np.load(self.path) as found:
                arrays = dict(found)
            count = len(keras.tree.flatten(state))
            leaves = [arrays.pop(f"{OF_STATE}{i}") for i in range(count)]
        except FileNotFoundError:
            return None
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile):
            print(f"{self.path} is damaged; its trials start anew.", flush=True)
            return None
        return like(state, leaves), arrays

    def end(self):
        """The training is over: what was under way is in its records."""
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)
            self.path.parent.rmdir()  # The last one out.


def as_array(leaf):
    """A tensor, array or number as an array."""
    if isinstance(leaf, int | float):
        return np.asarray(leaf)
    return keras.ops.convert_to_numpy(leaf)


def like(state, leaves):
    """Flat arrays in the shape of a nested state: tensors where it has tensors."""
    made = []
    for old, new in zip(keras.tree.flatten(state), leaves, strict=True):
        if isinstance(old, int | float):
            made.append(type(old)(new))
        elif isinstance(old, np.ndarray):
            made.append(new)
        else:
            made.append(keras.ops.convert_to_tensor(new, new.dtype))
    return keras.tree.pack_sequence_as(state, made)
