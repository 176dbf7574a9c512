"""Tests and intervals of paired differences, against plain loops and other packages."""

import itertools

import numpy as np
import pytest
import scipy.stats

from hinge_keras.lab.analysis import evidence


def gaps(pairs, seed=0, mean=0.5):
    return np.random.default_rng(seed).normal(mean, 1.0, pairs)


def tied(pairs, seed=0):
    """Differences of accuracies on 100 examples: many are equal, some are 0."""
    rng = np.random.default_rng(seed)
    return (rng.binomial(100, 0.92, pairs) - rng.binomial(100, 0.9, pairs)) / 100


@pytest.mark.parametrize("make", [gaps, tied])
@pytest.mark.parametrize("pairs", [1, 2, 6, 9, 12])
def test_the_p_is_that_of_all_signs_tried(make, pairs):
    d = make(pairs)
    signs = np.array(list(itertools.product([-1, 1], repeat=pairs)))
    sums = (signs * d).sum(axis=1)
    expected = np.mean(np.abs(sums) >= abs(d.sum()) - 1e-9)
    assert evidence.different(evidence.Flips(d)) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(10))
def test_the_p_is_scipys_where_all_signs_are_tried(seed):
    d = gaps(11, seed)
    theirs = scipy.stats.permutation_test(
        (d,), np.mean, permutation_type="samples", n_resamples=np.inf
    )
    assert evidence.different(evidence.Flips(d)) == pytest.approx(theirs.pvalue)


def test_signs_at_random_come_near_to_all_of_them():
    d = gaps(evidence.EXACT)
    some = np.random.default_rng(1).integers(0, 2, (100_000, len(d)))
    some = some[some.any(axis=1)]
    means = np.sort(some @ d / some.sum(axis=1))
    ours = evidence.Flips(d)
    for value in (-0.5, 0.0, 0.3):
        near = (1 + (means <= value).sum()) / (1 + len(means))
        assert ours.above(value) == pytest.approx(near, abs=0.005)


@pytest.mark.parametrize("make", [gaps, tied])
@pytest.mark.parametrize("pairs", [6, 10, 16, 20])
@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_the_interval_holds_what_the_test_does_not_refuse(make, pairs, alpha):
    shown = evidence.Flips(make(pairs))
    low, high = shown.interval(alpha)
    step = 1e-6
    assert shown.above(low) > alpha / 2
    assert shown.below(high) > alpha / 2
    assert shown.above(low - step) <= alpha / 2
    assert shown.below(high + step) <= alpha / 2


def test_too_few_pairs_have_no_interval():
    assert np.isnan(evidence.Flips(gaps(5)).interval()).all()
    low, high = evidence.Flips(gaps(6)).interval()
    assert (low, high) == (gaps(6).min(), gaps(6).max())


def test_no_difference_at_all_is_no_evidence():
    shown = evidence.Flips(np.zeros(8))
    assert evidence.different(shown) == 1.0
    assert shown.interval() == (0.0, 0.0)
    assert evidence.equal(shown, 1.0) == 2 / 2**8


def test_the_resampled_test_is_students_without_overlap():
    d = gaps(12)
    ours = evidence.Resampled(d, 0.0)
    theirs = scipy.stats.ttest_1samp(d, 0.0)
    assert evidence.different(ours) == pytest.approx(theirs.pvalue)
    assert ours.interval() == pytest.approx(tuple(theirs.confidence_interval()))
    greater = scipy.stats.ttest_1samp(d, 0.4, alternative="greater").pvalue
    assert ours.above(0.4) == pytest.approx(greater)
    assert ours.below(0.4) == pytest.approx(1 - greater)


def test_overlap_widens_the_interval_as_nadeau_and_bengio_say():
    d = gaps(10)
    plain, overlapping = evidence.Resampled(d, 0.0), evidence.Resampled(d, 1 / 4)
    widths = [np.diff(each.interval())[0] for each in (plain, overlapping)]
    assert widths[1] / widths[0] == pytest.approx(np.sqrt((1 / 10 + 1 / 4) / (1 / 10)))


@pytest.mark.parametrize("value", [0.0, 0.3])
def test_splits_that_all_agree_are_sure(value):
    shown = evidence.Resampled(np.full(8, value), 0.25)
    assert evidence.different(shown) == (0.0 if value else 1.0)


@pytest.mark.parametrize("overlap", [0.0, 0.25])
@pytest.mark.parametrize("within", [0.3, 0.6, 1.0, 2.0])
def test_arms_are_equal_if_the_interval_lies_inside_the_distance(overlap, within):
    shown = evidence.of_pairs(gaps(12, mean=0.0), overlap)
    larger = max(shown.above(-within), shown.below(within))
    assert evidence.equal(shown, within) == min(1.0, 2 * larger)
    for alpha in (0.01, 0.05, 0.2):
        low, high = shown.interval(alpha)
        inside = -within < low and high < within
        assert inside == (evidence.equal(shown, within) <= alpha)


def test_what_could_be_seen_is_of_students_t_at_the_level_that_is_reached():
    d = gaps(20)
    t = scipy.stats.t(19)
    level = evidence.Flips(d).refused(0.05)
    assert level == pytest.approx(0.05, abs=1e-4)
    reach = t.isf(level / 2) + t.ppf(0.8)
    expected = reach * d.std(ddof=1) / np.sqrt(20)
    assert evidence.detectable(evidence.Flips(d)) == pytest.approx(expected)
    more = evidence.detectable(evidence.Flips(d), family=10)
    assert more > expected


@pytest.mark.parametrize(("pairs", "family"), [(5, 1), (7, 4), (10, 36)])
def test_what_no_outcome_could_show_is_missing(pairs, family):
    assert np.isnan(evidence.detectable(evidence.Flips(gaps(pairs)), family))
    assert pairs < evidence.pairs_needed(family)
    enough = gaps(evidence.pairs_needed(family))
    assert evidence.detectable(evidence.Flips(enough), family) > 0
    least = evidence.different(evidence.Flips(np.ones_like(enough)))
    assert least * family <= 0.05
    assert 2 * least * family > 0.05


@pytest.mark.parametrize("pairs", [6, 9, 17])
@pytest.mark.parametrize("family", [1, 9, 36])
def test_a_gap_of_ten_in_every_pair_is_seen_or_out_of_reach(pairs, family):
    shown = evidence.Flips(np.full(pairs, 10.0))
    seen = family * evidence.different(shown) <= 0.05
    assert seen == (pairs >= evidence.pairs_needed(family))


def test_a_share_and_its_interval():
    share, low, high = evidence.share_interval(15, 20)
    assert share == 0.75
    assert 0.53 < low < 0.54
    assert 0.88 < high < 0.89
    assert np.isnan(evidence.share_interval(0, 0)).all()


@pytest.mark.parametrize(("gap", "overlap"), [(np.nan, 0.0), (0.1, np.nan)])
def test_a_missing_value_is_refused_not_turned_into_a_p(gap, overlap):
    with pytest.raises(ValueError, match="missing value; accepted are finite"):
        evidence.of_pairs([0.1, gap], overlap)
