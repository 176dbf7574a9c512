"""The k-th largest, by sorting or by counting bits, is that of a sorted array."""

import numpy as np
import pytest
from keras import ops

from hinge_keras import check
from hinge_keras.losses.order import kth_by_counting, kth_largest

ROWS = np.random.default_rng(0).normal(size=(20, 3, 50))
ROWS[0] = np.round(ROWS[0])  # Ties, and zeros of both signs.
ROWS[1] *= 1e30
ROWS[2, :, ::2] = -np.inf


@pytest.mark.parametrize("way", [kth_largest, kth_by_counting])
@pytest.mark.parametrize("k", [1, 2, 7, 25])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_is_that_of_a_sorted_array(way, k, dtype):
    rows = ROWS.astype(dtype)
    expected = np.sort(rows, axis=-1)[..., -k]
    with check.double_precision():
        found = way(ops.convert_to_tensor(rows, dtype), k)
        np.testing.assert_array_equal(ops.convert_to_numpy(found), expected)


@pytest.mark.parametrize("way", [kth_largest, kth_by_counting])
def test_its_gradient_goes_to_the_element(way):
    with check.double_precision():
        found = check.gradient(lambda x: ops.sum(way(x, 4)), ROWS[3:])
    chosen = ROWS[3:] == np.sort(ROWS[3:], axis=-1)[..., -4:-3]
    np.testing.assert_array_equal(found, chosen)
