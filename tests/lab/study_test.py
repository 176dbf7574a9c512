"""From a script to its folder: kept when interrupted, idle when nothing changed."""

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hinge_keras.lab import account, study
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.data import MissingData
from hinge_keras.lab.tables import state, view
from hinge_keras.lab.tables.archive import Archive, Locked, Record

ROOT = Path(__file__).parents[2]
SCRIPT = '''
"""Does a small script run?

Its second paragraph.
"""
import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.analysis import claims

EXPERIMENT = lab.Experiment(
    datasets=[data.circles(sizes=(40, 20, 20)).tagged(noise="0.10")],
    models=[models.MLP((4,))],
    arms={"NA": hk.Hinge(), "squared hinge": hk.SquaredHinge()},
    seeds=range(6),
    epochs=2,
)


def findings(results):
    summary = analysis.compare(results.trials, "accuracy")
    claim = claims.number("c", "s", 0.52, results.trials.test_accuracy)
    return lab.Findings(
        sentence="It ran.",
        summary=summary,
        claims=claims.table([claim]),
        figures={"gaps": figures.gaps(summary, title="A gap or none")},
    )


lab.main(__name__)
'''


def made_up(trial):
    """A record without a training: these tests are about what comes after."""
    value = 0.5 + trial.seed / 100
    return Record(
        "done", 2, 0.1, {"test_accuracy": value, "validation_accuracy": value},
        {"train_loss": np.float32([1, 0.5])},
    )  # fmt: skip


@pytest.fixture
def trained(monkeypatch):
    """Replaces training; the list of what was asked for grows with each trial."""
    asked = []

    def train(experiment, trials, missing, **options):
        for trial in missing:
            asked.append(trial)
            yield [(trial, made_up(trial))]

    monkeypatch.setattr(study.training, "train", train)
    return asked


def test_a_second_run_trains_nothing_and_touches_nothing(write, tmp_path, trained):
    first = study.run(write(SCRIPT), tmp_path / "results")
    assert (first.trained, first.finding) == (12, "It ran.")
    folder = tmp_path / "results" / "small"
    written = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    expected = {"trials.csv", "curves.csv", "summary.csv", "gaps.png", "README.md"}
    assert expected <= set(written)
    assert study.run(write(SCRIPT), tmp_path / "results").trained == 0
    for name in expected:
        assert (folder / name).stat().st_mtime_ns == written[name]


def test_a_changed_sentence_is_published_and_nothing_else_is_touched(
    write, tmp_path, trained
):
    study.run(write(SCRIPT), tmp_path)
    csv = (tmp_path / "small" / "trials.csv").stat().st_mtime_ns
    changed = SCRIPT.replace("It ran.", "It ran again.")
    assert study.run(write(changed), tmp_path).finding == "It ran again."
    assert len(trained) == 12
    assert "It ran again." in (tmp_path / "small" / "README.md").read_text()
    assert (tmp_path / "small" / "trials.csv").stat().st_mtime_ns == csv


def test_the_manifest_keeps_what_a_study_says(write, tmp_path, trained):
    told = 'sentence="It ran.", means="Run it.", recipe="run", overturned="no run."'
    text = SCRIPT.replace('sentence="It ran."', told)
    module = write(text)
    recipe = Path(module.__file__).parent / "recipes" / "run.py"
    recipe.parent.mkdir(exist_ok=True)
    recipe.write_text("print('ran')\n")
    study.run(module, tmp_path)
    said = view.manifest(tmp_path / "small")
    assert said.pop("files")
    assert said == {
        "question": "Does a small script run?",
        "finding": "It ran.",
        "story": "Its second paragraph.",
        "notes": "",
        "overturned": "no run.",
        "means": "Run it.",
        "recipe": "run",
    }
    page = tmp_path / "small" / "README.md"
    assert "Run it.\n\n```python\nprint('ran')\n```" in page.read_text()
    recipe.write_text("print('again')\n")  # A changed recipe is published anew.
    study.run(module, tmp_path)
    assert "print('again')" in page.read_text()


