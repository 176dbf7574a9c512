"""Words for tables and numbers: the only room that makes sentences of them."""

import re
from collections import Counter

import pandas as pd

from hinge_keras.lab import analysis
from hinge_keras.lab.tables.schema import (
    COVERS,
    EDGE,
    EQUAL,
    HIGHER,
    LOWER,
    OVERLAP,
    POINTS_DRAWN,
    RISING,
    TOO_FEW,
    UNDECIDED,
)

# What one comparison of each finding is said to be, and several, in this order.
DIFFER = "differs", "differ"
COUNTED = {
    HIGHER: DIFFER,
    LOWER: DIFFER,
    EQUAL: ("is equal", "are equal"),
    UNDECIDED: ("is undecided", "are undecided"),
    TOO_FEW: ("has too few pairs", "have too few pairs"),
}
AMISS = {EDGE: "at the edge of what was tried", RISING: "still learning"}


def finding(row):
    """What a row of `analysis.compare` shows, in words: `"hinge better by 1.2 points"`."""
    if row["finding"] in (HIGHER, LOWER):
        return f"{row['better']} better by {gap(row)}"
    if row["finding"] == EQUAL:
        return f"equal within {amount(row['within'], row['unit'])}"
    if row["finding"] == TOO_FEW:
        return f"too few pairs: {analysis.pairs_needed(row['family'])} needed"
    return UNDECIDED


def answer(comparisons):
    """The comparisons of a few arms in one or two sentences."""
    seen = analysis.seen(comparisons)
    told = [f"{pair(row)}." for row in seen.to_dict("records")]
    for finding in (EQUAL, UNDECIDED, TOO_FEW):
        rows = comparisons[comparisons.finding == finding]
        if len(rows):
            pairs = ", ".join(
                f"{a} and {b}" for a, b in zip(rows.a, rows.b, strict=True)
            )
            told.append(f"{describe(rows)}: {pairs}.")
    return " ".join(told)


def describe(rows):
    """What comparisons of one finding have in common, with what could be seen."""
    row = rows.iloc[0]
    if row.finding == EQUAL:
        return f"Equal within {amount(row.within, row.unit)}"
    if row.finding == TOO_FEW:
        return f"Too few seeds, {analysis.pairs_needed(row.family)} are needed"
    reach = amount(rows.detectable.max(), row.unit)
    return f"Undecided, {row.pairs} seeds could show {reach}"


def pair(row):
    """Two arms and what their comparison shows, with its size.

    `"hinge better than log by 1.2 points [0.4, 2]"`, or with the larger first
    `"hinge and log: undecided, 0.3 points [-0.5, 1.1]"`.
    """
    if row["better"]:
        other = row["a"] if row["better"] == row["b"] else row["b"]
        return f"{row['better']} better than {other} by {gap(row)}"
    larger, smaller = (row["a"], row["b"])[:: 1 if row["difference"] >= 0 else -1]
    return f"{larger} and {smaller}: {finding(row)}, {gap(row)}"


def gap(row):
    """The size of a difference with its interval: `"1.2 points [0.4, 2.0]"`."""
    low, high, unit = row["low"], row["high"], row["unit"]
    if row["difference"] < 0:
        low, high = -high, -low
    return with_interval(amount(abs(row["difference"]), unit), low, high, unit)


def with_interval(told, low, high, unit):
    """What is told of a number, and its interval if it has one."""
    if pd.isna(low):
        return told
    return f"{told} [{short(low, unit)}, {short(high, unit)}]"


def amount(value, unit):
    """A number with its unit: `"1 point"`, `"1.2 points"`, `"0.031"`."""
    told = short(value, unit)
    return f"{told} {unit.removesuffix('s') if told == '1' else unit}".strip()


def short(value, unit):
    """A number to one decimal if it has a unit, else to three digits; `""` if missing."""
    if pd.isna(value):
        return ""
    told = f"{value:.3g}" if not unit else f"{value:.1f}".removesuffix(".0")
    return "0" if told == "-0" else told


