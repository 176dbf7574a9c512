"""The hinge of generative adversarial networks, a half for each network."""

from typing import Unpack

from keras import ops

from hinge_keras.losses.base import BinaryLoss, Options, SignedLoss, as_base
from hinge_keras.losses.facts import Facts

__all__ = ["GANDiscriminator", "GANGenerator"]


class GANDiscriminator(SignedLoss):
    """The discriminator's half: `phi(f)` of what is real, `phi(-f)` of what is made.

    Labels are 1 for real and 0 or -1 for made. With as many of both in a batch the
    mean is half of the published sum of the two halves' means.

    Args:
        base: A `BinaryLoss`; `Hinge()` by default.

    >>> GANDiscriminator()([1, 0], [0.5, 0.5])  # (0.5 + 1.5) / 2
    1.0

    Lim and Ye, Geometric GAN, arXiv 1705.02894 (2017); Miyato, Kataoka, Koyama and
    Yoshida, Spectral normalization for generative adversarial networks, ICLR 2018.
    """

    def __init__(
        self, base: BinaryLoss | None = None, **options: Unpack[Options]
    ) -> None:
        super().__init__(**options)
        self.base = as_base(base)

    @property
    def facts(self) -> Facts:
        return self.base.facts

    def elements(self, scores, signs):
        return self.base.elements(scores, signs)


class GANGenerator(BinaryLoss):
    """The generator's half: minus the discriminator's score, `phi(m) = -m`.

    Labels are 1: what is made shall pass for real.

    >>> GANGenerator()([1, 1], [0.5, -2.0])  # (-0.5 + 2) / 2
    0.75

    Lim and Ye, Geometric GAN, arXiv 1705.02894 (2017); Miyato, Kataoka, Koyama and
    Yoshida, Spectral normalization for generative adversarial networks, ICLR 2018.
    """

    @property
    def facts(self) -> Facts:
        return Facts(nonnegative=False, lipschitz=1.0, smoothness=0.0)

    def phi(self, m):
        return -m

    def slope(self, m):
        return -ops.ones_like(m)

    def curvature(self, m):
        return ops.zeros_like(m)
