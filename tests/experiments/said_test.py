"""Every study says what would overturn its answer, and what that means for a reader."""

import ast
import re

import pytest

from experiments import __main__ as command

LONGEST = {"overturned": 200, "means": 230}
# Numbers are for the finding, which computes them; those of names and labels are none.
RESULT = re.compile(r"\d+(\.\d+)? ?(%|points?|times|seconds|nats|epochs)")


def said(source, argument):
    """What each call in a source passes as an argument, computed parts left out."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg == argument:
            yield "".join(texts(node.value))


def texts(node):
    """The texts of an expression in their order, those inside computed parts left out."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield from texts(part)
    elif isinstance(node, ast.IfExp):
        yield from (*texts(node.body), *texts(node.orelse))


def sentence(name, argument):
    """That of a study, `""` if it has none."""
    return " ".join(said((command.HERE / f"{name}.py").read_text(), argument))


@pytest.mark.parametrize("argument", LONGEST)
@pytest.mark.parametrize("name", command.matching([]))
def test_every_study_says_it_in_a_sentence_or_two(name, argument):
    told = sentence(name, argument)
    assert told.endswith("."), f"{name} says {told!r}"
    assert 40 < len(told) <= LONGEST[argument]


@pytest.mark.parametrize("argument", LONGEST)
def test_no_two_studies_say_the_same(argument):
    told = [sentence(name, argument) for name in command.matching([])]
    told = [each for each in told if each]
    assert len({*told}) == len(told)


@pytest.mark.parametrize("name", command.matching([]))
def test_advice_types_in_no_result_and_has_a_recipe(name):
    assert not RESULT.search(sentence(name, "means"))
    assert (command.HERE / "recipes" / f"{sentence(name, 'recipe')}.py").is_file()


def test_a_result_that_is_typed_in_is_found():
    assert RESULT.search("It gains 2.5 points.")
    assert not RESULT.search("Labels of -1 and +1, psi_M(0.5), CIFAR-10.")


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("lab.Findings(sentence='a', notes='b')", []),
        ("lab.Findings(sentence='a', overturned='more ' 'seeds.')", ["more seeds."]),
        ("lab.Findings(overturned=f'over {n} seeds.')", ["over  seeds."]),
    ],
)
def test_a_study_without_such_a_sentence_is_found(source, found):
    assert list(said(source, "overturned")) == found
