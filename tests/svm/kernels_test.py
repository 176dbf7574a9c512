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
    assert {kernels.of(loss).name for loss in LOSSES} == set(kernels.KERNELS)


@pytest.mark.parametrize("name", kernels.KERNELS)
def test_a_name_is_the_loss_of_its_class(name):
    loss = hk.losses.get(name)
    assert kernels.of(name) == kernels.of(loss)
    kind = kernels.KERNELS[name]
    assert type(loss).__name__ == kind.class_name
    assert hasattr(loss, "sigma") == kind.has_width
    narrow = kernels.of(name, 0.25)
    assert narrow.sigma == (0.25 if kind.has_width else 1.0)


class PsiG(hk.PsiG):
    """A user's own: whatever it changed, the solver would not see it."""


@pytest.mark.parametrize(
    "loss",
    [hk.Hinge(), hk.HuberHinge(), hk.PsiG, PsiG(), "hinge", "PsiG", ["psi_g"], None],
)
def test_a_loss_that_the_solver_does_not_know_is_refused(loss):
    with pytest.raises(ValueError, match=r"loss is .*accepted is a convex") as found:
        kernels.of(loss)
    says = str(found.value)
    assert repr(loss) in says
    assert "PsiG, PsiM, " in says
    assert "psi_g, psi_m, " in says


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_the_conjugate_is_the_highest_difference(loss):
    phi = kernels.of(loss)
    m = np.sinh(np.linspace(-20, 20, 400_001))  # Far enough for the slowest tail.
    a = np.linspace(0.0, 1.0, 11)[:, None]
    highest = (-a * m - phi(m)[0]).max(axis=1)
    np.testing.assert_allclose(phi.conjugate(a[:, 0]), highest, atol=1e-6)
