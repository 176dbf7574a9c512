"""`SmoothSVCCV` equals the loop over costs and folds that it replaces."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.metrics import balanced_accuracy_score, log_loss
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedKFold,
    cross_val_score,
    train_test_split,
)
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
    model = SmoothSVC("psi_m", tol=1e-9)
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


@pytest.mark.parametrize("classes", [2, 3])
def test_scores_choose_by_any_measure_with_weights(classes):
    X, y = problem(classes)
    weights = np.random.default_rng(0).integers(1, 4, len(y)).astype(float)
    model = SmoothSVC("psi_m", tol=1e-9)
    found = SmoothSVCCV(model, Cs=CS, cv=3, scoring="balanced_accuracy")
    found.fit(X, y, sample_weight=weights)
    for k, (train, test) in enumerate(StratifiedKFold(3).split(X, y)):
        for j, C in enumerate(CS):
            fold = clone(model).set_params(C=C).fit(X[train], y[train], weights[train])
            expected = balanced_accuracy_score(
                y[test], fold.predict(X[test]), sample_weight=weights[test]
            )
            assert found.scores_[0, j, k] == pytest.approx(expected)


def test_groups_are_kept_together():
    X, y = problem(2)
    groups = np.arange(len(y)) // 10
    folds = GroupKFold(3)
    found = SmoothSVCCV(Cs=CS, cv=folds).fit(X, y, groups=groups)
    for j, C in enumerate(CS):
        expected = cross_val_score(SmoothSVC(C=C), X, y, groups=groups, cv=folds)
        np.testing.assert_allclose(found.scores_[0, j], expected)


@pytest.mark.parametrize("joint", ["ovr", "crammer_singer"])
@pytest.mark.parametrize("lost", [["c"], ["b", "c"]])
def test_a_class_that_a_fold_lacks_is_never_predicted_there(joint, lost):
    X, y = problem(3)
    y = np.where((y == "c") & (np.arange(len(y)) % 2 == 0), "d", y)
    few = np.flatnonzero(~np.isin(y, lost))
    folds = [(few, np.arange(len(y))), (np.arange(60), np.arange(60, len(y)))]
    model = SmoothSVC("psi_m", multi_class=joint, tol=1e-9)
    found = SmoothSVCCV(model, Cs=[0.3, 3.0], cv=folds).fit(X, y)
    for j, C in enumerate([0.3, 3.0]):
        for k, (train, test) in enumerate(folds):
            alone = clone(model).set_params(C=C).fit(X[train], y[train])
            assert found.scores_[0, j, k] == alone.score(X[test], y[test])


def test_a_fold_of_one_class_is_refused(monkeypatch):
    monkeypatch.delattr(path, "walked")
    X, y = problem(2)
    ordered = np.argsort(y)
    with pytest.raises(ValueError, match="cv trains on one class alone in fold 0"):
        SmoothSVCCV(cv=KFold(2)).fit(X[ordered], y[ordered])


@pytest.mark.parametrize("classes", [2, 3])
def test_probabilities_are_calibrated_on_what_folds_leave_out(classes):
    X, y = make_classification(
        600, 20, n_informative=5, n_classes=classes, flip_y=0.3, random_state=0
    )
    X, X_new, y, y_new = train_test_split(X, y, random_state=0)
    narrow = SmoothSVC("psi_g", sigma=0.01)
    found = SmoothSVCCV(narrow, Cs=[0.01, 0.1]).fit(X, y)
    own = found.best_estimator_.predict_proba(X_new)
    ours = found.predict_proba(X_new)
    assert log_loss(y_new, ours) < 0.6 * log_loss(y_new, own)
    np.testing.assert_allclose(np.exp(found.predict_log_proba(X_new)), ours)
    if classes == 3:
        assert (found.classes_[ours.argmax(axis=1)] == found.predict(X_new)).all()


def test_a_best_cost_at_the_end_of_those_tried_is_told():
    X, y = problem(2)
    assert SmoothSVCCV(Cs=[1e-6, 1e-5], cv=2).fit(X, y).edge_ in ("C: low", "C: high")
    assert SmoothSVCCV(Cs=[1.0], sigmas=[1.0], cv=2).fit(X, y).edge_ == ""


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
    monkeypatch.delattr(path, "walked")
    with pytest.raises(ValueError, match=says):
        SmoothSVCCV(model).fit(*problem(2))
