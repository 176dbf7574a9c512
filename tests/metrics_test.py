"""Metrics equal numpy and scikit-learn, however labels and batches come."""

import keras
import numpy as np
import pytest
from keras import ops
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    hinge_loss,
    roc_auc_score,
)

import hinge_keras as hk
from hinge_keras.configured import arguments

random = np.random.default_rng(0)
SIGNS = random.choice([-1, 1], 1000)
SCORES = random.normal(0, 2, 1000).astype("float32")
WEIGHTS = random.uniform(0, 1, 1000).astype("float32")
MARGINS = SIGNS * SCORES

EXPECTED = {
    "sign accuracy": (hk.SignAccuracy(), (SCORES > 0) == (SIGNS > 0)),
    "mean margin": (hk.MeanMargin(), MARGINS),
    "violations": (hk.MarginViolations(), MARGINS < 1),
    "violations of 0.3": (hk.MarginViolations(0.3), MARGINS < 0.3),
    "a loss": (hk.LossMetric(hk.SquaredHinge(0.5)), np.maximum(0, 0.5 - MARGINS) ** 2),
    "keras loss": (
        hk.LossMetric(keras.losses.MeanSquaredError()),
        (SCORES - SIGNS) ** 2,
    ),
}


@pytest.fixture(params=EXPECTED)
def metric_and_scores(request):
    metric, expected = EXPECTED[request.param]
    metric.reset_state()
    return metric, expected


def result(metric):
    return float(metric.result())


def test_is_the_weighted_mean_of_numpy(metric_and_scores):
    metric, expected = metric_and_scores
    metric.update_state(SIGNS[:, None], SCORES[:, None], sample_weight=WEIGHTS)
    wanted = np.average(expected, weights=WEIGHTS)
    np.testing.assert_allclose(result(metric), wanted, rtol=1e-5)


@pytest.mark.parametrize("size", [1, 7, 250, 1000])
def test_does_not_depend_on_the_batches(metric_and_scores, size):
    metric, expected = metric_and_scores
    rows = 1000 if size > 1 else 40
    for start in range(0, rows, size):
        part = slice(start, min(start + size, rows))
        metric.update_state(SIGNS[part, None], SCORES[part, None])
    np.testing.assert_allclose(result(metric), expected[:rows].mean(), rtol=1e-5)


def test_is_stateless_too(metric_and_scores):
    metric, expected = metric_and_scores
    state = [ops.zeros_like(v.value) for v in metric.variables]
    for part in (slice(0, 400), slice(400, 1000)):
        state = metric.stateless_update_state(
            state, SIGNS[part, None], SCORES[part, None]
        )
    found = float(metric.stateless_result(state))
    np.testing.assert_allclose(found, expected.mean(), rtol=1e-5)
    assert np.isnan(result(metric))


def test_reset_forgets(metric_and_scores):
    metric, expected = metric_and_scores
    metric.update_state(SIGNS, SCORES)
    metric.reset_state()
    metric.update_state(SIGNS[:9], SCORES[:9])
    np.testing.assert_allclose(result(metric), expected[:9].mean(), rtol=1e-5)


def test_keeps_every_argument(metric_and_scores):
    metric, _ = metric_and_scores
    config = metric.get_config() | {"name": "renamed", "dtype": "float64"}
    revived = keras.metrics.deserialize(
        keras.metrics.serialize(type(metric).from_config(config))
    )
    assert set(arguments(type(metric))) == set(config)
    assert revived.get_config() == config
    assert revived.dtype == "float64"


@pytest.mark.parametrize("cls", [hk.SignAccuracy, hk.MeanMargin, hk.MarginViolations])
@pytest.mark.parametrize("shape", [(1000,), (1000, 1), (10, 100)])
def test_label_encodings_and_shapes_agree(cls, shape):
    scores = SCORES.reshape(shape)
    found = [
        float(cls()(labels.reshape(shape), scores))
        for labels in (SIGNS, SIGNS > 0, (SIGNS > 0).astype("int32"), 1.0 * SIGNS)
    ]
    np.testing.assert_allclose(found, found[0], rtol=1e-6)


