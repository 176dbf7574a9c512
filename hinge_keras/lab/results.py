"""The records of an experiment as tables: its trials, curves and scores.

Every row carries what its trial is, as columns; nothing is joined by row number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from hinge_keras.lab import analysis
from hinge_keras.lab.tables.archive import Record
from hinge_keras.lab.tables.schema import (
    CELL,
    EDGE,
    EPOCH,
    EPOCHS_RUN,
    KEY,
    RATE,
    RISING,
    STATUS,
    VALIDATION,
    Measure,
    column,
    measure_of,
    unit_of,
)

SHORTEST = 4  # Epochs below which a training has no last quarter.
# Of a column over the seeds of a cell, epoch by epoch.
QUANTILES = {"low": 0.0, "q1": 0.25, "median": 0.5, "q3": 0.75, "high": 1.0}


@dataclass(frozen=True)
class Results:
    """What an experiment left.

    Attributes:
        cells: The key of each trial and what it is, as columns, in the grid's order;
            trials that do the same have the same key.
        records: What each left, by its key.
        measures: The experiment's.
        axes: The names of its hyper-parameters.
        choose_by: The name of the measure that chooses among them.
        quick: Whether this is a smoke run.
        table: In place of trials, what a study without an experiment measured.
        setting: What was run, in lines for the page.
        kept: How many trials are those of a table published before.
        pilot: The results that the arms' values were chosen from, on other seeds.
    """

    cells: Sequence[tuple[str, Mapping]] = ()
    records: Mapping[str, Record] = field(default_factory=dict)
    measures: Sequence[Measure] = ()
    axes: Sequence[str] = (RATE,)
    choose_by: str | None = None
    quick: bool = False
    table: pd.DataFrame | None = None
    setting: Mapping[str, str] = field(default_factory=dict)
    kept: int = 0
    pilot: "Results | None" = None

    @cached_property
    def trials(self):
        """One row a trial: what it is, how it ended, what it measured, its key."""
        return pd.DataFrame(
            [
                {
                    **cell,
                    STATUS: self.records[key].status,
                    EPOCHS_RUN: self.records[key].epochs_run,
                    **self.records[key].values,
                    KEY: key,
                }
                for key, cell in self.cells
                if key in self.records
            ]
        )

    def chosen(self, name=None):
        """The trials at each arm's best hyper-parameters, by a measure's validation mean.

        Args:
            name: The measure; by default the one that the experiment chooses by.

        Returns:
            Those trials, with columns `edge` and `rising`: which best values have
            nothing tried beyond them, and whether the arm still learns at its end.
        """
        measure = self.measure(name)
        trials = analysis.chosen(self.trials, measure, self.axes)
        if self.pilot is not None:  # Where the choice was made.
            trials = self.pilot.marking(trials, EDGE)
        gains = trials[KEY].map(lambda key: self.gain(key, measure))
        gains = gains.groupby([trials[name] for name in CELL]).transform("mean")
        return trials.assign(**{RISING: gains > 1})

    def marking(self, trials, *marks):
        """Trials of these cells with columns that `chosen` marks the cells by."""
        found = self.chosen().groupby(list(CELL))[[*marks]].first()
        cells = pd.MultiIndex.from_frame(trials[list(CELL)])
        return trials.assign(**found.reindex(cells).to_dict("list"))

    @cached_property
    def search(self):
        """What the arms were chosen from, by the measure that chooses by default."""
        return self.searched()

    def searched(self, name=None):
        """What the arms were chosen from, by a measure."""
        return analysis.Search(self.trials, self.measure(name), tuple(self.axes))

    def chosen_by_each(self, labels):
        """One row a trial and measure, each arm at its best by that measure.

        Args:
            labels: What to call each measure, by its name.

        Returns:
            The chosen trials with the label as `measure`, and as `value` the measure
            on the test part in percent.
        """
        parts = [
            analysis.stacked(self.chosen(name), {name: label}, "measure", "value")
            for name, label in labels.items()
        ]
        return pd.concat(parts, ignore_index=True)

    def gain(self, key, measure):
        """What a trial gains on validation in its last quarter, over what matters.

        What matters are the measure's own unit's equal differences, else a hundredth
        of its last value; missing where it was not measured or trained too shortly.
        """
        curve = self.records[key].curve.get(column(VALIDATION, measure.name), ())
        if len(curve) < SHORTEST:
            return np.nan
        before, last = curve[len(curve) - len(curve) // 4 - 1], curve[-1]
        unit = unit_of(measure)
        matters = abs(last) / 100 if unit.equal is None else unit.equal / unit.scale
        better = last - before if measure.higher_is_better else before - last
        return better / matters if matters else np.nan

    @property
    def shown(self):
        """The trials whose curves are published: the chosen, or all without a choice."""
        measure, trials = self.measure(), self.trials
        cells = trials.groupby(list(CELL), sort=False)
        tuned = any(cells[axis].nunique().max() > 1 for axis in self.axes)
        can = column(VALIDATION, measure.name) in trials
        return self.chosen() if tuned and can else trials

    def measure(self, name=None):
        """A measure by name; by default the one that chooses."""
        return measure_of(self.measures, name, self.choose_by)

    def curves(self, trials=None):
        """One row a trial and epoch, with the trial's columns beside.

        Args:
            trials: Some of the trials, with any further columns; all by default.

        Raises:
            ValueError: If some are kept from a published table, which has no curves.
        """
        trials = self.trials if trials is None else trials
        if self.kept and any(self.unknown(key) for key in trials[KEY]):
            raise ValueError(
                f"the findings need curves, and {self.kept} trials kept from the published "
                "table have none; run without --keep-published"
            )
        parts = {
            place: pd.DataFrame({EPOCH: np.arange(1, 1 + length(curve)), **curve})
            for place, key in enumerate(trials[KEY])
            if length(curve := self.records[key].curve)
        }
        return labelled(parts, trials)

    def unknown(self, key):
        """Whether a trial ran for epochs of which no curve is known."""
        return self.records[key].epochs_run and not length(self.records[key].curve)

    def scores(self, trials=None):
        """One row an example that a trial kept the scores of, as `curves`."""
        trials = self.trials if trials is None else trials
        parts = {
            place: pd.concat(
                pd.DataFrame({"split": split, "example": range(len(f)), **outputs(f)})
                for split, f in scores.items()
            )
            for place, key in enumerate(trials[KEY])
            if (scores := self.records[key].scores)
        }
        return labelled(parts, trials)

    def course(self, trials):
        """How the seeds of a cell run, epoch by epoch: mean, quartiles, extremes.

        Args:
            trials: The trials to sum up.

        Returns:
            One row a cell, measured column and epoch, with the `seeds` still
            running.
        """
        by = [*CELL, *(axis for axis in self.axes if axis in trials)]
        tables = []
        for cell, rows in trials.groupby(by, sort=False, dropna=False):
            curves = [self.records[key].curve for key in rows[KEY]]
            curves = [curve for curve in curves if length(curve)]
            for name in dict.fromkeys(n for curve in curves for n in curve):
                columns = [curve[name] for curve in curves if name in curve]
                longest = max(map(len, columns))
                stacked = np.full((len(columns), longest), np.nan)
                for row, values in zip(stacked, columns, strict=True):
                    row[: len(values)] = values
                seen = (~np.isnan(stacked)).sum(axis=0)
                stacked, epochs = stacked[:, seen > 0], np.flatnonzero(seen) + 1
                quantiles = np.nanquantile(stacked, [*QUANTILES.values()], axis=0)
                columns = {"seeds": seen[seen > 0], "mean": np.nanmean(stacked, axis=0)}
                columns |= dict(zip(QUANTILES, quantiles, strict=True))
                where = dict(zip(by, cell, strict=True))
                split, _, measure = name.partition("_")
                what = {"split": split, "measure": measure, EPOCH: epochs}
                tables.append(pd.DataFrame({**where, **what, **columns}))
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def labelled(parts, trials):
    """Tables of some trials one below the other, each row with its trial's columns.

    Args:
        parts: A table of each trial, by its place among the trials.
        trials: One row a trial.
    """
    if not parts:
        return pd.DataFrame()
    joined = pd.concat(parts.values(), ignore_index=True)
    lengths = [len(part) for part in parts.values()]
    described = trials.iloc[np.repeat([*parts], lengths)].reset_index(drop=True)
    described = described.drop(columns=[c for c in joined if c in described])
    return pd.concat([joined, described], axis="columns")


def length(curve):
    """How many epochs a curve has."""
    return len(next(iter(curve.values()), ()))


def outputs(scores):
    """Columns `score` for one output, `score_0`, `score_1`, ... for several."""
    scores = np.asarray(scores).reshape(len(scores), -1)
    if scores.shape[1] == 1:
        return {"score": scores[:, 0]}
    return {f"score_{c}": scores[:, c] for c in range(scores.shape[1])}
