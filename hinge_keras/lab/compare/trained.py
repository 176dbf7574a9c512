"""A grid's results: what is missing of them trained first, in memory or in a folder."""

import dataclasses
import gc
import time
from pathlib import Path

from hinge_keras.lab import training
from hinge_keras.lab.bracket import bracketed
from hinge_keras.lab.gathering import train_missing
from hinge_keras.lab.grid import identity
from hinge_keras.lab.results import Results
from hinge_keras.lab.tables.archive import Archive
from hinge_keras.lab.training.programs import Programs

ARCHIVE = "trials.log"
# Bytes of all seeds' inputs at a time; beyond, seeds train one set after the other.
HELD = 2**26
# Seeds before the first look at the clock; fewer show nothing.
FEWEST = 6
SAFE = 0.8  # Of the time that is left, what further seeds may be expected to take.


class Held:
    """Records in memory, with what an `Archive` has of them."""

    path = None  # Nothing is on disk.

    def __init__(self):
        self.places = {}

    def __contains__(self, key):
        return key in self.places

    def __enter__(self):
        return self

    def __exit__(self, *error):
        """Nothing to close."""

    def add(self, records):
        self.places.update(records)

    def records(self, keys):
        return ((key, self.places[key]) for key in keys)


def searched(experiment, folder, seconds, say, engine=None):
    """The experiment as wide, and with as many seeds, as it was trained; its results.

    Args:
        experiment: With its first grid and all its seeds.
        folder: Where finished trials are kept, and looked for; `None` keeps none.
        seconds: What it may take; `None` for as long as it takes.
        say: Whether progress is told.
        engine: Where trials train; in this process by default.
    """
    store = Held() if folder is None else Archive(Path(folder) / ARCHIVE)
    with store as archive:
        trained = Trained(archive, folder is not None, say, engine)
        if seconds is None or len(experiment.seeds) <= FEWEST:
            return bracketed(experiment, trained)
        began = time.monotonic()
        few = dataclasses.replace(experiment, seeds=list(experiment.seeds)[:FEWEST])
        few, results = bracketed(few, trained)
        took = time.monotonic() - began
        more = int(SAFE * (seconds - took) / (took / FEWEST))
        if more < 1:
            return few, results
        some = list(experiment.seeds)[: FEWEST + more]
        return bracketed(dataclasses.replace(few, seeds=some), trained)


class Trained:
    """Gives the results of an experiment, what is missing of it trained first.

    Args:
        archive: Where records are.
        by_content: Whether they are known by what their trials do, to be found again
            by another process, or by the trials themselves.
        say: Whether progress is told.
        engine: Where trials train; in this process by default.
    """

    def __init__(self, archive, by_content, say, engine=None):
        self.archive, self.by_content, self.say = archive, by_content, say
        self.engine, self.programs = engine, Programs()
        self.keys, self.asked, self.reader = {}, {}, identity.Reader()

    def __call__(self, experiment):
        trials = experiment.trials()
        new = [trial for trial in trials if trial not in self.keys]
        if self.by_content:
            keys = experiment.keys(new, training.code(), self.reader)
        else:
            keys = {trial: trial for trial in new}
        coming = {k: t for t, k in keys.items() if k not in self.asked}
        self.keys.update(keys)
        self.asked.update(coming)
        if all(key in self.archive for key in coming):
            coming = {}
        for part in in_memory(experiment, coming):
            train_missing(
                experiment,
                part,
                self.archive,
                "compare",
                self.say,
                self.engine,
                self.programs,
            )
            if len(part) < len(coming):
                gc.collect()  # Programs refer to themselves, and hold their inputs.
        wanted = {self.keys[trial] for trial in trials}
        return Results(
            [(self.keys[trial], experiment.columns(trial)) for trial in trials],
            dict(self.archive.records(wanted)),
            experiment.measures,
            experiment.axis_names,
            experiment.measure().name,
        )


def in_memory(experiment, trials):
    """Trials, `{key: trial}`, in sets whose seeds' inputs can be held at a time."""
    seeds = sorted({trial.seed for trial in trials.values()})
    if not seeds:
        return
    splits = experiment.datasets[0].load(seeds[0])
    size = sum(x.nbytes for x, *_ in splits.values())
    at_once = max(1, HELD // max(1, size))
    for first in range(0, len(seeds), at_once):
        some = {*seeds[first : first + at_once]}
        yield {key: trial for key, trial in trials.items() if trial.seed in some}
