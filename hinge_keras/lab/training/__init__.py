"""Training: trials in, records out, by the fastest path that can.

`fit` is the slow reference; `replicas` trains many trials as one program,
stacked or one at a time in the same compiled loop. All give the same numbers.
"""

from pathlib import Path

import keras
from keras import layers

from hinge_keras.lab.grid.source import text_digest
from hinge_keras.lab.training import fit, replicas
from hinge_keras.lab.training.dense import UnknownError
from hinge_keras.lab.training.replicas import ALONE, DENSE, STACKED
from hinge_keras.layers import NormedDense

# Layers that are one larger matrix product, or elementwise, when stacked: never
# slower so. Models with others are timed both ways before they are trained.
STACKABLE = (
    layers.InputLayer,
    layers.Dense,
    layers.Activation,
    layers.ReLU,
    layers.LeakyReLU,
    layers.Flatten,
    layers.Reshape,
    layers.Rescaling,
    layers.BatchNormalization,
    layers.LayerNormalization,
    NormedDense,
)
CONVOLUTIONS = (
    layers.Conv1D,
    layers.Conv2D,
    layers.Conv3D,
    layers.DepthwiseConv1D,
    layers.DepthwiseConv2D,
    layers.SeparableConv1D,
    layers.SeparableConv2D,
)
# How a way is told.
HOW = {DENSE: "in kernels", STACKED: "stacked", ALONE: "in a compiled loop"}
# Replicas in the short trial of a stack.
TRIED = 16


def train(experiment, trials, path="auto", watch=replicas.unwatched):
    """Train trials and yield them with their records, in any order, a block a time.

    Args:
        experiment: The grid that the trials are cells of.
        trials: Any of its trials.
        path: `"dense"` steps dense nets in compiled kernels, `"stacked"` any
            replicas together, `"alone"` one at a time in the same compiled loop,
            `"fit"` calls `model.fit`; `"auto"` takes the fastest that can, and
            says so where that is not one of the first two.
        watch: Called while a block trains with the number of its trials that
            are as good as finished, a fraction; for a time estimate.
    """
    if path == "auto":
        load = replicas.loader(experiment)
        for group in replicas.groups(experiment, trials, load):
            yield from by_the_fastest(experiment, group, load, watch)
    elif path == "fit":
        yield from by_fit(experiment, trials)
    elif path in (DENSE, STACKED, ALONE):
        yield from replicas.train(experiment, trials, way=path)
    else:
        raise ValueError(
            f"path is {path!r}; accepted are 'auto', 'dense', 'stacked', 'alone' and "
            "'fit'."
        )


def by_the_fastest(experiment, group, load, watch):
    """A group's blocks: in kernels, else stacked, else alone, else through `fit`."""
    finished = 0
    for way in ways(experiment, group, load):
        try:
            stack = replicas.Stack(experiment, group, load, way)
            for block in replicas.in_blocks(stack, group, watch=watch):
                finished += len(block)
                yield block
            return
        except UnknownError:
            continue
        except Exception as error:
            if finished:
                raise
            say(group, f"cannot be trained {HOW[way]} ({reason(error)})")
    yield from by_fit(experiment, group)


def by_fit(experiment, trials):
    """Each trial through `model.fit`, a block of its own."""
    for trial in trials:
        yield [(trial, fit.train(experiment, trial))]


def engine():
    """The code that decides a trial's numbers, whichever path it takes.

    The rooms of the backends are read as texts, since not every one can be imported.
    """
    here = Path(__file__).parent
    rooms = [
        text_digest((here / name).read_text()) for name in ("_jax.py", "_tensorflow.py")
    ]
    return fit.train, replicas.Stack, *rooms


def ways(experiment, group, load):
    """The ways that may train a group, the most promising first; none without a backend."""
    if keras.backend.backend() not in ("tensorflow", "jax"):
        say(group, f"model.fit on the {keras.backend.backend()} backend")
        return
    yield DENSE
    if len(group) == 1:
        yield ALONE
        return
    try:
        stack = replicas.Stack(experiment, group, load)
    except Exception as error:
        say(group, f"model.fit ({reason(error)})")
        return
    model = stack.program.model
    if not all(type(layer) in STACKABLE for layer in model.layers):
        if stack.epochs >= sum(replicas.TIMED):
            alone = replicas.Stack(experiment, group, load, ALONE)
            stacked_pace, why = tried(stack, group[:TRIED])
            alone_pace, _ = tried(alone, group[:1])
            why = why or (
                f"stacked {stacked_pace:.2g} s an epoch, alone {alone_pace:.2g} s"
            )
            slower = alone_pace < stacked_pace
        else:  # To time it would take longer than to train it.
            why = "convolutions gain nothing from stacking"
            slower = any(isinstance(layer, CONVOLUTIONS) for layer in model.layers)
        if slower:
            say(group, f"one replica at a time ({why})")
            yield ALONE
            return
    yield STACKED
    yield ALONE


def tried(stack, trials):
    """Seconds a replica and epoch in a short trial, or why there are none."""
    try:
        return stack.pace(trials), None
    except Exception as error:
        return float("inf"), f"cannot be stacked: {reason(error)}"


def reason(error):
    return f"{type(error).__name__}: {error}".splitlines()[0][:100]


def say(group, sentence):
    print(f"{group[0].model}: {sentence}", flush=True)
