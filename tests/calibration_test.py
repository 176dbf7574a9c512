"""Probabilities from scores: against scikit-learn, theory, and known draws."""

import keras
import numpy as np
import pytest
from sklearn import metrics
from sklearn.isotonic import IsotonicRegression

import hinge_keras as hk

random = np.random.default_rng(0)
F = random.normal(0, 2, 20_000)
Y = (random.uniform(size=F.size) < 1 / (1 + np.exp(-(0.7 * F - 0.4)))).astype(int)


def test_platt_finds_the_map_the_labels_came_from():
    platt = hk.Platt().fit(F, Y)
    np.testing.assert_allclose([platt.slope, platt.offset], [0.7, -0.4], atol=0.06)
    again = hk.Platt().fit(F[:, None], 2 * Y - 1)
    np.testing.assert_allclose(again.slope, platt.slope)


def test_platt_stays_below_certainty_on_separable_scores():
    found = hk.Platt().fit([-2.0, -1, 1, 2], [0, 0, 1, 1])([2.0])
    assert 0.6 < found[0] < 0.95


def test_temperature_finds_the_temperature():
    labels = (random.uniform(size=F.size) < 1 / (1 + np.exp(-F / 3))).astype(int)
    tried = np.linspace(2, 4, 401)
    risks = [np.logaddexp(0, -(2 * labels - 1) * F / t).sum() for t in tried]
    best = tried[np.argmin(risks)]
    np.testing.assert_allclose(hk.Temperature().fit(F, labels).temperature, best, 0.005)
    scores = random.normal(0, 4, (20_000, 3))
    p = np.exp(scores / 2)
    p /= p.sum(axis=1, keepdims=True)
    labels = (p.cumsum(axis=1) < random.uniform(size=(20_000, 1))).sum(axis=1)
    found = hk.Temperature().fit(scores, labels)
    assert abs(found.temperature - 2) < 0.1
    np.testing.assert_allclose(found(scores).sum(axis=1), 1)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
def test_platt_is_the_minimiser_whatever_the_scale_of_scores(scale):
    f, y = F[:200], Y[:200]
    platt = hk.Platt().fit(scale * f, y)
    targets = np.where(y, (y.sum() + 1) / (y.sum() + 2), 1 / (200 - y.sum() + 2))
    error = platt(scale * f) - targets
    np.testing.assert_allclose([error.sum(), error @ f], 0, atol=1e-6)


@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_a_temperature_is_the_minimiser(scale):
    f, y = scale * F[:200], Y[:200]
    np.testing.assert_allclose(
        (hk.Temperature().fit(f, y)(f) - y) @ F[:200], 0, atol=1e-3
    )


def test_separable_scores_keep_a_temperature_and_equal_ones_theirs():
    parted = hk.Temperature().fit([[9.0, 1.0], [2.0, 200.0]], [0, 1])
    assert 0.5 < parted.temperature < 0.7
    assert hk.Temperature().fit([[1.0, 1.0], [2.0, 2.0]], [0, 1]).temperature == 1
    # 1,000 is the largest accepted.
    assert hk.Temperature().fit([[9.0, 1.0], [2.0, 200.0]], [1, 0]).temperature > 999
    equal = hk.Platt().fit([3.0, 3.0, 3.0], [0, 1, 1])
    np.testing.assert_allclose(equal([3.0]), (1 / 3 + 2 * 3 / 4) / 3)


def test_isotonic_is_scikit_learns():
    theirs = IsotonicRegression(out_of_bounds="clip").fit(F, Y)
    found = hk.Isotonic().fit(F[:, None], Y)(F[:, None])
    np.testing.assert_allclose(found[:, 0], theirs.predict(F))


@pytest.mark.parametrize(
    "loss", [hk.PsiG(0.5), hk.PsiM(0.7), hk.SoftplusHinge(0.4), hk.Logistic()]
)
def test_posterior_inverts_the_best_score(loss):
    f = np.linspace(-8, 8, 16_001)
    for p in (0.2, 0.5, 0.9):
        right, wrong = np.asarray(loss.phi(f)), np.asarray(loss.phi(-f))
        best = f[np.argmin(p * right + (1 - p) * wrong)]
        np.testing.assert_allclose(hk.Posterior(loss)([best]), p, atol=2e-3)


