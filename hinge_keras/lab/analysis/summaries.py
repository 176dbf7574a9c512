"""Trials and curves summed up: cells described, shares of seeds, epochs needed, bins."""

import numpy as np
import pandas as pd
import scipy.stats

from hinge_keras.lab.analysis.evidence import share_interval
from hinge_keras.lab.tables.schema import DIVERGED, EPOCH, KEY, STATUS, column, measured


def described(trials, measure, by, split="test"):
    """Seeds, mean, interquartile mean, deviation and diverged trials of each cell."""
    groups = trials.groupby(list(by), sort=False, dropna=False)
    table = groups[measured(trials, measure, split)].agg(
        seeds="count",
        mean="mean",
        interquartile_mean=interquartile_mean,
        deviation="std",
    )
    diverged = groups[STATUS].agg(lambda s: int((s == DIVERGED).sum()))
    return table.assign(diverged=diverged).reset_index()


def percent(trials, measures, by=("arm",)):
    """Means of shares on the test part, in percent, one row a cell.

    Args:
        trials: A table of trials.
        measures: What each measure is called, as `{measure: label}`; or one measure.
        by: The columns that name the cells; several give rows of several levels.
    """
    if isinstance(measures, str):
        return (
            100
            * trials.groupby(list(by), sort=False)[measured(trials, measures)].mean()
        )
    columns = {measured(trials, name): label for name, label in measures.items()}
    means = trials.groupby(list(by), sort=False)[[*columns]].mean()
    return 100 * means.rename(columns=columns)


def interquartile_mean(values):
    """The mean of the middle half: robust to a lucky or a dead seed."""
    return scipy.stats.trim_mean(values.dropna(), 0.25) if values.count() else np.nan


def stacked(trials, measures, name, value):
    """One row a trial and measure, in percent of the test part.

    Args:
        trials: A table of trials.
        measures: What each measure is called, as `{measure: label}`.
        name: A new column, for the label.
        value: A new column, for 100 times what was measured.
    """
    parts = (
        trials.assign(**{name: label, value: 100 * trials[measured(trials, measure)]})
        for measure, label in measures.items()
    )
    return pd.concat(parts, ignore_index=True)


def shares(trials, hit, by):
    """One row a cell: its seeds, the hits among them, and their share.

    Args:
        trials: A table of trials.
        hit: A column of truth values; names the column that counts them.
        by: The column that names the cells.

    Returns:
        A table of `by`, `seeds`, `hit`, and `share` with its 95 % Wilson interval
        `low`, `high`.
    """
    groups = trials.groupby(by, sort=False)[hit]
    table = groups.agg(seeds="size", hits="sum").reset_index()
    table[["share", "low", "high"]] = [
        share_interval(hits, seeds)
        for hits, seeds in zip(table.hits.tolist(), table.seeds.tolist(), strict=True)
    ]
    return table.rename(columns={"hits": hit})


def first_epoch(curves, measure, level):
    """The first epoch at which a validation measure reaches a level, by trial's key.

    Args:
        curves: One row a trial and epoch.
        measure: The measure, higher meaning better.
        level: What it must reach; a trial that never does is missing.
    """
    reached = curves[column("validation", measure)] >= level
    return curves[reached].groupby(KEY)[EPOCH].min()


def ends(curves, measured, by):
    """The median of a measured column after the last epoch, by other columns."""
    last = curves[curves[EPOCH] == curves[EPOCH].max()]
    return last.groupby(by, sort=False)[measured].median()


def epochs_to(trials, curves, measure, level):
    """Epochs until a validation measure reaches a level, one a trial.

    A trial that never gets there is censored: it counts with all its budget, so that
    a mean is the restricted one, of epochs within the budget.

    Args:
        trials: A table of trials.
        curves: One row a trial and epoch.
        measure: The measure, higher meaning better.
        level: What it must reach.
    """
    first = first_epoch(curves, measure, level)
    return trials[KEY].map(first).fillna(curves[EPOCH].max())


def reached(trials, curves, measure, level, by=("arm",)):
    """The share of runs that have reached a level by each epoch: Kaplan and Meier's curve.

    Every run is watched to the end of the budget, so that the product limit is that
    share; what never got there keeps the curve below 1.

    Args:
        trials: A table of trials.
        curves: One row a trial and epoch.
        measure: The measure, higher meaning better.
        level: What it must reach.
        by: The columns that name the cells.

    Returns:
        One row a cell and epoch: `by`, the epoch, the `share` in percent.
    """
    first = trials[KEY].map(first_epoch(curves, measure, level))
    epochs = range(1, int(curves[EPOCH].max()) + 1)
    keys = [trials[name] for name in by]
    parts = [
        (first <= epoch).groupby(keys, sort=False).mean().rename("share").reset_index()
        for epoch in epochs
    ]
    table = pd.concat(parts, keys=epochs, names=[EPOCH]).reset_index(EPOCH)
    return table.assign(share=100 * table["share"]).reset_index(drop=True)


def binned(forecasts, outcomes, bins=10):
    """Mean forecast and share of +1 in bins of equal width, for reliability.

    Args:
        forecasts: Probabilities of +1, from 0 to 1.
        outcomes: 1 where it was +1, else 0.
        bins: How many; an empty one has no row.
    """
    points = pd.DataFrame({"forecast": forecasts, "share": outcomes})
    return points.groupby(np.minimum((forecasts * bins).astype(int), bins - 1)).mean()
