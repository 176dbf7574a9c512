"""The README's code runs, its commands exist, its findings are those of results/."""

import re
from pathlib import Path

import pytest

from benchmarks import __main__ as benchmarks
from hinge_keras.lab import report

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("code", BLOCKS)
def test_its_code_runs(code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(code, {"__name__": "readme"})


def test_its_commands_are_targets_of_the_makefile():
    commands = re.findall(r"make ([a-z-]+)", README)
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {"test", "run-experiments"} <= set(commands) <= set(targets)


def test_its_findings_are_those_of_the_results():
    assert report.refresh(README, ROOT / "results") == README


def test_its_links_lead_somewhere():
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        assert link.startswith("http") or (ROOT / link).exists(), link


def test_the_page_of_the_benchmarks_is_that_of_their_tables():
    written = (ROOT / "benchmarks" / "README.md").read_text()
    assert benchmarks.page() == written
