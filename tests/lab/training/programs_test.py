"""Programs outlive a grid: compiled once, they give the next one its own numbers."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import optimizers

import hinge_keras as hk
from hinge_keras.lab import data
from hinge_keras.lab.models import MLP
from hinge_keras.lab.training import programs
from hinge_keras.lab.training.programs import Programs
from tests.lab.training.replicas_test import experiment, trained

GRID = experiment(epochs=2)


@pytest.fixture
def made(monkeypatch):
    """The ways of stacks that are compiled, in order."""
    ways = []

    class Counted(programs.Stack):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            ways.append(self.way)

    monkeypatch.setattr(programs, "Stack", Counted)
    return ways


@pytest.mark.parametrize("path", ["dense", "stacked"])
def test_a_later_grid_has_the_numbers_of_its_own_program(path, made):
    later = dataclasses.replace(
        GRID, seeds=(2, 3, 4), axes={"learning_rate": (0.003, 0.1, 0.3)}
    )
    kept = Programs()
    trained(GRID, path, programs=kept)
    found = dict(trained(later, path, programs=kept))
    alone = dict(trained(later, path))
    assert made == [path, path]  # One of them for `alone`.
    assert found.keys() == alone.keys() == {*later.trials()}
    for trial, record in alone.items():
        assert found[trial].values == record.values
        for name, numbers in record.curve.items():
            np.testing.assert_array_equal(found[trial].curve[name], numbers)


@pytest.mark.parametrize(
    "changes",
    [
        {"datasets": [data.moons(sizes=(60, 30, 20))]},
        {"models": [MLP((4,))]},
        {"optimizer": optimizers.SGD()},
        {"epochs": 1},
        {"batch_size": 8},
        {"patience": 1},
        {"measures": ()},
        {"axes": {"learning_rate": (0.01,), "weight_decay": (0.1,)}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_a_program_follows_from_makes_another(changes, made):
    kept = Programs()
    trained(GRID, "dense", programs=kept)
    trained(experiment(**{"epochs": 2, **changes}), "dense", programs=kept)
    assert len(made) == 2


def test_programs_hold_no_data_and_are_few(monkeypatch):
    monkeypatch.setattr(programs, "KEPT", 2)
    kept = Programs()
    for width in range(1, 4):
        grid = experiment(models=[MLP((width,))], epochs=1)
        trained(grid, "dense", programs=kept)
    assert len(kept.kept) == 2
    assert all(stack.load is None and not stack.drawn for _, stack in kept.kept)


def test_splits_of_any_size_are_measured_by_one_program():
    seen = []

    class Seen(hk.Hinge):
        def phi(self, m):
            seen.append(None)
            return super().phi(m)

    def traced(sizes):
        seen.clear()
        grid = experiment(
            datasets=[data.moons(sizes=sizes)], arms={"seen": Seen()}, epochs=1
        )
        trained(grid, "dense")
        return len(seen)

    once = traced((64, 30, 20)) == traced((64, 64, 64))
    assert once == (keras.backend.backend() == "tensorflow")  # JAX compiles for shapes.
