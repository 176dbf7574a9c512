"""Values equal scikit-learn's, Keras' and slow loops', on 10,000 random cases."""

import keras
import numpy as np
import pytest
from keras import ops
from sklearn.metrics import hinge_loss

import hinge_keras as hk
from hinge_keras import check

CASES, GROUP, CLASSES = 10_000, 50, 4


def random_scores(outputs):
    """Scores of every size; a quarter of the rows is all-negative."""
    random = np.random.default_rng(0)
    size = 10.0 ** random.uniform(-2, 2, (CASES, 1))
    scores = size * random.normal(0, 1, (CASES, outputs))
    scores[::4] = -np.abs(scores[::4])
    return scores, random


def in_groups(array):
    return array.reshape(-1, GROUP, *array.shape[1:])


@pytest.mark.parametrize("labels", [(0, 1), (-1, 1)])
def test_hinge_equals_scikit_learn(labels):
    scores, random = random_scores(1)
    y, f = random.choice(labels, CASES), scores[:, 0]
    ours = in_groups(check.values(hk.Hinge(), y, f)).mean(axis=1)
    groups = zip(in_groups(y), in_groups(f), strict=True)
    theirs = [hinge_loss(y, f, labels=labels) for y, f in groups]
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6)


def test_crammer_singer_equals_scikit_learn():
    scores, random = random_scores(CLASSES)
    y = random.integers(0, CLASSES, CASES)
    ours = in_groups(check.values(hk.CrammerSinger(), y, scores)).mean(axis=1)
    groups = zip(in_groups(y), in_groups(scores), strict=True)
    theirs = [hinge_loss(y, f, labels=range(CLASSES)) for y, f in groups]
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6)


def loop(y, scores, rule):
    """`rule(s_y, rivals)` row by row, in plain Python."""
    return [rule(s[c], np.delete(s, c)) for c, s in zip(y, scores, strict=True)]


@pytest.mark.parametrize("margin", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("power", [1, 2, 3])
def test_multiclass_losses_equal_a_loop(margin, power):
    scores, random = random_scores(CLASSES)
    scores, y = scores[:500], random.integers(0, CLASSES, 500)

    def phi(m):
        return np.maximum(0, margin - m) ** power

    for loss, rule in {
        hk.CrammerSinger: lambda s, others: phi(s - others.max()),
        hk.WestonWatkins: lambda s, others: phi(s - others).sum(),
        hk.OneVsRest: lambda s, others: phi(s) + phi(-others).sum(),
    }.items():
        ours = check.values(loss(hk.Hinge(margin, power)), y, scores)
        np.testing.assert_allclose(ours, loop(y, scores, rule), rtol=1e-9, atol=1e-9)


def test_logistic_equals_keras_cross_entropy():
    scores, random = random_scores(1)
    y, f = random.integers(0, 2, (CASES, 1)), scores.astype("float32")
    for loss in (
        hk.Logistic(reduction=None),
        hk.Logistic(soft_labels=True, reduction=None),
    ):
        theirs = keras.losses.BinaryCrossentropy(from_logits=True, reduction=None)
        np.testing.assert_allclose(
            ops.convert_to_numpy(loss(y, f)),
            ops.convert_to_numpy(theirs(y, f)),
            rtol=2e-6,
            atol=1e-6,
        )


def test_a_hinge_of_a_larger_margin_is_a_hinge_of_smaller_scores():
    scores, random = random_scores(1)
    y = random.integers(0, 2, (CASES, 1))
    wide, narrow = (
        check.values(hk.Hinge(2.0), y, 4 * scores),
        4 * check.values(hk.Hinge(0.5), y, scores),
    )
    np.testing.assert_allclose(wide, narrow, rtol=1e-9, atol=1e-9)
    twice = check.values(hk.SquaredHinge(), y, scores)
    np.testing.assert_allclose(
        twice, check.values(hk.Hinge(), y, scores) ** 2, rtol=1e-9
    )


def test_smooth_hinges_tend_to_the_hinge():
    m = np.linspace(-5, 5, 1001)
    hinge = np.maximum(0, 1 - m)
    for cls, above, below in (
        (hk.PsiG, 1 / np.sqrt(2 * np.pi), 0),
        (hk.PsiM, 0.5, 0),
        (hk.SoftplusHinge, np.log(2), 0),
        (hk.QuadraticallySmoothedHinge, 0, 0.5),
    ):
        previous = hinge
        for sigma in (1e-4, 0.01, 0.3, 2.0):
            value = check.at(cls(sigma).phi, m)
            gap = value - hinge
            assert gap.max() <= above * sigma + 1e-12
            assert gap.min() >= -below * sigma - 1e-12
            if above:
                assert (value >= previous - 1e-12).all()  # Rises with sigma.
            previous = value


def test_smooth_hinges_are_the_family_formula():
    m = np.linspace(-3, 4, 501)
    for loss in (
        hk.PsiG(0.4),
        hk.PsiM(0.4),
        hk.SoftplusHinge(0.4),
        hk.QuadraticallySmoothedHinge(0.4),
        hk.HuberHinge(0.4),
    ):
        v = (1 - m) / loss.sigma
        weight, rest = check.at(loss.weight, v), check.at(loss.rest, v)
        expected = (1 - m) * weight + loss.sigma * rest
        np.testing.assert_allclose(check.at(loss.phi, m), expected, atol=1e-12)


def test_losses_of_probabilities_equal_their_formulas():
    random = np.random.default_rng(4)
    scores, y = random.normal(0, 1.5, (300, 5)), random.integers(0, 5, 300)
    e = np.eye(5)[y]
    p = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    own, rest = p[e == 1], np.where(e == 1, 0, scores)
    spread = -np.log(p).mean(1)
    for loss, wanted in (
        (hk.CrossEntropy(), -np.log(own)),
        (hk.CrossEntropy(0.2), -0.8 * np.log(own) + 0.2 * spread),
        (hk.Focal(1.5), -((1 - own) ** 1.5) * np.log(own)),
        (hk.Squentropy(), -np.log(own) + (rest**2).sum(1) / 4),
        (hk.L1(), np.abs(scores - e).sum(1)),
        (hk.L1(softmax=True), np.abs(p - e).sum(1)),
        (hk.L2(), ((scores - e) ** 2).sum(1)),
        (hk.L2(softmax=True), ((p - e) ** 2).sum(1)),
        (hk.Chebyshev(), np.abs(p - e).max(1)),
        (hk.SquaredLog(), np.log(own) ** 2),
        (hk.Tanimoto(), -own / ((p**2).sum(1) + 1 - own)),
        (hk.CauchySchwarz(), -np.log(own / np.linalg.norm(p, axis=1))),
        (hk.LogitAdjusted([5, 1, 2, 2, 10], 0.5), adjusted(scores, y, 0.5)),
        (hk.BalancedSoftmax([5, 1, 2, 2, 10]), adjusted(scores, y, 1.0)),
    ):
        found = check.values(loss, y, scores)
        np.testing.assert_allclose(found, wanted, rtol=1e-9, err_msg=repr(loss))


def adjusted(scores, y, tau):
    moved = scores + tau * np.log([5, 1, 2, 2, 10])
    return np.log(np.exp(moved).sum(1)) - moved[np.arange(len(y)), y]