def test_a_recipe_that_is_not_there_is_refused(write, tmp_path, trained):
    text = SCRIPT.replace('sentence="It ran."', 'sentence="It ran.", recipe="walk"')
    with pytest.raises(ValueError, match=r"recipe is 'walk'; accepted are none"):
        study.run(write(text), tmp_path)


def test_a_changed_loss_trains_its_arm_and_the_old_is_kept_and_said(
    write, tmp_path, trained, capsys
):
    study.run(write(SCRIPT), tmp_path)
    changed = SCRIPT.replace("hk.SquaredHinge()", "hk.SquaredHinge(2.0)")
    assert study.run(write(changed), tmp_path).trained == 6
    said = "6 trials of other definitions are kept, not used"
    assert said in capsys.readouterr().out
    assert study.run(write(SCRIPT), tmp_path).trained == 0  # And back.
    assert len(Archive(tmp_path / "small" / study.ARCHIVE)) == 18


def test_names_in_the_tables_are_the_texts_that_they_are(write, tmp_path, trained):
    study.run(write(SCRIPT), tmp_path)
    table = view.read(tmp_path / "small" / "trials.csv")
    assert set(table.arm) == {"NA", "squared hinge"}
    assert set(table.noise) == {"0.10"}
    assert list(table.columns)[:5] == [
        *("dataset", "model", "arm", "learning_rate", "seed"),
    ]


def test_arms_that_do_the_same_train_once_and_are_both_there(write, tmp_path, trained):
    text = SCRIPT.replace("hk.SquaredHinge()", "hk.Hinge(name='again')")
    assert study.run(write(text), tmp_path).trained == 6
    table = view.read(tmp_path / "small" / "trials.csv")
    assert table.arm.value_counts().to_dict() == {"NA": 6, "squared hinge": 6}


def test_a_grid_is_widened_and_run_again_finds_what_it_added(write, tmp_path, trained):
    grid = "    axes={'learning_rate': [0.01, 0.02]},\n    epochs=2,\n"
    text = SCRIPT.replace("    epochs=2,\n", grid)
    first = study.run(write(text), tmp_path)
    table = view.read(tmp_path / "small" / "trials.csv")
    rates = table.learning_rate.unique()
    assert len(rates) > 2  # The made-up measures are the same at every rate.
    assert first.trained == len(table) == 2 * len(rates) * 6
    page = (tmp_path / "small" / "README.md").read_text()
    assert "widened where a best value lay at an edge" in page
    (tmp_path / "small" / "state.json").unlink()
    assert study.run(write(text), tmp_path).trained == 0


def test_the_page_states_question_finding_and_setting(write, tmp_path, trained):
    study.run(write(SCRIPT), tmp_path)
    page = (tmp_path / "small" / "README.md").read_text()
    for text in (
        "# Does a small script run?",
        "**It ran.**",
        "![gaps](gaps.png)",
        "batches of 32",
        "6, from 0 to 5",
        "keras 3",
        "## Published claims",
        "A - B [95 %]",
        "| typical |",
        "new data of this kind: a seed draws the points",
    ):
        assert text in page


def test_an_interrupted_run_keeps_what_it_finished(
    write, tmp_path, trained, monkeypatch, capsys
):
    def interrupted(experiment, trials, missing, **options):
        yield [(trial, made_up(trial)) for trial in missing[:5]]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(study.training, "train", interrupted)
        with pytest.raises(KeyboardInterrupt):
            study.run(write(SCRIPT), tmp_path)
    assert "5 of 12 trials kept, run again to go on" in capsys.readouterr().out
    assert study.run(write(SCRIPT), tmp_path).trained == 7
    assert len(trained) == 7


