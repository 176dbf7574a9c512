"""What a hinge's own slope leaves alone, the slope of the lead moves."""

import keras
import numpy as np

import hinge_keras as hk
from experiments import attacks

X = np.eye(3, dtype="float32")
Y = np.arange(3.0)


def linear(scale):
    """A net whose lead is `scale` at every row of X."""
    net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    net.set_weights([scale * np.eye(3), np.zeros(3)])
    return net


def test_a_hinge_has_no_slope_where_the_margin_is_met():
    assert not attacks.slopes(linear(2.0), hk.CrammerSinger(), X, Y).any()
    assert attacks.slopes(linear(0.5), hk.CrammerSinger(), X, Y).any(axis=1).all()


def test_the_lead_has_a_slope_everywhere_that_lowers_it():
    net = linear(2.0)
    slopes = attacks.slopes(net, attacks.NEVER_FLAT, X, Y)
    assert (np.diag(slopes) == -2).all()
    assert attacks.accuracy(net, X, Y) == 1
    assert attacks.accuracy(net, X + np.float32(0.6) * np.sign(slopes), Y) == 0
