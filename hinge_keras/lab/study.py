"""From a study's script to its folder: train what is missing, then publish.

A study is a module with a docstring, whose first line is its question, and a function
`findings(results)`. If it trains it has an `EXPERIMENT`; if it looks inside the trained
nets, `inspection(trial, splits, net)` too; if it takes long to measure something else, a
function `measurements(quick)` that gives a table; or `parts(quick)`, a list, and
`measurements(part)`, so that an interrupt loses no more than a part.
"""

import argparse
import importlib
import sys
import tempfile
import time
import traceback
from dataclasses import replace
from pathlib import Path

import pandas as pd

from hinge_keras.lab import measured, training
from hinge_keras.lab.account import Ran, against, agreement, committed, verdicts
from hinge_keras.lab.bracket import settled
from hinge_keras.lab.data.sources import MissingData
from hinge_keras.lab.figures import as_files
from hinge_keras.lab.gathering import train_missing
from hinge_keras.lab.grid import identity
from hinge_keras.lab.options import RESULTS, SMOKE, marked, with_options
from hinge_keras.lab.page import findings as pages
from hinge_keras.lab.page.setting import counted, setting
from hinge_keras.lab.progress import duration, wrapped
from hinge_keras.lab.results import Results
from hinge_keras.lab.tables import state, view
from hinge_keras.lab.tables.archive import Archive, Locked, Record
from hinge_keras.lab.tables.schema import CELL, EPOCHS_RUN, KEY, STATUS
from hinge_keras.lab.training import engines
from hinge_keras.lab.training.loader import Loader
from hinge_keras.lab.training.programs import Programs

ARCHIVE, CURVES = "trials.log", "curves.csv"


def main(name, arguments=None):
    """Run the study that calls this, if it is the program that was started.

    The last line of a study's script: `lab.main(__name__)`.

    Args:
        name: The script's `__name__`.
        arguments: Those of the command line by default.
    """
    if name != "__main__":
        return
    module = sys.modules[name]
    parser = argparse.ArgumentParser(description=question(module))
    options = with_options(parser).parse_args(arguments)
    sys.exit(command(module, options))


