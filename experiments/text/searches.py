"""Searches over the cost of linear SVMs, timed."""

import time
import warnings

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning

from hinge_keras.lab.data import sparse


def measured(names, machines):
    """What every search does on every set, after a run that only compiles.

    Args:
        names: Sets that `data.sparse` knows.
        machines: A function that returns new searches by the arm's name.

    Returns:
        A table of the size of each set, the `arm` and what `timed` says.
    """
    rows = []
    with warnings.catch_warnings():  # Of LIBLINEAR with a large C.
        warnings.simplefilter("ignore", ConvergenceWarning)
        for name in (names[0], *names):
            (x, y), test = sparse(name)
            size = {"rows": x.shape[0], "features": x.shape[1], "nonzeros": x.nnz}
            size |= {"classes": y.max() + 1}
            for arm, search in machines().items():
                found = timed(search, (x, y), test)
                rows.append({"dataset": name, "arm": arm} | size | found)
    return pd.DataFrame(rows[len(machines()) :])


def by_set(trials):
    """Columns `(measure, arm)`, one row a set, both in the order of the trials."""
    wide = trials.pivot(index="dataset", columns="arm")
    wide = wide.reindex(trials.dataset.unique())
    return wide.reindex(columns=trials.arm.unique(), level="arm")


def timed(search, train, test):
    """Fit a search on one part and score its best machine on the other.

    Args:
        search: A scikit-learn search over `C`.
        train: Inputs and labels to fit on.
        test: Inputs and labels to score on.

    Returns:
        The chosen `C`; its `accuracy`; the `seconds` of this process for the search
        and the last fit; and the `reads` of the data in the last fit, Hessian
        products and passes of dual ascent, missing for a machine that keeps no trace.
    """
    start = time.process_time()
    search.fit(*train)
    seconds = time.process_time() - start
    best = search.best_estimator_
    trace = getattr(best, "trace_", None)
    return {
        "C": best.C,
        "accuracy": search.score(*test),
        "seconds": seconds,
        "reads": trace.products[-1].sum() + trace.passes.sum() if trace else np.nan,
    }
