"""Dense nets in kernels against the reference, and what the kernels do not take."""

import keras
import pytest
from keras import layers, optimizers, regularizers

import hinge_keras as hk
from hinge_keras.lab import Measure, data, models, training
from hinge_keras.lab.training import dense, fused, replicas
from hinge_keras.lab.training.loader import Loader
from tests.lab.training.replicas_test import (
    IMAGES,
    SCHEDULE,
    WEIGHTED,
    Built,
    Functional,
    Subclassed,
    equals_reference,
    experiment,
)

pytestmark = pytest.mark.usefixtures("double_precision")


# Keras' tanh on JAX rounds to single precision, whatever it is given.
OF_TANH = 1e-5 if keras.backend.backend() == "jax" else 1e-7


def matches(checked=(0, -1), tolerance=1e-7, **changes):
    return equals_reference(experiment(**changes), checked, tolerance, path="dense")


def first_alone(cases):
    """The first of some cases in the fast tests, the others in the slow ones."""
    first, *others = cases
    return [first, *(pytest.param(each, marks=pytest.mark.slow) for each in others)]


@pytest.mark.parametrize(
    "optimizer",
    first_alone(
        [
            optimizers.AdamW(SCHEDULE, weight_decay=0.1),
            optimizers.Adam(),
            optimizers.Adam(SCHEDULE, beta_1=0.7, beta_2=0.9, epsilon=1e-3),
            optimizers.SGD(),
            optimizers.SGD(SCHEDULE, momentum=0.9, weight_decay=0.01),
            optimizers.SGD(momentum=0.9, nesterov=True),
        ]
    ),
    ids=["adamw", "adam", "adam scheduled", "sgd", "momentum", "nesterov"],
)
def test_each_rule_is_its_fit(optimizer):
    matches(optimizer=optimizer)


@pytest.mark.parametrize("activation", first_alone(dense.ACTIVATIONS))
def test_each_activation_is_its_fit(activation):
    hidden = Built(activation, (lambda: layers.Dense(7, activation),))
    matches(tolerance=OF_TANH, models=[hidden], axes={"learning_rate": (0.1,)})


@pytest.mark.parametrize("head", first_alone(["tanh", "sigmoid"]))
def test_a_head_with_an_activation_is_its_fit(head):
    matches(
        tolerance=OF_TANH,
        models=[models.MLP((5,), head)],
        arms={"squared": hk.SquaredHinge()},
    )


@pytest.mark.parametrize("hidden", first_alone([(4, 33, 5), (20, 17), (3,), ()]))
def test_each_width_and_depth_is_its_fit(hidden):
    matches(models=[models.MLP(hidden)], axes={"learning_rate": (0.03,)})


@pytest.mark.slow
def test_layers_of_activation_and_images_laid_flat_are_their_fit():
    stack = (
        layers.Flatten,
        lambda: layers.Dense(6),
        layers.ReLU,
        lambda: layers.Dense(5),
        lambda: layers.Activation("sigmoid"),
    )
    matches(datasets=[IMAGES], models=[Built("flat", stack)])


@pytest.mark.slow
@pytest.mark.parametrize("penalty", [regularizers.L1L2(0.01, 0.02), "l1", "l2"])
def test_penalties_are_their_fit(penalty):
    stack = (lambda: layers.Dense(6, "relu", kernel_regularizer=penalty),)
    matches(models=[Built("penalised", stack)])


def test_sample_weights_reach_the_loss():
    matches(datasets=[WEIGHTED])


def test_a_trial_alone_is_trained_in_kernels_too(capsys):
    matches(arms={"hinge": hk.Hinge()}, axes={"learning_rate": (0.1,)}, seeds=(0,))
    assert not capsys.readouterr().out


def test_losses_of_many_classes_share_a_block(monkeypatch):
    # So small a cache that chunks part the replicas of a loss.
    monkeypatch.setattr(fused, "CACHE", 60_000)
    monkeypatch.setattr(fused, "KEPT", 2000)
    matches(
        checked=range(0, 24, 5),
        datasets=[data.blobs(sizes=(50, 20, 20))],
        models=[models.MLP((20,))],
        arms={
            "cross-entropy": keras.losses.SparseCategoricalCrossentropy(
                from_logits=True
            ),
            "crammer-singer": hk.CrammerSinger(),
            "top-k": hk.SmoothTopK(2),
        },
        seeds=range(4),
        measures=[
            Measure("accuracy", keras.metrics.SparseCategoricalAccuracy),
            Measure("brier", hk.BrierScore, kind="loss", calibrated=True),
        ],
    )


