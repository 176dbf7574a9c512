"""The reference path: seeds decide everything, and divergence is a row."""

import keras
import numpy as np
import pytest

import hinge_keras as hk
from hinge_keras.lab import Measure, data, models
from hinge_keras.lab.grid import seeds
from hinge_keras.lab.training import fit


def weights(model, **options):
    return [
        w.numpy() if hasattr(w, "numpy") else np.asarray(w)
        for w in model((2,), 1, **options).get_weights()
    ]


def test_equal_seeds_start_equal_whatever_the_head():
    one = weights(models.MLP((4, 3), "linear"), seed=1)
    two = weights(models.MLP((4, 3), "tanh"), seed=1)
    other = weights(models.MLP((4, 3), "linear"), seed=2)
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    assert not np.array_equal(one[0], other[0])
    assert not np.array_equal(one[0][:, :3], one[2][:2])


def test_an_epoch_visits_every_example_once_in_an_order_of_its_own():
    x = np.arange(10)[:, None]
    batches = fit.Batches((x, x[:, 0]), batch_size=4, seed=0)
    first = np.concatenate([batches[i][1] for i in range(len(batches))])
    batches.reorder(1)
    second = np.concatenate([batches[i][1] for i in range(len(batches))])
    np.testing.assert_array_equal(np.sort(first), x[:, 0])
    np.testing.assert_array_equal(first, seeds.batch_order(0, 0, 10))
    np.testing.assert_array_equal(second, seeds.batch_order(0, 1, 10))


def test_a_trial_repeats_and_is_measured(small):
    experiment = small()
    trial = experiment.trials()[0]
    one, two = (fit.train(experiment, trial) for _ in range(2))
    assert one.values == two.values
    assert all((one.curve[name] == two.curve[name]).all() for name in one.curve)
    assert one.status == "done"
    assert set(one.values) == {
        f"{split}_{name}"
        for split in ("train", "validation", "test")
        for name in ("loss", "accuracy")
    }
    assert one.scores["test"].shape == (20, 1)
    assert len(one.curve["train_loss"]) == experiment.epochs


CALIBRATED = [
    Measure("brier", hk.BrierScore, kind="loss", calibrated=True),
    Measure("error", hk.ExpectedCalibrationError, kind="loss", calibrated=True),
]


def test_forecasts_are_scaled_on_validation_scores(small):
    experiment = small(measures=CALIBRATED, keep_scores=["validation", "test"])
    trial = experiment.trials()[0]
    found = fit.train(experiment, trial)
    splits = experiment.dataset(trial).load(trial.seed)
    scaled = hk.Platt().fit(found.scores["validation"], splits["validation"][1])
    p, y = scaled(found.scores["test"]), splits["test"][1]
    np.testing.assert_allclose(
        found.values["test_brier"], np.mean((p[:, 0] - y) ** 2), rtol=1e-5
    )
    assert 0 <= found.values["test_error"] <= 1


def test_forecasts_need_a_validation_split(small):
    whole = data.circles(sizes=(40, 0, 20))
    experiment = small(measures=CALIBRATED, datasets=[whole])
    with pytest.raises(ValueError, match="measures has brier, error, calibrated"):
        fit.train(experiment, experiment.trials()[0])


def test_it_equals_a_loop_written_by_hand(small):
    """Two epochs of plain gradient descent on a linear model, in NumPy."""
    experiment = small(
        models=[models.MLP(())],
        arms={"squared hinge": hk.SquaredHinge()},
        optimizer=keras.optimizers.SGD(),
        axes={"learning_rate": [0.1]},
    )
    trial = experiment.trials()[0]
    splits = experiment.datasets[0].load(0)
    x, y = splits["train"]
    w, b = weights(experiment.models[0], seed=0)
    for epoch in range(2):
        order = seeds.batch_order(0, epoch, len(x))
        for rows in np.split(order, [16, 32]):
            sign = np.where(y[rows] > 0, 1.0, -1.0)[:, None]
            slope = -2 * sign * np.maximum(0, 1 - sign * (x[rows] @ w + b)) / len(rows)
            w, b = w - 0.1 * x[rows].T @ slope, b - 0.1 * slope.sum(axis=0)
    outcome = fit.train(experiment, trial)
    np.testing.assert_allclose(
        outcome.scores["test"], splits["test"][0] @ w + b, rtol=1e-4, atol=1e-6
    )


def test_a_diverged_trial_says_so(small):
    experiment = small(
        arms={"squared hinge": hk.SquaredHinge()},
        optimizer=keras.optimizers.SGD(),
        axes={"learning_rate": [1e12]},
        epochs=30,
    )
    outcome = fit.train(experiment, experiment.trials()[0])
    assert outcome.status == "diverged"
    assert outcome.values == {}
    assert outcome.epochs_run < 30
    assert np.isfinite(outcome.curve["train_loss"]).all()
