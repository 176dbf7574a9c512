"""Every figure, drawn from tables; trains nothing.

Each function takes a table and the finding that becomes its title, and returns a
matplotlib figure. Colours are Okabe and Ito's, safe for colour-blind readers,
and a loss keeps its colour across the panels of a figure.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from hinge_keras.lab.stats import NOTHING_SEEN

COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
STYLE = {
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "figure.dpi": 120,
}


def panels(count, title, width=4.0, height=3.6, rows=1, **options):
    """A titled figure with a row of panels; the axes come as a flat list."""
    with plt.rc_context(STYLE):
        columns = -(-count // rows)
        figure = Figure(
            figsize=(max(6.0, width * columns), height * rows + 0.6),
            layout="constrained",
        )
        axes = figure.subplots(rows, columns, squeeze=False, **options).ravel()
        figure.suptitle(title, fontsize=13, fontweight="bold", wrap=True)
    return figure, list(axes)


def colour_of(names):
    """A colour for each name, in order of first appearance."""
    unique = list(dict.fromkeys(names))
    return {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(unique)}


def functions(table, title, x="margin", y=("loss", "slope", "curvature"), by="name"):
    """Curves of several functions of one variable, one panel a quantity."""
    figure, axes = panels(len(y), title)
    colours = colour_of(table[by])
    for axis, quantity in zip(axes, y, strict=True):
        for name, part in table.groupby(by, sort=False):
            axis.plot(part[x], part[quantity], color=colours[name], label=name)
        axis.set(xlabel=f"{x} (units of the score)", title=quantity)
        axis.axvline(0, color="grey", lw=0.6)
    axes[0].legend(fontsize=9, frameon=False)
    return figure


def curves(table, columns, title, by="loss", panel=None, log=False, ylabel=None):
    """A column an epoch: the median over seeds and the band of middle halves."""
    groups = (
        [(None, table)] if panel is None else list(table.groupby(panel, sort=False))
    )
    cells = [(name, part, column) for name, part in groups for column in columns]
    rows = len(groups) if len(columns) > 1 else 1
    figure, axes = panels(len(cells), title, width=4.6, rows=rows)
    for axis, (name, part, column) in zip(axes, cells, strict=True):
        for arm, colour in colour_of(part[by]).items():
            q = quartiles(part[part[by] == arm], "epoch", column)
            axis.plot(q.index, q[0.5], color=colour, label=arm)
            axis.fill_between(q.index, q[0.25], q[0.75], color=colour, alpha=0.2, lw=0)
        axis.set(xlabel="epoch", ylabel=ylabel or column.replace("_", " "))
        axis.set_title(name or "")
        if panel is not None or axis is axes[0]:
            axis.legend(fontsize=9, frameon=False)
        if log:
            axis.set_yscale("log")
    return figure


def quartiles(rows, by, column):
    """The lower quartile, median and upper quartile of a column, by another."""
    return rows.groupby(by)[column].quantile([0.25, 0.5, 0.75]).unstack()


def gaps(table, title, unit="points", scale=100):
    """Paired differences with their intervals; a hollow dot is no difference seen."""
    figure, (axis,) = panels(1, title, width=8.0, height=0.42 * len(table) + 1.2)
    labels = []
    for row, position in zip(table.to_dict("records"), range(len(table)), strict=True):
        seen = row["verdict"] not in NOTHING_SEEN
        colour = COLOURS[1] if seen else COLOURS[0]
        axis.plot(
            [row["low"] * scale, row["high"] * scale],
            [position] * 2,
            color=colour,
            lw=2,
        )
        axis.plot(
            row["difference"] * scale,
            position,
            "o",
            color=colour,
            mfc=colour if seen else "white",
        )
        where = f"{row['dataset']}: " if "dataset" in row else ""
        labels.append(f"{where}{row['a']} - {row['b']}")
    axis.set_yticks(range(len(labels)), labels)
    axis.invert_yaxis()
    axis.axvline(0, color="grey", lw=0.8)
    axis.set_xlabel(f"paired difference ({unit})")
    axis.set_title("95 % intervals; filled: a difference is seen", fontsize=9)
    return figure


def dots(table, columns, title, by, xlabel, published=None):
    """One row an arm, one colour a column: every seed a dot, the mean a bar.

    Args:
        table: One row a trial.
        columns: The measured columns to show, with their labels.
        title: The finding.
        by: The column that names the rows.
        xlabel: The quantity, with its unit.
        published: Published values by row name, drawn as crosses.
    """
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
    axis.set_xlabel(xlabel)
    figure.legend(loc="outside lower center", ncols=4, fontsize=9, frameon=False)
    return figure


def bars(table, title, by, xlabel):
    """Horizontal bars of `share` from `low` to `high`, one a row: see `stats.shares`."""
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
    axis.set_xlabel(xlabel)
    return figure


def rates(table, column, title, by="loss", panel="dataset"):
    """A column against the learning rate: the median and middle half of seeds."""
    groups = list(table.groupby(panel, sort=False))
    figure, axes = panels(len(groups), title, width=5.0)
    for axis, (name, part) in zip(axes, groups, strict=True):
        for arm, colour in colour_of(part[by]).items():
            q = quartiles(part[part[by] == arm], "learning_rate", column)
            axis.plot(q.index, q[0.5], "o-", color=colour, label=arm, ms=4)
            axis.fill_between(q.index, q[0.25], q[0.75], color=colour, alpha=0.15, lw=0)
        axis.set(xscale="log", title=name, ylabel=column.replace("_", " "))
        axis.set_xlabel("learning rate")
        axis.legend(fontsize=8, frameon=False)
    return figure


def regions(scores, splits, title, by="loss"):
    """Scores over the plane: the zero line solid, the margins at -1 and +1 dashed.

    Args:
        scores: Rows of `scores.csv` for the mesh, with the arm's column.
        splits: The data set's splits, for the mesh's and the test points' places.
        title: The finding.
        by: The column that names the panels.
    """
    names = list(dict.fromkeys(scores[by]))
    figure, axes = panels(len(names), title, width=3.4, height=3.4)
    (places, _), (points, labels) = splits["mesh"], splits["test"]
    size = round(len(places) ** 0.5)
    across, up = places[:, 0].reshape(size, size), places[:, 1].reshape(size, size)
    for axis, name in zip(axes, names, strict=True):
        f = scores.loc[scores[by] == name, "score"].to_numpy().reshape(size, size)
        reach = max(1.5, np.percentile(np.abs(f), 98))
        axis.contourf(
            across,
            up,
            np.clip(f, -reach, reach),
            20,
            cmap="RdBu",
            vmin=-reach,
            vmax=reach,
            alpha=0.6,
        )
        for level, style in ((-1, "dashed"), (0, "solid"), (1, "dashed")):
            if f.min() < level < f.max():
                axis.contour(
                    across,
                    up,
                    f,
                    [level],
                    colors="black",
                    linestyles=style,
                    linewidths=1.2,
                )
        for sign, colour in ((False, "#D55E00"), (True, "#0072B2")):
            chosen = points[(labels > 0) == sign]
            axis.plot(*chosen.T, ".", color=colour, ms=3)
        axis.set(
            title=name, xlabel="first input", ylabel="second input", aspect="equal"
        )
        axis.grid(False)
    return figure


def margins(table, title, by="loss", band=None):
    """Histograms of the margin, one panel an arm; a band of scores is shaded."""
    names = list(dict.fromkeys(table[by]))
    figure, axes = panels(len(names), title, width=3.6, height=3.0, sharey=True)
    colours = colour_of(names)
    low, high = table["margin"].quantile([0.005, 0.995])
    for axis, name in zip(axes, names, strict=True):
        m = table.loc[table[by] == name, "margin"]
        axis.hist(m.clip(low, high), np.linspace(low, high, 40), color=colours[name])
        if band is not None:
            axis.axvspan(*band, color="grey", alpha=0.25, lw=0)
        axis.axvline(0, color="black", lw=1)
        axis.set(title=name, xlabel="margin (label x score)")
    axes[0].set_ylabel("test examples")
    return figure


def save(figure, path):
    """Write a figure as PNG, 120 dots an inch."""
    figure.savefig(path, dpi=120, metadata={"Software": None})


def beside(table, title, by, columns, xlabel):
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


def lines(
    table, x, y, title, xlabel, ylabel, by="loss", panel=None, logx=False, logy=False
):
    """A measured column against a setting: the mean over seeds, its standard error.

    Args:
        table: One row a trial.
        x: The column on the horizontal axis.
        y: The measured column.
        title: The finding.
        xlabel: Its label, with the unit.
        ylabel: Its label, with the unit.
        by: The column that names the lines.
        panel: The column that names the panels.
        logx: Whether the horizontal axis is logarithmic.
        logy: Whether the vertical axis is logarithmic.
    """
    groups = [("", table)] if panel is None else list(table.groupby(panel, sort=False))
    figure, axes = panels(
        len(groups), title, width=5.4 if panel is None else 4.0, sharey=True
    )
    colours = colour_of(table[by])
    styles = ["-", "--", ":"]
    for axis, (name, part) in zip(axes, groups, strict=True):
        for i, (arm, rows) in enumerate(part.groupby(by, sort=False)):
            q = rows.groupby(x)[y].agg(["mean", "sem"])
            style = styles[i // len(COLOURS) % len(styles)]
            axis.plot(
                q.index,
                q["mean"],
                style,
                marker="o",
                ms=4,
                color=colours[arm],
                label=arm,
            )
            band = (q["mean"] - q["sem"], q["mean"] + q["sem"])
            axis.fill_between(q.index, *band, color=colours[arm], alpha=0.15, lw=0)
        axis.set(xlabel=xlabel, title=str(name))
        if logx:
            axis.set_xscale("log")
        if logy:
            axis.set_yscale("log")
    axes[0].set_ylabel(ylabel)
    axes[-1].legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def heat(table, title, xlabel, ylabel, unit):
    """A table of numbers as a map; each column has its own scale of colours."""
    figure, (axis,) = panels(
        1,
        title,
        width=1.5 * table.shape[1] + 3.0,
        height=0.45 * len(table) + 1.4,
    )
    values = table.to_numpy(dtype=float)
    spread = np.ptp(values, axis=0)
    shades = (values - values.min(axis=0)) / np.where(spread > 0, spread, 1)
    axis.imshow(shades, cmap="Blues", vmin=0, vmax=1.6, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        axis.text(column, row, f"{value:.3g}", ha="center", va="center", fontsize=10)
    axis.set_xticks(range(table.shape[1]), table.columns)
    axis.set_yticks(range(len(table)), table.index)
    axis.set(xlabel=f"{xlabel} ({unit}; darker is more within a column)", ylabel=ylabel)
    axis.grid(False)
    return figure


def critical_difference(ranks, distance, title):
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
        axis.text(rank, position - 0.28, f"{arm}, {rank:.2f}", ha="center", fontsize=9)
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


def reliability(table, title, by="loss", panel="probability"):
    """The share of +1 against the forecast, in bins; on the diagonal is calibrated."""
    groups = list(table.groupby(panel, sort=False))
    figure, axes = panels(len(groups), title, width=4.2, height=4.0, sharey=True)
    colours = colour_of(table[by])
    for axis, (name, part) in zip(axes, groups, strict=True):
        axis.plot([0, 1], [0, 1], color="grey", lw=1)
        for arm, rows in part.groupby(by, sort=False):
            axis.plot(
                rows.forecast, rows.share, "o-", ms=4, color=colours[arm], label=arm
            )
        axis.set(title=name, xlabel="forecast probability of +1")
    axes[0].set_ylabel("observed share of +1")
    axes[0].legend(fontsize=9)
    return figure
