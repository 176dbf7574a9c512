"""Every figure draws from a table, with a title and labelled axes."""

import numpy as np
import pandas as pd
import pytest

from hinge_keras.lab import data, figures
from hinge_keras.lab.figures import canvas, colours


def table():
    rng = np.random.default_rng(0)
    cells = [(arm, s, e) for arm in "ab" for s in range(3) for e in range(1, 5)]
    frame = pd.DataFrame(cells, columns=["arm", "seed", "epoch"])
    for column in ("loss_value", "slope", "curvature", "margin", "test_accuracy"):
        frame[column] = rng.random(len(frame))
    return frame.assign(dataset="d", learning_rate=0.1 * frame.epoch, name=frame.arm)


def comparisons():
    row = {
        "dataset": "d",
        "a": "x",
        "b": "y",
        "difference": 0.1,
        "low": 0.0,
        "high": 0.2,
        "within": 1.0,
        "unit": "points",
    }
    return pd.DataFrame(
        [{**row, "finding": found} for found in ("higher", "equal", "undecided")]
    )


def scores():
    splits = data.moons().load(0)
    parts = [
        pd.DataFrame({"split": part, "example": range(len(x)), "score": x[:, 0]})
        for part, (x, _) in splits.items()
    ]
    return pd.concat(parts).assign(arm="a"), splits


SHARES = pd.DataFrame({"arm": ["a"], "share": [0.5], "low": [0.4], "high": [0.6]})
FIGURES = {
    "functions": lambda: figures.functions(
        table(), title="T", y=("loss_value", "slope")
    ),
    "curves": lambda: figures.curves(table(), "loss_value", title="T", panel="dataset"),
    "curves of two parts": lambda: figures.curves(
        table().assign(train_slope=1.0), "slope", title="T", splits=["train", "test"]
    ),
    "gaps": lambda: figures.gaps(comparisons(), title="T"),
    "dots": lambda: figures.dots(
        table(), {"accuracy": "A"}, title="T", xlabel="x", published={"a": 0.5}
    ),
    "dots of one column": lambda: figures.dots(
        table(), "accuracy", title="T", xlabel="x"
    ),
    "bars": lambda: figures.bars(SHARES, title="T", xlabel="x"),
    "rates": lambda: figures.rates(table(), "accuracy", split="test", title="T"),
    "margins": lambda: figures.margins(*scores(), title="T", counted=(0.5, 1.5)),
    "places": lambda: figures.places(
        table(), x="slope", rows="dataset", by="arm", title="T", xlabel="x"
    ),
    "regions": lambda: figures.regions(*scores(), title="T"),
}
LINES = {"x": "epoch", "title": "T", "xlabel": "epoch", "ylabel": "slope"}


@pytest.mark.parametrize("name", FIGURES)
def test_it_draws_with_a_title_and_labels(name):
    figure = FIGURES[name]()
    assert figure.get_suptitle() == "T"
    assert all(axis.get_xlabel() for axis in figure.axes)
    again = FIGURES[name]()
    assert figures.as_files(name, figure) == figures.as_files(name, again)


@pytest.mark.parametrize(
    ("title", "drawn"),
    [
        ("hinge leads", "Hinge leads"),
        ("cross-entropy, then hinge", "Cross-entropy, then hinge"),
        ("psi_G leads", "psi_G leads"),
        ("accuracy: hinge leads", "Accuracy: hinge leads"),
        ("log^2 leads", "log^2 leads"),
    ],
)
def test_a_title_begins_with_a_capital_unless_it_begins_with_a_name(title, drawn):
    figure, _ = canvas.panels(1, title)
    assert figure.get_suptitle() == drawn


def test_many_panels_take_two_rows_and_each_row_has_its_label():
    wide = pd.concat([table().assign(dataset=name) for name in "pqrs"])
    figure = figures.lines(wide, y="slope", panel="dataset", **LINES)
    places = {round(axis.get_subplotspec().rowspan.start) for axis in figure.axes}
    assert places == {0, 1}
    labels = [axis.get_ylabel() for axis in figure.axes]
    assert labels == ["slope", "", "slope", ""]


