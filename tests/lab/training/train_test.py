"""The choice of a path: the fastest that can, and one line where it is not stacked."""

import numpy as np
import pytest

import hinge_keras as hk
from hinge_keras.lab import data, training
from hinge_keras.lab.models import MLP
from hinge_keras.lab.training import fit, replicas
from hinge_keras.lab.training.groups import grouped
from hinge_keras.lab.training.loader import Loader
from tests.lab.training.replicas_test import (
    CONVOLUTION,
    IMAGES,
    SEQUENCES,
    TOKENS,
    Built,
    experiment,
    same,
)

MOONS = data.moons(sizes=(70, 30, 20))


@pytest.mark.usefixtures("double_precision")
def test_convolutions_are_trained_by_the_path_that_can():
    grid = experiment(
        datasets=[IMAGES],
        models=[CONVOLUTION],
        axes={"learning_rate": (0.01,)},
        epochs=2,
    )
    blocks = training.train(grid, grid.trials())
    outcomes = {trial: record for block in blocks for trial, record in block}
    assert set(outcomes) == set(grid.trials())
    trial = grid.trials()[-1]
    same(outcomes[trial], fit.train(grid, trial))


@pytest.mark.parametrize(
    ("dataset", "model", "way"),
    [
        (IMAGES, CONVOLUTION, "alone"),
        (TOKENS, Built("embedding", SEQUENCES["embedding"]), "stacked"),
        (MOONS, MLP((8,)), "dense"),
    ],
    ids=["convolutions", "embedding", "dense"],
)
def test_a_way_follows_from_the_layers(dataset, model, way):
    grid = experiment(datasets=[dataset], models=[model])
    (group,) = grouped(grid, grid.trials(), Loader(grid))
    assert group.way == way


def test_one_trial_is_not_stacked():
    grid = experiment(
        datasets=[TOKENS],
        models=[Built("embedding", SEQUENCES["embedding"])],
        arms={"hinge": hk.Hinge()},
        axes={"learning_rate": (0.01,)},
        seeds=(0,),
    )
    (group,) = grouped(grid, grid.trials(), Loader(grid))
    assert group.way == "alone"


def test_what_no_compiled_path_can_train_is_fitted(monkeypatch, capsys):
    def refuses(stack, *arguments):
        raise TypeError("no such operation")

    monkeypatch.setattr(replicas.Stack, "train", refuses)
    grid = experiment(seeds=(0,), axes={"learning_rate": (0.01,)}, epochs=1)
    blocks = list(training.train(grid, grid.trials()))
    assert {trial for block in blocks for trial, _ in block} == set(grid.trials())
    (_, record), *_ = blocks[0]
    assert np.isfinite(record.values["train_loss"])
    assert "(TypeError: no such operation)" in capsys.readouterr().out


def test_what_the_kernels_cannot_train_is_stacked(monkeypatch, capsys):
    train, used = replicas.Stack.train, []

    def refuses(stack, *arguments):
        used.append(stack.way)
        if stack.way == "dense":
            raise TypeError("no such operation")
        return train(stack, *arguments)

    monkeypatch.setattr(replicas.Stack, "train", refuses)
    grid = experiment(epochs=1)
    blocks = list(training.train(grid, grid.trials()))
    assert {trial for block in blocks for trial, _ in block} == set(grid.trials())
    assert used == ["dense", "stacked"]
    assert "cannot be trained in kernels (TypeError" in capsys.readouterr().out


def test_a_line_that_breaks_is_no_way_s_fault(capsys):
    heard = []

    def broken(share):
        heard.append(share)
        raise BrokenPipeError(32, "Broken pipe")

    grid = experiment(epochs=2)
    with pytest.raises(BrokenPipeError):
        list(training.train(grid, grid.trials(), watch=broken))
    assert len(heard) == 1
    assert "cannot be trained" not in capsys.readouterr().out


def test_an_unknown_path_is_refused():
    grid = experiment()
    with pytest.raises(ValueError, match="path is 'fast'"):
        list(training.train(grid, grid.trials(), path="fast"))
