"""What every figure is drawn on: style, panels, a title, files."""

import io
import re
import textwrap

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

STYLE = {
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.alpha": 0.25,
    "figure.dpi": 120,
}
NARROWEST, WIDEST = 7.0, 10.0  # Inches: at 800 pixels the text is large enough.
BOLD, PLAIN = 0.108, 0.078  # Inches of a letter, in a title and elsewhere.
LARGEST = 300_000  # Bytes of a drawing that still consists of lines.


def panels(count, title, width=4.0, height=3.6, rows=1, **options):
    """A titled figure with rows of panels; the axes come as a flat list."""
    with plt.rc_context(STYLE):
        columns = -(-count // rows)
        wide = min(max(NARROWEST, width * columns), WIDEST)
        title = wrapped(begun(title), wide / BOLD)
        high = height * rows + 0.35 + 0.25 * len(title.splitlines())
        figure = Figure(figsize=(wide, high), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False, **options).ravel()
        figure.suptitle(title, fontsize=13, fontweight="bold")
        for spare in axes[count:]:
            spare.remove()
    return figure, list(axes[:count])


def begun(title):
    """A title whose first word has a capital, if it is a word: not `psi_G`."""
    return re.sub(r"^[a-z]+(?=[\s,:-])", lambda word: word[0].capitalize(), title)


def wrapped(text, letters):
    """A text in lines of at most so many letters, none of them much shorter."""
    text = text.replace(" %", "\N{NO-BREAK SPACE}%")
    lines = -(-len(text) // int(letters))
    even = min(int(letters), len(text) // max(1, lines) + 8)
    return "\n".join(textwrap.wrap(text, even))


def below(axis, text):
    """The label of a horizontal axis, in lines that fit its width once all is drawn."""
    axis.figure.draw_without_rendering()
    wide = axis.get_window_extent().width / axis.figure.dpi
    axis.set_xlabel(wrapped(text, wide / PLAIN))


def legend(figure, axes):
    """The legend below all panels, each name once: it need not be in every one."""
    found = {}
    for axis in axes:
        for handle, name in zip(*axis.get_legend_handles_labels(), strict=True):
            found.setdefault(name, handle)
    if found:
        longest = 0.7 + PLAIN * max(map(len, found))
        columns = max(1, int(figure.get_size_inches()[0] / longest))
        figure.legend(
            found.values(),
            found.keys(),
            loc="outside lower center",
            ncols=min(len(found), columns),
            fontsize=10,
            frameon=False,
        )


def logarithmic(axis, direction):
    """A logarithmic scale, `"x"` or `"y"`; plain numbers where it is short."""
    getattr(axis, f"set_{direction}scale")("log")
    low, high = getattr(axis, f"get_{direction}lim")()
    if high < 100 * low:
        scale = getattr(axis, f"{direction}axis")
        scale.set_minor_locator(LogLocator(subs=(2, 5)))
        scale.set_major_formatter("{x:g}")
        scale.set_minor_formatter("{x:g}")


def as_png(figure):
    """A figure as the bytes of a PNG file, 120 dots an inch."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=120, metadata={"Software": None})
    return file.getvalue()


def as_svg(figure):
    """A figure as the bytes of an SVG file, equal ones for equal figures.

    Where lines and dots alone would make it larger than `LARGEST` they become a picture
    in it, and the letters stay.
    """
    drawn = scalable(figure)
    if len(drawn) > LARGEST:
        for axis in figure.axes:
            for artist in (*axis.lines, *axis.collections, *axis.patches):
                artist.set_rasterized(True)
        drawn = scalable(figure)
    return drawn


def scalable(figure):
    """A figure in SVG, without a date and with names that do not depend on chance."""
    file = io.BytesIO()
    with plt.rc_context({"svg.hashsalt": "hinge_keras"}):
        figure.savefig(file, format="svg", dpi=120, metadata={"Date": None})
    return file.getvalue()


def as_files(name, figure):
    """A figure as the files that are published of it, `{file name: bytes}`."""
    return {f"{name}.png": as_png(figure), f"{name}.svg": as_svg(figure)}