def test_a_metric_that_raises_loses_nothing_that_was_published(
    write, tmp_path, trained, monkeypatch
):
    study.run(write(SCRIPT), tmp_path)
    page = (tmp_path / "small" / "README.md").read_bytes()

    def raises(experiment, trials, missing, **options):
        yield [(missing[0], made_up(missing[0]))]
        raise ValueError("a metric's own fault")

    changed = SCRIPT.replace("epochs=2", "epochs=3")
    with monkeypatch.context() as patch:
        patch.setattr(study.training, "train", raises)
        with pytest.raises(ValueError, match="a metric's own fault"):
            study.run(write(changed), tmp_path)
    assert (tmp_path / "small" / "README.md").read_bytes() == page
    assert study.run(write(changed), tmp_path).trained == 11
    assert study.run(write(SCRIPT), tmp_path).trained == 0


def test_data_that_vanish_leave_what_was_published(
    write, tmp_path, trained, monkeypatch, capsys
):
    study.run(write(SCRIPT), tmp_path)
    page = (tmp_path / "small" / "README.md").read_bytes()

    def nowhere(experiment, trials, missing, **options):
        raise MissingData("no set/part.gz; take it from a shelf")
        yield

    monkeypatch.setattr(study.training, "train", nowhere)
    ran = study.run(write(SCRIPT.replace("epochs=2", "epochs=3")), tmp_path)
    assert (ran.trained, ran.finding) == (
        0,
        "skipped: no set/part.gz; take it from a shelf",
    )
    assert (tmp_path / "small" / "README.md").read_bytes() == page
    assert "stopped" not in capsys.readouterr().out
    assert study.run(write(SCRIPT), tmp_path).trained == 0


def test_a_damaged_archive_costs_its_damage_and_is_said(
    write, tmp_path, trained, capsys
):
    study.run(write(SCRIPT), tmp_path)
    path = tmp_path / "small" / study.ARCHIVE
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert study.run(write(SCRIPT), tmp_path).trained == 1
    assert "1 damaged line" in capsys.readouterr().out


def test_a_view_changed_by_hand_is_said_and_made_again(
    write, tmp_path, trained, capsys
):
    study.run(write(SCRIPT), tmp_path)
    table = tmp_path / "small" / "trials.csv"
    before = table.read_bytes()
    table.write_bytes(before.replace(b"0.5", b"0.9"))
    assert study.run(write(SCRIPT), tmp_path).trained == 0
    assert "trials.csv is not what was published" in capsys.readouterr().out
    assert table.read_bytes() == before


def test_a_run_beside_another_is_refused(write, tmp_path, trained):
    archive = Archive(tmp_path / "small" / study.ARCHIVE)
    with archive, pytest.raises(Locked, match=str(os.getpid())):
        study.run(write(SCRIPT), tmp_path)
    assert trained == []


def test_published_trials_may_be_kept_as_they_are(write, tmp_path, trained, capsys):
    study.run(write(SCRIPT), tmp_path)
    (tmp_path / "small" / study.ARCHIVE).unlink()  # A fresh clone has none.
    (tmp_path / "small" / state.STATE).unlink()
    table, curves = (tmp_path / "small" / f"{n}.csv" for n in ("trials", "curves"))
    rows, ran_so = table.read_text().splitlines(), curves.read_bytes()
    table.write_text("\n".join(rows[:9]) + "\n")
    ran = study.run(write(SCRIPT), tmp_path, keep_published=True)
    assert ran.trained == 4
    assert "8 trials are those of the published table" in capsys.readouterr().out
    page = (tmp_path / "small" / "README.md").read_text()
    assert "kept from the published table: 8 trials" in page
    assert table.read_text().splitlines() == rows
    assert curves.read_bytes() == ran_so
    assert study.run(write(SCRIPT), tmp_path).trained == 8  # Unless asked to keep.


def test_findings_that_need_curves_are_told_where_none_are_kept(
    write, tmp_path, trained
):
    text = SCRIPT.replace("    summary =", "    results.curves()\n    summary =")
    study.run(write(text), tmp_path)
    (tmp_path / "small" / study.ARCHIVE).unlink()
    (tmp_path / "small" / state.STATE).unlink()
    with pytest.raises(ValueError, match=r"12 trials kept .* have none; run without"):
        study.run(write(text), tmp_path, keep_published=True)


