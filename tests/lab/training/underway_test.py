"""A training that was interrupted goes on, and ends as if it had not been."""

import keras
import numpy as np
import pytest
from keras import layers

import hinge_keras as hk
from hinge_keras.lab import training
from hinge_keras.lab.training import underway
from tests.lab.training.replicas_test import Built, experiment

NETS = Built(
    "nets",
    (
        lambda: layers.Dense(5, "tanh"),
        layers.BatchNormalization,
        lambda: layers.Dropout(0.2, seed=1),
    ),
)


def begun(grid, folder):
    """What is under way, by names that stand for keys."""
    return underway.Underway(folder, {t: str(i) for i, t in enumerate(grid.trials())})


def trained(grid, **options):
    found = training.train(grid, grid.trials(), **options)
    return {trial: record for pairs in found for trial, record in pairs}


def equal(found, whole):
    assert found.keys() == whole.keys()
    for trial, record in whole.items():
        assert found[trial].epochs_run == record.epochs_run
        for ours, theirs in (
            (found[trial].curve, record.curve),
            (found[trial].values, record.values),
        ):
            assert ours.keys() == theirs.keys()
            for name, numbers in theirs.items():
                np.testing.assert_array_equal(ours[name], numbers, err_msg=name)


class Interrupt:
    """Raises after some epochs of a job."""

    def __init__(self, epochs):
        self.left = epochs

    def __call__(self, share):
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


@pytest.fixture
def always(monkeypatch):
    monkeypatch.setattr(underway, "EVERY", 0.0)


GRIDS = {
    "dense": ({}, "dense"),
    "scheduled": (
        {
            "optimizer": keras.optimizers.Adam(
                keras.optimizers.schedules.ExponentialDecay(1.0, 7, 0.5)
            )
        },
        "dense",
    ),
    "patience": (
        {"epochs": 12, "patience": 2, "axes": {"learning_rate": (0.5,)}},
        "dense",
    ),
    "stacked": ({"models": [NETS]}, "stacked"),
    "stacked, patience": ({"models": [NETS], "epochs": 8, "patience": 2}, "stacked"),
    "alone": (
        {"models": [NETS], "arms": {"hinge": hk.Hinge()}, "seeds": (0,)},
        "alone",
    ),
}
SLOW = ("stacked", "scheduled", "stacked, patience", "alone")


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=[pytest.mark.slow] * (kind in SLOW)) for kind in GRIDS],
)
def test_it_ends_as_if_nothing_had_happened(kind, tmp_path):
    if keras.backend.backend() == "torch":
        pytest.skip("PyTorch trains through fit, which keeps nothing under way")
    changes, path = GRIDS[kind]
    grid = experiment(**changes)
    whole = trained(grid, path=path)
    kept = begun(grid, tmp_path / "underway")
    with pytest.raises(KeyboardInterrupt):
        trained(grid, path=path, underway=kept, watch=Interrupt(4))
    assert list(tmp_path.rglob("*.npz"))
    epochs = []
    equal(trained(grid, path=path, underway=kept, watch=epochs.append), whole)
    assert len(epochs) < sum(r.epochs_run for r in whole.values())
    assert not list(tmp_path.rglob("*"))


@pytest.mark.usefixtures("always")
def test_what_cannot_be_read_is_said_and_trained_anew(tmp_path, capsys):
    grid = experiment()
    kept = begun(grid, tmp_path)
    with pytest.raises(KeyboardInterrupt):
        trained(grid, underway=kept, watch=Interrupt(4))
    (file,) = tmp_path.glob("*.npz")
    file.write_bytes(file.read_bytes()[:-200])
    equal(trained(grid, underway=kept), trained(grid))
    assert "is damaged; its trials start anew" in capsys.readouterr().out


@pytest.mark.usefixtures("always")
def test_what_it_took_before_counts(tmp_path):
    grid = experiment()
    kept = begun(grid, tmp_path)
    with pytest.raises(KeyboardInterrupt):
        trained(grid, underway=kept, watch=Interrupt(4))
    (file,) = tmp_path.glob("*.npz")
    with np.load(file) as found:
        arrays = dict(found)
    seconds = [name for name in arrays if name.startswith(underway.OF_STATE)][-1]
    np.savez(file, **{**arrays, seconds: 1e6})
    records = trained(grid, underway=kept).values()
    assert sum(record.seconds for record in records) > 1e6


@pytest.mark.usefixtures("always")
def test_other_versions_begin_anew(tmp_path, monkeypatch):
    grid = experiment()
    kept = begun(grid, tmp_path)
    ours = kept.of(grid.trials()).path
    monkeypatch.setattr(underway, "environment", lambda: {"keras": "2"})
    assert kept.of(grid.trials()).path != ours


def test_a_short_training_leaves_nothing(tmp_path):
    grid = experiment()
    kept = begun(grid, tmp_path / "underway")
    with pytest.raises(KeyboardInterrupt):
        trained(grid, underway=kept, watch=Interrupt(3))
    assert not list(tmp_path.rglob("*"))
