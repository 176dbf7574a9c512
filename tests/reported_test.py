"""Faults that users of this and of other libraries met, each the right value now.

Each stands for a kind, which another test covers whole; its docstring names it.
"""

import collections
import json
import math
import pickle

import keras
import numpy as np
import pytest
from keras import ops
from sklearn import metrics as reference

import hinge_keras as hk

random = np.random.default_rng(0)
BACKEND = keras.backend.backend()


def number(value):
    return float(ops.convert_to_numpy(value))


def test_fractional_weights_are_not_cut():
    """1. The weight took the dtype of the cell: weighting_test, every metric."""
    y, f, w = (
        random.integers(0, 2, 200),
        random.normal(size=200),
        random.uniform(size=200),
    )
    found = number(hk.RankingAccuracy()(y, f, w))
    wanted = reference.roc_auc_score(y, f, sample_weight=w)
    np.testing.assert_allclose(found, wanted, atol=1e-3)
    found = number(hk.BalancedAccuracy()(y, f, w))
    wanted = reference.balanced_accuracy_score(y, f > 0, sample_weight=w)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_weights_of_lower_rank_spread_over_outputs():
    """2. One broadcasting rule: weighting_test, weights of every rank."""
    y, f, w = (
        random.integers(0, 2, (24, 2)),
        random.normal(size=(24, 2)),
        random.uniform(size=24),
    )
    wanted = reference.roc_auc_score(
        y.ravel(), f.ravel(), sample_weight=np.repeat(w, 2)
    )
    for weight in (w, w[:, None], np.stack([w, w], 1)):
        found = number(hk.RankingAccuracy()(y, f, weight))
        np.testing.assert_allclose(found, wanted, atol=1e-3)
        each = np.maximum(0, 1 - (2 * y - 1) * f).mean(1)
        found = number(hk.Hinge(ignore_label=-9)(y, f, weight))
        np.testing.assert_allclose(found, (w * each).mean(), rtol=1e-5)


def test_padded_steps_count_for_nothing_in_any_metric():
    """3. Tallies ignored the Keras mask: weighting_test, masks in every metric."""
    inputs = keras.Input((None, 3))
    model = keras.Model(inputs, keras.layers.Masking(-9.0)(inputs))
    metrics = [hk.MacroTopKAccuracy(3, k=1), hk.ScoreAccuracy(), hk.MeanIoU(3)]
    model.compile(loss=hk.CrossEntropy(), metrics=metrics)
    x, y = (
        random.normal(size=(8, 5, 3)).astype("float32"),
        random.integers(0, 3, (8, 5)),
    )
    there = np.arange(5) < random.integers(1, 5, (8, 1))
    x[~there], y[~there] = -9.0, 77  # A label that is none, where nothing is.
    found = model.evaluate(x, y, verbose=0, batch_size=3, return_dict=True)
    best, label = x.argmax(-1)[there], y[there]
    wanted = np.mean([(best == c)[label == c].mean() for c in np.unique(label)])
    np.testing.assert_allclose(found["macro_top_k_accuracy"], wanted, rtol=1e-5)
    np.testing.assert_allclose(
        found["score_accuracy"], (best == label).mean(), rtol=1e-5
    )
    wanted = reference.jaccard_score(label, best, average="macro")
    np.testing.assert_allclose(found["mean_io_u"], wanted, rtol=1e-5)


@pytest.fixture(params=["float64", "float32", "float16"])
def floatx(request):
    before = keras.config.floatx()
    keras.config.set_floatx(request.param)
    yield request.param
    keras.config.set_floatx(before)


def test_double_precision_under_every_floatx(floatx, every_metric):
    """4. Constants took floatx in place of the dtype at hand."""
    y, f = random.integers(0, 2, 24), random.uniform(size=24)
    if isinstance(every_metric, hk.metrics.tallies.ClassTally):
        y, f = y, random.dirichlet([1, 1, 1], 24)
    config = {**every_metric.get_config(), "dtype": None}
    found = type(every_metric).from_config(config)(y, f.astype("float64"))
    config["dtype"] = "float64"
    wanted = type(every_metric).from_config(config)(y, f.astype("float64"))
    found, wanted = ops.convert_to_numpy(found), ops.convert_to_numpy(wanted)
    np.testing.assert_allclose(found, wanted, rtol=2e-3)


def test_the_value_of_nothing_is_nan(every_metric):
    """5. `MarginQuantile` before data was -4095; so may no metric say a number."""
    if type(every_metric) is hk.ConfusionMatrix:
        return  # Counts of nothing are 0.
    assert math.isnan(number(every_metric.result()))


