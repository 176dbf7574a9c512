"""Class weights and ignored labels, with every encoding and reduction."""

import numpy as np
import pytest

import hinge_keras as hk
from hinge_keras import check

random = np.random.default_rng(0)
F = random.normal(0, 2, (30, 4)).astype("float32")
Y = random.integers(0, 4, 30)
REDUCTIONS = ["sum", "sum_over_batch_size", "mean_with_sample_weight"]


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_ignored_examples_might_as_well_be_missing(reduction):
    gone = np.arange(30) % 3 == 0
    for labels, scores, loss in (
        (Y, F, hk.CrammerSinger),
        (Y % 2, F[:, 0], hk.Hinge),
        (2.0 * (Y[:, None] % 2) - 1, F[:, :1], hk.SquaredHinge),
    ):
        marked = np.where(gone.reshape(-1, *[1] * (labels.ndim - 1)), -9, labels)
        scores = np.where(gone.reshape(-1, *[1] * (scores.ndim - 1)), np.nan, scores)
        weights = random.integers(0, 3, 30).astype("float32")
        for weight in (None, weights):
            part = None if weight is None else weight[~gone]
            ours = loss(ignore_label=-9, reduction=reduction)(marked, scores, weight)
            plain = loss(reduction=reduction)(labels[~gone], scores[~gone], part)
            np.testing.assert_allclose(float(ours), float(plain), rtol=1e-5)
        metric = hk.LossMetric(loss(ignore_label=-9))
        whole = hk.LossMetric(loss())(labels[~gone], scores[~gone])
        np.testing.assert_allclose(float(metric(marked, scores)), float(whole), 1e-5)


def test_a_batch_of_ignored_labels_costs_nothing():
    for loss in (hk.Hinge(ignore_label=7), hk.OneVsRest(ignore_label=7)):
        labels = np.full(30, 7)
        scores = F[:, 0] if isinstance(loss, hk.BinaryLoss) else F
        assert float(loss(labels, scores)) == 0


def test_ignored_outputs_leave_the_mean_of_the_others():
    loss = hk.Hinge(ignore_label=-9, reduction=None)
    found = loss(np.array([[1, -9, 0]]), np.array([[0.0, 50.0, 3.0]]))
    np.testing.assert_allclose(found, [(1 + 4) / 2])


def test_class_weights_equal_sample_weights():
    weight = [0.5, 2.0, 0.0, 3.0]
    one_hot = np.eye(4)[Y]
    for given in (weight, dict(enumerate(weight)), np.array(weight)):
        for labels in (Y, one_hot, 2 * one_hot - 1):
            ours = float(hk.WestonWatkins(class_weight=given)(labels, F))
            plain = float(hk.WestonWatkins()(Y, F, np.array(weight)[Y]))
            np.testing.assert_allclose(ours, plain, rtol=1e-6)
    for labels in (Y % 2, 2 * (Y % 2) - 1):
        ours = float(hk.Hinge(class_weight=[0.5, 2.0])(labels, F[:, 0]))
        plain = float(hk.Hinge()(Y % 2, F[:, 0], np.array([0.5, 2.0])[Y % 2]))
        np.testing.assert_allclose(ours, plain, rtol=1e-6)


class Wrong(hk.BinaryLoss):
    """A third party's loss that claims too much."""

    def phi(self, m):
        return m * m * m

    def slope(self, m):
        return 3 * m * m

    def curvature(self, m):
        return 6 * m


def test_check_loss_names_the_law_a_loss_breaks():
    with pytest.raises(AssertionError, match=r"Wrong.*breaks the law"):
        hk.check_loss(Wrong())


@pytest.mark.parametrize(
    ("cls", "claimed", "law"),
    [
        (hk.SquaredHinge, {"smoothness": 1.0}, "is_as_steep_and_bent_as_it_says"),
        (hk.Hinge, {"lipschitz": 0.5}, "is_as_steep_and_bent_as_it_says"),
        (hk.CalibratedTopK, {"convex": True}, "is_convex_or_says_not"),
        (hk.Hinge, {"convex": False}, "is_convex_or_says_not"),
        (hk.Pinball, {"monotone": True}, "is_monotone_or_says_not"),
        (hk.Hinge, {"zero_from": 0.5}, "is_zero_beyond_the_margin"),
        (hk.Hinge, {"zero_from": 2.0}, "is_zero_beyond_the_margin"),
        (hk.Tanimoto, {"nonnegative": True}, "is_nonnegative"),
        (hk.Perceptron, {"calibrated": True}, "is_calibrated_or_says_not"),
        (hk.OneVsRest, {"shift_invariant": True}, "is_shift_invariant_or_says_not"),
        (hk.CrammerSinger, {"symmetric": False}, "treats_classes_alike_or_says_not"),
    ],
)
def test_a_fact_that_is_not_true_is_found(cls, claimed, law):
    class Claimed(cls):
        @property
        def facts(self):
            return super().facts.but(**claimed)

    loss = Claimed(2) if cls is hk.CalibratedTopK else Claimed()
    with pytest.raises(AssertionError, match=law):
        hk.check_loss(loss)


def test_multi_margin_is_pytorchs_formula():
    found = check.values(hk.MultiMargin(), Y, F)
    gap = 1 - F[np.arange(30), Y][:, None] + F
    gap[np.arange(30), Y] = 0
    np.testing.assert_allclose(found, np.maximum(0, gap).sum(1) / 4, rtol=1e-6)


def test_multilabel_margin_of_soft_labels_is_that_of_independent_ones():
    loss = hk.MultilabelMargin(soft_labels=True, class_weight=[0.5, 2.0])
    p = random.uniform(0, 1, F.shape)
    wanted = np.zeros(len(F))
    for n, (chances, scores) in enumerate(zip(p, F, strict=True)):
        for i, j in np.argwhere(~np.eye(4, dtype=bool)):
            hinge = max(0, 1 - scores[i] + scores[j])
            wanted[n] += 2.0 * chances[i] * (1 - chances[j]) * hinge / 4
    np.testing.assert_allclose(check.values(loss, p, F), wanted, rtol=1e-5)
    hard = (p > 0.5).astype("float32")
    plain = check.values(hk.MultilabelMargin(class_weight=[0.5, 2.0]), hard, F)
    np.testing.assert_allclose(check.values(loss, hard, F), plain, rtol=1e-6)
