"""Each verdict follows from its rule, and flips when the numbers do."""

import math

import pandas as pd
import pytest

from hinge_keras.lab.analysis import claims


def test_a_row_has_ours_with_its_interval():
    row = claims.claim("c", "s", 0.9, [0.8, 0.9, float("nan")], "reproduced")
    assert (row["ours"], row["seeds"]) == (pytest.approx(0.85), 2)
    assert row["low"] <= row["ours"] <= row["high"]


def test_an_unverified_number_stays_missing():
    row = claims.claim("c", "s", None, [0.8], claims.within(None, [0.8]))
    table = claims.table([row])
    assert math.isnan(table.published[0])
    assert table.verdict[0] == "no published number"


@pytest.mark.parametrize(
    ("rule", "arguments", "expected"),
    [
        (claims.within, (0.5, [0.4, 0.6]), "reproduced"),
        (claims.within, (0.7, [0.4, 0.6]), "not reproduced"),
        (claims.within, (0.7, [0.4, 0.6], 0.2), "reproduced"),
        (claims.exact, (1.3, 1.3), "reproduced"),
        (claims.exact, (1.3, 0.9), "not reproduced"),
        (claims.by_metric, (0.74, [0.75], [0.845], [0.848]), "metric artefact"),
        (claims.by_metric, (0.74, [0.75], [0.70], [0.848]), "reproduced"),
        (claims.by_metric, (0.74, [0.60], [0.845], [0.848]), "not reproduced"),
        (claims.by_seed, ([0.81, 0.82], [0.80, 0.83]), "seed noise"),
        (claims.by_seed, ([0.81, 0.9], [0.80, 0.83]), "not reproduced"),
        (claims.by_share, (6, 10), "reproduced"),
        (claims.by_share, (5, 10), "seed noise"),
        (claims.by_share, (2, 10), "seed noise"),
        (claims.by_share, (0, 10), "not reproduced"),
        (claims.by_decoder, ([0.95], [0.98], [0.977]), "decoder bug"),
        (claims.by_decoder, ([0.95], [0.96], [0.977]), "reproduced"),
        (claims.by_decoder, ([0.98], [0.98], [0.977]), "not reproduced"),
        (claims.ordered, ([2.0], [1.0]), "reproduced"),
        (claims.ordered, ([1.0], [2.0]), "reversed"),
        (claims.ordered, ([1.0], [1.1], 0.2), "no difference seen"),
        (claims.ordered, ([3.0, 0.0, 3.0], [1.0, 1.5, 1.5]), "no difference seen"),
        (claims.ordered, ([3.0, 2.0, 3.0], [1.0, 1.5, 1.5]), "reproduced"),
    ],
)
def test_a_rule_gives_its_verdict(rule, arguments, expected):
    assert rule(*arguments) == expected


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        ("undecided", "no difference seen"),
        ("too few pairs", "too few pairs"),
        ("higher", "reproduced"),
        ("lower", "reversed"),
    ],
)
def test_an_order_is_read_from_the_paired_comparison(finding, expected):
    row = {"a": "x", "b": "y", "finding": finding}
    assert claims.by_pairs(row, better="x") == expected


def test_a_claimed_order_shows_the_better_arm_less_the_other():
    row = {"a": "x", "b": "y", "finding": "higher", "pairs": 9,
           "difference": 0.2, "low": 0.1, "high": 0.4}  # fmt: skip
    right, wrong = (claims.order("c", "s", row, better) for better in "xy")
    assert [right[name] for name in ("ours", "low", "high")] == [0.2, 0.1, 0.4]
    assert [wrong[name] for name in ("ours", "low", "high")] == [-0.2, -0.4, -0.1]
    assert (right["verdict"], wrong["verdict"]) == ("reproduced", "reversed")
    assert right["seeds"] == 9
    assert right["published"] is None


def test_a_course_has_a_row_for_each_published_number():
    curves = pd.DataFrame({"epoch": [1, 2, 1, 2], "train_loss": [0.9, 0.5, 0.7, 0.3]})
    published = {"train_loss": (0.8, 0.6, 0.1)}
    rows = list(claims.along("net", "someone", (1, 2, 9), published, curves))
    expected = [claims.REPRODUCED, claims.NOT_REPRODUCED, claims.NO_DATA]
    assert [row["verdict"] for row in rows] == expected
    assert rows[0]["claim"] == "net, train loss after epoch 1"
    assert rows[0]["ours"] == pytest.approx(0.8)