def comparisons(table):
    """Rows of `analysis.compare` with headers and cells that an outsider reads."""
    rows = []
    for row in table.to_dict("records"):
        unit = row["unit"]
        difference = short(row["difference"], unit)
        told = {
            name: value
            for name, value in row.items()
            if name not in (*analysis.PAIRED, *analysis.SAID)
        }
        told |= {
            "A": row["a"],
            "B": row["b"],
            "mean A": short(row["mean_a"], unit),
            "mean B": short(row["mean_b"], unit),
            "A - B [95 %]": with_interval(difference, row["low"], row["high"], unit),
            "A wins": f"{row['wins']:.0%} of {row['pairs']}" if row["pairs"] else "",
            "could be seen": short(row["detectable"], unit),
            "p, corrected": f"{row['p']:.2g} ({row['family']})" if row["pairs"] else "",
            "finding": finding(row),
            "marks": doubts(row["marks"]),
        }
        rows.append(told)
    found = pd.DataFrame(rows)
    marked = len(found) and found.marks.any()
    return found if marked else found.drop(columns="marks", errors="ignore")


def doubts(marks):
    """What is amiss with the choice of two arms, `"B: at the edge of what was tried"`.

    What are no marks is left as it is.
    """
    told = []
    for part in marks.split("; "):
        arm, _, amiss = part.rpartition(": ")
        if not {*amiss.split(", ")} <= AMISS.keys():
            return marks
        arm = {"a": "A", "b": "B"}.get(arm, arm)
        told.append(f"{arm}: {', '.join(AMISS[mark] for mark in amiss.split(', '))}")
    return "; ".join(told)


def judged(claims):
    """Rows of `analysis.claims` with cells that an outsider reads."""
    rows = []
    for row in claims.to_dict("records"):
        ranked = (
            "" if pd.isna(row["rank"]) else f"{row['rank']:.0f} of {row['runs']:.0f}"
        )
        p = "" if pd.isna(row["p"]) else f"{row['p']:.2g} ({row['family']:.0f})"
        rows.append(
            {
                "claim": row["claim"],
                "source": row["source"],
                "tried on": row["on"],
                "published": cell(row["published"]),
                "ours [95 %]": interval(row["ours"], row["low"], row["high"]),
                "runs at or below": ranked,
                "p, corrected": p,
                "verdict": row["verdict"]
                + (f" ({doubts(row['why'])})" if row["why"] else ""),
            }
        )
    found = pd.DataFrame(rows)
    return found[[name for name in found if found[name].astype(bool).any()]]


def interval(value, low, high):
    """A number with its interval, if it has one: `"0.85 [0.84, 0.86]"`."""
    told = cell(float(value))
    return told if pd.isna(low) else f"{told} [{cell(float(low))}, {cell(float(high))}]"


def markdown(table):
    """A table in Markdown, headers in plain words, numbers to three digits."""
    rows = [
        map(header, table.columns),
        ["---"] * len(table.columns),
        *table.itertuples(index=False),
    ]
    return "\n".join(
        "| " + " | ".join(cell(value) for value in row) + " |" for row in rows
    )


def header(name):
    """A column's name as a reader sees it: no underscores, but those of a symbol."""
    return re.sub("(?<!psi)_", " ", str(name))


def cell(value):
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.3g}"
    return str(value)


# What Markdown would not show as it stands: marks, links, tags, the border of a cell.
MARKS = re.compile(
    r"[\\`*<>|~&@$]|(?<=\])(?=\()|(?<=:)(?=//)|(?<![^\W_])_|_(?![^\W_])|(?<=www)\."
)


def literal(text):
    """What a user named, so that Markdown shows it as it stands, on one line."""
    return " ".join(MARKS.sub(r"\\\g<0>", str(text)).split())


