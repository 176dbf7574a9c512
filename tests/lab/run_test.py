"""From a script to its folder: resumed after a kill, idle when nothing changed."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pandas as pd
import pytest

from hinge_keras.lab import provenance, run
from hinge_keras.lab.data import MissingData
from hinge_keras.lab.training.outcome import DONE, Outcome

ROOT = Path(__file__).parents[2]
SCRIPT = '''
"""Does a small script run?

Its second paragraph.
"""
import hinge_keras as hk
from hinge_keras.lab import Experiment, Findings, data, models, plots, stats

EXPERIMENT = Experiment(
    datasets=[data.circles(sizes=(40, 20, 20))],
    models=[models.MLP((4,))],
    losses={"hinge": hk.Hinge(), "squared hinge": hk.SquaredHinge()},
    seeds=range(6),
    epochs=2,
)

def findings(results):
    summary = stats.compare(results.trials, "test_accuracy")
    figure = plots.gaps(summary, "A gap or none")
    return Findings(sentence="It ran.", summary=summary, figures={"gaps": figure})
'''

WITHOUT_TRIALS = '''
"""Is it quick?"""
import pandas as pd
from hinge_keras.lab import Findings

def findings(results):
    summary = pd.DataFrame()
    return Findings(sentence=f"quick: {results.quick}", summary=summary, figures={})
'''

MEASURING = '''
"""How many letters?"""
import pandas as pd
from hinge_keras.lab import Findings, decoders, plots
from pathlib import Path

def measurements(quick):
    with open(Path(__file__).with_name("asked.txt"), "a") as asked:
        asked.write("once ")
    return pd.DataFrame({"letters": [1 / 3, 4.0]})

def findings(results):
    found = results.trials.letters.tolist()
    return Findings(sentence=f"{found}", summary=pd.DataFrame(), figures={})
'''


def made_up(trial):
    """An outcome without a training: these tests are about what comes after."""
    value = 0.5 + trial.seed / 100
    return Outcome(
        trial, DONE, 2, 0.1, {"test_accuracy": value}, {"train_loss": [1, 0.5]}
    )


@pytest.fixture
def trained(monkeypatch):
    """Replaces training; the list of what was asked for grows with each trial."""
    asked = []

    def train(experiment, trials, watch):
        for trial in trials:
            asked.append(trial)
            yield made_up(trial)

    monkeypatch.setattr(run.training, "train", train)
    return asked


@pytest.fixture
def script(tmp_path, monkeypatch):
    """A script in an `experiments` package of its own."""
    package = tmp_path / "experiments"
    package.mkdir()
    (package / "__init__.py").write_text("")
    path = package / "77_small.py"
    path.write_text(textwrap.dedent(SCRIPT).lstrip())
    for name in [name for name in sys.modules if name.startswith("experiments")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    return path


@pytest.fixture
def edited(tmp_path, monkeypatch):
    """Changes a file of the package, in the copy whose text is compared."""
    shutil.copytree(ROOT / "hinge_keras", tmp_path / "hinge_keras")
    monkeypatch.setattr(provenance, "ROOT", tmp_path)

    def edit(file):
        with open(tmp_path / "hinge_keras" / file, "a") as source:
            source.write("# Changed.\n")

    return edit


def test_a_second_run_trains_nothing_and_leaves_the_page_alone(
    script, tmp_path, trained
):
    first = run.script(script, tmp_path / "results")
    assert first["trained"] == 12
    folder = tmp_path / "results" / "77_small"
    written = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    expected = {"trials.csv", "curves.csv", "summary.csv", "gaps.png", "README.md"}
    assert expected <= set(written)
    assert run.script(script, tmp_path / "results")["trained"] == 0
    page = (folder / "README.md").stat().st_mtime_ns
    assert page == written["README.md"]


@pytest.mark.parametrize(
    ("file", "again"),
    [
        ("lab/plots/scores.py", True),
        ("lab/data/generated.py", True),
        ("losses/binary.py", True),
        ("lab/training/replicas.py", False),
        ("lab/pitfalls.py", False),
        ("svm/newton.py", False),
    ],
)
def test_a_page_is_published_again_if_code_it_rests_on_changed(
    script, tmp_path, trained, edited, file, again
):
    run.script(script, tmp_path / "results")
    page = tmp_path / "results" / "77_small" / "README.md"
    page.write_text("old")
    edited(file)
    assert run.script(script, tmp_path / "results")["trained"] == 0
    assert (page.read_text() != "old") == again


@pytest.mark.parametrize(
    ("file", "measured", "published"),
    [
        ("lab/decoders.py", 2, True),
        ("lab/plots/scores.py", 1, True),
        ("lab/report.py", 1, True),
        ("lab/pitfalls.py", 1, False),
    ],
)
def test_it_measures_again_only_if_code_it_measures_with_changed(
    script, tmp_path, edited, file, measured, published
):
    script.write_text(MEASURING.lstrip())
    run.script(script, tmp_path / "results")
    page = tmp_path / "results" / "77_small" / "README.md"
    assert "[0.333333, 4.0]" in page.read_text()
    page.write_text("old")
    edited(file)
    run.script(script, tmp_path / "results")
    asked = (tmp_path / "experiments" / "asked.txt").read_text()
    assert len(asked.split()) == measured
    assert (page.read_text() != "old") == published


def test_a_solver_compiled_when_used_counts(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("from hinge_keras.svm import SmoothSVC")
    names = {path.name for path in provenance.files(script)}
    assert {"compiled.py", "newton.py", "kernels.py", "script.py"} <= names
    assert "plots" not in {path.parent.name for path in provenance.files(script)}


def test_the_page_states_question_finding_and_setting(script, tmp_path, trained):
    run.script(script, tmp_path)
    page = (tmp_path / "77_small" / "README.md").read_text()
    for text in (
        "# Does a small script run?",
        "**It ran.**",
        "![gaps](gaps.png)",
        "batches of 32",
        "6, from 0 to 5",
        "Keras",
    ):
        assert text in page


def test_an_interrupted_run_keeps_what_it_finished(
    script, tmp_path, trained, monkeypatch, capsys
):
    def interrupted(experiment, trials, watch):
        yield from (made_up(trial) for trial in trials[:5])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run.training, "train", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run.script(script, tmp_path)
    assert "5 of 12 trials kept, run again to go on" in capsys.readouterr().out
    assert len(pd.read_csv(tmp_path / "77_small" / "trials.csv")) == 5
    assert run.script(script, tmp_path)["trained"] == 7
    assert len(trained) == 7


@pytest.mark.slow
def test_a_run_killed_by_the_system_goes_on_where_it_stopped(script, tmp_path):
    slowed = script.read_text().replace(
        "epochs=2", "epochs=2, learning_rates=[.1, .2, .3, .4]"
    )
    script.write_text(slowed)
    program = (
        "from hinge_keras.lab import run; from hinge_keras.lab.training import fit;"
        "run.training.train = lambda e, ts, watch: (fit.train(e, t) for t in ts);"
        f"run.script({str(script)!r}, {str(tmp_path)!r})"
    )
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    process = subprocess.Popen(
        [sys.executable, "-c", program], env=environment, cwd=tmp_path
    )
    journal = tmp_path / "77_small" / "journal.jsonl"
    deadline = time.monotonic() + 300
    while not (journal.exists() and len(journal.read_text().splitlines()) >= 3):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = len(journal.read_text().splitlines())
    assert run.script(script, tmp_path)["trained"] in (48 - kept, 49 - kept)


def test_an_experiment_without_its_data_is_skipped_with_one_line(
    script, tmp_path, monkeypatch, capsys
):
    def nowhere(experiment, trials, watch):
        raise MissingData("no set/part.gz; take it from a shelf")
        yield

    monkeypatch.setattr(run.training, "train", nowhere)
    row = run.script(script, tmp_path / "results")
    assert row["trained"] == 0
    assert row["finding"] == "skipped: no set/part.gz; take it from a shelf"
    assert not (tmp_path / "results/77_small/README.md").exists()
    assert "stopped" not in capsys.readouterr().out


@pytest.mark.parametrize("quick", [False, True])
def test_a_script_without_trials_learns_whether_to_be_quick(script, tmp_path, quick):
    script.write_text(WITHOUT_TRIALS.lstrip())
    assert run.script(script, tmp_path, quick)["finding"] == f"quick: {quick}"


def test_claims_of_all_experiments_are_gathered(script, tmp_path, trained):
    row = 'verdicts.claim("c", "s", 1.0, [1.0], "reproduced")'
    claimed = f"return Findings(claims=verdicts.table([{row}]),"
    text = script.read_text().replace("return Findings(", claimed)
    script.write_text(text.replace("plots, stats", "plots, stats, verdicts"))
    run.script(script, tmp_path / "results")
    run.gathered(tmp_path / "results")
    table = pd.read_csv(tmp_path / "results" / "verdicts.csv")
    assert list(table.experiment) == ["77_small"]
    assert list(table.verdict) == ["reproduced"]
    page = (tmp_path / "results/77_small/README.md").read_text()
    assert "## Published claims" in page