def test_a_calibrated_model_gives_probabilities_of_its_shape():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Identity()])
    x, y = F[:2000, None].astype("float32"), Y[:2000]
    found = hk.Calibrated(model, hk.Platt()).fit(x, y).predict(x)
    assert found.shape == (2000, 1)
    error = float(hk.ExpectedCalibrationError(10)(y, found))
    assert error < 0.05
    assert (
        abs(float(hk.BrierScore()(y, found)) - ((found[:, 0] - y) ** 2).mean()) < 1e-5
    )


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: hk.Posterior(hk.Hinge()), "loss is Hinge.*accepted is a smooth"),
        (lambda: hk.Posterior(hk.Logistic), "accepted is a smooth"),
        (lambda: hk.Posterior(hk.CrossEntropy()), "accepted is a smooth"),
        (lambda: hk.Posterior("psi_g"), "loss is 'psi_g'; accepted is a smooth"),
        (lambda: hk.Platt().fit([1.0, 2.0], [1]), r"shape \(2,\) and labels \(1,\)"),
        (lambda: hk.Platt().fit(np.ones((2, 1)), [[0, 1]]), r"labels \(1, 2\); acc"),
        (lambda: hk.Platt().fit([1.0, 2.0], 1), r"labels \(\); accepted is one score"),
        (lambda: hk.Platt().fit(np.ones((2, 3)), [0, 1]), "accepted is one score a"),
        (lambda: hk.Isotonic().fit([], []), "at least one label"),
        (lambda: hk.Platt().fit([1.0, np.nan], [0, 1]), "scores contain nan; accepted"),
        (lambda: hk.Temperature().fit([1.0, np.inf], [0, 1]), "scores contain inf; a"),
        (lambda: hk.Platt().fit([1.0], [3]), "labels contain 3; accepted are 0 or 1"),
        (lambda: hk.Platt().fit([1.0], [np.nan]), "labels contain nan; accepted"),
        (lambda: hk.Platt().fit([1.0], ["1"]), "labels contain 1; accepted"),
        (lambda: hk.Temperature().fit(np.ones((2, 3)), [0, 3]), "contain 3.*0 to 2"),
        (lambda: hk.Temperature().fit(np.ones((1, 3)), [0.5]), "contain 0.5; accepted"),
        (
            lambda: hk.Temperature().fit(np.ones((2, 3)), np.eye(3)[:2]),
            r"labels \(2, 3\); accepted is 3 scores a label",
        ),
    ],
)
def test_a_bad_argument_is_named(make, says):
    with pytest.raises(ValueError, match=says):
        make()


def test_a_sequence_of_scores_is_as_many_rows():
    scores = random.normal(size=(20, 4, 3))
    labels = random.integers(0, 3, size=(20, 4))
    flat = hk.Temperature().fit(scores.reshape(80, 3), labels.reshape(-1))
    for shape in ((20, 4), (20, 4, 1)):
        found = hk.Temperature().fit(scores, labels.reshape(shape))
        assert found.temperature == flat.temperature
    one, more = hk.Platt(), hk.Platt().fit(scores[..., :1], labels > 1)
    assert (
        one.fit(scores[..., 0].reshape(-1), labels.reshape(-1) > 1).slope == more.slope
    )


SCORERS = {
    "f1": metrics.f1_score,
    "accuracy": metrics.accuracy_score,
    "balanced_accuracy": metrics.balanced_accuracy_score,
    "iou": metrics.jaccard_score,
}


@pytest.mark.parametrize("measure", SCORERS)
@pytest.mark.parametrize("weighted", [False, True])
def test_the_best_threshold_is_the_best_of_all(measure, weighted):
    random = np.random.default_rng(5)
    for _ in range(20):
        f = random.normal(0, 1, 30).round(1)  # Many ties.
        y = (f + random.normal(0, 1, 30) > 0.7).astype(int)
        weight = random.uniform(0, 1, 30) if weighted else None
        distinct = np.unique(f)[::-1]
        tried = (distinct[1:] + distinct[:-1]) / 2
        tried = np.array([f.max(), *tried, f.min() - 1])
        values = [SCORERS[measure](y, f > t, sample_weight=weight) for t in tried]
        best = tried[np.isclose(values, max(values), rtol=1e-12)]
        found = hk.best_threshold(f[:, None], 2 * y - 1, measure, weight)
        assert found == pytest.approx(best[np.argmin(np.abs(best))], abs=1e-12)


def test_every_threshold_is_measured_once_by_loop():
    random = np.random.default_rng(6)
    f, y = random.normal(0, 1, 40).round(1), random.integers(0, 2, 40)
    weight = random.uniform(0, 2, 40)
    seen = []

    def measure(*counts):
        seen.extend(counts)
        return counts[0] - 0.9 * counts[1]

    found = hk.best_threshold(f, y, measure, weight)
    tried = [f.max(), *sorted(np.unique(f)[:-1], reverse=True), f.min() - 1]
    for i, threshold in enumerate(tried):
        expected = np.zeros((2, 2))
        for score, label, w in zip(f, y, weight, strict=True):
            expected[int(score > threshold), label] += w
        (tn, fn), (fp, tp) = expected
        np.testing.assert_allclose([c[i] for c in seen], [tp, fp, fn, tn], atol=1e-12)
    assert len(seen[0]) == len(tried)
    assert tried[np.argmax(seen[0] - 0.9 * seen[1])] <= found


