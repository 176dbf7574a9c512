"""Holds what is published to its own rules: `python -m experiments.audit`.

It reads the tables in `results/` and what each study declares, computes again from the
trials which arms lie at an edge of their grid and which still learn, and compares. The
exit status is 1 if a rule is broken.
"""

import importlib
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from experiments import documents
from experiments.__main__ import known
from hinge_keras.lab import analysis
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.analysis.evidence import ALPHA
from hinge_keras.lab.options import RESULTS
from hinge_keras.lab.page import words
from hinge_keras.lab.results import SHORTEST
from hinge_keras.lab.tables import view
from hinge_keras.lab.tables.schema import (
    CELL,
    EDGE,
    EPOCH,
    EQUAL,
    RISING,
    UNDECIDED,
    VALIDATION,
    column,
    unit_of,
)

LONGEST = 140
# How many a headline speaks of: of something, or so many of so many, or n.
COUNT = re.compile(r"\d seeds|\d of \d|n = \d|\d[\d,]* [a-z ]*(sets|images|examples|nets|"
                   r"comparisons|pitfalls|numbers)|of \d+,")  # fmt: skip
HEADS = re.compile(r"^\|(.*)\|\n\| ---", re.MULTILINE)  # Of a table in Markdown.
LINK = re.compile(r"https?://|arXiv \d")
WORDS = ("marks", "better", "why", "on", "finding")  # Columns in which nothing is "".


def main(results=RESULTS):
    """Print how often each rule was looked at and broken; the exit status."""
    looked, broken = {}, {}
    found = [(name, checked(Path(results) / name, name)) for name in known()]
    found.append(("all studies", of_verdicts(Path(results))))
    for name, rules in found:
        for rule, fault in rules:
            looked[rule] = looked.get(rule, 0) + 1
            if fault:
                broken.setdefault(rule, []).append(f"{name}: {fault}")
    for rule, count in looked.items():
        print(f"{rule}: {len(broken.get(rule, []))} of {count}")
    for fault in [fault for faults in broken.values() for fault in faults]:
        print(f"  {fault}")
    return 1 if broken else 0


def checked(folder, name):
    """Each rule that a study was held to, with what is wrong or `""`."""
    if said := view.manifest(folder):
        yield from of_page(folder, said, importlib.import_module(module_of(name)))
    summary = table(folder / "summary.csv")
    if {*analysis.SAID} <= {*summary}:
        for row in summary.to_dict("records"):
            yield from of_comparison(row)
        experiment = getattr(importlib.import_module(module_of(name)), "EXPERIMENT", 0)
        trials = table(folder / "trials.csv")
        if experiment and len(trials):
            yield from of_choices(experiment, trials, summary)
            yield from of_budgets(
                experiment, table(folder / "curves.csv"), trials, summary
            )
    for row in table(folder / "claims.csv").to_dict("records"):
        yield from of_claim(row)


def of_page(folder, said, study):
    """A page read aloud: a short headline with its numbers, a story, sources, headers."""
    told = said["finding"]
    yield f"headlines above {LONGEST} characters", told[LONGEST:] and told
    yield "headlines that do not say of how many", "" if COUNT.search(told) else told
    yield "pages without a story", "" if said.get("story") else told
    yield (
        "pages without advice and recipe",
        ("" if said.get("means") and said.get("recipe") else told),
    )
    heads = HEADS.findall((folder / "README.md").read_text())
    cells = [cell for row in heads for cell in row.split("|")]
    coded = [cell for cell in cells if words.header(cell) != cell]
    yield "headers in code", ", ".join(coded)
    claimed = table(folder / "claims.csv")
    if len(claimed) and not LINK.search(study.__doc__):
        unknown = {*claimed.source} - {*table(documents.LISTED).source}
        yield "sources that neither a link nor a list leads to", ", ".join(unknown)


