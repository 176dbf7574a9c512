"""The command line of the experiments, and that it answers without a backend."""

import subprocess
import sys
from pathlib import Path

import pytest

from experiments import __main__ as command
from hinge_keras.lab import study
from hinge_keras.lab.data import sources
from hinge_keras.lab.tables import state

ROOT = Path(__file__).parents[2]


def test_an_unknown_experiment_is_refused_with_the_known_ones(capsys):
    assert command.main(["none"]) == 2
    message = capsys.readouterr().err
    assert "study is 'none'" in message
    assert "circles/post" in message


def test_an_error_in_a_script_is_not_taken_for_a_wrong_name(monkeypatch):
    def breaks(*arguments):
        raise ValueError("a fault of the script")

    monkeypatch.setattr(command, "run_all", breaks)
    with pytest.raises(ValueError, match="a fault of the script"):
        command.main(["circles"])


@pytest.mark.slow
def test_a_smoke_run_of_several_studies_takes_processes_of_their_own():
    run = subprocess.run(
        [sys.executable, "-m", "experiments", "shapes", "out_of", "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert "published numbers rest on" in run.stdout


def test_a_fault_of_one_study_is_told_and_ends_no_other(tmp_path):
    ran = study.run_named(tmp_path, True, False, "experiments.no_such")
    assert (ran.name, ran.failed) == ("no_such", True)
    assert "failed: ModuleNotFoundError" in ran.finding


def test_names_may_be_cut_short():
    assert command.matching(["circles"]) == ["circles/noiseless", "circles/post"]
    assert len(command.matching([])) >= 25


def test_of_larger_budgets_are_those_that_have_one(monkeypatch):
    every = command.matching([])
    monkeypatch.setenv("FULL", "1")
    larger = command.matching([])
    assert "tang/mnist" in larger
    assert "circles/post" not in larger
    assert {*larger} < {*every}


def test_the_list_shows_every_question(capsys):
    assert command.main(["--list"]) == 0
    assert "circles/post: Is hinge worse" in capsys.readouterr().out


def test_help_does_not_import_a_backend():
    program = (
        "import sys; from experiments.__main__ import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: print(sorted({'keras', 'tensorflow'} & set(sys.modules)))"
    )
    out = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert out.strip().endswith("[]")


@pytest.mark.parametrize("name", command.matching([]))
def test_every_script_opens_with_its_question(name):
    assert command.question(name).endswith("?")


def test_a_study_skipped_for_want_of_a_file_waits_for_that_file(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("HINGE_KERAS_DATA", str(tmp_path / "none"))
    monkeypatch.setattr(sources, "folders", lambda named: [tmp_path / "none"])
    sources.locate.cache_clear()
    folder = tmp_path / "top_k/guesses"
    folder.mkdir(parents=True)
    code = state.digest(command.HERE / "top_k/guesses.py")
    assert not command.is_unchanged("top_k/guesses", tmp_path)
    state.keep(folder, skipped=code, lacked="intents/banking77/train.csv.gz")
    assert command.is_unchanged("top_k/guesses", tmp_path)
    assert "skipped: no intents/banking77" in capsys.readouterr().out
    monkeypatch.setattr(sources, "locate", lambda path: Path(path))  # It arrived.
    assert not command.is_unchanged("top_k/guesses", tmp_path)
    monkeypatch.undo()
    state.keep(folder, skipped="another text", lacked="intents/banking77/train.csv.gz")
    assert not command.is_unchanged("top_k/guesses", tmp_path)
