"""`hk.compare` on a file: what it is taken for, which loss, and a page."""

import dataclasses
import sys
import time
from pathlib import Path

from hinge_keras.cli import tables
from hinge_keras.cli.terminal import (
    FAILED,
    FINE,
    INTERRUPTED,
    LAB,
    LOCKED,
    Refused,
    aside,
    console,
    refused_name,
    say_json,
)

# Where the search for a rate starts; it goes on while one is best at an edge of them.
RATES = (1e-3, 3e-3, 1e-2)
# Passes over the data by default: all, or as many as keep a training this short.
EPOCHS, FEWEST_EPOCHS, ROWS_TRAINED = 50, 5, 60_000


@dataclasses.dataclass(frozen=True)
class Asked:
    """What was asked for on the command line."""

    file: Path
    target: str
    seeds: int
    epochs: int | None
    rows: int
    metric: str | None
    groups: str | None
    time: str | None
    ignore: list[str]
    text: list[str]
    positive: str | None
    time_budget: float
    header: bool
    out: Path | None
    parquet: bool
    tensorboard: bool
    open: bool
    as_json: bool

    @property
    def folder(self):
        """Where the page goes."""
        if self.out is not None:
            return self.out
        return Path(f"compared-{self.file.name.partition('.')[0]}")


def show(asked):
    """Compare, and tell of it; the exit status."""
    began = time.monotonic()
    with aside(asked.as_json):
        comparison, page = compared(asked)
        if not asked.as_json:
            say(comparison, page, time.monotonic() - began)
    if asked.as_json:
        say_json(content(comparison, page))
    if asked.open:
        import webbrowser

        webbrowser.open(page.resolve().as_uri())
    return FAILED if comparison.nothing_measured else FINE


def compared(asked):
    """The comparison that was asked for, and its page."""
    try:
        frame, told = tables.read(asked.file, asked.header)
        check_names(asked, frame)
        frame, unknown = tables.labelled(frame, asked.target)
        say_file(asked, frame, told, unknown)
        frame = some(frame, asked.rows)
        from hinge_keras.lab.compare import compare
        from hinge_keras.lab.tables.archive import Locked
    except ImportError as error:
        raise Refused(f"compare needs {error.name or 'more'}: {LAB}") from None
    known = metrics(asked.metric)
    try:
        comparison = compare(
            None,
            frame.drop(columns=asked.target),
            frame[asked.target],
            seeds=asked.seeds,
            learning_rates=RATES,
            epochs=asked.epochs or passes(len(frame)),
            metrics=known,
            choose_by=asked.metric,
            groups=asked.groups,
            time=asked.time,
            ignore=asked.ignore,
            columns=dict.fromkeys(asked.text, "text"),
            positive=positive(asked.positive, frame[asked.target]),
            time_budget=asked.time_budget,
            folder=asked.folder,
        )
        comparison.report(
            asked.folder, parquet=asked.parquet, tensorboard=asked.tensorboard
        )
    except Locked as locked:
        raise Refused(str(locked), LOCKED) from None
    except ImportError as error:
        raise Refused(str(error)) from None
    except ValueError as error:
        raise Refused(on_command_line(str(error)), FAILED) from None
    except KeyboardInterrupt:
        again = f"the same command goes on from what {asked.folder} keeps"
        raise Refused(f"interrupted; {again}", INTERRUPTED) from None
    return comparison, asked.folder / "index.html"


def passes(rows):
    """Passes over the data, fewer of many rows."""
    return max(FEWEST_EPOCHS, min(EPOCHS, round(ROWS_TRAINED / rows)))


def some(frame, rows):
    """All rows, or so many of them, drawn at random and in their order."""
    if len(frame) <= rows:
        return frame
    return frame.sample(rows, random_state=0).sort_index().reset_index(drop=True)


def check_names(asked, frame):
    """Refuse names of columns that the file has not."""
    named = {"--target": [asked.target], "--ignore": asked.ignore, "--text": asked.text}
    named |= {"--groups": [asked.groups], "--time": [asked.time]}
    for option, names in named.items():
        for name in names:
            if name is not None and name not in frame:
                raise unknown_column(option, name, frame, asked.header)
            if name == asked.target and option != "--target":
                raise Refused(f"{option} names {name!r}, which is the target")


def unknown_column(option, name, frame, header):
    """That a column is not there, and how a file without names is read."""
    refused = refused_name(option, name, frame.columns)
    if not header or not tables.is_data(frame.columns):
        return refused
    return Refused(
        f"{refused}; if the first row is data, use --no-header, which names the columns "
        f"1 to {frame.shape[1]}"
    )


def metrics(name):
    """A metric beside those that are always measured, or None."""
    return None if name in (None, *KNOWN) else [name]


SPOKEN = {
    "ignore=[": "--ignore [",
    "task='regression'": "a target of numbers",
    "x has": "the file has",
    "choose_by is": "--metric is",
    "metrics has": "--metric is",
    "y holds": "the target holds",
}
KNOWN = ("accuracy", "balanced_accuracy", "absolute_error")


def positive(name, labels):
    """The label that was meant, which may be a number."""
    if name is None:
        return None
    for label in labels.unique().tolist():
        if str(label) == name:
            return label
    return name


def on_command_line(sentence):
    """A sentence of the library's in the words of the command line."""
    for ours, theirs in SPOKEN.items():
        sentence = sentence.replace(ours, theirs)
    return sentence


def say_file(asked, frame, told, unknown):
    from hinge_keras.lab.compare.call import wrapped

    rows, columns = frame.shape
    print(wrapped(f"{asked.file.name}: {rows} rows, {columns} columns"))
    if unknown:
        told = [*told, f"{unknown} rows without a label are left out"]
    if rows > asked.rows:
        drawn = f"{asked.rows} of the rows, drawn at random, are compared on"
        told = [*told, f"{drawn}; --rows {rows} takes all"]
    for sentence in told:
        print(wrapped(f"! {sentence}"), flush=True)


def say(comparison, page, seconds):
    """The answer, on at most 80 columns."""
    from rich.table import Table

    out = console()
    out.print()
    out.print(comparison.recommendation(), style="bold")
    out.print()
    out.print(comparison.verdict())
    out.print()
    for remark in comparison.remarks:
        out.print(f"! {remark}", style="yellow")
    out.print()
    means = comparison.means()
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False)
    shown = {"arm": "", "mean": comparison.choose_by, "learning_rate": "rate"}
    shown |= {"brier_score": "Brier score", "calibration_error": "calibration error"}
    shown = {name: head for name, head in shown.items() if name in means}
    for head in shown.values():
        table.add_column(head.replace("_", " "), justify="right" if head else "left")
    for row in means.to_dict("records"):
        cells = [row[name] for name in shown]
        table.add_row(*(c if isinstance(c, str) else short(c) for c in cells))
    out.print(table)
    out.print()
    out.print(comparison.budget())
    from hinge_keras.lab.progress import duration

    out.print(f"{duration(seconds)} in all; the page: {page}")
    sys.stdout.flush()


def short(value):
    return "" if value != value else f"{value:.3g}"


def content(comparison, page):
    """The answer for a program."""
    return {
        "recommendation": comparison.recommendation(),
        "verdict": comparison.verdict(),
        "remarks": comparison.remarks,
        "columns": comparison.columns.to_dict("records"),
        "measure": comparison.choose_by,
        "means": comparison.means().to_dict("records"),
        "comparisons": comparison.summary().to_dict("records"),
        "page": str(page),
    }
