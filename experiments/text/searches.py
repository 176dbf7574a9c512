"""Searches over the cost and the width of linear SVMs, timed."""

import time
import warnings

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import normalize

from hinge_keras.lab.data import sparse


def measured(names, machines, costs, widths, limits):
    """What every search does on every set, rows of unit length, after one that compiles.

    A grid is widened for all arms of a set while the best value of one lies at its
    edge, within limits; the search that is timed is that over the whole last grid.

    Args:
        names: Sets that `data.sparse` knows.
        machines: A function of costs and widths that returns new searches by arm.
        costs, widths: The first grids, ascending.
        limits: The least and greatest `C` and `sigma`, `{name: (low, high)}`.

    Returns:
        A table of the size of each set, the `arm` and what `timed` says.
    """
    rows = []
    with warnings.catch_warnings():  # Of LIBLINEAR with a large C.
        warnings.simplefilter("ignore", ConvergenceWarning)
        for name in names:
            train, test = ((normalize(x), y) for x, y in sparse(name))
            x, y = train
            few = slice(None, None, max(1, len(y) // 500))
            for search in machines(costs[:1], widths[:1]).values():  # Compiles.
                search.fit(x[few], y[few])
            size = {"rows": x.shape[0], "features": x.shape[1], "nonzeros": x.nnz}
            size |= {"dataset": name, "classes": y.max() + 1}
            found = bracketed(machines, train, test, costs, widths, limits)
            rows += [size | row for row in found]
    return pd.DataFrame(rows)


def bracketed(machines, train, test, costs, widths, limits):
    """One row an arm, on grids widened until they bracket or meet their limits."""
    grids = {"C": list(costs), "sigma": list(widths)}
    while True:
        searches = machines(grids["C"], grids["sigma"])
        rows = [
            {"arm": arm} | timed(search, train, test)
            for arm, search in searches.items()
        ]
        wider = {name: widened(grids[name], rows, name, limits) for name in grids}
        if wider == grids:
            return rows
        grids = wider


def widened(values, rows, name, limits):
    """Sorted values, and one more on each side where a best one lies."""
    best, (low, high) = {row[name] for row in rows}, limits[name]
    factor = values[1] / values[0]
    first, last = values[0] / factor, values[-1] * factor
    before = [first] if values[0] in best and first >= low else []
    after = [last] if values[-1] in best and last <= high else []
    return before + values + after


def by_set(trials):
    """Columns `(measure, arm)`, one row a set, both in the order of the trials."""
    wide = trials.pivot(index="dataset", columns="arm")
    wide = wide.reindex(trials.dataset.unique())
    return wide.reindex(columns=trials.arm.unique(), level="arm")


def timed(search, train, test):
    """Fit a search on one part and score its best machine on the other.

    Args:
        search: A search over `C`, and over `sigma` if the machine has one.
        train: Inputs and labels to fit on.
        test: Inputs and labels to score on.

    Returns:
        The chosen `C`, and `sigma` if several were tried, and whether either lies at
        an `edge`; the `accuracy`; the `seconds` of this process for the search and the
        last fit; and the `reads` of the data in the last fit, Hessian products and
        passes of dual ascent, missing for a machine that keeps no trace.
    """
    start = time.process_time()
    search.fit(*train)
    seconds = time.process_time() - start
    best = search.best_estimator_
    trace = getattr(best, "trace_", None)
    tuned = len(getattr(search, "sigmas_", [])) > 1
    return {
        "C": best.C,
        "sigma": best.sigma if tuned else np.nan,
        "edge": edge_of(search),
        "accuracy": search.score(*test),
        "seconds": seconds,
        "reads": trace.products[-1].sum() + trace.passes.sum() if trace else np.nan,
    }


def edge_of(search):
    """What lies at the end of its grid, such as `"C: high"`."""
    if hasattr(search, "edge_"):
        return search.edge_
    (tried,) = search.param_grid.values()
    ends = {tried[0]: "C: low", tried[-1]: "C: high"}
    return ends.get(search.best_params_["C"], "") if len(tried) > 1 else ""
