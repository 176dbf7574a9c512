"""Each verdict follows from its rule, and flips when the numbers do."""

import math

import numpy as np
import pandas as pd
import pytest

from hinge_keras.lab.analysis import claims

RUNS = np.linspace(0.8, 0.9, 41)


@pytest.mark.parametrize(
    ("published", "verdict", "rank"),
    [
        (0.851, "typical", 21),
        (0.8026, "typical", 2),
        (0.801, "possible", 1),
        (0.8999, "possible", 40),
        (0.95, "never seen", 41),
        (0.7, "never seen", 0),
    ],
)
def test_a_published_run_has_a_place_among_ours(published, verdict, rank):
    row = claims.number("c", "s", published, RUNS)
    assert (row["verdict"], row["rank"], row["runs"]) == (verdict, rank, 41)
    assert row["ours"] == pytest.approx(0.85)
    assert (row["low"], row["high"]) == pytest.approx((0.8025, 0.8975))


def test_a_typical_number_lies_in_the_range_that_the_row_shows():
    for published in np.linspace(0.79, 0.91, 50):
        row = claims.number("c", "s", published, RUNS)
        inside = row["low"] <= published <= row["high"]
        assert inside == (row["verdict"] == claims.TYPICAL)


def test_a_smaller_design_is_not_comparable_and_says_why():
    row = claims.number("c", "s", 0.851, RUNS, differs="there 55,000 images")
    assert (row["verdict"], row["why"]) == ("not comparable", "there 55,000 images")
    assert row["rank"] == 21


def test_an_unverified_number_stays_missing():
    table = claims.table([claims.number("c", "s", None, [0.8])])
    assert math.isnan(table.published[0])
    assert table.verdict[0] == "no published number"


def test_diverged_runs_are_left_out_and_none_is_no_data():
    assert claims.number("c", "s", 0.9, [0.9, math.nan])["runs"] == 1
    assert claims.number("c", "s", 0.9, [math.nan])["verdict"] == "no data"


def test_numbers_of_several_arms_are_judged_one_by_one():
    trials = pd.DataFrame({"arm": ["x", "x", "y"], "accuracy": [0.8, 1.0, 0.5]})
    ours = trials.groupby("arm").accuracy
    rows = list(claims.numbers("of {}", "s", {"x": 0.9, "y": 0.9}, ours))
    assert [row["claim"] for row in rows] == ["of x", "of y"]
    assert [row["verdict"] for row in rows] == ["typical", "never seen"]


def course(runs=40, seed=0):
    """A loss that falls from about 1 to about .5, two epochs, and its accuracy."""
    rng = np.random.default_rng(seed)
    level = rng.normal(0, 0.1, runs)
    rows = [
        {"key": str(run), "epoch": epoch, "train_loss": value + level[run],
         "train_accuracy": 1 - value / 2}
        for run in range(runs) for epoch, value in ((1, 1.0), (2, 0.5))
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("published", "verdict"),
    [((1.0, 0.5), "typical"), ((1.0, 0.9), "never seen"), ((1.0, 5.0), "never seen")],
)
def test_the_numbers_of_one_run_are_judged_together(published, verdict):
    rows = list(claims.along("net", "s", (1, 2), {"train_loss": published}, course()))
    assert [row["claim"] for row in rows] == [
        "net, train loss after epoch 1",
        "net, train loss after epoch 2",
    ]
    assert [row["verdict"] for row in rows] == [verdict] * 2


def test_the_farthest_of_our_runs_is_possible():
    rng = np.random.default_rng(1)
    runs = rng.normal(size=(100, 3))
    far = np.abs((runs - runs.mean(0)) / runs.std(0, ddof=1)).max(1)
    verdicts = [claims.together(run, runs) for run in runs]
    assert verdicts[int(far.argmax())] == "possible"
    assert verdicts[int(far.argmin())] == "typical"
    assert claims.together(runs[far.argmax()] * 1.1, runs) == "never seen"
    assert verdicts.count("typical") == 95


def test_a_course_may_have_gaps_and_be_of_a_smaller_design():
    published = {"train_loss": (None, 0.5)}
    (row,) = claims.along("net", "s", (1, 2), published, course())
    assert row["claim"] == "net, train loss after epoch 2"
    (row,) = claims.along("net", "s", (1, 2), published, course(), "there more")
    assert (row["verdict"], row["why"]) == ("not comparable", "there more")


def test_an_epoch_that_no_run_of_ours_reached_has_no_data():
    rows = list(claims.along("net", "s", (1, 9), {"train_loss": (1.0, 0.5)}, course()))
    assert [row["verdict"] for row in rows] == ["typical", "no data"]
    assert rows[1]["runs"] == 0


def test_numbers_that_runs_of_one_arm_differ_by_are_seed_noise():
    row = claims.spread("c", "s", [0.85, 0.86], RUNS)
    assert row["verdict"] == "seed noise"
    # Of two runs of a uniform spread, the share that lies .01 apart or more.
    assert row["p"] == pytest.approx((1 - 0.1) ** 2, abs=0.05)
    assert claims.spread("c", "s", [0.8, 0.9], RUNS)["verdict"] == "not reproduced"


@pytest.mark.parametrize(
    ("hits", "verdict"), [(28, "typical"), (16, "possible"), (1, "possible")]
)
def test_what_one_run_did_is_judged_by_how_many_of_ours_do(hits, verdict):
    row = claims.share("c", "s", hits, 30)
    assert (row["verdict"], row["rank"], row["ours"]) == (verdict, hits, hits / 30)
    assert claims.share("c", "s", 0, 30)["verdict"] == "never seen"
    assert claims.share("c", "s", hits, 30, "other")["verdict"] == "not comparable"


