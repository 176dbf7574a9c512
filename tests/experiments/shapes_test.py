"""Shapes and worked examples agree with sums done by hand."""

import numpy as np
import pytest

import hinge_keras as hk
from experiments import shapes


def test_a_shape_has_value_slope_and_curvature_at_every_margin():
    table = shapes.shapes({"square": hk.SquaredHinge(), "hinge": hk.Hinge()}, 2.0)
    assert list(table.columns) == ["name", "margin", "loss", "slope", "curvature"]
    square, hinge = (table[table.name == name] for name in ("square", "hinge"))
    assert (square.margin.min(), square.margin.max()) == (-2.0, 2.0)
    np.testing.assert_allclose(square.loss, np.maximum(0, 1 - square.margin) ** 2)
    assert hinge[hinge.margin > 1].slope.eq(0).all()
    assert hinge[hinge.margin < 1].slope.eq(-1).all()


@pytest.mark.parametrize(
    ("how", "expected"), [("", 1.0), ("sum", 2.0), ("weights 1, 0", 0.25)]
)
def test_rows_are_summed_up_as_the_example_says(how, expected):
    value = shapes.worked(hk.Hinge, [[1], [1]], [[0.5], [-0.5]], how)
    assert value == pytest.approx(expected)


def test_a_loss_is_flat_only_where_its_slope_is_zero_throughout():
    losses = {"hinge": hk.Hinge(), "logistic": hk.Logistic(), "wide": hk.Hinge(2.0)}
    table = shapes.shapes(losses)
    assert shapes.flat(table, 1.0) == ["hinge"]
    assert shapes.flat(table, 2.0) == ["hinge", "wide"]
