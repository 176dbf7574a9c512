"""Nothing finished is lost or trained twice, and nothing is made up."""

import json

import numpy as np
import pandas as pd
import pytest

from hinge_keras.lab.store import Store
from hinge_keras.lab.training.outcome import DIVERGED, DONE, Outcome


def finished(trial, value=0.5):
    return Outcome(
        trial,
        DONE,
        epochs_run=2,
        seconds=1.0,
        values={"test_accuracy": value},
        curve={"train_loss": [1.0, 0.5]},
        scores={"test": np.array([[0.25], [-1.0]])},
    )


def diverged(trial):
    return Outcome(trial, DIVERGED, 1, 1.0, curve={"train_loss": [9.0]})


@pytest.fixture
def definitions(small):
    experiment = small()
    return {trial: experiment.definition(trial) for trial in experiment.trials()}


def filled(folder, definitions, count=None):
    store = Store(folder)
    for trial in list(definitions)[:count]:
        store.add(finished(trial), definitions[trial])
    return store


def test_a_killed_run_goes_on_from_its_journal(tmp_path, definitions):
    filled(tmp_path, definitions, count=3)  # Never folded: the process died.
    with open(tmp_path / "journal.jsonl", "a") as journal:
        journal.write('{"row": {"dataset"')  # The line it died in.
    assert Store(tmp_path).missing(definitions) == list(definitions)[3:]


def test_a_folded_store_has_nothing_missing_and_reads_back(tmp_path, definitions):
    filled(tmp_path, definitions).fold(definitions)
    assert not (tmp_path / "journal.jsonl").exists()
    tables = [tmp_path / f"{name}.csv" for name in ("trials", "curves", "scores")]
    before = [table.read_text() for table in tables]
    store = Store(tmp_path)
    assert store.missing(definitions) == []
    store.fold(definitions)
    assert [table.read_text() for table in tables] == before


def test_tables_in_memory_are_those_read_back(tmp_path, definitions):
    store = Store(tmp_path)
    for i, trial in enumerate(definitions):
        third = np.float32(i + 1) / 3
        outcome = Outcome(
            trial,
            DONE,
            epochs_run=2,
            seconds=1 / 3,
            values={"test_accuracy": float(third)},
            curve={"train_loss": [100 * third, third / 1e9]},
            scores={
                "validation": np.array([[third]]),
                "test": np.array([[third], [-third]]),
            },
        )
        store.add(outcome, definitions[trial])
    fresh, again = store.fold(definitions), Store(tmp_path).fold(definitions)
    for name in ("trials", "curves", "scores"):
        left, right = getattr(fresh, name), getattr(again, name)
        pd.testing.assert_frame_equal(left, right, check_exact=True)


def test_a_diverged_trial_is_a_row_without_measurements(tmp_path, definitions):
    first, second, *_ = definitions
    store = Store(tmp_path)
    store.add(finished(first), definitions[first])
    store.add(diverged(second), definitions[second])
    store.fold(definitions)
    tables = Store(tmp_path).fold(definitions)
    row = tables.trials.iloc[1]
    assert (row.status, row.epochs_run) == ("diverged", 1)
    assert np.isnan(row.test_accuracy)
    assert tables.trials.iloc[0].test_accuracy == 0.5
    assert list(tables.curves.trial) == [0, 0, 1]


def test_a_changed_definition_is_missing_and_its_old_row_goes(tmp_path, definitions):
    filled(tmp_path, definitions).fold(definitions)
    first, *others = definitions
    changed = {**definitions, first: "another"}
    store = Store(tmp_path)
    assert store.missing(changed) == [first]
    assert len(store.fold(changed).trials) == len(others)


def test_a_kill_while_writing_leaves_the_old_tables(tmp_path, definitions, monkeypatch):
    filled(tmp_path, definitions, count=2).fold(definitions)
    before = (tmp_path / "trials.csv").read_text()
    store = filled(tmp_path, definitions)
    monkeypatch.setattr(
        "os.replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    with pytest.raises(KeyboardInterrupt):
        store.fold(definitions)
    assert (tmp_path / "trials.csv").read_text() == before
    assert Store(tmp_path).missing(definitions) == []


def test_each_line_of_the_journal_is_whole(tmp_path, definitions):
    store = filled(tmp_path, definitions)
    lines = store.journal.read_text().splitlines()
    assert [json.loads(line)["row"]["status"] for line in lines] == ["done"] * 4


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"results folder .* cannot be written"):
        Store(tmp_path / "file" / "folder")


def test_a_table_can_be_that_of_some_trials_and_bring_their_columns(
    tmp_path, definitions
):
    tables = filled(tmp_path, definitions).fold(definitions)
    some = tables.trials.iloc[:2].assign(arm=["a", "b"])
    curves = tables.labelled("curves", some)
    assert curves.groupby("trial").arm.first().to_dict() == {0: "a", 1: "b"}
    assert "test_accuracy" not in curves
    whole = tables.labelled("curves")
    assert "arm" not in whole
    assert set(whole.trial) == set(tables.trials.trial)
