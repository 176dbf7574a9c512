"""Jobs follow from the grid alone: not from what is done, from memory or the clock."""

import dataclasses

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import hinge_keras as hk
from hinge_keras.lab import data
from hinge_keras.lab.data import Dataset
from hinge_keras.lab.training import groups, loader
from tests.lab.training.replicas_test import experiment, trained

GRID = experiment(
    arms={"hinge": hk.Hinge(), "logistic": hk.Logistic(), "ramp": hk.Ramp()},
    axes={"learning_rate": (0.01, 0.03, 0.1)},
    seeds=range(7),
)


def group(grid=GRID, way="stacked"):
    (found,) = groups.grouped(grid, grid.trials(), loader.Loader(grid), way)
    return found


@settings(max_examples=30, deadline=None)
@given(done=st.sets(st.integers(0, 6)), size=st.integers(1, 70))
def test_what_is_left_of_jobs_of_which_some_are_done_is_the_others(done, size):
    found = group()
    jobs = found.jobs({*GRID.trials()}, size)
    assert sorted(t for job in jobs for t in job) == sorted(GRID.trials())
    left = [job for number, job in enumerate(jobs) if number not in done]
    assert found.jobs({t for job in left for t in job}, size) == left


@pytest.mark.parametrize("size", [3, 7, 12, 63])
def test_a_job_has_all_losses_alike(size):
    for job in group().jobs({*GRID.trials()}, size):
        assert len(job) <= size
        arms = [trial.arm for trial in job]
        assert len({arms.count(arm) for arm in ("hinge", "logistic", "ramp")}) == 1


def test_a_job_is_as_large_as_room_and_work_allow(monkeypatch):
    found = group()
    whole = found.size()
    monkeypatch.setattr(groups, "ROOM", groups.ROOM // 4)
    assert found.size() == whole // 4
    monkeypatch.setattr(groups, "WORK", 1)
    assert found.size() == 1


def test_data_and_epochs_make_jobs_smaller(monkeypatch):
    monkeypatch.setattr(groups, "ROOM", 10**18)
    few = group().size()
    more_epochs = group(experiment(epochs=50)).size()
    more_rows = group(experiment(datasets=[data.moons(sizes=(700, 30, 20))])).size()
    assert few == pytest.approx(10 * more_epochs, rel=1e-3)
    assert few == pytest.approx(10 * more_rows, rel=1e-3)


def test_data_are_kept_while_there_is_room(monkeypatch):
    loaded = []

    def load(seed):
        loaded.append(seed)
        x = np.zeros((10, 2), "float32")
        return {"train": (x, x[:, 0]), "test": (x, x[:, 0])}

    grid = experiment(datasets=[Dataset("zeros", load, {}, 1)], seeds=range(3))
    loads = loader.Loader(grid)
    monkeypatch.setattr(loader, "KEPT", 2 * loader.nbytes(load(0)))
    loaded.clear()
    for seed in (0, 1, 0, 2, 0, 1):  # The one that was not asked for longest goes.
        loads("zeros", seed)
    assert loaded == [0, 1, 2, 1]
    assert loads.shapes_of("zeros", 2) == loads.shapes_of("zeros", 0)
    assert loaded == [0, 1, 2, 1]


def test_splits_are_kept_from_one_grid_to_the_next():
    loaded, moons = [], data.moons(sizes=(40, 20, 20))

    def load(seed):
        loaded.append(seed)
        return moons.load(seed)

    grid = experiment(datasets=[Dataset("some moons", load)], epochs=1)
    loads = loader.Loader(grid)
    trained(grid, load=loads)
    trained(dataclasses.replace(grid, axes={"learning_rate": (0.03,)}), load=loads)
    assert loaded == [0, 1]