def test_equals_scikit_learn():
    found = float(hk.SignAccuracy()(SIGNS, SCORES))
    np.testing.assert_allclose(found, accuracy_score(SIGNS, np.sign(SCORES)), rtol=1e-6)
    found = float(hk.LossMetric(hk.Hinge())(SIGNS, SCORES))
    np.testing.assert_allclose(found, hinge_loss(SIGNS, SCORES), rtol=1e-6)


def test_a_score_of_zero_decides_for_minus_one():
    assert float(hk.SignAccuracy()([-1, 1], [0.0, 0.0])) == 0.5


def test_a_label_unknown_in_either_encoding_is_refused():
    for metric in (hk.SignAccuracy(), hk.MeanMargin(), hk.MarginViolations()):
        with pytest.raises(ValueError, match="y_true contains 2; accepted"):
            metric.update_state([2], [1.0])


def test_nan_scores_make_nan_not_a_wrong_answer():
    for metric in (hk.SignAccuracy(), hk.MeanMargin(), hk.MarginViolations()):
        assert np.isnan(float(metric([1, 1], [1.0, np.nan])))


@pytest.mark.parametrize(
    ("metric", "direction"),
    [
        (hk.SignAccuracy(), "up"),
        (hk.MeanMargin(), "up"),
        (hk.MarginViolations(), "down"),
        (hk.LossMetric(hk.Hinge()), "down"),
    ],
)
def test_callbacks_know_which_way_is_better(metric, direction):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Activation("linear")])
    model.compile("sgd", hk.Hinge(), metrics=[metric])
    stopper = keras.callbacks.EarlyStopping(monitor=f"val_{metric.name}")
    x, y = SCORES[:8, None], SIGNS[:8]
    model.fit(x, y, validation_data=(x, y), callbacks=[stopper], verbose=0)
    better = stopper.monitor_op(1.0, 0.0)
    assert better == (direction == "up")


WIDE = random.normal(0, 2, (1000, 6)).astype("float32")
CLASSES = random.integers(0, 6, 1000)
RANK = (WIDE[np.arange(1000), CLASSES][:, None] < WIDE).sum(axis=1)
PROBABILITIES = 1 / (1 + np.exp(-SCORES))


def macro(hits, labels):
    return np.mean([hits[labels == c].mean() for c in np.unique(labels)])


def calibration_gap(p, y, bins=15):
    confidence, right = np.maximum(p, 1 - p), (p > 0.5) == (y > 0)
    cell = np.ceil(confidence * bins)
    gaps = [abs((right - confidence)[cell == c].sum()) for c in np.unique(cell)]
    return sum(gaps) / len(p)


TALLIES = {
    "balanced": (
        hk.BalancedAccuracy(),
        SIGNS,
        SCORES,
        balanced_accuracy_score(SIGNS, np.sign(SCORES)),
        1e-5,
    ),
    "macro top-2": (
        hk.MacroTopKAccuracy(6, 2),
        CLASSES,
        WIDE,
        macro(RANK < 2, CLASSES),
        1e-5,
    ),
    "top-2": (hk.TopKAccuracy(2), CLASSES, WIDE, (RANK < 2).mean(), 1e-5),
    "lead": (
        hk.CrammerSingerMargin(),
        CLASSES,
        WIDE,
        np.mean(
            [s[y] - np.delete(s, y).max() for y, s in zip(CLASSES, WIDE, strict=True)]
        ),
        1e-5,
    ),
    "ranking": (
        hk.RankingAccuracy(),
        SIGNS,
        SCORES,
        roc_auc_score(SIGNS, SCORES),
        1e-3,
    ),
    "precision": (
        hk.AveragePrecision(),
        SIGNS,
        SCORES,
        average_precision_score(SIGNS, SCORES),
        2e-3,
    ),
    "median": (hk.MarginQuantile(0.5), SIGNS, SCORES, np.median(MARGINS), 1e-2),
    "tenth": (hk.MarginQuantile(0.1), SIGNS, SCORES, np.quantile(MARGINS, 0.1), 2e-2),
    "brier": (
        hk.BrierScore(),
        SIGNS,
        PROBABILITIES,
        np.mean((PROBABILITIES - (SIGNS > 0)) ** 2),
        1e-5,
    ),
    "calibration": (
        hk.ExpectedCalibrationError(),
        SIGNS,
        PROBABILITIES,
        calibration_gap(PROBABILITIES, SIGNS),
        1e-5,
    ),
}


