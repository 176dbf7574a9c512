"""Metrics of raw scores: the same value however the batches were split."""

from hinge_keras.metrics import by_class, histograms, means, probabilities
from hinge_keras.metrics.by_class import *  # noqa: F403
from hinge_keras.metrics.histograms import *  # noqa: F403
from hinge_keras.metrics.means import *  # noqa: F403
from hinge_keras.metrics.probabilities import *  # noqa: F403

__all__ = [
    *means.__all__,
    *by_class.__all__,
    *histograms.__all__,
    *probabilities.__all__,
]
