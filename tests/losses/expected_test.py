"""The mean of the k-th largest noised score, and its slopes, against plain loops."""

import math

import numpy as np
import pytest
from keras import ops

from hinge_keras import check
from hinge_keras.losses.expected import expected_kth
from hinge_keras.losses.polynomials import log_ratio

random = np.random.default_rng(0)
normal = np.vectorize(lambda z: 0.5 * math.erfc(-z / math.sqrt(2)))


def slow(*case):
    """A case among the slow tests: JAX compiles every operation for its shape."""
    return pytest.param(*case, marks=pytest.mark.slow)


def counts(p, k):
    """`P(0)` to `P(k - 1)` of how many of independent draws succeed, by node."""
    found = np.eye(1, k).repeat(len(p), axis=0)
    for column in p.T[..., None]:
        more = np.pad(found, [(0, 0), (1, 0)])[:, :k]
        found = (1 - column) * found + column * more
    return found


def by_loops(s, k):
    """The mean and its slopes on a fine grid."""
    t = np.linspace(np.sort(s)[-k] - 12, np.sort(s)[-k] + 12, 1000)
    step, p = t[1] - t[0], normal(s - t[:, None])
    few = counts(p, k).sum(axis=1)
    density = np.exp(-0.5 * (s - t[:, None]) ** 2) / math.sqrt(2 * math.pi)
    slopes = [
        step * density[:, i] @ counts(np.delete(p, i, axis=1), k)[:, -1]
        for i in range(len(s))
    ]
    return t[0] + step * ((1 - few).sum() - 0.5), slopes


@pytest.mark.parametrize(
    ("classes", "k", "scale"),
    [
        (2, 2, 0),
        (2, 1, 1),
        (9, 3, 1),
        (40, 6, 5),
        (30, 12, 1),
        slow(25, 4, 0.3),
        slow(40, 6, 0),
        slow(40, 10, 0.2),
        slow(60, 2, 20),
    ],
)
def test_mean_and_slopes_are_those_of_plain_loops(classes, k, scale):
    rows = scale * random.normal(size=(3, classes))
    rows[0, 0] = rows[0].max()  # The best two tie.
    mean, slopes = map(np.array, zip(*(by_loops(s, k) for s in rows), strict=True))

    def total(x):
        return ops.sum(expected_kth(x, k))

    with check.double_precision():
        found = ops.convert_to_numpy(expected_kth(check.tensor(rows), k))
        of_double = check.gradient(total, rows)
    np.testing.assert_allclose(found, mean, 1e-6, 1e-6)
    np.testing.assert_allclose(of_double, slopes, 1e-4, 3e-6)
    of_single = check.gradient(total, rows.astype("float32"))
    np.testing.assert_allclose(of_single, slopes, 1e-3, 1e-5)
    np.testing.assert_allclose(of_single.sum(axis=-1), 1, 1e-4)


@pytest.mark.parametrize(
    ("classes", "k"),
    [(4, 2), (30, 1), (90, 10), slow(30, 5), slow(300, 5)],
)
@pytest.mark.parametrize("scale", [0.0, 1.0, 30.0])
def test_power_sums_keep_the_digits_of_single_precision(classes, k, scale):
    rows = np.round(scale * random.normal(size=(20, classes)), 1)  # With ties.
    rows[:, 3] = -np.inf

    def total(x):
        return ops.sum(log_ratio(x, k))

    with check.double_precision():
        exact = check.gradient(total, rows)
    assert np.isfinite(exact).all()
    single = check.gradient(total, rows.astype("float32"))
    np.testing.assert_allclose(single, exact, atol=3e-6)
    np.testing.assert_allclose(exact.sum(axis=-1), 1, 1e-9)
