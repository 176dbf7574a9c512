"""Known losses under the general form, and how far the two are apart, as a figure."""

import numpy as np

from hinge_keras.lab.figures.canvas import panels
from hinge_keras.lab.figures.colours import looks

NONE = 1e-17  # Differences below are drawn there.


def overlay(table, groups, title, aside):
    """One column of panels a group: the losses above, their differences below.

    Args:
        table: As from `general_form.courses`.
        groups: What each loss has in common with others, by its name.
        title: The finding.
        aside: What the differences in `aside` are of.
    """
    parts = list(table.groupby(table.loss.map(groups), sort=False))
    figure, axes = panels(2 * len(parts), title, width=4.4, rows=2, sharex=True)
    drawn = looks(table.loss)
    above, below = axes[: len(parts)], axes[len(parts) :]
    for top, bottom, (group, rows) in zip(above, below, parts, strict=True):
        for name, part in rows.groupby("loss", sort=False):
            colour = drawn[name].colour
            top.plot(part.margin, part.known, color=colour, lw=5, alpha=0.3, label=name)
            top.plot(part.margin, part.general, "--", color=colour, lw=1.2)
            apart = np.maximum(NONE, part.apart)
            bottom.plot(part.margin, apart, color=colour, lw=1.2)
            moved = part.aside.where(part.aside > NONE)
            bottom.plot(part.margin, moved, ":", color=colour, lw=1.2)
        top.set(title=group, ylim=(-0.2, 12))
        top.legend(
            fontsize=8, frameon=False, loc="upper right", handlelength=1, borderpad=0
        )
        bottom.set(xlabel="margin", yscale="log", ylim=(NONE / 3, 10))
    above[0].set_ylabel("loss (pale) and general form (dashed)")
    below[0].set_ylabel(f"difference; {NONE:g}: none")
    below[0].plot([], [], color="grey", label="general form")
    below[0].plot([], [], ":", color="grey", label=aside)
    below[0].legend(fontsize=8, frameon=False, loc="center left")
    return figure
