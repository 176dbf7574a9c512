"""Gaps and derivatives with known values, cases of the general form, counted readings."""

import numpy as np
import pandas as pd
import pytest

import hinge_keras as hk
from experiments.newton import descent, gaps, general_form
from experiments.newton.special_cases import CASES, CORNERED
from hinge_keras.svm import newton

MARGINS = np.linspace(-3, 3, 241)


def test_the_largest_gap_of_a_huber_hinge_is_a_quarter_of_its_width_at_margin_1():
    sigmas = [1.0, 1e-2, 1e-4]
    table = gaps.largest({"Huber": hk.HuberHinge}, sigmas, {"Huber": 0.25})
    assert table.gap.tolist() == pytest.approx([0.25 * sigma for sigma in sigmas])
    assert (table["at"] == 1).all()
    assert table.share.tolist() == pytest.approx([1.0] * 3)
    assert table.apart.max() < 1e-12
    assert gaps.powers(table)["Huber"] == pytest.approx([1.0, 1.0])


def test_a_gap_off_margin_1_is_found_there():
    def shifted(sigma):
        return hk.Hinge(margin=1 + sigma)  # Above the hinge by sigma, margins below 1.

    (row,) = gaps.largest({"a": shifted}, [0.5], {"a": 1.0}).to_dict("records")
    assert row["gap"] == pytest.approx(0.5)
    assert row["at"] <= 1
    shares = gaps.at_margins({"a": shifted}, [0.5], [1.0, 1.25, 2.0], {"a": 1.0}).share
    assert shares.tolist() == [1.0, 0.5, 0.0]


@pytest.mark.parametrize(
    ("loss", "first"),
    [(hk.Hinge(), 2), (hk.SquaredHinge(), 3), (hk.HuberHinge(), 3), (hk.PsiM(), None)],
)
def test_derivatives_grow_from_the_first_that_has_no_bound(loss, first):
    table = gaps.derivatives({"a": loss}, range(1, 7), 1 / 8)
    orders = range(first, 7) if first else []
    assert gaps.unbounded(table).order.tolist() == list(orders)
    doubled = [2.0 ** (order - first + 1) for order in orders]
    assert gaps.unbounded(table).grow.tolist() == pytest.approx(doubled)


def test_quotients_are_derivatives():
    table = gaps.derivatives({"a": hk.PsiG(), "b": hk.LeastSquares()}, [2], 1 / 64)
    assert table.largest.tolist() == pytest.approx([1 / np.sqrt(2 * np.pi), 2], 1e-4)
    assert table.lowest.tolist() == pytest.approx([0, 2], abs=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_a_case_has_a_nondecreasing_weight_and_the_rest_that_goes_with_it(name):
    case, v = CASES[name], np.arange(-3000, 3000) / 1000 + 0.0005  # Around a jump at 0.
    weight, rest = case.weight(v), case.rest(v)
    assert (np.diff(weight) >= 0).all()
    middle, jump = (v[1:] + v[:-1]) / 2, np.diff(weight)
    np.testing.assert_allclose(np.diff(rest), -middle * jump, atol=2e-5)
    if case.noise is not None:
        expected = case.height * case.noise.cdf(v)
        np.testing.assert_allclose(weight, expected, atol=1e-12)


def test_members_are_told_from_their_neighbours():
    case = CASES["psi_M"]
    cases = {"right": case, "wide": case._replace(sigma=0.501)}
    table = general_form.members(cases, MARGINS).set_index("loss")
    assert table.apart["right"] < 1e-14 < 1e-4 < table.apart["wide"]
    assert table.averaged["right"] < 1e-13 < 1e-4 < table.averaged["wide"]
    assert table.power.tolist() == pytest.approx([1, 1])
    course = general_form.courses({"right": case}, MARGINS)
    assert course.aside.max() == pytest.approx(general_form.ASIDE, rel=0.1)


def test_a_squared_hinge_in_the_general_form_leaves_the_hinge_as_sigma_falls():
    assert general_form.tends(CASES["squared hinge"], MARGINS) < 0


@pytest.mark.parametrize(("name", "jump"), [("perceptron", 1.0), ("pinball", 1.5)])
def test_a_smoothed_corner_is_off_by_its_jump_times_the_gap(name, jump):
    smoothed = general_form.smoothings({name: CORNERED[name]}, hk.PsiM, [0.1])
    assert smoothed.gap.tolist() == pytest.approx([0.05 * jump])


@pytest.fixture(scope="module")
def points():
    random = np.random.default_rng(0)
    x = random.normal(size=(60, 3))
    return x, np.where(x[:, 0] + 0.5 * random.normal(size=60) > 0, 1.0, -1.0)


def test_readings_are_those_of_the_methods(points):
    options = {"C": 1.0, "targets": [1e-3, 1e-9], "most": 3000}
    table = descent.readings({"psi_G": hk.PsiG}, [1.0], *points, **options)
    wide = table.pivot(index="method", columns="within", values="readings")
    assert (wide[1e-9] > wide[1e-3]).all()
    plain, fast = wide.loc["gradient descent"], wide.loc["accelerated gradient"]
    assert (fast < plain).all()
    objective = descent.problem(hk.PsiG(1.0), *points, 1.0)
    point, trace = newton.minimise(objective, descent.zeros(objective), 0)
    near = np.flatnonzero(trace.values[:, 0] <= point.value[0] * (1 + 1e-9))[0]
    assert wide.loc["Newton", 1e-9] == trace.products[near, 0] + near + 1
    # A width of 1 has no wider one before it.
    assert wide.loc["Newton, sigma narrowed"].equals(wide.loc["Newton"])


def test_narrowed_readings_count_the_wider_losses(points):
    objective = descent.problem(hk.PsiG(0.1), *points, 1.0)
    spent, values = descent.narrowed(descent.Run(objective, 1.0, -np.inf, 1))
    alone, others = descent.newtons(descent.Run(objective, 1.0, -np.inf, 1))
    assert spent[0] > alone[0] == 1
    assert values[0] < others[0]
    assert values[-1] == pytest.approx(others[-1], rel=1e-12)


def test_a_method_that_gives_up_has_no_readings(points):
    options = {"C": 1.0, "targets": [1e-9], "most": 5}
    table = descent.readings({"psi_G": hk.PsiG}, [0.01], *points, **options)
    given_up = table[table.readings.isna()].method
    assert {"gradient descent", "accelerated gradient"} <= {*given_up}
    assert "Newton" not in {*given_up}


def test_rise_is_the_mean_over_losses_of_narrowest_by_widest():
    columns = ["method", "loss", "sigma", "readings"]
    rows = [("a", "x", 1.0, 10), ("a", "x", 0.1, 99), ("a", "x", 0.01, 40)]
    rows += [("a", "y", 1.0, 10), ("a", "y", 0.1, 99), ("a", "y", 0.01, 90)]
    rows += [("b", "x", 1.0, 10), ("b", "x", 0.01, np.nan)]
    rows += [("b", "y", 1.0, 10), ("b", "y", 0.01, 50)]
    times = descent.rise(pd.DataFrame(rows, columns=columns))
    assert times["a"] == pytest.approx(6.0)
    assert np.isnan(times["b"])
