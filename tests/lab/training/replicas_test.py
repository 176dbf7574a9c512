"""The stacked path against the reference: the same trajectory, number by number.

In double precision, where rounding cannot grow into a difference: in single, one
rounded score that crosses a kink moves a whole trajectory by more than 1e-4.
"""

from dataclasses import dataclass

import keras
import numpy as np
import pytest
from keras import layers, optimizers

import hinge_keras as hk
from hinge_keras.lab import Experiment, Measure, data, models, training
from hinge_keras.lab.grid import seeds
from hinge_keras.lab.training import fit, groups, replicas

pytestmark = pytest.mark.usefixtures("double_precision")


def experiment(**changes):
    settings = {
        "datasets": [data.moons(sizes=(70, 30, 20))],
        "models": [models.MLP((8,))],
        "arms": {"hinge": hk.Hinge(), "logistic": hk.Logistic()},
        "axes": {"learning_rate": (0.01, 0.1)},
        "seeds": (0, 1),
        "epochs": 5,
        "batch_size": 16,
    }
    return Experiment(**{**settings, **changes})


def same(outcome, reference, tolerance=1e-7):
    assert outcome.status == reference.status
    assert outcome.epochs_run == reference.epochs_run
    for ours, theirs in (
        (outcome.curve, reference.curve),
        (outcome.values, reference.values),
    ):
        assert set(ours) == set(theirs)
        for name, numbers in theirs.items():
            np.testing.assert_allclose(
                ours[name], numbers, tolerance, 1e-9, err_msg=name
            )


def equals_reference(grid, checked=(-1,), tolerance=1e-7, **options):
    """Trains the whole grid as replicas, and some of its trials through `fit`."""
    trials = grid.trials()
    finished = dict(trained(grid, **options))
    assert finished.keys() == set(trials)
    records = [finished[trial] for trial in trials]
    for i in checked:
        same(records[i], fit.train(grid, trials[i]), tolerance)
    return records


def trained(grid, path="stacked", **options):
    """The trials of a grid with their records, job after job."""
    blocks = training.train(grid, grid.trials(), path=path, **options)
    return [pair for block in blocks for pair in block]


@dataclass(frozen=True)
class Built:
    """A model from a function of its inputs and a seed that gives its layers."""

    name: str
    stack: tuple

    def __call__(self, input_shape, outputs, seed):
        keras.utils.set_random_seed(seeds.derive(seed, "test"))
        made = [make() for make in self.stack]
        return keras.Sequential(
            [keras.Input(input_shape), *made, layers.Dense(outputs)]
        )


@dataclass(frozen=True)
class Functional:
    name: str = "functional"

    def __call__(self, input_shape, outputs, seed):
        keras.utils.set_random_seed(seeds.derive(seed, "test"))
        x = keras.Input(input_shape)
        h = layers.Dense(6, "tanh", kernel_regularizer="l2")(x)
        h = layers.Concatenate()([x, h])
        return keras.Model(x, layers.Dense(outputs)(h))


class TwoLayers(keras.Model):
    def __init__(self, outputs):
        super().__init__()
        self.hidden, self.head = layers.Dense(6, "relu"), layers.Dense(outputs)

    def call(self, x):
        return self.head(self.hidden(x))


@dataclass(frozen=True)
class Subclassed:
    name: str = "subclassed"

    def __call__(self, input_shape, outputs, seed):
        keras.utils.set_random_seed(seeds.derive(seed, "test"))
        return TwoLayers(outputs)


def tokens(seed):
    stream = seeds.stream(seed, "tokens")
    x = stream.integers(0, 9, (80, 5))
    y = x[:, 0] > 4
    return {"train": (x[:40], y[:40]), "test": (x[40:], y[40:])}


def images(seed):
    stream = seeds.stream(seed, "images")
    x, y = stream.normal(size=(60, 6, 6, 1)), stream.integers(0, 2, 60)
    return {"train": (x[:40], y[:40]), "test": (x[40:], y[40:])}


