"""Figures of one quantity against another."""

from hinge_keras.lab.figures.canvas import COLOURS, colour_of, logarithmic, panels
from hinge_keras.lab.tables.schema import EPOCH, RATE, VALIDATION, measured

WIDE = 3  # Panels in a row, at most.


def functions(table, *, title, x="margin", y=("loss", "slope", "curvature"), by="name"):
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


def curves(
    table,
    *measures,
    title,
    splits=(VALIDATION,),
    by="arm",
    panel=None,
    log=False,
    ylabel=None,
):
    """Measures by epoch: the median over seeds and the band of middle halves.

    Args:
        table: One row a trial and epoch.
        *measures: What to show; see `schema.measured`.
        title: The finding.
        splits: The parts of the data to show each measure of.
        by: The column that names the lines.
        panel: The column that names the rows of panels, or the panels.
        log: Whether the vertical axis is logarithmic.
        ylabel: Its label; by default the measure and its part.
    """
    groups = (
        [(None, table)] if panel is None else list(table.groupby(panel, sort=False))
    )
    columns = [measured(table, name, split) for name in measures for split in splits]
    cells = [(name, part, column) for name, part in groups for column in columns]
    rows = len(groups) if len(columns) > 1 else 1
    figure, axes = panels(len(cells), title, width=4.6, rows=rows)
    for axis, (name, part, column) in zip(axes, cells, strict=True):
        for arm, colour in colour_of(part[by]).items():
            q = quartiles(part[part[by] == arm], EPOCH, column)
            axis.plot(q.index, q[0.5], color=colour, label=arm)
            axis.fill_between(q.index, q[0.25], q[0.75], color=colour, alpha=0.2, lw=0)
        axis.set(xlabel="epoch", ylabel=ylabel or column.replace("_", " "))
        axis.set_title(name or "")
        if panel is not None or axis is axes[0]:
            axis.legend(fontsize=9, frameon=False)
        if log:
            logarithmic(axis, "y")
    return figure


def rates(table, measure, *, title, split=VALIDATION, by="arm", panel="dataset"):
    """A measure against the learning rate: the median and middle half of seeds."""
    column = measured(table, measure, split)
    groups = list(table.groupby(panel, sort=False))
    figure, axes = panels(len(groups), title, width=5.0)
    for axis, (name, part) in zip(axes, groups, strict=True):
        for arm, colour in colour_of(part[by]).items():
            q = quartiles(part[part[by] == arm], RATE, column)
            axis.plot(q.index, q[0.5], "o-", color=colour, label=arm, ms=4)
            axis.fill_between(q.index, q[0.25], q[0.75], color=colour, alpha=0.15, lw=0)
        axis.set(xscale="log", title=name, ylabel=column.replace("_", " "))
        axis.set_xlabel("learning rate")
        axis.legend(fontsize=8, frameon=False)
    return figure


def quartiles(rows, by, column):
    """The lower quartile, median and upper quartile of a column, by another."""
    return rows.groupby(by)[column].quantile([0.25, 0.5, 0.75]).unstack()


def lines(
    table,
    *,
    x,
    y,
    title,
    xlabel,
    ylabel,
    by="arm",
    panel=None,
    logx=False,
    logy=False,
):
    """A measured column against a setting: the mean over seeds, its standard error.

    Args:
        table: One row a trial.
        x: The column on the horizontal axis.
        y: What was measured; see `schema.measured`.
        title: The finding.
        xlabel: Its label, with the unit.
        ylabel: Its label, with the unit.
        by: The column that names the lines.
        panel: The column that names the panels.
        logx: Whether the horizontal axis is logarithmic.
        logy: Whether the vertical axis is logarithmic.
    """
    groups = [("", table)] if panel is None else list(table.groupby(panel, sort=False))
    rows = 1 if len(groups) <= WIDE else 2
    width = 5.4 if panel is None else 4.0
    figure, axes = panels(len(groups), title, width, rows=rows, sharey=True)
    colours = colour_of(table[by])
    styles = ["-", "--", ":"]
    for axis, (name, part) in zip(axes, groups, strict=True):
        for i, (arm, trials) in enumerate(part.groupby(by, sort=False)):
            q = trials.groupby(x)[measured(table, y)].agg(["mean", "sem"])
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
            logarithmic(axis, "x")
        if logy:
            logarithmic(axis, "y")
    columns = -(-len(axes) // rows)
    for axis in axes[::columns]:
        axis.set_ylabel(ylabel)
    # Of all panels, since an arm need not be in each.
    drawn = {line.get_label(): line for axis in axes for line in axis.get_lines()}
    shown = {arm: drawn[arm] for arm in colours}
    axes[columns - 1].legend(
        shown.values(),
        shown.keys(),
        fontsize=8,
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
    )
    return figure


def reliability(table, *, title, by="arm", panel="probability"):
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
