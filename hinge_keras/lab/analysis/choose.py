"""Each arm at its best hyper-parameters, by its validation mean alone."""

import pandas as pd

from hinge_keras.lab.tables.schema import CELL, EDGE, RATE, VALIDATION, column

DIGITS = 5  # Means that agree to so many are equal: more, and rounding chooses.


def chosen(trials, measure, axes=(RATE,), within=CELL):
    """The trials at each arm's best values of its axes, and what lies at an edge.

    Args:
        trials: A table of trials.
        measure: A `schema.Measure` that has a better side.
        axes: The columns to choose.
        within: The columns that name an arm.

    Returns:
        Those trials, with a column `edge`: the axes of which the best value is the
        least or the greatest that was tried, `""` if there are none.

    Raises:
        ValueError: If neither side of the measure is better, or it was not measured on
            a validation part.
    """
    axes = [axis for axis in axes if axis in trials]
    found = best(trials, measure, axes, within)
    sides = edges(trials, found, axes, within)
    told = [", ".join(axis for axis, side in row.items() if side) for row in sides]
    return trials.merge(found.assign(**{EDGE: told}), on=[*within, *axes])


def best(trials, measure, axes, within=CELL):
    """One row an arm: the best values of its axes, by mean validation measure.

    Values at which fewer trials finished lose to those at which more did. Of values
    that are equally good the middle one is taken, which has others around it.

    Args:
        trials: A table of trials.
        measure: A `schema.Measure` that has a better side.
        axes: The columns to choose.
        within: The columns that name an arm.
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
    cells = trials.groupby([*within, *axes], dropna=False, sort=False)[name]
    table = cells.agg(["count", "mean"]).reset_index().sort_values(axes)
    sign = 1 if measure.higher_is_better else -1
    table["mean"] = sign * table["mean"].map(lambda mean: float(f"{mean:.{DIGITS}g}"))
    rows = []
    for _, cell in table.groupby(list(within), sort=False):
        most = cell[cell["count"] == cell["count"].max()]
        equal = most[(most["mean"] == most["mean"].max()) | (most["count"] == 0)]
        rows.append(equal.iloc[(len(equal) - 1) // 2])
    return pd.DataFrame(rows)[[*within, *axes]].astype(trials.dtypes[[*within, *axes]])


def edges(trials, found, axes, within=CELL):
    """At which side of its values each best one lies.

    Args:
        trials: A table of trials.
        found: What `best` found in it.
        axes: The columns that were chosen.
        within: The columns that name an arm.

    Returns:
        A mapping for each row of `found`: an axis to `"low"`, `"high"` or `""`. An
        axis with one value has no edge, nor is 0 one, below which there is nothing.
    """
    tried = dict(iter(trials.groupby(list(within), sort=False)))
    sides = []
    for row in found.to_dict("records"):
        cell = tried[tuple(row[name] for name in within)]
        values = {axis: sorted(cell[axis].dropna().unique()) for axis in axes}
        sides.append({axis: side(row[axis], of) for axis, of in values.items()})
    return sides


def side(value, values):
    """`"low"`, `"high"` or `""`: which end of some sorted values a value is."""
    if len(values) < 2:
        return ""
    return {values[-1]: "high", values[0] or None: "low"}.get(value, "")
