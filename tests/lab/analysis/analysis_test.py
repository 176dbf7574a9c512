"""Choice on validation, pairs by seed, and verdicts that can say nothing was seen."""

import itertools

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from hinge_keras.lab import analysis
from hinge_keras.lab.tables.schema import Measure


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


def test_no_gap_is_no_difference_seen():
    (row,) = analysis.compare(trials(0.0), "accuracy").to_dict("records")
    assert row["finding"] == "undecided"


def test_unpaired_seeds_do_not_count():
    table = trials(0.01)
    table.loc[table.index[:3], "test_accuracy"] = np.nan
    (row,) = analysis.compare(table, "accuracy").to_dict("records")
    assert row["pairs"] == 17


def test_too_few_pairs_are_said_to_be_so():
    (row,) = analysis.compare(trials(0.5, seeds=5), "accuracy").to_dict("records")
    assert row["finding"] == "too few pairs"


def test_equal_columns_differ_by_nothing():
    (row,) = analysis.compare(trials(0.0, noise=0.0), "accuracy").to_dict("records")
    assert (row["difference"], row["p"]) == (0.0, 1.0)
    assert row["finding"] == "undecided"


def test_swapping_the_arms_mirrors_the_row():
    table = trials(0.01)
    swapped = table.assign(arm=table.arm.map({"a": "b", "b": "a"}))
    one = analysis.compare(table, "accuracy").iloc[0]
    two = analysis.compare(swapped, "accuracy").iloc[0]
    assert (two.a, two.b) == ("b", "a")
    assert one.p == two.p


def test_holm_equals_a_slow_loop():
    p = [0.01, 0.04, 0.03, 0.005]
    order = np.argsort(p)
    expected, worst = np.empty(4), 0.0
    for step, index in enumerate(order):
        worst = max(worst, min(1.0, (4 - step) * p[index]))
        expected[index] = worst
    np.testing.assert_allclose(analysis.holm(p), expected)
    np.testing.assert_allclose(analysis.holm([*p, np.nan])[:4], expected)


def test_the_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(60):
        low, high = analysis.bootstrap_interval(rng.normal(0.3, 1.0, 30))
        hits += low <= 0.3 <= high
    assert scipy.stats.binom.cdf(hits, 60, 0.93) > 0.01
    assert hits < 60


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


def test_equal_rates_by_validation_go_to_the_smaller():
    table = grid().assign(validation_accuracy=0.5)
    assert set(analysis.chosen(table, ACCURACY).learning_rate) == {1.0}


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


def test_gaps_that_differ_by_rounding_alone_are_ties():
    exact = np.array([1.0, 1.0, 1.0, -1.0, 2.0, 1.0, 3.0])
    rounded = exact / 10 + np.array([1, -1, 0, 1, 0, 0, 1]) * 1e-16
    assert analysis.signed_rank(rounded) == analysis.signed_rank(exact)


def test_a_share_and_its_interval():
    share, low, high = analysis.share_interval(15, 20)
    assert share == 0.75
    assert 0.53 < low < 0.54
    assert 0.88 < high < 0.89
    assert np.isnan(analysis.share_interval(0, 0)).all()


def test_ranks_alone_are_no_verdict_when_the_mean_may_be_nothing():
    table = trials(0.01)
    table.loc[0, "test_accuracy"] -= 0.5  # One seed where `a` failed.
    (row,) = analysis.compare(table, "accuracy").to_dict("records")
    assert row["p_holm"] < 0.05
    assert row["low"] < 0 < row["high"]
    assert row["finding"] == "undecided"


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


def test_wins_are_counted_by_verdict_over_data_sets():
    found = ["higher", "lower", "undecided", "higher"]
    table = pd.DataFrame({"a": "x", "b": "y", "finding": found})
    (row,) = analysis.wins(table).to_dict("records")
    assert row == {"a": "x", "b": "y", "win": 2, "tie": 1, "loss": 1}


def test_against_one_arm_the_rest_are_not_compared_and_not_corrected_for():
    table = trials(0.01)
    third = table[table.arm == "b"].assign(arm="c")
    table = pd.concat([table, third], ignore_index=True)
    rows = analysis.compare(table, "accuracy", against="b")
    assert rows[["a", "b"]].to_numpy().tolist() == [["a", "b"], ["b", "c"]]
    assert rows.p_holm[0] == pytest.approx(2 * rows.p[0])


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


