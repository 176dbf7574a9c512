"""From scores of rows left out to probabilities."""

import numpy as np

from hinge_keras.calibration import fitted


def calibrated(scores, labels, sample_weight=None):
    """The map from scores left out, NaN where none are, to probabilities.

    Args:
        scores: `(rows, 1)` for two classes, else `(rows, classes)`.
        labels: Numbers of the classes, `(rows,)`.
        sample_weight: Not negative, `(rows,)`; 1 by default.
    """
    known = ~np.isnan(scores).any(axis=1)
    weight = None if sample_weight is None else np.asarray(sample_weight)[known]
    return fitted(scores[known], labels[known], weight)
