"""Every engine gives the numbers of this process, whatever dies meanwhile."""

import os
import signal
import subprocess
import sys
from collections import deque
from pathlib import Path

import cloudpickle
import keras
import pytest

import hinge_keras as hk
from hinge_keras.lab import training
from hinge_keras.lab.training import engines, groups
from hinge_keras.lab.training.engines import pool
from hinge_keras.lab.training.engines.processes import Processes
from tests.lab.training.replicas_test import experiment
from tests.lab.training.underway_test import NETS, equal, trained

GRID = experiment(seeds=range(4))  # 16 trials, in jobs of four.


class Scripted(pool.Worker):
    """A worker that does as a script says: `"done"`, `"dies"`, `"hangs"`, `"fails"`."""

    def __init__(self, team):
        super().__init__()
        self.team, self.ended = team, False

    def give(self, job, underway):
        self.team.given.append(tuple(job.trials))
        self.does = self.team.script(job)

    def end(self):
        self.ended = True


class Team(pool.Pool):
    """Scripted workers; finished trials are their own records."""

    def __init__(self, count, script):
        super().__init__(count)
        self.script, self.given, self.made = script, [], []
        self.most = 0

    def begin(self, experiment):
        """They know all grids."""

    def limit(self):
        return 10**15

    def start(self):
        self.made.append(Scripted(self))
        return self.made[-1]

    def events(self, seconds):
        busy = self.busy()
        self.most = max(self.most, len(busy))
        worker = busy[-1]  # The last one ends first.
        if worker.does == "dies":
            yield worker, "died", "ended by signal 9"
        elif worker.does == "fails":
            yield worker, "failed", ValueError("margin is -1; accepted are 0 and up.")
        elif worker.does == "hangs":
            worker.heard -= 10**6
        else:
            yield worker, "alive", 1.0
            yield worker, "some", [(trial, trial) for trial in worker.job.trials]
            yield worker, "done", None


@pytest.fixture(autouse=True)
def small_jobs(monkeypatch):
    monkeypatch.setattr(groups, "LARGEST", 4)


def run(team, grid=GRID):
    return [
        pair
        for pairs in training.train(grid, grid.trials(), engine=team)
        for pair in pairs
    ]


def scripted(*does):
    """What jobs do, one after the other; the rest ends well."""
    left = deque(does)
    return lambda job: left.popleft() if left else "done"


@pytest.mark.parametrize("count", [1, 2, 9])
@pytest.mark.parametrize("does", [(), ("dies",), ("hangs", "dies"), ("done", "hangs")])
def test_every_trial_ends_once(count, does):
    team = Team(count, scripted(*does))
    finished = run(team)
    assert sorted(trial for trial, _ in finished) == sorted(GRID.trials())
    assert len(team.given) == 4 + sum(each != "done" for each in does)
    assert team.most == min(count, 4)


def test_a_worker_without_a_place_gets_no_job():
    team = Team(2, scripted())
    begin = team.start

    def late():
        worker = begin()
        if len(team.made) == 2:
            worker.ready = lambda: False
        return worker

    team.start = late
    assert sorted(trial for trial, _ in run(team)) == sorted(GRID.trials())
    assert team.most == 1


def test_a_run_that_no_worker_finds_a_place_for_ends():
    team = Team(9, scripted())
    team.events = lambda seconds: ()
    team.silent = 0.01
    begin = team.start

    def never():
        worker = begin()
        worker.ready = lambda: False
        return worker

    team.start = never
    with pytest.raises(RuntimeError, match="workers is 9 and none found a place"):
        run(team)
    assert len(team.made) == 4  # A worker a job.


def test_a_job_that_kills_every_worker_is_given_up_and_the_others_are_not():
    first = {}

    def script(job):
        first.setdefault("job", tuple(job.trials))
        return "dies" if tuple(job.trials) == first["job"] else "done"

    team, finished = Team(2, script), []
    found = training.train(GRID, GRID.trials(), engine=team)
    with pytest.raises(pool.LostError, match=r"4 trials .* 3 workers died .*signal 9"):
        finished.extend(pair for pairs in found for pair in pairs)
    assert {t for t, _ in finished} == {*GRID.trials()} - {*first["job"]}
    assert team.given.count(first["job"]) == pool.TRIES


def test_what_a_worker_raises_is_raised_here_and_ends_all():
    team = Team(2, scripted("fails"))
    with pytest.raises(ValueError, match="margin is -1"):
        run(team)
    assert all(worker.ended for worker in team.made)
    assert not team.workers


def test_no_more_train_at_once_than_memory_holds(monkeypatch):
    team = Team(4, scripted())
    monkeypatch.setattr(groups.Group, "memory", lambda group, trials: 3)
    monkeypatch.setattr(team, "limit", lambda: 7)
    run(team)
    assert team.most == 2
    narrow = Team(4, scripted())
    monkeypatch.setattr(narrow, "limit", lambda: 1)
    run(narrow)
    assert narrow.most == 1


