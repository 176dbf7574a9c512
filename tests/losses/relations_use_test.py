"""Losses of pairs, triplets, orders and targets compiled, masked, saved, and at edges."""

import math

import keras
import numpy as np
import pytest
from keras import ops
from keras.src.backend.common.masking import set_keras_mask

import hinge_keras as hk
from hinge_keras import check

N = 6
random = np.random.default_rng(3)
LABELS = np.array([0, 1, 0, 1, 2, 2])
GRADES = np.array([[2, 0, 1], [0, 0, 1], [1, 1, 1], [2, 1, 0], [0, 2, 2], [1, 0, 0]])
SIGNS = np.array([1, 0, 0, 1, 1, 0])

# Each loss, with labels and the shape of scores that it takes.
USED = {
    "margin_ranking": (hk.MarginRanking(0.4, hk.SquaredHinge()), SIGNS, (N, 2)),
    "hinge_embedding": (hk.HingeEmbedding(0.7), SIGNS, (N, 1)),
    "cosine_embedding": (hk.CosineEmbedding(0.1), SIGNS, (N, 2, 4)),
    "contrastive": (hk.Contrastive(1.3), SIGNS, (N, 2, 4)),
    "triplet": (hk.Triplet(0.8, 3, True), SIGNS, (N, 3, 4)),
    "mined_hard": (hk.MinedTriplet("hard", 0.8), LABELS, (N, 4)),
    "mined_semi_hard": (hk.MinedTriplet("semi_hard", 0.8), LABELS, (N, 4)),
    "lists": (hk.PairwiseHinge(hk.Logistic(), ignore_label=1), GRADES, (N, 3)),
    "one_list": (hk.PairwiseHinge(), LABELS, (N, 1)),
    "groups": (
        hk.PairwiseHinge(groups=True),
        np.stack([LABELS, SIGNS], 1),
        (N, 1),
    ),
    "ordinal": (hk.OrdinalHinge("immediate", hk.PsiM(0.4)), LABELS, (N, 2)),
    "epsilon": (hk.EpsilonInsensitive(0.3, hk.PsiG(0.2)), LABELS / 2, (N, 1)),
    "squared_epsilon": (hk.SquaredEpsilonInsensitive(0.3), LABELS / 2, (N, 1)),
    "arc_face": (hk.ArcFace(0.3, 5.0), LABELS, (N, 3)),
    "cos_face": (hk.CosFace(0.3, 5.0), LABELS, (N, 3)),
    "sphere_face": (hk.SphereFace(3, 5.0), LABELS, (N, 3)),
    "sparsemax": (hk.Sparsemax(), LABELS, (N, 3)),
    "discriminator": (hk.GANDiscriminator(hk.Logistic()), SIGNS, (N, 1)),
    "generator": (hk.GANGenerator(), np.ones(N), (N, 1)),
    "unhinged": (hk.Unhinged(), SIGNS, (N, 1)),
    "double_hinge": (hk.DoubleHinge(0.3), SIGNS, (N, 1)),
}


@pytest.fixture(params=USED)
def used(request):
    loss, labels, shape = USED[request.param]
    return loss, labels, random.normal(0, 1, shape).astype("float32")


def compiled(function, *arrays):
    """The function's value by every compiler of the backend, batches of any size."""
    tensors = [ops.convert_to_tensor(array) for array in arrays]
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        any_size = [tf.TensorSpec((None, *t.shape[1:]), t.dtype) for t in tensors]
        yield tf.function(function, any_size)(*tensors)
        yield tf.function(function, jit_compile=True)(*tensors)
    elif keras.backend.backend() == "jax":
        import jax

        yield jax.jit(function)(*tensors)
    else:
        yield function(*tensors)


def test_compiled_the_value_is_the_same(used):
    loss, labels, scores = used
    weight = np.linspace(0.2, 1.1, N).astype("float32")
    eager = ops.convert_to_numpy(loss(labels, scores, weight))
    for found in compiled(loss, labels, scores, weight):
        np.testing.assert_allclose(found, eager, rtol=1e-5)


