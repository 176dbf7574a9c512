"""The choice of a path: the fastest that can, and one line where it is not stacked."""

import numpy as np
import pytest

from hinge_keras.lab import training
from hinge_keras.lab.training import fit, replicas
from tests.lab.training.replicas_test import (
    CONVOLUTION,
    IMAGES,
    SEQUENCES,
    TOKENS,
    Built,
    experiment,
    same,
)


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


def test_the_faster_of_two_paces_is_taken(monkeypatch):
    grid = experiment(datasets=[IMAGES], models=[CONVOLUTION], epochs=10)
    load = replicas.loader(grid)
    for paces, expected in (
        ({"stacked": 1.0, "alone": 2.0}, ["dense", "stacked", "alone"]),
        ({"stacked": 2.0, "alone": 1.0}, ["dense", "alone"]),
    ):
        monkeypatch.setattr(
            replicas.Stack, "pace", lambda stack, _, paces=paces: paces[stack.way]
        )
        assert list(training.ways(grid, grid.trials(), load)) == expected


def test_a_training_shorter_than_the_timing_is_not_timed(monkeypatch):
    timed = []
    monkeypatch.setattr(replicas.Stack, "pace", lambda stack, _: timed.append(1) or 1.0)
    for dataset, model, expected in (
        (IMAGES, CONVOLUTION, ["dense", "alone"]),
        (
            TOKENS,
            Built("embedding", SEQUENCES["embedding"]),
            ["dense", "stacked", "alone"],
        ),
    ):
        grid = experiment(datasets=[dataset], models=[model], epochs=4)
        ways = training.ways(grid, grid.trials(), replicas.loader(grid))
        assert list(ways) == expected
    assert not timed


def test_what_no_compiled_path_can_train_is_fitted(monkeypatch, capsys):
    def refuses(stack, trials, watch):
        raise TypeError("no such operation")

    monkeypatch.setattr(replicas.Stack, "train", refuses)
    grid = experiment(seeds=(0,), axes={"learning_rate": (0.01,)}, epochs=1)
    blocks = list(training.train(grid, grid.trials()))
    assert {trial for block in blocks for trial, _ in block} == set(grid.trials())
    (_, record), *_ = blocks[0]
    assert np.isfinite(record.values["train_loss"])
    assert "(TypeError: no such operation)" in capsys.readouterr().out


def test_an_unknown_path_is_refused():
    grid = experiment()
    with pytest.raises(ValueError, match="path is 'fast'"):
        list(training.train(grid, grid.trials(), path="fast"))