@pytest.mark.parametrize("budget", ["slice", "published", "the only one"])
def test_a_slice_judges_no_published_claim(write, tmp_path, trained, budget):
    line = {"slice": "FULL = False", "published": "FULL = True"}.get(budget, "")
    study.run(
        write(SCRIPT.replace("EXPERIMENT = ", f"{line}\n\nEXPERIMENT = ")), tmp_path
    )
    (row,) = view.read(tmp_path / "small" / "claims.csv").to_dict("records")
    page = (tmp_path / "small" / "README.md").read_text()
    sliced = budget == "slice"
    assert (row["verdict"] == claims.NOT_COMPARABLE) == sliced
    assert (row["why"] == "a slice of the published budget") == sliced
    assert ("[the whole](../full/small/README.md)" in page) == sliced


def test_verdicts_are_compared_with_those_that_stood_there(write, tmp_path, trained):
    one = study.run(write(SCRIPT), tmp_path)
    assert account.agreement([one]) == "no verdict to compare with"
    same = study.run(write(SCRIPT), tmp_path)
    assert account.agreement([same]) == "1 of 1 verdicts agree with the published"
    other = study.run(write(SCRIPT.replace("0.52", "0.92")), tmp_path)
    assert account.agreement([other, same]).startswith(
        "0 of 1 verdicts agree with the published; 1 differ: small: c (s): reproduced, "
    ) or "1 differ" in account.agreement([other])


def test_claims_of_all_studies_are_gathered(write, tmp_path, trained):
    study.run(write(SCRIPT), tmp_path)
    account.gather(tmp_path)
    table = pd.read_csv(tmp_path / "claims.csv")
    assert table.study.tolist() == ["small"]
    assert table.verdict.tolist() == ["typical"]
    once = pd.read_csv(tmp_path / "verdicts.csv")
    assert once[["claim", "verdict"]].to_numpy().tolist() == [["c", "typical"]]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("/a/experiments/tuned.py", "tuned"),
        ("/a/experiments/circles/post.py", "circles/post"),
        ("/a/elsewhere/mine.py", "mine"),
    ],
)
def test_a_study_is_named_by_its_place(file, name):
    assert study.name_of(file) == name


def alone(folder, *arguments, **options):
    """A script run as a program, from a folder that is not the repository."""
    return subprocess.Popen(
        [sys.executable, folder / "scripts" / "small.py", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


@pytest.mark.slow
def test_a_script_runs_from_anywhere(write, tmp_path):
    write(SCRIPT)
    process = alone(tmp_path, "--quick")
    out, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert "small: trained 4" in out
    assert not (tmp_path / "results").exists()


@pytest.mark.slow
def test_a_run_killed_by_the_system_goes_on_where_it_stopped(
    write, tmp_path, monkeypatch
):
    # The script puts another in its place, here too.
    monkeypatch.setattr(study.training, "train", study.training.train)
    text = SCRIPT.replace("epochs=2", "epochs=2, batch_size=1")
    text = text.replace("seeds=range(6)", "seeds=range(3)")
    text = text.replace(
        "lab.main(__name__)",
        "from hinge_keras.lab import account, study\n"
        "train = study.training.train\n"
        "study.training.train = lambda *a, **o: train(*a, **o, path='fit')\n"
        "lab.main(__name__)",
    )
    module = write(text.replace("lab.main(__name__)", ""))
    (tmp_path / "scripts" / "small.py").write_text(text.lstrip())
    process = alone(tmp_path)
    archive = tmp_path / "results" / "small" / study.ARCHIVE
    deadline = time.monotonic() + 300
    while not (archive.exists() and archive.read_bytes().count(b"\n") >= 2):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = len(Archive(archive))
    assert 2 <= kept < 6
    assert study.run(module, tmp_path / "results").trained == 6 - kept


def test_an_engine_that_there_is_not_ends_the_command_in_a_sentence(capsys):
    options = argparse.Namespace(engine="here", workers=None, address="a:1")
    with pytest.raises(SystemExit) as ended:
        study.asked_for(options)
    assert ended.value.code == 2
    assert "address is 'a:1' and engine is 'here'" in capsys.readouterr().err
