"""What the compiled kernels can train: a chain of Dense layers, by a known optimizer.

`read` describes a model and its optimizer in the kernels' numbers, or says in an
`UnknownError` what is not known about them; such a model takes the general path.
"""

import itertools
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, ops, optimizers

# Activations and rules, as the kernels number them.
ACTIVATIONS = ("linear", "relu", "tanh", "sigmoid", "elu", "softplus", "leaky_relu")
LINEAR, RELU, TANH, SIGMOID, ELU, SOFTPLUS, LEAKY_RELU = range(len(ACTIVATIONS))
SGD, NESTEROV, ADAM = range(3)
# What a Dense layer may have beside the defaults that the kernels compute.
PLAIN = (
    "kernel_constraint",
    "bias_constraint",
    "bias_regularizer",
    "activity_regularizer",
    "lora_rank",
    "quantization_config",
)
# What changes gradients or weights beside an optimizer's own rule.
EXTRAS = (
    "clipnorm",
    "clipvalue",
    "global_clipnorm",
    "use_ema",
    "loss_scale_factor",
    "gradient_accumulation_steps",
    "amsgrad",
)


class UnknownError(Exception):
    """What the kernels do not know about a model or an optimizer."""


@dataclass(frozen=True)
class Net:
    """A chain of Dense layers.

    Attributes:
        widths: Of the inputs and of every layer.
        kinds: The activation of every layer, as the kernels number them.
        factors: Of `|w|` and `w^2` of every parameter in the penalty,
            `(2, parameters)`, or `(2, 0)` without one.
    """

    widths: np.ndarray
    kinds: np.ndarray
    factors: np.ndarray

    @property
    def parameters(self):
        return sum((a + 1) * b for a, b in itertools.pairwise(self.widths.tolist()))


@dataclass(frozen=True)
class Rule:
    """An optimizer's step.

    Attributes:
        kind: Which, as the kernels number them.
        moments: How many numbers it remembers of each parameter.
        numbers: Its constants, in the kernel's order.
        powers: What is raised to the step's number in the first moments' correction.
        decay: Weight decay.
    """

    kind: int
    moments: int
    numbers: tuple
    powers: tuple = ()
    decay: float = 0.0

    def rate(self, step):
        """The factor on the learning rate in a step, the first being 1."""
        if not self.powers:
            return 1.0
        first, second = (1 - power**step for power in self.powers)
        return np.sqrt(second) / first


def read(model, optimizer):
    """The net and the rule of a Keras model and optimizer; raises `UnknownError`."""
    if not type(model).__module__.startswith("keras."):
        raise UnknownError(f"a {type(model).__name__}")  # With a `call` of its own.
    chain = []
    for layer in model.layers:
        if isinstance(layer, layers.Flatten) and not chain:
            continue
        if type(layer) is layers.Dense:
            chain.append([layer, activation(layer)])
        elif type(layer) in (layers.Activation, layers.ReLU) and chain:
            chain[-1][1] = followed(chain[-1][1], layer)
        elif not isinstance(layer, layers.InputLayer):
            raise UnknownError(f"a {type(layer).__name__} layer")
    if not chain:
        raise UnknownError("no Dense layer")
    net = Net(
        widths=np.array([chain[0][0].kernel.shape[0], *(d.units for d, _ in chain)]),
        kinds=np.array([ACTIVATIONS.index(kind) for _, kind in chain]),
        factors=penalty([checked(dense) for dense, _ in chain]),
    )
    return net, rule(optimizer)


def checked(layer):
    """The layer, unless it has what the kernels do not compute."""
    odd = [name for name in PLAIN if getattr(layer, name, None) is not None]
    if odd or not layer.use_bias or not layer.trainable:
        raise UnknownError(
            f"a Dense layer with {', '.join(odd) or 'no bias or frozen'}"
        )
    if layer.dtype_policy.compute_dtype != keras.config.floatx():
        raise UnknownError(f"a Dense layer in {layer.dtype_policy.compute_dtype}")
    return layer


def activation(layer):
    """The name of a layer's activation."""
    name = getattr(layer.activation, "__name__", None)
    if name not in ACTIVATIONS or (
        layer.activation is not getattr(keras.activations, name)
    ):
        raise UnknownError(f"activation {name or layer.activation!r}")
    return name


def followed(before, layer):
    """The activation of a linear layer that one of activation follows."""
    if before != "linear":
        raise UnknownError("two activations in a row")
    if isinstance(layer, layers.Activation):
        return activation(layer)
    if layer.max_value is not None or layer.negative_slope or layer.threshold:
        raise UnknownError("a ReLU layer with other arguments")
    return "relu"


def penalty(chain):
    """The factors of L1 and L2 penalties on the kernels of a chain."""
    parts, any_at_all = [], False
    for layer in chain:
        regularizer, size = layer.kernel_regularizer, np.prod(layer.kernel.shape)
        known = (keras.regularizers.L1, keras.regularizers.L2, keras.regularizers.L1L2)
        if regularizer is not None and type(regularizer) not in known:
            raise UnknownError(f"regularizer {type(regularizer).__name__}")
        pair = [getattr(regularizer, name, 0.0) for name in ("l1", "l2")]
        any_at_all |= any(pair)
        parts += [np.tile(np.array(pair, float)[:, None], (1, size))]
        parts += [np.zeros((2, layer.units))]
    whole = np.concatenate(parts, axis=1)
    return (whole if any_at_all else whole[:, :0]).astype(keras.config.floatx())


def rule(optimizer):
    """The rule of a Keras optimizer."""
    config = optimizer.get_config()
    extras = [name for name in EXTRAS if config.get(name)]
    if any(
        getattr(optimizer, f"_exclude_from_weight_decay{end}", None)
        for end in ("", "_pattern")
    ):
        extras.append("exclude_from_weight_decay")
    if extras:
        raise UnknownError(f"{optimizer.name} with {', '.join(extras)}")
    decay = config.get("weight_decay") or 0.0
    if type(optimizer) in (optimizers.Adam, optimizers.AdamW):
        betas = optimizer.beta_1, optimizer.beta_2
        numbers = (*(1 - beta for beta in betas), optimizer.epsilon)
        return Rule(ADAM, 2, numbers, tuple(map(as_cast, betas)), decay)
    if type(optimizer) is optimizers.SGD:
        kind = NESTEROV if optimizer.nesterov else SGD
        numbers = (as_cast(optimizer.momentum), 0.0, 0.0)
        return Rule(kind, 1, numbers, decay=decay)
    raise UnknownError(f"optimizer {optimizer.name}")


def as_cast(number):
    """A number as Keras' optimizers cast it: on TensorFlow, by way of single precision."""
    return float(ops.convert_to_numpy(ops.cast(number, keras.config.floatx())))
