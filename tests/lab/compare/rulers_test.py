"""Whatever a user gives as a metric measures what it says, of nets with raw scores."""

import functools

import keras
import numpy as np
import pytest
from keras import metrics
from sklearn import metrics as theirs

import hinge_keras as hk
from hinge_keras.lab import Experiment, Measure, data, models, training
from hinge_keras.lab.compare import rulers
from hinge_keras.lab.data.dataset import stratified
from hinge_keras.lab.grid import identity

STREAM = np.random.default_rng(0)
TWO = STREAM.integers(0, 2, 200)
THREE = STREAM.integers(0, 3, 200)
SCORES = (STREAM.normal(size=200) + TWO - 0.5).astype("float32")[:, None]
ROWS = (STREAM.normal(size=(200, 3)) + np.eye(3)[THREE]).astype("float32")
P = 1 / (1 + np.exp(-SCORES))
SHARES = np.exp(ROWS) / np.exp(ROWS).sum(axis=1, keepdims=True)


def only(given, classes=2, threshold=0.0):
    """The measure of one metric alone."""
    usual = {measure.name for measure in rulers.measures(None, classes)}
    found = rulers.measures(given, classes, threshold)
    (measure,) = [each for each in found if each.name not in usual]
    return measure


def value(measure, labels, scores):
    """What it measures, in two batches of unequal size."""
    metric = measure.make()
    for some in (slice(None, 150), slice(150, None)):
        metric.update_state(labels[some].astype("float32"), scores[some])
    return float(metric.result())


def usual(name, classes, threshold=0.0):
    """One of the measures that every comparison has."""
    found = rulers.measures(None, classes, threshold)
    return next(each for each in found if each.name == name)


# The usual ones


@pytest.mark.parametrize("classes", [2, 3])
def test_every_comparison_measures_decisions_first_and_probabilities_last(classes):
    first, second, mine, *last = rulers.measures([metrics.Recall()], classes)
    assert [each.name for each in (first, second, mine)] == [
        *("accuracy", "balanced_accuracy", "recall"),
    ]
    assert [each.name for each in last] == ["brier_score", "calibration_error"]
    assert all(each.calibrated and each.kind == "loss" for each in last)
    assert not any(each.calibrated for each in (first, second, mine))


def test_a_regression_measures_its_error():
    (measure,) = rulers.measures(None, None)
    targets = STREAM.normal(size=200)
    assert (measure.name, measure.kind) == ("absolute_error", "loss")
    expected = np.abs(targets - SCORES[:, 0]).mean()
    assert value(measure, targets, SCORES) == pytest.approx(expected, rel=1e-5)
    r2 = only("r2_score", None)
    expected = theirs.r2_score(targets, SCORES)
    assert value(r2, targets, SCORES) == pytest.approx(expected, rel=1e-4)
    assert not r2.calibrated


@pytest.mark.parametrize("threshold", [0.0, 0.7])
def test_two_classes_are_decided_by_the_threshold(threshold):
    decided = SCORES[:, 0] > threshold
    for name, function in (
        ("accuracy", theirs.accuracy_score),
        ("balanced_accuracy", theirs.balanced_accuracy_score),
    ):
        found = value(usual(name, 2, threshold), TWO, SCORES)
        assert found == pytest.approx(function(TWO, decided))
    for given in (metrics.Precision(), "precision", metrics.Precision):
        found = value(only(given, 2, threshold), TWO, SCORES)
        assert found == pytest.approx(theirs.precision_score(TWO, decided))


def test_balanced_accuracy_of_several_classes_gives_nothing_for_ties():
    measure = usual("balanced_accuracy", 3)
    expected = theirs.balanced_accuracy_score(THREE, ROWS.argmax(axis=1))
    assert value(measure, THREE, ROWS) == pytest.approx(expected)
    assert value(measure, THREE, np.zeros_like(ROWS)) == pytest.approx(1 / 3)


# Keras' own, beside scikit-learn's


def decisions(function, **options):
    return lambda y, f: function(y, decided(f), **options)


def decided(f):
    return f[:, 0] > 0 if f.shape[1] == 1 else f.argmax(axis=1)


def one_hot(y, f):
    return np.eye(f.shape[1])[y]


def recall_at_specificity(y, f):
    wrong, right, _ = theirs.roc_curve(y, f[:, 0])
    return right[wrong <= 0.5].max()


