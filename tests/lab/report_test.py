"""What is found, in words."""

import pandas as pd

from hinge_keras.lab import report


def test_names_and_values_are_listed_in_their_form():
    values = {"hinge": 0.5, "logistic": 0.25}
    assert report.listed(values, "{1:.0%} ({0})") == "50% (hinge), 25% (logistic)"
    assert report.listed(pd.Series(values), "{0} {1}") == "hinge 0.5, logistic 0.25"
    assert report.listed({}, "{0}") == ""


def test_an_arm_is_weighed_whichever_side_of_a_comparison_it_is_on():
    table = pd.DataFrame(
        [
            ("hinge", "log", 0.1, "hinge higher"),
            ("L1", "hinge", 0.1, "L1 higher"),
            ("L1", "hinge", -0.1, "L1 lower"),
            ("hinge", "L2", -0.1, "no difference seen"),
        ],
        columns=["a", "b", "difference", "verdict"],
    )
    told = "of 4 comparisons with hinge 2 show it higher and 1 lower (than L1)"
    assert report.weighed(table, "hinge") == told
    assert report.weighed(table[:1], "hinge").endswith("1 show it higher and 0 lower")


def test_titled_tables_show_their_index():
    table = pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="set"))
    assert report.titled({"One": table, "Two": table}).split("\n\n") == [
        *("One:", "| set | a |\n| --- | --- |\n| x | 1 |"),
        *("Two:", "| set | a |\n| --- | --- |\n| x | 1 |"),
    ]
