"""A user's model as a builder of the laboratory; what cannot be compared is refused."""

import contextlib
import inspect
import itertools
import math
import random
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import keras
import numpy as np
from keras import ops

from hinge_keras.configured import Configured
from hinge_keras.lab import models
from hinge_keras.lab.grid import seeds

RAW = "a linear last layer, since every loss here takes raw scores"
# Activations that keep scores from being far on both sides of 0.
SQUASHING = (
    *("sigmoid", "hard_sigmoid", "log_sigmoid", "sparse_sigmoid", "tanh", "hard_tanh"),
    *("softmax", "log_softmax", "sparsemax", "softsign", "softplus", "squareplus"),
    *("relu", "relu6", "elu", "selu", "celu", "gelu", "silu", "hard_silu", "mish"),
    *("exponential", "sparse_plus"),
)
# As layers and operations spell them: LogSoftmax, ReLU.
SQUASHING_CLASSES = {name.replace("_", ""): name for name in SQUASHING}
# Rows that a head is tried on, and what its weights are drawn at.
TRIED = 64
SCALES = (1.0, -1.0, 1e4, -1e4)


@dataclass(frozen=True)
class Built:
    """A user's model as a model builder of the laboratory.

    Attributes:
        build: A function that returns a new Keras model, or a class of models, of any
            of `input_shape`, `outputs` and `seed`; or a model, which starts anew from
            every seed: its trainable layers lose the weights that they have, and those
            that train nothing keep theirs. A function that loads a trained model keeps
            all. `None` for an MLP with 64 hidden units.
        parts: Name, shape and dtype of each input of a model with several, which lie
            side by side in the rows of one array. By name if the names are texts,
            and so is then `input_shape`.
        name: As it stands in tables.
    """

    build: object
    parts: tuple = ()
    name: str = "model"

    @property
    def told(self):
        """What it is, in words."""
        if self.build is None:
            return "a network of 64 hidden units"
        if isinstance(self.build, keras.Model):
            return f"a {type(self.build).__name__}, started anew"
        return getattr(self.build, "__name__", type(self.build).__name__)

    def __call__(self, input_shape, outputs, seed):
        """A new model; equal seeds give equal weights, unless it draws its own."""
        if self.build is None:
            return default(input_shape, outputs, seed)
        shape = named([shape for _, shape, _ in self.parts], self.parts) or input_shape
        offered = {"input_shape": shape, "outputs": outputs, "seed": seed}
        with drawn_from(seeds.derive(seed, "weights")):
            model = made(self.build, offered)
            with refused(f"build_model cannot take inputs of shape {shape}", CAN_TAKE):
                built = of_rows(model, self.parts) if self.parts else model
                if not built.built:  # Its weights are drawn when it is first called.
                    built(np.zeros((1, *input_shape), keras.config.floatx()))
        if isinstance(self.build, keras.Model):
            keep_untrained(self.build, model)
        return built


CAN_TAKE = "a model that can, for example one built from input_shape"


@contextlib.contextmanager
def refused(what, accepted):
    """Any error inside becomes one sentence that says what went wrong."""
    try:
        yield
    except Exception as error:
        raise ValueError(
            f"{what} ({first_line(error)}); accepted is {accepted}."
        ) from error


def first_line(error):
    """What an error says first, without Keras' word on where, and its bold letters."""
    lines = re.sub("\x1b\\[\\d+m", "", str(error)).splitlines()
    told = [line for line in lines if line and not line.startswith("Exception enc")]
    return (told or [type(error).__name__])[0].rstrip(".")


@contextlib.contextmanager
def drawn_from(seed):
    """Layers that name no seed draw from this one.

    They take theirs from Python's generator, which is given back as it was, as is
    NumPy's.
    """
    before, of_numpy = random.getstate(), np.random.get_state()
    keras.utils.set_random_seed(seed)
    try:
        yield
    finally:
        random.setstate(before)
        np.random.set_state(of_numpy)


def default(input_shape, outputs, seed):
    """An MLP, behind a layer that flattens what is no vector."""
    if len(input_shape) == 1:
        return models.MLP((64,))(input_shape, outputs, seed)
    mlp = models.MLP((64,))((math.prod(input_shape),), outputs, seed)
    return keras.Sequential(
        [keras.Input(input_shape), keras.layers.Flatten(), *mlp.layers]
    )


