"""`hk.compare` answers for data nobody prepared, or says in one sentence why not."""

import random

import keras
import numpy as np
import pandas as pd
import pytest

import hinge_keras as hk
from hinge_keras.lab.compare import Built
from hinge_keras.lab.data import given
from hinge_keras.lab.data.dataset import stratified

QUICK = {"seeds": 6, "learning_rates": [0.01, 0.1], "epochs": 3}


def messy(rows=120, classes=("no", "yes"), seed=0):
    """Gaps, text, a constant and an empty column; the first column decides."""
    rng = np.random.default_rng(seed)
    first = rng.normal(size=rows)
    frame = pd.DataFrame(
        {
            "number": first,
            "text": rng.choice(["a", "b", None], rows),
            "constant": 1.0,
            "empty": np.nan,
            "gaps": np.where(rng.random(rows) < 0.2, np.nan, rng.normal(size=rows)),
            "flag": rng.random(rows) < 0.5,
        }
    )
    codes = pd.qcut(first, len(classes), labels=False)
    return frame, np.array(classes, dtype=object)[codes]


@pytest.fixture(scope="module")
def comparison():
    x, y = messy()
    return hk.compare(None, x, y, losses=["cross_entropy", "hinge"], **QUICK)


def test_every_loss_trains_at_every_rate_on_every_seed(comparison):
    rates = comparison.trials.learning_rate.nunique()
    assert rates >= 2
    assert len(comparison.trials) == 2 * rates * 6
    assert len(comparison.curves) == 2 * rates * 6 * 3
    assert set(comparison.chosen.seed) == set(range(6))


def test_its_rates_are_widened_until_the_best_lie_inside(comparison):
    tried = comparison.trials.learning_rate
    assert set(QUICK["learning_rates"]) < set(tried)
    assert set(comparison.chosen.edge) == {""}
    assert comparison.chosen.learning_rate.between(
        tried.min(), tried.max(), inclusive="neither"
    ).all()


def test_what_is_not_tuned_or_still_learns_is_told():
    x, y = messy()
    settings = {**QUICK, "learning_rates": [1e-6, 2e-6], "losses": ["hinge"]}
    found = hk.compare(None, x, y, **settings)
    doubted = found.results.trials.assign(edge="learning_rate", rising=True)
    object.__setattr__(found.results, "chosen", lambda: doubted)
    assert found.doubts() == (
        " Not tuned, the best value at the edge of those tried: hinge. Still learning "
        "after 3 epochs: hinge."
    )


def test_it_learns_what_the_first_column_decides(comparison):
    assert comparison.means()["mean"].min() > 0.75


def test_it_speaks_in_words_tables_and_pages(comparison, tmp_path):
    assert comparison.verdict() in repr(comparison)
    assert "calibration_error" in repr(comparison)
    assert comparison.summary("brier_score").mean_a.between(0, 0.3).all()
    rates = comparison.trials.learning_rate.nunique()
    told = f"{12 * rates} trainings: 2 losses x {rates} learning rates x 6 seeds"
    assert told in repr(comparison)
    assert "<table" in comparison._repr_html_()
    page = comparison.report(tmp_path / "report").read_text()
    assert comparison.verdict() in page
    kept = pd.read_csv(tmp_path / "report" / "trials.csv")
    assert len(kept) == len(comparison.trials)


def test_one_loss_alone_is_measured_and_not_compared(tmp_path):
    x, y = messy()
    alone = hk.compare(None, x, y, losses="hinge", **QUICK)
    assert alone.verdict().startswith("hinge alone has accuracy 0.")
    assert "two losses are needed" in alone.report(tmp_path).read_text()
    assert alone.summary().empty


def test_several_classes_and_a_model_of_ones_own():
    def build(input_shape, outputs):
        return keras.Sequential([keras.Input(input_shape), keras.layers.Dense(outputs)])

    x, y = messy(classes=("a", "b", "c"))
    found = hk.compare(build, x, y, losses=["cross_entropy", "hinge"], **QUICK)
    assert isinstance(found.experiment.arms[1].loss, hk.CrammerSinger)
    assert found.means()["mean"].min() > 0.5


