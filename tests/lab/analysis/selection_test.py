"""The choice of a rate is inside the interval."""

import numpy as np
import pandas as pd
import pytest

from hinge_keras.lab import analysis
from hinge_keras.lab.analysis.selection import variance_between
from hinge_keras.lab.tables.schema import Measure

SEEDS = 20


def grid(clear, apart):
    """Two arms at two rates; `a` is clearly best at one, or a toss-up between both.

    Args:
        clear: How much better the first rate of `a` is on validation.
        apart: How much better its second is on the test part.
    """
    rng = np.random.default_rng(0)
    rows = []
    for arm in "ab":
        for rate in (0.1, 0.2):
            first = arm == "a" and rate == 0.1
            validation = 0.8 + clear * first + rng.normal(0, 0.01, SEEDS)
            test = 0.8 - apart * first + rng.normal(0, 0.01, SEEDS)
            rows += [
                {"dataset": "d", "model": "m", "arm": arm, "learning_rate": rate,
                 "seed": s, "validation_accuracy": v, "test_accuracy": t}
                for s, (v, t) in enumerate(zip(validation, test, strict=True))
            ]  # fmt: skip
    return pd.DataFrame(rows)


def compared(trials, measure="accuracy", column="test_accuracy"):
    found = Measure("accuracy")
    chosen = analysis.chosen(trials, found).assign(other=lambda t: t[column])
    search = analysis.Search(trials, found, ("learning_rate",))
    return analysis.compare(chosen, measure, search=search).iloc[0]


def test_a_clear_choice_adds_nothing():
    trials = grid(clear=0.1, apart=0.05)
    trials.loc[trials.arm == "b", "validation_accuracy"] += 0.1 * (
        trials.learning_rate == 0.1
    )
    plain = analysis.compare(analysis.chosen(trials, Measure("accuracy")), "accuracy")
    found = compared(trials)
    assert found.selection == pytest.approx(1.0, abs=1e-6)
    assert found.low == pytest.approx(plain.low[0])


def test_a_toss_up_between_rates_that_differ_widens_the_interval():
    trials = grid(clear=0.0, apart=0.05)
    found = compared(trials)
    # Half the draws choose a rate whose mean is .05 away: a deviation near .025
    # beside one of .01 * sqrt(2 / 20) without the choice.
    assert 1.5 < found.selection < 10
    plain = analysis.compare(analysis.chosen(trials, Measure("accuracy")), "accuracy")
    wider = (found.high - found.low) / (plain.high - plain.low)[0]
    assert wider == pytest.approx(found.selection)
    assert found.difference == pytest.approx(plain.difference[0])


def test_a_toss_up_between_rates_that_do_the_same_hardly_matters():
    assert compared(grid(clear=0.0, apart=0.0)).selection < 1.2


def test_what_chance_makes_of_equal_choices_is_taken_off():
    rng = np.random.default_rng(0)
    shares = np.array([0.5, 0.5])
    draws = rng.normal(size=(1000, SEEDS, 2))
    found = [variance_between(each, shares) for each in draws]
    # A quarter of the squared gap of two means, which is 2 / SEEDS by chance alone.
    assert np.mean(found) < 0.7 * (2 / SEEDS) / 4
    apart = [variance_between(each, shares) for each in draws + np.array([0.0, 2.0])]
    assert np.mean(apart) == pytest.approx(2.0**2 / 4, rel=0.05)


def test_another_quantity_has_the_spread_of_what_chose():
    trials = grid(clear=0.0, apart=0.05)
    assert compared(trials, "other").selection == compared(trials).selection


def test_where_less_is_better_the_least_is_chosen_anew():
    trials = grid(clear=0.0, apart=0.05)
    trials["validation_accuracy"] *= -1  # A loss, of the same toss-up.
    worst = trials[trials.learning_rate == 0.2].assign(learning_rate=0.3)
    worst["validation_accuracy"] += 1.0
    trials = pd.concat([trials, worst], ignore_index=True)
    measure = Measure("accuracy", kind="loss")
    chosen = analysis.chosen(trials, measure)
    search = analysis.Search(trials, measure, ("learning_rate",))
    assert analysis.compare(chosen, "accuracy", search=search).selection[0] > 1.5


def test_the_choice_of_one_arm_counts_beside_an_arm_without_one():
    trials = grid(clear=0.0, apart=0.05)
    fixed = (trials.arm == "a") | (trials.learning_rate == 0.1)
    assert 1.3 < compared(trials[fixed]).selection < 10


def test_each_part_may_have_a_search_of_its_own():
    trials = grid(clear=0.0, apart=0.05)
    measure = Measure("accuracy")
    chosen = analysis.chosen(trials, measure)
    parts = pd.concat([chosen.assign(part=name) for name in "xy"])
    search = {"x": analysis.Search(trials, measure, ("learning_rate",))}
    found = analysis.compare_parts(parts, "accuracy", part="part", search=search)
    assert found.selection.tolist() == [compared(trials).selection, 1.0]


def test_where_nothing_was_chosen_nothing_is_added():
    trials = grid(clear=0.0, apart=0.05)[lambda t: t.learning_rate == 0.1]
    assert compared(trials).selection == 1.0


def test_a_rate_at_which_a_seed_is_missing_is_never_chosen_anew():
    trials = grid(clear=-0.001, apart=0.05)
    trials.loc[(trials.arm == "a") & (trials.learning_rate == 0.2) & (trials.seed == 0),
               ["validation_accuracy", "test_accuracy"]] = np.nan  # fmt: skip
    assert compared(trials).selection < 1.5
