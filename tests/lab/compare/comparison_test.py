"""`hk.compare` answers, by rules, in words, tables, pages and models."""

import csv
import html
import pickle
import re
import subprocess
import sys
import time
import warnings
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest

import hinge_keras as hk
from hinge_keras.lab import gathering
from hinge_keras.lab.compare import advice, call, data, trained
from hinge_keras.lab.compare.baselines import TREES, USUAL
from hinge_keras.lab.tables.archive import Archive

QUICK = {"seeds": 6, "learning_rates": [0.01, 0.1], "epochs": 3, "verbose": False}
DATA = dict.fromkeys(
    [
        "sample_weight",
        "class_weight",
        "positive",
        "task",
        "groups",
        "time",
        "test",
        "splitter",
    ]
) | {"columns": None, "ignore": (), "standardise": True}
ONE = {**QUICK, "learning_rates": 0.1, "losses": ["hinge"]}  # Without a search.


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
    found.__dict__["chosen"] = doubted
    assert advice.doubts(found) == (
        " Not tuned, the best value at the edge of those tried: hinge. Still learning "
        "after 3 epochs: hinge."
    )


def test_it_learns_what_the_first_column_decides(comparison):
    assert comparison.means()["mean"].iloc[:2].min() > 0.75


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


HOSTILE = ["<script>alert(1)</script>", "a|b *c* $d$ \\frac$", '=HYPERLINK("http://x")']