def test_equal_seeds_start_a_users_model_equal():
    build = Built(lambda: keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]))
    one, two, other = (build((3,), 2, seed).get_weights()[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


def test_a_build_leaves_the_callers_generator_as_it_was():
    random.seed(5)
    expected = random.random()
    random.seed(5)
    Built(None)((3,), 1, seed=0)
    assert random.random() == expected


def test_a_data_set_of_batches_is_its_arrays():
    x, y = np.arange(40.0).reshape(20, 2), np.tile([0, 1], 10)
    batches = ((x[i : i + 5], y[i : i + 5]) for i in range(0, 20, 5))
    one, two = given.dataset(x, y), given.dataset(batches, None)
    assert one.settings == two.settings


def test_nothing_is_learned_from_the_test_part():
    x, y = messy()
    labels, _ = given.coded(y)
    test_rows, _ = stratified(np.arange(len(y)), labels, seed=0)["test"]
    spoiled = x.copy()
    spoiled.loc[test_rows, ["number", "gaps"]] = 1e6
    spoiled.loc[test_rows, "text"] = "never seen"
    before, after = (given.dataset(frame, y).load(0) for frame in (x, spoiled))
    np.testing.assert_array_equal(before["train"][0], after["train"][0])
    assert not np.array_equal(before["test"][0], after["test"][0])


def one_percent(rows=600):
    x, _ = messy(rows)
    return x, np.arange(rows) % 100 == 0


@pytest.mark.parametrize(
    "make",
    [
        lambda: messy(rows=20),
        one_percent,
        lambda: (np.random.default_rng(0).normal(size=(50, 3)), np.arange(50) % 2),
        lambda: (pd.DataFrame({"c": ["x", "y"] * 30}), [1, -1] * 30),
    ],
    ids=["20 rows", "1 % positives", "array", "text alone"],
)
def test_any_table_gives_a_verdict(make):
    found = hk.compare(None, *make(), seeds=2, learning_rates=[0.1], epochs=1)
    assert found.verdict()


X, Y = messy()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y": ["a"] * 120}, "y holds only 'a'"),
        ({"y": Y[:50]}, "x has 120 rows and y has 50"),
        ({"y": np.where(np.arange(120) < 3, "rare", Y)}, "y holds 'rare' 3 times"),
        ({"y": [None, *Y[1:]]}, "y has a missing label"),
        ({"x": X[[]]}, "x has no columns"),
        ({"y": None}, "y is None and x is DataFrame"),
        ({"losses": ["foo"]}, "losses contains 'foo'"),
        ({"losses": ["crammer_singer"]}, "'crammer_singer', a multiclass loss"),
        ({"losses": []}, "losses is empty"),
        ({"losses": [hk.PsiG(0.1), hk.PsiG(1.0)]}, "losses has 2 named 'psi_g'"),
        ({"choose_by": "luck"}, "choose_by is 'luck'"),
        ({"optimizer": "foo"}, "optimizer is 'foo'"),
        ({"seeds": 0}, "seeds is empty"),
        (
            {"build_model": lambda: keras.Sequential([keras.layers.Dense(1, "tanh")])},
            "build_model ends in a tanh",
        ),
        (
            {"build_model": lambda: keras.Sequential([keras.layers.Dense(2)])},
            "build_model has 2 outputs; accepted for 2 classes is 1",
        ),
        (
            {
                "build_model": lambda: keras.Sequential(
                    [keras.Input((3,)), keras.layers.Dense(1)]
                )
            },
            "build_model cannot take inputs of shape",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(arguments, message):
    with pytest.raises(ValueError, match=message) as caught:
        hk.compare(**{"build_model": None, "x": X, "y": Y, **arguments})
    assert "accepted" in str(caught.value)
    assert "\n" not in str(caught.value)
