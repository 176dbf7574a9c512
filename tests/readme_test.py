"""The README's code runs, its commands exist, its findings are those of results/."""

import importlib.util
import re
from pathlib import Path

import pytest

from benchmarks import __main__ as benchmarks
from experiments import __main__ as command
from hinge_keras.cli import commands, terminal
from hinge_keras.lab import study
from hinge_keras.lab.page import index

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(code, marks=[pytest.mark.slow] * ("hk.compare" in code))
        for code in BLOCKS
    ],
)
def test_its_code_runs(code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(code, {"__name__": "readme"})


def test_its_commands_are_targets_of_the_makefile():
    commands = re.findall(r"make ([a-z-]+)", README)
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {"test", "run-experiments"} <= set(commands) <= set(targets)


def test_its_commands_are_those_of_the_command_line():
    shown = re.findall(r"^hinge-keras ([a-z]+)", README, re.MULTILINE)
    every = [
        each.name or each.callback.__name__ for each in commands.app.registered_commands
    ]
    assert sorted(shown) == sorted(every)
    assert terminal.STATUSES in " ".join(README.split())


PAGES = {"README.md": "results", "experiments/README.md": "../results"}


@pytest.mark.parametrize("name", PAGES)
def test_its_findings_are_those_of_the_results(name):
    page = (ROOT / name).read_text()
    assert index.refreshed(page, ROOT / "results", PAGES[name]) == page


def test_the_reading_list_has_every_study_once_and_the_readme_nine(monkeypatch):
    reading = index.listed((ROOT / "experiments" / "README.md").read_text())
    every = command.known()
    monkeypatch.setenv("FULL", "1")
    assert sorted(reading) == sorted([*every, *(f"full/{n}" for n in command.known())])
    headlines = index.listed(README)
    assert len(headlines) == 9
    assert set(headlines) <= set(reading)


def test_the_script_that_shows_how_to_add_a_study_runs(tmp_path, monkeypatch):
    page = (ROOT / "CONTRIBUTING.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "mine.py").write_text(code)
    spec = importlib.util.spec_from_file_location("mine", tmp_path / "mine.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    ran = study.run(module, tmp_path / "results", quick=True)
    assert ran.finding == "The answer, computed from the tables."


@pytest.mark.parametrize("name", [*PAGES, "CONTRIBUTING.md", "ARCHITECTURE.md"])
def test_its_links_lead_somewhere(name):
    for link in re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text()):
        near = (ROOT / name).parent / link
        assert link.startswith("http") or near.exists(), link


def test_the_page_of_the_benchmarks_is_that_of_their_tables():
    written = (ROOT / "benchmarks" / "README.md").read_text()
    assert benchmarks.page() == written