def made(build, offered):
    """A new model, from itself or from a function or class of what is offered."""
    if isinstance(build, keras.Model):
        return anew(build, offered["seed"])
    if not callable(build):
        raise ValueError(
            f"build_model is {build!r}; accepted is None, a Keras model, or a function "
            "or class that makes one."
        )
    taken = arguments(build, offered)
    with refused("build_model raised an error", "a function that makes a Keras model"):
        model = build(**taken)
    if not isinstance(model, keras.Model):
        raise ValueError(
            f"build_model returns {type(model).__name__}; accepted is a keras.Model."
        )
    return model


def arguments(build, offered):
    """Those of the offered arguments that a function takes; any other is refused."""
    parameters = named_parameters(build)
    by_name = {p.name for p in parameters if p.kind is not p.POSITIONAL_ONLY}
    taken = {name: value for name, value in offered.items() if name in by_name}
    needed = [
        p.name for p in parameters if p.default is p.empty and p.name not in taken
    ]
    if needed:
        raise ValueError(
            f"build_model needs {', '.join(needed)}; accepted are the arguments "
            f"{', '.join(offered)}, by name."
        )
    return taken


def named_parameters(build):
    """The parameters of a function or class, without `*args` and `**kwargs`."""
    try:
        parameters = inspect.signature(build).parameters.values()
    except ValueError:  # Of what is compiled.
        return []
    return [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]


def anew(model, seed):
    """The same model with new initial weights, drawn from a seed."""
    kind = type(model)
    if is_of_keras(kind.get_config) and not is_of_keras(kind.__init__):
        if named_parameters(kind):
            # Keras' config has the defaults in place of what it was made of.
            raise ValueError(
                f"build_model is a {kind.__name__} without get_config; accepted is a "
                "function that makes it."
            )
        return kind()
    with refused(
        f"build_model is a {kind.__name__} that Keras cannot make again",
        "a function that makes it",
    ):
        return keras.saving.deserialize_keras_object(
            reseeded(serialized(model), seed),
            custom_objects={type(each).__name__: type(each) for each in layers(model)},
            safe_mode=False,  # Its functions are the user's own, and here already.
        )


