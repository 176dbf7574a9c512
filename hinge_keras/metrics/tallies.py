"""What metrics with more than a mean share: a table of sums over the examples."""

import abc

import keras
from keras import ops

from hinge_keras import margins
from hinge_keras.configured import Configured, snake_case
from hinge_keras.losses.base import like


class Tally(Configured, keras.metrics.Metric, abc.ABC):
    """Sums of a few quantities in a few cells, from which the result follows.

    Sums do not depend on how the examples came, so neither does the result.

    Args:
        name: Defaults to the class name in snake case.
        dtype: Of the result; Keras' `floatx` by default.
    """

    direction = "up"
    size = (1, 1)  # Cells and quantities.

    def __init__(self, name=None, dtype=None):
        super().__init__(name=name or snake_case(type(self).__name__), dtype=dtype)
        self.sums = self.add_variable(self.size, "zeros", dtype=self.dtype, name="sums")
        self._direction = self.direction

    @abc.abstractmethod
    def entries(self, y_true, y_pred):
        """The cell of each example, `(n,)`, and its quantities, `(n, quantities)`."""

    def update_state(self, y_true, y_pred, sample_weight=None):
        cells, quantities = self.entries(y_true, y_pred)
        if sample_weight is not None:
            weight = like(sample_weight, cells)
            weight = ops.reshape(ops.cast(weight, quantities.dtype), (-1, 1))
            quantities = quantities * weight
        added = ops.segment_sum(
            ops.cast(quantities, self.dtype),
            ops.cast(cells, "int32"),
            num_segments=self.sums.shape[0],
        )
        self.sums.assign_add(added)


def signed(y_true, y_pred):
    """Scores and signs of all examples and outputs, flat."""
    scores, signs, _ = margins.binary(y_true, y_pred)
    return ops.reshape(scores, (-1,)), ops.reshape(signs, (-1,))
