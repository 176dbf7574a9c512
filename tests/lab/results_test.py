"""Records as tables: every row carries what its trial is, and curves are summed up."""

import numpy as np
import pytest

from hinge_keras.lab import Measure, Results
from hinge_keras.lab.tables.archive import Record

VALUES = {0: (1.0, 2.0, 3.0), 1: (3.0, 4.0), 2: (5.0, 6.0, 7.0)}


def results():
    """Three seeds at two rates; at .1 one ends early, at .2 one diverged."""
    cells, records = [], {}
    for rate in (0.1, 0.2):
        for seed, course in VALUES.items():
            key = f"{rate}-{seed}"
            cell = {
                "dataset": "d", "model": "m", "arm": "a",
                "learning_rate": rate, "seed": seed, "noise": 0.3,
            }  # fmt: skip
            cells.append((key, cell))
            diverged = rate == 0.2 and seed == 0
            records[key] = Record(
                "diverged" if diverged else "done",
                len(course),
                1.0,
                {} if diverged else {"validation_accuracy": rate, "test_accuracy": 0.5},
                {"train_loss": np.float32(course)},
                {"test": np.array([[0.5], [rate]])} if seed == 0 else {},
            )
    measures = [Measure("accuracy")]
    return Results(cells, records, measures, ("learning_rate",), "accuracy")


def test_a_trial_is_a_row_and_a_diverged_one_has_no_measurements():
    trials = results().trials
    assert len(trials) == 6
    lost = trials[trials.status == "diverged"]
    assert len(lost) == 1
    assert lost.test_accuracy.isna().all()
    assert trials.noise.tolist() == [0.3] * 6


def test_a_trial_without_a_record_has_no_row():
    some = results()
    some.records.pop("0.1-2")
    assert len(some.trials) == 5


def test_curves_carry_the_columns_of_some_trials_and_new_ones():
    found = results()
    trials = found.trials[lambda table: table.seed == 1].assign(told="x")
    curves = found.curves(trials)
    assert curves.train_loss.tolist() == [3, 4, 3, 4]
    assert curves.epoch.tolist() == [1, 2, 1, 2]
    assert set(curves.told) == {"x"}
    assert curves.learning_rate.tolist() == [0.1, 0.1, 0.2, 0.2]


def test_scores_are_those_that_were_kept():
    scores = results().scores()
    assert scores.score.tolist() == [0.5, 0.1, 0.5, 0.2]
    assert scores.example.tolist() == [0, 1, 0, 1]
    assert set(scores.split) == {"test"}


def test_the_choice_is_by_the_measure_of_the_experiment():
    assert set(results().chosen().learning_rate) == {0.1}  # At .2 one diverged.


def test_only_chosen_trials_are_shown_where_there_is_a_choice():
    assert set(results().shown.learning_rate) == {0.1}


def test_a_course_is_that_of_a_loop_over_epochs():
    found = results()
    course = found.course(found.trials)
    assert course.columns.tolist() == [
        *("dataset", "model", "arm", "learning_rate", "split", "measure", "epoch"),
        *("seeds", "mean", "low", "q1", "median", "q3", "high"),
    ]
    for _, row in course[course.learning_rate == 0.1].iterrows():
        values = [v[row.epoch - 1] for v in VALUES.values() if len(v) >= row.epoch]
        assert (row["split"], row.measure, row.seeds) == ("train", "loss", len(values))
        expected = [np.mean(values), *np.quantile(values, [0, 0.25, 0.5, 0.75, 1])]
        ours = row[["mean", "low", "q1", "median", "q3", "high"]].tolist()
        assert ours == pytest.approx(expected)


def test_nothing_left_is_an_empty_table():
    empty = Results(measures=[Measure("accuracy")])
    assert empty.trials.empty
    assert empty.course(empty.trials.assign(**{c: [] for c in (
        "dataset", "model", "arm", "key")})).empty  # fmt: skip


def test_trials_that_do_the_same_share_a_record_and_are_a_row_each():
    found = results()
    key, cell = found.cells[0]
    both = Results(
        [(key, cell), (key, {**cell, "arm": "b"})],
        found.records,
        found.measures,
    )
    assert both.trials.arm.tolist() == ["a", "b"]
    assert both.curves().arm.tolist() == ["a"] * 3 + ["b"] * 3
    assert both.scores().arm.tolist() == ["a"] * 2 + ["b"] * 2


def measuring(courses):
    """One seed an arm, whose validation accuracy runs as given."""
    cells, records = [], {}
    for arm, course in courses.items():
        cell = {"dataset": "d", "model": "m", "arm": arm, "learning_rate": 0.1}
        cells.append((arm, {**cell, "seed": 0}))
        values = {"validation_accuracy": course[-1], "test_accuracy": course[-1]}
        curve = {"validation_accuracy": np.array(course)}
        records[arm] = Record("done", len(course), 1.0, values, curve)
    return Results(cells, records, [Measure("accuracy")])


def test_an_arm_that_still_gains_a_point_in_its_last_quarter_is_marked():
    courses = {
        "rising": [0.5, 0.6, 0.7, 0.72],
        "flat": [0.5, 0.6, 0.7, 0.705],
        "falling": [0.5, 0.6, 0.7, 0.6],
        "short": [0.1, 0.2, 0.3],
    }
    found = measuring(courses).chosen().set_index("arm").rising
    assert found.to_dict() == {
        "rising": True, "flat": False, "falling": False, "short": False
    }  # fmt: skip


def test_a_loss_still_falls_if_it_does_by_a_hundredth():
    measure = Measure("loss", kind="loss")
    curve = {"validation_loss": np.array([3.0, 2.0, 1.02, 1.0])}
    found = Results(records={"a": Record("done", 4, 1.0, {}, curve)})
    assert found.gain("a", measure) == pytest.approx(2.0)


def test_each_measure_chooses_its_own_rate():
    cells, records = [], {}
    for rate, sign, order in ((0.1, 0.9, 0.3), (0.2, 0.5, 0.6)):
        values = {"sign": sign, "order": order, "unasked": 0.5}
        key, cell = str(rate), {"dataset": "d", "model": "m", "arm": "l", "seed": 0}
        cells.append((key, {**cell, "learning_rate": rate}))
        measured = {
            f"{part}_{name}": value
            for part in ("validation", "test")
            for name, value in values.items()
        }
        records[key] = Record("done", 1, 1.0, measured)
    measures = [Measure("sign"), Measure("order"), Measure("unasked")]
    found = Results(cells, records, measures)
    table = found.chosen_by_each({"sign": "by sign", "order": "by order"})
    assert table.measure.tolist() == ["by sign", "by order"]
    assert table.learning_rate.tolist() == [0.1, 0.2]
    assert table.value.tolist() == pytest.approx([90, 60])