def test_an_odd_number_of_panels_leaves_no_empty_one():
    wide = pd.concat([table().assign(dataset=name) for name in "pqrst"])
    figure = figures.lines(wide, y="slope", panel="dataset", **LINES)
    assert [axis.get_title() for axis in figure.axes] == list("pqrst")


def test_a_short_logarithmic_axis_has_plain_numbers():
    grown = table().assign(error=[3.0 + k for k in range(len(table()))])
    figure = figures.lines(grown, y="error", logy=True, **LINES)
    figure.canvas.draw()
    axis = figure.axes[0].yaxis
    ticks = [*axis.get_ticklabels(), *axis.get_ticklabels(minor=True)]
    shown = {tick.get_text() for tick in ticks}
    assert {"5", "10", "20"} <= shown


def test_what_a_figure_shows_is_named():
    with pytest.raises(TypeError, match="positional"):
        figures.gaps(comparisons(), "T")


def test_a_missing_number_of_a_map_has_no_text_and_costs_the_others_no_colour():
    numbers = pd.DataFrame({"x": [1.0, np.nan, 3.0]}, index=list("abc"))
    labels = {"title": "T", "xlabel": "x", "ylabel": "y", "unit": "%"}
    (axis,) = figures.heat(numbers, **labels).axes
    assert [text.get_text() for text in axis.texts] == ["1", "", "3"]
    shades = axis.images[0].get_array()
    assert shades[:, 0].tolist() == [0.0, None, 1.0]


def test_the_best_of_a_map_is_darkest_and_bold_and_one_far_off_hides_no_other():
    numbers = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0, 500.0]})
    labels = {"title": "T", "xlabel": "x", "ylabel": "y", "unit": "nats"}
    (axis,) = figures.heat(numbers, **labels, lower_is_better=True).axes
    shades = axis.images[0].get_array()[:, 0].tolist()
    assert shades == pytest.approx([1, 5 / 6, 4 / 6, 3 / 6, 0])
    assert [text.get_weight() for text in axis.texts] == ["bold", *["normal"] * 4]


def test_an_arm_of_one_panel_alone_is_in_the_legend():
    one = table().assign(dataset="p")
    other = table().assign(dataset="q", arm="c")
    wide = pd.concat([one, other])
    figure = figures.lines(wide, y="slope", panel="dataset", **LINES)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b", "c"]


def test_no_title_is_wider_than_its_figure():
    title = "The finding of a study that takes many words to say what it is about " * 2
    figure = figures.dots(table(), "accuracy", title=title.strip(), xlabel="x")
    figure.draw_without_rendering()
    box = figure._suptitle.get_window_extent()
    assert box.x0 > 0
    assert box.x1 < figure.bbox.width


def test_what_is_better_says_on_which_side_and_in_the_colour_of_its_loss():
    rows = comparisons().assign(a="hinge", b="logistic", better=["hinge", "", ""])
    figure = figures.gaps(rows, title="T")
    (axis,) = figure.axes
    assert "right of 0 hinge is better" in axis.get_xlabel().replace("\n", " ")
    (other,) = figures.gaps(rows.assign(a=["hinge", "x", "y"]), title="T").axes
    assert "right of 0 the first is better" in other.get_xlabel().replace("\n", " ")
    assert axis.get_lines()[0].get_color() == colours.LOSSES["hinge"]
    assert axis.get_lines()[2].get_color() == colours.QUIET


def test_a_large_drawing_becomes_a_picture_inside_its_letters(monkeypatch):
    figure = FIGURES["dots"]()
    lines = figures.as_svg(figure)
    monkeypatch.setattr(canvas, "LARGEST", len(lines) - 1)
    drawn = figures.as_svg(figure)
    assert b"<image" in drawn
    assert b"<image" not in lines


def test_right_answers_that_are_not_counted_have_their_share():
    table, splits = scores()
    assert figures.missed(table, splits, (-np.inf, np.inf)).tolist() == [0]
    assert figures.missed(table, splits, (-2, -1)).tolist() == [1]