@pytest.mark.slow
@pytest.mark.parametrize("models", [None, [NETS]], ids=["dense", "stacked"])
def test_processes_give_the_numbers_of_this_process(models):
    grid = experiment(seeds=range(4), **({"models": models} if models else {}))
    whole = trained(grid)
    cloudpickle.register_pickle_by_value(sys.modules[NETS.__module__])
    with Processes(2) as processes:
        equal(trained(grid, engine=processes), whole)
        ids = [worker.process.pid for worker in processes.workers]
        equal(trained(grid, engine=processes), whole)
        assert [worker.process.pid for worker in processes.workers] == ids
    assert not processes.workers


class Traced(keras.losses.Loss):
    """Notes each call: compiled code makes none."""

    def __init__(self, path):
        super().__init__()
        self.path = path

    def call(self, y_true, y_pred):
        with open(self.path, "a") as file:
            file.write("called\n")
        return keras.ops.square(y_true - y_pred[:, 0])


@pytest.mark.slow
@pytest.mark.parametrize("models", [None, [NETS]], ids=["dense", "stacked"])
def test_a_worker_compiles_a_group_once(models, tmp_path):
    cloudpickle.register_pickle_by_value(sys.modules[NETS.__module__])
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    calls = []
    for seeds in (range(2), range(8)):  # A job, and four.
        path = tmp_path / f"{len(seeds)}"
        arms = {"traced": Traced(str(path))}
        changed = {"models": models} if models else {}
        grid = experiment(seeds=seeds, arms=arms, **changed)
        with Processes(1) as processes:
            jobs = list(training.train(grid, grid.trials(), engine=processes))
        calls.append(len(path.read_text().splitlines()))
    assert len(jobs) == 4
    assert calls[0] == calls[1]


SCRIPT = """
import keras
import numpy as np
import hinge_keras as hk

class Squares(keras.losses.Loss):
    def __init__(self, scale):
        super().__init__()
        self.scale = scale

    def call(self, y_true, y_pred):
        return self.scale * keras.ops.square(y_true - y_pred[:, 0])

class Own(hk.BinaryLoss):
    def phi(self, m):
        return keras.ops.square(keras.ops.relu(1 - m))

x = np.random.default_rng(0).normal(size=(60, 2))
y = (x[:, 0] > 0).astype(int)
found = [
    hk.compare(
        None, x, y, losses={"own": Own(), "squares": Squares(2.0)}, seeds=6, epochs=2,
        learning_rates=0.1, verbose=False, engine=engine,
    ).trials
    for engine in ("here", "processes")
]
assert found[0].equals(found[1]), found
"""


@pytest.mark.slow
def test_losses_of_a_script_s_own_train_in_processes(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    home = str(Path(hk.__file__).parents[1])
    ran = subprocess.run(
        [sys.executable, path],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": home},
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.slow
def test_killed_processes_cost_no_trial():
    killed, finished = [], {}
    with Processes(2) as processes:

        def kill(share):
            for worker in processes.busy():
                if len(killed) < 3 and worker.share:
                    os.kill(worker.process.pid, signal.SIGKILL)
                    killed.append(worker.process.pid)

        grid = experiment(seeds=range(4), epochs=40)
        for pairs in training.train(grid, grid.trials(), engine=processes, watch=kill):
            finished |= dict(pairs)
    assert len(killed) == 3
    equal(finished, trained(grid))


@pytest.mark.slow
def test_a_process_that_hangs_is_ended():
    with Processes(1) as processes:
        list(training.train(GRID, GRID.trials()[:4], engine=processes))
        (stopped,) = processes.workers
        os.kill(stopped.process.pid, signal.SIGSTOP)
        processes.silent = 2.0

        def be_patient(share):
            if stopped not in processes.workers:
                processes.silent = 600.0  # The next one may take its time to start.

        rest = GRID.trials()[4:8]
        finished = training.train(GRID, rest, engine=processes, watch=be_patient)
        assert {trial for pairs in finished for trial, _ in pairs} == {*rest}
        assert stopped.process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"name": "threads"}, "engine is 'threads'"),
        ({"name": "processes", "workers": 0}, "workers is 0"),
        ({"name": "here", "address": "a:1"}, "address is 'a:1' and engine is 'here'"),
    ],
)
def test_what_is_no_engine_is_refused(asked, named):
    with pytest.raises(ValueError, match=named):
        engines.named(**asked)


def test_compare_refuses_what_is_no_engine():
    with pytest.raises(ValueError, match="engine is 'threads'; accepted are 'here'"):
        hk.compare(None, [[0.0]] * 20, [0, 1] * 10, engine="threads")


@pytest.mark.slow
def test_ray_gives_the_numbers_of_this_process():
    pytest.importorskip("ray", reason="Ray is an extra: hinge_keras[ray]")
    with engines.named("ray", 2) as ray:
        equal(trained(GRID, engine=ray), trained(GRID))
