"""The command line answers fast, in 80 columns, in one sentence where it cannot."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import hinge_keras
from hinge_keras import cli
from hinge_keras.cli import commands, terminal

ROOT = Path(__file__).parents[2]
COMMANDS = ["list", "run", "verify", "compare", "losses", "site", "doctor"]
HEAVY = {"keras", "tensorflow", "jax", "torch", "numpy", "pandas", "matplotlib", "rich"}


def python(code, **options):
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        **options,
    )


@pytest.mark.parametrize("arguments", [[], *([name] for name in COMMANDS)])
def test_help_imports_nothing_heavy(arguments):
    code = (
        "import sys; from hinge_keras import cli\n"
        f"status = cli.main([*{arguments}, '--help'])\n"
        f"print(status, sorted(set(sys.modules) & {HEAVY}))"
    )
    assert python(code).stdout.splitlines()[-1] == "0 []"


@pytest.mark.parametrize("arguments", [[], *([name] for name in COMMANDS)])
def test_help_fits_80_columns_and_names_every_status(arguments, capsys):
    assert cli.main([*arguments, "--help"]) == 0
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 80
    assert "..." not in told.partition("Commands:")[2]
    flat = " ".join(told.split())
    assert "Exit status: 0 fine; 1 a study failed" in flat
    assert "130 interrupted" in flat


def test_without_arguments_it_shows_its_commands(capsys):
    assert cli.main([]) == 0
    told = capsys.readouterr().out
    assert all(f"\n  {name} " in told for name in COMMANDS)


def test_it_says_its_version(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == hinge_keras.__version__


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["comparee"], "comparee"),
        (["compare", "x.csv"], "Missing option '--target'"),
        (["compare", "nowhere.csv", "--target", "y"], "there is no file nowhere.csv"),
        (["losses", "hinges"], "did you mean 'Hinge'?"),
        (["list", "--studies", "nowhere"], "there are no studies in nowhere"),
    ],
)
def test_what_is_wrong_is_one_sentence_on_standard_error(arguments, told, capsys):
    assert cli.main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert err.startswith("hinge-keras: ")
    assert err.count("\n") == 1


def test_an_interrupt_has_its_status(monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("hinge_keras.cli.losses.show", interrupted)
    assert cli.main(["losses"]) == 130


def test_without_typer_it_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "typer", None)
    assert cli.main(["--help"]) == 2
    assert 'pip install "hinge_keras[lab]"' in capsys.readouterr().err


def test_without_pandas_compare_says_what_to_install(tmp_path):
    (tmp_path / "d.csv").write_text("a,y\n1,2\n")
    code = (
        "import sys; sys.modules['pandas'] = None\n"
        "from hinge_keras.cli import main\n"
        f"status = main(['compare', {str(tmp_path / 'd.csv')!r}, '--target', 'y'])\n"
        "print(status)"
    )
    run = python(code)
    assert run.stdout.strip() == "2"
    assert run.stderr.strip() == (
        'hinge-keras: compare needs pandas: pip install "hinge_keras[lab]".'
    )


def test_what_a_backend_writes_by_itself_is_not_shown():
    code = (
        "import os, sys; from hinge_keras.cli.terminal import quiet\n"
        "with quiet():\n"
        "    os.write(2, b'chatter'); print('ours', file=sys.stderr)\n"
        "os.write(2, b'after')"
    )
    assert python(code).stderr == "ours\nafter"


def test_json_has_neither_nan_nor_infinity():
    said = terminal.plain({"a": float("nan"), 1: [float("inf"), True, None, "x"]})
    assert said == {"a": None, "1": [None, True, None, "x"]}


STUDIES = """
import json, sys
print(json.dumps(sys.argv[1:]))
if "--json" in sys.argv:
    file = sys.argv[sys.argv.index("--json") + 1]
    open(file, "w").write('[{"study": "mine"}]')
sys.exit(3 if "locked" in sys.argv else 0)
"""


@pytest.fixture
def studies(tmp_path):
    """A folder of studies whose command says how it was called."""
    folder = tmp_path / "experiments"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "__main__.py").write_text(STUDIES)
    return folder


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (["list"], ["--list"]),
        (
            ["run", "a", "--quick"],
            ["a", "--quick", "--results", "R", "--engine", "here"],
        ),
        (
            ["run", "--keep-published"],
            ["--keep-published", "--results", "R", "--engine", "here"],
        ),
        (
            ["run", "--engine", "ray", "--workers", "4", "--address", "a:1"],
            ["--results", "R", "--engine", "ray", "--workers", "4", "--address", "a:1"],
        ),
        (["verify", "a", "b"], ["a", "b", "--verify", "--results", "R"]),
    ],
)
def test_studies_are_run_by_their_own_command(asked, given, studies, capfd):
    assert cli.main([*asked, "--studies", str(studies)]) == 0
    (line,) = capfd.readouterr().out.splitlines()
    place = str(Path("results").resolve())
    assert json.loads(line) == [place if x == "R" else x for x in given]


def test_their_status_is_its_own(studies):
    assert cli.main(["run", "locked", "--studies", str(studies)]) == 3


def test_json_of_studies_stands_alone_on_standard_output(studies):
    run = subprocess.run(
        [sys.executable, "-m", "hinge_keras", "run", "--json"],
        cwd=studies.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert json.loads(run.stdout) == [{"study": "mine"}]
    assert "--results" in run.stderr


def test_the_studies_of_this_repository_are_listed_as_json(monkeypatch, capfd):
    monkeypatch.chdir(ROOT)
    assert cli.main(["list", "circles", "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert {each["study"] for each in told} == {"circles/noiseless", "circles/post"}
    assert all(each["question"].endswith("?") for each in told)


def test_every_command_is_listed_in_this_order():
    named = [
        each.name or each.callback.__name__ for each in commands.app.registered_commands
    ]
    assert named == COMMANDS


def test_a_site_of_nothing_is_refused(tmp_path, capsys):
    assert cli.main(["site", "--results", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.startswith("hinge-keras: ")
