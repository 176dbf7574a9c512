"""Ray's workers, on this machine or many, that train a grid's jobs."""

import contextlib
import os
import sys
import time

import keras

from hinge_keras.lab.training.engines.pool import LOOK, Pool, Worker
from hinge_keras.lab.training.engines.trainer import pickled
from hinge_keras.lab.training.memory import BASE

MISSING = (
    "engine is 'ray', which is not installed; accepted is an installation with it: "
    'pip install "hinge_keras[ray]".'
)
ASIDE = "aside"  # The thread of an actor that answers while it trains.


def ray():
    """Ray, if it is there."""
    try:
        import ray
    except ImportError:
        raise ImportError(MISSING) from None
    return ray


class Cluster(Pool):
    """Runs jobs in Ray's actors; each keeps what it compiled.

    Args:
        count: Actors; None for one a core of the cluster.
        address: Of a cluster that runs; None to start one here.
    """

    def __init__(self, count=None, address=None):
        self.ray, self.started = ray(), False
        if not self.ray.is_initialized():
            # Left out, an address would be that of any cluster that was started here.
            self.ray.init(
                address=address or "local", log_to_driver=False, logging_level="error"
            )
            self.started = True
        super().__init__(count or int(self.ray.cluster_resources().get("CPU", 1)))

    def close(self):
        """End all workers, and the cluster if it was started here."""
        super().close()
        if self.started and self.ray.is_initialized():
            self.ray.shutdown()
            self.started = False

    def begin(self, experiment):
        """Make a grid known to workers, those to come too."""
        self.grid = self.ray.put(pickled(experiment))
        for worker in self.workers:
            worker.know(self.grid)

    def limit(self):
        """Memory is the nodes' own: Ray places an actor where its share is free."""
        return float("inf")

    def start(self):
        """A new worker, which knows the grid."""
        worker = Actor(self.ray)
        worker.know(self.grid)
        return worker

    def events(self, seconds):
        """What workers tell within some seconds, as `(worker, kind, content)`."""
        asked = {worker.answer: worker for worker in self.workers if worker.answer}
        if not asked:
            time.sleep(seconds)
            return
        ready, _ = self.ray.wait(list(asked), num_returns=1, timeout=seconds)
        for answer in ready:
            worker = asked[answer]
            try:
                kind, content = self.ray.get(answer)
            except self.ray.exceptions.RayActorError as error:
                worker.answer = None
                yield worker, "died", str(error).strip().splitlines()[-1]
                continue
            except self.ray.exceptions.RayError as error:
                worker.answer = None
                yield worker, "failed", RuntimeError(str(error))
                continue
            worker.answer = None if kind in ("done", "failed") else worker.ask()
            yield worker, kind, content
        if not ready:
            yield from self.alive()

    def alive(self):
        """A sign of life of each that trains, where it can be had at once."""
        asked = {worker.look(): worker for worker in self.workers if worker.answer}
        ready, _ = self.ray.wait(list(asked), num_returns=len(asked), timeout=LOOK)
        for answer in ready:
            with contextlib.suppress(self.ray.exceptions.RayError):  # Told by `events`.
                yield asked[answer], "alive", self.ray.get(answer)


class Actor(Worker):
    """An actor that trains.

    Attributes:
        answer: What it will tell next; None while it has no job.
        known: Is answered when it is on a node and has the grid.
    """

    def __init__(self, ray):
        super().__init__()
        self.ray, self.answer = ray, None
        settings = {"KERAS_BACKEND": keras.backend.backend(), "NUMBA_NUM_THREADS": "1"}
        kept = {n: v for n, v in os.environ.items() if n.startswith("HINGE_KERAS_")}
        self.actor = (
            ray.remote(concurrency_groups={ASIDE: 1})(Remote)
            .options(
                num_cpus=1, memory=BASE, runtime_env={"env_vars": {**kept, **settings}}
            )
            .remote(sys.path, keras.config.floatx())
        )

    def know(self, grid):
        """Let it know a grid."""
        self.known = self.actor.know.remote(grid)

    def ready(self):
        """Whether it has a place to train: a cluster may have none for it yet."""
        found, _ = self.ray.wait([self.known], timeout=0)
        return bool(found)

    def give(self, job, underway):
        """Let it train a job of the grid it has.

        What is under way is not kept: another node may not see the folder.
        """
        group = job.group
        self.actor.begin.remote(group.number, group.trials[:1], group.way, job.trials)
        self.answer = self.ask()

    def ask(self):
        return self.actor.next.remote()

    def look(self):
        return self.actor.share.options(concurrency_group=ASIDE).remote()

    def end(self):
        """End it, whatever it does."""
        self.ray.kill(self.actor, no_restart=True)
        self.answer = None


class Remote:
    """What an actor is on its node: it tells how its job goes, an answer a question."""

    def __init__(self, path, precision):
        sys.path[:] = [*dict.fromkeys([*path, *sys.path])]
        keras.config.set_floatx(precision)
        self.trainer, self.told, self.good = None, iter(()), 0.0

    def know(self, grid):
        from hinge_keras.lab.training.engines.trainer import Trainer

        self.trainer = Trainer(grid)

    def begin(self, *job):
        self.told = self.trained(job)

    def trained(self, job):
        """What there is to tell of a job, in order."""
        try:
            for finished in self.trainer.train(*job, None, self.watch):
                yield "some", finished
            yield "done", None
        except Exception as error:
            from hinge_keras.lab.training.engines.process import portable

            yield "failed", portable(error)

    def next(self):
        return next(self.told)

    def watch(self, share):
        self.good = share

    def share(self):
        """Of its job, how many trials are as good as done."""
        return self.good
