"""Advice says no more than the comparisons show, and what would show more."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hinge_keras.lab import analysis
from hinge_keras.lab.compare import advice
from hinge_keras.lab.compare.baselines import LINEAR, TREES, USUAL
from hinge_keras.lab.tables.schema import POINTS, Measure


def trials(rng, **means):
    """Ten trials an arm around some accuracies, as good on validation data."""
    rows = [
        {"arm": arm, "seed": seed, "status": "done", "edge": "", "rising": False}
        | {"test_accuracy": value, "validation_accuracy": value}
        for arm, mean in means.items()
        for seed, value in enumerate(mean + rng.normal(0, 0.002, 10))
    ]
    return pd.DataFrame(rows)


def comparison(baselines=(), overlap=0.0, idle=(), **means):
    """What advice reads of a `Comparison` of arms around some accuracies."""
    rng = np.random.default_rng(0)
    chosen = trials(rng, **means)
    beside = trials(rng, **{USUAL: 0.5, LINEAR: 0.7, TREES: 0.7, **dict(baselines)})
    every = pd.concat([chosen, beside])

    def compared(name, others):
        found = every[every.arm.isin([name, *others])]
        return analysis.compare(found, "accuracy", within=(), against=name)

    return SimpleNamespace(
        arms=list(means),
        chosen=chosen,
        choose_by="accuracy",
        seeds=10,
        overlap=overlap,
        idle=list(idle),
        nothing_measured=False,
        unit=lambda: POINTS,
        beside=compared,
        summary=lambda measure=None: analysis.compare(chosen, "accuracy", within=()),
        means=lambda: (
            every.groupby("arm", sort=False)
            .test_accuracy.mean()
            .rename("mean")
            .reset_index()
        ),
        results=SimpleNamespace(measure=lambda: Measure("accuracy", None)),
        experiment=SimpleNamespace(epochs=5),
    )


def test_the_one_that_beats_all_others_is_taken():
    told = advice.recommendation(comparison(hinge=0.9, cross_entropy=0.8, psi_g=0.85))
    assert told.startswith("Take hinge (accuracy 0.90")
    assert "it is better than every other loss tried." in told
    assert "hinge better than cross_entropy by 10" in told
    assert "over 10 seeds" in told
    assert "others may answer otherwise" in told


def test_of_equals_the_best_on_validation_data_is_taken():
    given = comparison(hinge=0.9, cross_entropy=0.9005, psi_g=0.7)
    given.chosen.loc[given.chosen.arm == "hinge", "validation_accuracy"] += 0.05
    told = advice.recommendation(given)
    assert told.startswith("Take hinge (accuracy 0.9")
    assert "the best on validation data of those that none is seen to beat" in told
    given.chosen.loc[given.chosen.arm == "psi_g", "validation_accuracy"] = 1.0
    assert advice.recommended(given) == "hinge"  # psi_G is seen to be worse.


def test_between_equals_the_choice_does_not_matter():
    told = advice.recommendation(comparison(hinge=0.9, cross_entropy=0.9005))
    assert "Equal within 1 point" in told
    assert "The choice does not matter for this measure" in told


def test_a_model_that_is_ahead_matters_more_than_the_loss():
    told = advice.recommendation(comparison({TREES: 0.95}, hinge=0.9, logistic=0.9))
    assert f"An untuned {TREES} is better than " in told
    assert "here the model matters more than the loss" in told
    near = comparison({TREES: 0.905}, hinge=0.9, logistic=0.9)  # Less than a point.
    assert "matters more" not in advice.recommendation(near)


def test_where_nothing_was_learned_nothing_is_recommended():
    given = comparison(
        {LINEAR: 0.5, TREES: 0.5}, idle=["hinge", "logistic"], hinge=0.5, logistic=0.5
    )
    told = advice.recommendation(given)
    assert told.startswith("Take none of these models yet: none is seen to beat the")
    assert "(accuracy 0.500)" in told
    assert "the inputs may say nothing of y" in told
    assert "no loss is seen to be better than" in advice.verdict(given)
    learned = comparison(idle=["hinge", "logistic"], hinge=0.5, logistic=0.5)
    assert "Try other learning rates" in advice.recommendation(learned) or (
        "An untuned" in advice.recommendation(learned)
    )
    some = comparison(idle=["hinge"], hinge=0.5, logistic=0.8)
    assert "Nothing learned: hinge: not seen to be better" in advice.verdict(some)


@pytest.mark.parametrize(
    ("detectable", "overlap", "told"),
    [
        (2.0, 0.0, "About 40 seeds would show 1 point."),
        (0.8, 0.0, "Differences of 1 point could be seen: a larger one is not"),
        (
            2.0,
            0.25,
            "No number of seeds would show 1 point on these rows: about 4 times",
        ),
        (np.nan, 0.0, "More seeds would tell more."),
        (
            30.0,
            0.0,
            "No number of seeds would show 1 point on these rows: about 900 times",
        ),
    ],
)
def test_it_says_what_would_tell_more(detectable, overlap, told):
    row = SimpleNamespace(detectable=detectable, pairs=10)
    given = SimpleNamespace(unit=lambda: POINTS, overlap=overlap)
    assert advice.more(given, row).startswith(told)


def test_where_no_training_ended_it_says_so():
    given = comparison(hinge=0.9, logistic=0.9)
    given.nothing_measured = True
    told = advice.recommendation(given)
    assert told == "No training ended with finite losses; try smaller learning rates."
