"""Trials that are missing are trained, and kept as soon as their block has ended."""

import contextlib
import dataclasses
import io
import signal
import sys
import threading

from hinge_keras.lab import training
from hinge_keras.lab.data.sources import MissingData
from hinge_keras.lab.progress import Progress
from hinge_keras.lab.training.record import environment


def train_missing(experiment, missing, archive, name, say=True):
    """Train trials, `{key: trial}`; each is kept as soon as its block has ended."""
    if not missing:
        return
    if say:
        print(f"{name}: {len(missing)} trials to train, compiling first", flush=True)
    key_of = {trial: key for key, trial in missing.items()}
    progress = Progress(name, len(missing), sys.stderr if say else io.StringIO())
    try:
        for block in training.train(experiment, list(key_of), watch=progress.within):
            left = {
                key_of[trial]: dataclasses.replace(record, environment=environment())
                for trial, record in block
            }
            with undisturbed():
                archive.add(left)
            progress.step(len(block))
    except MissingData:
        raise
    except BaseException:
        kept = f"{progress.done} of {len(missing)} trials kept"
        print(f"{name}: stopped; {kept}, run again to go on", flush=True)
        raise


@contextlib.contextmanager
def undisturbed():
    """An interrupt that comes meanwhile is heard afterwards."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
