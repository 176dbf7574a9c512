"""Each guide's code runs, from its first block to its last."""

import re
from pathlib import Path

import pytest

GUIDES = sorted((Path(__file__).parents[3] / "docs").glob("*.md"))
BLOCKS = re.compile(r"```python\n(.*?)```", re.DOTALL)
GUIDES_WITH_CODE = [guide for guide in GUIDES if BLOCKS.search(guide.read_text())]


def test_there_are_guides():
    assert len(GUIDES_WITH_CODE) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("guide", GUIDES_WITH_CODE, ids=lambda guide: guide.stem)
def test_its_code_runs(guide, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    known = {"__name__": "guide"}
    for code in BLOCKS.findall(guide.read_text()):
        exec(code, known)
