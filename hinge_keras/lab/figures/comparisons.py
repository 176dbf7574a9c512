"""Figures that set arms beside each other."""

import numpy as np
import pandas as pd

from hinge_keras.lab.figures.canvas import COLOURS, panels
from hinge_keras.lab.tables.schema import EQUAL, HIGHER, LOWER, measured


def gaps(table, *, title, unit=None):
    """Paired differences with their intervals, one row a comparison.

    Filled and coloured where an arm is better, hollow where the two are equal, a dash
    where it is undecided; the grey band is what does not matter.

    Args:
        table: Rows of `analysis.compare`.
        title: The finding.
        unit: What the differences are; by default their unit.
    """
    figure, (axis,) = panels(1, title, width=8.0, height=0.42 * len(table) + 1.4)
    labels, said = [], set()
    for position, row in enumerate(table.to_dict("records")):
        seen = row["finding"] in (HIGHER, LOWER)
        colour = COLOURS[1] if seen else COLOURS[0]
        kind = "differ" if seen else row["finding"]
        axis.plot([row["low"], row["high"]], [position] * 2, color=colour, lw=2)
        axis.plot(
            row["difference"],
            position,
            "o" if seen or row["finding"] == EQUAL else "|",
            color=colour,
            mfc=colour if seen else "white",
            ms=7 if seen or row["finding"] == EQUAL else 14,
            label=None if kind in said else kind,
        )
        said.add(kind)
        where = f"{row['dataset']}: " if "dataset" in row else ""
        labels.append(f"{where}{row['a']} - {row['b']}")
    if pd.notna(reach := table.within.iloc[0]):
        axis.axvspan(-reach, reach, color="0.9", zorder=0)
    axis.set_yticks(range(len(labels)), labels)
    axis.invert_yaxis()
    axis.axvline(0, color="grey", lw=0.8)
    axis.set_xlabel(f"paired difference, {unit or table.unit.iloc[0]}")
    axis.set_title("95 % intervals, all at once; grey: too small to matter", fontsize=9)
    figure.legend(loc="outside lower center", ncols=4, fontsize=9, frameon=False)
    return figure


def dots(table, measures, *, title, xlabel, by="arm", published=None):
    """One row an arm, one colour a column: every seed a dot, the mean a bar.

    Args:
        table: One row a trial.
        measures: What to show of the test part, with labels; or one by its name.
        title: The finding.
        xlabel: The quantity, with its unit.
        by: The column that names the rows.
        published: Published values by row name, drawn as crosses.
    """
    shown = {measures: None} if isinstance(measures, str) else measures
    columns = {measured(table, name): label for name, label in shown.items()}
    names = list(dict.fromkeys(table[by]))
    figure, (axis,) = panels(1, title, width=8.5, height=0.62 * len(names) + 1.4)
    lift = np.linspace(-0.24, 0.24, len(columns)) if len(columns) > 1 else [0.0]
    for colour, offset, (column, label) in zip(
        COLOURS, lift, columns.items(), strict=False
    ):
        for position, name in enumerate(names):
            values = table.loc[table[by] == name, column]
            heights = np.full(len(values), position + offset)
            first = label if position == 0 else None
            axis.plot(
                values, heights, "o", color=colour, alpha=0.45, ms=4, mew=0, label=first
            )
            axis.plot(
                values.mean(), position + offset, "|", color=colour, ms=14, mew=2.5
            )
    for name, value in (published or {}).items():
        label = "published" if name == next(iter(published)) else None
        axis.plot(
            value, names.index(name), "x", color="black", ms=9, mew=2, label=label
        )
    axis.set_yticks(range(len(names)), names)
    axis.invert_yaxis()
    axis.set_xlabel(f"{xlabel}, every seed a dot, the mean a bar")
    if len(columns) > 1 or published:
        figure.legend(loc="outside lower center", ncols=4, fontsize=9, frameon=False)
    return figure


