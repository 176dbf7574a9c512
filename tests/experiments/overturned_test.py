"""Every study says what result of what further run would overturn its answer."""

import ast

import pytest

from experiments import __main__ as command

LONGEST = 200


def said(source):
    """What each call in a source passes as `overturned`, computed parts left out."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg == "overturned":
            parts = [part for part in ast.walk(node.value) if hasattr(part, "value")]
            texts = [part.value for part in parts if isinstance(part.value, str)]
            yield "".join(texts)


def sentence(name):
    """That of a study, `""` if it has none."""
    return " ".join(said((command.HERE / f"{name}.py").read_text()))


@pytest.mark.parametrize("name", command.matching([]))
def test_every_study_says_what_would_overturn_it(name):
    told = sentence(name)
    assert told.endswith("."), f"{name} says {told!r}"
    assert 40 < len(told) <= LONGEST


def test_no_two_studies_say_the_same():
    told = [sentence(name) for name in command.matching([])]
    told = [each for each in told if each]
    assert len({*told}) == len(told)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("lab.Findings(sentence='a', notes='b')", []),
        ("lab.Findings(sentence='a', overturned='more ' 'seeds.')", ["more seeds."]),
        ("lab.Findings(overturned=f'over {n} seeds.')", ["over  seeds."]),
    ],
)
def test_a_study_without_such_a_sentence_is_found(source, found):
    assert list(said(source)) == found