def test_the_best_threshold_by_a_measure_of_ones_own():
    f, y = [0.0, 1.0, 2.0, 3.0], [0, 0, 1, 1]
    assert hk.best_threshold(f, y, lambda tp, fp, fn, tn: -fp - 2 * fn) == 1.5
    all_found = hk.best_threshold(f, y, lambda *c: np.where(c[2] > 0, -np.inf, -c[1]))
    assert all_found == 1.5
    with np.errstate(invalid="ignore", divide="ignore"):
        assert hk.best_threshold(f, y, lambda tp, fp, fn, tn: tp / (tp + fp)) == 1.5
        assert hk.best_threshold(f, y, lambda tp, fp, fn, tn: tp / fp) == 1.5


def test_of_equal_thresholds_the_one_nearest_to_0():
    assert hk.best_threshold([-1.0, 1.0], [0, 1]) == 0.0
    f = [-3.0, -1.0, 1.0, 3.0]
    assert hk.best_threshold(f, [0, 0, 0, 0], "accuracy") == 3.0
    assert hk.best_threshold(f, [1, 1, 1, 1], "accuracy") == -4.0
    assert hk.best_threshold(f, [0, 0, 0, 0], "f1") == 0.0
    assert hk.best_threshold(f, [0, 1, 0, 1], "accuracy", [3, 1, 1, 3]) == 2.0
    assert hk.best_threshold(f, [0, 1, 1, 1], "f1", [1, 0, 0, 1]) == 0.0
    # 0.1 + 0.2 + 0.3 is rounded to more than 0.6.
    assert hk.best_threshold(f, [1, 1, 1, 0], "accuracy", [0.3, 0.2, 0.1, 0.6]) == 3.0
    assert hk.best_threshold([-2.0, 2.0, 6.0], [1, 1, 0], lambda *c: 0 * c[0]) == 0.0


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_threshold_parts_neighbouring_scores_of_its_precision(dtype):
    one = np.ones((), dtype)
    for low in (one, np.nextafter(one, 2 * one)):
        f = np.stack([low, np.nextafter(low, 2 * one)])
        threshold = hk.best_threshold(f, [0, 1])
        assert (f > threshold).tolist() == [False, True]
    most = np.finfo(dtype).max
    f = np.array([most / 2, most], dtype)
    assert (f > hk.best_threshold(f, [0, 1])).tolist() == [False, True]
    assert (f > hk.best_threshold(f, [1, 1])).all()
    assert np.isfinite(hk.best_threshold(f, [1, 1]))


def test_whole_numbers_and_masks_are_scores_too():
    assert hk.best_threshold([1, 2], [0, 1]) == 1.5
    scores, mask = random.normal(size=(2, 5, 5, 1)), random.integers(0, 2, (2, 5, 5))
    flat = hk.best_threshold(scores.reshape(-1), mask.reshape(-1), "iou")
    assert hk.best_threshold(scores, mask, "iou") == flat
    assert (
        hk.best_threshold(scores, mask[..., None], "iou", np.ones(mask.shape)) == flat
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (([np.nan, 1.0], [0, 1]), "scores contain nan; accepted are finite numbers"),
        (([0.0, -np.inf], [0, 1]), "scores contain -inf; accepted"),
        (([], []), "at least one"),
        (([0.0, 1.0], [0, 2]), "labels contain 2; accepted"),
        (([0.0, 1.0], [0, 1, 1]), "accepted is one score a label"),
        (([0.0, 1.0], [0, 1], "f2"), "measure is 'f2'; accepted are accuracy"),
        (([0.0, 1.0], [0, 1], ["f1"]), r"measure is \['f1'\]; accepted are accuracy"),
        (([0.0, 1.0], [0, 1], lambda *c: 1.0), "measure gives 1.0; .* 3 thresholds"),
        (
            ([0.0, 1.0], [0, 1], lambda *c: c[0] * np.nan),
            "measure gives .* not all NaN",
        ),
        (
            ([0.0, 1.0], [0, 1], "f1", [1.0, -2.0]),
            "sample_weight contains -2; accepted",
        ),
        (
            ([0.0, 1.0], [0, 1], "f1", [np.nan, 1]),
            "sample_weight contains nan; accepted",
        ),
        (
            ([0.0, 1.0], [0, 1], "f1", [np.inf, 1]),
            "sample_weight contains inf; accepted",
        ),
        (([0.0, 1.0], [0, 1], "f1", [0, 0]), "sample_weight contains 0; .* not all 0"),
        (([0.0, 1.0], [0, 1], "f1", [1.0]), "sample_weight has 1 entries; .* 2 here"),
    ],
)
def test_what_no_threshold_can_be_chosen_on_is_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        hk.best_threshold(*arguments)
