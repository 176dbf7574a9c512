"""Splits keep together what belongs together, and say what a seed draws."""

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import StratifiedKFold

from hinge_keras.lab.compare import labels, splits
from hinge_keras.lab.tables.schema import COVERS, OVERLAP

Y = np.arange(100) % 4 == 0
PARTS = ("train", "validation", "test")


def split(y=Y, repeats=None, **asked):
    return splits.chosen(labels.understood(y), repeats, **asked)


def whole(parts, rows=100):
    return sorted(np.concatenate([parts[name] for name in PARTS])) == list(range(rows))


def test_rows_are_split_by_class_each_once():
    parts = split().rows(0)
    assert whole(parts)
    assert [Y[parts[name]].sum() for name in PARTS] == [15, 5, 5]
    assert not np.array_equal(parts["test"], split().rows(1)["test"])


def test_rows_that_repeat_each_other_stay_on_one_side():
    repeats = np.arange(100) // 8 * 2 + Y
    parts = split(repeats=repeats).rows(3)
    assert whole(parts)
    sides = [set(repeats[parts[name]]) for name in PARTS]
    assert sum(map(len, sides)) == len(set.union(*sides)) == len(set(repeats))


def test_groups_are_never_torn_apart():
    groups = np.repeat([f"patient {i}" for i in range(20)], 5)
    found = split(groups=groups)
    for seed in range(5):
        parts = found.rows(seed)
        assert whole(parts)
        sides = [set(groups[parts[name]]) for name in PARTS]
        assert [len(side) for side in sides] == [12, 4, 4]
        assert len(set.union(*sides)) == 20


def test_classes_that_lie_in_one_group_are_refused():
    groups = np.where(Y, 0, 1 + np.arange(100) % 10)
    with pytest.raises(ValueError, match="groups cannot be split so that every class"):
        split(groups=groups).rows(0)


def test_the_last_rows_in_time_are_tested_on():
    time = np.random.default_rng(0).permutation(100)
    parts = split(time=time).rows(5)
    assert whole(parts)
    assert time[parts["train"]].max() < time[parts["validation"]].min()
    assert time[parts["validation"]].max() < time[parts["test"]].min()
    assert len(parts["test"]) == 20
    assert OVERLAP not in split(time=time).tags


@pytest.mark.parametrize("test", [np.arange(100) >= 90, list(range(90, 100))])
def test_a_fixed_test_part_is_tested_on_and_nothing_else(test):
    found = split(test=test)
    one, two = found.rows(0), found.rows(1)
    for parts in (one, two):
        assert whole(parts)
        np.testing.assert_array_equal(parts["test"], np.arange(90, 100))
    assert not np.array_equal(one["train"], two["train"])
    assert len(one["train"]) == 67
    assert OVERLAP not in found.tags
    assert COVERS in found.tags


def test_a_splitters_own_parts_are_tested_on():
    splitter = StratifiedKFold(4)
    found = split(splitter=splitter)
    expected = [test for _, test in splitter.split(np.zeros((100, 1)), Y)]
    for seed in range(5):
        parts = found.rows(seed)
        assert whole(parts)
        np.testing.assert_array_equal(parts["test"], expected[seed % 4])
    assert found.tags[OVERLAP] == pytest.approx(1 / 3)


def test_parts_of_all_seeds_have_one_size_if_little_is_lost():
    groups = np.arange(1000) % 103  # Of nine or ten rows.
    y = np.arange(1000) % 2
    given = split(y, groups=groups)
    found = splits.evened(given, range(10))
    sizes = {tuple(len(found.rows(seed)[name]) for name in PARTS) for seed in range(10)}
    assert len(sizes) == 1
    assert sum(next(iter(sizes))) > 950
    assert "all parts as long as the shortest" in found.told
    for name in PARTS:
        assert set(found.rows(3)[name]) <= set(given.rows(3)[name])
    few = split(y, groups=np.minimum(np.arange(1000) % 103, 40))
    assert splits.evened(few, range(10)) is few
    assert splits.evened(split(), range(10)).told == split().told


def test_copies_are_found_and_measurements_that_agree_are_not():
    x = np.random.default_rng(0).normal(size=(50, 3))
    y = labels.understood(np.tile(np.arange(50) % 2, 2))
    twice = splits.repeated(np.tile(x, (2, 1)), y)
    np.testing.assert_array_equal(twice, np.tile(np.arange(50), 2))
    frame = pd.DataFrame({"a": np.tile(x[:, 0], 2), "b": ["p", None] * 50})
    np.testing.assert_array_equal(splits.repeated(frame, y), twice)
    assert splits.repeated(np.tile(x, (2, 1)) + np.arange(100)[:, None], y) is None
    few = np.arange(100)[:, None] % 3  # Now of this label, now of that.
    assert splits.repeated(few, y) is None


def test_a_class_of_few_rows_that_differ_is_refused():
    x = np.repeat(np.arange(20.0), 3)[:, None]
    y = labels.understood(np.where(x[:, 0] < 2, "rare", "often"))
    with pytest.raises(ValueError, match="'rare' in 2 rows that differ"):
        splits.repeated(x, y)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"groups": [1, 2]}, "groups has shape"),
        ({"time": [None] * 100}, "time has a missing value"),
        ({"groups": Y, "time": Y}, "groups and time are given"),
        ({"groups": Y}, "groups holds 2"),
        ({"test": [100]}, "accepted are row numbers from 0 to 99"),
        ({"test": Y & False}, "accepted are row numbers"),
        ({"splitter": 5}, "splitter is 5"),
    ],
)
def test_what_cannot_be_split_so_is_refused(asked, message):
    with pytest.raises(ValueError, match=message) as caught:
        split(**asked)
    assert "accepted" in str(caught.value)
