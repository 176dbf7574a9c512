"""Metrics of one replica as pure functions of their state."""

import keras
import numpy as np
from keras import ops

from hinge_keras.lab.training.fit import metrics_of


class Tally:
    """A running loss and running metrics.

    Args:
        measures: What is measured beside the loss.
        y, f: Some labels and outputs, from which metrics learn their shapes.

    Attributes:
        empty: The state of one before its first batch.
    """

    def __init__(self, measures, y, f):
        self.metrics = metrics_of(measures)
        for metric in self.metrics:
            metric.update_state(y, f)
            metric.reset_state()
        self.empty = {
            "loss": real(0),
            "count": real(0),
            "metrics": [[values(v) for v in m.variables] for m in self.metrics],
        }

    def counted(self, tally, value, y, f):
        """A state with one more batch; Keras weights a batch by its examples."""
        size = ops.cast(ops.shape(f)[0], value.dtype)
        return {
            "loss": tally["loss"] + value * size,
            "count": tally["count"] + size,
            "metrics": [
                list(metric.stateless_update_state(state, y, f))
                for metric, state in zip(self.metrics, tally["metrics"], strict=True)
            ],
        }

    def measured(self, value, y, f):
        """The measures of outputs whose loss is known, by name."""
        return self.results(self.counted(self.empty, value, y, f))

    def results(self, tally):
        """The running means of a state, by name."""
        found = {"loss": tally["loss"] / tally["count"]}
        for metric, state in zip(self.metrics, tally["metrics"], strict=True):
            found[metric.name] = metric.stateless_result(state)
        return found


def real(number):
    """A number in the precision that Keras computes in."""
    return np.asarray(number, keras.config.floatx())


def values(variable):
    return np.asarray(variable.value, variable.dtype)
