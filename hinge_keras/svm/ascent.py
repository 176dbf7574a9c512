"""Starting weights by dual coordinate ascent, where the kernels are compiled.

Every row's dual variable `t_i` in turn takes the value that the optimum asks
for, `t_i = -costs_i * phi'(m_i)`, and the weights `sum_i t_i * y_i * x_i`
follow. On sparse rows a pass costs hardly more than one Hessian product and the
first passes gain the most, so Newton's method only has to finish.

Hsieh, Chang, Lin, Keerthi and Sundararajan, A dual coordinate descent method
for large-scale linear SVM, ICML 2008; Shalev-Shwartz and Zhang, Stochastic dual
coordinate ascent methods, JMLR 14 (2013).
"""

import numpy as np

from hinge_keras.svm.design import FEW_FEATURES
from hinge_keras.svm.objective import Objective

PASSES = 1000
# Stop when a pass gains more than this share of the one before, measured over a
# few: then Newton's method gains as much from as many reads of the data. Not so on
# a narrow loss, whose curvature it hardly sees, nor, to a fine tolerance, where one
# row alone curves a squared hinge so much that Newton's products are very many.
SLOW = 0.98
NARROW = 0.02
STIFF, FINE = 1e4, 1e-4
# Stop when what is left of the gradient seems to be less than this share of what may
# be: that it is more costs a Newton step, as much as some passes.
CLOSE = 0.2
STILL = 0.1  # A row rests when it is off by less than this share of the tolerance.


def possible(objective):
    """Whether ascent can start these problems, and is worth it.

    With few features its steps undo each other, and Newton's are cheap, but not on
    a narrow loss.
    """
    if not isinstance(objective, Objective) or kind(objective) is None:
        return False
    return objective.design.features > FEW_FEATURES or objective.phi.sigma <= NARROW


def kind(objective):
    """The number of the loss among the compiled kernels, `None` if it has none."""
    return getattr(objective.design.compiled, objective.phi.name.upper(), None)


def start(objective, tolerance, initial, duals=None):
    """Weights `(columns, K)` near the minimum, and the passes it took, `(K,)`.

    Args:
        objective: The problems; a free intercept is regularised here.
        tolerance: To what share of the `initial` lengths the gradient is to fall; on
            a narrow loss the root of what a pass gains.
        initial: The length of every gradient at zero weights, `(K,)`.
        duals: Where to start: variables `(rows, K)`, not negative, and the weights
            that they span; zeros by default.
    """
    design, compiled = objective.design, objective.design.compiled
    name, margin, sigma = objective.phi
    loss, narrow = (kind(objective), margin, sigma), sigma <= NARROW
    longest = objective.costs.max() * design.square_norms.max()
    stiff = name == "squared_hinge" and longest >= STIFF and tolerance <= FINE
    if duals is None:
        duals = np.zeros_like(objective.signs), np.zeros(objective.shape)
    variables, weights = duals

    def ascend(k):
        t, w = variables[:, k].copy(), weights[:, k].copy()
        signs = np.ascontiguousarray(objective.signs[:, k])
        costs = np.ascontiguousarray(objective.costs[:, k])
        gains = np.empty(PASSES)
        passes = compiled.ascend(
            (design.X.data, *design.indexing, design.square_norms),
            (signs, costs, design.intercept, loss),
            STILL * tolerance,
            0.0 if narrow else (CLOSE * tolerance * initial[k]) ** 2,
            tolerance**2 if narrow else 0.0,
            np.inf if narrow or stiff else SLOW**compiled.WINDOW,
            t,
            w,
            gains,
        )
        return w, passes

    found = map(ascend, range(variables.shape[1]))
    if design.pool is not None:
        found = design.pool.map(ascend, range(variables.shape[1]))
    weights, passes = zip(*found, strict=True)
    return np.column_stack(weights), np.array(passes)
