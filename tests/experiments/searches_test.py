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
    assert list(row) == ["C", "sigma", "edge", "accuracy", "seconds", "reads"]
    assert np.isnan(row["sigma"])
    assert row["edge"] == {0.1: "C: low", 1.0: "C: high"}[row["C"]]
    assert row["C"] == search.best_estimator_.C
    assert row["accuracy"] == np.mean(search.predict(x[60:]) == y[60:]) > 0.8
    assert row["seconds"] > 0
    assert (row["reads"] > 0) if traced else np.isnan(row["reads"])


def test_every_set_is_searched_by_every_arm_on_one_grid(monkeypatch):
    x = sparse.csr_matrix(np.random.default_rng(0).normal(size=(80, 2)))
    y = np.arange(80) % 2
    monkeypatch.setattr(searches, "sparse", lambda name: ((x, y), (x, y)))
    wanted = {"z": (9.0, 1.0), "y": (1.0, 1.0)}

    class Search:
        def __init__(self, arm, costs, widths):
            self.arm, self.tried = arm, (costs, widths)

        def fit(self, x, y):
            return self

    def machines(costs, widths):
        return {arm: Search(arm, costs, widths) for arm in wanted}

    def timed(search, train, test):
        found = {}
        for name, tried, best in zip(
            ("C", "sigma"), search.tried, wanted[search.arm], strict=True
        ):
            found[name] = min(tried, key=lambda value, best=best: abs(value - best))
        return found | {"tried": len(search.tried[0])}

    monkeypatch.setattr(searches, "timed", timed)
    limits = {"C": (0.1, 20.0), "sigma": (0.5, 2.0)}
    table = searches.measured(["b", "a"], machines, [0.5, 1.0], [0.5, 1.0], limits)
    assert table.dataset.tolist() == ["b", "b", "a", "a"]
    assert table.arm.tolist() == ["z", "y", "z", "y"]
    assert (table.classes == 2).all()
    wide = searches.by_set(table)
    assert wide.index.tolist() == ["b", "a"]
    assert wide["C"].columns.tolist() == ["z", "y"]
    # Widened to 0.5, 1, 2, 4, 8, 16: for the arm that stays at 1 as well.
    assert wide["C"].loc["a"].tolist() == [8.0, 1.0]
    assert (table.tried == 6).all()


@pytest.mark.parametrize(
    ("best", "values"),
    [
        ([1.0], [0.5, 1.0, 2.0]),
        ([0.5, 1.0], [0.25, 0.5, 1.0, 2.0]),
        ([0.5, 2.0], [0.25, 0.5, 1.0, 2.0, 4.0]),
    ],
)
def test_a_grid_grows_on_the_side_of_a_best_value(best, values):
    rows = [{"C": value} for value in best]
    grown = searches.widened([0.5, 1.0, 2.0], rows, "C", {"C": (0.2, 5.0)})
    assert grown == values
    held = searches.widened([0.5, 1.0, 2.0], rows, "C", {"C": (0.3, 3.0)})
    assert held == [0.5, 1.0, 2.0]
