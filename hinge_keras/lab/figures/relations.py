"""Figures of one quantity against another."""

from hinge_keras.lab.figures.canvas import legend, logarithmic, panels
from hinge_keras.lab.figures.colours import QUIET, looks
from hinge_keras.lab.tables.schema import (
    EPOCH,
    RATE,
    TEST,
    TRAIN,
    VALIDATION,
    column,
    measured,
)

WIDE = 3  # Panels in a row, at most.
PARTS = {TRAIN: "training", VALIDATION: "validation", TEST: "test"}


def functions(table, *, title, x="margin", y=("loss", "slope", "curvature"), by="name"):
    """Curves of several functions of one variable, one panel a quantity."""
    figure, axes = panels(len(y), title, width=3.5, height=3.2)
    drawn = looks(table[by])
    for axis, quantity in zip(axes, y, strict=True):
        for name, part in table.groupby(by, sort=False):
            axis.plot(part[x], part[quantity], **drawn[name].line, lw=1.8, label=name)
        axis.set(xlabel=f"{x} (units of the score)", title=quantity)
        axis.axvline(0, color="grey", lw=0.6)
    legend(figure, axes)
    return figure


def curves(
    table,
    *measures,
    title,
    splits=(VALIDATION,),
    by="arm",
    panel=None,
    log=False,
    floor=0.0,
    ylabel=None,
    published=None,
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
        floor: Below it all is drawn at it: on a logarithmic axis 0 has no place.
        ylabel: Its label; by default the measure and its part.
        published: Published values by measured column and epoch, drawn as crosses.
    """
    groups = (
        [(None, table)] if panel is None else list(table.groupby(panel, sort=False))
    )
    columns = {
        measured(table, name, split): ylabel or of_part(table, name, split)
        for name in measures
        for split in splits
    }
    cells = [(name, part, shown) for name, part in groups for shown in columns]
    rows = len(groups) if len(columns) > 1 else 1
    figure, axes = panels(len(cells), title, width=4.8, rows=rows)
    drawn = looks(table[by])
    for axis, (name, part, shown) in zip(axes, cells, strict=True):
        for arm in dict.fromkeys(part[by]):
            look = drawn[arm]
            q = quartiles(part[part[by] == arm], EPOCH, shown).clip(lower=floor)
            axis.plot(q.index, q[0.5], **look.line, lw=1.8, label=arm)
            axis.fill_between(
                q.index, q[0.25], q[0.75], color=look.colour, alpha=0.15, lw=0
            )
        at_floor = f" (at least {floor:g})" if floor else ""
        axis.set(xlabel="epoch", ylabel=columns[shown] + at_floor)
        axis.set_title(name or "")
        for epoch, value in (published or {}).get(shown, {}).items():
            axis.plot(epoch, value, "kx", ms=9, mew=2, label="published")
        if log:
            logarithmic(axis, "y")
    legend(figure, axes)
    return figure


def of_part(table, name, split):
    """A measure and its part of the data in words, `"validation accuracy"`."""
    told = name.replace("_", " ")
    return f"{PARTS[split]} {told}" if column(split, name) in table else told


def rates(table, measure, *, title, split=VALIDATION, by="arm", panel="dataset"):
    """A measure against the learning rate: the median and middle half of seeds."""
    groups = list(table.groupby(panel, sort=False))
    figure, axes = panels(len(groups), title, width=4.8)
    drawn = looks(table[by])
    for axis, (name, part) in zip(axes, groups, strict=True):
        for arm in dict.fromkeys(part[by]):
            look = drawn[arm]
            q = quartiles(part[part[by] == arm], RATE, measured(table, measure, split))
            marked = {"marker": look.marker, "ms": 5}
            axis.plot(q.index, q[0.5], **look.line, **marked, label=arm)
            axis.fill_between(
                q.index, q[0.25], q[0.75], color=look.colour, alpha=0.12, lw=0
            )
        axis.set(xscale="log", title=name, ylabel=of_part(table, measure, split))
        axis.set_xlabel("learning rate")
    legend(figure, axes)
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
    level=None,
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
        level: Where to draw a horizontal line.
    """
    groups = [("", table)] if panel is None else list(table.groupby(panel, sort=False))
    rows = 1 if len(groups) <= WIDE else 2
    width = 7.0 if panel is None else 4.6
    figure, axes = panels(len(groups), title, width, rows=rows, sharey=True)
    drawn = looks(table[by])
    for axis, (name, part) in zip(axes, groups, strict=True):
        for arm, trials in part.groupby(by, sort=False):
            q = trials.groupby(x)[measured(table, y)].agg(["mean", "sem"])
            look = drawn[arm]
            marked = {"marker": look.marker, "ms": 5} if len(q) <= 40 else {}
            axis.plot(q.index, q["mean"], **look.line, **marked, label=arm)
            band = (q["mean"] - q["sem"], q["mean"] + q["sem"])
            axis.fill_between(q.index, *band, color=look.colour, alpha=0.12, lw=0)
        if level is not None:
            axis.axhline(level, color=QUIET, lw=1)
        axis.set(xlabel=xlabel, title=str(name))
        if logx:
            logarithmic(axis, "x")
        if logy:
            logarithmic(axis, "y")
    columns = -(-len(axes) // rows)
    for axis in axes[::columns]:
        axis.set_ylabel(ylabel)
    legend(figure, axes)
    return figure


def reliability(table, *, title, by="arm", panel="probability"):
    """The share of +1 against the forecast, in bins; on the diagonal is calibrated."""
    groups = list(table.groupby(panel, sort=False))
    figure, axes = panels(len(groups), title, width=4.4, height=4.0, sharey=True)
    drawn = looks(table[by])
    for axis, (name, part) in zip(axes, groups, strict=True):
        axis.plot([0, 1], [0, 1], color="grey", lw=1)
        for arm, rows in part.groupby(by, sort=False):
            look = drawn[arm]
            marked = {"marker": look.marker, "ms": 5}
            axis.plot(rows.forecast, rows.share, **look.line, **marked, label=arm)
        axis.set(title=name, xlabel="forecast probability of +1")
    axes[0].set_ylabel("observed share of +1")
    legend(figure, axes)
    return figure