def test_an_example_agrees_to_the_digits_published():
    assert claims.exactly("c", "s", 1.3, 1.3)["verdict"] == "reproduced"
    assert claims.exactly("c", "s", 1.3, 1.4)["verdict"] == "not reproduced"
    assert claims.exactly("c", "s", None, 1.4)["verdict"] == "no published number"


def comparison(finding="higher", better="x", **cells):
    row = {"a": "x", "b": "y", "finding": finding, "better": better, "pairs": 9}
    row |= {"difference": 0.2, "low": 0.1, "high": 0.4, "p": 0.01, "family": 3}
    return {**row, "marks": "", **cells}


@pytest.mark.parametrize(
    ("finding", "better", "expected"),
    [
        ("undecided", "", "undecided"),
        ("too few pairs", "", "too few pairs"),
        ("equal", "", "equal"),
        ("higher", "x", "reproduced"),
        ("lower", "y", "reversed"),
        ("lower", "x", "reproduced"),
    ],
)
def test_an_order_is_read_from_the_paired_comparison(finding, better, expected):
    assert claims.by_pairs(comparison(finding, better), "x") == expected


def test_a_claimed_order_shows_the_better_arm_less_the_other():
    right, wrong = (claims.order("c", "s", comparison(), better) for better in "xy")
    assert [right[name] for name in ("ours", "low", "high")] == [0.2, 0.1, 0.4]
    assert [wrong[name] for name in ("ours", "low", "high")] == [-0.2, -0.4, -0.1]
    assert (right["verdict"], wrong["verdict"]) == ("reproduced", "reversed")
    assert (right["runs"], right["p"], right["family"]) == (9, 0.01, 3)
    assert right["published"] is None


def test_a_claimed_order_names_the_arms_that_are_marked():
    marked = comparison(marks="a: edge, rising; b: rising", b="b: two")
    row = claims.order("c", "s", marked, "x")
    assert row["why"] == "x: edge, rising; b: two: rising"


def test_claimed_orders_are_looked_up_among_the_comparisons():
    rows = pd.DataFrame([comparison(), comparison(b="z", difference=0.3)])
    claimed = [("z", "x"), ("x", "y")]
    wrong, right = claims.orders("{} before {}", "s", rows, claimed, "digits")
    assert (wrong["claim"], wrong["ours"]) == ("z before x", -0.3)
    assert (right["claim"], right["ours"]) == ("x before y", 0.2)
    assert (wrong["verdict"], right["verdict"]) == ("reversed", "reproduced")
    assert right["on"] == "digits"


@pytest.mark.parametrize(
    ("finding", "better", "expected"),
    [("equal", "", "reproduced"), ("higher", "x", "not reproduced"),
     ("undecided", "", "undecided")],
)  # fmt: skip
def test_arms_said_to_be_alike_are_if_they_are_equal(finding, better, expected):
    row = claims.alike("c", "s", comparison(finding, better))
    assert row["verdict"] == expected


def test_a_bound_is_exceeded_if_the_mean_is_seen_above_it():
    values = np.array([1.9, 2.0, 2.1, 1.8, 2.2, 2.0])
    assert claims.above("c", "s", values, 1.5)["verdict"] == "reproduced"
    assert claims.above("c", "s", values, 2.5)["verdict"] == "not reproduced"
    assert claims.above("c", "s", values, 2.0)["verdict"] == "undecided"


def explained(read, sound):
    """The verdict on an arm so many points behind, as they and as we read it."""
    noise = np.random.default_rng(0).normal(0, 0.002, (3, 12))
    theirs, ours, rival = 0.9 + noise - np.array([[read], [sound], [0.0]]) / 100
    return claims.explained("c", "s", theirs, ours, rival, claims.METRIC)


@pytest.mark.parametrize(
    ("read", "sound", "verdict"),
    [
        (10, 0.5, "metric artefact"),
        (10, 0.0, "metric artefact"),
        (10, 9.0, "reproduced"),
        (0.0, 0.0, "not reproduced"),
        (-5, 0.0, "not reproduced"),
    ],
)
def test_a_gap_is_an_artefact_if_most_of_it_goes(read, sound, verdict):
    row = explained(read, sound)
    assert row["verdict"] == verdict
    assert row["low"] < row["ours"] < row["high"]
    assert row["ours"] == pytest.approx(-sound, abs=0.3)


def test_a_claim_without_data_keeps_its_number_and_has_none_of_ours():
    table = claims.table([claims.unavailable("far away", "someone", 0.5)])
    assert (table.published[0], table.verdict[0]) == (0.5, "no data")
    assert math.isnan(table.ours[0])


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (["reproduced", "reproduced"], "reproduced"),
        (["reproduced", "undecided", "not comparable"], "reproduced"),
        (["undecided", "undecided"], "undecided"),
        (
            ["reversed", "reproduced", "reproduced"],
            "depends on the data (reproduced 2, reversed 1)",
        ),
    ],
)
def test_one_claim_has_one_verdict_over_all_its_evidence(said, verdict):
    rows = pd.DataFrame({"claim": "c", "source": "s", "verdict": said})
    (found,) = claims.verdicts(rows).to_dict("records")
    assert found["verdict"] == verdict
    assert found["tried on"] == len(said)
