"""Binary losses with a classical name, each a function of the margin."""

import math

from keras import ops

from hinge_keras import margins
from hinge_keras.configured import above, at_least, below
from hinge_keras.losses.base import (
    BinaryLoss,
    SignedLoss,
    as_base,
    indicator,
    softplus,
)

__all__ = [
    "AsymmetricMargin",
    "Exponential",
    "Hinge",
    "LeastSquares",
    "Logistic",
    "Perceptron",
    "Pinball",
    "Ramp",
    "SquaredHinge",
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

    def __init__(self, margin=1.0, power=1, **options):
        super().__init__(**options)
        self.margin = above("margin", margin, 0)
        self.power = at_least("power", power, 1)
        self.zero_from = margin
        self.lipschitz = 1.0 if power == 1 else math.inf
        self.smoothness = 2.0 if power == 2 else math.inf

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

    smoothness = 2.0

    def __init__(self, margin=1.0, **options):
        super().__init__(**options)
        self.margin = above("margin", margin, 0)
        self.zero_from = margin

    def phi(self, m):
        return ops.square(ops.relu(self.margin - m))

    def slope(self, m):
        return -2.0 * ops.relu(self.margin - m)

    def curvature(self, m):
        return 2.0 * indicator(m < self.margin, m)


class Logistic(BinaryLoss):
    """The logistic loss, `phi(m) = log(1 + exp(-m))`, in nats.

    Cross-entropy from scores: equals Keras' binary cross-entropy with
    `from_logits=True` on 0/1 labels.

    >>> Logistic()([1, 0], [0.0, 0.0])  # log 2
    0.6931

    Berkson, Application of the logistic function to bio-assay, Journal of the
    American Statistical Association 39 (1944).
    """

    lipschitz = 1.0
    smoothness = 0.25

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

    zero_from = 0.0
    lipschitz = 1.0

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

    monotone = False
    smoothness = 2.0

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

    convex = False
    calibrated = True
    zero_from = 1.0
    lipschitz = 1.0

    def __init__(self, s=0.0, **options):
        super().__init__(**options)
        self.s = below("s", s, 1)

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

    def __init__(self, tau=0.5, **options):
        super().__init__(**options)
        self.tau = at_least("tau", tau, 0)
        self.monotone = tau == 0
        self.lipschitz = max(1.0, tau)

    def phi(self, m):
        return ops.relu(1.0 - m) + self.tau * ops.relu(m - 1.0)

    def slope(self, m):
        return self.tau * indicator(m > 1, m) - indicator(m < 1, m)

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

    def __init__(self, negative=1.0, positive=1.0, base=None, **options):
        super().__init__(**options)
        self.negative = above("negative", negative, 0)
        self.positive = above("positive", positive, 0)
        self.base = as_base(base)
        for fact in ("convex", "monotone", "nonnegative"):
            setattr(self, fact, getattr(self.base, fact))
        self.zero_from = self.base.zero_from + max(negative, positive) - 1

    def elements(self, scores, signs):
        margin = margins.of_sign((self.negative, self.positive), signs)
        return self.base.phi(signs * scores - (margin - 1))
