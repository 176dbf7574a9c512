"""Top-K losses against each other, slow loops, and their own expectation."""

from itertools import combinations, pairwise

import numpy as np
import pytest

import hinge_keras as hk
from hinge_keras import check
from hinge_keras.losses.noise import noise_of

random = np.random.default_rng(0)
SCORES = random.normal(0, 1.5, (400, 7))
LABELS = random.integers(0, 7, 400)


def loop(rule):
    """`rule(s_y, rivals in falling order, all scores in falling order)` by row."""
    rows = zip(LABELS, SCORES, strict=True)
    return [
        rule(s[y], np.sort(np.delete(s, y))[::-1], np.sort(s)[::-1]) for y, s in rows
    ]


@pytest.mark.parametrize("k", [1, 2, 5])
def test_equal_a_loop(k):
    def truncated(s, rivals, _):
        return np.log1p(np.exp(rivals[k - 1 :] - s).sum())

    for loss, rule in {
        hk.NaiveTopK(k): lambda s, r, a: max(0, 1 + r[k - 1] - s),
        hk.LapinAlphaTopK(k): lambda s, r, a: max(0, 1 + r[:k].mean() - s),
        hk.LapinAlphaTopK(k, include_true=True): lambda s, r, a: max(
            0, np.sort([*(1 + r - s), 0])[::-1][:k].mean()
        ),
        hk.LapinBetaTopK(k): lambda s, r, a: np.maximum(0, 1 + r[:k] - s).mean(),
        hk.CalibratedTopK(k): lambda s, r, a: max(0, 1 + a[k] - s),
        hk.TopKCrossEntropy(k): truncated,
    }.items():
        found = check.values(loss, LABELS, SCORES)
        np.testing.assert_allclose(found, loop(rule), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_are_ordered_and_start_at_crammer_singer(k):
    ladder = [hk.CalibratedTopK(k), hk.NaiveTopK(k), hk.LapinAlphaTopK(k)]
    ladder += [hk.LapinBetaTopK(k), hk.CrammerSinger()]
    found = [check.values(loss, LABELS, SCORES) for loss in ladder]
    for low, high in pairwise(found):
        assert (low <= high + 1e-12).all()
    if k == 1:
        np.testing.assert_allclose(found[1:4], [found[4]] * 3)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_smooth_top_k_sums_over_all_sets(k):
    def log_sum_of_sets(values, size, tau):
        sums = [sum(c) / (k * tau) for c in combinations(values, size)]
        return tau * np.logaddexp.reduce(sums)

    def rule(s, rivals, _, tau=0.5):
        without = log_sum_of_sets(rivals, k, tau)
        with_true = log_sum_of_sets(rivals, k - 1, tau) + s / k
        return tau * np.logaddexp(0, (1 + without - with_true) / tau)

    found = check.values(hk.SmoothTopK(k, 0.5), LABELS, SCORES)
    np.testing.assert_allclose(found, loop(rule), rtol=1e-9)


@pytest.mark.parametrize(("k", "epsilon"), [(1, 1.0), (2, 0.3), (5, 1.0)])
def test_expected_top_k_is_the_mean_of_sampled_bars(k, epsilon):
    s = SCORES[:20]
    draws = s + epsilon * random.normal(0, 1, (40_000, *s.shape))
    bars = np.sort(draws, axis=-1)[..., -(k + 1)]
    with check.double_precision():
        found = np.asarray(hk.ExpectedTopK(k, epsilon).bar(check.tensor(s)))
    error = bars.std(axis=0) / np.sqrt(len(bars))
    assert (np.abs(found - bars.mean(axis=0)) < 4.5 * error).all()


def test_expected_top_k_knows_the_mean_of_the_larger_of_two():
    """E max(a + Z, b + W) has a closed form; here the second of two."""
    with check.double_precision():
        found = float(hk.ExpectedTopK(1).bar(check.tensor([[0.0, 0.0]]))[0])
    np.testing.assert_allclose(found, -1 / np.sqrt(np.pi), rtol=1e-7)


def test_noised_top_k_tends_to_the_expected():
    noised = check.values(hk.NoisedTopK(2, n_samples=400), LABELS, SCORES)
    exact = check.values(hk.ExpectedTopK(2), LABELS, SCORES)
    assert np.abs(noised - exact).mean() < 0.03


def draws(scores, seed=0, number=50):
    return np.asarray(noise_of(check.tensor(scores.astype("float32")), number, seed))


def test_noise_is_normal_and_fresh():
    first = draws(SCORES)
    assert abs(first.mean()) < 0.02
    assert abs(first.std() - 1) < 0.02
    assert abs((first**3).mean()) < 0.1
    pairs = np.corrcoef(first.reshape(400, -1)[:40])
    assert np.abs(pairs - np.eye(40)).max() < 0.3
    np.testing.assert_array_equal(first, draws(SCORES))
    assert (first != draws(SCORES, seed=1)).mean() > 0.99
    nudged = draws(np.nextafter(SCORES.astype("float32"), np.float32(9)))
    assert (first != nudged).mean() > 0.99


def test_no_noise_is_the_calibrated_loss():
    found = check.values(hk.NoisedTopK(2, n_samples=0), LABELS, SCORES)
    np.testing.assert_array_equal(
        found, check.values(hk.CalibratedTopK(2), LABELS, SCORES)
    )


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: hk.NaiveTopK(0), "k is 0; accepted"),
        (lambda: hk.NaiveTopK(1.5), "k is 1.5; accepted"),
        (lambda: hk.CalibratedTopK(7)(LABELS, SCORES), "k is 7 with 7 classes"),
        (lambda: hk.SmoothTopK(7)(LABELS, SCORES), "k is 7 with 7 classes"),
        (lambda: hk.NoisedTopK(2, epsilon=0), "epsilon is 0; accepted"),
        (lambda: hk.NoisedTopK(2, n_samples=-1), "n_samples is -1; accepted"),
        (lambda: hk.LDAM([1, 0]), "class_counts is 0; accepted"),
        (lambda: hk.LDAM([1, 2])(LABELS, SCORES), "class_counts has 2 entries"),
        (lambda: hk.Structured([[0, 1]]), "a row of costs has 2 entries"),
        (lambda: hk.Structured([[1, 1], [1, 0]]), "costs has 1.0 on its diagonal"),
        (lambda: hk.Hinge(class_weight=[1, 2, 3]), "class_weight has 3 entries"),
        (lambda: hk.Ramp(s=1), "s is 1; accepted"),
        (lambda: hk.LapinAlphaTopK(2, hk.Logistic(), True), "reaches zero"),
    ],
)
def test_a_bad_argument_is_named(make, says):
    with pytest.raises(ValueError, match=says):
        make()
