"""Binary losses with a classical name, each a function of the margin."""

import math
from typing import Unpack

from keras import ops

from hinge_keras import margins
from hinge_keras.configured import above, at_least, below, between
from hinge_keras.losses.base import (
    BinaryLoss,
    Options,
    SignedLoss,
    as_base,
    indicator,
    softplus,
)
from hinge_keras.losses.facts import Facts

__all__ = [
    "AsymmetricMargin",
    "DoubleHinge",
    "Exponential",
    "Hinge",
    "LeastSquares",
    "Logistic",
    "Perceptron",
    "Pinball",
    "Ramp",
    "SquaredHinge",
    "Unhinged",
]


class Hinge(BinaryLoss):
    """The hinge, `phi(m) = max(0, margin - m) ** power`, in units of the score.

    Args:
        margin: Where the loss reaches zero, above 0.
        power: 1 for the SVM's hinge; any number from 1 up.

    >>> Hinge()([1, -1, 1], [0.5, -2.0, -1.0])  # (0.5 + 0 + 2) / 3
    0.8333

    Cortes and Vapnik, Support-vector networks, Machine Learning 20 (1995).
    """

    def __init__(
        self, margin: float = 1.0, power: float = 1, **options: Unpack[Options]
    ) -> None:
        super().__init__(**options)
        self.margin = above("margin", margin, 0)
        self.power = at_least("power", power, 1)

    @property
    def facts(self) -> Facts:
        return Facts(
            zero_from=self.margin,
            lipschitz=1.0 if self.power == 1 else math.inf,
            smoothness=2.0 if self.power == 2 else math.inf,
        )

    def phi(self, m):
        # relu, not maximum: its gradient at the kink is 0 on every backend.
        gap = ops.relu(self.margin - m)
        return gap if self.power == 1 else gap**self.power

    def slope(self, m):
        gap = ops.relu(self.margin - m)
        return ops.where(gap > 0, -self.power * gap ** (self.power - 1), 0.0)

    def curvature(self, m):
        gap = ops.relu(self.margin - m)
        bend = self.power * (self.power - 1)
        return ops.where(gap > 0, bend * gap ** (self.power - 2), 0.0)


