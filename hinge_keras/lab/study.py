"""From a study's script to its folder: train what is missing, then publish.

A study is a module with a docstring, whose first line is its question, and a function
`findings(results)`. If it trains it has an `EXPERIMENT`; if it takes long to measure
something else, a function `measurements(quick)` that gives a table.
"""

import argparse
import contextlib
import dataclasses
import importlib
import io
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

import pandas as pd

from hinge_keras.lab import training
from hinge_keras.lab.data.sources import MissingData
from hinge_keras.lab.figures import as_png
from hinge_keras.lab.grid import identity
from hinge_keras.lab.options import RESULTS, with_options
from hinge_keras.lab.page import findings as pages
from hinge_keras.lab.page.setting import counted, setting
from hinge_keras.lab.progress import Progress, duration
from hinge_keras.lab.results import Results
from hinge_keras.lab.tables import state, view
from hinge_keras.lab.tables.archive import Archive, Locked, Record
from hinge_keras.lab.tables.schema import DONE, EPOCHS_RUN, KEY, STATUS
from hinge_keras.lab.training.record import environment

ARCHIVE = "trials.log"


@dataclasses.dataclass(frozen=True)
class Ran:
    """What there is to say of a study that ran.

    Attributes:
        name: Of the study, and of its folder.
        trained: How many trials were.
        seconds: How long it took.
        finding: Its answer; or why there is none.
        before: The published verdicts, `{claim: verdict}`.
        after: Those that stand in its folder now.
        failed: Whether an error ended it.
    """

    name: str
    trained: int
    seconds: float
    finding: str
    before: dict
    after: dict
    failed: bool = False


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
        ran = run(module, results, options.quick, options.keep_published)
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


def run(module, results=RESULTS, quick=False, keep_published=False):
    """Run a study and publish it; what there is to say of it.

    Args:
        module: The study's script, imported.
        results: The folder that holds a folder for each study.
        quick: Train a few small trials only.
        keep_published: Take trials that the published table has as they are there.

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
            left, trained = gathered(module, archive, name, quick, keep_published)
            finding = published(module, folder, left)
    except MissingData as missing:
        finding = f"skipped: {missing}"
        if missing.path:
            code = state.digest(module.__file__)
            state.keep(folder, skipped=code, lacked=missing.path)
    seconds = time.perf_counter() - start
    print(
        f"{name}: trained {trained}, {duration(seconds)}; {folder}\n  {finding}",
        flush=True,
    )
    return Ran(name, trained, seconds, finding, before, verdicts(folder))


def run_named(results, quick, keep_published, name):
    """Run the study of a module's name; a fault of its own is told, and no more.

    It lies here, where a process of a smoke run finds it.
    """
    try:
        module = importlib.import_module(name)
        return run(module, results, quick, keep_published)
    except Locked:
        raise
    except Exception as error:
        traceback.print_exc()
        name = name.partition(".")[2].replace(".", "/")
        stands = verdicts(state.folder_of(results, name))
        return Ran(name, 0, 0.0, f"failed: {error!r}", stands, stands, failed=True)


def gathered(module, archive, name, quick, keep_published):
    """A study's results, and how many trials were trained for them."""
    experiment = getattr(module, "EXPERIMENT", None)
    if experiment is None:
        return measured(module, archive, quick), 0
    experiment = experiment.quick() if quick else experiment
    keys = experiment.keys(experiment.trials(), training.engine())
    trials = {key: trial for trial, key in keys.items()}  # Of equal ones, one trains.
    superseded = len(archive.places.keys() - trials.keys())
    if superseded:
        say(name, f"{superseded} trials of other definitions are kept, not used")
    kept = from_view(experiment, keys, archive) if keep_published else {}
    if kept:
        say(name, f"{len(kept)} trials are those of the published table")
    missing = [key for key in trials if key not in archive and key not in kept]
    train_missing(experiment, {key: trials[key] for key in missing}, archive, name)
    results = Results(
        [(key, experiment.columns(trial)) for trial, key in keys.items()],
        {**kept, **dict(archive.records(key for key in trials if key not in kept))},
        experiment.measures,
        experiment.axis_names,
        experiment.measure().name,
        quick,
        setting=setting(experiment, len(kept)),
        kept=len(kept),
    )
    return results, len(missing)


def train_missing(experiment, missing, archive, name):
    """Train trials, `{key: trial}`; each is kept as soon as its block has ended."""
    if not missing:
        return
    print(f"{name}: {len(missing)} trials to train", flush=True)
    key_of = {trial: key for key, trial in missing.items()}
    progress = Progress(name, len(missing))
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


