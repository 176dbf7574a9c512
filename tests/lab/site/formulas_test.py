"""Formulas of docstrings are set as what they say."""

import re

import pytest

from hinge_keras.lab.site import formulas


def flat(text):
    """A formula's MathML without its tags."""
    return re.sub(r"<[^>]+>", "", formulas.typeset(text)).replace(
        "&InvisibleTimes;", ""
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("phi(m) = max(0, 1 - m)", "&phi;(m)=max(0,1&minus;m)"),
        ("phi(s_y - max_{j != y} s_j)", "&phi;(sy&minus;maxj ≠ ysj)"),
        ("(1 - m) ** 2", "(1&minus;m)2"),
        ("1 - (a - b)", "1&minus;(a&minus;b)"),
        ("mean(rivals_[1..k])", "mean(rivals1…k)"),
    ],
)
def test_a_formula_says_the_same_when_it_is_set(text, told):
    assert flat(text) == told


def test_a_quotient_is_a_fraction_and_needs_no_brackets():
    assert "<mfrac>" in formulas.typeset("(a + b) / 2")
    assert "(" not in flat("(a + b) / 2")


def test_what_cannot_be_read_stays_code_and_is_escaped():
    assert formulas.mathml("sum of <b>s") == "<code>sum of &lt;b&gt;s</code>"


def test_the_first_formula_of_some_length_is_the_loss():
    docstring = (
        "The hinge at `1 - h`.\n\n`phi(m) = max(0, 1 - m)`, not `Hinge(margin=2)`."
    )
    assert formulas.formula(docstring) == "phi(m) = max(0, 1 - m)"
    assert formulas.formula("Shapes `(..., 2)` and `Hinge()` are none.") == ""