def test_chunks_part_a_loss_only_if_they_must():
    losses = ("a", 10), ("b", 3), ("c", 2), ("d", 4)
    assert fused.chunks(losses, 100) == [(slice(0, 19), losses)]
    assert fused.chunks(losses, 5) == [
        (slice(0, 5), (("a", 5),)),
        (slice(5, 10), (("a", 5),)),
        (slice(10, 15), (("b", 3), ("c", 2))),
        (slice(15, 19), (("d", 4),)),
    ]
    assert len(fused.chunks(losses, 1)) == 19


def test_a_diverged_net_is_a_row_and_harms_no_neighbour():
    sound, diverged = matches(
        arms={"squared": hk.SquaredHinge()},
        optimizer=optimizers.SGD(),
        axes={"learning_rate": (0.01, 1e12)},
        seeds=(0,),
        epochs=8,
    )
    assert (sound.status, diverged.status) == ("done", "diverged")


def test_each_net_runs_out_of_its_own_patience():
    slow, fast = matches(
        arms={"hinge": hk.Hinge()},
        axes={"learning_rate": (0.01, 0.3)},
        seeds=(0,),
        epochs=30,
        patience=2,
    )
    assert fast.epochs_run < slow.epochs_run


def test_a_dense_net_is_trained_in_kernels(monkeypatch):
    used, train = [], replicas.Stack.train
    monkeypatch.setattr(
        replicas.Stack,
        "train",
        lambda stack, *a: used.append(stack.way) or train(stack, *a),
    )
    grid = experiment(epochs=1)
    list(training.train(grid, grid.trials()))
    assert set(used) == {"dense"}


def frozen():
    return layers.Dense(6, trainable=False)


REFUSED = {
    "GELU": (lambda: layers.Dense(6, "gelu"),),
    "a function": (lambda: layers.Dense(6, keras.ops.cos),),
    "two activations": (lambda: layers.Dense(6, "relu"), layers.ReLU),
    "a ReLU with a roof": (lambda: layers.Dense(6), lambda: layers.ReLU(6.0)),
    "dropout": (lambda: layers.Dense(6, "relu"), lambda: layers.Dropout(0.5, seed=1)),
    "no bias": (lambda: layers.Dense(6, use_bias=False),),
    "frozen": (frozen,),
    "a constraint": (lambda: layers.Dense(6, kernel_constraint="max_norm"),),
    "a penalty on values": (lambda: layers.Dense(6, activity_regularizer="l2"),),
    "a penalty on the bias": (lambda: layers.Dense(6, bias_regularizer="l2"),),
    "an orthogonal penalty": (
        lambda: layers.Dense(
            6, kernel_regularizer=regularizers.OrthogonalRegularizer()
        ),
    ),
    "single precision": (lambda: layers.Dense(6, dtype="float32"),),
    "no Dense layer first": (layers.BatchNormalization,),
}


def refused(**changes):
    grid = experiment(**changes)
    with pytest.raises(dense.UnknownError):
        replicas.Stack(grid, grid.trials(), Loader(grid), "dense")


@pytest.mark.parametrize("kind", REFUSED)
def test_layers_that_the_kernels_do_not_know_take_another_way(kind):
    refused(models=[Built(kind, REFUSED[kind])])


@pytest.mark.parametrize("model", [Functional(), Subclassed()], ids=lambda m: m.name)
def test_models_that_are_no_chain_take_another_way(model):
    refused(models=[model])


@pytest.mark.parametrize(
    "optimizer",
    [
        optimizers.Adam(amsgrad=True),
        optimizers.Adam(clipnorm=1.0),
        optimizers.SGD(clipvalue=1.0),
        optimizers.SGD(global_clipnorm=1.0),
        optimizers.Adam(use_ema=True),
        optimizers.SGD(gradient_accumulation_steps=2),
        optimizers.SGD(loss_scale_factor=2.0),
        optimizers.RMSprop(),
        optimizers.Nadam(),
    ],
    ids=lambda optimizer: optimizer.name,
)
def test_optimizers_that_the_kernels_do_not_know_take_another_way(optimizer):
    refused(optimizer=optimizer)


def test_weights_left_out_of_decay_take_another_way():
    optimizer = optimizers.AdamW()
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    with pytest.raises(dense.UnknownError, match="exclude_from_weight_decay"):
        dense.rule(optimizer)


def test_a_layer_used_twice_is_no_chain():
    class Twice:
        name = "twice"

        def __call__(self, input_shape, outputs, seed):
            x = keras.Input(input_shape)
            same = layers.Dense(2, "tanh")
            return keras.Model(x, layers.Dense(outputs)(same(same(x))))

    refused(models=[Twice()])
