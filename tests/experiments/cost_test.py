"""A step's cost by the clock: a slow loss costs more, and every cell has a row."""

import time

import numpy as np

import hinge_keras as hk
from experiments.top_k import cost
from hinge_keras.lab import models

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = np.arange(8, dtype="int32") % 4


def test_what_takes_longer_costs_more(monkeypatch):
    def slowed(self, x, y):
        time.sleep(0.02 if isinstance(self.loss, hk.Focal) else 0.001)

    monkeypatch.setattr("keras.Sequential.train_on_batch", slowed)
    losses = {"slow": hk.Focal(), "fast": hk.CrossEntropy()}
    taken = cost.milliseconds(losses, models.MLP((2,)), X, Y, 4, blocks=2, repeats=3)
    assert (taken["slow"] >= 20).all()
    assert ((taken["fast"] >= 1) & (taken["fast"] < 20)).all()


def test_every_loss_and_k_has_a_row_in_milliseconds():
    makers = {"cross-entropy": lambda k: hk.CrossEntropy(), "naive": hk.NaiveTopK}
    table = cost.against_k(
        makers, (1, 2), models.MLP((2,)), X, Y, 4, blocks=3, repeats=2
    )
    cells = table[["loss", "K", "block"]].to_numpy().tolist()
    assert cells == [
        [name, k, block] for k in (1, 2) for name in makers for block in range(3)
    ]
    assert (table.milliseconds > 0).all()
