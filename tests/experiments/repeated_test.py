"""Verdicts follow from numbers and ranges, and the exact numbers are those of the pages."""

import math

import numpy as np
import pandas as pd
import pytest

from experiments.repeated import fits, nets, posts, shape, statement
from experiments.repeated.statement import (
    DEPENDS,
    FALSE,
    TRUE,
    UNDECIDED,
    UNMEASURED,
    Case,
    Sample,
    Source,
    Statement,
)

ANYONE = Source("anyone")
EVERY = [*shape.STATEMENTS, *fits.STATEMENTS, *nets.STATEMENTS]


@pytest.mark.parametrize(
    ("said", "number", "holds"),
    [
        (statement.exactly(1), 1 + 1e-7, TRUE),
        (statement.exactly(1), 1.001, FALSE),
        (statement.above(1), 1, FALSE),
        (statement.above(1), 1.001, TRUE),
        (statement.below(0), 0, FALSE),
        (statement.below(0), -0.001, TRUE),
        (statement.at_least(0), 0, TRUE),
        (statement.within(5), -5, TRUE),
        (statement.within(5), 5.1, FALSE),
    ],
)
def test_a_number_holds_inside_the_range(said, number, holds):
    assert said.holds(statement.case(number)) == holds


@pytest.mark.parametrize(
    ("low", "high", "holds"),
    [(1, 2, TRUE), (-2, -1, FALSE), (-1, 1, UNDECIDED), (math.nan, 1, UNDECIDED)],
)
def test_an_interval_across_an_end_is_undecided(low, high, holds):
    assert statement.above(0).holds(Case(0.5, low, high, 9)) == holds


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ([], UNMEASURED),
        ([TRUE, TRUE], TRUE),
        ([FALSE], FALSE),
        ([TRUE, FALSE, UNDECIDED], DEPENDS),
        ([UNDECIDED], UNDECIDED),
        ([UNDECIDED, FALSE], FALSE),
    ],
)
def test_a_verdict_leaves_undecided_cases_out(held, expected):
    assert statement.verdict(held) == expected


def test_a_share_has_a_wilson_interval_and_a_mean_one_of_sign_flips():
    share = statement.case(Sample(np.ones(20, bool)))
    assert share.value == share.high == 1
    assert share.low == pytest.approx(0.8389, abs=1e-3)
    mean = statement.case(Sample(np.arange(20.0)))
    assert mean.low < mean.value == 9.5 < mean.high
    wider = statement.case(Sample(np.arange(20.0)), family=10)
    assert wider.low < mean.low
    assert mean.high < wider.high


def said(measure, predicts):
    return Statement("it is so", ANYONE, predicts, measure)


def test_all_samples_are_one_family_and_exact_numbers_are_not():
    def one():
        """A number."""
        return {"few": Sample(np.arange(12.0)), "exact": 3}

    alone = said(one, statement.above(1))
    answers = [(alone, alone.measured())]
    single = statement.judged(answers)
    double = statement.judged(2 * answers)
    assert list(single.columns) == list(double.columns)
    assert single.low[0] > double.low[0]
    assert single.low[1] == double.low[1] == single.high[1] == 3
    assert single.verdict.eq(TRUE).all()
    assert single.number.eq("A number.").all()


def test_what_is_not_measured_has_a_row_that_says_why():
    def nothing(results):
        """Not measured: no data."""
        return {}

    alone = said(nothing, None)
    (row,) = statement.judged([(alone, alone.measured(None))]).to_dict("records")
    assert row["verdict"] == UNMEASURED
    assert row["number"] == "Not measured: no data."
    assert row["seeds"] == 0


def test_every_statement_is_short_has_a_source_and_says_what_its_number_is():
    texts = [each.text for each in EVERY]
    assert len(set(texts)) == len(texts)
    assert max(map(len, texts)) <= 110
    assert all(each.number and each.source.name for each in EVERY)


