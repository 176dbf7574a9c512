"""What a study measures itself: a table by parts, or what is found inside trained nets.

Each part, and what is found in each net, is kept in the study's archive as it ends, under
a key of the code that measures it; it is measured again only where that changed.
"""

import time

import pandas as pd

from hinge_keras.lab import training
from hinge_keras.lab.bracket import chosen
from hinge_keras.lab.grid import identity
from hinge_keras.lab.page.setting import setting
from hinge_keras.lab.progress import Progress
from hinge_keras.lab.results import Results
from hinge_keras.lab.tables.archive import Record
from hinge_keras.lab.tables.schema import DONE, EDGE, RISING
from hinge_keras.lab.training.record import environment
from hinge_keras.lab.training.trained import nets


def by_parts(module, archive, quick):
    """What `measurements` gives of each of a study's `parts`, or at once without them."""
    if not hasattr(module, "measurements"):
        return Results(quick=quick)
    parts = module.parts(quick) if hasattr(module, "parts") else [quick]
    keys = [identity.digest(module.measurements, part) for part in parts]
    for key, part in zip(keys, parts, strict=True):
        if key not in archive:
            began = time.perf_counter()
            archive.add({key: record(module.measurements(part), began)})
    found = dict(archive.records(keys))
    table = pd.concat([as_table(found[key]) for key in keys], ignore_index=True)
    return Results(records=found, quick=quick, table=table)


def inside(module, archive, name, trained, load, quick):
    """What a study's `inspection` finds in each net, at the values that a pilot chose.

    Nets are not kept: one is trained where what was found in it is missing.

    Args:
        module: With an `EXPERIMENT` that has a pilot, and `inspection(trial, splits, net)`
            that gives columns of numbers and texts, or a list of such rows.
        archive: Where what is found is kept.
        name: The study's, to tell.
        trained: Trains what is missing of an experiment; gives its `Results`.
        load: A `Loader` of the data sets.
        quick: Whether this is a smoke run, whose few trials choose for themselves.
    """
    experiment = module.EXPERIMENT
    if quick:
        experiment = experiment.quick()
        tried = trained(experiment)
        experiment = experiment.at(tried.chosen())
    else:
        experiment, tried = chosen(experiment, trained)
    reader, trials = identity.Reader(), experiment.trials()
    keys = {
        trial: reader.digest(module.inspection, nets, key)
        for trial, key in experiment.keys(trials, training.code(), reader).items()
    }
    missing = [trial for trial in trials if keys[trial] not in archive]
    if missing:
        print(f"{name}: {len(missing)} nets to train and to look into", flush=True)
    progress = Progress(name, len(missing))
    for trial, splits, net in nets(experiment, missing, load):
        began = time.perf_counter()
        rows = module.inspection(trial, splits, net)
        table = pd.DataFrame(rows if isinstance(rows, list) else [rows])
        archive.add({keys[trial]: record(table, began)})
        progress.step()
    found = dict(archive.records(keys.values()))
    tables = [
        pd.DataFrame({**experiment.columns(trial), **as_table(found[keys[trial]])})
        for trial in trials
    ]
    # A pilot of fewer epochs does not tell whether nets still learn at their end.
    marks = [EDGE] if not quick and experiment.pilot.epochs else [EDGE, RISING]
    return Results(
        records=found,
        quick=quick,
        table=tried.marking(pd.concat(tables, ignore_index=True), *marks),
        setting=setting(experiment, 0),
        pilot=tried,
    )


def record(table, began):
    """The record of a table that was measured since a moment."""
    columns = {name: plain(table[name]) for name in table}
    seconds = time.perf_counter() - began
    return Record(DONE, 0, seconds, curve=columns, environment=environment())


def plain(column):
    """A column as an array of numbers or of texts."""
    values = column.to_numpy()
    return values.astype(str) if values.dtype == object else values


def as_table(record):
    """The table of a record."""
    return pd.DataFrame(dict(record.curve))