@pytest.mark.parametrize(
    ("metric", "label"),
    [
        (hk.RankingAccuracy(), 1),
        (hk.RankingAccuracy(), 0),
        (hk.AveragePrecision(), 0),
        (hk.Recall(), 0),
    ],
)
def test_what_one_class_leaves_undefined_is_nan(metric, label):
    """5. `RankingAccuracy` with one class was 0."""
    assert math.isnan(number(metric(np.full(6, label), np.linspace(-1, 1, 6))))


def test_the_class_of_a_number_is_its_key():
    """6. A dictionary became its keys, or its values in the order of text."""
    counts = {1: 50, 2: 5, 0: 500}
    assert hk.LDAM(counts).class_counts == [500, 50, 5]
    labels = [0] * 7 + [1] * 2 + [2]
    counter = collections.Counter(labels)
    assert hk.LogitAdjusted(counter).class_counts == [7, 2, 1]
    assert hk.BalancedSoftmax(np.bincount(labels)).class_counts == [7, 2, 1]
    through_json = json.loads(json.dumps({str(c): float(c) for c in range(11)}))
    loss = hk.CrammerSinger(class_weight=dict(sorted(through_json.items())))
    scores = np.eye(11)[[0]]
    assert number(loss([10], scores)) == 20.0
    assert hk.Hinge(class_weight={1: 5.0, -1: 2.0}).class_weight == [2.0, 5.0]
    assert hk.Hinge(class_weight={1: 5.0, 0: 2.0}).class_weight == [2.0, 5.0]


@pytest.mark.parametrize(
    "make",
    [
        lambda: hk.CrammerSinger(class_weight={1: 1.0, 2: 5.0, 3: 9.0}),
        lambda: hk.LDAM({"cat": 5, "dog": 7}),
        lambda: hk.LDAM({0: 5, 2: 7}),
        lambda: hk.Hinge(class_weight={0: 1.0, 1: 2.0, 2: 3.0}),
        lambda: hk.Hinge(class_weight="balanced"),
        lambda: hk.LDAM("balanced"),
        lambda: hk.LogitAdjusted(7),
        lambda: hk.CrossEntropy(class_weight=[1.0, -1.0]),
        lambda: hk.CrossEntropy(class_weight=[1.0, None]),
    ],
)
def test_numbers_that_are_not_one_a_class_are_refused(make):
    """6. The sentence says what is accepted."""
    with pytest.raises(ValueError, match="accepted"):
        make()


def test_balanced_means_something_beside_class_counts():
    loss = hk.LogitAdjusted([6, 3, 3], class_weight="balanced")
    np.testing.assert_allclose(loss.class_weight, [4 / 6, 4 / 3, 4 / 3])
    assert type(loss).from_config(loss.get_config()).class_weight == loss.class_weight


def test_a_users_class_of_our_name_replaces_nothing():
    """7. A class statement filled the registry that `CrammerSinger()` asked."""

    class Hinge(hk.Hinge):
        def phi(self, m):
            return 0 * m

    assert number(hk.CrammerSinger()([0], [[0.0, 5.0]])) == 6.0
    assert type(hk.losses.get("hinge")) is hk.Hinge
    with pytest.raises(ValueError, match="accepted is a name that is free"):
        hk.losses.register(Hinge)
    saved = keras.losses.serialize(hk.Hinge(2.0))
    assert type(keras.losses.deserialize(saved)) is hk.Hinge


def test_a_users_class_joins_by_name_when_asked_to():
    @hk.losses.register
    class Quadrupled(hk.Hinge):
        def phi(self, m):
            return 4 * super().phi(m)

    try:
        assert type(hk.losses.get("quadrupled", margin=2.0)) is Quadrupled
        assert "quadrupled" in hk.losses.names()
        assert number(hk.LossMetric("quadrupled")([1], [0.0])) == 4.0
    finally:
        del hk.losses.LOSSES.classes["quadrupled"]


@pytest.mark.skipif(BACKEND != "tensorflow", reason="only TensorFlow has such shapes")
def test_an_unknown_last_axis_trains():
    """8. Shapes `(None, None)`, as batches of any length have them."""
    import tensorflow as tf

    y, f = [[1, 0], [1, 1]], [[0.5, 0.25], [2.0, -1.0]]
    anything = tf.TensorSpec((None, None), "float32")
    for loss in (
        hk.Hinge(),
        hk.LossMetric(hk.Hinge()),
        hk.SquaredHinge(ignore_label=9),
    ):
        run = tf.function(lambda y, f, loss=loss: loss(y, f), [anything, anything])
        found = number(run(tf.constant(y, "float32"), tf.constant(f)))
        np.testing.assert_allclose(found, number(loss(np.array(y), np.array(f))), 1e-6)
    np.testing.assert_allclose(number(hk.Hinge()(np.array(y), np.array(f))), 0.9375)
    for thing in (hk.CrammerSinger(), hk.CrossEntropy(), hk.ScoreAccuracy()):
        run = tf.function(
            lambda y, f, thing=thing: thing(y, f),
            [tf.TensorSpec((None,), "int32"), anything],
        )
        found = number(run(tf.constant([1, 0]), tf.constant(f)))
        np.testing.assert_allclose(
            found, number(thing(np.array([1, 0]), np.array(f))), 1e-6
        )


