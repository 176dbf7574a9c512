"""The tables of Newton's method: a falling course, known ratios, a kept bound."""

import numpy as np
import pandas as pd
import pytest

import hinge_keras as hk
from experiments.newton import courses

LOSSES, FLOOR = {"psi_G": hk.PsiG}, 1e-12


@pytest.fixture(scope="module")
def points():
    random = np.random.default_rng(0)
    x = random.normal(size=(60, 3))
    return x, np.where(x[:, 0] + 0.5 * random.normal(size=60) > 0, 1.0, -1.0)


def test_a_course_falls_from_the_first_gradient_to_the_floor(points):
    table = courses.courses(LOSSES, [1.0], *points, 1.0, FLOOR)
    assert set(table.forcing) == {"constant", "shrinking"}
    for _, run in table.groupby("forcing"):
        assert run.gradient.iloc[0] == 1.0
        assert run.gradient.iloc[-1] <= FLOOR
        assert run.products.is_monotonic_increasing
        assert (np.diff(run.gap) <= 1e-12).all()
    assert table.gap.min() == 0


def test_the_ends_have_the_ratios_and_powers_of_a_course():
    gradients = [1.0, 1e-1, 1e-3, 1e-7, 1e-14]
    course = pd.DataFrame(
        {
            "loss": "a",
            "forcing": "shrinking",
            "iteration": range(5),
            "products": [0, 3, 5, 8, 13],
            "gradient": gradients,
        }
    )
    (row,) = courses.ends(course, floor=1e-9).to_dict("records")
    assert (row["iterations"], row["products to 1e-4"]) == (4, 8)
    assert row["products to 1e-12"] == 13
    assert [row[f"ratio {k}"] for k in (1, 2, 3)] == ["1.0e-01", "1.0e-02", "1.0e-04"]
    assert [row[f"power {k}"] for k in (2, 3)] == pytest.approx([2.0, 2.0])


def test_powers_and_costs_are_told_by_forcing():
    ends = pd.DataFrame(
        {
            "forcing": ["constant", "shrinking"] * 2,
            "products to 1e-4": [10, 20, 30, 60],
            "products to 1e-12": [50, 20, 50, 30],
            "power 2": [1.0, 2.0, 0.9, 1.8],
            "power 3": [1.1, 1.9, 1.2, 2.1],
        }
    )
    assert courses.powers(ends)["shrinking"].tolist() == [2.0, 1.9, 1.8, 2.1]
    times = courses.costs(ends, "shrinking", "constant")
    assert times.to_dict() == {"1e-4": 2.0, "1e-12": 0.5}


def test_smooth_solutions_are_above_the_svm_and_within_the_bound(points):
    table = courses.limit(LOSSES, [1.0, 0.01], *points, 1.0)
    assert (table.excess >= -1e-9).all()
    assert (table.excess <= table.bound).all()
    assert table.excess[1] < table.excess[0]
    assert table.bound[0] == pytest.approx(1 / np.sqrt(2 * np.pi), abs=1e-6)
