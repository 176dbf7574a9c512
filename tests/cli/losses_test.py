"""Every loss in a line, one whole, and the nearest of those that are not there."""

import json

import pytest

from hinge_keras import cli
from hinge_keras.cli import losses
from hinge_keras.losses import LOSSES, examples


@pytest.mark.parametrize("cls", LOSSES.classes.values(), ids=list(LOSSES.classes))
def test_each_is_described(cls):
    told = losses.described(cls)
    assert told["told"].endswith((".", ":"))
    assert told["source"]
    own = {each["name"]: each for each in told["arguments"]}
    for name in examples.NEEDED.keys() & own.keys():
        assert own[name]["default"] == "needed"
    assert set(told["facts"]) >= {"convex", "calibrated", "zero_from"}


def test_all_of_them_are_listed_within_80_columns(capsys):
    assert cli.main(["losses"]) == 0
    told = capsys.readouterr().out
    assert all(cls.__name__ in told for cls in LOSSES.classes.values())
    assert max(map(len, told.splitlines())) <= 80


@pytest.mark.parametrize("name", ["Hinge", "hinge", "HINGE"])
def test_one_is_shown_with_formula_ranges_facts_and_source(name, capsys):
    assert cli.main(["losses", name]) == 0
    told = capsys.readouterr().out
    for part in (
        "phi(m) = max(0, margin - m) ** power",
        "margin (1.0): Where the loss reaches zero, above 0.",
        "convex: yes",
        "smoothness: infinite",
        "Cortes and Vapnik",
    ):
        assert part in told


def test_json_says_the_same(capsys):
    assert cli.main(["losses", "squared-hinge", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["name"] == "SquaredHinge"
    assert told["facts"]["smoothness"] == 2.0
    assert told["facts"]["lipschitz"] is None
