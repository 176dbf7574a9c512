"""Choice on validation, pairs by seed, and verdicts that can say nothing was seen."""

import numpy as np
import pandas as pd
import pytest

from hinge_keras.lab import analysis
from hinge_keras.lab.tables.schema import ERROR, PLAIN, Measure


def trials(gap, seeds=20, noise=0.01, seed=0):
    """Two losses whose test accuracies differ by a gap, paired noise included."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(0.8, 0.05, seeds)
    rows = [
        {"dataset": "d", "arm": loss, "seed": s, "test_accuracy": shared[s] + shift}
        for loss, shifts in (
            ("a", rng.normal(gap, noise, seeds)),
            ("b", np.zeros(seeds)),
        )
        for s, shift in enumerate(shifts)
    ]
    return pd.DataFrame(rows)


def test_a_real_gap_is_seen_though_seeds_vary_more():
    (row,) = analysis.compare(trials(0.01), "accuracy").to_dict("records")
    assert row["finding"] == "higher"
    assert row["low"] < row["difference"] < row["high"]
    assert row["low"] > 0


def test_arms_that_differ_by_less_than_matters_are_equal():
    (row,) = analysis.compare(trials(0.0, noise=0.002), "accuracy").to_dict("records")
    assert (row["finding"], row["within"], row["unit"]) == ("equal", 1.0, "points")
    assert row["better"] == ""


def test_a_difference_is_told_before_an_equality():
    table = trials(0.004, noise=0.002)
    (row,) = analysis.compare(table, "accuracy").to_dict("records")
    assert (row["finding"], row["better"]) == ("higher", "a")
    assert row["p_equal"] < 0.05


def test_too_wide_an_interval_is_neither():
    (row,) = analysis.compare(trials(0.0, noise=0.1), "accuracy").to_dict("records")
    assert row["finding"] == "undecided"
    assert row["low"] < -1 < 1 < row["high"]


def test_where_less_is_better_the_lower_arm_is():
    (row,) = analysis.compare(trials(0.01), "accuracy", unit=ERROR).to_dict("records")
    assert (row["finding"], row["better"]) == ("higher", "b")


def test_a_unit_without_a_distance_knows_no_equal_arms():
    table = trials(0.0, noise=0.002)
    (row,) = analysis.compare(table, "accuracy", unit=PLAIN).to_dict("records")
    assert row["finding"] == "undecided"
    assert np.isnan(row["p_equal"])


def test_too_few_pairs_for_the_family_are_said_to_be_so():
    for seeds, family, expected in ((5, 1, "too few pairs"), (6, 1, "higher"),
                                    (7, 4, "too few pairs"), (7, 3, "higher")):  # fmt: skip
        tables = [trials(0.5, seeds).assign(dataset=str(i)) for i in range(family)]
        found = analysis.compare(pd.concat(tables), "accuracy").finding
        assert set(found) == {expected}, (seeds, family)


def test_the_rows_of_a_family_are_tested_and_have_intervals_together():
    alone = analysis.compare(trials(0.01), "accuracy").iloc[0]
    tables = [trials(0.01).assign(dataset=str(i)) for i in range(10)]
    row = analysis.compare(pd.concat(tables), "accuracy").iloc[0]
    assert (alone.family, row.family) == (1, 10)
    assert row.p == pytest.approx(10 * alone.p)
    assert row.low < alone.low < alone.high < row.high
    assert row.detectable > alone.detectable
    near = analysis.compare(trials(0.0, noise=0.008), "accuracy").iloc[0]
    tables = [trials(0.0, noise=0.008).assign(dataset=str(i)) for i in range(10)]
    row = analysis.compare(pd.concat(tables), "accuracy").iloc[0]
    assert 0 < near.p_equal < 0.1
    assert row.p_equal == pytest.approx(10 * near.p_equal)


def test_a_tie_is_half_a_win():
    table = trials(0.0, seeds=8, noise=0.0)
    table.loc[:1, "test_accuracy"] += 0.1
    (row,) = analysis.compare(table, "accuracy").to_dict("records")
    assert row["wins"] == (2 + 6 / 2) / 8


def test_splits_of_one_data_set_are_corrected_for_their_overlap():
    plain = analysis.compare(trials(0.01), "accuracy").iloc[0]
    split = analysis.compare(trials(0.01).assign(overlap=0.25), "accuracy").iloc[0]
    assert split.high - split.low > 2 * (plain.high - plain.low)
    over_sets = trials(0.01).assign(overlap=0.25, dataset=lambda t: t.seed)
    options = {"within": (), "pair": ("dataset",)}
    assert analysis.compare(over_sets, "accuracy", **options).iloc[0].low == plain.low


def test_data_sets_with_and_without_overlap_stand_in_one_table():
    whole = trials(0.01).assign(dataset="new points")
    split = trials(0.01).assign(dataset="splits", overlap=0.25)
    both = analysis.compare(pd.concat([whole, split]), "accuracy")
    assert both.finding.tolist() == ["higher", "higher"]
    assert both.p[0] < both.p[1] < 0.05


def test_what_is_amiss_with_an_arm_is_marked():
    table = trials(0.01).assign(edge="", rising=False)
    assert analysis.compare(table, "accuracy").marks.tolist() == [""]
    table.loc[table.arm == "a", "edge"] = "learning_rate"
    table.loc[table.arm == "b", "rising"] = True
    told = table.assign(rising=table.rising.where(table.arm == "b"))  # a: not known.
    assert analysis.compare(told, "accuracy").marks.tolist() == ["a: edge; b: rising"]
    assert analysis.compare(table, "accuracy").marks.tolist() == ["a: edge; b: rising"]


def test_a_level_never_reached_is_censored_at_the_budget():
    trials = pd.DataFrame({"key": ["a", "b"]})
    curves = pd.DataFrame(
        {
            "key": list("aaabbb"),
            "epoch": [1, 2, 3] * 2,
            "validation_y": [0.1, 0.9, 0.9, 0.1, 0.2, 0.3],
        }
    )
    assert analysis.epochs_to(trials, curves, "y", 0.5).tolist() == [2.0, 3.0]
    trials["arm"] = "hinge"
    found = analysis.reached(trials, curves, "y", 0.5)
    assert found.epoch.tolist() == [1, 2, 3]
    assert found["share"].tolist() == [0.0, 50.0, 50.0]


def test_of_equal_rates_by_validation_the_middle_one_is_taken():
    table = grid().assign(validation_accuracy=0.5)
    assert set(analysis.chosen(table, ACCURACY).learning_rate) == {2.0}


@pytest.mark.parametrize(
    ("best", "edge"), [(1.0, "learning_rate"), (2.0, ""), (3.0, "learning_rate")]
)
def test_a_best_value_with_nothing_beyond_it_is_at_an_edge(best, edge):
    table = grid().assign(validation_accuracy=lambda t: -abs(t.learning_rate - best))
    found = analysis.chosen(table, ACCURACY)
    assert set(found.learning_rate) == {best}
    assert set(found.edge) == {edge}


def test_a_single_value_has_no_edge_and_zero_is_none():
    alone = grid()[lambda t: t.learning_rate == 2.0]
    assert set(analysis.chosen(alone, ACCURACY).edge) == {""}
    decays = grid().assign(
        learning_rate=0.1,
        weight_decay=grid().learning_rate - 1,
        validation_accuracy=lambda t: -t.weight_decay,
    )
    found = analysis.chosen(decays, ACCURACY, ("learning_rate", "weight_decay"))
    assert set(found.weight_decay) == {0.0}
    assert set(found.edge) == {""}


def test_unpaired_seeds_do_not_count():
    table = trials(0.01)
    table.loc[table.index[:3], "test_accuracy"] = np.nan
    (row,) = analysis.compare(table, "accuracy").to_dict("records")
    assert row["pairs"] == 17


def test_swapping_the_arms_mirrors_the_row():
    table = trials(0.01)
    swapped = table.assign(arm=table.arm.map({"a": "b", "b": "a"}))
    one = analysis.compare(table, "accuracy").iloc[0]
    two = analysis.compare(swapped, "accuracy").iloc[0]
    assert (two.a, two.b) == ("b", "a")
    assert one.p == two.p


ACCURACY = Measure("accuracy")


def grid():
    """Rate 2 is best on validation, rate 1 on the test part, rate 3 diverges."""
    rows = []
    for rate, validation, test in ((1.0, 0.7, 0.99), (2.0, 0.8, 0.5), (3.0, 0.9, 0.5)):
        for seed in range(4):
            missing = rate == 3.0 and seed == 0
            rows.append(
                {
                    "dataset": "d",
                    "model": "m",
                    "arm": "a",
                    "learning_rate": rate,
                    "seed": seed,
                    "validation_accuracy": np.nan if missing else validation,
                    "test_accuracy": test,
                }
            )
    return pd.DataFrame(rows)


def test_the_rate_is_chosen_on_validation_and_a_diverged_trial_loses():
    assert set(analysis.chosen(grid(), ACCURACY).learning_rate) == {2.0}


def test_the_lower_is_better_where_it_is_a_loss():
    table = grid().dropna()
    best = analysis.chosen(table, Measure("accuracy", kind="loss"))
    assert set(best.learning_rate) == {1.0}


def test_a_choice_without_a_validation_part_is_refused():
    table = grid().drop(columns="validation_accuracy")
    with pytest.raises(ValueError, match="measure is 'accuracy'; accepted for a cho"):
        analysis.chosen(table, ACCURACY)


def test_a_count_cannot_choose():
    with pytest.raises(ValueError, match="measure is 'accuracy', a count"):
        analysis.chosen(grid(), Measure("accuracy", kind="count"))


def test_several_axes_are_chosen_together_and_an_arm_may_lack_one():
    rows = [
        {"dataset": "d", "model": "m", "arm": arm, "learning_rate": rate,
         "sigma": sigma, "seed": 0, "validation_accuracy": value}
        for arm, rate, sigma, value in (
            ("a", 0.1, 1.0, 0.5), ("a", 0.1, 2.0, 0.7), ("a", 0.2, 1.0, 0.9),
            ("a", 0.2, 2.0, 0.6), ("b", 0.1, np.nan, 0.8), ("b", 0.2, np.nan, 0.7),
        )
    ]  # fmt: skip
    best = analysis.chosen(pd.DataFrame(rows), ACCURACY, ("learning_rate", "sigma"))
    cells = best[["arm", "learning_rate", "sigma"]].fillna(-1).to_numpy().tolist()
    assert cells == [["a", 0.2, 1.0], ["b", 0.1, -1.0]]


def test_ranks_and_their_critical_difference_are_demsars():
    rows = [
        {"dataset": d, "arm": arm, "seed": 0, "accuracy": value + d / 1000}
        for d in range(20)
        for arm, value in (("best", 0.9), ("middle", 0.8), ("worst", 0.7))
    ]
    ranks, p, distance = analysis.ranked(pd.DataFrame(rows), "accuracy")
    assert ranks.to_dict() == {"best": 1, "middle": 2, "worst": 3}
    assert p < 1e-6
    # Demsar's table: q = 2.343 for three classifiers at 5 %.
    assert distance == pytest.approx(2.343 * np.sqrt(3 * 4 / (6 * 20)), abs=1e-3)


def test_against_one_arm_the_rest_are_not_compared_and_not_corrected_for():
    table = trials(0.01)
    third = table[table.arm == "b"].assign(arm="c")
    table = pd.concat([table, third], ignore_index=True)
    rows = analysis.compare(table, "accuracy", against="b")
    assert rows[["a", "b"]].to_numpy().tolist() == [["a", "b"], ["b", "c"]]
    assert rows.family.tolist() == [2, 2]


def test_a_row_is_found_by_its_two_arms_in_either_order():
    rows = pd.DataFrame({"a": ["x", "x", "y"], "b": ["y", "z", "z"], "p": [1, 2, 3]})
    assert analysis.between(rows, "z", "y").p == 3
    assert analysis.between(rows, "x", "z").p == 2


def test_only_verdicts_of_a_difference_are_seen():
    said = ["higher", "undecided", "too few pairs", "lower"]
    found = analysis.seen(pd.DataFrame({"finding": said}))
    assert found.finding.tolist() == ["higher", "lower"]


def test_shares_count_the_seeds_and_the_hits_of_each_cell():
    arms = ["tanh"] * 20 + ["linear"] * 4
    table = pd.DataFrame(
        {"arm": arms, "solved": [True] * 15 + [False] * 5 + [True] * 4}
    )
    tanh, linear = analysis.shares(table, "solved", "arm").to_dict("records")
    assert (tanh["arm"], tanh["seeds"], tanh["solved"]) == ("tanh", 20, 15)
    assert (tanh["share"], tanh["low"], tanh["high"]) == analysis.share_interval(15, 20)
    assert (linear["seeds"], linear["share"]) == (4, 1.0)


def test_the_first_epoch_at_a_level_is_by_trial_and_may_be_missing():
    curves = pd.DataFrame(
        {
            "key": ["x"] * 3 + ["y"] * 3,
            "epoch": [1, 2, 3] * 2,
            "validation_a": [1, 5, 4, 1, 2, 3],
        }
    )
    assert analysis.first_epoch(curves, "a", 4).to_dict() == {"x": 2}


def test_bins_hold_mean_forecasts_and_shares():
    forecasts = np.array([0.05, 0.07, 0.55, 1.0])
    table = analysis.binned(forecasts, [0, 1, 1, 1])
    assert table.index.tolist() == [0, 5, 9]
    assert table.forecast.tolist() == pytest.approx([0.06, 0.55, 1.0])
    assert table.share.tolist() == [0.5, 1.0, 1.0]


def test_each_metric_is_corrected_by_itself():
    table = trials(0.01).assign(other=lambda t: t.test_accuracy)
    table = pd.concat([table, table[table.arm == "b"].assign(arm="c")])
    rows = analysis.compare_each(table, ["accuracy", "other"], against="b")
    assert rows.measure.tolist() == ["accuracy"] * 2 + ["other"] * 2
    alone = analysis.compare(table, "other", against="b")
    pd.testing.assert_frame_equal(rows[2:].reset_index(drop=True), alone)


def test_measured_columns_are_stacked_in_percent():
    trials = pd.DataFrame({"seed": [0, 1], "top_1": [0.1, 0.2], "top_2": [0.3, 0.4]})
    table = analysis.stacked(trials, {"top_1": 1, "top_2": 2}, "guesses", "hits")
    assert table.guesses.tolist() == [1, 1, 2, 2]
    assert table.hits.tolist() == pytest.approx([10, 20, 30, 40])
    assert table.seed.tolist() == [0, 1, 0, 1]


def test_each_part_is_corrected_by_itself():
    rng = np.random.default_rng(0)
    cells = [(m, arm, s) for m in "xy" for arm in "abc" for s in range(8)]
    table = pd.DataFrame(cells, columns=["measure", "arm", "seed"])
    table = table.assign(dataset="d", value=rng.normal(size=len(table)))
    rows = analysis.compare_parts(table)
    assert rows.measure.tolist() == ["x"] * 3 + ["y"] * 3
    alone = analysis.compare(table[table.measure == "y"], "value")
    assert rows.p[3:].tolist() == alone.p.tolist()
    assert rows.family.tolist() == [3] * 6


def test_the_end_of_curves_is_the_median_of_their_last_epoch():
    curves = pd.DataFrame(
        {
            "arm": list("aaaab"),
            "epoch": [1, 2, 2, 2, 2],
            "y": [9.0, 1.0, 2.0, 6.0, 4.0],
        }
    )
    assert analysis.ends(curves, "y", "arm").to_dict() == {"a": 2.0, "b": 4.0}


def test_the_interquartile_mean_is_of_the_middle_half():
    values = pd.Series([-100.0, 1, 2, 3, 4, 5, 6, 900.0])
    assert analysis.interquartile_mean(values) == 3.5


def test_means_are_told_in_percent_by_their_labels():
    trials = pd.DataFrame({"arm": ["x", "x", "y"], "test_a": [0.1, 0.3, 0.5]})
    table = analysis.percent(trials, {"a": "what"})
    assert table["what"].to_dict() == pytest.approx({"x": 20.0, "y": 50.0})
    assert analysis.percent(trials, "a").to_dict() == pytest.approx(
        {"x": 20.0, "y": 50.0}
    )


def test_an_unknown_measure_is_refused():
    with pytest.raises(ValueError, match="measure is 'luck'; accepted are those of"):
        analysis.compare(trials(0.01), "luck")


def sets(gap, count=12, noise=0.3, seed=0):
    """Two arms on several sets, a gap of points apart on average."""
    rng = np.random.default_rng(seed)
    rows = []
    for s, level in enumerate(rng.normal(0.8, 0.1, count)):
        apart = rng.normal(gap, noise) / 100
        rows += [("a", s, seed, level + apart) for seed in range(2)]
        rows += [("b", s, seed, level) for seed in range(2)]
    return pd.DataFrame(rows, columns=["arm", "dataset", "seed", "test_accuracy"])


@pytest.mark.parametrize(
    ("gap", "finding", "likely"),
    [(3.0, "higher", 0), (0.0, "equal", 1), (-3.0, "lower", 2)],
)
def test_arms_in_general_are_compared_over_data_sets(gap, finding, likely):
    (row,) = analysis.compare_over_sets(sets(gap), "accuracy").to_dict("records")
    assert (row["pairs"], row["finding"]) == (12, finding)
    found = [row[f"likely_{name}"] for name in ("better", "equal", "worse")]
    assert sum(found) == pytest.approx(1)
    assert found[likely] > 0.95


def test_sets_that_differ_by_less_than_matters_are_likely_equal():
    assert analysis.over_sets([0.8] * 12, 1.0)[1] > 0.95
    assert analysis.over_sets([1.2] * 12, 1.0)[0] > 0.95


def test_few_sets_leave_it_open_what_another_would_show():
    found = analysis.over_sets([2.0, -2.0, 0.5], 1.0)
    assert found.max() < 0.9
