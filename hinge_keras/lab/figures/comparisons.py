"""Figures that set arms beside each other."""

import numpy as np
import pandas as pd

from hinge_keras.lab.figures.canvas import (
    PLAIN,
    WIDEST,
    below,
    legend,
    logarithmic,
    panels,
    wrapped,
)
from hinge_keras.lab.figures.colours import LOSSES, QUIET, looks
from hinge_keras.lab.tables.schema import EQUAL, HIGHER, LOWER, measured

SHADE = LOSSES["cross-entropy"]  # Of maps, in which dark is good.
HEIGHT = 0.75  # Of a group of bars, of 1.


def gaps(table, *, title, unit=None):
    """Paired differences with their intervals, one row a comparison.

    Filled and in the colour of the better arm's loss where one is better, hollow where
    the two are equal, a dash where it is undecided; the grey band is what does not
    matter.

    Args:
        table: Rows of `analysis.compare`.
        title: The finding.
        unit: What the differences are; by default their unit.
    """
    figure, (axis,) = panels(1, title, width=9.0, height=0.36 * len(table) + 1.5)
    colours, said = looks([*table.a, *table.b]), set()
    for position, row in enumerate(table.to_dict("records")):
        seen = row["finding"] in (HIGHER, LOWER)
        better = row["a"] if row["finding"] == HIGHER else row["b"]
        colour = colours[row.get("better") or better].colour if seen else QUIET
        kind = "one is better" if seen else row["finding"]
        dot = seen or row["finding"] == EQUAL
        axis.plot([row["low"], row["high"]], [position] * 2, color=colour, lw=2.5)
        axis.plot(
            row["difference"],
            position,
            "o" if dot else "|",
            color=colour,
            mfc=colour if seen else "white",
            mew=1.5,
            ms=8 if dot else 15,
            label=None if kind in said else kind,
        )
        said.add(kind)
    if pd.notna(reach := table.within.iloc[0]):
        axis.axvspan(-reach, reach, color="0.9", zorder=0, label="too small to matter")
    alone = table.a.nunique() == 1 < len(table)
    names = table.b if alone else table.a + " - " + table.b
    if "dataset" in table and table.dataset.nunique() > 1:
        names = table.dataset.astype(str) + ": " + names
    axis.set_yticks(range(len(table)), names)
    axis.set_ylim(len(table) - 0.5, -0.5)
    axis.axvline(0, color="grey", lw=0.8)
    what = f"{table.a.iloc[0]} less each" if alone else "difference of each pair"
    told = f"{what}, {unit or table.unit.iloc[0]}".removesuffix(", ")
    first = table.a.iloc[0] if alone else "the first"
    legend(figure, [axis])
    below(axis, f"{told}{sides(table, first)}; 95 % intervals, all at once")
    return figure


def sides(table, name):
    """On which side of 0 the first of a pair is better, in words, if rows show it."""
    for row in table.to_dict("records"):
        if row["finding"] in (HIGHER, LOWER) and row.get("better"):
            first = row["better"] == row["a"]
            side = "right" if first == (row["difference"] > 0) else "left"
            return f" ({side} of 0 {name} is better)"
    return ""


