"""A few of each of the faults that `benchmarks.faults` does to a run by the hundred."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_nothing_is_lost_made_up_or_untold():
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.faults", "--short"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    rows = [line.split("\t") for line in run.stdout.splitlines() if "\t" in line]
    assert len(rows) == 12  # A head, and eleven faults.
    assert all(int(hit) > 0 for _, _, hit, *_ in rows[1:])