def test_one_label_and_one_score_alone():
    """9. Scalars, and what `vmap` makes of rows of them."""
    assert number(hk.Hinge()(1, 0.5)) == 0.5
    assert number(hk.Hinge()(0, 0.5)) == 1.5
    assert number(hk.SignAccuracy()(1, 0.5)) == 1.0
    assert number(hk.CrammerSinger()(1, [0.0, 2.0, 1.5])) == 0.5
    if BACKEND == "jax":
        import jax

        loss = hk.Hinge()
        found = jax.vmap(lambda y, f: loss(y, f))(
            np.array([1, -1]), np.array([0.5, 0.25])
        )
        np.testing.assert_allclose(found, [0.5, 1.25])
        found = jax.vmap(hk.CrammerSinger())(
            np.array([1, 0]), np.array([[0, 2.0], [3.0, 1]])
        )
        np.testing.assert_allclose(found, [0, 0])


@pytest.mark.parametrize(
    ("loss", "wrong", "outputs"),
    [
        (hk.CrammerSinger(), np.arange(12) % 3 + 1, 3),
        (hk.CrossEntropy(), np.tile([0.5, 0.5, 0.0], (12, 1)), 3),
        (hk.Hinge(), np.where(np.arange(12) % 2, 0.95, 0.05), 1),
    ],
)
def test_wrong_labels_in_fit_are_named(loss, wrong, outputs):
    """10. A compiled `fit` said `loss: nan` and no more."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(outputs)])
    model.compile("sgd", loss, jit_compile=BACKEND == "jax")
    x = random.normal(size=(12, 2)).astype("float32")
    says = "y_true contains.*accepted are labels that are"
    if BACKEND == "jax":
        with pytest.warns(UserWarning, match=says):
            found = model.fit(x, wrong, verbose=0).history["loss"]
        assert math.isnan(found[0])
    else:
        import re

        with pytest.raises(Exception, match=re.compile(says, re.DOTALL)):
            model.fit(x, wrong, verbose=0)


def test_a_missing_label_may_be_nan():
    """11. `ignore_label=nan` was taken and never matched: weighting_test."""
    loss = hk.Hinge(ignore_label=math.nan)
    found = number(loss(np.array([1.0, np.nan, 0.0]), np.array([0.5, 7.0, -0.25])))
    np.testing.assert_allclose(found, 0.625)
    for wrong in ("none", [1]):
        with pytest.raises(ValueError, match=r"ignore_label is .*accepted is a number"):
            hk.Hinge(ignore_label=wrong)


class Forgetful(hk.Hinge):
    def __init__(self, steepness, **options):
        super().__init__(**options)


class Nameless(hk.Hinge):
    def __init__(self, *numbers):
        super().__init__(*numbers)


class Passing(hk.Hinge):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)


class Settled(hk.Hinge):
    def __init__(self, steepness=1.0, **options):
        super().__init__(margin=2.0, **options)
        self.steepness = steepness


def test_an_argument_that_is_not_kept_is_named():
    """12. Saving said AttributeError."""
    with pytest.raises(ValueError, match=r"self\.steepness = steepness"):
        Forgetful(2.0).get_config()
    assert "not kept" in repr(Forgetful(2.0))
    with pytest.raises(ValueError, match=r"Nameless takes \*numbers; accepted"):
        Nameless(2.0).get_config()


@pytest.mark.parametrize(
    "loss", [Passing(0.5, 2, class_weight=[1, 2]), Settled(steepness=3.0), Settled()]
)
def test_a_users_subclass_is_saved_with_what_it_was_given(loss):
    """12. Its bases' arguments that it settles itself are not asked for again."""
    for revived in (
        keras.losses.deserialize(keras.losses.serialize(loss)),
        pickle.loads(pickle.dumps(loss)),
    ):
        assert repr(revived) == repr(loss)
        assert number(revived([1, 0], [0.1, 0.3])) == number(loss([1, 0], [0.1, 0.3]))


