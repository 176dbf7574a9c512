"""What is found, in words."""

import keras
import pandas as pd

from hinge_keras.lab import data
from hinge_keras.lab.page import words


def test_names_and_values_are_listed_in_their_form():
    values = {"hinge": 0.5, "logistic": 0.25}
    assert words.listed(values, "{1:.0%} ({0})") == "50% (hinge), 25% (logistic)"
    assert words.listed(pd.Series(values), "{0} {1}") == "hinge 0.5, logistic 0.25"
    assert words.listed({}, "{0}") == ""


def test_an_arm_is_weighed_whichever_side_of_a_comparison_it_is_on():
    table = pd.DataFrame(
        [
            ("hinge", "log", "higher"),
            ("L1", "hinge", "higher"),
            ("L1", "hinge", "lower"),
            ("hinge", "L2", "undecided"),
        ],
        columns=["a", "b", "finding"],
    )
    told = "of 4 comparisons with hinge 2 show it higher and 1 lower (than L1)"
    assert words.standing(table, "hinge") == told
    assert words.standing(table[:1], "hinge").endswith("1 show it higher and 0 lower")


def test_titled_tables_show_their_index():
    table = pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="set"))
    assert words.titled({"One": table, "Two": table}).split("\n\n") == [
        *("One:", "| set | a |\n| --- | --- |\n| x | 1 |"),
        *("Two:", "| set | a |\n| --- | --- |\n| x | 1 |"),
    ]


def test_a_finding_is_told_of_its_first_arm():
    rows = [{"a": "x", "finding": f} for f in ("higher", "undecided", "too few pairs")]
    told = ["x higher", "no difference seen", "too few pairs"]
    assert [words.finding(row) for row in rows] == told


def test_a_tally_counts_the_differences_seen():
    said = ["higher", "undecided", "too few pairs", "lower"]
    assert words.tally(pd.DataFrame({"finding": said})) == "2 of 4"


def test_the_leader_is_highest_in_most_columns():
    means = pd.DataFrame({"x": [1, 2], "y": [2, 1], "z": [0, 3]}, index=["a", "b"])
    assert words.leader(means) == ("b", "2 of 3")


def test_an_optimizer_is_told_by_what_is_not_default():
    optimizer = keras.optimizers.SGD(learning_rate=9.0, momentum=0.9)
    assert words.optimizer(optimizer) == "SGD(momentum=0.9)"


def test_a_data_set_is_told_the_same_in_every_run():
    noisy = data.with_label_noise(data.iris(), 0.2)
    assert words.dataset(noisy) == "iris, noise 0.2 (clean iris, share 0.2)"
    assert " at 0x" not in words.dataset(data.table("ecoli", shares=(9, 9, 9)))