def dots(table, measures, *, title, xlabel, by="arm", published=None, log=False):
    """One row an arm in the colour of its loss: every seed a dot, the mean a bar.

    Args:
        table: One row a trial.
        measures: What to show of the test part, with labels, each with a marker of its
            own; or one by its name.
        title: The finding.
        xlabel: The quantity, with its unit.
        by: The column that names the rows.
        published: Published values by row name, drawn as crosses.
        log: Whether the axis is logarithmic.
    """
    shown = {measures: None} if isinstance(measures, str) else measures
    columns = {measured(table, name): label for name, label in shown.items()}
    names = list(dict.fromkeys(table[by]))
    high = (0.3 + 0.18 * len(columns)) * len(names) + 1.2
    figure, (axis,) = panels(1, title, width=8.5, height=high)
    lift = np.linspace(-0.28, 0.28, len(columns)) if len(columns) > 1 else [0.0]
    colours, markers = looks(names), "osD^v"
    for marker, offset, (column, label) in zip(
        markers, lift, columns.items(), strict=False
    ):
        for position, name in enumerate(names):
            values = table.loc[table[by] == name, column]
            place, colour = position + offset, colours[name].colour
            many = {"color": colour, "alpha": 0.4, "ms": 5, "mew": 0}
            axis.plot(values, np.full(len(values), place), marker, **many)
            axis.plot(values.mean(), place, "|", color=colour, ms=16, mew=3)
        if label:
            axis.plot([], [], marker, color=QUIET, label=label)
    for name, value in (published or {}).items():
        label = "published" if name == next(iter(published)) else None
        place = names.index(name) + lift[0]
        axis.plot(value, place, "x", color="black", ms=9, mew=2, label=label)
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(len(names) - 0.5, -0.5)
    if log:
        logarithmic(axis, "x")
    legend(figure, [axis])
    below(axis, f"{xlabel}; every seed a dot, the mean a bar")
    return figure


def places(table, *, x, rows, by, title, xlabel, log=False):
    """One row a group with a marker for each name, no line between what is unrelated.

    Args:
        table: One row a group and name.
        x: The column on the horizontal axis.
        rows: The column that names the rows.
        by: The column that names the markers.
        title: The finding.
        xlabel: The quantity, with its unit.
        log: Whether the axis is logarithmic.
    """
    names = list(dict.fromkeys(table[rows]))
    figure, (axis,) = panels(1, title, width=8.5, height=0.42 * len(names) + 1.4)
    drawn = looks(table[by])
    lift = np.linspace(-0.25, 0.25, len(drawn))
    for offset, (name, look) in zip(lift, drawn.items(), strict=True):
        part = table[table[by] == name]
        heights = [names.index(row) + offset for row in part[rows]]
        axis.plot(part[x], heights, look.marker, color=look.colour, ms=7, label=name,
                  mfc=look.colour if look.dash == "-" else "white")  # fmt: skip
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(len(names) - 0.5, -0.5)
    for position in range(1, len(names)):
        axis.axhline(position - 0.5, color="0.9", lw=0.8)
    axis.grid(False, axis="y")
    if log:
        logarithmic(axis, "x")
    legend(figure, [axis])
    below(axis, xlabel)
    return figure


def bars(table, *, title, xlabel, by="arm"):
    """Horizontal bars of `share` from `low` to `high`, one a row: see `analysis.shares`."""
    figure, (axis,) = panels(1, title, width=8.0, height=0.4 * len(table) + 1.1)
    reach = [table.share - table.low, table.high - table.share]
    drawn = looks(table[by])
    axis.barh(
        table[by],
        table.share,
        xerr=reach,
        color=[drawn[name].colour for name in table[by]],
        height=0.6,
        ecolor="black",
        capsize=3,
    )
    for position, row in enumerate(table.to_dict("records")):
        axis.text(1.03, position, f"{row['share']:.0%}", va="center")
    axis.set_xlim(0, 1.12)
    axis.set_xticks(np.linspace(0, 1, 6))
    axis.set_ylim(len(table) - 0.5, -0.5)
    below(axis, f"{xlabel}, with its 95 % interval")
    return figure


def beside(table, columns, *, title, by, xlabel):
    """Horizontal bars, one row of the table a group, one colour a column."""
    high = (0.2 + 0.17 * len(columns)) * len(table) + 1.1
    figure, (axis,) = panels(1, title, width=8.5, height=high)
    height, drawn = HEIGHT / len(columns), looks(columns.values())
    for i, (column, label) in enumerate(columns.items()):
        places = np.arange(len(table)) + (i - (len(columns) - 1) / 2) * height
        colour = drawn[label].colour
        bar = axis.barh(places, table[column], 0.9 * height, color=colour, label=label)
        axis.bar_label(bar, fmt="%.2g", padding=3, fontsize=9)
    axis.set_yticks(range(len(table)), table[by])
    axis.set_ylim(len(table) - 0.5, -0.5)
    axis.axvline(0, color="grey", lw=0.8)
    axis.margins(x=0.12)
    legend(figure, [axis])
    below(axis, xlabel)
    return figure


