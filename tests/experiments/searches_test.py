"""A timed search reports its machine; sets and arms keep their order."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.model_selection import GridSearchCV
from sklearn.svm import LinearSVC

from experiments.text import searches
from hinge_keras.svm import SmoothSVC, SmoothSVCCV


@pytest.mark.parametrize(
    ("search", "traced"),
    [
        (SmoothSVCCV(SmoothSVC("psi_g"), Cs=[0.1, 1.0], cv=3), True),
        (GridSearchCV(LinearSVC(), {"C": [0.1, 1.0]}, cv=3), False),
    ],
)
def test_a_search_is_timed_and_its_best_machine_scored(search, traced):
    x = np.random.default_rng(0).normal(size=(80, 2))
    y = (x[:, 0] > 0).astype(int)
    row = searches.timed(search, (x[:60], y[:60]), (x[60:], y[60:]))
    assert list(row) == ["C", "accuracy", "seconds", "reads"]
    assert row["C"] == search.best_estimator_.C
    assert row["accuracy"] == np.mean(search.predict(x[60:]) == y[60:]) > 0.8
    assert row["seconds"] > 0
    assert (row["reads"] > 0) if traced else np.isnan(row["reads"])


def test_every_set_is_searched_by_every_arm(monkeypatch):
    x = sparse.csr_matrix(np.random.default_rng(0).normal(size=(80, 2)))
    y = np.arange(80) % 2
    monkeypatch.setattr(searches, "sparse", lambda name: ((x, y), (x, y)))
    monkeypatch.setattr(searches, "timed", lambda search, train, test: {"C": search})
    table = searches.measured(["b", "a"], lambda: {"z": 1.0, "y": 2.0})
    assert table.dataset.tolist() == ["b", "b", "a", "a"]
    assert table.arm.tolist() == ["z", "y", "z", "y"]
    assert (table.classes == 2).all()
    wide = searches.by_set(table)
    assert wide.index.tolist() == ["b", "a"]
    assert wide["C"].columns.tolist() == ["z", "y"]
    assert wide["C"].loc["a", "y"] == 2.0
