"""Initial weights, drawn by NumPy: the same on every backend."""

import math

import keras
import numpy as np
from scipy.special import ndtr, ndtri

from hinge_keras.lab.grid import seeds

LAWS = (
    keras.initializers.RandomUniform,
    keras.initializers.RandomNormal,
    keras.initializers.VarianceScaling,
)
# Keras cuts a normal law off at two deviations, and widens what is left, of this one.
CUT, LEFT = 2.0, 0.8796256610342398


@keras.saving.register_keras_serializable(package="hinge_keras")
class Drawn(keras.initializers.Initializer):
    """An initialiser of Keras' whose values NumPy draws.

    Args:
        law: What is drawn from: a Keras initialiser of one of `LAWS`, or its name.
        seed: From 0 up.
    """

    def __init__(self, law, seed):
        self.law, self.seed = keras.initializers.get(law), seed
        if not isinstance(self.law, LAWS):
            raise ValueError(
                f"initializer is {law!r}; accepted are "
                f"{', '.join(each.__name__ for each in LAWS)} and their kinds."
            )

    def __call__(self, shape, dtype=None):
        return keras.ops.convert_to_tensor(self.values(shape), dtype)

    def values(self, shape):
        """An array of that shape."""
        draw = np.random.default_rng(self.seed)
        law = self.law
        if isinstance(law, keras.initializers.RandomUniform):
            return draw.uniform(law.minval, law.maxval, shape)
        if isinstance(law, keras.initializers.RandomNormal):
            return draw.normal(law.mean, law.stddev, shape)
        # Of a kernel, `(..., inputs, outputs)`.
        places = math.prod(shape[:-2])
        fans = {"fan_in": places * shape[-2], "fan_out": places * shape[-1]}
        fans["fan_avg"] = (fans["fan_in"] + fans["fan_out"]) / 2
        deviation = math.sqrt(law.scale / fans[law.mode])
        if law.distribution == "uniform":
            return draw.uniform(-1, 1, shape) * math.sqrt(3) * deviation
        shares = draw.uniform(*ndtr([-CUT, CUT]), shape)
        return ndtri(shares) * deviation / LEFT

    def get_config(self):
        return {"law": keras.initializers.serialize(self.law), "seed": self.seed}


def seeded(law, seed, layer):
    """An initialiser with its own stream of the trial's seed."""
    return Drawn(law, seeds.derive(seed, "weights", layer))