def measured(module, archive, quick):
    """What a study without trials measured, anew if the code it measures with is."""
    if not hasattr(module, "measurements"):
        return Results(quick=quick)
    key = identity.digest(module.measurements, quick)
    if key not in archive:
        began = time.perf_counter()
        table = module.measurements(quick)
        columns = {name: plain(table[name]) for name in table}
        seconds = time.perf_counter() - began
        record = Record(DONE, 0, seconds, curve=columns, environment=environment())
        archive.add({key: record})
    ((_, record),) = archive.records([key])
    return Results(quick=quick, table=pd.DataFrame(dict(record.curve)))


def plain(column):
    """A column as an array of numbers or of texts."""
    values = column.to_numpy()
    return values.astype(str) if values.dtype == object else values


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
    asked = question(module)
    lines = {"script": f"`python -m {spec_of(module)}`", **results.setting}
    if results.cells:
        lines |= counted(results)
    files = {
        **{f"{n}.csv": view.as_csv(t) for n, t in tables(found, results).items()},
        **courses(results),
        **{f"{n}.png": as_png(figure) for n, figure in found.figures.items()},
        "README.md": pages.page(found, asked, lines).encode(),
    }
    view.publish(folder, files, question=asked, finding=found.sentence)
    if not results.kept and not results.quick:  # Else there is more to train.
        state.keep(folder, code=code)
    return found.sentence


def tables(found, results):
    """The tables to publish, by name; none of no rows."""
    tables = {"summary": found.summary, "claims": found.claims, **found.tables}
    if results.cells:
        tables["trials"] = results.trials.drop(columns=KEY)
    return {name: table for name, table in tables.items() if len(table)}


def courses(results):
    """How the chosen arms run, as a file; digits enough to plot."""
    if not results.cells:
        return {}
    table = results.course(results.shown)
    return {"curves.csv": view.as_csv(table, "%.4g")} if len(table) else {}


def question(module):
    """The first line of a study's docstring."""
    return module.__doc__.strip().splitlines()[0]


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


def gather(results):
    """Every study's claims in one table, `claims.csv`."""
    found = {
        path.parent.relative_to(results).as_posix(): view.read(path)
        for path in Path(results).glob("**/claims.csv")
        if path.parent != Path(results)
    }
    if found:
        parts = [found[name].assign(study=name) for name in sorted(found)]
        content = view.as_csv(pd.concat(parts, ignore_index=True))
        if not view.holds(Path(results) / "claims.csv", content):
            (Path(results) / "claims.csv").write_bytes(content)


def verdicts(folder):
    """The verdicts that stand in a study's folder, by claim and source."""
    return by_claim(Path(folder) / "claims.csv")


def by_claim(file):
    """The verdicts of a table of claims, by claim and source."""
    rows = view.read(file).to_dict("records")
    return {f"{row['claim']} ({row['source']})": row["verdict"] for row in rows}


def committed(folder):
    """The verdicts of the last commit, else those that stand in the folder."""
    git = ["git", "-C", str(folder), "show", "HEAD:./claims.csv"]
    try:
        shown = subprocess.run(git, capture_output=True, text=True)
    except OSError:  # No git here.
        return verdicts(folder)
    return by_claim(io.StringIO(shown.stdout)) if shown.stdout else verdicts(folder)


def standing(name, results):
    """A study that is not run, since nothing changed: its verdicts."""
    folder = state.folder_of(results, name)
    return Ran(name, 0, 0.0, "", committed(folder), verdicts(folder))


def against(ran, results):
    """A study's run beside the verdicts that stand in another folder."""
    return dataclasses.replace(
        ran, before=committed(state.folder_of(results, ran.name))
    )


def agreement(ran):
    """How the verdicts compare with those that stood there before, in words."""
    before = {(each.name, claim): v for each in ran for claim, v in each.before.items()}
    after = {(each.name, claim): v for each in ran for claim, v in each.after.items()}
    both = before.keys() & after.keys()
    if not both:
        return "no verdict to compare with"
    differ = [key for key in after if key in both and before[key] != after[key]]
    told = "; ".join(
        f"{study}: {claim}: {before[study, claim]}, now {after[study, claim]}"
        for study, claim in differ
    )
    gone = len(before.keys() - both)
    return (
        f"{len(both) - len(differ)} of {len(both)} verdicts agree with the published"
        + (f"; {len(differ)} differ: {told}" if differ else "")
        + (f"; {gone} have gone" if gone else "")
    )


def say(name, *sentences):
    for sentence in sentences:
        if sentence:
            print(f"{name}: {sentence}", flush=True)
