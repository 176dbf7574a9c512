"""What every figure is drawn on: colours, style, panels, a file."""

import io

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

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
    """A titled figure with rows of panels; the axes come as a flat list."""
    with plt.rc_context(STYLE):
        columns = -(-count // rows)
        figure = Figure(
            figsize=(max(6.0, width * columns), height * rows + 0.6),
            layout="constrained",
        )
        axes = figure.subplots(rows, columns, squeeze=False, **options).ravel()
        figure.suptitle(title, fontsize=13, fontweight="bold", wrap=True)
        for spare in axes[count:]:
            spare.remove()
    return figure, list(axes[:count])


def logarithmic(axis, direction):
    """A logarithmic scale, `"x"` or `"y"`; plain numbers where it is short."""
    getattr(axis, f"set_{direction}scale")("log")
    low, high = getattr(axis, f"get_{direction}lim")()
    if high < 100 * low:
        scale = getattr(axis, f"{direction}axis")
        scale.set_minor_locator(LogLocator(subs=(2, 5)))
        scale.set_major_formatter("{x:g}")
        scale.set_minor_formatter("{x:g}")


def colour_of(names):
    """A colour for each name, in order of first appearance."""
    unique = list(dict.fromkeys(names))
    return {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(unique)}


def as_png(figure):
    """A figure as the bytes of a PNG file, 120 dots an inch."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=120, metadata={"Software": None})
    return file.getvalue()
