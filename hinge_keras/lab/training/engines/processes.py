"""Processes of this machine that train a grid's jobs, each with a backend of its own."""

import os
import socket
import subprocess
import sys
from multiprocessing.connection import Connection, wait

import keras

from hinge_keras.lab.training.engines.pool import Pool, Worker
from hinge_keras.lab.training.engines.trainer import pickled

PROGRAM = "hinge_keras.lab.training.engines.process"


class Processes(Pool):
    """Runs jobs in processes that live as long as the engine."""

    def begin(self, experiment):
        """Make a grid known to workers, those to come too."""
        self.grid = pickled(experiment)
        for worker in self.workers:
            worker.tell("grid", self.grid)

    def start(self):
        """A new worker, which knows the grid."""
        worker = Process(max(1, os.cpu_count() // self.count))
        worker.tell("grid", self.grid)
        return worker

    def events(self, seconds):
        """What workers tell within some seconds, as `(worker, kind, content)`."""
        lines = {worker.line: worker for worker in self.workers}
        for line in wait(list(lines), seconds):
            worker = lines[line]
            try:
                kind, content = line.recv()
            except (EOFError, OSError):
                kind, content = "died", worker.death()
            except Exception as error:  # An exception that cannot be unpickled here.
                kind, content = "failed", RuntimeError(str(error))
            if worker in self.workers:
                yield worker, kind, content


class Process(Worker):
    """A process that trains.

    It is a program of its own and no child that shares this one's start: a user's
    script need not guard its first lines.

    Args:
        threads: Of its kernels: those of processes that share a core wait for each
            other.
    """

    def __init__(self, threads):
        super().__init__()
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", PROGRAM, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={**os.environ, **settings(threads)},
                stdin=subprocess.DEVNULL,
            )
        self.line = Connection(ours.detach())
        self.tell("home", (sys.path, keras.config.floatx()))

    def tell(self, kind, content):
        """Send something; what a dead process does not hear, its end tells."""
        try:
            self.line.send((kind, content))
        except OSError:
            return

    def give(self, job, underway):
        """Let it train a job of the grid it has."""
        group, kept = job.group, underway and underway.part(job.trials)
        self.tell("job", (group.number, group.trials[:1], group.way, job.trials, kept))

    def death(self):
        """How it died."""
        try:
            status = self.process.wait(5)
        except subprocess.TimeoutExpired:
            return "it closed its line"
        if status < 0:
            ended = f"ended by signal {-status}"
            return f"{ended}, as for lack of memory" if status == -9 else ended
        return f"ended with status {status}"

    def end(self):
        """End it, whatever it does."""
        self.process.kill()
        self.process.wait()
        self.line.close()


def settings(threads):
    """Variables that make a process choose what this one has, and its threads."""
    return {
        "NUMBA_NUM_THREADS": os.environ.get("NUMBA_NUM_THREADS", str(threads)),
        "KERAS_BACKEND": keras.backend.backend(),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
