"""Workers that each train one job at a time, and what is done when one dies.

What a worker is, a subclass says; here is who gets which job, which is tried again,
and what is given up. A job has no part in how another ends: of a grid of which one
job kills every worker, all others are trained.
"""

import abc
import collections
import time
from dataclasses import dataclass, field

from hinge_keras.lab.training.memory import free

TRIES = 3  # Workers that a job may kill.
SILENT = 900.0  # Seconds without a sign of life after which a worker is hung.
LOOK = 1.0  # Seconds between two looks at the clock.


class LostError(RuntimeError):
    """Jobs that killed every worker they were given to; the others are trained."""


@dataclass
class Job:
    """Trials to train together, and how that went so far.

    Attributes:
        group: Theirs.
        trials: What is left of them to train.
        memory: Bytes that a process takes to train all of them.
        deaths: How each worker that had it died.
    """

    group: object
    trials: list
    memory: int
    deaths: list = field(default_factory=list)

    def without(self, finished):
        """Note trials that have ended."""
        ended = {trial for trial, _ in finished}
        self.trials = [trial for trial in self.trials if trial not in ended]


class Worker(abc.ABC):
    """Trains jobs, one at a time.

    Attributes:
        job: What it trains; None if nothing.
        share: Of that, how many trials are as good as done.
        heard: When it last showed that it lives.
    """

    def __init__(self):
        self.job, self.share, self.heard = None, 0.0, time.monotonic()

    def ready(self):
        """Whether it has a place to train: a cluster may have none for it yet."""
        return True

    @abc.abstractmethod
    def give(self, job, underway):
        """Let it train a job of the grid it has."""

    @abc.abstractmethod
    def end(self):
        """End it, whatever it does."""


class Pool(abc.ABC):
    """Runs jobs on workers, as many at once as memory holds.

    Args:
        count: Workers, at most.
    """

    def __init__(self, count):
        self.count, self.workers = count, []
        self.silent, self.room = SILENT, 0

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        """End all workers."""
        for worker in self.workers:
            worker.end()
        self.workers = []

    @abc.abstractmethod
    def begin(self, experiment):
        """Make a grid known to workers, those to come too."""

    @abc.abstractmethod
    def start(self):
        """A new worker, which knows the grid."""

    def limit(self):
        """Bytes that all workers together may take."""
        return free()

    @abc.abstractmethod
    def events(self, seconds):
        """What workers tell within some seconds, as `(worker, kind, content)`.

        The kinds are `"alive"` with trials as good as done, `"some"` with finished
        pairs, `"done"`, `"failed"` with an exception, `"died"` with how.
        """

    def run(self, experiment, work, watch, underway):
        """Train jobs, as `engines.Here` does, on workers.

        Raises:
            LostError: In the end, if a job killed every worker it was given to.
            RuntimeError: If no worker finds a place to train.
        """
        self.begin(experiment)
        self.room = self.limit()
        work, again, lost = iter(work), collections.deque(), []
        try:
            while self.hand_out(work, again, underway) or self.busy():
                for worker, kind, content in self.events(LOOK):
                    worker.heard = time.monotonic()
                    if kind == "alive":
                        worker.share = content
                    elif kind == "some":
                        worker.job.without(content)
                        worker.share = 0.0
                        yield content
                    elif kind == "done":
                        worker.job = None
                    elif kind == "failed":
                        raise content
                    else:
                        self.lose(worker, content, again, lost)
                for worker in self.busy():
                    if time.monotonic() - worker.heard > self.silent:
                        why = f"silent for {self.silent:.0f} s"
                        self.lose(worker, why, again, lost)
                self.refuse_to_wait()
                watch(sum(worker.share for worker in self.busy()))
        except BaseException:
            self.close()  # What they train is of no use any more.
            raise
        if lost:
            raise LostError(told(lost))

    def busy(self):
        return [worker for worker in self.workers if worker.job]

    def hand_out(self, work, again, underway):
        """Give jobs to idle workers, while memory lasts; whether any job waits."""
        while len(again) < self.count - len(self.busy()) and (job := next_of(work)):
            again.append(job)
        while again:
            held = sum(worker.job.memory for worker in self.busy())
            if held and held + again[0].memory > self.room:
                break
            idle = self.idle(len(again))
            if idle is None:
                break
            idle.job, idle.share, idle.heard = again.popleft(), 0.0, time.monotonic()
            idle.give(idle.job, underway)
        return bool(again)

    def idle(self, jobs):
        """A worker without a job; None while those that so many jobs need start."""
        idle = [worker for worker in self.workers if not worker.job]
        ready = next((worker for worker in idle if worker.ready()), None)
        while not ready and len(idle) < jobs and len(self.workers) < self.count:
            idle.append(self.start())
            self.workers.append(idle[-1])
            ready = idle[-1] if idle[-1].ready() else None
        return ready

    def refuse_to_wait(self):
        """End a run that none works for, and for which none is to be had."""
        if not self.busy() and self.workers:
            waited = time.monotonic() - max(worker.heard for worker in self.workers)
            if waited > self.silent:
                raise RuntimeError(
                    f"workers is {self.count} and none found a place to train within "
                    f"{self.silent:.0f} s; accepted is a cluster with a free core."
                )

    def lose(self, worker, why, again, lost):
        """A worker is no more: its job is for another one, unless it kills them all."""
        worker.end()
        self.workers.remove(worker)
        job = worker.job
        if job and job.trials:
            job.deaths.append(why)
            (lost if len(job.deaths) == TRIES else again).append(job)


def next_of(work):
    """The next job, or None."""
    group, trials = next(work, (None, None))
    # Asked for now: a group is closed when its last job has been given out.
    return group and Job(group, trials, group.memory(trials))


def told(lost):
    """What is to be said of lost jobs."""
    trials = sum(len(job.trials) for job in lost)
    first = lost[0]
    return (
        f"{trials} trials of {first.group.trials[0].model!r} are not trained: "
        f"{TRIES} workers died of them ({first.deaths[-1]}); the others are kept."
    )
