"""What margin losses are compared with: losses of probabilities and of scores."""

import abc
from typing import Unpack

from keras import ops

from hinge_keras import margins
from hinge_keras.configured import at_least, is_number
from hinge_keras.losses.base import MulticlassLoss, Options
from hinge_keras.losses.facts import Facts

__all__ = [
    "L1",
    "L2",
    "CauchySchwarz",
    "Chebyshev",
    "CrossEntropy",
    "Focal",
    "Sparsemax",
    "Squentropy",
    "SquaredLog",
    "Tanimoto",
]


def surprise(scores, is_true):
    """`-log softmax(s)_y`, in nats: the cross-entropy of one example."""
    return ops.logsumexp(scores, axis=-1) - margins.true_score(scores, is_true)


class CrossEntropy(MulticlassLoss):
    """Softmax cross-entropy of scores, `log(sum_j exp(s_j)) - s_y`, in nats.

    Args:
        label_smoothing: Share of the label spread over all classes, from 0 to
            below 1.

    >>> CrossEntropy()([0], [[0.0, 0.0]])  # log 2
    0.6931

    Szegedy et al., Rethinking the inception architecture, CVPR 2016, for the
    smoothing.
    """

    def __init__(
        self, label_smoothing: float = 0.0, **options: Unpack[Options]
    ) -> None:
        super().__init__(**options)
        self.label_smoothing = label_smoothing
        if not is_number(label_smoothing) or not 0 <= label_smoothing < 1:
            raise ValueError(
                f"label_smoothing is {label_smoothing!r}; accepted is a number "
                "from 0 to below 1."
            )

    @property
    def facts(self) -> Facts:
        return Facts(calibrated=True, monotone=self.label_smoothing == 0)

    def aggregate(self, scores, is_true):
        spread = ops.logsumexp(scores, axis=-1) - margins.mean_present(scores)[..., 0]
        share = self.label_smoothing
        if share == 0:
            return surprise(scores, is_true)
        return (1 - share) * surprise(scores, is_true) + share * spread

    def by_class(self, scores):
        total = ops.logsumexp(scores, axis=-1, keepdims=True)
        spread = total - margins.mean_present(scores)
        share = self.label_smoothing
        return (1 - share) * (total - scores) + (share * spread if share else 0.0)


