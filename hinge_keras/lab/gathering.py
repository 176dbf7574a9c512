"""Trials that are missing are trained, and kept as soon as their job has ended."""

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
from hinge_keras.lab.training.underway import FOLDER, Underway


def train_missing(
    experiment, wanted, archive, name, say=True, engine=None, programs=None, load=None
):
    """Train what an archive lacks; each trial is kept as soon as its job has ended.

    Args:
        experiment: The grid.
        wanted: Trials that are trained from nothing together, `{key: trial}`.
        archive: Where records are.
        name: Whose they are, to tell.
        say: Whether progress is told.
        engine: Where they are trained, one of `training.engines`; here by default.
        programs: Those of earlier grids, as `training.train` takes them.
        load: What loads splits, likewise.
    """
    missing = {key: trial for key, trial in wanted.items() if key not in archive}
    if not missing:
        return
    if say:
        print(f"{name}: {len(missing)} trials to train, compiling first", flush=True)
    key_of = {trial: key for key, trial in missing.items()}
    progress = Progress(name, len(missing), sys.stderr if say else io.StringIO())
    underway = None
    if archive.path:
        underway = Underway(archive.path.parent / FOLDER, key_of)
    try:
        for block in training.train(
            experiment,
            list(wanted.values()),
            list(key_of),
            engine=engine,
            watch=progress.within,
            underway=underway,
            programs=programs,
            load=load,
        ):
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
