"""Every figure draws from a table, with a title and labelled axes."""

import numpy as np
import pandas as pd
import pytest

from hinge_keras.lab import data, plots


def table():
    rng = np.random.default_rng(0)
    cells = [(loss, s, e) for loss in "ab" for s in range(3) for e in range(1, 5)]
    frame = pd.DataFrame(cells, columns=["loss", "seed", "epoch"])
    for column in ("loss_value", "slope", "curvature", "margin", "test_accuracy"):
        frame[column] = rng.random(len(frame))
    return frame.assign(dataset="d", learning_rate=0.1 * frame.epoch, name=frame.loss)


def verdicts():
    row = {
        "dataset": "d",
        "a": "x",
        "b": "y",
        "difference": 0.1,
        "low": 0.0,
        "high": 0.2,
    }
    return pd.DataFrame(
        [{**row, "verdict": v} for v in ("x higher", "no difference seen")]
    )


def scores():
    splits = data.moons().load(0)
    parts = [
        pd.DataFrame({"split": part, "example": range(len(x)), "score": x[:, 0]})
        for part, (x, _) in splits.items()
    ]
    return pd.concat(parts).assign(loss="a"), splits


FIGURES = {
    "functions": lambda: plots.functions(table(), "T", y=("loss_value", "slope")),
    "curves": lambda: plots.curves(table(), ["loss_value"], "T", panel="dataset"),
    "gaps": lambda: plots.gaps(verdicts(), "T"),
    "dots": lambda: plots.dots(
        table(), {"test_accuracy": "A"}, "T", "loss", "x", {"a": 0.5}
    ),
    "dots of one column": lambda: plots.dots(
        table(), "test_accuracy", "T", "loss", "x"
    ),
    "bars": lambda: plots.bars(
        pd.DataFrame({"n": ["a"], "share": [0.5], "low": [0.4], "high": [0.6]}),
        "T",
        "n",
        "x",
    ),
    "guesses": lambda: plots.guesses(
        table().rename(columns={"test_accuracy": "test_top_1"}), [1], "T"
    ),
    "rates": lambda: plots.rates(table(), "test_accuracy", "T"),
    "margins": lambda: plots.margins(*scores(), "T", band=(-0.5, 0.5)),
    "regions": lambda: plots.regions(*scores(), "T"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_it_draws_with_a_title_and_labels(name, tmp_path):
    figure = FIGURES[name]()
    assert figure.get_suptitle() == "T"
    assert all(axis.get_xlabel() for axis in figure.axes)
    plots.save(figure, tmp_path / "figure.png")
    plots.save(FIGURES[name](), tmp_path / "again.png")
    assert (tmp_path / "figure.png").read_bytes() == (
        tmp_path / "again.png"
    ).read_bytes()


def test_many_panels_take_two_rows_and_each_row_has_its_label():
    wide = pd.concat([table().assign(dataset=name) for name in "pqrs"])
    figure = plots.lines(wide, "epoch", "slope", "T", "epoch", "slope", panel="dataset")
    places = {round(axis.get_subplotspec().rowspan.start) for axis in figure.axes}
    assert places == {0, 1}
    labels = [axis.get_ylabel() for axis in figure.axes]
    assert labels == ["slope", "", "slope", ""]


def test_an_odd_number_of_panels_leaves_no_empty_one():
    wide = pd.concat([table().assign(dataset=name) for name in "pqrst"])
    figure = plots.lines(wide, "epoch", "slope", "T", "epoch", "slope", panel="dataset")
    assert [axis.get_title() for axis in figure.axes] == list("pqrst")


def test_a_short_logarithmic_axis_has_plain_numbers():
    grown = table().assign(error=[3.0 + k for k in range(len(table()))])
    figure = plots.lines(grown, "epoch", "error", "T", "epoch", "error", logy=True)
    figure.canvas.draw()
    axis = figure.axes[0].yaxis
    ticks = [*axis.get_ticklabels(), *axis.get_ticklabels(minor=True)]
    shown = {tick.get_text() for tick in ticks}
    assert {"5", "10", "20"} <= shown