@pytest.fixture(scope="module")
def hostile():
    """Names of columns, classes and losses that would be taken for more than names."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.normal(size=120) for name in HOSTILE[:2]})
    frame[HOSTILE[2]] = rng.choice(HOSTILE, 120)
    y = np.where(frame[HOSTILE[0]] > 0, HOSTILE[0], HOSTILE[1])
    losses = {HOSTILE[0]: "hinge", HOSTILE[1]: "cross_entropy", HOSTILE[2]: "hinge"}
    return hk.compare(None, frame, y, losses=losses, **QUICK | {"learning_rates": 0.1})


def test_hostile_names_are_text_wherever_they_stand(hostile, tmp_path):
    page = hostile.report(tmp_path).read_text()
    told = re.sub(r"\\.", "", page.split("-->", 1)[1])
    assert "<" not in told
    assert "$" not in told
    assert not [x for x in told.splitlines() if x.startswith("|") and x.count("*")]
    widths = [line.count("|") for line in told.splitlines() if line.startswith("|")]
    assert {*widths} == {6, 10, 11}
    for shown in (hostile._repr_html_(), (tmp_path / "index.html").read_text()):
        assert "<script" not in shown
        assert "&lt;script&gt;" in shown
        assert html.escape(HOSTILE[2]) in shown
    for name in ("columns", "means", "summary", "trials"):
        rows = csv.reader((tmp_path / f"{name}.csv").read_text().splitlines())
        assert not [cell for row in rows for cell in row if cell.startswith("=")]


def test_what_a_table_is_taken_for_fits_80_columns(hostile):
    told = list(call.lines(hostile.data))
    assert max(len(line) for text in told for line in text.splitlines()) < 80
    assert any(text.startswith("! 'a|b") or "alone tells y" in text for text in told)


def test_a_page_in_one_file_holds_its_figures(comparison, tmp_path):
    comparison.report(tmp_path)
    page = (tmp_path / "index.html").read_text()
    assert page.count('src="data:image/png;base64,') == 2
    for told in (comparison.recommendation(), comparison.verdict()):
        assert html.escape(told) in page


def test_learning_curves_are_written_for_tensorboard(comparison, tmp_path):
    tf = pytest.importorskip("tensorflow")
    comparison.report(tmp_path, tensorboard=True)
    files = sorted((tmp_path / "tensorboard").glob("*/*.curve"))
    assert len(files) == len(comparison.trials)
    records = tf.compat.v1.io.tf_record_iterator(str(files[0]))
    steps = {
        event.step
        for event in map(tf.compat.v1.Event.FromString, records)
        for value in event.summary.value
        if value.tag == "validation_accuracy"
    }
    assert steps == {*comparison.curves.epoch}


def test_without_pyarrow_parquet_is_refused_in_a_sentence(comparison, tmp_path):
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        with pytest.raises(ImportError, match=r'pip install "hinge_keras\[parquet\]"'):
            comparison.report(tmp_path, parquet=True)
        assert not any(tmp_path.iterdir())
    else:
        comparison.report(tmp_path, parquet=True)
        kept = pd.read_parquet(tmp_path / "trials.parquet")
        pd.testing.assert_frame_equal(kept, comparison.trials)


def test_dates_are_told_of_unless_rows_are_split_by_them():
    x, y = messy()
    x["seen"] = pd.date_range("2020-01-01", periods=len(x)).astype(str)
    told = "if later rows are to be foretold, give 'seen' as the time"
    understood = {**DATA, "time": None}
    assert told in " ".join(data.understood(x, y, understood).remarks)
    understood["time"] = "seen"
    assert told not in " ".join(data.understood(x, y, understood).remarks)


def test_one_loss_alone_is_measured_and_not_compared(tmp_path):
    x, y = messy()
    alone = hk.compare(None, x, y, **ONE | {"losses": "hinge"})
    assert alone.verdict().startswith("hinge alone has accuracy 0.")
    assert "Two losses are needed" in alone.report(tmp_path).read_text()
    assert alone.summary().empty


def test_a_page_says_what_was_asked_of_what(comparison, tmp_path):
    page = comparison.report(tmp_path).read_text()
    assert "Generated by `hk.compare`" in page
    for line in (
        "- data: 120 x 4; y: 2 classes (no, yes)",
        "- split: 60/20/20 by class",
    ):
        assert line in page
    assert "| empty | constant | False | no values | nothing |" in page


def test_a_figure_says_what_it_is_of(comparison):
    brier = comparison.plot_gaps("test_brier_score").get_suptitle()
    assert brier.startswith("Brier score: ")
    assert comparison.plot_gaps().get_suptitle().startswith("Accuracy: ")


def test_several_classes_and_a_model_of_ones_own():
    def build(input_shape, outputs):
        return keras.Sequential([keras.Input(input_shape), keras.layers.Dense(outputs)])

    x, y = messy(classes=("a", "b", "c"))
    found = hk.compare(build, x, y, **ONE)
    assert isinstance(found.experiment.arms[0].loss, hk.CrammerSinger)
    assert found.means()["mean"].min() > 0.3


def test_nothing_is_learned_from_the_test_part():
    x, y = messy()
    before = understood(x, y)
    test_rows = before.splits.rows(0)["test"]
    spoiled = x.copy()
    spoiled.loc[test_rows, ["number", "gaps"]] = 1e6
    spoiled.loc[test_rows, "text"] = "never seen"
    one, two = (each.dataset().load(0) for each in (before, understood(spoiled, y)))
    width = one["train"][0].shape[1]
    np.testing.assert_array_equal(one["train"][0], two["train"][0][:, :width])
    assert not two["train"][0][:, width:].any()  # Room for what others may teach.
    assert not np.array_equal(one["test"][0], two["test"][0][:, :width])


def test_all_seeds_have_inputs_of_one_width():
    frame = pd.DataFrame({"town": [f"town {i % 40}" for i in range(120)]})
    frame.loc[:2, "town"] = ["lone", "far", "odd"]
    given = understood(frame, np.arange(120) % 3 % 2).dataset()
    assert len({given.load(seed)["train"][0].shape for seed in range(8)}) == 1


def understood(x, y, **options):
    """The data as `compare` understands them."""
    names = ("sample_weight", "class_weight", "positive", "task", "columns")
    names += ("groups", "time", "test", "splitter")
    return data.understood(
        x, y, {**dict.fromkeys(names), "ignore": (), "standardise": True, **options}
    )


def test_inputs_are_standardised_by_the_training_part():
    x = np.random.default_rng(0).normal(5, 3, (200, 2))
    parts = understood(x, np.arange(200) % 2).dataset().load(0)
    np.testing.assert_allclose(parts["train"][0].mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(parts["train"][0].std(axis=0), 1, atol=1e-5)
    assert abs(parts["test"][0].mean()) > 1e-3
    raw = understood(x, np.arange(200) % 2, standardise=False).dataset().load(0)
    assert raw["train"][0].mean() > 4


def test_whole_numbers_of_several_inputs_stay_as_they_are():
    tokens, values = np.arange(200).reshape(100, 2), np.arange(100.0)[:, None]
    given = understood({"tokens": tokens, "values": values}, np.arange(100) % 2)
    rows = given.splits.rows(0)["train"]
    x = given.dataset().load(0)["train"][0]
    np.testing.assert_array_equal(x[:, :2], tokens[rows])
    assert abs(x[:, 2].mean()) < 1e-5


def test_weights_reach_the_losses():
    weight = np.linspace(0, 2, 100)
    given = understood(np.arange(100.0), np.arange(100) % 2, sample_weight=weight)
    rows = given.splits.rows(0)["train"]
    _, _, found = given.dataset().load(0)["train"]
    np.testing.assert_allclose(found, weight[rows])
    y = np.array(["often"] * 80 + ["rare"] * 20)
    balanced = understood(np.arange(100.0), y, class_weight="balanced").weight
    np.testing.assert_allclose(balanced[[0, 99]], [100 / 160, 100 / 40])
    own = understood(np.arange(100.0), y, class_weight={"often": 1, "rare": 3}).weight
    np.testing.assert_allclose(own[[0, 99]], [1, 3])


@pytest.mark.slow
def test_rows_without_weight_are_not_learned_from():
    x = np.random.default_rng(0).normal(size=(200, 1))
    y = (x[:, 0] > 0) ^ (np.arange(200) < 100)  # The first half lies.
    weight = (np.arange(200) >= 100) * 1.0
    test = np.arange(150, 200)
    found = hk.compare(
        None, x, y, sample_weight=weight, test=test, **ONE | {"epochs": 20}
    )
    assert found.means().set_index("arm").loc["hinge", "mean"] > 0.9


@pytest.mark.slow
def test_what_an_identifier_adds_is_nothing():
    x, y = messy()
    named = x.assign(row=[f"p{i}" for i in range(len(x))])
    with_it, without = (hk.compare(None, frame, y, **ONE) for frame in (named, x))
    pd.testing.assert_frame_equal(with_it.means(), without.means())


def test_copies_of_noise_stay_noise():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(60, 5)), np.arange(60) % 2
    found = hk.compare(
        None, np.tile(x, (10, 1)), np.tile(y, 10), **ONE | {"epochs": 20}
    )
    assert found.means().set_index("arm").loc["hinge", "mean"] < 0.65
    assert found.idle == ["hinge"]
    assert "Nothing learned: no loss is seen to be better than" in found.verdict()
    assert "the inputs may say nothing of y" in found.recommendation()


@pytest.mark.slow
def test_a_date_decides():
    rng = np.random.default_rng(0)
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, 200), "D")
    y = days > pd.Timestamp("2021-03-01")
    frame = pd.DataFrame(
        {"day": days.strftime("%d.%m.%Y"), "noise": rng.normal(size=200)}
    )
    found = hk.compare(None, frame, y, **ONE | {"epochs": 20})
    assert found.means()["mean"].iloc[0] > 0.9
    assert found.idle == []


def test_baselines_are_those_of_scikit_learn(comparison):
    table = comparison.baselines
    usual = table[table.arm == USUAL]
    assert set(usual.seed) == set(range(6))
    np.testing.assert_allclose(usual.test_accuracy, 0.5)
    assert table[table.arm == TREES].test_accuracy.mean() > 0.8
    assert {USUAL, "linear model", TREES} < set(comparison.means().arm)


@pytest.mark.slow
def test_a_better_model_is_named():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (400, 2))
    y = (x[:, 0] * x[:, 1] > 0) * 1  # No line parts them.

    def line(input_shape):
        return keras.Sequential([keras.Input(input_shape), keras.layers.Dense(1)])

    found = hk.compare(line, x, y, **ONE)
    told = found.recommendation()
    assert "An untuned gradient-boosting model is better than hinge by" in told
    assert "none of these models" in told


@pytest.mark.slow
def test_rare_classes_are_judged_by_each_class():
    x, y = one_percent()
    found = hk.compare(None, x, y, **ONE)
    assert found.choose_by == "balanced_accuracy"
    assert found.remarks[0].startswith("1.0% of the rows are 'True'")
    usual = found.means().set_index("arm").loc[USUAL, "mean"]
    assert usual == pytest.approx(0.5)


@pytest.mark.slow
def test_less_is_better_where_it_is():
    x, y = messy()
    metrics = {"hinge_value": hk.LossMetric(hk.Hinge())}
    found = hk.compare(
        None, x, y, ["hinge"], metrics=metrics, choose_by="hinge_value", **QUICK
    )
    trials = found.results.trials
    means = trials.groupby("learning_rate").validation_hinge_value.mean()
    assert found.chosen.learning_rate.iloc[0] == means.idxmin() != means.idxmax()


@pytest.mark.slow
def test_numbers_are_predicted_in_their_own_units(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"size": rng.normal(size=200), "noise": rng.normal(size=200)})
    price = 1000 + 50 * frame["size"] + rng.normal(size=200)
    found = hk.compare(None, frame, price, **ONE | {"epochs": 30, "losses": None})
    assert found.data.is_regression
    assert found.means()["mean"].iloc[:3].max() < 0.3
    assert found.idle == []
    predicted = found.best.predict(frame)
    assert np.abs(predicted - price).mean() < 15
    assert np.abs(found.predictions.predicted - found.predictions.label).mean() < 20
    assert "regression" in found.report(tmp_path).read_text()


def test_every_row_is_predicted_once_by_a_model_that_never_saw_it(comparison):
    found = comparison.predictions
    assert len(found) == 2 * 120
    for _, own in found.groupby("arm"):
        assert sorted(own.row) == list(range(120))
    np.testing.assert_array_equal(found.label[:120], messy()[1])
    right = (found.label == found.predicted).groupby(found.arm).mean()
    assert right.min() > 0.75
    assert found.probability.between(0.0, 1.0).all()
    table = comparison.confusion("hinge")
    assert table.to_numpy().sum() == 120
    assert np.trace(table.to_numpy()) == right["hinge"] * 120
    assert comparison.calibration("hinge").share.between(0, 1).all()
    with pytest.raises(ValueError, match="arm is 'foo'; accepted are cross_entropy"):
        comparison.confusion("foo")


@pytest.mark.slow
def test_a_threshold_decides_everywhere():
    x, y = messy()
    high = hk.compare(None, x, y, **ONE, threshold=1e6)
    assert set(high.predictions.predicted) == {"no"}
    assert set(high.best.predict(x)) == {"no"}
    assert high.means()["mean"].iloc[0] == pytest.approx(0.5)


@pytest.mark.slow
def test_predictions_are_of_the_part_that_the_user_named():
    x, y = messy()
    test = np.arange(90, 120)
    found = hk.compare(None, x, y, test=test, **ONE)
    np.testing.assert_array_equal(found.predictions.row, test)


def test_it_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hk.compare(None, *messy(), **ONE)


def test_of_no_training_that_ended_there_is_no_model():
    x, y = messy()
    settings = ONE | {"learning_rates": 1e12, "losses": ["squared_hinge"]}
    found = hk.compare(None, x, y, optimizer="sgd", **settings)
    assert found.verdict().startswith("No training ended with finite losses")
    with pytest.raises(ValueError, match="No training ended with finite losses"):
        _ = found.best
    assert found.summary().empty


def test_seeds_may_be_anything_that_gives_them(monkeypatch):
    def trained(experiment, *arguments):
        raise RuntimeError(list(experiment.seeds))

    monkeypatch.setattr(call, "searched", trained)
    with pytest.raises(RuntimeError, match=r"\[3, 5\]"):
        hk.compare(None, *messy(), **ONE | {"seeds": iter([3, 5])})


def test_it_is_picklable(comparison):
    again = pickle.loads(pickle.dumps(comparison))
    assert repr(again) == repr(comparison)


@pytest.mark.slow
def test_an_interrupted_call_goes_on(tmp_path, monkeypatch):
    x, y = messy()
    whole = hk.compare(None, x, y, **ONE)
    some = hk.compare(None, x, y, **{**ONE, "seeds": 4}, folder=tmp_path)
    asked = asked_for(monkeypatch)
    found = hk.compare(None, x, y, **ONE, folder=tmp_path)
    assert len(asked) == 2
    assert len(some.trials) == 4
    pd.testing.assert_frame_equal(
        found.means(), whole.means(), check_exact=False, rtol=1e-4
    )
    asked.clear()
    hk.compare(None, x.assign(number=0.0), y, **ONE, folder=tmp_path)
    assert len(asked) == 6


KILLED = """
import sys
sys.path.insert(0, sys.argv[1])
import comparison_test as own
import hinge_keras as hk

