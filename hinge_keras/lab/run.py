"""From an experiment to its results folder: train what is missing, then report."""

import importlib
import json
import time
from importlib.metadata import version
from pathlib import Path

import keras
import pandas as pd

from hinge_keras.lab import provenance, report, training
from hinge_keras.lab.data import MissingData
from hinge_keras.lab.progress import Progress, duration
from hinge_keras.lab.store import Results, Store, joined, read, write

RESULTS = Path("results")
# What trains is known from the trials it left; what reads tables measures nothing.
TRAINS = "hinge_keras/lab/training/"
READS = tuple(
    f"hinge_keras/lab/{room}"
    for room in ("__init__", "run", "plots", "report", "stats", "verdicts")
)


def script(path, results=RESULTS, quick=False):
    """Run the experiment script at a path and return what there is to say of it.

    A script is a module with a docstring, whose first line is the question, a
    function `findings(results)`, and, if it trains, an `EXPERIMENT`. One that
    takes long to measure something else has `measurements(quick)`, a table that
    is kept as `results.trials`.

    Args:
        path: The script, in a package that can be imported.
        results: The folder that holds a folder for each experiment.
        quick: Train a few small trials only; a script without trials reads it from
            its `results`.

    Returns:
        A mapping with `experiment`, `trained`, `seconds` and `finding`; without
        the data it needs, an experiment is skipped and its finding says so.
    """
    start = time.perf_counter()
    name = Path(path).stem
    module = importlib.import_module(f"experiments.{name}")
    folder = Path(results) / name
    experiment = getattr(module, "EXPERIMENT", None)
    if quick and experiment is not None:
        experiment = experiment.quick()
    try:
        trained = trained_and_published(module, experiment, name, folder, quick)
    except MissingData as missing:
        trained, finding = 0, f"skipped: {missing}"
    else:
        finding = previous(folder)["finding"]
    seconds = time.perf_counter() - start
    print(
        f"{name}: trained {trained}, {duration(seconds)}; {folder}\n  {finding}",
        flush=True,
    )
    return {
        "experiment": name,
        "trained": trained,
        "seconds": seconds,
        "finding": finding,
    }


def trained_and_published(module, experiment, name, folder, quick):
    """Train what is missing and publish what is new; how many were trained."""
    if experiment is None:
        tables, trained = measured(module, folder, quick), 0
    else:
        tables, trained = train_missing(experiment, name, folder)
    stamp = fingerprint(module, folder)
    if trained or previous(folder).get("stamp") != stamp:
        findings = module.findings(tables)
        asked = module.__doc__.strip().splitlines()[0]
        facts = {"stamp": stamp, "trials": len(tables.trials)}
        report.publish(
            findings, folder, asked, setting(name, experiment, tables), facts
        )
    return trained


def measured(module, folder, quick):
    """What a script without trials measured, anew if the code it measures with is."""
    Store(folder).journal.unlink()
    trials, nothing = joined([]), joined([])
    if hasattr(module, "measurements"):
        of = provenance.files(module.__file__, (TRAINS, *READS))
        code = f"sha256 {provenance.fingerprint(str(quick), of=of)}"
        path = folder / "trials.csv"
        if set(read(path).get("code", ())) != {code}:
            write(module.measurements(quick).assign(code=code), path)
        trials = read(path)
    return Results(trials, nothing, nothing, quick)


def train_missing(experiment, name, folder):
    """Train the trials without a result; keep every finished one whatever happens."""
    store = Store(folder)
    definitions = {trial: experiment.definition(trial) for trial in experiment.trials()}
    missing = store.missing(definitions)
    if missing:
        print(f"{name}: {len(definitions)} trials, {len(missing)} to train", flush=True)
    progress = Progress(name, len(missing))
    try:
        for outcome in training.train(experiment, missing, watch=progress.within):
            store.add(outcome, definitions[outcome.trial], **environment())
            progress.step()
    except MissingData:
        raise
    except BaseException:
        kept = f"{progress.done} of {len(missing)} trials kept"
        print(f"{name}: stopped; {kept}, run again to go on", flush=True)
        raise
    finally:
        tables = store.fold(definitions)
    return tables, len(missing)


def gathered(results=RESULTS):
    """Every experiment's claims in one table, `verdicts.csv`."""
    found = {
        path.parent.name: read(path) for path in Path(results).glob("*/claims.csv")
    }
    tables = [found[name].assign(experiment=name) for name in sorted(found)]
    if tables:
        write(pd.concat(tables, ignore_index=True), Path(results) / "verdicts.csv")


def environment():
    """The versions that a trial ran on."""
    backend = keras.backend.backend()
    return {"backend": f"{backend} {version(backend)}", "keras": keras.__version__}


def setting(name, experiment, tables):
    """What was run, for the page: the grid, the budget and the versions."""
    lines = {"script": f"`python -m experiments.{name}`"}
    if experiment is None:
        return lines
    trials, seeds = tables.trials, list(experiment.seeds)
    rates = ", ".join(f"{rate:g}" for rate in experiment.learning_rates)
    epochs, batch_size = experiment.epochs, experiment.batch_size
    return {
        **lines,
        "data": "; ".join(f"{d.name} {dict(d.settings)}" for d in experiment.datasets),
        "models": ", ".join(model.name for model in experiment.models),
        "losses": ", ".join(experiment.losses),
        "learning rates, the same for every loss": rates,
        "seeds": f"{len(seeds)}, from {seeds[0]} to {seeds[-1]}; trials of one seed "
        "share split, initial weights and batch order",
        "optimizer": trials["optimizer"][0],
        "budget": f"{epochs} epochs of batches of {batch_size}",
        "trials": f"{len(trials)}, diverged {(trials['status'] == 'diverged').sum()}",
        "ran on": f"{trials['backend'][0]}, Keras {trials['keras'][0]}",
    }


def fingerprint(module, folder):
    """Changes when the trials or the code that reads them change."""
    kept = hasattr(module, "EXPERIMENT") or hasattr(module, "measurements")
    trials = (folder / "trials.csv").read_text() if kept else ""
    return provenance.fingerprint(
        trials, of=provenance.files(module.__file__, (TRAINS,))
    )


def previous(folder):
    """The facts of the last run of a folder, empty if there was none."""
    path = folder / "facts.json"
    return json.loads(path.read_text()) if path.exists() else {}
