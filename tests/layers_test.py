"""Cosine heads and random features do what their kernels say, and are saved."""

import keras
import numpy as np
import pytest

import hinge_keras as hk

X = np.random.default_rng(0).normal(0, 1, (6, 3)).astype("float32")


def test_normed_dense_gives_cosines():
    layer = hk.NormedDense(4)
    found = keras.ops.convert_to_numpy(layer(X))
    kernel = keras.ops.convert_to_numpy(layer.kernel)
    lengths = np.linalg.norm(X, axis=1)[:, None] * np.linalg.norm(kernel, axis=0)
    np.testing.assert_allclose(found, X @ kernel / lengths, atol=1e-6)
    longer = keras.ops.convert_to_numpy(layer(5 * X))
    np.testing.assert_allclose(found, longer, atol=1e-5)


@pytest.mark.parametrize("kernel", ["gaussian", "laplacian"])
def test_features_approximate_their_kernel(kernel):
    layer = hk.RandomFourierFeatures(20_000, kernel, scale=2.0)
    z = keras.ops.convert_to_numpy(layer(X))
    difference = X[:, None] - X[None]
    if kernel == "gaussian":
        exact = np.exp(-(difference**2).sum(-1) / 8)
    else:
        exact = np.exp(-np.abs(difference).sum(-1) / 2)
    np.testing.assert_allclose(z @ z.T, exact, atol=0.04)
    assert not layer.trainable_weights


def test_saved_layers_keep_every_argument(tmp_path):
    model = keras.Sequential(
        [
            keras.Input((3,)),
            hk.RandomFourierFeatures(8, "laplacian", 0.5, seed=3, name="features"),
            hk.NormedDense(2, kernel_initializer="he_normal", name="cosines"),
        ]
    )
    model.save(tmp_path / "model.keras")
    revived = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(
        revived.predict(X, verbose=0), model.predict(X, verbose=0), atol=1e-6
    )
    for old, new in zip(model.layers, revived.layers, strict=True):
        assert new.get_config() == old.get_config()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: hk.NormedDense(0), "units is 0; accepted"),
        (lambda: hk.RandomFourierFeatures(4, "cubic"), "kernel is 'cubic'; accepted"),
        (lambda: hk.RandomFourierFeatures(4, scale=0), "scale is 0; accepted"),
    ],
)
def test_a_bad_argument_is_named(make, says):
    with pytest.raises(ValueError, match=says):
        make()
