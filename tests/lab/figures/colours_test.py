"""A loss has one colour everywhere, and readers of all kinds tell them apart."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from hinge_keras.lab.figures import colours

# What red-blind and green-blind readers see, in linear light (Machado et al. 2009).
SEEN = {
    "everybody": np.eye(3),
    "red-blind": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "green-blind": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
}  # fmt: skip
COMMON = (
    "cross-entropy",
    "hinge",
    "squared hinge",
    "psi_G",
    "psi_M",
    "multiclass hinge",
)


def linear(colour):
    value = np.array(to_rgb(colour))
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(light):
    """CIE Lab of linear light."""
    to_xyz = [
        [0.4124, 0.3576, 0.1805],
        [0.2126, 0.7152, 0.0722],
        [0.0193, 0.1192, 0.9505],
    ]
    xyz = np.array(to_xyz) @ np.clip(light, 0, 1) / [0.9505, 1.0, 1.089]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one, other):
    """As the guidelines for web pages have it, 1 to 21."""
    lights = sorted(linear(c) @ [0.2126, 0.7152, 0.0722] for c in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


@pytest.mark.parametrize("reader", SEEN)
def test_colours_of_losses_differ_for_every_reader(reader):
    seen = [lab(np.array(SEEN[reader]) @ linear(colours.LOSSES[n])) for n in COMMON]
    apart = [np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)]
    assert min(apart) > 10


@pytest.mark.parametrize("colour", colours.LOSSES.values())
def test_colours_stand_out_from_white_and_from_a_dark_page(colour):
    assert contrast(colour, "white") > 2.4
    assert contrast(colour, "#0d1117") > 2.4


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("hinge", "hinge"),
        ("Hinge", "hinge"),
        ("hinge, tanh, 12-8", "hinge"),
        ("one-vs-rest squared hinge", "squared hinge"),
        ("squared_hinge", "squared hinge"),
        ("smooth hinge, psi_M(1)", "psi_M"),
        ("one-vs-rest smooth hinge psi_G(0.5)", "psi_G"),
        ("bound of psi_G", "psi_G"),
        ("softmax cross-entropy", "cross-entropy"),
        ("weighted cross-entropy", "cross-entropy"),
        ("the same, Crammer-Singer", "multiclass hinge"),
        ("4-2 units, cross-entropy", "cross-entropy"),
        ("MNIST", None),
        ("Newton, sigma narrowed", None),
    ],
)
def test_a_name_means_its_loss(name, loss):
    assert colours.loss_of(name) == loss


def test_variants_of_a_loss_share_its_colour_and_differ_in_dash_and_marker():
    drawn = colours.looks(["hinge, tanh", "MNIST", "hinge, linear", "squared hinge"])
    tanh, other, linear_head, squared = drawn.values()
    assert tanh.colour == linear_head.colour == colours.LOSSES["hinge"]
    assert tanh.dash != linear_head.dash
    assert tanh.marker != linear_head.marker
    assert squared.colour == colours.LOSSES["squared hinge"]
    assert other.colour not in colours.LOSSES.values()


def test_an_order_of_names_changes_no_colour():
    names = ["logistic", "hinge", "psi_G"]
    one, other = colours.looks(names), colours.looks(names[::-1])
    assert {n: one[n].colour for n in names} == {n: other[n].colour for n in names}