NUMBERS = {
    shape.growth: {"": 1},
    shape.with_the_margin: {"below 1": -1, "beyond 1": 0},
    shape.with_the_score: {"0 to 1": 1, "5 to 6": 1},
    shape.on_the_boundary: {"label 1": 1, "label -1": 1},
    shape.bulge: {"": 0},
    shape.kink: {"": 1},
    shape.jumps: {"Rennie and Srebro": 1e-3, "Zhang": 1e-3},
    shape.modified_huber: {"": 0},
    shape.proper: {"": 0},
    shape.of_labels: {"": 2},
    shape.bound: {"": 0},
    shape.inside: {"": 1 / 16},
    shape.once_right: {"margin 0.0625": 15 / 16, "margin 0.5": 0.5, "margin 1": 0},
    shape.closer: {"right side": 0.5, "wrong side": -0.5},
    shape.overtakes: {"": 1},
    shape.squared_outlier: {"": 22},
    shape.logistic_outlier: {
        "margin -1": 1 + np.exp(-1),
        "margin -10": 1 + np.exp(-10),
    },
    shape.stops: {"": 0},
    shape.zeros_and_ones: {"the formula": 0.5, "Keras": 0, "hinge_keras": 0},
    shape.at_the_start: {
        "Weston-Watkins": 9,
        "Crammer-Singer": 1,
        "Keras' categorical": 1,
    },
    shape.shown_accuracy: {"": 0.5},
}


@pytest.mark.parametrize("measure", NUMBERS, ids=lambda measure: measure.__name__)
def test_an_exact_number_is_the_sum_done_by_hand(measure):
    found = said(measure, None).measured()
    assert {name: float(value) for name, value in found.items()} == pytest.approx(
        NUMBERS[measure], abs=2e-5
    )


def test_a_proper_loss_tells_chances_apart_where_the_hinge_does_not():
    best = [shape.best_score(shape.LOGISTIC, p) for p in (0.6, 0.9)]
    np.testing.assert_allclose(best, np.log([0.6 / 0.4, 9.0]), atol=1 / 16)


def test_gradient_descent_stops_where_the_hinge_is_zero():
    signed = np.array([[[2.0, 0.0], [2.0, 0.0]]])
    started = np.array([[1.0, 1.0]])
    there = fits.margin_found(signed, started, decay=0.0, steps=100)
    assert there == pytest.approx([2 / np.sqrt(2)])
    decayed = fits.margin_found(signed, started, decay=1e-2, steps=20_000)
    assert decayed == pytest.approx([2.0], abs=1e-3)


def test_an_arm_is_ahead_by_the_points_that_it_has_more_right():
    assert fits.points([True, True, True, False], [True, False, False, False]) == 50


def test_a_net_on_circles_is_tested_by_the_area_it_takes_for_the_inner_one():
    splits = nets.CIRCLES.load(0)
    x, y = splits["test"]
    assert (y == 1).all()
    inner = np.linalg.norm(x, axis=1) < 0.5
    assert inner.mean() == pytest.approx(np.pi * 0.25 / 2.4**2, rel=0.05)
    np.testing.assert_array_equal(splits["train"][0], nets.RINGS.load(0)["train"][0])


def test_published_courses_are_as_long_as_the_training_and_end_as_published():
    table = posts.published()
    courses = table.groupby(["arm", "column"]).published
    assert (courses.size() == 30).all()
    last = courses.last()
    assert last["hinge, tanh", "train_loss"] == 1.1379e-4
    assert last["squared hinge, tanh", "validation_loss"] == 3.9584e-5
    assert last["categorical hinge, tanh", "train_accuracy"] == 0.9994
    assert last["categorical hinge, tanh", "validation_loss"] == 0.35
    falling = table[table.column.str.endswith("loss") & ~table.arm.str.startswith("c")]
    assert (falling.groupby(["arm", "column"]).published.diff().dropna() < 0).all()


def courses(levels):
    """Constant training losses of as many seeds, of the hinge's arm."""
    return pd.DataFrame(
        [
            {"key": str(key), "arm": "hinge, tanh", "epoch": epoch, "train_loss": level}
            for key, level in enumerate(levels)
            for epoch in (1, 2)
        ]
    )


def test_a_published_epoch_is_seen_within_the_range_of_our_seeds():
    table = pd.DataFrame(
        {
            "arm": "hinge, tanh",
            "column": "train_loss",
            "epoch": [1, 2, 3],
            "published": [0.2, 0.9, 0.2],
        }
    )
    found = posts.placed(table, courses([0.1, 0.3]))
    assert found.seen.tolist() == [True, False, False]
    inside = posts.verdicts(table[:2], courses([0.1, 0.5, 1.0, 2.0]))
    assert inside == {"hinge, tanh": "typical among 4"}
