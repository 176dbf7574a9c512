"""Linear SVMs as one would solve them: ours, LIBLINEAR, scikit-learn and scipy.

A solver is a function of a problem and a number of threads. It yields its runs, one
a tolerance from loose to tight: functions of nothing that return weights and what
they cost.
"""

import numpy as np
from liblinear.liblinearutil import parameter, problem, train
from scipy.optimize import minimize
from skglm import LinearSVC as SkglmSVC
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

import hinge_keras as hk
from hinge_keras.svm import CrammerSingerSVC, SmoothSVC, kernels
from hinge_keras.svm.linear import Linear

TOLERANCES = 10.0 ** -np.arange(1, 9.5, 0.5)


class Problem:
    """A binary problem: features, labels 0 and 1, and a loss with its cost."""

    def __init__(self, X, y, loss, C):
        self.X, self.y, self.loss, self.C = X, y, loss, C
        self.signs = np.where(y == 1, 1.0, -1.0)

    def every(self, step):
        """The same problem on every `step`-th row."""
        return type(self)(self.X[::step], self.y[::step], self.loss, self.C)

    def objective(self, w):
        m = self.margins(w)
        if isinstance(self.loss, hk.Hinge | hk.CrammerSinger):
            value = np.maximum(1 - m, 0)
        else:
            value = kernels.of(self.loss)(m)[0]
        return 0.5 * np.sum(w * w) + self.C * value.sum()

    def margins(self, w):
        return self.signs * (self.X @ w)

    def targets(self):
        """The labels as LIBLINEAR wants them."""
        return self.signs

    def weights(self, found, order):
        """Those of a LIBLINEAR model whose labels have that order, `(features,)`."""
        return found if order[0] == 1 else -found

    @staticmethod
    def predicted(X, w):
        return (X @ w > 0) * 1


class JointProblem(Problem):
    """All classes in one problem, by Crammer and Singer: labels 0, 1, 2, ..."""

    def margins(self, w):
        scores, rows = self.X @ w, np.arange(len(self.y))
        true = scores[rows, self.y]
        scores[rows, self.y] = -np.inf
        return true - scores.max(axis=1)

    def targets(self):
        return self.y

    def weights(self, found, order):
        """`(features, classes)`."""
        return found[:, np.argsort(order)]

    @staticmethod
    def predicted(X, w):
        return (X @ w).argmax(axis=1)


def smooth_svc(problem, threads):
    """Runs of `SmoothSVC`: functions of nothing that return weights and costs."""
    for tolerance in TOLERANCES:
        model = SmoothSVC(
            problem.loss,
            C=problem.C,
            tol=tolerance,
            fit_intercept=False,
            n_jobs=threads,
        )
        yield lambda model=model: fitted(model, problem)


def smooth_hinge(loss):
    """Runs that reach the hinge through ever narrower smoothing, by dual ascent."""

    def runs(problem, threads):
        for tolerance in TOLERANCES:
            model = SmoothSVC(
                loss,
                tolerance,
                problem.C,
                tol=tolerance,
                fit_intercept=False,
                max_iter=0,
                n_jobs=threads,
            )
            yield lambda model=model: fitted(model, problem)

    return runs


def joint_hinge(problem, threads):
    """Runs that reach all classes' hinge by dual ascent; more threads are no use."""
    for tolerance in TOLERANCES:
        model = CrammerSingerSVC(problem.C, fit_intercept=False, tol=tolerance)
        yield lambda model=model: fitted(model, problem)


def fitted(model, problem):
    model.fit(problem.X, problem.y)
    costs = {}
    if isinstance(model, SmoothSVC):
        trace = model.trace_
        costs = {"iterations": trace.iterations[0], "passes": trace.passes[0]}
        costs["products"] = trace.products[-1, 0]
    if isinstance(model, CrammerSingerSVC):
        costs = {"passes": model.n_iter_}
    if isinstance(model, Linear):
        costs["bound"] = f"{model.duality_gap_[0] / model.objective_[0]:.2g}"
    return model.coef_.T.squeeze(), costs