def literally(table):
    """A table of which every name and every text is `literal`."""
    found = table.map(lambda value: literal(value) if isinstance(value, str) else value)
    return found.set_axis([literal(name) for name in table.columns], axis=1)


def titled(tables):
    """Markdown tables, each below its title: `{title: table}`, the index shown."""
    parts = (
        f"{title}:\n\n{markdown(table.reset_index())}"
        for title, table in tables.items()
    )
    return "\n\n".join(parts)


def listed(values, form):
    """Names and values in words: `listed({"a": 0.5}, "{0} {1:.2f}")` is `"a 0.50"`.

    Args:
        values: A mapping or a series.
        form: How one of them reads, `{0}` the name and `{1}` the value.
    """
    return ", ".join(form.format(name, value) for name, value in values.items())


def tally(comparisons):
    """What comparisons show, counted: `"of 48 comparisons 6 differ, 42 are equal"`."""
    count = len(comparisons)
    return f"of {count} comparison{'s' * (count != 1)} {outcomes(comparisons)}"


def outcomes(comparisons):
    """How often comparisons show what: `"6 differ, 42 are equal"`."""
    counts = Counter(map(COUNTED.get, comparisons.finding))
    return ", ".join(
        f"{counts[said]} {said[counts[said] > 1]}"
        for said in dict.fromkeys(COUNTED.values())
        if said in counts
    )


def leader(means):
    """The row that is highest in most columns, and in how many: `"b", "2 of 3"`."""
    best = means.idxmax()
    name = best.mode()[0]
    return name, f"{(best == name).sum()} of {len(best)}"


def standing(comparisons, arm):
    """How an arm fares against others, in words, and which are better.

    `"of 9 comparisons with hinge it is better in 3 and worse in 2 (log; L1)"`.

    Args:
        comparisons: Rows of `analysis.compare`, one arm of each being `arm`.
        arm: Its name.
    """
    seen = analysis.seen(comparisons)
    better = seen.better == arm
    ahead = seen.better[~better].unique()
    behind = f" ({'; '.join(ahead)})" if len(ahead) else ""
    return (
        f"of {len(comparisons)} comparisons with {arm} it is better in {better.sum()} "
        f"and worse in {(~better).sum()}{behind}"
    )


def optimizer(thing):
    """An optimizer in words: its class and what is not Keras' default."""
    defaults = type(thing)().get_config()
    ignored = {"name", "learning_rate"}
    changed = [
        f"{key}={value}"
        for key, value in thing.get_config().items()
        if key not in ignored and value != defaults.get(key)
    ]
    schedule = thing.get_config()["learning_rate"]
    if isinstance(schedule, dict):
        changed.append(f"{schedule['class_name']}({schedule['config']})")
    return f"{type(thing).__name__}({', '.join(changed)})"


def estimands(datasets):
    """What the differences on some data sets speak of, by what a seed draws there."""
    by_kind = {}
    for each in datasets:
        by_kind.setdefault(each.tags.get(COVERS), []).append(each)
    for drawn, sets in by_kind.items():
        names = ", ".join(each.name for each in sets)
        if OVERLAP in sets[0].tags:
            told = (
                "new data of this kind: a seed draws the split, corrected for overlap"
            )
        elif drawn == POINTS_DRAWN:
            told = "new data of this kind: a seed draws the points"
        else:
            drawn = drawn or "initial weights and batch order alone"
            told = f"these data: a seed draws {drawn}"
        yield f"{told} ({names})"


def dataset(thing):
    """A data set in words: its name and its settings that are plain data."""
    settings = {
        name: value.name if hasattr(value, "recipe") else value
        for name, value in thing.settings.items()
        if hasattr(value, "recipe") or (not callable(value) and is_plain(value))
    }
    told = listed(settings, "{0} {1}")
    return f"{thing.name} ({told})" if told else thing.name


def is_plain(value):
    return isinstance(value, str | int | float | tuple | list | None)
