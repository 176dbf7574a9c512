"""What belongs together stays in one part, and each part is as large as was asked."""

import numpy as np
import pytest

from hinge_keras.lab import data
from hinge_keras.lab.data import decoding, pictures


def made_up(classes=5, tracks=10, frames=6):
    """Classes and tracks of signs, each track of every class with as many frames."""
    y, track, _ = (axis.ravel() for axis in np.indices((classes, tracks, frames)))
    return y, track


def prepared(name, read):
    """What is read from a prepared file, if a folder has it."""
    if decoding.source_of(name) == decoding.ORIGINAL:
        pytest.skip(f"no prepared file of {name}")
    return read(decoding.source_of(name))


def refuse_a_shared_track(y, track, rows):
    """Each frame once, and no pair of class and track in both parts."""
    found = {part: rows[part][0] for part in ("train", "validation")}
    frames = np.concatenate(list(found.values()))
    assert len(frames) == len(np.unique(frames))
    pairs = {
        part: set(zip(y[kept], track[kept], strict=True))
        for part, kept in found.items()
    }
    assert pairs["train"].isdisjoint(pairs["validation"])
    for part, kept in found.items():
        assert set(y[kept]) == set(y)
        np.testing.assert_array_equal(rows[part][1], y[kept])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("sizes", [(0.8, 0.2, 1.0), (100, 40, 20), (0.5, 0.5, 1.0)])
def test_no_track_is_in_two_parts(seed, sizes):
    y, track = made_up()
    refuse_a_shared_track(y, track, pictures.by_track(y, track, y, seed, sizes))


def test_a_split_of_frames_would_be_found():
    y, track = made_up()
    order = np.random.default_rng(0).permutation(len(y))
    rows = {"train": (order[:200], y[order[:200]])}
    rows["validation"] = order[200:], y[order[200:]]
    with pytest.raises(AssertionError, match="isdisjoint"):
        refuse_a_shared_track(y, track, rows)


@pytest.mark.parametrize("seed", range(3))
def test_no_track_of_the_benchmark_is_in_two_parts(seed):
    (_, y, track), (_, y_test) = prepared("gtsrb", decoding.gtsrb)
    rows = pictures.by_track(y, track, y_test, seed, (0.8, 0.2, 1.0))
    refuse_a_shared_track(y, track, rows)
    assert sum(len(rows[part][0]) for part in ("train", "validation")) == len(y)
    assert len(rows["validation"][0]) == pytest.approx(0.2 * len(y), rel=0.03)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((0.8, 0.2, 1.0), (240, 60, 300)),
        ((0.7, 0.3, 0.5), (210, 90, 150)),
        ((100, 50, 60), (100, 50, 60)),  # Tracks 2 : 1, thinned.
    ],
)
def test_parts_are_as_large_as_was_asked(sizes, expected):
    y, track = made_up()
    rows = pictures.by_track(y, track, y, 1, sizes)
    assert tuple(len(kept) for kept, _ in rows.values()) == expected


def test_seeds_draw_other_tracks():
    y, track = made_up()
    held = [pictures.held_out(y, track, seed, 0.2) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(held[0], held[1])
    assert not np.array_equal(held[0], held[2])


def test_a_class_with_two_tracks_has_one_in_each_part():
    y, track = made_up(classes=2, tracks=2)
    for share in (0.01, 0.99):
        assert pictures.held_out(y, track, 0, share).mean() == 0.5


@pytest.mark.parametrize(
    ("by", "counts"), [("drawer", (12, 4, 4)), ("class", (145, 49, 48))]
)
def test_drawings_are_split_by_drawer_or_by_class(by, counts):
    _, y, drawer = prepared("omniglot", decoding.omniglot)
    group = {"drawer": drawer, "class": y}[by]
    parts = pictures.parted(group, 0, (0.6, 0.2, 0.2))
    groups = [set(group[kept]) for kept in parts.values()]
    assert tuple(map(len, groups)) == counts
    assert set.union(*groups) == set(group)
    assert sum(map(len, parts.values())) == len(y)
    splits = data.omniglot(by=by).load(0)
    for part, kept in parts.items():
        np.testing.assert_array_equal(splits[part][1], y[kept])


def test_drawings_are_split_in_no_other_way():
    with pytest.raises(ValueError, match="by is 'alphabet'; accepted are 'drawer'"):
        data.omniglot(by="alphabet")


def test_photographs_are_their_bytes_less_the_mean_of_the_training_part(monkeypatch):
    number = np.arange(40)
    x = np.tile(number.astype(np.uint8)[:, None, None, None], (1, 2, 2, 3))
    monkeypatch.setattr(
        decoding, "cifar10", lambda source: ((x, number % 2), (x[:6], number[:6] % 2))
    )
    splits = data.cifar10(flat=False).load(0)
    assert splits["train"][0].shape == (32, 2, 2, 3)
    first = {part: 255 * x[:, 0, 0, 0] for part, (x, _) in splits.items()}
    mean = -first["test"][0]  # The first test image is 0.
    np.testing.assert_allclose(first["test"] + mean, number[:6], atol=1e-4)
    assert first["train"].mean() == pytest.approx(0, abs=1e-5)
    numbers = {part: np.round(values + mean) for part, values in first.items()}
    both = np.concatenate([numbers["train"], numbers["validation"]])
    assert sorted(both) == number.tolist()
    for part, (_, y) in splits.items():
        np.testing.assert_array_equal(y, numbers[part] % 2)
    flat = data.cifar10().load(0)
    np.testing.assert_array_equal(flat["test"][0], splits["test"][0].reshape(6, 12))


def test_the_long_tail_starts_at_what_validation_leaves():
    prepared("cifar10", decoding.cifar10)
    counts = data.cifar10(tail=100, sizes=(0.9, 0.1, 1.0)).class_counts()
    expected = [round(4500 * 100 ** (-c / 9)) for c in range(10)]
    assert counts == expected
