"""Top-K losses whose bar is the mean of noised scores, drawn or exact.

`s_[k]` is the k-th largest score.
"""

from typing import Unpack

from keras import ops

from hinge_keras import margins
from hinge_keras.configured import above, whole
from hinge_keras.losses.base import BinaryLoss, Numbers, Options, refuse_other_than
from hinge_keras.losses.expected import expected_kth
from hinge_keras.losses.facts import Facts
from hinge_keras.losses.imbalanced import as_counts, rare_margins
from hinge_keras.losses.noise import noise_of
from hinge_keras.losses.topk import TopKLoss, refuse_unless_below

__all__ = ["ExpectedTopK", "NoisedTopK", "NoisedTopKImbalanced"]


class NoisedTopK(TopKLoss):
    """`CalibratedTopK` with the bar averaged over noise, which makes it smooth.

    `phi(s_y - mean over draws of (s + epsilon * Z)_[k+1])`, standard normal `Z`
    for each example, class and draw. The noise is a function of the scores'
    bits and of the seed: it is another at every step, on every backend and in
    compiled code; the same scores and seed give the same value; and an
    example's noise does not depend on the rest of the batch.

    Args:
        k: How many guesses count, from 1 to `classes - 1`.
        epsilon: Size of the noise in units of the score, above 0.
        n_samples: Draws, from 1 up; 0 switches the noise off, for evaluation.
        seed: A whole number from 0 up.
        base: A `BinaryLoss`; `Hinge()` by default.

    >>> NoisedTopK(1, n_samples=0)([0], [[2.0, 1.5, 0.0]])  # 1 + 1.5 - 2
    0.5

    Garcin, Servajean, Joly and Salmon, Stochastic smoothing of the top-K
    calibrated hinge loss for deep imbalanced classification, ICML 2022.
    """

    def __init__(
        self,
        k: int,
        epsilon: float = 1.0,
        n_samples: int = 5,
        seed: int = 0,
        base: BinaryLoss | None = None,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(k, base, **options)
        self.epsilon = above("epsilon", epsilon, 0)
        self.n_samples = whole("n_samples", n_samples, 0)
        self.seed = whole("seed", seed, 0)

    @property
    def facts(self) -> Facts:
        return super().facts.but(convex=False, stochastic=self.n_samples > 0)

    def noise(self, scores):
        """Standard normal draws, `(..., n_samples, classes)`."""
        return noise_of(scores, self.n_samples, self.seed)

    def bar(self, scores):
        """The mean over the draws of the (k+1)-th noised score, `(...)`."""
        if self.n_samples == 0:
            return self.kth_largest(scores, self.k + 1)
        noised = ops.expand_dims(scores, -2) + self.epsilon * self.noise(scores)
        return margins.mean(self.kth_largest(noised, self.k + 1))

    def aggregate(self, scores, is_true):
        return self.lead(scores, is_true, self.bar(scores))


class NoisedTopKImbalanced(NoisedTopK):
    """`NoisedTopK` with a wider margin for a rarer class.

    `scale * phi(s_y - bar + 1 - m_y)`, the hinge's margin of 1 replaced by
    `m_c = max_m * (n_min / n_c) ** (1 / 4)`. The scores are cosines, from
    `NormedDense`: `epsilon` and `max_m` are in their unit.

    Args:
        k: How many guesses count, from 1 to `classes - 1`.
        class_counts: Training examples of each class, above 0.
        epsilon: Size of the noise in units of the score, above 0.
        max_m: Margin of the rarest class, above 0.
        scale: Factor on the loss, above 0.
        n_samples: Draws, from 1 up; 0 switches the noise off, for evaluation.
        seed: A whole number from 0 up.
        base: A `BinaryLoss`; `Hinge()` by default.

    >>> loss = NoisedTopKImbalanced(1, [16, 1], max_m=0.5, scale=2.0, n_samples=0)
    >>> loss([0], [[0.5, 0.4]])  # 2 * (0.25 + 0.4 - 0.5)
    0.3

    Garcin, Servajean, Joly and Salmon, Stochastic smoothing of the top-K
    calibrated hinge loss for deep imbalanced classification, ICML 2022.
    """

    def __init__(
        self,
        k: int,
        class_counts: Numbers,
        epsilon: float = 0.01,
        max_m: float = 0.3,
        scale: float = 50.0,
        n_samples: int = 5,
        seed: int = 0,
        base: BinaryLoss | None = None,
        **options: Unpack[Options],
    ) -> None:
        self.class_counts = as_counts(class_counts)
        super().__init__(k, epsilon, n_samples, seed, base, **options)
        self.max_m = above("max_m", max_m, 0)
        self.scale = above("scale", scale, 0)
        self.margins = rare_margins(self.class_counts, max_m)

    @property
    def facts(self) -> Facts:
        zero_from = self.base.zero_from + max(0.0, self.max_m - 1)
        return super().facts.but(symmetric=False, zero_from=zero_from)

    def aggregate(self, scores, is_true):
        refuse_other_than(scores.shape[-1], self.margins, "class_counts")
        margin = margins.of_class(self.margins, is_true, scores)
        bar = self.bar(scores) + margin - 1
        return self.scale * self.lead(scores, is_true, bar)


class ExpectedTopK(TopKLoss):
    """`NoisedTopK` of infinitely many draws, without noise.

    `phi(s_y - E[(s + epsilon * Z)_[k+1]])`. With `N(t)` the number of noised
    scores above `t`, a sum of independent 0/1 draws,
    `E[...] = a + integral from a of P(N(t) >= k + 1) dt` for any `a` low
    enough, by the trapezoid rule.

    Args:
        k: How many guesses count, from 1 to `classes - 1`.
        epsilon: Size of the noise in units of the score, above 0.
        base: A `BinaryLoss`; `Hinge()` by default.

    >>> ExpectedTopK(1, epsilon=1.0)([0], [[0.0, 0.0]])  # 1 - 1 / sqrt(pi)
    0.4358

    The expectation of Garcin et al., ICML 2022; computed exactly here.
    """

    def __init__(
        self,
        k: int,
        epsilon: float = 1.0,
        base: BinaryLoss | None = None,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(k, base, **options)
        self.epsilon = above("epsilon", epsilon, 0)

    @property
    def facts(self) -> Facts:
        return super().facts.but(convex=False)

    def bar(self, scores):
        """`E[(s + epsilon * Z)_[k+1]]`, `(...)`."""
        refuse_unless_below(scores.shape[-1], self.k)
        return self.epsilon * expected_kth(scores / self.epsilon, self.k + 1)

    def aggregate(self, scores, is_true):
        return self.lead(scores, is_true, self.bar(scores))
