"""From scores of rows left out to probabilities, where rows have weights.

The maps are `calibration.Platt` and `calibration.Temperature`; here the likelihood of
each row counts by its weight, as if it were there so many times.
"""

import math

import numpy as np

from hinge_keras.calibration import Platt, Temperature, minimum, sigmoid


class WeightedPlatt(Platt):
    """`Platt` of weighted rows; the counts in its targets are sums of weights."""

    def fit(self, scores, labels, sample_weight):
        f, positive = np.asarray(scores, float), np.asarray(labels) > 0
        weight = np.asarray(sample_weight, float)
        count = weight @ positive
        targets = np.where(
            positive, (count + 1) / (count + 2), 1 / (weight.sum() - count + 2)
        )
        x = np.stack([f, np.ones_like(f)], axis=1)

        def risk(w):
            z = x @ w
            error = weight * (sigmoid(z) - targets)
            return weight @ (np.logaddexp(0, z) - targets * z), x.T @ error

        self.slope, self.offset = minimum(risk, np.zeros(2))
        return self


class WeightedTemperature(Temperature):
    """`Temperature` of weighted rows."""

    def fit(self, scores, labels, sample_weight):
        rows, weight = np.asarray(scores, float), np.asarray(sample_weight, float)
        true = np.asarray(labels)[:, None]

        def risk(w):
            s = rows * math.exp(w[0])
            log_p = s - np.logaddexp.reduce(s, axis=1, keepdims=True)
            own = np.take_along_axis(s, true, axis=1)[:, 0]
            expected = (np.exp(log_p) * s).sum(axis=1)
            value = -weight @ np.take_along_axis(log_p, true, axis=1)[:, 0]
            return value, np.array([weight @ (expected - own)])

        # Bounded: separable scores would ask for a temperature of 0.
        bounds = [(math.log(1e-3), math.log(1e3))]
        self.temperature = math.exp(-minimum(risk, np.zeros(1), bounds)[0])
        return self


def calibrated(scores, labels, sample_weight=None):
    """The map from scores left out, NaN where none are, to probabilities.

    Args:
        scores: `(rows, 1)` for two classes, else `(rows, classes)`.
        labels: Numbers of the classes, `(rows,)`.
        sample_weight: Not negative, `(rows,)`; 1 by default.
    """
    known = ~np.isnan(scores).any(axis=1)
    weight = (
        np.ones(len(labels)) if sample_weight is None else np.asarray(sample_weight)
    )
    scores, labels, weight = scores[known].astype(float), labels[known], weight[known]
    if scores.shape[1] == 1:
        return WeightedPlatt().fit(scores[:, 0], labels, weight)
    return WeightedTemperature().fit(scores, labels, weight)
