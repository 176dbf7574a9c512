"""`SmoothSVCCV` equals the loop over costs and folds that it replaces."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import make_classification
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from hinge_keras.svm import SmoothSVC, SmoothSVCCV, design, path

CS = [0.01, 0.3, 10.0]


@parametrize_with_checks([SmoothSVCCV(SmoothSVC(tol=1e-10), Cs=[0.1, 1.0], cv=2)])
def test_keeps_the_contract_of_scikit_learn(estimator, check):
    check(estimator)


def problem(classes, features=600):
    X, y = make_classification(
        120, features, n_informative=20, n_classes=classes, flip_y=0.2, random_state=0
    )
    X[np.abs(X) < 1.5] = 0
    return sparse.csr_matrix(X / 10), np.array(["a", "b", "c"])[y]


@pytest.fixture(params=["compiled", "scipy"])
def kernels(request, monkeypatch):
    if request.param == "scipy":
        monkeypatch.setattr(design, "compiled", None)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("block", [path.BLOCK, 1], ids=["one block", "a fold a block"])
def test_scores_are_those_of_the_loop(kernels, monkeypatch, classes, block):
    monkeypatch.setattr(path, "BLOCK", block)
    X, y = problem(classes)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    model = SmoothSVC("psi_m", tol=1e-6)
    found = SmoothSVCCV(model, Cs=CS, sigmas=[0.3, 1.0], cv=folds).fit(X, y)
    for i, sigma in enumerate([0.3, 1.0]):
        for j, C in enumerate(CS):
            model.set_params(C=C, sigma=sigma)
            expected = cross_val_score(model, X, y, cv=folds)
            np.testing.assert_allclose(found.scores_[i, j], expected)
    means = found.scores_.mean(axis=2)
    assert (
        means.max()
        == means[list(found.sigmas_).index(found.sigma_), CS.index(found.C_)]
    )
    model.set_params(C=found.C_, sigma=found.sigma_).fit(X, y)
    np.testing.assert_allclose(found.coef_, model.coef_, atol=1e-4)
    assert (found.predict(X) == model.predict(X)).all()


def test_bad_grids_are_named():
    X, y = problem(2)
    with pytest.raises(ValueError, match=r"Cs is .*accepted are numbers above 0"):
        SmoothSVCCV(Cs=[0.0, 1.0]).fit(X, y)
    with pytest.raises(ValueError, match=r"sigmas is .*accepted are numbers above 0"):
        SmoothSVCCV(sigmas=[-1.0]).fit(X, y)


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (SmoothSVC("hinge"), "loss is 'hinge'; accepted is a convex loss"),
        (SmoothSVC(tol=-1.0), "'tol' parameter"),
    ],
)
def test_a_bad_estimator_is_named_before_any_fold(monkeypatch, model, says):
    monkeypatch.delattr(path, "accuracies")
    with pytest.raises(ValueError, match=says):
        SmoothSVCCV(model).fit(*problem(2))