def command(module, options):
    """Run a study as the command line asks; the exit status."""
    results = options.results
    if options.quick or options.verify:
        results = Path(tempfile.mkdtemp(prefix="hinge_keras_"))
    try:
        with asked_for(options) as engine:
            ran = run(module, results, options.quick, options.keep_published, engine)
    except Locked as locked:
        print(locked, file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        return 130
    if options.verify:
        ran = against(ran, options.results)
    if not options.quick:
        print(agreement([ran]))
    return 0


def asked_for(options):
    """The engine that the command line asks for; it ends where there is none such."""
    try:
        return engines.named(options.engine, options.workers, options.address)
    except (ValueError, ImportError) as error:
        print(error, file=sys.stderr)
        sys.exit(2)


def run(module, results=RESULTS, quick=False, keep_published=False, engine=None):
    """Run a study and publish it; what there is to say of it.

    Args:
        module: The study's script, imported.
        results: The folder that holds a folder for each study.
        quick: Train a few small trials only.
        keep_published: Take trials that the published table has as they are there.
        engine: Where trials train, one of `training.engines`; here by default.

    Raises:
        Locked: If another process is running it in that folder.
    """
    start = time.perf_counter()
    name = name_of(module.__file__)
    folder = state.folder_of(results, name)
    before, trained = committed(folder), 0
    try:
        with Archive(folder / ARCHIVE) as archive:
            say(name, *archive.damages, view.damage(folder))
            left, trained = gathered(
                module, archive, name, quick, keep_published, engine
            )
            finding = published(module, folder, left)
    except MissingData as missing:
        finding = f"skipped: {missing}"
        if missing.path:
            code = state.digest(module.__file__)
            state.keep(folder, skipped=code, lacked=missing.path)
    seconds = time.perf_counter() - start
    told = wrapped(marked(finding, quick))
    print(
        f"{name}: trained {trained}, {duration(seconds)}; {folder}\n{told}", flush=True
    )
    return Ran(name, trained, seconds, finding, before, verdicts(folder))


def run_named(results, quick, keep_published, name, engine=None):
    """Run the study of a module's name; a fault of its own is told, and no more.

    It lies here, where a process of a smoke run finds it.
    """
    try:
        module = importlib.import_module(name)
        return run(module, results, quick, keep_published, engine)
    except Locked:
        raise
    except Exception as error:
        traceback.print_exc()
        name = name.partition(".")[2].replace(".", "/")
        stands = verdicts(state.folder_of(results, name))
        return Ran(name, 0, 0.0, f"failed: {error!r}", stands, stands, failed=True)


def gathered(module, archive, name, quick, keep_published, engine=None):
    """A study's results, and how many trials were trained for them."""
    experiment = getattr(module, "EXPERIMENT", None)
    if experiment is None:
        return measured.by_parts(module, archive, quick), 0
    before, keys, asked, records = len(archive.places), {}, {}, {}
    reader, programs = identity.Reader(), Programs()
    load = Loader(experiment.quick() if quick else experiment)

    def trained(experiment):
        """What an experiment left, what is missing of it trained first."""
        trials = experiment.trials()
        new = [trial for trial in trials if trial not in keys]
        keys.update(experiment.keys(new, training.code(), reader))
        if keep_published:
            records.update(from_view(experiment, keys, archive))
        # Of equal ones, one trains. Those of an earlier round are not jobs of this one.
        coming = {keys[t]: t for t in new if keys[t] not in asked}
        asked.update(coming)
        to_train = {key: t for key, t in coming.items() if key not in records}
        train_missing(
            experiment,
            to_train,
            archive,
            name,
            engine=engine,
            programs=programs,
            load=load,
        )
        wanted = {keys[trial] for trial in trials} - records.keys()
        records.update(archive.records(wanted))
        kept = len(records.keys() - archive.places.keys())
        return Results(
            [(keys[trial], experiment.columns(trial)) for trial in trials],
            records,
            experiment.measures,
            experiment.axis_names,
            experiment.measure().name,
            quick,
            setting=setting(experiment, kept),
            kept=kept,
        )

    if hasattr(module, "inspection"):
        results = measured.inside(module, archive, name, trained, load, quick)
    else:
        results = trained(experiment.quick()) if quick else settled(experiment, trained)
    if results.kept:
        say(name, f"{results.kept} trials are those of the published table")
    superseded = len(archive.places.keys() - {*keys.values(), *results.records})
    if superseded:
        say(name, f"{superseded} trials of other definitions are kept, not used")
    return results, len(archive.places) - before


def from_view(experiment, keys, archive):
    """Records of the published table, by the key that their trials have now."""
    table = view.read(archive.path.parent / "trials.csv").to_dict("records")
    names = [*experiment.axis_names, "dataset", "model", "arm", "seed"]
    found = {tuple(row.get(name, "") for name in names): row for row in table}
    records = {}
    for trial, key in keys.items():
        columns = experiment.columns(trial)
        cell = tuple(as_text(columns.get(name, "")) for name in names)
        if key not in archive and cell in found:
            row = found[cell]
            values = {
                name: float(text)
                for name, text in row.items()
                if text and name not in (*columns, STATUS, EPOCHS_RUN)
            }
            records[key] = Record(row[STATUS], int(row[EPOCHS_RUN]), 0.0, values)
    return records


def as_text(value):
    return view.DIGITS % value if isinstance(value, float) else str(value)


def published(module, folder, results):
    """Publish what a study found, if it could be otherwise; its finding."""
    code = state.digest(module.__file__)
    if state.is_current(folder, code):
        return view.manifest(folder)["finding"]
    found = module.findings(results)
    if not getattr(module, "FULL", True):
        found = pages.of_slice(found, whole(name_of(module.__file__)))
    if results.quick:
        found = replace(found, notes=f"({SMOKE}) {found.notes}".strip())
    asked = question(module)
    lines = {"script": f"`python -m {spec_of(module)}`", **results.setting}
    lines |= counted(results)
    files = {
        **{f"{n}.csv": view.as_csv(t) for n, t in tables(found, results).items()},
        **courses(results, folder),
        **drawn(found.figures),
        "README.md": pages.page(
            found, asked, lines, recipe=recipe(module, found.recipe)
        ).encode(),
    }
    view.publish(folder, files, **said(module, found))
    if not results.kept and not results.quick:  # Else there is more to train.
        state.keep(folder, code=code)
    return found.sentence


def said(module, found):
    """What a study says in words, for its manifest."""
    return {
        "question": question(module),
        "finding": found.sentence,
        "story": story(module),
        "notes": found.notes,
        "overturned": found.overturned,
        "means": found.means,
        "recipe": found.recipe,
    }


def whole(name):
    """Where the page of a study's published budget lies, seen from that of its slice."""
    up = "../" * (name.count("/") + 1)
    return f"{up}{state.PUBLISHED_BUDGET}/{name}/README.md"


def tables(found, results):
    """The tables to publish, by name; none of no rows."""
    tables = {"summary": found.summary, "claims": found.claims, **found.tables}
    if results.cells:
        tables["trials"] = results.trials.drop(columns=KEY)
    return {name: table for name, table in tables.items() if len(table)}


def drawn(figures):
    """Every figure as the files that are published of it."""
    files = {}
    for name, figure in figures.items():
        files |= as_files(name, figure)
    return files


def courses(results, folder):
    """How the chosen arms run, as a file; digits enough to plot.

    Cells of trials that are kept from the published table run as was published.
    """
    if not results.cells:
        return {}
    table = results.course(results.shown)
    before = folder / CURVES
    if results.kept and before.is_file():
        table = beside_kept(table, pd.read_csv(before, keep_default_na=False))
    return {CURVES: view.as_csv(table, "%.4g")} if len(table) else {}


def beside_kept(table, published):
    """The courses of all published cells as they are, and those of others."""
    if table.empty:
        return published
    cells, known = (
        pd.MultiIndex.from_frame(each[list(CELL)]) for each in (table, published)
    )
    return pd.concat([published, table[~cells.isin(known)]], ignore_index=True)


def question(module):
    """The first line of a study's docstring."""
    return module.__doc__.strip().splitlines()[0]


def story(module):
    """A study's docstring after its first line: what was claimed, what is done here."""
    return "\n".join(module.__doc__.strip().splitlines()[1:]).strip()


def recipe(module, name):
    """The text of a recipe that a study names, `""` if it names none."""
    if not name:
        return ""
    found = {path.stem: path for path in state.recipes(module.__file__).glob("*.py")}
    if name not in found:
        accepted = ", ".join(sorted(found)) or "none, in this folder"
        raise ValueError(f"recipe is {name!r}; accepted are {accepted}.")
    return found[name].read_text()


def name_of(file):
    """A study's name from its place: below a folder `experiments`, else its own."""
    path = Path(file).resolve().with_suffix("")
    parts = path.parts
    if "experiments" in parts[:-1]:
        start = len(parts) - 1 - parts[::-1].index("experiments", 1)
        return "/".join(parts[start + 1 :])
    return path.name


def spec_of(module):
    """The name by which `python -m` finds a study."""
    if module.__spec__ is not None:
        return module.__spec__.name
    return Path(module.__file__).stem


def say(name, *sentences):
    for sentence in sentences:
        if sentence:
            print(f"{name}: {sentence}", flush=True)
