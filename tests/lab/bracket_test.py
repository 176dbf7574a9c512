"""A search that brackets: wider on the side of the best, for every arm alike."""

import dataclasses

import keras
import numpy as np
import pandas as pd
import pytest
from keras.optimizers.schedules import PolynomialDecay

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import bracket, data, models
from hinge_keras.lab.grid.arm import Arm
from hinge_keras.lab.results import Results
from hinge_keras.lab.tables.archive import Record


def experiment(**settings):
    defaults = {
        "datasets": [data.moons()],
        "models": [models.MLP((4,))],
        "arms": {"hinge": hk.Hinge(), "squared hinge": hk.SquaredHinge()},
        "axes": {"learning_rate": [0.001, 0.003, 0.01]},
        "seeds": range(2),
    }
    return lab.Experiment(**{**defaults, **settings})


def trained(best):
    """Trains nothing: an arm's accuracy falls with the distance from its best rate.

    Args:
        best: That rate by arm; a rate above 10 diverges.
    """

    def results(experiment):
        cells, records = [], {}
        for trial in experiment.trials():
            far = abs(np.log(trial.learning_rate / best[trial.arm]))
            values = {"validation_accuracy": -far, "test_accuracy": -far}
            if trial.learning_rate > 10:
                values = {}
            cells.append((trial, experiment.columns(trial)))
            records[trial] = Record("done" if values else "diverged", 1, 0.0, values)
        return Results(cells, records, experiment.measures, experiment.axis_names)

    return results


def rates(results, arm):
    return sorted(results.trials[results.trials.arm == arm].learning_rate.unique())


def test_a_best_value_inside_the_grid_widens_nothing():
    first = experiment()
    found, results = bracket.bracketed(first, trained(dict.fromkeys(LOSSES, 0.003)))
    assert found is first
    assert set(results.chosen().edge) == {""}


LOSSES = ("hinge", "squared hinge")


@pytest.mark.parametrize(
    ("best", "expected"),
    [
        (0.03, [0.001, 0.003, 0.01, 0.03, 0.1]),
        (0.1, [0.001, 0.003, 0.01, 0.03, 0.1, 0.3]),
        (0.0003, [0.0001, 0.0003, 0.001, 0.003, 0.01]),
    ],
)
def test_an_axis_is_widened_until_it_brackets_for_every_arm(best, expected):
    train = trained({"hinge": best, "squared hinge": 0.003})
    _, results = bracket.bracketed(experiment(), train)
    for arm in LOSSES:
        assert rates(results, arm) == expected
    assert set(results.chosen().edge) == {""}
    hinge = results.chosen()[lambda t: t.arm == "hinge"]
    assert set(hinge.learning_rate) == {best}


def test_at_the_limit_the_best_stays_marked():
    train = trained({"hinge": 1.0, "squared hinge": 0.003})
    limited = experiment(limits={"learning_rate": (1e-4, 0.1)})
    _, results = bracket.bracketed(limited, train)
    assert max(rates(results, "hinge")) == 0.1
    marks = results.chosen().groupby("arm").edge.first().to_dict()
    assert marks == {"hinge": "learning_rate", "squared hinge": ""}


def test_a_rate_at_which_all_seeds_diverge_is_a_limit():
    train = trained({"hinge": 100.0, "squared hinge": 0.003})
    _, results = bracket.bracketed(experiment(), train)
    hinge = results.chosen()[lambda t: t.arm == "hinge"]
    assert set(hinge.learning_rate) == {10.0}
    assert set(hinge.edge) == {""}
    assert max(rates(results, "hinge")) == 30.0


def test_other_data_sets_and_models_are_left_as_they_are():
    more = experiment(datasets=[data.moons(), data.circles()])
    train = trained({"hinge": 0.01, "squared hinge": 0.003})

    def on_moons_alone(experiment):
        results = train(experiment)
        for key, cell in results.cells:
            if cell["dataset"] == "circles":
                far = abs(np.log(cell["learning_rate"] / 0.003))
                values = {"validation_accuracy": -far, "test_accuracy": -far}
                results.records[key] = dataclasses.replace(
                    results.records[key], values=values
                )
        return results

    found, _ = bracket.bracketed(more, on_moons_alone)
    assert {dataset for dataset, _, _ in found.wider} == {"moons"}