class Focal(MulticlassLoss):
    """Cross-entropy that cares less for what it already knows.

    `(1 - p_y)**gamma * -log(p_y)`, `p = softmax(s)`, in nats.

    Args:
        gamma: How much less, from 0 (cross-entropy) up.

    >>> Focal(2.0)([0], [[0.0, 0.0]])  # log(2) / 4
    0.1733

    Lin, Goyal, Girshick, He and Dollar, Focal loss for dense object detection,
    ICCV 2017.
    """

    def __init__(self, gamma: float = 2.0, **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.gamma = at_least("gamma", gamma, 0)

    @property
    def facts(self) -> Facts:
        return Facts(convex=self.gamma == 0)

    def aggregate(self, scores, is_true):
        # 1 - p_y summed over the rivals: no cancellation when p_y nears 1.
        p = ops.softmax(scores, axis=-1)
        missing = ops.sum(ops.where(is_true, 0.0, p), axis=-1)
        # The power's slope at 0 is infinite for gamma below 1; keep off it.
        share = ops.where(missing > 0, missing, 1.0) ** self.gamma
        return ops.where(missing > 0, share, 0.0) * surprise(scores, is_true)


class Sparsemax(MulticlassLoss):
    """What the sparse softmax is to this loss, the softmax is to cross-entropy.

    `p . s - norm(p)**2 / 2 + 1/2 - s_y`, where `p = sparsemax(s)` is the point of the
    probability simplex nearest to `s`. Its gradient is `p - e_y`; it is zero once the
    true class leads by 1, as a hinge is.

    >>> Sparsemax()([0], [[0.5, 0.0]])  # p = 3/4, 1/4: 3/8 - 5/16 + 1/2 - 1/2
    0.0625

    Martins and Astudillo, From softmax to sparsemax, ICML 2016.
    """

    @property
    def facts(self) -> Facts:
        return Facts(zero_from=1.0)

    def aggregate(self, scores, is_true):
        total, s = self.conjugate(scores)
        return total - margins.true_score(s, is_true)

    def by_class(self, scores):
        total, s = self.conjugate(scores)
        return ops.expand_dims(total, -1) - s

    def conjugate(self, scores):
        """`p . s - norm(p)**2 / 2 + 1/2`, and the scores `s`, their largest at 0."""
        s = scores - ops.stop_gradient(ops.max(scores, axis=-1, keepdims=True))
        # Nothing that lies 1 below the largest has a share; -inf would spoil sums.
        near = ops.relu(s + 2.0) - 2.0
        p = ops.stop_gradient(nearest_on_simplex(near))
        return ops.sum(p * near - 0.5 * p * p, axis=-1) + 0.5, s


def nearest_on_simplex(scores):
    """The probabilities nearest to the scores: `max(0, s - tau)`, summing to 1."""
    falling = ops.flip(ops.sort(scores, axis=-1), axis=-1)
    classes = margins.size(scores, -1)
    count = ops.cast(ops.arange(classes, dtype="int32") + 1, scores.dtype)
    excess = ops.cumsum(falling, axis=-1) - 1
    supported = ops.cast(count * falling > excess, scores.dtype)
    size = ops.sum(supported, axis=-1, keepdims=True)
    total = ops.sum(supported * falling, axis=-1, keepdims=True)
    return ops.relu(scores - (total - 1) / size)


class Squentropy(MulticlassLoss):
    """Cross-entropy plus the mean squared score of the wrong classes.

    `log(sum_j exp(s_j)) - s_y + sum_{j != y} s_j**2 / (classes - 1)`.

    >>> Squentropy()([0], [[0.0, 1.0]])  # log(1 + e) + 1
    2.3133

    Hui, Belkin and Wright, Cut your losses with squentropy, ICML 2023.
    """

    @property
    def facts(self) -> Facts:
        return Facts(shift_invariant=False)

    def aggregate(self, scores, is_true):
        finite, there = margins.present(scores)
        wrong = ops.sum(ops.where(is_true, 0.0, ops.square(finite)), axis=-1)
        return surprise(scores, is_true) + wrong / (ops.sum(there, axis=-1) - 1)


class OneHotDistance(MulticlassLoss):
    """The distance from the one-hot label, summed over classes.

    Args:
        softmax: Whether the error is that of `softmax(s)`; else of the scores.
    """

    def __init__(self, softmax: bool = False, **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.softmax = bool(softmax)

    @property
    def facts(self) -> Facts:
        kept = self.softmax
        return Facts(convex=not kept, monotone=kept, shift_invariant=kept)

    @abc.abstractmethod
    def size(self, errors):
        """What an error costs, element by element."""

    def aggregate(self, scores, is_true):
        finite, _ = margins.present(scores)
        shown = ops.softmax(scores, axis=-1) if self.softmax else finite
        return ops.sum(self.size(shown - ops.cast(is_true, scores.dtype)), axis=-1)


class L1(OneHotDistance):
    """The absolute error from the one-hot label, summed over classes.

    Args:
        softmax: Of `softmax(s)`, `2 * (1 - p_y)`, the expectation loss; else of
            the scores themselves.

    >>> L1()([0], [[0.5, 0.5]])  # 0.5 + 0.5
    1.0

    Janocha and Czarnecki, On loss functions for deep neural networks in
    classification, arXiv 1702.05659 (2017).
    """

    def size(self, errors):
        return ops.abs(errors)


class L2(OneHotDistance):
    """The squared error from the one-hot label, summed over classes.

    Args:
        softmax: Of `softmax(s)`, the Brier score; else of the scores.

    >>> L2()([0], [[0.5, 0.5]])  # 0.25 + 0.25
    0.5

    Janocha and Czarnecki, On loss functions for deep neural networks in
    classification, arXiv 1702.05659 (2017).
    """

    def size(self, errors):
        return ops.square(errors)


class Chebyshev(MulticlassLoss):
    """The largest absolute error of `softmax(s)`, which is `1 - p_y`.

    >>> Chebyshev()([0], [[0.0, 0.0]])
    0.5

    Janocha and Czarnecki, On loss functions for deep neural networks in
    classification, arXiv 1702.05659 (2017).
    """

    @property
    def facts(self) -> Facts:
        return Facts(convex=False)

    def aggregate(self, scores, is_true):
        p = ops.softmax(scores, axis=-1)
        return ops.sum(ops.where(is_true, 0.0, p), axis=-1)


class SquaredLog(MulticlassLoss):
    """The squared cross-entropy, `log(p_y)**2`, `p = softmax(s)`.

    >>> SquaredLog()([0], [[0.0, 0.0]])  # log(2)**2
    0.4805

    Janocha and Czarnecki, On loss functions for deep neural networks in
    classification, arXiv 1702.05659 (2017).
    """

    def aggregate(self, scores, is_true):
        return ops.square(surprise(scores, is_true))


class Tanimoto(MulticlassLoss):
    """Minus the Tanimoto similarity of `p = softmax(s)` and the label.

    `-p_y / (sum_j p_j**2 + 1 - p_y)`, from -1 to 0.

    >>> Tanimoto()([0], [[0.0, 0.0]])  # -0.5 / (0.5 + 1 - 0.5)
    -0.5

    Janocha and Czarnecki, On loss functions for deep neural networks in
    classification, arXiv 1702.05659 (2017).
    """

    @property
    def facts(self) -> Facts:
        return Facts(convex=False, nonnegative=False)

    def aggregate(self, scores, is_true):
        p = ops.softmax(scores, axis=-1)
        true = margins.true_score(p, is_true)
        return -true / (ops.sum(ops.square(p), axis=-1) + 1 - true)


class CauchySchwarz(MulticlassLoss):
    """The angle between `p = softmax(s)` and the label, `-log(p_y / norm(p))`.

    >>> CauchySchwarz()([0], [[0.0, 0.0]])  # -log(0.5 / sqrt(0.5))
    0.3466

    Janocha and Czarnecki, On loss functions for deep neural networks in
    classification, arXiv 1702.05659 (2017).
    """

    def aggregate(self, scores, is_true):
        # log of p_y over the norm of p; the softmax's normaliser cancels.
        norm = 0.5 * ops.logsumexp(2 * scores, axis=-1)
        return norm - margins.true_score(scores, is_true)
