"""A study's page: what stands on it, in which order."""

import pandas as pd

from hinge_keras.lab.page import findings


def page(recipe="", **cells):
    found = findings.Findings(
        sentence="It does.",
        summary=pd.DataFrame({"a": [1]}),
        figures={"gaps": None},
        **cells,
    )
    return findings.page(found, "Does it?", {"seeds": 10}, recipe=recipe)


def test_what_would_overturn_the_answer_stands_after_the_notes():
    parts = page(notes="A note.", overturned="more seeds.").split("\n\n")
    assert parts[2:6] == [
        "**It does.**",
        "A note.",
        "What would overturn this: more seeds.",
        "![gaps](gaps.png)",
    ]


def test_a_page_without_such_a_sentence_has_no_line_for_it():
    assert "overturn" not in page(notes="A note.")
    assert "\n\n\n" not in page()


def test_what_it_means_stands_after_the_figures_with_its_recipe():
    parts = page(means="Do so.", recipe="print(1)\n").split("\n\n")
    assert parts[3:6] == [
        "![gaps](gaps.png)",
        "## What it means for you",
        "Do so.",
    ]
    assert parts[6] == "```python\nprint(1)\n```"
    assert "means" not in page()
    assert "python" not in page(means="Do so.")