def test_a_course_goes_by_epoch_and_may_have_gaps():
    curves = pd.DataFrame({"epoch": [1, 2], "train_loss": 0.5, "train_accuracy": 0.5})
    published = {"train_loss": (0.5, 0.5), "train_accuracy": (None, 0.9)}
    rows = list(claims.along("net", "someone", (1, 2), published, curves))
    assert [row["claim"] for row in rows] == [
        "net, train loss after epoch 1",
        "net, train loss after epoch 2",
        "net, train accuracy after epoch 2",
    ]


def test_a_published_number_is_looked_for_among_our_seeds():
    row = claims.number("c", "s", 0.9, [0.8, 1.0])
    assert (row["published"], row["verdict"]) == (0.9, "reproduced")
    assert claims.number("c", "s", 0.7, [0.8])["verdict"] == "not reproduced"


def test_a_share_of_seeds_is_judged_by_its_rule_unless_told_otherwise():
    row = claims.share("c", "s", 1.0, 4, 20)
    assert (row["ours"], row["seeds"], row["verdict"]) == (0.2, 20, "seed noise")
    told = claims.share("c", "s", 1.0, 4, 20, claims.NOT_COMPARABLE)
    assert told["verdict"] == "not comparable"


def test_a_claim_without_data_keeps_its_number_and_has_none_of_ours():
    row = claims.unavailable("far away", "someone", 0.5)
    assert (row["published"], row["verdict"]) == (0.5, "no data")
    assert math.isnan(row["ours"])


def test_numbers_of_several_arms_are_judged_one_by_one_or_by_one_rule():
    trials = pd.DataFrame({"arm": ["x", "x", "y"], "accuracy": [0.8, 1.0, 0.5]})
    ours = trials.groupby("arm").accuracy
    rows = list(claims.numbers("of {}", "s", {"x": 0.9, "y": 0.9}, ours))
    assert [row["claim"] for row in rows] == ["of x", "of y"]
    assert [row["ours"] for row in rows] == pytest.approx([0.9, 0.5])
    assert [row["verdict"] for row in rows] == ["reproduced", "not reproduced"]
    told = claims.numbers("of {}", "s", {"y": 0.9}, ours, claims.DECODER)
    assert [row["verdict"] for row in told] == ["decoder bug"]


def test_an_example_agrees_to_the_digits_published():
    assert claims.exactly("c", "s", 1.3, 1.3)["verdict"] == "reproduced"
    assert claims.exactly("c", "s", 1.3, 1.4)["verdict"] == "not reproduced"
    assert claims.exactly("c", "s", None, 1.4)["verdict"] == "no published number"


def test_claimed_orders_are_looked_up_among_the_comparisons():
    seen = {"a": "x", "finding": "higher", "pairs": 9, "low": 0.1, "high": 0.4}
    comparisons = pd.DataFrame(
        [{**seen, "b": "y", "difference": 0.2}, {**seen, "b": "z", "difference": 0.3}]
    )
    claimed = [("z", "x"), ("x", "y")]
    wrong, right = claims.orders("{} before {}", "s", comparisons, claimed)
    assert (wrong["claim"], wrong["ours"]) == ("z before x", -0.3)
    assert (right["claim"], right["ours"]) == ("x before y", 0.2)
    assert (wrong["verdict"], right["verdict"]) == ("reversed", "reproduced")


def test_two_readings_of_an_arm_have_one_verdict_beside_a_rival():
    trials = pd.DataFrame(
        {"arm": ["x", "y", "z"], "old": [0.74, 0.9, 0.85], "sign": [0.85, 0.7, 0.86]}
    )
    ours = {how: trials.groupby("arm")[how] for how in ("old", "sign")}
    published = {"x": 0.74, "y": 0.9, "z": 0.8}
    rows = list(claims.readings("{0}, {1}", "s", published, ours, rival="z"))
    assert [row["claim"] for row in rows[:2]] == ["x, old", "x, sign"]
    assert [row["ours"] for row in rows[:2]] == [0.74, 0.85]
    expected = ["metric artefact", "reproduced", "not reproduced"]
    assert [row["verdict"] for row in rows[::2]] == expected
    assert [row["verdict"] for row in rows[1::2]] == expected


def test_convergence_is_quadratic_if_every_power_is_nearer_to_2():
    assert claims.by_power([1.6, 2.4]) == claims.REPRODUCED
    assert claims.by_power([1.4, 2.4]) == claims.NOT_REPRODUCED