BINARY = {
    "auc": (metrics.AUC(), lambda y, f: theirs.roc_auc_score(y, f[:, 0])),
    "of logits": (
        metrics.AUC(from_logits=True, name="of_logits"),
        lambda y, f: theirs.roc_auc_score(y, f[:, 0]),
    ),
    "precision-recall": (
        metrics.AUC(curve="PR"),
        lambda y, f: theirs.average_precision_score(y, f[:, 0]),
    ),
    "sensitivity": (metrics.SensitivityAtSpecificity(0.5), recall_at_specificity),
    "recall": (metrics.Recall, decisions(theirs.recall_score)),
    "recall above": (
        metrics.Recall(thresholds=0.7),
        lambda y, f: theirs.recall_score(y, f[:, 0] > np.log(0.7 / 0.3)),
    ),
    "accuracy": (metrics.BinaryAccuracy(), decisions(theirs.accuracy_score)),
    "rows": (metrics.CategoricalAccuracy, decisions(theirs.accuracy_score)),
    "integers": (metrics.SparseCategoricalAccuracy, decisions(theirs.accuracy_score)),
    "decisions": (metrics.Accuracy(name="own"), decisions(theirs.accuracy_score)),
    "iou": (
        metrics.MeanIoU(2),
        decisions(theirs.jaccard_score, average="macro"),
    ),
    "f1": (metrics.F1Score(), decisions(theirs.f1_score)),
    "macro f1": (
        metrics.F1Score(average="macro"),
        decisions(theirs.f1_score, average="macro"),
    ),
    "f1 above": (
        metrics.F1Score(threshold=0.7),
        lambda y, f: theirs.f1_score(y, f[:, 0] > np.log(0.7 / 0.3)),
    ),
    "hinge": (metrics.Hinge, lambda y, f: theirs.hinge_loss(y, f[:, 0])),
    "our loss": (hk.Hinge(), lambda y, f: theirs.hinge_loss(y, f[:, 0])),
    "our class": (hk.Hinge, lambda y, f: theirs.hinge_loss(y, f[:, 0])),
    "a loss of logits": (
        keras.losses.BinaryCrossentropy(from_logits=True),
        lambda y, f: theirs.log_loss(y, 1 / (1 + np.exp(-f[:, 0].astype(float)))),
    ),
}
SEVERAL = {
    "auc": (
        metrics.AUC(),
        lambda y, f: theirs.roc_auc_score(one_hot(y, f).ravel(), softmax(f).ravel()),
    ),
    "accuracy": (metrics.CategoricalAccuracy(), decisions(theirs.accuracy_score)),
    "integers": (metrics.SparseCategoricalAccuracy, decisions(theirs.accuracy_score)),
    "two best": (
        metrics.SparseTopKCategoricalAccuracy(2),
        lambda y, f: theirs.top_k_accuracy_score(y, f, k=2),
    ),
    "f1": (
        metrics.F1Score(average="macro"),
        decisions(theirs.f1_score, average="macro"),
    ),
    "iou": (
        metrics.MeanIoU(3),
        decisions(theirs.jaccard_score, average="macro"),
    ),
    "precision": (
        metrics.Precision(),
        lambda y, f: theirs.precision_score(
            one_hot(y, f), softmax(f) > 0.5, average="micro"
        ),
    ),
    "hinge": (
        metrics.CategoricalHinge,
        lambda y, f: float(np.mean(keras.losses.categorical_hinge(one_hot(y, f), f))),
    ),
    "our loss": (
        hk.CrammerSinger(),
        lambda y, f: theirs.hinge_loss(y, f, labels=[0, 1, 2]),
    ),
    "a loss of logits": (
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        lambda y, f: theirs.log_loss(y, softmax(f.astype(float)), labels=[0, 1, 2]),
    ),
}


