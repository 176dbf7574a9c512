"""Figures of the scores that models give."""

import numpy as np

from hinge_keras.lab.figures.canvas import colour_of, panels


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


def margins(scores, splits, *, title, by="arm", band=None):
    """Histograms of the margin on the test part, one panel an arm.

    Args:
        scores: Rows of `Results.scores`.
        splits: The data set's splits, for the labels.
        title: The finding.
        by: The column that names the panels.
        band: A band of margins to shade.
    """
    table = scores[scores.split == "test"]
    signs = np.where(splits["test"][1] > 0, 1, -1)
    table = table.assign(margin=table.score * signs[table.example])
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
