"""What is found, in words."""

import keras
import numpy as np
import pandas as pd
import pytest

from hinge_keras.lab import data
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.page import words


def test_names_and_values_are_listed_in_their_form():
    values = {"hinge": 0.5, "logistic": 0.25}
    assert words.listed(values, "{1:.0%} ({0})") == "50% (hinge), 25% (logistic)"
    assert words.listed(pd.Series(values), "{0} {1}") == "hinge 0.5, logistic 0.25"
    assert words.listed({}, "{0}") == ""


def row(finding="undecided", better="", **cells):
    """A row of `analysis.compare`."""
    found = {"measure": "accuracy", "dataset": "d", "a": "x", "b": "y", "pairs": 12}
    found |= {"mean_a": 90.0, "mean_b": 88.8, "difference": 1.2, "low": 0.4}
    found |= {"high": 2.0, "wins": 0.75, "detectable": 1.1, "within": 1.0}
    found |= {"unit": "points", "p": 0.012, "p_equal": 0.6, "family": 3, "marks": ""}
    return {**found, "finding": finding, "better": better, **cells}


def test_an_arm_is_weighed_whichever_side_of_a_comparison_it_is_on():
    table = pd.DataFrame(
        [
            ("hinge", "log", "higher", "hinge"),
            ("L1", "hinge", "higher", "L1"),
            ("L1", "hinge", "lower", "hinge"),
            ("hinge", "L2", "undecided", ""),
        ],
        columns=["a", "b", "finding", "better"],
    )
    told = "of 4 comparisons with hinge it is better in 2 and worse in 1 (L1)"
    assert words.standing(table, "hinge") == told
    assert words.standing(table[:1], "hinge").endswith("better in 1 and worse in 0")


def test_titled_tables_show_their_index():
    table = pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="set"))
    assert words.titled({"One": table, "Two": table}).split("\n\n") == [
        *("One:", "| set | a |\n| --- | --- |\n| x | 1 |"),
        *("Two:", "| set | a |\n| --- | --- |\n| x | 1 |"),
    ]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (row("higher", "x"), "x better by 1.2 points [0.4, 2]"),
        (
            row("lower", "y", difference=-1.0, low=-2.0, high=-0.04),
            "y better by 1 point [0, 2]",
        ),
        (row("equal"), "equal within 1 point"),
        (row("equal", within=0.5), "equal within 0.5 points"),
        (row("undecided"), "undecided"),
        (row("too few pairs"), "too few pairs: 7 needed"),
        (
            row("higher", "y", difference=0.031, low=0.02, high=0.04, unit=""),
            "y better by 0.031 [0.02, 0.04]",
        ),
    ],
)
def test_a_finding_names_the_better_arm_and_its_size(cells, told):
    assert words.finding(cells) == told


def test_two_arms_are_told_beside_each_other():
    assert words.pair(row("lower", "y", difference=-1.2, low=-2.0, high=-0.4)) == (
        "y better than x by 1.2 points [0.4, 2]"
    )
    assert words.pair(row("equal", difference=0.4, low=-0.04)) == (
        "x and y: equal within 1 point, 0.4 points [0, 2]"
    )
    assert words.pair(row(difference=-0.4, low=-2.0, high=1.2)) == (
        "y and x: undecided, 0.4 points [-1.2, 2]"
    )


def test_an_answer_tells_differences_first_and_what_could_be_seen():
    rows = [row("higher", "x"), row("equal", b="z"), row(a="y", b="z"),
            row(a="v", b="z", detectable=1.5)]  # fmt: skip
    assert words.answer(pd.DataFrame(rows)) == (
        "x better than y by 1.2 points [0.4, 2]. Equal within 1 point: x and z. "
        "Undecided, 12 seeds could show 1.5 points: y and z, v and z."
    )
    few = pd.DataFrame([row("too few pairs", pairs=5, family=1)])
    assert words.answer(few) == "Too few seeds, 6 are needed: x and y."


