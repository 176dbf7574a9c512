"""Data read batch by batch train as the same data in arrays, and are never held."""

import subprocess
import sys
import weakref

import keras
import numpy as np
import pytest

import hinge_keras as hk
from hinge_keras.lab import data, training
from hinge_keras.lab.data import streams
from hinge_keras.lab.training import fit
from tests.lab.training.replicas_test import WEIGHTED, experiment, same

SIZES = (48, 30, 20)
MOONS = data.moons(sizes=SIZES)


class Rows(keras.utils.PyDataset):
    """Batches of arrays, each a copy."""

    def __init__(self, arrays, size):
        super().__init__()
        self.arrays, self.size = arrays, size

    def __len__(self):
        return -(-len(self.arrays[0]) // self.size)

    def __getitem__(self, i):
        rows = slice(i * self.size, (i + 1) * self.size)
        return tuple(array[rows].copy() for array in self.arrays)


def of_tensorflow(arrays, size):
    tensorflow = pytest.importorskip("tensorflow")
    return tensorflow.data.Dataset.from_tensor_slices(arrays).batch(size)


KINDS = {"PyDataset": Rows, "tf.data": of_tensorflow}


def streamed(kind, sizes, dataset=MOONS):
    """Parts of a data set as streams of batches of those sizes, by name of a part."""

    def recipe(seed):
        parts = dataset.load(seed)
        return {
            name: KINDS[kind](part, sizes[name]) if name in sizes else part
            for name, part in parts.items()
        }

    return data.Dataset("streamed", recipe, {}, dataset.classes)


ALL = {"train": SIZES[0], "validation": 7, "test": 7}


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_gives_the_numbers_of_its_arrays(kind):
    # Whole batches, so that the order of rows is none of the numbers' business.
    settings = {"batch_size": SIZES[0], "measures": [hk.lab.Measure("hits", Hits)]}
    grid = experiment(datasets=[streamed(kind, ALL)], **settings)
    held = experiment(datasets=[MOONS], **settings)
    trial, other = grid.trials()[0], held.trials()[0]
    ((_, found),) = next(training.train(grid, [trial]))
    reference = fit.train(held, other)
    same(found, reference, 1e-6)
    assert found.values["test_hits"] > 0


class Hits(keras.metrics.BinaryAccuracy):
    def __init__(self, name="hits"):
        super().__init__(name=name, threshold=0.0)


def test_weights_of_a_stream_reach_the_loss():
    sizes = {"train": 40, "test": 7}
    grid = experiment(datasets=[streamed("PyDataset", sizes, WEIGHTED)], batch_size=40)
    held = experiment(datasets=[WEIGHTED], batch_size=40)
    ours, theirs = (fit.train(each, each.trials()[0]) for each in (grid, held))
    same(ours, theirs, 1e-4)


def test_one_batch_at_a_time_is_held(monkeypatch):
    alive, most = weakref.WeakSet(), 0

    class Large(Rows):
        def __getitem__(self, i):
            nonlocal most
            batch = tuple(a.view(Watched) for a in super().__getitem__(i))
            alive.add(batch[0])
            most = max(most, len(alive))
            return batch

    class Watched(np.ndarray):
        """Arrays that can be counted."""

        __hash__ = object.__hash__

    monkeypatch.setitem(KINDS, "PyDataset", Large)
    large = data.moons(sizes=(16 * 40, 30, 20))
    grid = experiment(datasets=[streamed("PyDataset", {"train": 16}, large)])
    fit.train(grid, grid.trials()[0])
    assert 0 < most < 20  # Keras itself reads ahead by ten.


def test_auto_says_why_it_calls_fit(capsys):
    grid = experiment(datasets=[streamed("PyDataset", {"train": 16})], epochs=1)
    list(training.train(grid, grid.trials()[:1]))
    assert "model.fit on 'streamed', which is read batch by batch" in (
        capsys.readouterr().out
    )


def test_a_stream_is_not_stacked():
    grid = experiment(datasets=[streamed("PyDataset", {"train": 16})])
    with pytest.raises(ValueError, match="accepted are 'auto' and 'fit' on 'streamed'"):
        list(training.train(grid, grid.trials(), path="stacked"))


def test_batches_of_another_size_are_refused():
    grid = experiment(datasets=[streamed("PyDataset", {"train": 12})])
    with pytest.raises(ValueError, match="batch_size is 16 and dataset 'streamed'"):
        list(training.train(grid, grid.trials()[:1]))


@pytest.mark.parametrize("kind", KINDS)
def test_a_smoke_run_reads_the_first_batches(kind):
    dataset = streamed(kind, {"train": 16}).shortened(20)
    part = dataset.load(0)["train"]
    assert [len(y) for _, y in streams.batches(part)] == [16, 16]


@pytest.mark.parametrize("kind", KINDS)
def test_classes_of_a_stream_are_counted(kind):
    assert streamed(kind, {"train": 16}).class_counts() == MOONS.class_counts()


def test_a_stream_without_an_end_is_shown_its_own():
    """A `PyDataset` is read to its length: it may answer beyond it."""

    class Endless(Rows):
        def __getitem__(self, i):
            return super().__getitem__(i % len(self))

    assert len(list(streams.batches(Endless(MOONS.load(0)["train"], 16)))) == 3


DISTRIBUTED = """
import keras, sys
import numpy as np
from hinge_keras.lab import data, models, training, Experiment
import hinge_keras as hk

def trained():
    grid = Experiment(
        datasets=[data.moons(sizes=(64, 32, 32))], models=[models.MLP((8,))],
        arms={"hinge": hk.Hinge()}, axes={"learning_rate": (.05,)}, seeds=(0,),
        epochs=3, batch_size=16, measures=(),
    )
    ((_, record),) = next(training.train(grid, grid.trials()))
    return record.curve["train_loss"], record.values["test_loss"]

alone = trained()
devices = keras.distribution.list_devices("cpu")
assert len(devices) == 2, devices
keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))
shared = trained()
for ours, theirs in zip(shared, alone):
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)
print("equal")
"""


def test_a_training_on_two_devices_is_the_same_training(monkeypatch):
    pytest.importorskip("jax")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    monkeypatch.setenv("XLA_FLAGS", "--xla_force_host_platform_device_count=2")
    ran = subprocess.run(
        [sys.executable, "-c", DISTRIBUTED], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert "model.fit under a distribution" in ran.stdout
    assert ran.stdout.endswith("equal\n")