def softmax(f):
    e = np.exp(f - f.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("case", BINARY)
def test_keras_metrics_of_two_classes_measure_what_scikit_learn_does(case):
    given, expected = BINARY[case]
    measure = only({"own": given})
    assert value(measure, TWO, SCORES) == pytest.approx(expected(TWO, SCORES), abs=0.01)
    assert not measure.calibrated


@pytest.mark.parametrize("case", SEVERAL)
def test_keras_metrics_of_several_classes_measure_what_scikit_learn_does(case):
    given, expected = SEVERAL[case]
    found = value(only({"own": given}, 3), THREE, ROWS)
    assert found == pytest.approx(expected(THREE, ROWS), abs=0.01)


@pytest.mark.parametrize(("y", "f", "classes"), [(TWO, SCORES, 2), (THREE, ROWS, 3)])
def test_large_scores_are_not_crowded_into_ties(y, f, classes):
    measure = only(metrics.AUC(), classes)
    labels = (y == 1) if classes == 2 else one_hot(y, f).ravel() > 0
    for scale in (1e-1, 1e2):
        shown = f if classes == 2 else np.log(softmax(scale * f.astype(float)))
        expected = theirs.roc_auc_score(labels, shown.ravel())
        assert value(measure, y, scale * f) == pytest.approx(expected, abs=0.02)


PROBABILITIES = {
    "binary": ("binary_crossentropy", 2, theirs.log_loss),
    "rows": (metrics.CategoricalCrossentropy, 2, theirs.log_loss),
    "integers": (metrics.SparseCategoricalCrossentropy(), 3, theirs.log_loss),
    "one-hot": (keras.losses.CategoricalCrossentropy(), 3, theirs.log_loss),
    "function": (keras.losses.categorical_crossentropy, 3, theirs.log_loss),
    "divergence": (metrics.KLDivergence, 2, theirs.log_loss),
    "wrapped": (
        metrics.MeanMetricWrapper(keras.losses.binary_crossentropy, "own"),
        2,
        theirs.log_loss,
    ),
    "squares": ("mse", 2, theirs.brier_score_loss),
    "ours": (hk.BrierScore(name="own"), 2, theirs.brier_score_loss),
}


@pytest.mark.parametrize("case", PROBABILITIES)
def test_what_judges_probabilities_is_measured_on_calibrated_ones(case):
    given, classes, expected = PROBABILITIES[case]
    measure = only({"own": given}, classes)
    y, p = (TWO, P) if classes == 2 else (THREE, SHARES)
    shown = p[:, 0] if classes == 2 else p
    assert value(measure, y, p) == pytest.approx(expected(y, shown), rel=1e-4)
    assert measure.calibrated
    assert measure.kind == "loss"


def drawn(classes):
    def recipe(seed):
        stream = np.random.default_rng(seed)
        x = stream.normal(size=(150, 3))
        score = 2 * x[:, 0] + stream.normal(size=150)
        cuts = np.quantile(score, np.linspace(0, 1, classes + 1)[1:-1])
        return stratified(x, np.digitize(score, cuts), seed)

    return data.Dataset("drawn", recipe, classes=classes)


@pytest.mark.slow
@pytest.mark.parametrize("path", ["fit", "auto"])
@pytest.mark.parametrize(("classes", "cases"), [(2, BINARY), (3, SEVERAL)])
def test_both_ways_to_train_measure_it(path, classes, cases):
    given = {name: make for name, (make, _) in cases.items()}
    loss = hk.Hinge() if classes == 2 else hk.CrammerSinger()
    grid = Experiment(
        datasets=[drawn(classes)],
        models=[models.MLP((8,))],
        arms={"loss": loss},
        axes={"learning_rate": (0.1,)},
        seeds=range(2),
        epochs=2,
        measures=rulers.measures(given, classes),
        keep_scores=("test",),
    )
    blocks = training.train(grid, grid.trials(), path=path)
    records = {trial: record for block in blocks for trial, record in block}
    first = records[grid.trials()[0]]
    y = grid.datasets[0].load(0)["test"][1].astype(int)
    for name, (_, expected) in cases.items():
        found = first.values[f"test_{name}"]
        assert found == pytest.approx(expected(y, first.scores["test"]), abs=0.05), name
        assert len(first.curve[f"train_{name}"]) == 2


# As it is given


def high(y_true, y_pred):
    return y_pred[..., 0] > 1


class Named(metrics.Metric):
    """The share of scores above a bound."""

    def __init__(self, bound=0.0, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.bound = bound
        self.count = self.add_variable((2,), "zeros")
        self._direction = "up"

    def update_state(self, y_true, y_pred, sample_weight=None):
        above = keras.ops.cast(y_pred > self.bound, "float32")
        both = [keras.ops.sum(above), keras.ops.sum(keras.ops.ones_like(above))]
        self.count.assign_add(keras.ops.stack(both))

    def result(self):
        return self.count[0] / self.count[1]


class Saved(Named):
    def get_config(self):
        return {**super().get_config(), "bound": self.bound}


@pytest.mark.parametrize(
    "given",
    [
        metrics.Recall(thresholds=0.5),
        metrics.Recall,
        lambda: metrics.Recall(),
        functools.partial(metrics.Recall, thresholds=0.5),
        "Recall",
        "recall",
        hk.Recall(),
        hk.Recall,
        Measure("recall", hk.Recall),
    ],
)
def test_a_metric_is_given_as_one_likes(given):
    expected = theirs.recall_score(TWO, SCORES[:, 0] > 0)
    for metric in (given, [given], {"mine": given}):
        assert value(only(metric), TWO, SCORES) == pytest.approx(expected)
    assert only({"mine": given}).name == "mine"
    assert only([given]).name == "recall"


def test_a_name_is_ours_where_ours_measures_so_many_classes():
    assert isinstance(only("recall").make(), hk.Recall)
    assert isinstance(only("recall", 3).make().metric, metrics.Recall)
    assert isinstance(only("macro_top_k_accuracy", 3).make(), hk.MacroTopKAccuracy)


def test_a_users_own_metric_keeps_its_arguments_and_its_state():
    metric = Saved(0.5)
    measure = only(metric)
    expected = (SCORES > 0.5).mean()
    assert value(measure, TWO, SCORES) == pytest.approx(expected)
    assert value(measure, TWO, SCORES) == pytest.approx(expected)
    np.testing.assert_array_equal(metric.count, [0, 0])
    assert value(only({"own": lambda: Named(0.5)}), TWO, SCORES) == pytest.approx(
        expected
    )


def test_labels_of_two_classes_are_a_column_beside_the_scores():
    def wrong(y_true, y_pred):
        return keras.ops.cast((y_pred > 0) != (y_true > 0), "float32")

    def make():
        metric = metrics.MeanMetricWrapper(wrong)
        metric._direction = "down"
        return metric

    expected = 1 - theirs.accuracy_score(TWO, SCORES[:, 0] > 0)
    assert value(only({"wrong": make}), TWO, SCORES) == pytest.approx(expected)


def test_names_are_without_the_numbers_that_keras_counts_with():
    metrics.AUC()
    assert only(metrics.AUC()).name == "auc"
    assert only(metrics.AUC(name="auc_2")).name == "auc"
    assert only(metrics.AUC(name="mine_2")).name == "mine_2"


def test_a_metric_named_like_a_usual_one_replaces_it():
    found = rulers.measures({"accuracy": metrics.Recall}, 2)
    assert [each.name for each in found].count("accuracy") == 1
    assert found[0].name == "accuracy"
    expected = theirs.recall_score(TWO, SCORES[:, 0] > 0)
    assert value(found[0], TWO, SCORES) == pytest.approx(expected)
    assert rulers.measures(["accuracy", "brier_score"], 2) == rulers.measures(None, 2)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (metrics.AUC, "share"),
        (metrics.Hinge, "loss"),
        (metrics.CosineSimilarity, "share"),
        (keras.losses.CosineSimilarity(), "loss"),
        (hk.MarginViolations, "loss"),
        (hk.RankingAccuracy, "share"),
        ("huber", "loss"),
        (Measure("own", hk.MeanMargin, kind="count"), "count"),
    ],
)
def test_which_side_is_better_is_known(given, kind):
    assert only(given).kind == kind