def weighted(seed):
    stream = seeds.stream(seed, "weighted")
    x, y = stream.normal(size=(60, 3)), stream.integers(0, 2, 60)
    weight = stream.uniform(0, 3, 60)
    return {
        "train": (x[:40], y[:40], weight[:40]),
        "test": (x[40:], y[40:], weight[40:]),
    }


TOKENS = data.Dataset("tokens", tokens)
IMAGES = data.Dataset("images", images)
WEIGHTED = data.Dataset("weighted", weighted)

# Keras normalises batches in single precision on every backend but TensorFlow.
NORMALISED_TO = 1e-7 if keras.backend.backend() == "tensorflow" else 1e-5
FLAT = {
    "functional": Functional(),
    "subclassed": Subclassed(),
    "normalised and dropped": Built(
        "batch norm",
        (
            lambda: layers.Dense(8, "relu"),
            layers.BatchNormalization,
            lambda: layers.Dropout(0.3, seed=3),
        ),
    ),
}
SEQUENCES = {
    "embedding": (lambda: layers.Embedding(9, 4), layers.Flatten),
    "lstm": (lambda: layers.Embedding(9, 4), lambda: layers.LSTM(3)),
    "gru": (lambda: layers.Embedding(9, 4), lambda: layers.GRU(3)),
    "unrolled": (lambda: layers.Embedding(9, 4), lambda: layers.GRU(3, unroll=True)),
}
CONVOLUTION = Built(
    "convolution",
    (
        lambda: layers.Conv2D(3, 3, activation="relu"),
        layers.MaxPooling2D,
        layers.Flatten,
    ),
)


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(
            kind, marks=[pytest.mark.slow] * (kind in ("functional", "subclassed"))
        )
        for kind in FLAT
    ],
)
def test_each_kind_of_model_is_its_fit(kind):
    # A margin, since dropout leaves scores of 0 whose sign is rounding.
    measures = [Measure("margin", hk.MeanMargin, kind="count")]
    equals_reference(
        experiment(
            models=[FLAT[kind]], axes={"learning_rate": (0.01,)}, measures=measures
        ),
        tolerance=NORMALISED_TO if "normalised" in kind else 1e-7,
    )


@pytest.mark.parametrize(
    "kind",
    [
        "embedding",
        pytest.param("lstm", marks=pytest.mark.slow),
        pytest.param("gru", marks=pytest.mark.slow),
        pytest.param("unrolled", marks=pytest.mark.slow),
    ],
)
def test_sequences_are_their_fit(kind):
    # TensorFlow does not stack a loop over time steps.
    looped = kind in ("lstm", "gru") and keras.backend.backend() == "tensorflow"
    equals_reference(
        experiment(
            datasets=[TOKENS],
            models=[Built(kind, SEQUENCES[kind])],
            axes={"learning_rate": (0.01,)},
        ),
        path="alone" if looped else "stacked",
    )


def test_convolutions_are_their_fit_one_at_a_time():
    grid = experiment(
        datasets=[IMAGES],
        models=[CONVOLUTION],
        arms={"hinge": hk.Hinge()},
        axes={"learning_rate": (0.01,)},
    )
    equals_reference(grid, path="alone")


SCHEDULE = optimizers.schedules.ExponentialDecay(1.0, 3, 0.9)


@pytest.mark.parametrize(
    "optimizer",
    [
        optimizers.SGD(SCHEDULE, momentum=0.9, global_clipnorm=0.1),
        *(
            pytest.param(optimizer, marks=pytest.mark.slow)
            for optimizer in (
                optimizers.AdamW(weight_decay=0.1, clipnorm=0.05),
                optimizers.Adam(clipvalue=0.01),
                optimizers.SGD(nesterov=True, momentum=0.9),
                optimizers.RMSprop(centered=True),
                optimizers.Adagrad(),
                optimizers.Adadelta(),
                optimizers.Adamax(),
                optimizers.Nadam(),
                optimizers.Ftrl(),
                optimizers.Lion(),
                optimizers.Adafactor(),
                optimizers.Lamb(),
            )
        ),
    ],
    ids=lambda optimizer: optimizer.name,
)
def test_each_optimizer_is_its_fit(optimizer):
    equals_reference(experiment(optimizer=optimizer))