def bars(table, *, title, xlabel, by="arm"):
    """Horizontal bars of `share` from `low` to `high`, one a row: see `analysis.shares`."""
    figure, (axis,) = panels(1, title, width=8.0, height=0.45 * len(table) + 1.2)
    reach = [table.share - table.low, table.high - table.share]
    axis.barh(
        table[by],
        table.share,
        xerr=reach,
        color=COLOURS[0],
        height=0.6,
        ecolor="black",
        capsize=3,
    )
    for position, share in enumerate(table.share):
        axis.text(
            0.01,
            position,
            f"{share:.2f}",
            va="center",
            color="white",
            fontweight="bold",
        )
    axis.invert_yaxis()
    axis.set_xlabel(f"{xlabel}, 95 % interval")
    return figure


def beside(table, columns, *, title, by, xlabel):
    """Horizontal bars, one row of the table a group, one colour a column."""
    figure, (axis,) = panels(1, title, width=8.0, height=0.7 * len(table) + 1.2)
    height = 0.8 / len(columns)
    for i, (colour, (column, label)) in enumerate(
        zip(COLOURS, columns.items(), strict=False)
    ):
        places = np.arange(len(table)) + (i - (len(columns) - 1) / 2) * height
        drawn = axis.barh(
            places, table[column], 0.9 * height, color=colour, label=label
        )
        axis.bar_label(drawn, fmt="%.3g", padding=3, fontsize=9)
    axis.set_yticks(range(len(table)), table[by])
    axis.invert_yaxis()
    axis.margins(x=0.12)
    axis.set_xlabel(xlabel)
    figure.legend(loc="outside lower center", ncols=4, fontsize=9, frameon=False)
    return figure


def heat(table, *, title, xlabel, ylabel, unit):
    """A table of numbers as a map; each column has its own scale of colours.

    A missing number has neither a colour nor a text.
    """
    figure, (axis,) = panels(
        1,
        title,
        width=1.5 * table.shape[1] + 3.0,
        height=0.45 * len(table) + 1.4,
    )
    values = table.to_numpy(dtype=float)
    low = np.nanmin(values, axis=0)
    spread = np.nanmax(values, axis=0) - low
    shades = (values - low) / np.where(spread > 0, spread, 1)
    axis.imshow(shades, cmap="Blues", vmin=0, vmax=1.6, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        shown = "" if np.isnan(value) else f"{value:.3g}"
        axis.text(column, row, shown, ha="center", va="center", fontsize=10)
    names = [str(name).replace(", ", "\n") for name in table.columns]
    axis.set_xticks(range(table.shape[1]), names)
    axis.set_yticks(range(len(table)), table.index)
    axis.set(xlabel=f"{xlabel} ({unit}; darker is more within a column)", ylabel=ylabel)
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
    figure, (axis,) = panels(1, title, width=8.0, height=0.38 * len(ranks) + 1.6)
    for position, (arm, rank) in enumerate(ranks.items()):
        axis.plot(rank, position, "o", color=COLOURS[0], ms=8)
        side = "left" if rank <= ranks.median() else "right"
        axis.text(rank, position - 0.28, f"{arm}, {rank:.2f}", ha=side, fontsize=9)
    joined = groups_within(ranks.to_numpy(), distance)
    for i, (first, last) in enumerate(joined):
        place = len(ranks) - 0.3 + 0.35 * i
        axis.plot([ranks.iloc[first] - 0.03, ranks.iloc[last] + 0.03], [place] * 2,
                  color="black", lw=4, solid_capstyle="butt")  # fmt: skip
    axis.set_yticks([])
    axis.set_ylim(len(ranks) + 0.35 * len(joined), -0.8)
    axis.set_xlim(ranks.min() - 0.5, ranks.max() + 0.5)
    axis.set_xlabel(
        f"mean rank over data sets, 1 is best; a bar joins those within {distance:.2f}"
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