def heat(table, *, title, xlabel, ylabel, unit, lower_is_better=False):
    """A table of numbers as a map; in each column the best is darkest, and bold.

    A missing number has neither a colour nor a text. What is three times as far from
    the best as the median, or further, is palest, so that one far off hides no other.
    """
    width, high = 1.3 * table.shape[1] + 3.5, 0.38 * len(table) + 1.5
    figure, (axis,) = panels(1, title, width=max(8.0, width), height=high)
    values = table.to_numpy(dtype=float)
    behind = values if lower_is_better else -values
    behind = behind - np.nanmin(behind, axis=0)
    far = np.minimum(np.nanmax(behind, axis=0), 3 * np.nanmedian(behind, axis=0))
    shades = 1 - np.clip(behind / np.where(far > 0, far, 1), 0, 1)
    axis.imshow(shades, cmap="Blues", vmin=0, vmax=1.25, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        best = behind[row, column] == 0
        axis.text(
            column,
            row,
            "" if np.isnan(value) else f"{value:.3g}",
            ha="center",
            va="center",
            weight="bold" if best else "normal",
            color="white" if shades[row, column] > 0.7 else "black",
        )
    letters = (min(max(8.0, width), WIDEST) - 2.5) / table.shape[1] / PLAIN
    names = [
        "\n".join(wrapped(part, letters) for part in str(name).split(", "))
        for name in table.columns
    ]
    axis.set_xticks(range(table.shape[1]), names)
    axis.set_yticks(range(len(table)), table.index)
    axis.set_ylabel(ylabel)
    below(axis, f"{xlabel}: {unit}; darker is better within a column, bold is best")
    axis.grid(False)
    return figure


def critical_difference(ranks, *, distance, title):
    """Mean ranks on a line, best left; a bar joins those not shown to differ.

    Args:
        ranks: Mean rank by arm, 1 the best.
        distance: The critical difference of two mean ranks.
        title: The finding.
    """
    ranks = ranks.sort_values()
    figure, (axis,) = panels(1, title, width=8.0, height=0.38 * len(ranks) + 1.5)
    drawn = looks(ranks.index)
    for position, (arm, rank) in enumerate(ranks.items()):
        look = drawn[arm]
        axis.plot(rank, position, look.marker, color=look.colour, ms=8)
        side, step = ("left", 0.04) if rank <= ranks.median() else ("right", -0.04)
        place = rank + step * (ranks.max() - ranks.min())
        axis.text(place, position, f"{arm}, {rank:.2f}", ha=side, va="center")
    joined = groups_within(ranks.to_numpy(), distance)
    for i, (first, last) in enumerate(joined):
        place = len(ranks) - 0.3 + 0.35 * i
        axis.plot([ranks.iloc[first] - 0.03, ranks.iloc[last] + 0.03], [place] * 2,
                  color=QUIET, lw=5, solid_capstyle="butt")  # fmt: skip
    axis.set_yticks([])
    axis.set_ylim(len(ranks) + 0.35 * len(joined), -0.8)
    axis.set_xlim(ranks.min() - 0.3, ranks.max() + 0.3)
    below(
        axis,
        f"mean rank over data sets, 1 is best; a grey bar joins those within "
        f"{distance:.2f}, which are not shown to differ",
    )
    return figure


def groups_within(ranks, distance):
    """Longest runs of sorted ranks no wider than a distance, as (first, last)."""
    runs = []
    for first, rank in enumerate(ranks):
        last = int(np.searchsorted(ranks, rank + distance, side="right")) - 1
        if last > first and (not runs or last > runs[-1][1]):
            runs.append((first, last))
    return runs
