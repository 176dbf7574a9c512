"""Nothing is learned from the test part: alter it, and the other parts stay.

Every kind of data set that the room offers is here; a new one fails until it is.
"""

import inspect

import numpy as np
import pytest
import sklearn.datasets

from hinge_keras.lab import data
from hinge_keras.lab.data import dataset, decoding, images, pictures, texts
from hinge_keras.lab.data.dataset import Dataset, stratified
from hinge_keras.lab.data.tables import tabular

SEED = 3


def numbers(rows, columns=16, classes=4, seed=0):
    """Inputs from 0 to 1 and labels that every split gets some of."""
    rng = np.random.default_rng(seed)
    return rng.random((rows, columns)), np.arange(rows) % classes


def altered(x):
    """Inputs as no other part has them."""
    return 5 * x + 3


def published(monkeypatch, alter):
    """Image parts as published, in the place of those in files."""
    (x, y), (x_test, y_test) = numbers(200), numbers(80, seed=1)
    x_test = altered(x_test) if alter else x_test
    monkeypatch.setattr(images, "pixels", lambda source: ((x, y), (x_test, y_test)))


def pooled(monkeypatch, alter, shares=(0.6, 0.2, 0.2), gaps=False, classes=4):
    """A table whose rows are split by seed, of which those of the test part change."""
    x, y = numbers(200, classes=classes)
    rows, _ = stratified(np.arange(len(y)), y, SEED, shares)["test"]
    if gaps:
        x[::7, 2] = np.nan
    if alter:
        x[rows] = altered(x[rows])
    return x, y


def bundled(make, **settings):
    """A set of scikit-learn's, with those numbers in its place."""

    def made(monkeypatch, alter):
        x, y = pooled(monkeypatch, alter)
        for name in dir(sklearn.datasets):
            if name.startswith("load_"):
                monkeypatch.setattr(
                    sklearn.datasets, name, lambda return_X_y: (x, y), raising=False
                )
        return make(**settings)

    return made


def generated(make):
    """A generated set, whose last points are the test part."""

    def made(monkeypatch, alter):
        def points(count, random_state, **settings):
            x, y = numbers(count, columns=2, classes=2)
            x[-20:] = altered(x[-20:]) if alter else x[-20:]
            return x, y

        for name in ("make_moons", "make_circles", "make_blobs"):
            monkeypatch.setattr(sklearn.datasets, name, points)
        return make(scaled=True, sizes=(60, 20, 20))

    return made


def of_images(make, **settings):
    def made(monkeypatch, alter):
        published(monkeypatch, alter)
        return make(sizes=(120, 40, 60), **settings)

    return made


def photographed(make, **settings):
    """Photographs and signs as published; each track has five frames."""

    def made(monkeypatch, alter):
        (x, y), (x_test, y_test) = numbers(200), numbers(80, seed=1)
        x, x_test = x.reshape(-1, 4, 4), x_test.reshape(-1, 4, 4)
        test = altered(x_test) if alter else x_test, y_test
        colours = (x[..., None], y), (test[0][..., None], y_test)
        monkeypatch.setattr(decoding, "cifar10", lambda source: colours)
        tracks = (x, y, np.arange(200) // 20), test
        monkeypatch.setattr(decoding, "gtsrb", lambda source: tracks)
        return make(**settings)

    return made


def of_drawings(by):
    """Drawings by ten drawers."""

    def made(monkeypatch, alter):
        (x, y), drawer = numbers(200, classes=10), np.arange(200) // 20
        x = x.reshape(-1, 4, 4)
        if alter:
            group = drawer if by == "drawer" else y
            rows = pictures.parted(group, SEED, (0.6, 0.2, 0.2))["test"]
            x[rows] = altered(x[rows])
        monkeypatch.setattr(decoding, "omniglot", lambda source: (x, y, drawer))
        return data.omniglot(by=by, components=3)

    return made


def table(monkeypatch, alter):
    x, y = pooled(monkeypatch, alter, gaps=True)
    return Dataset("table", tabular, {"read": lambda: (x, y)}, classes=4)


def text(monkeypatch, alter):
    words = ["red", "green", "blue", "grey"]
    train = [(f"{words[i % 4]} {words[i % 3]} {words[0]}", i % 2) for i in range(60)]
    test = [(f"{words[i % 4]} {words[i % 2]}", i % 2) for i in range(20)]
    if alter:
        test = [("grey grey grey unheard", label) for _, label in test]
    source = texts.Text(lambda: (texts.labelled(*train), texts.labelled(*test)))
    settings = {"source": source, "components": 2, "sizes": (40, 20, 20)}
    return Dataset("text", texts.projected, settings)


def wrapped(wrap, *arguments):
    def made(monkeypatch, alter):
        return wrap(bundled(data.digits)(monkeypatch, alter), *arguments)

    return made


def of_patches(monkeypatch, alter):
    make = photographed(data.cifar10, flat=False)
    settings = {"centroids": 3, "size": 2, "patches": 100, "rounds": 2}
    return data.with_patch_features(make(monkeypatch, alter), **settings)


MAKERS = {
    "breast_cancer": bundled(data.breast_cancer),
    "digits": bundled(data.digits),
    "iris": bundled(data.iris),
    "wine": bundled(data.wine),
    "blobs": generated(data.blobs),
    "circles": generated(data.circles),
    "moons": generated(data.moons),
    "generated": generated(lambda **s: data.generated("g", "make_moons", **s)),
    "mnist": of_images(data.mnist, components=5),
    "fashion_mnist": of_images(data.fashion_mnist, components=5, tail=4),
    "usps": of_images(data.usps),
    "cifar10": photographed(data.cifar10, components=5, tail=4),
    "gtsrb": photographed(data.gtsrb, sizes=(120, 40, 60)),
    "omniglot": of_drawings("drawer"),
    "omniglot by class": of_drawings("class"),
    "table": table,
    "text": text,
    "with_balanced_test": wrapped(data.with_balanced_test, 3),
    "with_group_noise": wrapped(data.with_group_noise, 0.5, 2),
    "with_label_noise": wrapped(data.with_label_noise, 0.5),
    "with_long_tail": wrapped(data.with_long_tail, 3),
    "with_outliers": wrapped(data.with_outliers, 0.5),
    "with_patch_features": of_patches,
}


@pytest.mark.parametrize("name", MAKERS)
def test_an_altered_test_part_leaves_the_others_alone(name, monkeypatch):
    with monkeypatch.context() as patch:
        before = MAKERS[name](patch, alter=False).load(SEED)
    with monkeypatch.context() as patch:
        after = MAKERS[name](patch, alter=True).load(SEED)
    for part in ("train", "validation"):
        for one, other in zip(before[part], after[part], strict=True):
            np.testing.assert_array_equal(one, other, err_msg=part)
    assert not np.array_equal(before["test"][0], after["test"][0])


def test_the_law_covers_every_data_set():
    offered = {
        name
        for name in data.__all__
        if inspect.isfunction(getattr(data, name))
        and name not in ("long_tail", "mesh", "sparse")
    }
    assert offered == {name.partition(" ")[0] for name in MAKERS}


def test_a_part_fitted_with_the_test_part_would_be_found(monkeypatch):
    def leaking(splits):
        pooled = np.concatenate([x for x, _ in splits.values()])
        return {name: (x - pooled.mean(0), y) for name, (x, y) in splits.items()}

    for module in (dataset, inspect.getmodule(data.digits)):
        monkeypatch.setattr(module, "standardised", leaking)
    with pytest.raises(AssertionError, match="train"):
        test_an_altered_test_part_leaves_the_others_alone("digits", monkeypatch)
