"""Features of patches, beside what plain loops give."""

import numpy as np
import pytest

from hinge_keras.lab import data
from hinge_keras.lab.data import patches
from hinge_keras.lab.data.patches import Codebook, PatchFeatures
from hinge_keras.lab.grid import identity

SMALL = PatchFeatures(centroids=7, size=3, patches=500, rounds=3)


def pictures(count=5, height=8, width=7, colours=2, seed=0):
    shape = (count, height, width, colours)
    return np.random.default_rng(seed).random(shape, np.float32)


def by_loops(book, image):
    """Features of an image, patch by patch and centroid by centroid."""
    rows, columns = (length - book.size + 1 for length in image.shape[:2])
    features = np.zeros((2, 2, len(book.centroids)))
    for i in range(rows):
        for j in range(columns):
            patch = image[i : i + book.size, j : j + book.size].ravel().astype(float)
            patch = (patch - patch.mean()) / np.sqrt(patch.var() + 10 / 255**2)
            patch = (patch - book.mean) @ book.whitening
            far = np.array([np.linalg.norm(patch - c) for c in book.centroids])
            lower, right = i >= -(-rows // 2), j >= -(-columns // 2)
            features[int(lower), int(right)] += np.maximum(0, far.mean() - far)
    return features.ravel()


@pytest.mark.parametrize("shape", [(8, 7, 2), (6, 9, 1), (4, 4, 3)])
@pytest.mark.parametrize("block", [1, patches.BLOCK])
def test_features_are_those_of_plain_loops(shape, block, monkeypatch):
    monkeypatch.setattr(patches, "BLOCK", block)
    images = pictures(5, *shape)
    book = SMALL.fit(pictures(5, *shape, seed=1))
    expected = np.stack([by_loops(book, image) for image in images])
    found = book.transform(images)
    assert found.dtype == np.float32
    assert found.shape == (5, 4 * 7)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_the_triangle_is_zero_from_the_mean_distance_on():
    found = patches.triangle(np.array([[1, 2, 6], [4, 4, 4]], np.float32))
    np.testing.assert_array_equal(found, [[2, 1, 0], [0, 0, 0]])


def test_a_patch_that_is_a_centroid_is_at_distance_nought():
    centroids = np.float32([[3, 4], [0, 0]])
    book = Codebook(1, 2, np.zeros(2, "f"), np.eye(2, dtype="f"), centroids)
    found = patches.distances(np.float32([[3, 4], [6, 8]]), book.folded)
    np.testing.assert_array_equal(found, [[0, 5], [5, 10]])


@pytest.mark.parametrize(
    ("across", "expected"),
    [
        (1, [[*range(15)]]),
        (2, [[0, 1, 2, 5, 6, 7], [3, 4, 8, 9], [10, 11, 12], [13, 14]]),
        (3, [[0, 1], [2, 3], [4], [5, 6], [7, 8], [9], [10, 11], [12, 13], [14]]),
    ],
)
def test_each_place_is_in_one_region_and_what_is_left_goes_to_the_first(
    across, expected
):
    place = np.arange(15).reshape(1, 3, 5)
    found = [part.ravel().tolist() for part in patches.regions(place, across)]
    assert found == expected


def test_whitening_makes_the_covariance_the_identity(monkeypatch):
    monkeypatch.setattr(patches, "RIDGE", 0.0)
    stream = np.random.default_rng(0)
    mixed = stream.normal(size=(4000, 6)) @ stream.normal(size=(6, 6)) + 5
    mean, whitening = patches.zca(mixed.astype(np.float32))
    white = (mixed - mean) @ whitening
    np.testing.assert_allclose(white.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(np.cov(white, rowvar=False), np.eye(6), atol=1e-2)
    np.testing.assert_allclose(whitening, whitening.T, atol=1e-6)


def test_whitening_leaves_small_variances_small():
    deviations = np.sqrt([0.9, 0.1])
    spread = np.random.default_rng(0).normal(size=(20_000, 2)) * deviations
    mean, whitening = patches.zca(spread.astype(np.float32))
    variances = ((spread - mean) @ whitening).var(axis=0)
    np.testing.assert_allclose(variances, [0.9, 0.5], rtol=0.03)


def test_contrast_and_brightness_hardly_matter():
    images = pictures(colours=1)
    book = SMALL.fit(images)
    brighter = book.transform(5 * images + 0.3)
    assert np.corrcoef(book.transform(images).ravel(), brighter.ravel())[0, 1] > 0.999


def test_k_means_finds_what_lies_apart():
    middles = np.float32([[0, 0], [10, 0], [0, 10]])
    stream = np.random.default_rng(0)
    points = np.repeat(middles, 100, axis=0)
    points += stream.normal(size=points.shape).astype(np.float32)
    found = patches.k_means(points, 3, 20, np.random.default_rng(1))
    nearest = np.linalg.norm(middles[:, None] - found[None], axis=2).min(axis=1)
    assert nearest.max() < 0.5


def test_a_round_takes_the_mean_of_the_nearest():
    points = np.float32([[0, 0], [2, 0], [9, 0], [11, 2]])
    centroids = np.float32([[1, 0], [10, 0], [99, 99]])
    sums, sizes = patches.summed(points, centroids, [slice(0, 3), slice(3, 4)])
    np.testing.assert_array_equal(sums, [[2, 0], [20, 2], [0, 0]])
    np.testing.assert_array_equal(sizes, [2, 2, 0])


def test_equal_seeds_give_equal_features_on_any_number_of_cores(monkeypatch):
    images = pictures(20)
    monkeypatch.setattr(patches.os, "cpu_count", lambda: 1)
    one = SMALL.fit(images).transform(images)
    monkeypatch.setattr(patches.os, "cpu_count", lambda: 3)
    again = SMALL.fit(images).transform(images)
    np.testing.assert_array_equal(one, again)
    other = PatchFeatures(7, 3, seed=1, patches=500, rounds=3).fit(images)
    assert not np.allclose(one, other.transform(images))


def test_images_without_colours_are_refused():
    with pytest.raises(ValueError, match="accepted is"):
        SMALL.fit(np.zeros((5, 64)))


def of_images(**changed):
    def recipe(seed):
        stream = np.random.default_rng(seed)
        return {
            part: (stream.random((30, 6, 6, 1)), np.arange(30) % 3)
            for part in ("train", "validation", "test")
        }

    images = data.Dataset("squares", recipe, classes=3, tags={"copy": "made up"})
    settings = {"centroids": 5, "size": 3, "patches": 300, "rounds": 2, **changed}
    return data.with_patch_features(images, **settings)


def test_features_are_standardised_by_the_training_part():
    splits = of_images().load(0)
    x, y = splits["train"]
    assert x.shape == (30, 20)
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(x.std(axis=0), 1, atol=1e-4)
    assert abs(splits["test"][0].mean(axis=0)).max() > 0.01
    np.testing.assert_array_equal(y, np.arange(30) % 3)


def test_components_are_uncorrelated_and_of_mean_variance_one():
    whole, splits = of_images().load(0), of_images(components=3).load(0)
    covariance = np.cov(splits["train"][0], rowvar=False)
    variances = np.diag(covariance)
    assert variances.mean() == pytest.approx(1, rel=1e-4)
    assert variances[0] > variances[1] > variances[2]
    np.testing.assert_allclose(covariance - np.diag(variances), 0, atol=1e-4)
    # They are the directions in which the features spread most.
    held = np.linalg.svd(whole["train"][0], compute_uv=False)[:3] ** 2
    np.testing.assert_allclose(variances / variances.sum(), held / held.sum(), 1e-3)
    assert splits["test"][0].shape == (30, 3)


def test_a_feature_that_does_not_vary_is_nought():
    x = np.full((1000, 1), 0.1, np.float32)
    splits = patches.standardised_in_place({"train": (x, None), "test": (x + 1, None)})
    np.testing.assert_array_equal(splits["train"][0], 0)


def test_a_smoke_run_learns_little_and_counts_need_no_features(monkeypatch):
    full = of_images(centroids=50)
    few = full.shortened(10)
    assert {part: x.shape for part, (x, _) in few.load(0).items()} == dict.fromkeys(
        ("train", "validation", "test"), (10, 80)
    )
    assert few.tags == full.tags == {"copy": "made up"}
    assert few.name == full.name == "squares (made up), 50 centroids"
    shapes = of_images(components=15).shortened(20).load(0)["train"][0].shape
    assert shapes == (20, 10)
    monkeypatch.setattr(patches, "learned", None)
    assert few.class_counts() == full.class_counts() == [10, 10, 10]


def test_a_trial_knows_how_its_features_were_learned():
    digests = {
        identity.digest(of_images(**changed))
        for changed in (
            {},
            {"centroids": 6},
            {"size": 2},
            {"rounds": 3},
            {"across": 3},
            {"components": 3},
        )
    }
    assert len(digests) == 6
    assert identity.digest(of_images()) in digests