@pytest.mark.parametrize("name", TALLIES)
def test_tallies_equal_numpy_whole_split_and_stateless(name):
    metric, labels, scores, expected, tolerance = TALLIES[name]
    whole = float(metric(labels, scores))
    np.testing.assert_allclose(whole, expected, rtol=tolerance, atol=tolerance)
    metric.reset_state()
    for part in np.array_split(np.arange(1000), 7):
        metric.update_state(labels[part], scores[part])
    np.testing.assert_allclose(result(metric), whole, rtol=1e-5)
    state = [ops.zeros_like(v.value) for v in metric.variables]
    state = metric.stateless_update_state(state, labels, scores)
    np.testing.assert_allclose(float(metric.stateless_result(state)), whole, rtol=1e-5)
    config = metric.get_config()
    assert set(arguments(type(metric))) == set(config)
    again = keras.metrics.deserialize(keras.metrics.serialize(metric))
    assert again.get_config() == config
    metric.reset_state()
    metric.update_state(labels, scores, sample_weight=(np.arange(1000) < 500) * 1.0)
    half = float(type(metric).from_config(config)(labels[:500], scores[:500]))
    np.testing.assert_allclose(result(metric), half, rtol=1e-5)


def test_tallies_pass_nan_on():
    for metric in (hk.BalancedAccuracy(), hk.RankingAccuracy(), hk.MarginQuantile()):
        assert np.isnan(float(metric([1, 0], [np.nan, 1.0])))
    for metric in (hk.BrierScore(), hk.ExpectedCalibrationError()):
        assert np.isnan(float(metric([1, 0], [3.0, 0.5])))


LOWER_IS_BETTER = {
    "margin_violations",
    "support_fraction",
    "brier_score",
    "expected_calibration_error",
    "loss_metric",
}


def test_each_metric_knows_which_way_is_better(every_metric):
    name = hk.configured.snake_case(type(every_metric).__name__)
    assert every_metric._direction == ("down" if name in LOWER_IS_BETTER else "up")


def test_ties_count_half_in_the_ranking():
    y, f = [0, 1, 0, 1, 1], [0.5, 0.5, -1.0, -1.0, 2.0]
    wanted = roc_auc_score(y, f)
    assert wanted == pytest.approx(4 / 6)
    np.testing.assert_allclose(float(hk.RankingAccuracy()(y, f)), wanted, rtol=1e-6)
    np.testing.assert_allclose(float(hk.RankingAccuracy()(y, np.zeros(5))), 0.5)


def test_infinite_scores_are_the_last_cells():
    y, f = [0, 1, 0, 1], [-np.inf, np.inf, -1.0, 1.0]
    assert float(hk.RankingAccuracy()(y, f)) == 1.0
    assert float(hk.SignAccuracy()(y, f)) == 1.0


def test_a_quantile_lies_in_the_middle_of_its_cell():
    errors = []
    for m in random.uniform(0.2, 1.0, 60):
        metric = hk.MarginQuantile(0.5)
        errors.append(float(metric([1], [m])) - m)
    assert np.abs(errors).max() < 1.1e-3
    assert abs(np.mean(errors)) < 2e-4
