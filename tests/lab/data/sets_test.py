"""Every data set splits without overlap, and the same way for the same seed."""

import numpy as np
import pytest

from hinge_keras.lab import data
from hinge_keras.lab.data import dataset, images, tables, texts

BUNDLED = [data.breast_cancer(), data.digits(), data.iris(), data.wine()]
GENERATED = [data.circles(), data.moons(), data.blobs()]
SMALL = [
    data.table("pima"),
    data.table("titanic"),
    data.table("ecoli"),
    data.table("spambase"),
    data.table("shuttle"),
    data.usps(sizes=(500, 100, 100)),
    data.mnist(sizes=(500, 100, 100), flat=False),
    data.fashion_mnist(sizes=(5000, 100, 100), tail=10),
    data.gtsrb(sizes=(2000, 500, 500)),
    data.omniglot(flat=False),
    data.text("SMS spam", components=20),
]


@pytest.mark.parametrize("each", BUNDLED + GENERATED + SMALL, ids=lambda d: d.name)
def test_splits_are_reproducible_and_complete(each):
    try:
        first, again, other = each.load(0), each.load(0), each.load(1)
    except data.MissingData as missing:
        pytest.skip(str(missing))
    for split in ("train", "validation", "test"):
        (x, y), (x_again, y_again) = first[split], again[split]
        np.testing.assert_array_equal(x, x_again)
        np.testing.assert_array_equal(y, y_again)
        assert len(x) == len(y) > 0
        assert x.dtype == y.dtype == "float32"
        assert set(np.unique(y)) <= set(range(each.classes))
    assert not np.array_equal(first["train"][0], other["train"][0])
    assert len(np.unique(first["train"][1])) == each.classes
    if "overlap" in each.tags:  # All examples are split: the share that is tested on.
        sizes = [len(first[split][1]) for split in ("train", "validation", "test")]
        tested = sizes[2] / sum(sizes)
        assert each.tags["overlap"] == pytest.approx(tested / (1 - tested), rel=0.03)


@pytest.mark.parametrize("name", tables.TABLES)
def test_a_table_has_as_many_examples_as_it_says(name):
    known = tables.TABLES[name]
    try:
        x, y = tables.rows(known.read)
    except data.MissingData as missing:
        pytest.skip(str(missing))
    assert len(x) == len(y) == known.examples
    assert len(np.unique(y)) == known.classes


def test_published_parts_are_kept_apart():
    rows = np.arange(100)
    part = (rows[:80, None], rows[:80] % 2)
    test = (rows[80:, None], rows[80:] % 2)
    splits = dataset.official(part, test, seed=3, sizes=(40, 20, 10))
    seen = {name: set(x[:, 0]) for name, (x, _) in splits.items()}
    assert [len(s) for s in seen.values()] == [40, 20, 10]
    assert seen["train"].isdisjoint(seen["validation"])
    assert max(seen["train"] | seen["validation"]) < 80 <= min(seen["test"])


def test_the_long_tail_has_the_exponential_profile():
    y = np.repeat(np.arange(5), 1000)
    _, kept = images.long_tailed(y[:, None], y, seed=0, factor=100)
    assert np.bincount(kept).tolist() == [1000, 316, 100, 32, 10]


def test_scaling_and_imputation_look_at_the_training_part_alone():
    train, test = np.array([[1.0], [np.nan], [3.0]]), np.array([[np.nan], [100.0]])
    splits = {"train": (train, None), "test": (test, None)}
    filled = tables.imputed(splits)
    assert filled["train"][0].ravel().tolist() == [1, 2, 3]
    assert filled["test"][0].ravel().tolist() == [2, 100]
    scaled = dataset.standardised(filled)
    assert scaled["train"][0].mean() == pytest.approx(0)
    assert scaled["test"][0].ravel()[0] == pytest.approx(0)


def test_rare_classes_are_dropped_and_the_rest_numbered():
    y = np.repeat([3, 5, 9], [20, 9, 10])
    x, codes = dataset.without_rare(y[:, None], y)
    assert sorted(set(x.ravel())) == [3, 9]
    assert np.bincount(codes).tolist() == [20, 10]


def test_term_weights_are_fitted_on_the_training_part():
    parts = (
        texts.labelled(("red green", "a"), ("red green", "b"), ("red", "a")),
        texts.labelled(("blue blue red", "b"), ("blue", "a")),
    )
    (x, y), (x_test, y_test) = texts.weighed(texts.Text(lambda: parts))
    assert x.shape[1] == x_test.shape[1] == 2  # blue is not in the training part
    assert y.tolist() == [0, 1, 0]
    assert y_test.tolist() == [1, 0]
    assert x_test[1].nnz == 0


@pytest.mark.parametrize("make", [data.table, data.text])
def test_an_unknown_name_is_refused(make):
    with pytest.raises(ValueError, match="accepted are"):
        make("none such")


@pytest.mark.parametrize("spoil", [data.with_label_noise, data.with_outliers])
def test_faults_stay_out_of_the_test_part(spoil):
    clean = data.digits()
    good, bad = clean.load(0), spoil(clean, 0.25).load(0)
    np.testing.assert_array_equal(good["test"][0], bad["test"][0])
    np.testing.assert_array_equal(good["test"][1], bad["test"][1])
    assert (good["train"][1] != bad["train"][1]).mean() == pytest.approx(0.25, abs=1e-3)
    assert set(np.unique(bad["train"][1])) == set(range(10))


def test_group_noise_keeps_training_labels_in_their_group_and_the_rest_clean():
    clean = data.digits()  # Of groups of four the last is 8 and 9.
    good, bad = clean.load(0), data.with_group_noise(clean, 1.0, size=4).load(0)
    for split in ("validation", "test"):
        np.testing.assert_array_equal(good[split][1], bad[split][1])
    before, after = good["train"][1], bad["train"][1]
    np.testing.assert_array_equal(before // 4, after // 4)
    for label, members in ((0, 4), (9, 2)):
        drawn = after[before == label]
        assert len(np.unique(drawn)) == members
        assert (drawn == label).mean() == pytest.approx(1 / members, abs=0.15)
    half = data.with_group_noise(clean, 0.5, size=4).load(0)["train"][1]
    changed = half != before
    np.testing.assert_array_equal(half[changed], after[changed])
    assert 0 < changed.mean() < (after != before).mean()


def test_a_long_tail_thins_the_training_part_alone():
    full = data.digits()
    before, after = full.load(0), data.with_long_tail(full, 10).load(0)
    for split in ("validation", "test"):
        np.testing.assert_array_equal(before[split][0], after[split][0])
    counts = np.bincount(after["train"][1].astype(int))
    largest = np.bincount(before["train"][1].astype(int)).min()
    assert counts.tolist() == [round(largest * 10 ** (-c / 9)) for c in range(10)]
