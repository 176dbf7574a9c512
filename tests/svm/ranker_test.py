"""Rankings and ordered classes: every pair counted, none looked at."""

import warnings
from math import log2

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import minimize
from scipy.stats import kendalltau
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import parametrize_with_checks

import hinge_keras as hk
from hinge_keras.check import values
from hinge_keras.svm import SmoothSVC, comparisons, kernels
from hinge_keras.svm.comparisons import Ranking, Sweep
from hinge_keras.svm.design import Design
from hinge_keras.svm.pairwise import Pairwise
from hinge_keras.svm.ranker import SmoothOrdinal, SmoothRanker
from hinge_keras.svm.thresholds import AllThreshold


@parametrize_with_checks(
    [
        SmoothOrdinal(tol=1e-10),
        SmoothOrdinal("psi_g", tol=1e-10),
        SmoothRanker(tol=1e-10),
    ]
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_keeps_the_contract_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture(params=["compiled", "numpy"])
def way(request, monkeypatch):
    """With the compiled sweeps, and without."""
    if request.param == "numpy":
        monkeypatch.setattr(comparisons, "compiled_pairs", None)
    elif comparisons.compiled_pairs is None:
        pytest.skip("numba is an extra")


def compared(y, groups):
    """Whether the row of the first index is to be above that of the second."""
    return (y[:, None] > y) & (groups[:, None] == groups)


def plain(scores, y, groups, weights):
    """Value, slopes and Hessian by the scores of one problem, pair by pair."""
    value, slopes = 0.0, np.zeros(len(y))
    hessian = np.zeros((len(y), len(y)))
    for i, j in np.argwhere(compared(y, groups)):
        weight, gap = weights[i] * weights[j], 1 - (scores[i] - scores[j])
        if gap <= 0:
            continue
        value += weight * gap**2
        slopes[[i, j]] += 2 * weight * gap * np.array([-1, 1])
        hessian[np.ix_([i, j], [i, j])] += 2 * weight * np.array([[1, -1], [-1, 1]])
    return value, slopes, hessian


RELEVANCES = {
    "two": lambda random, n: random.integers(0, 2, n) * 1.0,
    "five": lambda random, n: random.integers(0, 5, n) - 2.5,
    "distinct": lambda random, n: random.permutation(n) / 7.0,
}


def problem(relevances="five", rows=60, groups=4, seed=0):
    """Coarse data, so that scores tie; the last group has one row."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(rows, 5)).round()
    groups = np.append(np.arange(rows - 1) % max(1, groups - 1), groups - 1)
    return X, RELEVANCES[relevances](random, rows), random.permutation(groups)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("relevances", RELEVANCES)
@pytest.mark.parametrize("groups", [1, 2, 7])
def test_value_slopes_and_products_are_those_of_a_loop_over_pairs(relevances, groups):
    X, y, groups = problem(relevances, groups=groups)
    random = np.random.default_rng(1)
    weights = random.choice([0.0, 0.5, 1.0, 3.0], size=(len(y), 2))
    costs = np.array([[1.0, 2.5]])
    W, S = random.integers(-2, 3, (2, 5, 2)) / 4
    block = Pairwise(Design(X), Ranking(y, groups), weights, costs, np.ones((5, 1)))
    scores = X @ W
    assert len(np.unique(scores[:, 0])) < len(y)
    point = block.at(W)
    _, slopes, _ = block.terms(scores)
    products = block.hessian(point.curvature)(S)
    for k in range(2):
        value, slope, hessian = plain(scores[:, k], y, groups, weights[:, k])
        square = 0.5 * W[:, k] @ W[:, k]
        assert point.value[k] == pytest.approx(square + costs[0, k] * value, rel=1e-12)
        np.testing.assert_allclose(slopes[:, k], costs[0, k] * slope, atol=1e-10)
        product = S[:, k] + costs[0, k] * X.T @ (hessian @ (X @ S[:, k]))
        np.testing.assert_allclose(products[:, k], product, rtol=1e-10)
        one = block.select([k])
        np.testing.assert_array_equal(one.loss(scores[:, [k]]), block.loss(scores)[[k]])


def test_the_mean_over_pairs_is_the_keras_loss():
    X, y, groups = problem()
    scores = X[:, 0] - 0.3 * X[:, 1]
    loss = hk.PairwiseHinge(hk.SquaredHinge(), groups=True)
    expected = float(loss(np.column_stack([y, groups]), scores))
    ranking, ones = Ranking(y, groups), np.ones((len(y), 1))
    total = ranking.total(ones[:, 0])
    assert total == compared(y, groups).sum()
    block = Pairwise(Design(X), ranking, ones, np.ones((1, 1)), np.ones((5, 1)))
    assert block.loss(scores[:, None]) / total == pytest.approx(expected, rel=1e-5)


def least(function, size):
    """The minimum by L-BFGS, run to the end."""
    options = {"maxiter": 20000, "maxfun": 20000, "ftol": 0, "gtol": 1e-10}
    found = minimize(
        function, np.zeros(size), jac=True, method="L-BFGS-B", options=options
    )
    return found.fun


def reference(X, y, groups, weights, cost):
    pairs = compared(y, groups) * np.outer(weights, weights)

    def objective(w):
        s = X @ w
        gap = np.maximum(0, 1 - (s[:, None] - s))
        pulls = 2 * cost * pairs * gap
        slopes = pulls.sum(axis=0) - pulls.sum(axis=1)
        return 0.5 * w @ w + cost * np.sum(pairs * gap**2), w + X.T @ slopes

    return least(objective, X.shape[1])


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("relevances", RELEVANCES)
@pytest.mark.parametrize("normalise", [False, True])
def test_the_ranker_reaches_the_minimum_over_all_pairs(relevances, normalise):
    X, y, groups = problem(relevances)
    weights = np.random.default_rng(2).uniform(0, 2, len(y))
    pairs = np.sum(compared(y, groups) * np.outer(weights, weights))
    model = SmoothRanker(C=0.3, normalise=normalise, tol=1e-12)
    model.fit(X, y, groups, sample_weight=weights)
    cost = 0.3 / pairs if normalise else 0.3
    expected = reference(X, y, groups, weights, cost)
    assert model.objective_ == pytest.approx(expected, rel=1e-10)


def test_a_pair_counts_as_often_as_its_rows_repeat():
    X, y, groups = problem()
    repeats = np.random.default_rng(3).integers(0, 4, len(y))
    weighted = SmoothRanker(tol=1e-12).fit(X, y, groups, sample_weight=repeats)
    parts = (np.repeat(part, repeats, axis=0) for part in (X, y, groups))
    repeated = SmoothRanker(tol=1e-12).fit(*parts)
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, atol=1e-7)
    score = weighted.score(X, y, groups, sample_weight=repeats)
    parts = (np.repeat(part, repeats, axis=0) for part in (X, y, groups))
    assert score == pytest.approx(weighted.score(*parts))


def test_rankings_of_dense_sparse_threads_and_float32_agree():
    X, y, groups = problem(rows=300)
    one = SmoothRanker(tol=1e-12).fit(X, y, groups)
    names = np.array(["c", "a", "d", "b"])[groups]
    for other, atol in (
        (SmoothRanker(tol=1e-12).fit(sparse.csr_matrix(X), y, groups), 1e-7),
        (SmoothRanker(tol=1e-12, n_jobs=2).fit(sparse.csc_array(X), y, names), 1e-7),
        (SmoothRanker().fit(X.astype(np.float32), y, groups), 1e-4),
    ):
        np.testing.assert_allclose(other.coef_, one.coef_, atol=atol)
    assert other.coef_.dtype == np.float32


@pytest.mark.parametrize("estimator", [SmoothRanker, SmoothOrdinal])
def test_the_gap_bounds_the_distance_to_the_minimum(estimator):
    X, y, _ = problem()
    y = (y + 2.5).astype(int)
    best = estimator(C=0.1, tol=1e-13).fit(X, y)
    for tol in (1e-1, 1e-3, 1e-5):
        rough = estimator(C=0.1, tol=tol).fit(X, y)
        above = rough.objective_ - best.objective_
        assert above <= rough.duality_gap_ + 1e-12 * best.objective_
        assert rough.duality_gap_ <= tol * rough.objective_
    for steps in range(4):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            early = estimator(C=0.1, tol=1e-13, max_iter=steps).fit(X, y)
        assert early.objective_ - best.objective_ <= early.duality_gap_


class Counted(list):
    """A list that counts how often its items are read and written."""

    looks = 0

    def __getitem__(self, node):
        self.looks += 1
        return super().__getitem__(node)

    def __setitem__(self, node, value):
        self.looks += 1
        super().__setitem__(node, value)


def looks(rows, levels):
    """How often a sweep looks into its tree, of rows with pairs in proportion."""
    random = np.random.default_rng(0)
    scores, y = random.normal(size=rows), random.permutation(rows) % levels * 1.0
    groups = np.zeros(rows, int)
    sweep = Ranking(y, groups).too_close(scores).up
    tree, out = Counted([0.0] * (levels + 1)), np.empty(rows)
    comparisons.compiled_pairs.lower_sums.py_func(*sweep, np.ones(rows), tree, out)
    assert out.sum() == np.sum(compared(y, groups) & (scores[:, None] - scores < 1))
    return tree.looks


@pytest.mark.skipif(comparisons.compiled_pairs is None, reason="numba is an extra")
def test_looks_grow_as_rows_times_the_logarithm_of_the_levels():
    for rows in (200, 400, 800):
        for levels in (2, 4, 16, rows):
            assert looks(rows, levels) <= 2 * rows * (1 + log2(levels))
    for levels in (2, 16):
        assert looks(800, levels) <= 2.01 * looks(400, levels)
    assert looks(800, 800) <= 2.01 * log2(800) / log2(400) * looks(400, 400)


def test_sweeps_are_as_many_whatever_the_rows_and_levels(monkeypatch):
    sweeps, lower_sums = [], Sweep.lower_sums

    def counted(sweep, values):
        sweeps.append(len(values))
        return lower_sums(sweep, values)

    monkeypatch.setattr(Sweep, "lower_sums", counted)
    for rows, relevances in ((50, "two"), (400, "distinct")):
        X, y, groups = problem(relevances, rows)
        ones = np.ones((rows, 1))
        block = Pairwise(Design(X), Ranking(y, groups), ones, ones[:1], np.ones((5, 1)))
        point = block.at(np.zeros((5, 1)))
        assert sweeps == [rows] * 4
        hessian = block.hessian(point.curvature)
        assert sweeps == [rows] * 6
        hessian(np.ones((5, 1)))
        assert sweeps == [rows] * 8
        sweeps.clear()


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("relevances", RELEVANCES)
def test_concordance_is_the_share_of_pairs_in_order_with_ties_half(relevances):
    X, y, groups = problem(relevances)
    scores, weights = X[:, 0], np.random.default_rng(4).uniform(0, 2, len(y))
    pairs = compared(y, groups) * np.outer(weights, weights)
    lead = np.sign(scores[:, None] - scores)
    expected = np.sum(pairs * (lead + 1) / 2) / pairs.sum()
    found = Ranking(y, groups).concordance(scores, weights)
    assert found == pytest.approx(expected, rel=1e-12)


def test_concordance_without_ties_is_kendalls_tau():
    random = np.random.default_rng(5)
    X, y = random.normal(size=(2, 80, 1))
    model = SmoothRanker().fit(X, y[:, 0])
    tau = kendalltau(model.predict(X), y[:, 0]).statistic
    assert model.score(X, y[:, 0]) == pytest.approx((tau + 1) / 2)


def test_a_constant_added_to_a_group_changes_nothing():
    X, y, groups = problem()
    moved = X + np.array([0, 300, -500, 1000])[groups][:, None]
    one, other = (SmoothRanker(tol=1e-12).fit(data, y, groups) for data in (X, moved))
    np.testing.assert_allclose(other.coef_, one.coef_, atol=1e-6)
    ones = np.ones((len(y), 1))
    block = Pairwise(Design(X), Ranking(y, groups), ones, ones[:1], np.ones((5, 1)))
    scores = X[:, :1] / 3
    far = scores + 1e6 * groups[:, None]
    np.testing.assert_allclose(block.loss(far), block.loss(scores), rtol=1e-9)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("C", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("estimator", [SmoothRanker, SmoothOrdinal])
def test_extreme_scales_give_an_answer_or_a_warning(estimator, scale, C):
    X, y, _ = problem("two")
    X[:, 0] *= scale
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        model = estimator(C=C, max_iter=100).fit(X, y)
    assert np.isfinite(model.coef_).all()
    kinds = {type(w.message) for w in warned}
    assert kinds <= {ConvergenceWarning}
    assert kinds or model.duality_gap_ <= 1e-6 * model.objective_


def test_what_cannot_be_ranked_is_named():
    X, y, groups = problem()
    for alike in (np.ones(len(y)), groups * 1.0):
        with pytest.raises(ValueError, match="y is one number in every group"):
            SmoothRanker().fit(X, alike, groups)
    model = SmoothRanker().fit(X, y, groups)
    with pytest.raises(ValueError, match="y is one number in every group"):
        model.score(X, np.ones(len(y)))
    with pytest.raises(ValueError, match="y is one number in every group"):
        SmoothRanker().fit(X, y, groups, sample_weight=y == y[0])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        SmoothRanker().fit(X, y, groups[:-1])
    with pytest.raises(ValueError, match="'normalise' parameter"):
        SmoothRanker(normalise="yes").fit(X, y)
    with pytest.raises(ValueError, match=r"loss is .*squared hinge"):
        Pairwise(*[None] * 5).with_loss("psi_g")
    with pytest.raises(ValueError, match=r"loss is .*; accepted"):
        SmoothOrdinal("hinge").fit(None, None)
    for estimator in (SmoothRanker, SmoothOrdinal):
        with pytest.warns(ConvergenceWarning, match="raise max_iter"):
            estimator(tol=1e-12, max_iter=1).fit(X, (2 * y).astype(int))


LOSSES = {"squared_hinge": hk.SquaredHinge(), "psi_g": hk.PsiG(0.5)}


def ordered(seed=0, rows=150):
    random = np.random.default_rng(seed)
    X = random.normal(size=(rows, 4))
    latent = X @ [2.0, -1.0, 0.5, 0.0] + random.normal(size=rows)
    return X, np.digitize(latent, [-2, 0, 1.5])


def all_threshold(X, y, loss, K=1):
    signs = np.where(y[:, None] > np.arange(y.max()), 1.0, -1.0)
    costs = np.random.default_rng(6).uniform(0.5, 2.0, (len(y), K))
    return AllThreshold(Design(X), kernels.of(loss, 0.5), signs, costs)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("layout", [np.asarray, sparse.csr_matrix])
def test_derivatives_of_all_thresholds_are_differences(loss, layout):
    X, y = ordered(rows=40)
    block = all_threshold(layout(X), y, loss, K=2)
    random = np.random.default_rng(7)
    W, S = random.normal(0, 0.3, (2, *block.shape))
    point, eps = block.at(W), 1e-6
    ahead, behind = block.at(W + eps * S), block.at(W - eps * S)
    along = np.sum(point.gradient * S, axis=0)
    np.testing.assert_allclose((ahead.value - behind.value) / (2 * eps), along, 1e-6)
    bent = (ahead.gradient - behind.gradient) / (2 * eps)
    hessian = block.hessian(point.curvature)
    np.testing.assert_allclose(hessian(S), bent, rtol=1e-5, atol=1e-4)
    solved = hessian.metric().solve(hessian(S))
    free = np.vstack([np.zeros((4, 2)), S[4:]])  # The metric alone penalises it.
    if hessian.block.design.curved(point.curvature.sum(axis=1)).formed:
        solved += hessian.metric().solve(0.99 * free)
        np.testing.assert_allclose(solved, S, rtol=1e-6)


@pytest.mark.parametrize("shift", [-1.0, 0.2, 1.0])
def test_the_gap_counts_a_threshold_in_the_wrong_place(shift):
    X, y = ordered()
    X = 0.01 * X  # So small that the weights hardly matter beside the thresholds.
    block = all_threshold(X, y, "squared_hinge")
    best = SmoothOrdinal(tol=1e-12).fit(X, y, sample_weight=block.costs[:, 0])
    W = np.concatenate([best.coef_, -best.thresholds_])[:, None]
    W[5] += shift
    point = block.at(W)
    assert 0 < point.value - best.objective_ <= block.gap(point)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_ordinal_model_reaches_the_minimum_of_the_keras_loss(loss):
    X, y = ordered()
    model = SmoothOrdinal(loss, 0.5, C=2.0, tol=1e-12).fit(X, y)
    signs, phi = np.where(y[:, None] > np.arange(3), 1.0, -1.0), kernels.of(loss, 0.5)

    def objective(v):
        w, t = v[:4], v[4:]
        value, slope, _ = phi(signs * ((X @ w)[:, None] - t))
        slopes = 2.0 * signs * slope
        gradient = np.concatenate([w + X.T @ slopes.sum(axis=1), -slopes.sum(axis=0)])
        return 0.5 * w @ w + 2.0 * value.sum(), gradient

    assert model.objective_ == pytest.approx(least(objective, 7), rel=1e-10)
    decisions = model.decision_function(X)
    assert (decisions[:, 0] == 0).all()
    above = np.diff(decisions, axis=1)
    keras = values(hk.OrdinalHinge(base=LOSSES[loss]), y, above).sum()
    square = 0.5 * model.coef_ @ model.coef_
    assert square + 2.0 * keras == pytest.approx(model.objective_, rel=1e-5)
    assert (np.diff(model.thresholds_) > 0).all()
    expected = np.sum(X @ model.coef_[:, None] > model.thresholds_, axis=1)
    np.testing.assert_array_equal(model.predict(X), expected)
    np.testing.assert_array_equal(decisions.argmax(axis=1), expected)
    assert model.score(X, y) > 0.6


def test_two_ordered_classes_are_a_smooth_svc():
    X, y = ordered()
    y = np.where(y > 1, "up", "down")
    for loss in LOSSES:
        ours = SmoothOrdinal(loss, 0.5, tol=1e-12).fit(X, y)
        theirs = SmoothSVC(loss, 0.5, tol=1e-12).fit(X, y)
        np.testing.assert_allclose(ours.coef_, theirs.coef_[0], atol=1e-6)
        np.testing.assert_allclose(-ours.thresholds_, theirs.intercept_, atol=1e-6)
        np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
