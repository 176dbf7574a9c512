"""Figures of the scores that models give."""

import numpy as np

from hinge_keras.lab.figures.canvas import legend, panels
from hinge_keras.lab.figures.colours import QUIET, looks


def regions(scores, splits, *, title, by="arm"):
    """Scores over the plane: the zero line solid, the margins at -1 and +1 dashed.

    Args:
        scores: Rows of `Results.scores`.
        splits: The data set's splits, for the mesh's and the test points' places.
        title: The finding.
        by: The column that names the panels.
    """
    scores = scores[scores.split == "mesh"]
    names = list(dict.fromkeys(scores[by]))
    rows = 2 if len(names) > 3 else 1
    figure, axes = panels(len(names), title, width=3.8, height=3.4, rows=rows)
    (places, _), (points, labels) = splits["mesh"], splits["test"]
    size = round(len(places) ** 0.5)
    across, up = places[:, 0].reshape(size, size), places[:, 1].reshape(size, size)
    for axis, name in zip(axes, names, strict=True):
        f = scores.loc[scores[by] == name, "score"].to_numpy().reshape(size, size)
        for level, style in ((-1, "dashed"), (0, "solid"), (1, "dashed")):
            if f.min() < level < f.max():
                axis.contour(
                    across,
                    up,
                    f,
                    [level],
                    colors="black",
                    linestyles=style,
                    linewidths=1.4,
                )
        axis.contourf(across, up, f, [-np.inf, 0, np.inf], colors=["0.94", "0.82"])
        for sign, marker in ((False, "o"), (True, "+")):
            chosen = points[(labels > 0) == sign]
            axis.plot(*chosen.T, marker, color=looks([name])[name].colour, ms=3.5,
                      mfc="none", mew=0.8, alpha=0.8, label=f"label {2 * sign - 1:+d}",
                      rasterized=True)  # fmt: skip
        axis.set(
            title=name, xlabel="first input", ylabel="second input", aspect="equal"
        )
        axis.grid(False)
    legend(figure, axes)
    return figure


def margins(scores, splits, *, title, counted, by="arm"):
    """Histograms of the margin on the test part, one panel an arm.

    Right answers that a metric counts are filled, those that it does not are hollow.

    Args:
        scores: Rows of `Results.scores`.
        splits: The data set's splits, for the labels.
        title: The finding.
        counted: Between which margins the metric takes an answer for right.
        by: The column that names the panels.
    """
    table = scores[scores.split == "test"]
    signs = np.where(splits["test"][1] > 0, 1, -1)
    table = table.assign(margin=table.score * signs[table.example])
    names = list(dict.fromkeys(table[by]))
    rows = 2 if len(names) > 3 else 1
    figure, axes = panels(
        len(names), title, width=4.6, height=2.4, rows=rows, sharex=True
    )
    low, high = table["margin"].quantile([0.005, 0.995])
    edges = np.arange(np.floor(4 * low), np.ceil(4 * high) + 1) / 4
    for axis, name in zip(axes, names, strict=True):
        m = table.loc[table[by] == name, "margin"].clip(edges[0], edges[-1])
        inside = m.between(*counted)
        colour = looks([name])[name].colour
        for label, part, fill in (
            ("wrong by the sign", m[m <= 0], QUIET),
            ("right, and counted", m[(m > 0) & inside], colour),
            ("right, but not counted", m[(m > 0) & ~inside], "white"),
        ):
            edge = colour if fill == "white" else fill
            axis.hist(part, edges, color=fill, edgecolor=edge, lw=1.2, label=label)
        axis.set(title=name, ylabel="test examples")
        axis.set_xlabel("margin, label times score")
    legend(figure, axes)
    return figure


def missed(scores, splits, counted, by="arm"):
    """The share of right answers that a metric does not count, by arm; as `margins`."""
    table = scores[scores.split == "test"]
    signs = np.where(splits["test"][1] > 0, 1, -1)
    m = table.score * signs[table.example]
    right = m > 0
    return (~m.between(*counted))[right].groupby(table[by][right], sort=False).mean()