def of_comparison(row):
    """What a row of comparisons says follows from the numbers beside it."""
    told = f"{row['a']} - {row['b']} ({row['measure']})"
    if row["better"]:
        seen = row["p"] <= ALPHA and row["low"] * row["high"] > 0
        yield "differences announced that their test does not see", "" if seen else told
    if row["finding"] == EQUAL:
        shown = row["p_equal"] <= ALPHA and abs(row["difference"]) < row["within"]
        yield "arms called equal that are not shown to be", "" if shown else told
    if row["finding"] == UNDECIDED:
        missed = abs(row["difference"]) > row["detectable"]
        yield "differences undecided that should be seen", told if missed else ""


def of_choices(experiment, trials, summary):
    """Every arm whose best value lies at an edge of what was tried is marked so."""
    alone = len(experiment.choosing) == 1  # Else a comparison is by one of them.
    for measure in map(experiment.measure, experiment.choosing):
        if column(VALIDATION, measure.name) not in trials:
            continue
        found = analysis.best(trials, measure, experiment.axis_names)
        sides = analysis.edges(trials, found, [a for a in experiment.axis_names
                                               if a in trials])  # fmt: skip
        for row, own in zip(found.to_dict("records"), sides, strict=True):
            at_edge = any(own.values())
            fault = at_edge and unmarked(row, trials, summary, EDGE, alone)
            yield "arms at an edge without a mark", fault or ""


def of_budgets(experiment, curves, trials, summary):
    """Every arm that still learns in its last quarter is marked so."""
    if curves.empty:
        return
    measure, alone = experiment.measure(), len(experiment.choosing) == 1
    rows = curves[(curves.split == VALIDATION) & (curves.measure == measure.name)]
    unit = unit_of(measure)
    for cell, course in rows.groupby(list(CELL), sort=False):
        means = course.sort_values(EPOCH)["mean"].to_numpy()
        if len(means) < SHORTEST or unit.equal is None:
            continue
        gain = unit.scale * (means[-1] - means[len(means) - len(means) // 4 - 1])
        rising = gain > unit.equal + 0.05  # The curves are published to four digits.
        row = dict(zip(CELL, cell, strict=True))
        fault = rising and unmarked(row, trials, summary, RISING, alone)
        yield "arms that still learn without a mark", fault or ""


def unmarked(cell, rows, summary, mark, every=True):
    """A comparison of an arm that lacks a mark, or `""`.

    Args:
        cell: The arm's columns.
        rows: The trials.
        summary: The comparisons.
        mark: Of the arm.
        every: Whether each comparison must have it, or one.
    """
    own = rows[np.logical_and.reduce([rows[name] == cell[name] for name in CELL])]
    own = own.iloc[0].to_dict()
    names = {value for value in own.values() if isinstance(value, str)}
    marked, lacking = False, ""
    for row in summary.to_dict("records"):
        if any(row[name] != own[name] for name in row.keys() & own.keys()):
            continue
        for side in ("a", "b"):
            if row[side] in names:
                told = [part for part in row["marks"].split("; ") if part[:1] == side]
                has = any(mark in part for part in told)
                marked, lacking = marked or has, lacking if has else f"{own}: {mark}"
    return lacking if every or not marked else ""


def of_claim(row):
    """A number is called typical only inside the central 95 % that its row shows."""
    if row["verdict"] == claims.TYPICAL and pd.notna(row["published"]):
        inside = row["low"] <= row["published"] <= row["high"]
        yield "typical numbers outside their own range", "" if inside else row["claim"]


def of_verdicts(results):
    """Every claim has one verdict, that of all its evidence."""
    stands = table(results / "verdicts.csv").groupby(["claim", "source"]).verdict
    said = {claim: list(verdicts) for claim, verdicts in stands}
    for row in claims.verdicts(table(results / "claims.csv")).to_dict("records"):
        one = said.get((row["claim"], row["source"])) == [row["verdict"]]
        yield "claims without one verdict", "" if one else row["claim"]


def table(path):
    """A published table with its numbers as numbers; empty if there is none."""
    if not path.exists():
        return pd.DataFrame()
    found = pd.read_csv(path, keep_default_na=False, na_values=[""])
    texts = [name for name in WORDS if name in found]
    return found.astype(dict.fromkeys(texts, object)).fillna(dict.fromkeys(texts, ""))


def module_of(name):
    return f"experiments.{name.replace('/', '.')}"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