class SquaredHinge(BinaryLoss):
    """The squared hinge, `phi(m) = max(0, margin - m) ** 2`, without a 1/2.

    Args:
        margin: Where the loss reaches zero, above 0.

    >>> SquaredHinge()([1, -1, 1], [0.5, -2.0, -1.0])  # (0.25 + 0 + 4) / 3
    1.4167

    Tang, Deep learning using linear support vector machines,
    arXiv 1306.0239 (2013).
    """

    def __init__(self, margin: float = 1.0, **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.margin = above("margin", margin, 0)

    @property
    def facts(self) -> Facts:
        return Facts(zero_from=self.margin, smoothness=2.0)

    def phi(self, m):
        return ops.square(ops.relu(self.margin - m))

    def slope(self, m):
        return -2.0 * ops.relu(self.margin - m)

    def curvature(self, m):
        return 2.0 * indicator(m < self.margin, m)


class Logistic(BinaryLoss):
    """The logistic loss, `phi(m) = log(1 + exp(-m))`, in nats.

    Cross-entropy from scores: equals Keras' binary cross-entropy with
    `from_logits=True` on 0/1 labels, PyTorch's `SoftMarginLoss` on -1/+1 labels, and
    its `MultiLabelSoftMarginLoss` on multi-hot labels.

    >>> Logistic()([1, 0], [0.0, 0.0])  # log 2
    0.6931

    Berkson, Application of the logistic function to bio-assay, Journal of the
    American Statistical Association 39 (1944).
    """

    @property
    def facts(self) -> Facts:
        return Facts(lipschitz=1.0, smoothness=0.25)

    def phi(self, m):
        return softplus(-m)

    def slope(self, m):
        return -ops.sigmoid(-m)

    def curvature(self, m):
        return ops.sigmoid(m) * ops.sigmoid(-m)


class Perceptron(BinaryLoss):
    """The perceptron's loss, `phi(m) = max(0, -m)`: a hinge without margin.

    Zero scores cost nothing, so it is not calibrated.

    >>> Perceptron()([1, -1], [-2.0, -2.0])  # (2 + 0) / 2
    1.0

    Rosenblatt, The perceptron, Psychological Review 65 (1958).
    """

    @property
    def facts(self) -> Facts:
        return Facts(zero_from=0.0, lipschitz=1.0)

    def phi(self, m):
        return ops.relu(-m)

    def slope(self, m):
        return -indicator(m < 0, m)

    def curvature(self, m):
        return ops.zeros_like(m)


class Exponential(BinaryLoss):
    """AdaBoost's loss, `phi(m) = exp(-m)`; infinite in float32 below `m = -88`.

    >>> Exponential()([1, 0], [0.0, 1.0])  # (1 + e) / 2
    1.8591

    Friedman, Hastie and Tibshirani, Additive logistic regression, Annals of
    Statistics 28 (2000).
    """

    def phi(self, m):
        return ops.exp(-m)

    def slope(self, m):
        return -ops.exp(-m)

    def curvature(self, m):
        return ops.exp(-m)


class LeastSquares(BinaryLoss):
    """The squared error from the label, `phi(m) = (1 - m) ** 2`; rises past 1.

    >>> LeastSquares()([1, -1], [3.0, 0.0])  # (4 + 1) / 2
    2.5

    Suykens and Vandewalle, Least squares support vector machine classifiers,
    Neural Processing Letters 9 (1999).
    """

    @property
    def facts(self) -> Facts:
        return Facts(monotone=False, smoothness=2.0)

    def phi(self, m):
        return ops.square(1.0 - m)

    def slope(self, m):
        return -2.0 * (1.0 - m)

    def curvature(self, m):
        return 2.0 * ops.ones_like(m)


class Ramp(BinaryLoss):
    """The hinge cut off at `s`, `phi(m) = min(1 - s, max(0, 1 - m))`.

    An outlier costs at most `1 - s` and pulls no more; not convex.

    Args:
        s: The margin below which the loss is flat, below 1.

    >>> Ramp(s=-1.0)([1, 1, 1], [0.5, -0.5, -9.0])  # (0.5 + 1.5 + 2) / 3
    1.3333

    Collobert, Sinz, Weston and Bottou, Trading convexity for scalability,
    ICML 2006.
    """

    def __init__(self, s: float = 0.0, **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.s = below("s", s, 1)

    @property
    def facts(self) -> Facts:
        return Facts(convex=False, calibrated=True, zero_from=1.0, lipschitz=1.0)

    def phi(self, m):
        return ops.where(m > self.s, ops.relu(1.0 - m), 1.0 - self.s)

    def slope(self, m):
        return -indicator((m > self.s) & (m < 1), m)

    def curvature(self, m):
        return ops.zeros_like(m)


class Pinball(BinaryLoss):
    """The pinball loss of the gap, `phi(m) = max(1 - m, tau * (m - 1))`.

    Margins past 1 cost too, which steadies the boundary under noise; no
    example drops out.

    Args:
        tau: The price of a margin past 1, from 0 (the hinge) up.

    >>> Pinball(tau=0.5)([1, 1], [0.0, 3.0])  # (1 + 0.5 * 2) / 2
    1.0

    Huang, Shi and Suykens, Support vector machine classifier with pinball
    loss, IEEE TPAMI 36 (2014).
    """

    def __init__(self, tau: float = 0.5, **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.tau = at_least("tau", tau, 0)

    @property
    def facts(self) -> Facts:
        return Facts(monotone=self.tau == 0, lipschitz=max(1.0, self.tau))

    def phi(self, m):
        return ops.relu(1.0 - m) + self.tau * ops.relu(m - 1.0)

    def slope(self, m):
        return self.tau * indicator(m > 1, m) - indicator(m < 1, m)

    def curvature(self, m):
        return ops.zeros_like(m)


class Unhinged(BinaryLoss):
    """The hinge without its corner, `phi(m) = 1 - m`; below zero past 1.

    The expected loss under labels flipped at an equal rate has the same minimiser;
    scores need a bound or a penalty, for without one they grow for ever.

    >>> Unhinged()([1, -1], [0.5, -3.0])  # (0.5 - 2) / 2
    -0.75

    Van Rooyen, Menon and Williamson, Learning with symmetric label noise: the
    importance of being unhinged, NeurIPS 2015.
    """

    @property
    def facts(self) -> Facts:
        return Facts(nonnegative=False, lipschitz=1.0, smoothness=0.0)

    def phi(self, m):
        return 1.0 - m

    def slope(self, m):
        return -ops.ones_like(m)

    def curvature(self, m):
        return ops.zeros_like(m)


class DoubleHinge(BinaryLoss):
    """The hinge that learns when not to answer, `max(0, 1 - m) + (a - 1) * max(0, -m)`.

    `a = (1 - d) / d`, where rejecting an example costs `d` and an error 1. The best
    score is 0 where neither label is likelier than `1 - d`, and -1 or +1 elsewhere:
    reject where a score is nearer to 0 than to those.

    Args:
        rejection: The `d` above, above 0 and at most 1/2, which is the hinge.

    >>> DoubleHinge(0.25)([1, 1], [0.5, -1.0])  # (0.5 + 2 + 2 * 1) / 2
    2.25

    Bartlett and Wegkamp, Classification with a reject option using a hinge loss,
    JMLR 9 (2008).
    """

    def __init__(self, rejection: float = 0.25, **options: Unpack[Options]) -> None:
        super().__init__(**options)
        self.rejection = between("rejection", above("rejection", rejection, 0), 0, 0.5)

    @property
    def steepness(self) -> float:
        return (1 - self.rejection) / self.rejection

    @property
    def facts(self) -> Facts:
        # Its corner at 0 keeps scores there, unless it is the hinge.
        plain = self.rejection == 0.5
        return Facts(zero_from=1.0, lipschitz=self.steepness, calibrated=plain)

    def phi(self, m):
        return ops.relu(1.0 - m) + (self.steepness - 1) * ops.relu(-m)

    def slope(self, m):
        return -indicator(m < 1, m) - (self.steepness - 1) * indicator(m < 0, m)

    def curvature(self, m):
        return ops.zeros_like(m)


class AsymmetricMargin(SignedLoss):
    """A binary loss with a margin of its own for each label.

    `phi(m - (margin - 1))`, with the margin of the label: `base` moved so
    that what it asks at 1 it asks at that margin. A wider margin for the rarer
    label moves the boundary away from it.

    Args:
        negative: Margin of labels 0 or -1, above 0.
        positive: Margin of labels +1, above 0.
        base: A `BinaryLoss`; `Hinge()` by default.

    >>> AsymmetricMargin(1.0, 3.0)([1, -1], [1.0, -1.0])  # (2 + 0) / 2
    1.0

    Cao, Wei, Gaidon, Arechiga and Ma, Learning imbalanced datasets with
    label-distribution-aware margin loss, NeurIPS 2019, section 3.1.
    """

    def __init__(
        self,
        negative: float = 1.0,
        positive: float = 1.0,
        base: BinaryLoss | None = None,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(**options)
        self.negative = above("negative", negative, 0)
        self.positive = above("positive", positive, 0)
        self.base = as_base(base)

    @property
    def facts(self) -> Facts:
        widest = max(self.negative, self.positive)
        return self.base.facts.but(zero_from=self.base.zero_from + widest - 1)

    def elements(self, scores, signs):
        margin = margins.of_sign((self.negative, self.positive), signs)
        return self.base.phi(signs * scores - (margin - 1))
