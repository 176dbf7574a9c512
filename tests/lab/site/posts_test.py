"""What a post says of its size and of what follows from it."""

import pandas as pd
import pytest

from hinge_keras.lab.site.posts import ranged, recipe
from hinge_keras.lab.site.studies import numeric


@pytest.fixture
def recipes(tmp_path):
    folder = tmp_path / "recipes"
    folder.mkdir()
    (folder / "look.py").write_text("print(2)\n")
    (tmp_path / "secret.py").write_text("print(1)\n")
    return folder


def test_a_recipe_is_the_script_that_a_study_names_or_its_own_text(recipes):
    assert recipe("look", recipes) == "print(2)\n"
    assert recipe("print(3)\nprint(4)\n", recipes) == "print(3)\nprint(4)\n"
    assert recipe("", recipes) == recipe("none", recipes) == ""


def test_a_recipe_lies_in_its_folder(recipes):
    assert recipe("../secret", recipes) == ""


def test_numbers_are_told_as_a_range():
    assert ranged(pd.Series([30.0, 30.0])) == "30"
    assert ranged(pd.Series([8.0, 30.0])) == "8 to 30"


def test_a_column_is_of_numbers_if_nothing_in_it_is_another_text():
    assert numeric(pd.Series(["1", "", "2.5"]), "tau").fillna(0).tolist() == [1, 0, 2.5]
    assert numeric(pd.Series(["1", "hinge"]), "arm").tolist() == ["1", "hinge"]
    assert numeric(pd.Series(["", ""]), "better").tolist() == ["", ""]
    assert numeric(pd.Series(["", ""]), "low").isna().all()
