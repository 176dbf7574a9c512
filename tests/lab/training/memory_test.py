"""How much memory there is, and that no job begins that needs more."""

import resource
import subprocess
import sys

import pytest

from hinge_keras.lab.training import groups, memory, replicas
from tests.lab.training.groups_test import GRID, group
from tests.lab.training.replicas_test import experiment, trained


def test_a_control_group_s_limit_counts(tmp_path, monkeypatch):
    limit, use = tmp_path / "memory.max", tmp_path / "memory.current"
    monkeypatch.setattr(memory, "FILES", ((limit, use),))
    unlimited = memory.free()
    limit.write_text("max\n")
    use.write_text("1000\n")
    assert memory.free() == pytest.approx(unlimited, rel=0.05)
    limit.write_text(f"{2**20}\n")
    assert memory.free() == 2**20 - 1000
    use.write_text(f"{2**30}\n")
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
    assert group(way="fit").memory(GRID.trials()) == memory.BASE
