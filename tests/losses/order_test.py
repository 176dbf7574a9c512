"""The k-th largest, by sorting or by counting bits, is that of a sorted array."""

import keras
import numpy as np
import pytest
from keras import ops

import hinge_keras as hk
from hinge_keras import check
from hinge_keras.losses.order import (
    best_by_maxima,
    best_of,
    first_that_is,
    kth_by_counting,
    kth_by_maxima,
    kth_largest,
)

ROWS = np.random.default_rng(0).normal(size=(20, 3, 50))
ROWS[0] = np.round(ROWS[0])  # Ties, and zeros of both signs.
ROWS[1] *= 1e30
ROWS[2, :, ::2] = -np.inf


def by_maxima(x, k):
    return first_that_is(x, kth_by_maxima(x, k))


def by_counting(x, k):
    return first_that_is(x, kth_by_counting(x, k))


KTH = [kth_largest, by_maxima, by_counting]


@pytest.mark.parametrize("way", KTH)
@pytest.mark.parametrize("k", [1, 2, 7, 25])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_is_that_of_a_sorted_array(way, k, dtype):
    rows = ROWS.astype(dtype)
    expected = np.sort(rows, axis=-1)[..., -k]
    with check.double_precision():
        found = way(ops.convert_to_tensor(rows, dtype), k)
        np.testing.assert_array_equal(ops.convert_to_numpy(found), expected)


@pytest.mark.parametrize("way", [best_of, best_by_maxima])
@pytest.mark.parametrize("count", [1, 4, 20])
def test_the_best_are_those_of_a_sorted_array(way, count):
    with check.double_precision():
        values, taken = way(ops.convert_to_tensor(ROWS), count)
    values, taken = map(ops.convert_to_numpy, (values, taken))
    np.testing.assert_array_equal(values, np.sort(ROWS)[..., : -count - 1 : -1])
    np.testing.assert_array_equal(taken.sum(axis=-1), count)
    left = np.where(taken, -np.inf, ROWS).max(axis=-1)
    np.testing.assert_array_equal(np.where(taken, ROWS, np.inf).min(-1) >= left, True)


@pytest.mark.parametrize("way", KTH)
def test_of_ties_one_has_all_of_the_gradient(way):
    rows = np.array([[1.0, 3.0, 3.0, 0.0, 3.0, 5.0]])
    for k in (2, 3, 4):
        slopes = check.gradient(lambda x, k=k: ops.sum(way(x, k)), rows)
        assert sorted(slopes[0]) == [0, 0, 0, 0, 0, 1]
        assert slopes[0, [1, 2, 4]].sum() == 1


@pytest.mark.parametrize("way", KTH)
def test_its_gradient_goes_to_the_element(way):
    with check.double_precision():
        found = check.gradient(lambda x: ops.sum(way(x, 4)), ROWS[3:])
    chosen = ROWS[3:] == np.sort(ROWS[3:], axis=-1)[..., -4:-3]
    np.testing.assert_array_equal(found, chosen)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="of TensorFlow")
@pytest.mark.parametrize("stacked", [False, True])
@pytest.mark.parametrize("xla", [False, True])
def test_only_xla_does_without_a_sort(xla, stacked):
    import tensorflow as tf

    def function(rows):
        return kth_largest(rows, 3)

    mapped = (lambda rows: tf.vectorized_map(function, rows)) if stacked else function
    compiled = tf.function(mapped, jit_compile=xla, autograph=False)
    rows = tf.constant(ROWS[3:])
    operations = compiled.get_concrete_function(rows).graph.get_operations()
    assert any(o.type == "TopKV2" for o in operations) != xla
    expected = np.sort(ROWS[3:], axis=-1)[..., -3]
    np.testing.assert_array_equal(compiled(rows), expected)


def test_it_trains_under_xla_with_a_last_batch_of_another_size():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(6)])
    model.compile("sgd", hk.NoisedTopK(2), jit_compile=True)
    x = np.random.default_rng(0).normal(size=(20, 4)).astype("float32")
    history = model.fit(x, np.arange(20) % 6, batch_size=8, epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
