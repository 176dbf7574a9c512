"""A statement that is repeated: its source, the numbers that answer it, its verdict.

A statement predicts a range of numbers. Each case that is measured lies inside that
range, outside, or across its end; the verdict follows from where all of them lie. An
exact number is one point, what varies from seed to seed an interval.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from hinge_keras.lab.analysis import evidence

TRUE, FALSE = "true", "false"
DEPENDS, UNDECIDED, UNMEASURED = "depends", "undecided", "not measured"
VERDICTS = (FALSE, DEPENDS, UNDECIDED, TRUE, UNMEASURED)


class Source(NamedTuple):
    """Who says it, and where it can be read if that is known."""

    name: str
    link: str = ""


class Range(NamedTuple):
    """The numbers that a statement predicts, ends included, and how one says them."""

    low: float
    high: float
    said: str

    def holds(self, case):
        """`TRUE` for a case inside, `FALSE` outside, `UNDECIDED` across an end."""
        if self.low <= case.low and case.high <= self.high:
            return TRUE
        if case.high < self.low or case.low > self.high:
            return FALSE
        return UNDECIDED  # An interval that is missing is here too.


def exactly(value):
    """That number, as single precision gives it."""
    return Range(value - 1e-6, value + 1e-6, f"{value:g}")


def at_least(value):
    """That number or a larger one."""
    return Range(value, math.inf, f"{value:g} or more")


def above(value):
    """Any larger number."""
    return Range(math.nextafter(value, math.inf), math.inf, f"above {value:g}")


def below(value):
    """Any smaller number."""
    return Range(-math.inf, math.nextafter(value, -math.inf), f"below {value:g}")


def within(reach):
    """Any number no further from 0."""
    return Range(-reach, reach, f"within {reach:g}")


class Sample(NamedTuple):
    """Numbers that vary from seed to seed.

    Attributes:
        values: One a seed; truth values are told as their share.
        overlap: As for `evidence.of_pairs`.
    """

    values: Any
    overlap: float = 0.0


class Case(NamedTuple):
    """What was measured: a number or a mean, its interval, the seeds behind it."""

    value: float
    low: float
    high: float
    seeds: int = 1


def case(measured, family=1):
    """What was measured, with the interval of a family of so many.

    Args:
        measured: A number, a `Sample`, or a `Case` as it is.
        family: How many intervals are to hold at once.
    """
    if isinstance(measured, Case):
        return measured
    if not isinstance(measured, Sample):
        return Case(float(measured), float(measured), float(measured))
    values, alpha = np.asarray(measured.values), evidence.ALPHA / family
    if values.dtype == bool:
        found = binomtest(int(values.sum()), len(values))
        interval = found.proportion_ci(1 - alpha, method="wilson")
    else:
        interval = evidence.of_pairs(values, measured.overlap).interval(alpha)
    return Case(values.mean(), *interval, len(values))


@dataclass(frozen=True)
class Statement:
    """What is said, and what would answer it.

    Attributes:
        text: The statement in short.
        source: Who says it.
        predicts: The numbers at which it is true.
        measure: Gives what is measured: a number or a `Sample`, or several by the name
            of their case; nothing where it cannot be measured here. Its docstring says
            what the number is, or why there is none.
    """

    text: str
    source: Source
    predicts: Range | None
    measure: Callable

    @property
    def number(self):
        return " ".join(self.measure.__doc__.split())

    def measured(self, *given):
        """What is measured by the name of its case; `""` for the only one."""
        found = self.measure(*given)
        return found if isinstance(found, dict) else {"": found}


def says(statements, text, source, predicts=None):
    """Puts a statement on a list, with the function below as its measure."""

    def listed(measure):
        statements.append(Statement(text, source, predicts, measure))
        return measure

    return listed


def verdict(held):
    """The one word for all cases of a statement; undecided ones are left out.

    Args:
        held: What `Range.holds` says of each.
    """
    said = {*held} - {UNDECIDED}
    if not held:
        return UNMEASURED
    if not said:
        return UNDECIDED
    return DEPENDS if len(said) > 1 else said.pop()


def judged(answers):
    """One row a statement and case; all intervals of seeds are one family.

    Args:
        answers: Statements, each with what was measured by the name of its case.
    """
    sampled = [
        each
        for _, cases in answers
        for each in cases.values()
        if isinstance(each, Sample)
    ]
    return pd.DataFrame(
        row for answer in answers for row in rows_of(*answer, family=len(sampled))
    )


def rows_of(statement, measured, family):
    """The rows of one statement, at least one."""
    cases = {name: case(each, family) for name, each in measured.items()}
    held = {name: statement.predicts.holds(each) for name, each in cases.items()}
    row = {
        "statement": statement.text,
        "verdict": verdict(held.values()),
        "source": statement.source.name,
        "link": statement.source.link,
        "number": statement.number,
        "predicts": statement.predicts.said if statement.predicts else "",
    }
    for name in cases:
        yield {**row, "case": name, **cases[name]._asdict(), "holds": held[name]}
    if not cases:
        yield {**row, "case": "", "seeds": 0, "holds": UNMEASURED}