def test_a_saved_model_goes_on_where_it_was(used, tmp_path):
    loss, labels, scores = used
    shape = scores.shape[1:]
    size = math.prod(shape)
    layers = [keras.layers.Flatten(), keras.layers.Dense(size)]
    model = keras.Sequential([keras.Input(shape), *layers, keras.layers.Reshape(shape)])
    model.compile("sgd", loss)
    model.fit(scores, labels, epochs=1, batch_size=N, verbose=0)
    model.save(tmp_path / "model.keras")
    revived = keras.saving.load_model(tmp_path / "model.keras")
    assert repr(revived.loss) == repr(loss)
    found = revived.evaluate(scores, labels, batch_size=N, verbose=0)
    wanted = model.evaluate(scores, labels, batch_size=N, verbose=0)
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def masked(loss, labels, scores, mask):
    """The value of scores under a mask of Keras."""
    scores = ops.convert_to_tensor(scores.astype("float32"))
    set_keras_mask(scores, ops.convert_to_tensor(mask))
    return float(ops.convert_to_numpy(loss(labels, scores)))


@pytest.mark.parametrize("name", ["triplet", "contrastive", "cosine_embedding"])
def test_what_is_compared_counts_if_all_of_it_is_there(name):
    loss, labels, shape = USED[name]
    scores = random.normal(0, 1, shape)
    parts = random.uniform(size=shape[:2]) < 0.8
    parts[0] = parts[1] = True
    parts[2, 0] = parts[3, -1] = False
    there = parts.all(1)
    wanted = check.values(loss, labels, scores)[there].mean()
    np.testing.assert_allclose(masked(loss, labels, scores, parts), wanted, rtol=1e-5)
    np.testing.assert_allclose(masked(loss, labels, scores, there), wanted, rtol=1e-5)


@pytest.mark.parametrize("name", ["margin_ranking", "ordinal", "epsilon", "one_list"])
def test_masked_examples_count_for_nothing(name):
    loss, labels, shape = USED[name]
    scores, there = random.normal(0, 1, shape), np.arange(N) != 2
    wanted = check.values(loss, labels[there], scores[there]).mean()
    scores[2] = math.nan
    np.testing.assert_allclose(masked(loss, labels, scores, there), wanted, rtol=1e-5)


@pytest.mark.parametrize("mining", ["hard", "semi_hard"])
def test_masked_embeddings_are_in_no_triplet(mining):
    loss, there = hk.MinedTriplet(mining, 0.8), np.arange(N) != 5
    embeddings = random.normal(0, 1, (N, 4))
    part = check.values(loss, LABELS[there], embeddings[there])
    wanted = part[:4].mean()  # The fifth has lost its only positive.
    embeddings[5] = math.nan
    labels = LABELS.astype("float32")
    labels[5] = math.nan
    found = masked(loss, labels, embeddings, there)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)

    def value(x):
        kept = ops.copy(x)
        set_keras_mask(kept, ops.convert_to_tensor(there))
        return loss(labels, kept)

    slope = check.gradient(value, embeddings.astype("float32"))
    assert np.isfinite(slope).all()
    assert (slope[5] == 0).all()


def test_identities_of_any_size_are_told_apart():
    """Whole numbers from 2**24 up round in float32."""
    embeddings = random.normal(0, 1, (4, 3))
    small, large = np.array([0, 1, 2, 2]), 2**24 + np.array([0, 1, 2, 2])
    for mining in ("hard", "semi_hard"):
        loss = hk.MinedTriplet(mining)
        found = check.values(loss, large, embeddings)
        np.testing.assert_array_equal(found, check.values(loss, small, embeddings))


def test_a_column_of_scores_is_one_list():
    """What `Dense(1)` gives; read as lists of one item it would cost nothing."""
    grades, scores = np.array([2, 1, 0]), np.array([3.0, 2.5, 2.5])
    for shape in ((3,), (3, 1)):
        for labels in (grades, grades[:, None]):
            if labels.ndim <= len(shape):
                found = check.values(hk.PairwiseHinge(), labels, scores.reshape(shape))
                np.testing.assert_allclose(found, [2 / 3])


COSINES = np.linspace(-3, 3, 2401)
ANGULAR = [
    hk.ArcFace(0.2),
    hk.ArcFace(1.57),
    hk.CosFace(0.8),
    hk.SphereFace(1),
    hk.SphereFace(2),
    hk.SphereFace(5),
]


