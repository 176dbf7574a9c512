"""Each arm at its best hyper-parameters, by its validation mean alone."""

import pandas as pd

from hinge_keras.lab.analysis.summaries import stacked
from hinge_keras.lab.tables.schema import CELL, RATE, VALIDATION, column


def chosen(trials, measure, axes=(RATE,), within=CELL):
    """The trials at each arm's best values of its axes, by mean validation measure.

    Values at which fewer trials finished lose to those at which more did; ties go to
    the smaller values.

    Args:
        trials: A table of trials.
        measure: A `schema.Measure` that has a better side.
        axes: The columns to choose.
        within: The columns that name an arm.

    Raises:
        ValueError: If neither side of the measure is better, or it was not measured on
            a validation part.
    """
    name = column(VALIDATION, measure.name)
    if measure.higher_is_better is None:
        raise ValueError(
            f"measure is {measure.name!r}, a count; accepted for a choice is one of "
            "which more or less is better."
        )
    if name not in trials:
        raise ValueError(
            f"measure is {measure.name!r}; accepted for a choice is one with a column "
            f"{name}, on a data set with a validation part."
        )
    axes = [axis for axis in axes if axis in trials]
    cells = trials.groupby([*within, *axes], dropna=False)[name]
    table = cells.agg(["count", "mean"]).reset_index()
    table["mean"] *= 1 if measure.higher_is_better else -1
    table = table.sort_values(
        ["count", "mean", *axes], ascending=[False, False, *(True for _ in axes)]
    )
    best = table.groupby(list(within), sort=False).head(1)[[*within, *axes]]
    return trials.merge(best, on=[*within, *axes])


def chosen_by_each(trials, measures, labels, axes=(RATE,)):
    """One row a trial and measure, each arm at its best by that measure.

    Args:
        trials: A table of trials.
        measures: `schema.Measure`s, of which more is better.
        labels: What to call each, by its name.
        axes: The columns to choose.

    Returns:
        The chosen trials with the label as `measure`, and as `value` the measure on
        the test part in percent.
    """
    parts = (
        stacked(
            chosen(trials, each, axes),
            {each.name: labels[each.name]},
            "measure",
            "value",
        )
        for each in measures
        if each.name in labels
    )
    return pd.concat(parts, ignore_index=True)
