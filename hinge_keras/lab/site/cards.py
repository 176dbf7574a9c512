"""A card for each loss: formula, facts, curve with sliders, where it won and lost."""

import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from markupsafe import Markup, escape

from hinge_keras.lab import analysis
from hinge_keras.lab.page.columns import Header, header
from hinge_keras.lab.site import formulas
from hinge_keras.lab.site.colours import colours
from hinge_keras.lab.site.courses import as_json
from hinge_keras.lab.site.studies import Study, read
from hinge_keras.losses import LOSSES

ARMS = Path(__file__).with_name("arms.csv")  # Which loss an arm of the studies has.
FACTS = ("convex", "calibrated", "smoothness", "lipschitz", "zero_from")
TOLD = {"True": "yes", "False": "no", "inf": "unbounded", "": "open", "nan": "open"}
CLASSES = {each.__name__: each for each in LOSSES.classes.values()}
KINDS = {
    "binary": "Two classes: functions of the margin",
    "multiclass": "Several classes: functions of all scores",
    "signed": "Labels with margins of their own, several true labels",
    "relation": "Pairs, orders, targets",
}
TALL, WIDE = 48, 120  # Of a small curve, in pixels.
HIGHEST = 4.5  # What a small curve shows of a loss.


@dataclass(frozen=True)
class Record:
    """How the arms with a loss fared in a study."""

    study: str
    question: str
    of_whole: bool
    won: int
    lost: int
    comparisons: int


@dataclass(frozen=True)
class Card:
    """What there is to say of a loss.

    Attributes:
        name: Its class.
        kind: One of `KINDS`.
        summary: The first sentence of its docstring, its formulas set.
        more: What the docstring says further, before its arguments.
        formula: In MathML, or `""`.
        formula_told: Whether the summary has it already.
        facts: What it states of itself, a header and a text each.
        source: Where it comes from.
        call: How it is made.
        chart: What its sliders choose from, as JSON has it.
        spark: A small curve, the points of an SVG line.
        records: Where it won and lost.
    """

    name: str
    kind: str
    summary: Markup
    more: list[Markup]
    formula: Markup | str
    formula_told: bool
    facts: list[tuple[Header, str]]
    source: str
    call: str
    chart: dict
    spark: str
    records: list[Record]


def cards(gallery: Path, studies: Mapping[str, Study]) -> list[Card]:
    """A card for each loss of the published gallery, in the order of its kinds."""
    rows = read(gallery / "losses.csv")
    samples = read(gallery / "samples.csv")
    if rows.empty or samples.empty:
        return []
    curves = dict(iter(samples.groupby("loss")))
    arms = read(ARMS).groupby("loss")["arm"].agg(set).to_dict()
    comparisons = compared(studies)
    made = [
        card(
            row,
            curves[row["loss"]],
            fared(arms.get(row["loss"], set()), studies, comparisons),
        )
        for row in rows.to_dict("records")
        if row["loss"] in curves and row["loss"] in CLASSES
    ]
    order = list(KINDS)
    return sorted(made, key=lambda each: (order.index(each.kind), each.name))


def card(row: Mapping, curves: pd.DataFrame, records: list[Record]) -> Card:
    """The card of a loss from its row of facts and its sampled curves."""
    docstring = inspect.getdoc(CLASSES[row["loss"]]) or ""
    summary, *more = docstring.partition("\nArgs:")[0].split("\n\n")
    told = formulas.formula(docstring)
    chart = drawn(curves) | {"colour": colours([row["loss"]])[row["loss"]]}
    return Card(
        name=row["loss"],
        kind=row["kind"],
        summary=prose(summary),
        more=[prose(text) for text in more if text.strip() and ">>>" not in text],
        formula=formulas.mathml(told) if told else "",
        formula_told=told in " ".join(summary.split()),
        facts=[(header(name), fact(name, row[name])) for name in FACTS],
        source=row["source"],
        call=row["arguments"],
        chart=chart,
        spark=spark(chart),
        records=records,
    )


def fact(name: str, value: object) -> str:
    """A cell of the published facts, as a reader has it."""
    text = str(value)
    if name == "zero_from" and text == "inf":
        return "nowhere"
    return TOLD.get(text, text.removesuffix(".0"))


def prose(text: str) -> Markup:
    """A paragraph of a docstring, its formulas set and its code marked."""
    parts = " ".join(text.split()).split("`")
    return Markup("").join(
        quoted(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )


def quoted(text: str) -> Markup:
    """What a docstring quotes: a formula if it is one, else code."""
    if formulas.is_formula(text) and formulas.typeset(text):
        return formulas.mathml(text, "inline")
    return Markup("<code>{}</code>").format(text)


def drawn(curves: pd.DataFrame) -> dict:
    """The sampled curves of a loss as its sliders choose among them."""
    rows = curves.to_dict("records")
    first = next(row for row in rows if row["default"])
    arguments = [json.loads(row["arguments"]) for row in rows]
    steps = {name: sorted({each[name] for each in arguments}) for name in arguments[0]}
    at = json.loads(first["arguments"])
    found: dict[str, list] = {}
    for row, values in zip(rows, arguments, strict=True):
        key = " ".join(f"{values[name]:g}" for name in steps)
        numbers = np.array(row["values"].split(), float)
        found.setdefault(key, []).append(as_json(numbers))
    names = list(dict.fromkeys(row["line"] for row in rows))
    return {
        "along": first["along"],
        "start": first["start"],
        "end": first["end"],
        "lines": names,
        "sliders": [
            {"name": name, "values": values, "at": values.index(at[name])}
            for name, values in steps.items()
        ],
        "key": " ".join(f"{at[name]:g}" for name in steps),
        "curves": found,
    }


def spark(chart: dict) -> str:
    """The first line at the default, points in a box of `WIDE` by `TALL`."""
    values = np.array(chart["curves"][chart["key"]][0], float)
    low = min(0.0, np.nanmin(values))
    high = min(max(np.nanmax(values), 0.1), low + HIGHEST)
    x = np.linspace(2, WIDE - 2, len(values))
    y = TALL - 2 - (TALL - 4) * (np.clip(values, low, high) - low) / (high - low)
    return " ".join(f"{a:.0f},{b:.1f}" for a, b in zip(x, y, strict=True) if b == b)


def compared(studies: Mapping[str, Study]) -> dict[str, list[tuple[str, str, str]]]:
    """The comparisons of each study that has some: two arms, and the better or `""`."""
    columns = ["a", "b", "better"]
    return {
        name: [tuple(row) for row in study.summary[columns].to_numpy()]
        for name, study in studies.items()
        if {*analysis.SAID, *columns} <= {*study.summary}
    }


def fared(arms: set[str], studies: Mapping[str, Study], rows: Mapping) -> list[Record]:
    """In each study, how often some arms were seen to be better or worse than others.

    Args:
        arms: Their names.
        studies: Every study.
        rows: The comparisons of each, from `compared`.
    """
    found = []
    for name, comparisons in rows.items():
        own = [better for a, b, better in comparisons if (a in arms) != (b in arms)]
        won = sum(better in arms for better in own)
        lost = sum(better != "" for better in own) - won
        said = studies[name]
        record = Record(name, said.said["question"], said.of_whole, won, lost, len(own))
        found += [record] if own else []
    return found
