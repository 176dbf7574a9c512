"""Every law on every loss: a new loss is tested the moment it exists."""

from hinge_keras import check


def test_law(loss_and_law):
    loss, law = loss_and_law
    law(loss, check.Examples(loss))
