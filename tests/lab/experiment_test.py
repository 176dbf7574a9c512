"""A grid is the product of its lists, and bad ones are refused in one sentence."""

import dataclasses

import keras
import pytest

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import data, models


def test_trials_are_the_product_of_the_lists(small):
    trials = small(learning_rates=[0.1, 0.2, 0.3]).trials()
    assert len(trials) == len(set(trials)) == 2 * 3 * 2


def test_where_keeps_some_cells(small):
    trials = small(where=lambda trial: trial.loss == "hinge").trials()
    assert {trial.loss for trial in trials} == {"hinge"}


def test_quick_is_a_smaller_grid_of_the_same_kind(small):
    quick = small(seeds=range(9), epochs=99).quick()
    assert (len(quick.seeds), quick.epochs) == (2, 3)


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ({"losses": {}}, "losses is empty"),
        ({"seeds": []}, "seeds is empty"),
        ({"epochs": 0}, "epochs is 0"),
        ({"batch_size": -1}, "batch_size is -1"),
        ({"learning_rates": [0.1, 0.0]}, "learning_rates contains 0.0"),
        ({"losses": {"x": "hinge"}}, r"losses\['x'\] is 'hinge'"),
        ({"where": lambda trial: False}, "where drops every trial"),
    ],
)
def test_a_bad_grid_is_refused(small, axes, message):
    with pytest.raises(ValueError, match=message):
        small(**axes)


@pytest.mark.parametrize(
    "axes",
    [
        {"epochs": 3},
        {"optimizer": keras.optimizers.SGD(momentum=0.5)},
        {"losses": {"hinge": hk.Hinge(margin=2.0)}},
        {"datasets": [data.circles(sizes=(41, 20, 20))]},
        {"models": [models.MLP((4,), activation="tanh")]},
        {"metrics": {"mean_margin": hk.MeanMargin}},
    ],
)
def test_a_definition_changes_with_all_that_decides_the_outcome(small, axes):
    def definition(experiment):
        return experiment.definition(experiment.trials()[0])

    assert definition(small()) == definition(small())
    assert definition(small(**axes)) != definition(small())


def test_an_optimizer_is_described_by_what_is_not_default(small):
    optimizer = keras.optimizers.SGD(learning_rate=9.0, momentum=0.9)
    trial = small(optimizer=optimizer).trials()[0]
    assert trial.optimizer == "SGD(momentum=0.9)"


def test_a_trial_is_pure_data(small):
    values = dataclasses.asdict(small().trials()[0]).values()
    assert {type(value) for value in values} <= {str, int, float}


def test_a_data_set_made_from_another_has_a_lasting_definition(small):
    def definition(share, factor=0.8):
        clean = data.circles(sizes=(40, 20, 20), factor=factor)
        experiment = small(datasets=[data.with_label_noise(clean, share, name="noisy")])
        return experiment.definition(experiment.trials()[0])

    assert definition(0.1) == definition(0.1)
    assert definition(0.1) != definition(0.2)
    assert definition(0.1) != definition(0.1, factor=0.5)


@pytest.mark.parametrize(("value", "expected"), [("", False), ("1", True)])
def test_the_full_budget_is_asked_for_by_the_environment(monkeypatch, value, expected):
    monkeypatch.setenv("FULL", value)
    assert lab.full() is expected
    monkeypatch.delenv("FULL")
    assert lab.full() is False
