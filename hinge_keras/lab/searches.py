"""Searches over the cost of a linear SVM, timed."""

import time

import numpy as np


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