def test_a_tally_counts_what_comparisons_show():
    said = ["higher", "undecided", "too few pairs", "lower", "equal"]
    told = "of 5 comparisons 2 differ, 1 is equal, 1 is undecided, 1 has too few pairs"
    assert words.tally(pd.DataFrame({"finding": said})) == told
    one = pd.DataFrame({"finding": ["equal"]})
    assert words.tally(one) == "of 1 comparison 1 is equal"


def test_comparisons_have_headers_that_an_outsider_reads():
    table = words.comparisons(pd.DataFrame([row("higher", "x", noise=0.2)]))
    assert table.to_dict("records") == [
        {
            "measure": "accuracy",
            "dataset": "d",
            "noise": 0.2,
            "A": "x",
            "B": "y",
            "mean A": "90",
            "mean B": "88.8",
            "A - B [95 %]": "1.2 [0.4, 2]",
            "A wins": "75% of 12",
            "could be seen": "1.1",
            "p, corrected": "0.012 (3)",
            "finding": "x better by 1.2 points [0.4, 2]",
        }
    ]
    few = row("too few pairs", pairs=4, low=np.nan, high=np.nan, detectable=np.nan)
    (told,) = words.comparisons(pd.DataFrame([{**few, "a": "banana"}])).to_dict(
        "records"
    )
    assert (told["A"], told["A - B [95 %]"], told["could be seen"]) == (
        "banana",
        "1.2",
        "",
    )
    marked = words.comparisons(pd.DataFrame([row(marks="a: edge; b: rising")]))
    told = "A: at the edge of what was tried; B: still learning"
    assert marked.marks.tolist() == [told]


@pytest.mark.parametrize(
    ("marks", "told"),
    [
        ("", ""),
        ("a: edge, rising", "A: at the edge of what was tried, still learning"),
        ("smooth: K: rising", "smooth: K: still learning"),
        ("there more knowledge; a: rising sea", "there more knowledge; a: rising sea"),
    ],
)
def test_marks_are_told_and_other_words_left(marks, told):
    assert words.doubts(marks) == told


def test_what_a_seed_draws_says_what_differences_speak_of():
    sets = [data.iris(), data.wine(), data.moons(), data.moons("fixed", random_state=1)]
    assert list(words.estimands(sets)) == [
        "new data of this kind: a seed draws the split, corrected for overlap "
        "(iris, wine)",
        "new data of this kind: a seed draws the points (moons)",
        "these data: a seed draws initial weights and batch order alone (fixed)",
    ]


def test_claims_have_cells_that_an_outsider_reads():
    rows = [claims.number("of x", "s", 0.9, [0.8, 1.0]), claims.exactly("e", "s", 1, 1)]
    table = words.judged(claims.table(rows))
    assert table.to_dict("records")[0] == {
        "claim": "of x",
        "source": "s",
        "published": "0.9",
        "ours [95 %]": "0.9 [0.805, 0.995]",
        "runs at or below": "1 of 2",
        "verdict": "typical",
    }


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


def test_a_name_is_text_in_markdown_and_breaks_no_cell():
    assert words.literal("a|b\nc") == r"a\|b c"
    assert words.literal("<script>*x*") == r"\<script\>\*x\*"
    assert words.literal("[l](http://a.b)") == r"[l]\(http:\//a.b)"
    assert words.literal("_x_ `y` $z$") == r"\_x\_ \`y\` \$z\$"


def test_what_is_harmless_in_markdown_stays_as_it_is():
    told = "squared_hinge better by 1.2 points [0.4, 2], 95 %"
    assert words.literal(told) == told


def test_a_table_of_names_is_literal_heads_and_all():
    table = words.literally(pd.DataFrame({"a|b": ["<i>"], "n": [0.5]}))
    assert words.markdown(table) == "| a\\|b | n |\n| --- | --- |\n| \\<i\\> | 0.5 |"
