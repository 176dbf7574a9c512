"""Builders repeat for a seed, and random features approximate their kernel."""

import numpy as np
import pytest

from hinge_keras.lab import models

BUILDERS = [
    (models.MLP((4, 3)), (5,)),
    (models.MLP((4,), "cosine"), (5,)),
    (models.MLP((4,), noise=0.5), (5,)),
    (models.FourierFeatures(16, 2.0), (5,)),
    (models.ConvolutionNet((2, 3), 4), (8, 8, 1)),
    (models.ConvolutionNet((2, 3), 4, dropout=0.5, penalty=0.1), (8, 8, 1)),
]


@pytest.mark.parametrize(("builder", "shape"), BUILDERS, ids=lambda b: str(b)[:12])
def test_equal_seeds_give_equal_weights(builder, shape):
    first, again, other = (builder(shape, 3, seed).get_weights() for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))
    assert builder(shape, 3, 1).output_shape == (None, 3)


@pytest.mark.parametrize("head", ["linear", "tanh", "cosine"])
def test_initial_values_are_those_of_a_new_model(head):
    builder = models.MLP((4, 3), head)
    values = builder.initial((5,), 2, seed=1)
    weights = builder((5,), 2, seed=1).get_weights()
    assert [value.dtype for value in values] == [w.dtype for w in weights]
    assert all(np.array_equal(v, w) for v, w in zip(values, weights, strict=True))


def test_random_features_approximate_the_gaussian_kernel():
    x = np.random.default_rng(0).normal(size=(6, 5)).astype("float32")
    model = models.FourierFeatures(20_000, 3.0)((5,), 1, seed=0)
    features = np.asarray(model.layers[0](x))
    squares = ((x[:, None] - x[None]) ** 2).sum(-1)
    kernel = 2 * features @ features.T / features.shape[1]
    np.testing.assert_allclose(kernel, np.exp(-squares / 18), atol=0.04)
    assert len(model.trainable_weights) == 2


def test_cosine_scores_lie_within_one():
    x = 10 * np.random.default_rng(0).normal(size=(50, 5)).astype("float32")
    scores = np.asarray(models.MLP((4,), "cosine")((5,), 3, seed=0)(x))
    assert np.abs(scores).max() <= 1 + 1e-6


def test_the_penalty_is_that_factor_on_the_heads_squares():
    net = models.ConvolutionNet((2, 3), 4, penalty=0.1)((8, 8, 1), 3, seed=0)
    kernel = np.asarray(net.layers[-1].kernel)
    assert float(sum(net.losses)) == pytest.approx(0.1 * (kernel**2).sum(), rel=1e-5)


def test_models_that_differ_have_names_that_differ():
    others = [
        models.MLP((4,)),
        models.MLP((4,), "tanh"),
        models.MLP((4,), activation="tanh"),
        models.MLP((4,), initializer="glorot_uniform"),
        models.MLP((4,), noise=0.5),
        models.FourierFeatures(4, 1.0),
        models.FourierFeatures(4, 2.0),
        models.ConvolutionNet((2, 3), 4),
        models.ConvolutionNet((2, 3), 4, dropout=0.5),
        models.ConvolutionNet((2, 3), 4, penalty=0.1),
    ]
    assert len({model.name for model in others}) == len(others)


def test_noise_is_on_the_inputs_while_training():
    net = models.MLP((), noise=0.5)((400,), 1, seed=0)
    x = np.zeros((1, 400), "float32")
    assert np.all(np.asarray(net.layers[0](x, training=False)) == 0)
    assert np.asarray(net.layers[0](x, training=True)).std() == pytest.approx(
        0.5, rel=0.2
    )
    assert models.MLP((), noise=0.5).initial((400,), 1, seed=0) is None