def serialized(model):
    """Keras' configuration of a model, without its warnings of functions in one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return keras.saving.serialize_keras_object(model)


def reseeded(config, seed):
    """A configuration, not compiled, with its own seeds mixed with another."""
    if isinstance(config, list | tuple):
        return [reseeded(each, seed) for each in config]
    if not isinstance(config, dict):
        return config
    return {
        name: seeds.derive(seed, "weights", value)
        if name == "seed" and isinstance(value, int)
        else reseeded(value, seed)
        for name, value in config.items()
        if name != "compile_config"
    }


def keep_untrained(model, new):
    """Layers that train nothing have the same weights in the new model: what is frozen."""
    for old, fresh in zip(leaves(model), leaves(new), strict=True):
        if old.weights and not old.trainable_weights:
            weights = {}
            old.save_own_variables(weights)
            fresh.load_own_variables(weights)


def layers(model):
    """A model or layer and all layers within it, in their order."""
    inside = [each for layer in getattr(model, "layers", ()) for each in layers(layer)]
    return [model, *inside]


def leaves(model):
    """The layers without layers of their own."""
    return [layer for layer in layers(model) if not getattr(layer, "layers", ())]


def named(values, parts):
    """Values by the names of the parts, or in a list where those are no texts."""
    names = [name for name, _, _ in parts]
    by_name = bool(names) and all(isinstance(name, str) for name in names)
    return dict(zip(names, values, strict=True)) if by_name else values


def of_rows(model, parts):
    """A model of one flat row in place of a model of several inputs."""
    sizes = [math.prod(shape) for _, shape, _ in parts]
    starts = itertools.accumulate(sizes, initial=0)
    row = keras.Input((sum(sizes),))
    inputs = [
        Slice(start, shape, dtype)(row)
        for start, (_, shape, dtype) in zip(starts, parts, strict=False)
    ]
    return keras.Model(row, model(named(inputs, parts)))


class Slice(Configured, keras.layers.Layer):
    """A part of each row, in a shape and dtype of its own.

    Args:
        start: Its first column.
        shape: That of the part, for one row.
        kind: Its dtype.
        name: As for any Keras layer.
        dtype: As for any Keras layer.
    """

    def __init__(self, start, shape, kind="float32", name=None, dtype=None):
        # Whole numbers would be lost in half precision.
        super().__init__(name=name, dtype=dtype, autocast=False)
        self.start, self.shape, self.kind = start, tuple(shape), kind

    def saved_dtype(self):
        return self.dtype_policy

    def call(self, inputs):
        part = inputs[:, self.start : self.start + math.prod(self.shape)]
        return ops.cast(ops.reshape(part, (-1, *self.shape)), self.kind)


def checked(build, input_shape, outputs, seed, classes, example):
    """Refuse, before any training, a model whose outputs are no raw scores.

    Args:
        build: A `Built`.
        input_shape: Of one example.
        outputs: How many scores an example has.
        seed: Any of the comparison's.
        classes: How many there are; `None` of a regression.
        example: Some rows of the inputs.

    Raises:
        ValueError: If the model cannot be compared, in one sentence.
    """
    model, again = (build(input_shape, outputs, seed) for _ in range(2))
    if {*map(id, model.trainable_weights)} & {*map(id, again.trainable_weights)}:
        raise ValueError(
            "build_model returns weights that it returned before; accepted is a "
            "function that makes its layers anew, or a model itself."
        )
    with refused(f"build_model cannot take inputs of shape {input_shape}", CAN_TAKE):
        scores = model(example[:TRIED])
    refuse_outputs(scores, outputs, classes)
    refuse_squashing(model, outputs, example[:TRIED])


def refuse_outputs(scores, outputs, classes):
    """Refuse other outputs than a row of one score, or of one a class."""
    if isinstance(scores, Mapping | list | tuple):
        has = f"a {type(scores).__name__} of {len(scores)} outputs"
    elif len(scores.shape) != 2:
        has = f"outputs of shape {tuple(scores.shape[1:])}"
    elif scores.shape[1] != outputs:
        has = f"{scores.shape[1]} outputs"
    else:
        return
    what = "a regression" if classes is None else f"{classes} classes"
    raise ValueError(f"build_model has {has}; accepted for {what} is {outputs}.")


def refuse_squashing(model, outputs, x):
    """Refuse a model that ends in what keeps scores near 0 or on one side of it."""
    name = ending(model)
    if name in SQUASHING:
        raise ValueError(f"build_model ends in a {name}; accepted is {RAW}.")
    limits = (limit(model, layer, x) for layer in heads(model, outputs))
    first = next(limits, "")
    if first and all(limits):
        raise ValueError(
            f"build_model gives no score {first}, as a squashing last layer does; "
            f"accepted is {RAW}."
        )


def ending(model):
    """The name of the last activation, where Keras knows what a model ends in."""
    chain = isinstance(model, keras.Sequential)
    *_, last = model.layers if chain else getattr(model, "operations", [None])
    if isinstance(last, keras.Model):
        return ending(last)
    if is_of_keras(type(last)) and not getattr(last, "negative_slope", 0):
        kind = SQUASHING_CLASSES.get(type(last).__name__.lower())
        return kind or getattr(getattr(last, "activation", None), "__name__", None)
    return None


def is_of_keras(thing):
    """Whether a class or function comes with Keras."""
    return thing.__module__.partition(".")[0] == "keras"


def heads(model, outputs):
    """The layers that may give the scores, the last first."""
    return [
        layer
        for layer in reversed(leaves(model))
        if any(w.shape[-1:] == (outputs,) for w in layer.trainable_weights)
    ]


def limit(model, layer, x):
    """What the scores never pass, however large the weights of a layer are drawn.

    Empty where nothing holds them, or where the size of the weights changes nothing,
    as of cosines. The layer keeps its weights.
    """
    weights = layer.trainable_weights
    before = [np.array(ops.convert_to_numpy(weight)) for weight in weights]
    generator = np.random.default_rng(0)
    drawn = [generator.normal(size=weight.shape) for weight in weights]
    scores = [scored(model, weights, [s * d for d in drawn], x) for s in SCALES]
    scored(model, weights, before, x)
    if np.allclose(scores[0], scores[2], rtol=1e-3):
        return ""
    least, most = np.min(scores), np.max(scores)
    if least >= -1:
        return "below 0" if least >= 0 else "below -1"
    if most <= 1:
        return "above 0" if most <= 0 else "above 1"
    return ""


def scored(model, weights, values, x):
    """A model's scores once its weights have some values."""
    for weight, value in zip(weights, values, strict=True):
        weight.assign(value)
    return ops.convert_to_numpy(model(x))