def test_each_measure_chooses_its_own_rate():
    cells = [(r, s) for r in (0.1, 0.2) for s in (0, 1)]
    trials = pd.DataFrame(cells, columns=["learning_rate", "seed"])
    trials = trials.assign(dataset="d", model="m", arm="l")
    for part in ("validation", "test"):
        trials[f"{part}_sign"] = [0.9, 0.9, 0.5, 0.5]
        trials[f"{part}_order"] = [0.3, 0.3, 0.6, 0.6]
    table = analysis.chosen_by_each(
        trials,
        [Measure("sign"), Measure("order"), Measure("unasked")],
        {"sign": "by sign", "order": "by order"},
    )
    assert table.measure.tolist() == ["by sign"] * 2 + ["by order"] * 2
    assert table.learning_rate.tolist() == [0.1, 0.1, 0.2, 0.2]
    assert table.value.tolist() == pytest.approx([90, 90, 60, 60])


def test_each_part_is_corrected_by_itself():
    rng = np.random.default_rng(0)
    cells = [(m, arm, s) for m in "xy" for arm in "abc" for s in range(8)]
    table = pd.DataFrame(cells, columns=["measure", "arm", "seed"])
    table = table.assign(dataset="d", value=rng.normal(size=len(table)))
    rows = analysis.compare_parts(table)
    assert rows.measure.tolist() == ["x"] * 3 + ["y"] * 3
    alone = analysis.compare(table[table.measure == "y"], "value")
    assert rows.p_holm[3:].tolist() == alone.p_holm.tolist()


def test_the_end_of_curves_is_the_median_of_their_last_epoch():
    curves = pd.DataFrame(
        {
            "arm": list("aaaab"),
            "epoch": [1, 2, 2, 2, 2],
            "y": [9.0, 1.0, 2.0, 6.0, 4.0],
        }
    )
    assert analysis.ends(curves, "y", "arm").to_dict() == {"a": 2.0, "b": 4.0}


def test_a_level_never_reached_counts_as_reached_after_the_last_epoch():
    trials = pd.DataFrame({"key": ["a", "b"]})
    curves = pd.DataFrame(
        {
            "key": list("aaabbb"),
            "epoch": [1, 2, 3] * 2,
            "validation_y": [0.1, 0.9, 0.9, 0.1, 0.2, 0.3],
        }
    )
    assert analysis.epochs_to(trials, curves, "y", 0.5).tolist() == [2.0, 4.0]


def test_what_a_design_can_show_grows_with_the_power_asked():
    difference = np.random.default_rng(0).normal(size=20)
    t = scipy.stats.t(19)
    reach = t.ppf(0.975) + t.ppf(0.8)
    expected = reach * difference.std(ddof=1) / np.sqrt(20)
    assert analysis.detectable(difference) == pytest.approx(expected)
    assert np.isnan(analysis.detectable(difference[:1]))


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


@pytest.mark.parametrize("pairs", [1, 2, 6, 9, 12])
@pytest.mark.parametrize("ties", [False, True])
def test_the_signed_rank_p_is_that_of_all_signs_tried(pairs, ties):
    rng = np.random.default_rng(pairs)
    gaps = rng.normal(0.5, 1, pairs).round(0 if ties else 9)
    gaps = np.where(gaps == 0, 1.0, gaps)
    ranks = scipy.stats.rankdata(np.abs(gaps))
    signs = np.array(list(itertools.product([0, 1], repeat=pairs)))
    sums, ours = signs @ ranks, ranks[gaps > 0].sum()
    tail = min((sums <= ours).mean(), (sums >= ours).mean())
    assert analysis.signed_rank(gaps) == pytest.approx(min(1.0, 2 * tail))


@pytest.mark.parametrize("pairs", [8, 20, 30])
def test_without_ties_the_signed_rank_p_is_scipys_exact_one(pairs):
    gaps = np.random.default_rng(pairs).normal(0.3, 1, pairs)
    expected = scipy.stats.wilcoxon(gaps, method="exact").pvalue
    assert analysis.signed_rank(gaps) == pytest.approx(expected)


def test_pairs_that_differ_by_nothing_are_left_out():
    gaps = np.array([0.1, 0.2, -0.05, 0.3, 0.4, 0.7])
    assert analysis.signed_rank(np.r_[gaps, 0.0, 0.0]) == analysis.signed_rank(gaps)
