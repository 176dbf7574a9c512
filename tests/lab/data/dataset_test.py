"""Every data set loads, repeats for a seed, and keeps its parts apart."""

import numpy as np
import pytest

from hinge_keras.lab import data
from hinge_keras.lab.data.dataset import resplit

DATASETS = [
    data.moons(),
    data.circles(labels=data.SIGNS),
    data.blobs(),
    data.breast_cancer(),
    data.digits(),
]
named = pytest.mark.parametrize("dataset", DATASETS, ids=lambda d: d.name)


@named
def test_it_loads_and_repeats(dataset):
    first, again, other = dataset.load(3), dataset.load(3), dataset.load(4)
    for split in ("train", "validation", "test"):
        x, y = first[split]
        assert len(x) == len(y) > 0
        assert x.dtype == np.float32
        assert len(np.unique(y)) == dataset.classes
        np.testing.assert_array_equal(x, again[split][0])
    assert not np.array_equal(first["train"][0], other["train"][0])


@named
def test_no_example_is_in_two_parts(dataset):
    parts = [x for name, (x, _) in dataset.load(0).items() if name != "mesh"]
    rows = np.concatenate(parts)
    repeats = len(rows) - len(np.unique(rows, axis=0))
    assert repeats <= 1  # Digits holds one pair of identical images.


@pytest.mark.parametrize("dataset", DATASETS[3:], ids=lambda d: d.name)
def test_a_bundled_set_is_standardised_by_its_training_part(dataset):
    splits = dataset.load(0)
    x, _ = splits["train"]
    varies = x.std(axis=0) > 0
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(x.std(axis=0)[varies], 1, atol=1e-4)
    assert abs(splits["test"][0].mean()) > 1e-6


def test_classes_keep_their_shares():
    splits = data.breast_cancer().load(1)
    shares = [y.mean() for _, y in splits.values()]
    assert np.ptp(shares) < 0.02


def test_a_fixed_state_fixes_the_points_but_not_the_seed():
    fixed = data.circles(random_state=1)
    np.testing.assert_array_equal(fixed.load(0)["test"][0], fixed.load(5)["test"][0])


def test_missing_values_are_refused():
    def recipe(seed):
        return {"train": (np.array([[1.0], [np.nan]]), np.array([0, 1]))}

    with pytest.raises(ValueError, match="dataset 'holes' has a missing or infinite"):
        data.Dataset("holes", recipe).load(0)


def test_a_balanced_test_part_has_every_class_equally_often():
    def recipe(seed):
        test = np.arange(9.0)[:, None], np.array([0] * 2 + [1] * 7)
        return {"train": (np.ones((4, 1)), np.array([0, 0, 0, 1])), "test": test}

    full = data.Dataset("uneven", recipe)
    part = data.with_balanced_test(full, 5).load(0)
    x, y = part["test"]
    assert np.bincount(y.astype(int)).tolist() == [5, 5]
    assert len(np.unique(x[y == 1])) == 5  # None twice where there are enough.
    assert set(x[y == 0].ravel()) == {0.0, 1.0}  # Each, and some again.
    np.testing.assert_array_equal(part["train"][0], full.load(0)["train"][0])
    other = data.with_balanced_test(full, 5).load(1)
    assert not np.array_equal(x[y == 1], other["test"][0][y == 1])


@pytest.mark.parametrize(
    ("examples", "shares", "tested"),
    [
        (1000, (0.6, 0.2, 0.2), 0.2),
        (1000, (500, 100, 400), 0.4),
        (10_000, (500, 100, 400), 0.04),
        (1000, (6, 2, 2), 0.002),
    ],
)
def test_splits_overlap_by_the_share_that_is_tested_on(examples, shares, tested):
    tags = resplit(examples, shares)
    assert tags["overlap"] == pytest.approx(tested / (1 - tested))


def test_overlap_of_all_examples_is_test_over_the_rest():
    assert resplit(500)["overlap"] == pytest.approx(0.2 / 0.8)
