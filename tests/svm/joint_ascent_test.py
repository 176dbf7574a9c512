"""All classes' hinge by dual ascent: its optimum, certificate and compiled kernels."""

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import minimize
from sklearn.datasets import make_classification
from sklearn.svm import LinearSVC

import hinge_keras as hk
from hinge_keras.check import values
from hinge_keras.svm.joint_ascent import feasible, minimise

compiled_joint = pytest.importorskip("hinge_keras.svm.compiled_joint")


def text_like(rows=120, features=200, classes=4, seed=0):
    """Sparse features, and labels that another linear model gives, some of them."""
    random = np.random.default_rng(seed)
    X = sparse.random(rows, features, 0.05, "csr", random_state=random)
    scores = X @ random.normal(size=(features, classes))
    scores += random.normal(0, 0.5, scores.shape)
    return X, scores.argmax(axis=1)


def hard(seed, classes):
    """Costs from 1e-3 to 1e3 and one of zero, an empty row, a class with one row."""
    random = np.random.default_rng(seed)
    X, _ = text_like(60, 40, classes, seed)
    X = sparse.vstack([X, sparse.csr_matrix((1, X.shape[1]))]).tocsr()
    labels = random.integers(0, classes - 1, X.shape[0])
    labels[random.integers(0, 60)] = classes - 1
    costs = 10.0 ** random.uniform(-3, 3, X.shape[0])
    costs[random.integers(0, 60)] = 0
    return X, labels, costs


def leads(scores, labels):
    """`1 + s_j - s_y` for rivals, 0 for the true class."""
    rows = np.arange(len(labels))
    lead = 1 + scores - scores[rows, labels][:, None]
    lead[rows, labels] = 0
    return lead


def shares_by_sorting(lead, sigma, squared=False):
    """The `p >= 0` of the largest `p'lead - sigma / 2 * (|p|**2 + sum(p)**2)`.

    Without a limit `p_j = max(lead_j - q, 0) / sigma` where `q = sigma * sum(p)`; with
    one that is passed `q` is what makes the sum 1.
    """
    ordered = np.sort(lead)[::-1]
    for limit in (None,) if squared else (None, 1.0):
        for count in range(1, len(lead) + 1):
            total = ordered[:count].sum()
            q = total / (count + 1) if limit is None else (total - sigma) / count
            if count == len(lead) or ordered[count] <= q:
                break
        p = np.maximum(lead - q, 0) / sigma
        if squared or p.sum() <= 1 + 1e-12:
            return p
    return p


def primal(W, X, labels, costs, sigma, squared=False):
    """The objective and its gradient, by the definition of the loss."""
    lead = leads(X @ W, labels)
    P = np.zeros_like(lead)
    for i, row in enumerate(lead):
        rivals = np.arange(len(row)) != labels[i]
        if sigma > 0:
            P[i, rivals] = shares_by_sorting(row[rivals], sigma, squared)
        else:
            P[i, row.argmax()] = row.max() > 0
    squares = np.sum(P**2, axis=1) + P.sum(axis=1) ** 2
    loss = np.sum(P * lead, axis=1) - 0.5 * sigma * squares
    pull = P.copy()
    pull[np.arange(len(labels)), labels] -= P.sum(axis=1)
    value = 0.5 * np.sum(W**2) + costs @ loss
    return value, W + X.T @ (costs[:, None] * pull)


def by_scipy(X, labels, costs, classes, sigma, squared):
    """The smallest objective."""
    shape = X.shape[1], classes

    def flat(w):
        value, gradient = primal(w.reshape(shape), X, labels, costs, sigma, squared)
        return value, gradient.ravel()

    options = {"maxiter": 20_000, "maxfun": 20_000, "ftol": 0, "gtol": 1e-9}
    start = np.zeros(np.prod(shape))
    return minimize(flat, start, jac=True, method="L-BFGS-B", options=options).fun


@pytest.mark.parametrize("dense", [False, True])
def test_equals_liblinears_optimum(dense):
    X, labels = text_like()
    if dense:
        X, labels = make_classification(
            200, 12, n_informative=8, n_classes=4, random_state=0
        )
    costs = np.random.default_rng(1).integers(1, 4, len(labels)) * 0.1
    theirs = LinearSVC(
        multi_class="crammer_singer", fit_intercept=False, tol=1e-10, max_iter=10**6
    ).fit(X, labels, sample_weight=costs)
    W = theirs.coef_.T
    expected = 0.5 * np.sum(W**2) + costs @ leads(X @ W, labels).max(axis=1, initial=0)
    ours = minimise(X, labels, costs, 4, tolerance=1e-9)
    assert ours.converged
    assert ours.objective == pytest.approx(expected, rel=1e-7)
    np.testing.assert_allclose(ours.weights, W, atol=1e-3)