def liblinear(solver):
    """Runs of LIBLINEAR's solver of that number."""

    def runs(data, threads):
        finished = problem(data.targets(), data.X)

        def run(tolerance):
            options = f"-s {solver} -c {data.C:g} -e {tolerance:g} -q"
            model = train(finished, parameter(options))
            order = model.get_labels()
            classes = (len(order),) if len(order) > 2 else ()
            found = np.ctypeslib.as_array(model.w, (data.X.shape[1], *classes))
            return data.weights(found.copy(), order), {}

        for tolerance in (1.0, *TOLERANCES):
            yield lambda tolerance=tolerance: run(tolerance)

    return runs


def scikit_learn(kind, features=np.inf, **options):
    """Runs of a scikit-learn classifier, or none on more features than that."""

    def runs(problem, threads):
        if problem.X.shape[1] > features:
            return
        for tolerance in TOLERANCES:
            model = kind(
                C=problem.C,
                tol=tolerance,
                fit_intercept=False,
                max_iter=10000,
                **options,
            )
            yield lambda model=model: fitted(model, problem)

    return runs


def scipy(method):
    """Runs of a general minimiser of scipy, given the same kernels."""

    def runs(problem, threads):
        phi = kernels.of(problem.loss)
        X, signs, C = problem.X, problem.signs, problem.C

        def objective(w):
            value, slope, _ = phi(signs * (X @ w))
            return 0.5 * w @ w + C * value.sum(), w + X.T @ (C * signs * slope)

        def product(w, s):
            return s + X.T @ (C * phi(signs * (X @ w))[2] * (X @ s))

        zeros = np.zeros(X.shape[1])
        start = np.linalg.norm(objective(zeros)[1])
        hessian = {"hessp": product} if method == "trust-ncg" else {}
        for tolerance in TOLERANCES:
            options = {"gtol": tolerance * start, "maxiter": 10000}
            if method == "L-BFGS-B":
                options |= {
                    "gtol": tolerance * np.abs(objective(zeros)[1]).max(),
                    "ftol": 0,
                }
            yield lambda options=options: (
                minimize(
                    objective,
                    zeros,
                    jac=True,
                    method=method,
                    options=options,
                    **hessian,
                ).x,
                {},
            )

    return runs


OURS = "SmoothSVC"
SOLVERS = {
    "squared_hinge": {
        OURS: smooth_svc,
        "LIBLINEAR -s 1 (dual)": liblinear(1),
        "LIBLINEAR -s 2 (primal)": liblinear(2),
        "LinearSVC (primal)": scikit_learn(LinearSVC, dual=False),
    },
    "logistic": {
        OURS: smooth_svc,
        "LIBLINEAR -s 0 (primal)": liblinear(0),
        "LIBLINEAR -s 7 (dual)": liblinear(7),
        "LogisticRegression lbfgs": scikit_learn(LogisticRegression),
        "LogisticRegression newton-cg": scikit_learn(
            LogisticRegression, solver="newton-cg"
        ),
        # It forms the Hessian, dense.
        "LogisticRegression newton-cholesky": scikit_learn(
            LogisticRegression, features=2000, solver="newton-cholesky"
        ),
    },
    "hinge": {
        OURS: smooth_hinge("quadratically_smoothed_hinge"),
        "SmoothSVC psi_g": smooth_hinge("psi_g"),
        "LIBLINEAR -s 3 (dual)": liblinear(3),
        "skglm LinearSVC": scikit_learn(SkglmSVC),
    },
    "psi_g": {
        OURS: smooth_svc,
        "trust-ncg": scipy("trust-ncg"),
        "L-BFGS": scipy("L-BFGS-B"),
    },
    "psi_m": {
        OURS: smooth_svc,
        "trust-ncg": scipy("trust-ncg"),
        "L-BFGS": scipy("L-BFGS-B"),
    },
    "crammer_singer": {
        OURS: joint_hinge,
        "LIBLINEAR -s 4 (dual)": liblinear(4),
    },
}