def test_a_class_taken_out_by_minus_infinity(every_multiclass):
    """13. -inf scores made NaN or infinity of two losses."""
    loss = every_multiclass
    scores = random.normal(size=(6, 5)).astype("float32")
    scores[:, 3] = -np.inf
    labels = np.array([0, 1, 2, 4, 0, 1])
    found = ops.convert_to_numpy(loss.call(labels, scores))
    assert np.isfinite(found).all()
    assert np.isfinite(hk.check.slopes(loss, labels, scores)).all()


def test_sparse_and_ragged_arrays_are_refused():
    """13. In one sentence, in place of a backend's message."""
    from scipy import sparse

    given = [sparse.csr_matrix(np.eye(3))]
    if BACKEND == "tensorflow":
        import tensorflow as tf

        given += [tf.sparse.from_dense(np.eye(3)), tf.ragged.constant([[1], [0, 1]])]
    for array in given:
        with pytest.raises(ValueError, match="accepted is a dense array"):
            hk.Hinge()(array, np.zeros((3, 3), "float32"))
        with pytest.raises(ValueError, match="accepted is a dense array"):
            hk.SignAccuracy()(array, np.zeros((3, 3), "float32"))


def test_soft_labels_of_several_classes():
    """Mixup and distillation: weighting_test, soft labels of every loss."""
    loss = hk.CrossEntropy(soft_labels=True)
    found = number(loss(np.array([[0.7, 0.3, 0.0]]), np.array([[1.0, 0.0, -1.0]])))
    np.testing.assert_allclose(found, 0.7076059644443804, rtol=1e-6)
    hard = hk.CrossEntropy(soft_labels=True)(
        np.array([2]), np.array([[1.0, 0.0, -1.0]])
    )
    np.testing.assert_allclose(
        number(hard), number(hk.CrossEntropy()(np.array([2]), np.array([[1.0, 0, -1]])))
    )
    metric = hk.ScoreAccuracy(soft_labels=True)
    found = number(metric(np.array([[0.7, 0.3, 0.0]]), np.array([[1.0, 0.0, -1.0]])))
    np.testing.assert_allclose(found, 0.7, rtol=1e-6)


@pytest.mark.parametrize("row", [[0.2, 0.3, 0.0], [0.7, 0.7, 0.0], [1.2, -0.2, 0.0]])
def test_rows_that_are_no_probabilities_are_refused(row):
    for thing in (hk.CrossEntropy(soft_labels=True), hk.TopKAccuracy(soft_labels=True)):
        with pytest.raises(ValueError, match="probabilities that add up to 1"):
            thing(np.array([row]), np.zeros((1, 3)))


@pytest.mark.parametrize("soft_by_class", ["CrossEntropy", "LogitAdjusted"])
def test_soft_values_by_class_are_those_of_each_class(soft_by_class):
    """Where a loss has a short way to all of them."""
    loss = getattr(hk, soft_by_class)
    loss = loss([5, 3, 2]) if soft_by_class == "LogitAdjusted" else loss(0.1)
    scores = ops.convert_to_tensor(random.normal(size=(4, 3)).astype("float32"))
    found = ops.convert_to_numpy(loss.by_class(scores))
    for label in range(3):
        wanted = ops.convert_to_numpy(loss.call(np.full(4, label), scores))
        np.testing.assert_allclose(found[:, label], wanted, rtol=1e-5)


def test_class_weights_normalised_as_pytorch_does():
    y, s, w = (
        np.array([0, 1, 2, 2]),
        random.normal(size=(4, 3)),
        np.array([0.2, 1.0, 3.0]),
    )
    each = np.log(np.exp(s).sum(1)) - s[np.arange(4), y]
    loss = hk.CrossEntropy(class_weight=w, normalise_class_weight=True)
    wanted = (w[y] * each).sum() / w[y].sum()
    np.testing.assert_allclose(number(loss(y, s)), wanted, rtol=1e-5)
    if BACKEND == "torch":
        import torch

        theirs = torch.nn.CrossEntropyLoss(weight=torch.tensor(w))
        wanted = float(theirs(torch.tensor(s), torch.tensor(y)))
        np.testing.assert_allclose(number(loss(y, s)), wanted, rtol=1e-5)


def test_metrics_are_found_by_name():
    assert type(hk.metrics.get("sign_accuracy")) is hk.SignAccuracy
    assert hk.metrics.get("top_k_accuracy", k=3).k == 3
    assert type(hk.metrics.get(hk.MeanMargin)) is hk.MeanMargin
    saved = keras.metrics.serialize(hk.MarginAccuracy(0.5))
    assert hk.metrics.get(saved).margin == 0.5
    with pytest.raises(ValueError, match=r"metric is 'acuracy'; accepted are .*recall"):
        hk.metrics.get("acuracy")
