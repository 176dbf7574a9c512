"""None of the nine defects of Keras' own hinge losses and metrics is here.

Each test names the defect and the issue where users met it. The numbers beside
the calls are what Keras 3.15.1 gives.
"""

import keras
import numpy as np
import pytest
from keras import ops

import hinge_keras as hk
from hinge_keras import check
from hinge_keras.configured import arguments

A = np.array


def number(value):
    return ops.convert_to_numpy(value)


def test_1_categorical_hinge_is_crammer_singer():
    """keras #8083: the true class must not have to reach 1 by itself."""
    label = A([[0, 1, 0.0]])
    assert number(hk.CrammerSinger()(label, A([[-5.0, -3, -4]]))) == 0  # Keras: 4
    assert number(hk.CrammerSinger()(label, A([[5.0, 7, 6]]))) == 0
    scores = A([[0.3, -2.0, -3.0]])
    assert number(hk.CrammerSinger()(A([0]), scores)) == 0  # Keras: 0.7


def test_2_one_hot_labels_of_either_sign_agree():
    """The docstring of keras.losses.categorical_hinge allows both encodings."""
    for label in (A([[0, 1, 0.0]]), A([[-1, 1, -1.0]])):
        value = number(hk.CrammerSinger()(label, A([[0.1, 0.9, 0.2]])))
        np.testing.assert_allclose(value, 0.3, rtol=1e-6)  # Keras: 0.3 and 0.8


def test_3_the_encoding_is_never_guessed_from_the_batch():
    """keras #15665: the documented example could not be reproduced."""
    loss = hk.Hinge(reduction=None)
    scores = A([[0.5], [0.5]])
    np.testing.assert_allclose(number(loss(A([[0.0], [1.0]]), scores)), [1.5, 0.5])
    np.testing.assert_allclose(number(loss(A([[0.0], [-1.0]]), scores)), [1.5, 1.5])


def test_3_soft_labels_are_refused_or_asked_for():
    """Keras reads 0.05 / 0.95 as margins and gives [1.1, 0]."""
    labels, scores = A([[0.05], [0.95]]), A([[-2.0], [2.0]])
    with pytest.raises(ValueError, match=r"0\.05.*soft_labels=True"):
        hk.Hinge()(labels, scores)
    soft = number(hk.Hinge(soft_labels=True, reduction=None)(labels, scores))
    np.testing.assert_allclose(soft, [0.05 * 3, 0.05 * 3], rtol=1e-5)


def test_4_rank_1_input_takes_sample_weight():
    """The mean over the last axis collapsed the batch: Keras gives 0.375."""
    y, f = A([1.0, -1, 1, -1]), A([2.0, 2, 2, 2])
    weight = A([0.0, 1, 0, 0])
    for labels, scores in ((y, f), (y[:, None], f[:, None])):
        loss = hk.Hinge()(labels, scores, sample_weight=weight)
        np.testing.assert_allclose(number(loss), 0.75)
        metric = hk.LossMetric(hk.Hinge())
        metric.update_state(labels, scores, sample_weight=weight)
        np.testing.assert_allclose(number(metric.result()), 3.0)


def test_5_no_config_loses_an_argument(every_loss):
    """keras-core #930: every Keras loss loses its dtype."""
    config = every_loss.get_config()
    config |= {"dtype": "float64", "name": "renamed", "reduction": "sum"}
    revived = keras.losses.deserialize(
        keras.losses.serialize(type(every_loss).from_config(config))
    )
    assert set(arguments(type(revived))) == set(revived.get_config())
    assert revived.get_config() == config
    assert revived.dtype == "float64"


def test_6_accuracy_reads_the_sign():
    """keras #3372, tensorflow #41413: 'accuracy' never finds a -1 label right."""
    y, f = A([[1.0], [-1], [1], [-1]]), A([[2.0], [-2], [3], [-0.1]])
    model = keras.Sequential([keras.Input((1,)), keras.layers.Activation("linear")])
    model.compile(loss=hk.Hinge(), metrics=[hk.SignAccuracy()])
    found = model.evaluate(f, y, verbose=0, return_dict=True)
    assert found["sign_accuracy"] == 1.0  # 'accuracy' says 0.5


def test_7_metrics_take_margins_and_either_encoding():
    """keras #15715, tensorflow #37103, #42182: scores squashed, -1 misread."""
    f = A([-3.0, 2, -1, 0.5])
    for y in (A([-1, 1, 1, -1]), A([0, 1, 1, 0])):
        np.testing.assert_allclose(number(hk.SignAccuracy()(y, f)), 0.5)
        np.testing.assert_allclose(number(hk.MeanMargin()(y, f)), 0.875)


def test_8_class_weights_work_with_zero_one_labels():
    """keras #23073: class_weight={-1: .., 1: ..} crashes or is silently 1."""
    x, y = np.ones((8, 2), "float32"), np.arange(8) % 2
    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="zeros")]
    )
    model.compile(keras.optimizers.SGD(0.0), loss=hk.Hinge())
    history = model.fit(x, y, class_weight={0: 1.0, 1: 5.0}, verbose=0)
    np.testing.assert_allclose(history.history["loss"], [3.0])


def test_9_the_gradient_at_the_kink_is_zero():
    """Keras gives -1 on TensorFlow and -0.5 on JAX."""
    for loss in (hk.Hinge(), hk.SquaredHinge(), hk.Hinge(0.5, 2)):
        kink = A([[loss.margin], [-loss.margin]])
        found = check.slopes(loss, A([[1], [0]]), kink)
        np.testing.assert_array_equal(found, 0)


def test_9_gradient_rows_of_tied_scores_sum_to_zero():
    """Keras gives [.33, -1, .33] at all-zero scores."""
    found = check.slopes(hk.CrammerSinger(), A([1]), np.zeros((1, 3)))
    np.testing.assert_allclose(found.sum(), 0, atol=1e-7)
    assert found[0, 1] == -1


def test_9_half_precision_does_not_overflow():
    """Keras' squared hinge at -300 in float16 is inf."""
    loss = hk.SquaredHinge(dtype="float16")
    np.testing.assert_allclose(number(loss(A([[1.0]]), A([[-300.0]]))), 301.0**2)


def test_integer_labels_above_256_survive_low_precision():
    """bfloat16 rounds class 257 to 256 before Keras' losses see it."""
    scores = np.zeros((1, 300), "float32")
    scores[0, 257] = 5
    for dtype in ("bfloat16", "float16"):
        assert number(hk.CrammerSinger(dtype=dtype)(A([257]), scores)) == 0
