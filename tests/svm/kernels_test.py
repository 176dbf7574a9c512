"""The numpy kernels are the losses they stand for, to rounding."""

import keras
import numpy as np
import pytest

import hinge_keras as hk
from hinge_keras.svm import kernels

LOSSES = [
    hk.SquaredHinge(margin=1.5),
    hk.Logistic(),
    hk.SoftplusHinge(temperature=0.3),
    hk.PsiG(sigma=0.4),
    hk.PsiM(sigma=0.4),
    hk.QuadraticallySmoothedHinge(gamma=0.4),
]
MARGINS = np.linspace(-5, 6, 221) + 1e-3  # Off the kinks of the curvatures.


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_kernel_is_the_loss(loss):
    tensor = keras.ops.convert_to_tensor(MARGINS, dtype="float64")
    value, slope, curvature = kernels.of(loss)(MARGINS)
    for ours, theirs in (
        (value, loss.phi(tensor)),
        (slope, loss.slope(tensor)),
        (curvature, loss.curvature(tensor)),
    ):
        theirs = keras.ops.convert_to_numpy(theirs)
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_kernel_is_finite_and_keeps_its_signs_far_away(loss):
    m = np.array([-1e150, -1e12, -1e3, 0.0, 1e3, 1e12, 1e150])
    value, slope, curvature = kernels.of(loss)(m)
    assert np.isfinite([value, slope, curvature]).all()
    assert (value >= 0).all()
    assert (slope <= 0).all()
    assert (curvature >= 0).all()


def test_every_kernel_is_tested():
    assert {type(loss) for loss in LOSSES} == set(kernels.KERNELS)


def test_a_loss_without_a_curvature_is_refused():
    with pytest.raises(ValueError, match=r"loss is Hinge.*accepted is a convex loss"):
        kernels.of(hk.Hinge())
