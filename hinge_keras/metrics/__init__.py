"""Metrics of raw scores: the same value however the batches were split.

`get` and `names` find them by name.
"""

from typing import Any

import keras

from hinge_keras.configured import Names
from hinge_keras.metrics import by_class, decisions, histograms, means, probabilities
from hinge_keras.metrics.by_class import *
from hinge_keras.metrics.decisions import *
from hinge_keras.metrics.histograms import *
from hinge_keras.metrics.means import *
from hinge_keras.metrics.means import ClassMetric, MarginMetric
from hinge_keras.metrics.probabilities import *
from hinge_keras.metrics.tallies import Tally

__all__ = ["ClassMetric", "MarginMetric", "Tally"]
__all__ += means.__all__
__all__ += by_class.__all__
__all__ += decisions.__all__
__all__ += histograms.__all__
__all__ += probabilities.__all__

METRICS = Names("metric", (globals()[name] for name in __all__))


def names() -> list[str]:
    """Every metric name that `get` takes, sorted.

    >>> "sign_accuracy" in names()
    True
    """
    return sorted(METRICS.classes)


def get(identifier: Any, **arguments: Any) -> keras.metrics.Metric:
    """A metric from its snake-case name, its class or its config, or the metric itself.

    Raises:
        ValueError: If no metric has that name; the message lists those there are.

    >>> get("top_k_accuracy", k=2)
    TopKAccuracy(k=2)
    """
    return METRICS.find(identifier, **arguments)
