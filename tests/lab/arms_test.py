"""An arm keeps its trials and names them, whatever else the grid holds."""

import dataclasses

import pandas as pd

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import arms, data, models

ARMS = {
    "plain": ("hinge", "4 linear"),
    "saturated": ("hinge", "4 tanh", "moons", 0.1),
}
EXPERIMENT = lab.Experiment(
    datasets=[data.moons(), data.moons("other moons")],
    models=[models.MLP.called("4 linear"), models.MLP.called("4 tanh")],
    losses={"hinge": hk.Hinge(), "squared hinge": hk.SquaredHinge()},
    learning_rates=[0.1, 0.2],
    seeds=[0],
    where=arms.only(ARMS),
)


def test_only_the_trials_of_an_arm_are_kept():
    kept = EXPERIMENT.trials()
    assert {trial.loss for trial in kept} == {"hinge"}
    assert sum(trial.model == "4 linear" for trial in kept) == 4  # Sets times rates.
    (saturated,) = [trial for trial in kept if trial.model == "4 tanh"]
    assert (saturated.dataset, saturated.learning_rate) == ("moons", 0.1)


def test_a_trial_has_the_name_of_its_arm_and_a_stray_one_has_none():
    table = pd.DataFrame(EXPERIMENT.trials())
    stray = table.iloc[:1].assign(loss="squared hinge")
    found = arms.named(pd.concat([table, stray]), ARMS).arm
    assert found.iloc[:5].tolist() == ["plain", "plain", "saturated", "plain", "plain"]
    assert pd.isna(found.iloc[5])


def test_a_loss_made_for_a_set_meets_that_set_alone_and_is_one_arm():
    made = arms.of_sets({"wide": hk.Hinge}, {"moons": 2.0, "other moons": 3.0}, " at ")
    assert list(made) == ["wide at moons", "wide at other moons"]
    assert made["wide at other moons"].get_config()["margin"] == 3.0
    grid = dataclasses.replace(
        EXPERIMENT,
        losses={**made, "hinge": hk.Hinge()},
        where=lambda trial: arms.on_own_set(trial, " at "),
    )
    trials = pd.DataFrame(grid.trials())
    named = trials.assign(arm=arms.without_set(trials.loss, " at "))
    assert set(named[named.dataset == "moons"].loss) == {"wide at moons", "hinge"}
    assert set(named[named.dataset == "other moons"].arm) == {"wide", "hinge"}