def test_the_objective_is_that_of_the_keras_loss():
    X, labels = text_like()
    found = minimise(X, labels, np.full(len(labels), 2.0), 4)
    loss = values(hk.CrammerSinger(), labels, X @ found.weights).sum()
    expected = 0.5 * np.sum(found.weights**2) + 2 * loss
    assert found.objective == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("squared", [False, True])
@pytest.mark.parametrize("sigma", [0.1, 2.0])
@pytest.mark.parametrize("classes", [2, 5])
def test_the_smooth_optimum_is_that_of_a_slow_reference(classes, sigma, squared):
    X, labels = text_like(80, 60, classes)
    costs = np.random.default_rng(1).uniform(0.2, 3, len(labels))
    found = minimise(
        X, labels, costs, classes, sigma=sigma, squared=squared, tolerance=1e-11
    )
    value, gradient = primal(found.weights, X, labels, costs, sigma, squared)
    assert found.objective == pytest.approx(value, rel=1e-12)
    assert np.abs(gradient).max() < 1e-4
    expected = by_scipy(X, labels, costs, classes, sigma, squared)
    assert found.objective == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("squared", [False, True])
def test_two_classes_have_the_loss_of_their_margin(squared):
    margin, sigma = np.linspace(-3, 3, 61), 0.4
    for m in margin:
        slopes, gap = np.array([0.0, 1 - m]), max(1 - m, 0)
        bound = np.inf if squared else 1.0
        expected = gap**2 / (4 * sigma)
        if not squared and gap > 2 * sigma:
            expected = gap - sigma
        found = compiled_joint.row_loss(slopes, 0, bound, sigma)
        assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("sigma", [0.0, 0.5])
@pytest.mark.parametrize("classes", [2, 3, 25])
@pytest.mark.parametrize("intercept", [0.0, 2.0])
def test_the_gap_bounds_the_distance_to_the_minimum(classes, sigma, intercept, seed):
    X, labels, costs = hard(seed, classes)
    options = {"sigma": sigma, "intercept": intercept}
    best = minimise(X, labels, costs, classes, tolerance=1e-5, passes=10**5, **options)
    assert best.converged
    columns = sparse.hstack([X, np.full((X.shape[0], 1), intercept)]).tocsr()
    columns = columns if intercept else X
    for passes in (1, 3, 10):
        rough = minimise(
            X, labels, costs, classes, tolerance=0, passes=passes, **options
        )
        assert rough.passes == passes
        value, _ = primal(rough.weights, columns, labels, costs, sigma)
        assert rough.objective == pytest.approx(value, rel=1e-9)
        lowest = best.objective - best.gap
        assert rough.objective - rough.gap <= best.objective * (1 + 1e-12)
        assert lowest <= rough.objective
        np.testing.assert_allclose(
            rough.weights, columns.T @ rough.duals, atol=1e-9 * costs.max()
        )
        again = feasible(rough.duals, labels, costs)
        np.testing.assert_allclose(rough.duals, again, atol=1e-12 * costs.max())


def test_nothing_to_learn_costs_nothing():
    X, labels = text_like()
    found = minimise(X, labels, np.zeros(len(labels)), 4)
    assert found.converged
    assert found.objective == found.gap == 0
    assert not found.weights.any()


def test_started_at_its_end_it_stays():
    X, labels = text_like()
    costs = np.ones(len(labels))
    cold = minimise(X, labels, costs, 4, intercept=1.0, tolerance=1e-6)
    warm = minimise(
        X, labels, costs, 4, intercept=1.0, tolerance=1e-6, duals=cold.duals
    )
    assert warm.passes == 0 < cold.passes
    np.testing.assert_allclose(warm.weights, cold.weights, atol=1e-9)


@pytest.mark.parametrize("factor", [0.8, 1.2])
def test_started_nearby_it_takes_fewer_passes(factor):
    X, labels = text_like()
    costs = np.ones(len(labels))
    near = minimise(X, labels, costs, 4, tolerance=1e-6).duals
    cold = minimise(X, labels, factor * costs, 4, tolerance=1e-3)
    warm = minimise(X, labels, factor * costs, 4, tolerance=1e-3, duals=near)
    assert warm.converged
    assert warm.passes < cold.passes