@pytest.mark.parametrize("loss", ANGULAR, ids=repr)
def test_the_true_class_counts_for_more_the_higher_its_score(loss):
    """Beyond -1 and 1 too, by slopes that are finite and pull back."""
    lowered = check.at(loss.lowered, COSINES)
    assert lowered.dtype == "float64"
    assert (np.diff(lowered) > 0).all()
    for cosine in (-2.0, -1.0, 1.0, 2.0):
        with check.double_precision():
            slope = check.gradient(
                lambda x: ops.sum(loss.lowered(x)), np.array([cosine])
            )
        assert np.isfinite(slope).all()
        if abs(cosine) > 1:
            np.testing.assert_allclose(slope, 1, rtol=1e-6)
    inside = COSINES[np.abs(COSINES) <= 1]
    assert (check.at(loss.lowered, inside) <= inside + 1e-12).all()


@pytest.mark.parametrize("p", [1, 1.5, 2, 4, math.inf])
def test_triplets_that_coincide_have_a_slope(p):
    """PyTorch's 1e-6 within the distance, taken back, is a distance of 0."""
    embeddings = np.zeros((1, 3, 2))
    embeddings[0, 1] = 1e-6
    embeddings[0, 2] = 0.3
    slope = check.slopes(hk.Triplet(p=p), np.zeros(1), embeddings)
    assert np.isfinite(slope).all()
    assert np.abs(slope[0, 2]).max() > 0


def test_the_infinite_norm_is_the_largest_difference():
    triplets = random.normal(0, 1, (50, 3, 4))
    near, away = (np.abs(triplets[:, 0] - triplets[:, i]).max(1) for i in (1, 2))
    found = check.values(hk.Triplet(0.4, math.inf), np.zeros(50), triplets)
    np.testing.assert_allclose(found, np.maximum(0, 0.4 + near - away), atol=1e-5)


def test_a_ranking_states_what_its_base_does():
    assert hk.MarginRanking(0.3).convex
    assert hk.MarginRanking(0.3).zero_from == 0.3
    assert not hk.MarginRanking(0.3, hk.Ramp()).convex
    assert not hk.MarginRanking(0.3, hk.LeastSquares()).monotone
    assert hk.MarginRanking(0.3, hk.Logistic()).zero_from == math.inf


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: hk.Contrastive(axis=1), "axis is 1; accepted is -1"),
        (lambda: hk.MarginRanking(axis=1), "axis is 1; accepted is -1"),
        (lambda: hk.CosineEmbedding(1.5), "margin is 1.5; accepted is a number from"),
        (lambda: hk.Triplet(p=0.5), "p is 0.5; accepted is a number from 1 up"),
        (lambda: hk.ArcFace(1.6), "margin is 1.6; accepted is an angle below pi / 2"),
        (lambda: hk.MarginRanking(-1), "margin is -1; accepted"),
        (lambda: hk.Contrastive(base="hinge"), "base is 'hinge'; accepted"),
    ],
)
def test_a_bad_argument_is_named(make, says):
    with pytest.raises(ValueError, match=says):
        make()


@pytest.mark.parametrize(
    ("loss", "labels", "shape", "says"),
    [
        (
            hk.MinedTriplet(),
            [0, math.nan, 1],
            (3, 2),
            "contains nan; accepted are .*whole",
        ),
        (hk.MinedTriplet(), [[0, 1], [1, 0]], (2, 2), r"y_true has shape \(2, 2\)"),
        (hk.MinedTriplet(), [0, 1], (2, 3, 2), r"y_pred has shape \(2, 3, 2\)"),
        (hk.Triplet(), [0], (1, 2, 4), r"y_pred has shape \(1, 2, 4\); accepted"),
        (hk.PairwiseHinge(groups=True), [1, 2], (2,), r"y_true has shape \(2,\)"),
        (hk.PairwiseHinge(), [1, 2], (3,), r"y_true has shape \(2, 1\)"),
        (hk.HingeEmbedding(), [3], (1,), "y_true contains 3; accepted"),
        (hk.OrdinalHinge(), [0.5], (1, 2), "y_true contains 0.5; accepted"),
    ],
)
def test_bad_labels_and_shapes_are_named(loss, labels, shape, says):
    with pytest.raises(ValueError, match=says):
        loss(np.array(labels), np.ones(shape, "float32"))
