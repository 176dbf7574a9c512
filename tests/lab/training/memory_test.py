"""How much memory there is, and that no job begins that needs more."""

import resource
import subprocess
import sys

import pytest

from hinge_keras.lab.training import groups, memory, replicas
from tests.lab.training.groups_test import GRID, group
from tests.lab.training.replicas_test import experiment, trained


@pytest.mark.parametrize(
    ("line", "under", "limit", "use", "cached"),
    [
        ("0::/jobs/mine", "", "memory.max", "memory.current", "inactive_file"),
        (
            "4:cpu,memory:/jobs/mine",
            "memory",
            "memory.limit_in_bytes",
            "memory.usage_in_bytes",
            "total_inactive_file",
        ),
    ],
    ids=["second", "first"],
)
def test_a_control_group_s_limit_counts(
    line, under, limit, use, cached, tmp_path, monkeypatch
):
    monkeypatch.setattr(memory, "ROOT", tmp_path)
    monkeypatch.setattr(memory, "OWN", tmp_path / "own")
    (tmp_path / "own").write_text(f"3:cpuset:/\n{line}\n")
    outer, mine = (tmp_path / under / name for name in ("jobs", "jobs/mine"))
    mine.mkdir(parents=True)
    unlimited = memory.free()
    (mine / limit).write_text("max\n")
    assert memory.free() == pytest.approx(unlimited, rel=0.05)
    (mine / limit).write_text(f"{2**20}\n")
    (mine / use).write_text("1000\n")
    assert memory.free() == 2**20 - 1000
    (mine / "memory.stat").write_text(f"cache 900\n{cached} 300\n")
    assert memory.free() == 2**20 - 700
    (outer / limit).write_text("500\n")
    (outer / use).write_text("400\n")
    assert memory.free() == 100
    (outer / use).write_text("600\n")
    assert memory.free() == 0


def test_a_process_s_own_limit_counts():
    limit = 2**32
    code = (
        f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({limit}, {limit}))\n"
        "import importlib.util as u\n"
        f"s = u.spec_from_file_location('memory', {memory.__file__!r})\n"
        "m = u.module_from_spec(s); s.loader.exec_module(m); print(m.free())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    free = int(run.stdout)
    assert free < limit - resource.getpagesize()
    assert free > min(limit // 2, memory.available() // 2)


def test_a_job_that_needs_more_is_refused_before_it_begins(monkeypatch):
    begun = []
    monkeypatch.setattr(replicas.Stack, "train", lambda *a: begun.append(a))
    monkeypatch.setattr(groups, "free", lambda: 1000)
    with pytest.raises(MemoryError, match=r"batch_size is 16 .* trainings at once"):
        trained(experiment())
    assert not begun


def test_more_trainings_take_more():
    found = group()
    one, ten = (found.memory(GRID.trials()[:n]) - memory.BASE for n in (1, 10))
    assert one > 0
    assert ten == 10 * one
    fitted = group(way="fit").memory(GRID.trials())
    assert memory.BASE < fitted < memory.BASE + 2**20
