"""Features of a mirror image are the image's own, whitened; costs are bracketed."""

import numpy as np
import pytest

from experiments.cifar import patches


@pytest.fixture
def of_few_patches(monkeypatch):
    """Images of two classes, in place of photographs."""

    class Images:
        def load(self, seed):
            x = np.random.default_rng(seed).random((90, 9, 9, 3), np.float32)
            y = np.arange(90) % 2
            x[y == 1, 4:] *= 0.3
            x -= x[:50].mean(axis=0)
            parts = {"train": slice(50), "validation": slice(50, 70)}
            parts["test"] = slice(70, 90)
            found = {name: (x[rows], y[rows]) for name, rows in parts.items()}
            mirrored = found["test"][0][:, :, ::-1]
            found["test"] = (np.concatenate([found["test"][0], mirrored]), None)
            return found

    monkeypatch.setattr(patches, "IMAGES", Images())
    monkeypatch.setattr(patches, "RIDGE", 1e-3)
    patches.features.cache_clear()
    yield patches.features(0, 2, False)
    patches.features.cache_clear()


def test_features_are_white_and_those_of_the_mirror_image(of_few_patches):
    (x, y), (test, _), held_out = of_few_patches
    assert x.shape == (70, 2 * 16)
    assert held_out == 20
    np.testing.assert_array_equal(y, np.arange(70) % 2)
    covariance = x[:-held_out].T @ x[:-held_out] / 50
    np.testing.assert_allclose(covariance, np.eye(32), atol=0.2)
    np.testing.assert_allclose(test[:20], test[20:], atol=1e-2)


@pytest.mark.parametrize(
    ("best", "tried"),
    [
        (10.0, [3, 10, 30]),
        (30.0, [3, 10, 30, 30 * 10**0.5]),
        (1.0, [3, 10, 30, 3 / 10**0.5, 0.3]),
    ],
)
def test_costs_are_tried_until_the_best_lies_inside(best, tried, monkeypatch):
    class Machine:
        def __init__(self, cost):
            self.cost = cost

        def score(self, x, y):
            return -abs(np.log(self.cost / best))

    monkeypatch.setattr(patches, "fit", lambda machine, cost, part: Machine(cost))
    found = patches.searched(None, ([], []), ([], []))
    np.testing.assert_allclose(sorted(found), sorted(tried))
    assert min(found) < max(found, key=found.get) < max(found)