hk.compare(None, *own.messy(), folder=sys.argv[2], **own.QUICK)
"""


@pytest.mark.slow
def test_a_killed_call_goes_on_in_another_process(tmp_path, monkeypatch):
    command = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(tmp_path)]
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    log = tmp_path / "trials.log"
    while running.poll() is None and not (log.exists() and log.stat().st_size):
        time.sleep(0.02)
    running.kill()
    running.wait()
    kept = len(Archive(log))
    asked = asked_for(monkeypatch)
    found = hk.compare(None, *messy(), folder=tmp_path, **QUICK)
    assert 0 < kept <= len(found.trials) - len(asked)
    whole = hk.compare(None, *messy(), **QUICK)
    pd.testing.assert_frame_equal(found.means(), whole.means(), rtol=1e-4)


def asked_for(monkeypatch):
    """The trials that are trained from now on."""
    train, asked = gathering.training.train, []

    def noting(experiment, trials, missing, **options):
        asked.extend(missing)
        return train(experiment, trials, missing, **options)

    monkeypatch.setattr(gathering.training, "train", noting)
    return asked


@pytest.mark.slow
def test_it_trains_as_many_seeds_as_there_is_time_for():
    x, y = messy()
    arguments = {**ONE, "seeds": 8}
    short = hk.compare(None, x, y, **arguments, time_budget=1e-3)
    assert short.seeds == 6
    assert "of 8 seeds, those that there was time for" in short.budget()
    long = hk.compare(None, x, y, **arguments, time_budget=1e6)
    assert long.seeds == 8
    assert "there was time" not in long.budget()


@pytest.mark.slow
def test_seeds_train_in_sets_that_memory_holds(monkeypatch):
    x, y = messy()
    whole = hk.compare(None, x, y, **ONE)
    asked = asked_for(monkeypatch)
    monkeypatch.setattr(trained, "HELD", 10_000)
    parts = hk.compare(None, x, y, **ONE)
    assert len(asked) == 6
    pd.testing.assert_frame_equal(parts.means(), whole.means(), rtol=1e-4)


def one_percent(rows=600):
    x, _ = messy(rows)
    return x, np.arange(rows) % 100 == 0


X, Y = messy()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y": ["a"] * 120}, "y holds only 'a'"),
        ({"y": Y[:50]}, "x has 120 rows and y has 50"),
        ({"y": np.where(np.arange(120) < 3, "rare", Y)}, "y holds 'rare' 3 times"),
        ({"y": [None, *Y[1:]]}, "y has a missing label"),
        ({"x": X[[]]}, "x has no columns"),
        ({"x": np.zeros((120, 2)), "ignore": ["a"]}, "x is no table"),
        ({"choose_by": "brier_score"}, "measured on the test part alone"),
        ({"class_weight": {"maybe": 1}}, "class_weight names 'maybe'"),
        ({"groups": "town"}, "groups is 'town'"),
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
        hk.compare(
            **{"build_model": None, "x": X, "y": Y, "verbose": False, **arguments}
        )
    assert "accepted" in str(caught.value)
    assert "\n" not in str(caught.value)