def test_what_measures_alike_is_known_by_the_same_digest():
    def found():
        return rulers.measures(
            [metrics.AUC(), hk.Recall(0.5), "log_cosh_error"], 2, 0.1
        )

    assert identity.digest(found()) == identity.digest(found())


def test_a_translated_metric_can_be_made_from_its_config():
    metric = only(metrics.Recall(thresholds=0.7), 2, 0.1).make()
    again = type(metric).from_config(metric.get_config())
    for each in (metric, again):
        each.update_state(TWO, SCORES)
    assert float(metric.result()) == float(again.result())
    metric.reset_state()
    assert float(metric.result()) == 0


@pytest.mark.parametrize(
    ("given", "classes", "message"),
    [
        (3, 2, "metrics has 3, which makes no metric (it is int)"),
        ("foo", 2, "metrics has 'foo', which makes no metric"),
        (lambda: 3, 2, "which makes no metric (it makes int)"),
        (lambda: 1 / 0, 2, "which makes no metric (division by zero)"),
        (metrics.PrecisionAtRecall, 2, "which makes no metric"),
        (Named(0.5), 2, "which makes no metric (its get_config lacks bound)"),
        (
            metrics.TruePositives(),
            2,
            "metrics has 'true_positives' of which it is not known whether more is "
            "better; accepted is lab.Measure('true_positives', make, kind='share' or "
            "'loss').",
        ),
        (high, 2, "metrics has 'high' of which it is not known"),
        (metrics.F1Score(), 3, "has 'f1_score', whose result has shape (3,)"),
        (hk.ConfusionMatrix(2), 2, "whose result has shape (2, 2)"),
        (hk.RankingAccuracy(), 3, "which cannot measure 3 classes"),
        (Measure("own", hk.RankingAccuracy), 3, "'own', which cannot measure 3"),
        ([metrics.AUC(), metrics.AUC(curve="PR")], 2, "metrics has 2 named 'auc'"),
    ],
)
def test_what_measures_nothing_is_refused_in_a_sentence(given, classes, message):
    with pytest.raises(ValueError, match="accepted") as caught:
        rulers.measures(given, classes)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
