"""Every loss has its picture, and the picture shows the loss."""

import numpy as np

from hinge_keras.lab import gallery


def test_every_loss_is_drawn():
    drawn = {
        axis.get_title().split("(")[0]
        for draw in gallery.FIGURES.values()
        for axis in draw().axes
    }
    assert {type(loss).__name__ for loss in gallery.every_loss()} <= drawn


def test_the_curves_of_labels_bend_where_they_should():
    one, several = gallery.labels_figure().axes
    bends = [bend(line) for line in (*one.lines, several.lines[0])]
    # A margin of 2 for +1, of 1 for -1; a lead of 1 over wrong scores of -1 and 0.
    assert bends == [[2.0], [-1.0], [0.0, 1.0]]


def bend(line):
    """Where the slope of a drawn line changes."""
    x, y = line.get_data()
    return x[1:-1][np.abs(np.diff(y, 2)) > 1e-4].round(9).tolist()


def test_the_page_has_a_row_for_every_loss():
    rows = [line for line in gallery.page().splitlines() if line.startswith("| ")]
    assert len(rows) == 2 + len(list(gallery.every_loss()))
