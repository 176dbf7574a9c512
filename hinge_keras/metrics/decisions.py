"""What decisions by a threshold, or by the largest score, are right about.

`best_threshold` of `hinge_keras.calibration` chooses a threshold on given data.
"""

from typing import Unpack

from keras import ops

from hinge_keras import margins
from hinge_keras.configured import finite, whole
from hinge_keras.metrics.tallies import (
    Options,
    SignTally,
    Tally,
    label_of,
    mean_ratio,
    ratio,
    read_either,
)

__all__ = ["ConfusionMatrix", "F1Score", "IoU", "MeanIoU", "Precision", "Recall"]


class Decisions(SignTally):
    """How many of each label were decided for -1 and for +1, which is `f > threshold`.

    Args:
        threshold: In units of the score; 0 decides by the sign.
    """

    size = (2, 2)  # Labels and decisions.

    def __init__(self, threshold: float = 0.0, **options: Unpack[Options]) -> None:
        self.threshold = finite("threshold", threshold)
        super().__init__(**options)

    def entries(self, reading):
        return by_threshold(reading, self.threshold)

    def counts(self):
        """True negatives, false positives, false negatives, true positives."""
        return self.sums[0, 0], self.sums[0, 1], self.sums[1, 0], self.sums[1, 1]


class Precision(Decisions):
    """The share of decisions for +1 that are right, from 0 to 1; NaN without any.

    `tp / (tp + fp)`, deciding for +1 where `f > threshold`.

    Args:
        threshold: In units of the score; 0 decides by the sign.

    >>> Precision()([1, 0, 1, -1], [2.0, 1.0, 0.5, -1.0])
    0.6667

    Scikit-learn, sklearn.metrics.precision_score.
    """

    def result(self):
        _, fp, _, tp = self.counts()
        return ratio(tp, tp + fp)


class Recall(Decisions):
    """The share of labels +1 that are decided for +1, from 0 to 1; NaN without any.

    `tp / (tp + fn)`, deciding for +1 where `f > threshold`.

    Args:
        threshold: In units of the score; 0 decides by the sign.

    >>> Recall(threshold=1.0)([1, 0, 1, -1], [2.0, 1.0, 0.5, -1.0])
    0.5

    Scikit-learn, sklearn.metrics.recall_score.
    """

    def result(self):
        _, _, fn, tp = self.counts()
        return ratio(tp, tp + fn)


class F1Score(Decisions):
    """The harmonic mean of precision and recall, from 0 to 1.

    `2 tp / (2 tp + fp + fn)`; NaN where no label and no decision is +1.

    Args:
        threshold: In units of the score; 0 decides by the sign.

    >>> F1Score()([1, 0, 1, -1], [2.0, 1.0, 0.5, -1.0])  # 4 / (4 + 1 + 0)
    0.8

    Van Rijsbergen, Information retrieval (1979).
    """

    def result(self):
        _, fp, fn, tp = self.counts()
        return ratio(2 * tp, 2 * tp + fp + fn)


class IoU(Decisions):
    """The intersection over the union of labels and decisions +1, from 0 to 1.

    `tp / (tp + fp + fn)`; NaN where no label and no decision is +1.

    Args:
        threshold: In units of the score; 0 decides by the sign.

    >>> IoU()([1, 0, 1, -1], [2.0, 1.0, 0.5, -1.0])  # 2 / 3
    0.6667

    Jaccard, The distribution of the flora in the alpine zone, New Phytologist 11
    (1912).
    """

    def result(self):
        _, fp, fn, tp = self.counts()
        return ratio(tp, tp + fp + fn)


class ConfusionMatrix(Tally):
    """How often each class (row) was decided to be each (column), by weight.

    Several scores decide for the class of the largest, one decides for class 1, the
    label +1, where `f > threshold`.

    Args:
        classes: How many there are, from 2 up.
        threshold: In units of the score, for one score an example.

    >>> ConfusionMatrix(2)([1, 0, 1], [2.0, 1.0, -0.5])
    [[0.0, 1.0], [1.0, 1.0]]

    Scikit-learn, sklearn.metrics.confusion_matrix.
    """

    def __init__(
        self, classes: int = 2, threshold: float = 0.0, **options: Unpack[Options]
    ) -> None:
        self.classes = whole("classes", classes, 2)
        self.threshold = finite("threshold", threshold)
        super().__init__(**options)

    @property
    def size(self):
        return (self.classes, self.classes)

    def read(self, y_true, y_pred, mask):
        return read_either(self, y_true, y_pred, mask)

    def entries(self, reading):
        scores = reading.scores
        if isinstance(reading, margins.Signs):
            return by_threshold(reading, self.threshold)
        if scores.shape[-1] not in (None, self.classes):
            raise ValueError(
                f"classes is {self.classes} and y_pred has shape "
                f"{tuple(scores.shape)}; accepted is one score a class."
            )
        decided = ops.one_hot(ops.argmax(scores, axis=-1), self.classes)
        label = label_of(reading)
        return label, ops.expand_dims(decided, -2) + ops.zeros_like(
            ops.cast(ops.expand_dims(label, -1), decided.dtype)
        )

    def result(self):
        return ops.convert_to_tensor(self.sums)


class MeanIoU(ConfusionMatrix):
    """The mean over classes of intersection over union, from 0 to 1.

    Of each class that a label or a decision names; NaN before any.

    Args:
        classes: How many there are, from 2 up.
        threshold: In units of the score, for one score an example.

    >>> MeanIoU(3)([0, 1, 1], [[2.0, 1, 0], [0.0, 2, 1], [2.0, 1, 0]])  # 1/2, 1/2
    0.5

    Long, Shelhamer and Darrell, Fully convolutional networks for semantic
    segmentation, CVPR 2015.
    """

    def result(self):
        hits = ops.diagonal(self.sums)
        union = ops.sum(self.sums, axis=0) + ops.sum(self.sums, axis=1) - hits
        return mean_ratio(hits, union)


def by_threshold(reading, threshold):
    """The label of each output as its cell, and which of two decisions it had."""
    positive = ops.cast(reading.scores > threshold, reading.scores.dtype)
    return reading.signs > 0, ops.stack([1 - positive, positive], axis=-1)
