"""Results on disk: every finished trial is kept at once, and none twice.

While trials train, each is one line of `journal.jsonl`, so that a killed run
loses only what it was training. When the run ends, however it ends, the journal
is folded into `trials.csv`, `curves.csv` and `scores.csv`.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from hinge_keras.lab.experiment import COLUMNS

TABLES = ("trials", "curves", "scores")
DIGITS = "%.6g"


@dataclass(frozen=True)
class Results:
    """The tables of an experiment.

    Attributes:
        trials: One row a trial: its cell, status and final measurements.
        curves: One row a trial and epoch, joined by `trial`, the row number.
        scores: Raw scores of the first seed, joined likewise.
        quick: Whether this is a smoke run, for scripts that measure by themselves.
    """

    trials: pd.DataFrame
    curves: pd.DataFrame
    scores: pd.DataFrame
    quick: bool = False

    def labelled(self, table, trials=None):
        """A table with its trials' columns beside it.

        Args:
            table: `"curves"` or `"scores"`.
            trials: Some of the trials, when only their rows are wanted; a column
                that these have and `Results.trials` lacks comes along.
        """
        trials = self.trials if trials is None else trials
        added = [name for name in trials if name not in self.trials]
        kept = trials[["trial", *COLUMNS, *added]]
        return getattr(self, table).merge(kept, on="trial")


class Store:
    """A results folder.

    Raises:
        ValueError: If the folder cannot be written.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        self.journal = self.folder / "journal.jsonl"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with open(self.journal, "a"):
                pass
        except OSError as error:
            raise ValueError(
                f"results folder {str(folder)!r} cannot be written "
                f"({error.strerror}); accepted is a folder you own."
            ) from None
        self.records = {**self.read_tables(), **self.read_journal()}

    def missing(self, definitions):
        """The trials without a record, of `{trial: definition}`."""
        return [t for t, d in definitions.items() if d not in self.records]

    def add(self, outcome, definition, **columns):
        """Keep a finished trial, on disk before this returns."""
        kept = record(outcome, **columns, definition=definition)
        with open(self.journal, "a") as journal:
            journal.write(json.dumps(kept) + "\n")
            journal.flush()
            os.fsync(journal.fileno())
        self.records[definition] = kept

    def fold(self, definitions):
        """Write the tables of these trials, in this order; end the journal.

        Records of other trials, of an older definition, are dropped.
        """
        kept = [self.records[d] for d in definitions.values() if d in self.records]
        tables = results(kept)
        for name in TABLES:
            write(getattr(tables, name), self.folder / f"{name}.csv")
        self.journal.unlink(missing_ok=True)
        return tables

    def read_journal(self):
        """Records of an interrupted run; a line cut off by a kill is dropped."""
        records = {}
        for line in self.journal.read_text().splitlines():
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                continue
            records[record["row"]["definition"]] = record
        return records

    def read_tables(self):
        """Records of finished runs, from the CSV files."""
        trials, curves, scores = (read(self.folder / f"{name}.csv") for name in TABLES)
        if trials.empty or "definition" not in trials:
            return {}
        curve_of = dict(list(curves.groupby("trial"))) if len(curves) else {}
        scores_of = dict(list(scores.groupby("trial"))) if len(scores) else {}
        records = {}
        for row in trials.to_dict("records"):
            number = row.pop("trial")
            curve = curve_of.get(number, pd.DataFrame())
            records[row["definition"]] = {
                "row": {
                    name: value for name, value in row.items() if not missing(value)
                },
                "curve": curve.drop(columns=["trial", "epoch"], errors="ignore")
                .dropna(axis="columns", how="all")
                .to_dict("list"),
                "scores": {
                    split: part.filter(like="score").to_numpy().tolist()
                    for split, part in scores_of.get(
                        number, pd.DataFrame(columns=["split"])
                    ).groupby("split", sort=False)
                },
            }
        return records


def record(outcome, **columns):
    """A finished trial in plain data, to the digits that its tables keep.

    So statistics are the same whether trials were just trained or read back.
    """
    row = {
        **asdict(outcome.trial),
        "status": outcome.status,
        "epochs_run": outcome.epochs_run,
        "seconds": outcome.seconds,
        **outcome.values,
        **columns,
    }
    return {
        "row": {name: rounded(value) for name, value in row.items()},
        "curve": {name: plain(column) for name, column in outcome.curve.items()},
        "scores": {split: plain(f) for split, f in outcome.scores.items()},
    }


def results(records):
    """The tables of some records, numbered in their order."""
    rows = [{"trial": i, **kept["row"]} for i, kept in enumerate(records)]
    curves = [
        pd.DataFrame({"trial": i, "epoch": range(1, len(c) + 1), **dict(c)})
        for i, kept in enumerate(records)
        if len(c := pd.DataFrame(kept["curve"]))
    ]
    scores = [
        pd.DataFrame(
            {"trial": i, "split": split, "example": range(len(f)), **outputs(f)}
        )
        for i, kept in enumerate(records)
        for split, f in kept["scores"].items()
    ]
    return Results(pd.DataFrame(rows), joined(curves), joined(scores))


def outputs(scores):
    """Columns `score` for one output, `score_0`, `score_1`, ... for several."""
    scores = np.asarray(scores).reshape(len(scores), -1)
    if scores.shape[1] == 1:
        return {"score": scores[:, 0]}
    return {f"score_{c}": scores[:, c] for c in range(scores.shape[1])}


def plain(column):
    """Nested lists of an array, to the digits that a table keeps."""
    column = np.asarray(column, dtype=float)
    return np.reshape(
        [rounded(v) for v in column.ravel().tolist()], column.shape
    ).tolist()


def rounded(value):
    return float(DIGITS % value) if isinstance(value, float) else value


def missing(value):
    return isinstance(value, float) and np.isnan(value)


def joined(frames):
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def read(path):
    """A table, empty if there is none; a diverged trial's gaps stay missing."""
    try:
        return pd.read_csv(path)
    except (FileNotFoundError, pd.errors.EmptyDataError):
        return pd.DataFrame()


def write(table, path):
    """Replace a CSV file at once, so that a kill leaves the old or the new."""
    path = Path(path)
    if table.empty:
        path.unlink(missing_ok=True)
        return
    half = path.with_suffix(".half")
    table.to_csv(half, index=False, float_format=DIGITS)
    os.replace(half, path)