def test_any_start_ends_at_the_optimum():
    X, labels = text_like()
    costs = np.ones(len(labels))
    wild = np.random.default_rng(0).normal(0, 3, (len(labels), 4))
    found = minimise(X, labels, costs, 4, tolerance=1e-8, duals=wild)
    expected = minimise(X, labels, costs, 4, tolerance=1e-8)
    assert found.objective == pytest.approx(expected.objective, rel=1e-7)


@pytest.mark.parametrize("sigma", [0.0, 0.3])
def test_rest_and_own_classes_change_nothing(sigma):
    X, labels = text_like(200, 300, classes=40)
    costs = np.ones(len(labels))
    short = minimise(X, labels, costs, 40, sigma=sigma, tolerance=1e-8)
    bare = whole_sweeps(X, labels, costs, 40, sigma, 400)
    assert short.converged
    assert short.objective == pytest.approx(bare, rel=1e-7)


def whole_sweeps(X, labels, costs, classes, sigma, passes):
    """The objective after sweeps over all rows and classes, one after another."""
    X = X.toarray()
    duals, W = np.zeros((len(X), classes)), np.zeros((X.shape[1], classes))
    steps = np.zeros(classes)
    for _ in range(passes):
        for i, (x, y, cost) in enumerate(zip(X, labels, costs, strict=True)):
            slopes = x @ W + (np.arange(classes) != y)
            problem = slopes, duals[i], y, cost, x @ x, sigma / cost, steps
            compiled_joint.row_steps(*problem)
            duals[i] += steps
            W += np.outer(x, steps)
    return primal(W, X, labels, costs, sigma)[0]


def test_a_row_takes_its_best_dual_variables():
    random = np.random.default_rng(0)
    for _ in range(100):
        slopes, bound, norm = random.normal(size=5), random.uniform(0.1, 2), 0.7
        start = feasible(-random.uniform(0, 1, (1, 5)), np.array([2]), bound)[0]
        ridge, steps = random.uniform(0, 1), np.empty(5)
        problem = slopes, start, 2, bound, norm, ridge

        def dual(t, slopes=slopes, start=start, norm=norm, ridge=ridge):
            change = t - start
            squares = norm * change @ change + ridge * (t @ t - start @ start)
            return -slopes @ change - 0.5 * squares

        gain = compiled_joint.row_steps(*problem, steps)
        best = start + steps
        assert gain == pytest.approx(dual(best), abs=1e-12)
        assert best.sum() == pytest.approx(0, abs=1e-12)
        others = -random.exponential(0.3, (50, 5))
        for other in feasible(others, np.full(50, 2), np.full(50, bound)):
            nearby = best + 0.1 * (other - best)
            assert dual(nearby) <= gain + 1e-12


@pytest.mark.parametrize("classes", [3, 25])
def test_interpreted_kernels_give_the_same(classes, monkeypatch):
    X, labels, costs = hard(0, classes)
    options = {"intercept": 1.0, "sigma": 0.1, "tolerance": 1e-3, "passes": 12}
    expected = minimise(X, labels, costs, classes, **options)
    for name, kernel in list(vars(compiled_joint).items()):
        if hasattr(kernel, "py_func"):
            monkeypatch.setattr(compiled_joint, name, kernel.py_func)
    with np.errstate(over="ignore"):  # The random numbers are congruences.
        found = minimise(X, labels, costs, classes, **options)
    assert found.passes == expected.passes
    np.testing.assert_allclose(found.weights, expected.weights, atol=1e-8)
    assert found.gap == pytest.approx(expected.gap, rel=1e-6)


def test_long_indices_are_as_good():
    X, labels = text_like()
    costs = np.ones(len(labels))
    expected = minimise(X, labels, costs, 4)
    X.indices, X.indptr = X.indices.astype(np.int64), X.indptr.astype(np.int64)
    found = minimise(X, labels, costs, 4)
    np.testing.assert_array_equal(found.weights, expected.weights)


def test_few_passes_say_that_they_were_too_few():
    X, labels = text_like()
    found = minimise(X, labels, np.ones(len(labels)), 4, tolerance=1e-9, passes=2)
    assert not found.converged
    assert found.gap > 1e-9 * found.objective