def test_an_arm_widens_an_axis_of_its_own_alone():
    arms = [
        Arm("hinge", hk.Hinge()),
        Arm("psi", lambda data, sigma: hk.PsiG(sigma), axes={"sigma": [0.5, 1.0]}),
    ]
    own = experiment(arms=arms, axes={"learning_rate": [0.003]})

    def train(experiment):
        cells = [(t, experiment.columns(t)) for t in experiment.trials()]
        records = {
            t: Record("done", 1, 0.0, {"validation_accuracy": -cell.get("sigma", 0.0)})
            for t, cell in cells
        }
        return Results(cells, records, experiment.measures, experiment.axis_names)

    found, results = bracket.bracketed(own, train)
    assert {arm for _, _, arm in found.wider} == {"psi"}
    sigmas = results.trials.sigma.dropna()
    # So many times beyond its first grid, and no further.
    assert 0.5 / 1000 <= sigmas.min() < 0.5 / 500
    assert len(results.trials[results.trials.arm == "hinge"]) == 2


def test_without_a_validation_part_nothing_can_be_searched():
    trials = pd.DataFrame(
        {"dataset": "moons", "model": "m", "arm": "hinge",
         "learning_rate": [0.1, 0.2], "test_accuracy": [0.1, 0.2]}
    )  # fmt: skip
    first = experiment()
    assert bracket.widened(first, trials) is first


@pytest.mark.parametrize(
    ("values", "high", "low"),
    [
        ([0.001, 0.003, 0.01], 0.03, 0.0003),
        ([0.003, 0.01, 0.03], 0.1, 0.001),
        ([1.0, 2.0], 4.0, 0.5),
        ([0.0, 0.01], 0.1, 0.001),
    ],
)
def test_the_next_value_continues_the_steps(values, high, low):
    assert bracket.beyond(values, "high") == high
    assert bracket.beyond(values, "low") == low


def test_a_pilot_chooses_on_its_own_seeds_alone():
    """Its seeds say 0.003 and the others would have said 0.01."""
    asked = []

    def results(experiment):
        asked.append(experiment)
        best = 0.003 if 100 in experiment.seeds else 0.01
        return trained(dict.fromkeys(LOSSES, best))(experiment)

    optimizer = keras.optimizers.SGD(PolynomialDecay(1.0, 400, 0.0), momentum=0.9)
    pilot = lab.Pilot(seeds=[100, 101], epochs=25)
    whole = experiment(pilot=pilot, optimizer=optimizer, epochs=100)
    found = bracket.settled(whole, results)
    first, last = asked
    assert (list(first.seeds), first.epochs, first.pilot) == ([100, 101], 25, None)
    assert first.optimizer.get_config()["learning_rate"]["config"]["decay_steps"] == 100
    assert first.optimizer.momentum == 0.9
    assert (list(last.seeds), last.epochs, last.optimizer) == ([0, 1], 100, optimizer)
    assert all(rates(found, arm) == [0.003] for arm in LOSSES)
    assert len(found.chosen()) == len(last.trials()) == 4
    assert found.search.spread(*halves(found.chosen()), "test_accuracy") == 1


def halves(trials):
    return [trials[trials.arm == arm] for arm in LOSSES]


def test_a_pilot_says_what_lies_at_an_edge():
    limits = {"learning_rate": (0.001, 0.01)}
    whole = experiment(pilot=lab.Pilot(seeds=[100]), limits=limits)
    best = {"hinge": 0.1, "squared hinge": 0.003}
    chosen = bracket.settled(whole, trained(best)).chosen()
    edges = chosen.groupby("arm").edge.unique().map(list).to_dict()
    assert edges == {"hinge": ["learning_rate"], "squared hinge": [""]}


def test_a_pilot_keeps_the_axes_of_single_arms_apart():
    arms = [
        Arm("hinge", hk.Hinge()),
        Arm(
            "squared hinge", lambda data, m: hk.Hinge(m, power=2), axes={"m": [0.5, 1]}
        ),
    ]
    whole = experiment(pilot=lab.Pilot(seeds=[100]), arms=arms)
    trials = bracket.settled(whole, trained(dict.fromkeys(LOSSES, 0.003))).trials
    assert trials.groupby("arm").m.count().to_dict() == {"hinge": 0, "squared hinge": 2}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"pilot": lab.Pilot(seeds=[1, 7])}, "pilot has the seed 1, which seeds has"),
        (
            {"pilot": lab.Pilot(seeds=[7]), "choose_by": ("accuracy", "loss")},
            "choose_by is .* there is a pilot; accepted is one measure",
        ),
    ],
)
def test_a_pilot_that_cannot_be_is_refused(settings, told):
    with pytest.raises(ValueError, match=told):
        experiment(**settings)