def test_averaged_weights_are_left_to_fit():
    grid = experiment(optimizer=optimizers.SGD(use_ema=True))
    with pytest.raises(ValueError, match="use_ema=True"):
        trained(grid)


def test_many_classes_and_losses_of_keras():
    crossentropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    grid = experiment(
        datasets=[data.blobs(sizes=(50, 20, 20))],
        arms={"crossentropy": crossentropy, "crammer-singer": hk.CrammerSinger()},
        measures=[
            Measure("accuracy", keras.metrics.SparseCategoricalAccuracy),
            Measure("brier", hk.BrierScore, kind="loss", calibrated=True),
        ],
    )
    equals_reference(grid, checked=(0, -1))


def test_sample_weights_reach_the_loss():
    equals_reference(experiment(datasets=[WEIGHTED]))


def test_a_diverged_replica_is_a_row_and_harms_no_neighbour():
    grid = experiment(
        arms={"squared": hk.SquaredHinge()},
        optimizer=optimizers.SGD(),
        axes={"learning_rate": (0.01, 1e12)},
        seeds=(0,),
        epochs=8,
    )
    sound, diverged = equals_reference(grid, checked=(0, 1))
    assert (sound.status, diverged.status) == ("done", "diverged")
    assert diverged.epochs_run < 8
    assert diverged.values == {}


@pytest.mark.slow
def test_each_replica_runs_out_of_its_own_patience():
    grid = experiment(
        arms={"hinge": hk.Hinge()},
        axes={"learning_rate": (0.01, 0.3)},
        seeds=(0,),
        epochs=30,
        patience=2,
    )
    slow, fast = equals_reference(grid, checked=(1,))
    assert fast.epochs_run < slow.epochs_run
    assert fast.status == "done"


def test_patience_needs_a_validation_split():
    grid = experiment(datasets=[TOKENS], patience=1)
    with pytest.raises(ValueError, match="patience is 1"):
        trained(grid)


@pytest.mark.slow
def test_a_job_of_100_is_jobs_of_7(monkeypatch):
    grid = experiment(
        axes={"learning_rate": (0.01, 0.03, 0.1, 0.2, 0.3)}, seeds=range(10)
    )
    whole = dict(trained(grid))
    monkeypatch.setattr(groups, "LARGEST", 7)
    parts = dict(trained(grid))
    assert whole.keys() == parts.keys() == set(grid.trials())
    for trial, record in whole.items():
        same(record, parts[trial])


def test_a_job_too_large_for_memory_is_refused_in_a_sentence(monkeypatch):
    def small_memory(stack, *arguments):
        raise MemoryError

    monkeypatch.setattr(replicas.Stack, "train", small_memory)
    with pytest.raises(MemoryError, match="'8 linear': 8 trainings at once take about"):
        trained(experiment(epochs=1))


def test_an_interrupt_keeps_the_jobs_before_it(monkeypatch):
    grid = experiment(epochs=1)
    train, kept = replicas.Stack.train, []

    def interrupted(stack, *arguments):
        if kept:
            raise KeyboardInterrupt
        return train(stack, *arguments)

    monkeypatch.setattr(replicas.Stack, "train", interrupted)
    monkeypatch.setattr(groups, "LARGEST", 4)
    with pytest.raises(KeyboardInterrupt):
        kept.extend(training.train(grid, grid.trials(), path="stacked"))
    kept = {trial for block in kept for trial, _ in block}
    assert len(kept) == 4
    assert kept <= set(grid.trials())
