"""Words for tables and numbers: the only room that makes sentences of them."""

import pandas as pd

from hinge_keras.lab import analysis
from hinge_keras.lab.tables.schema import HIGHER, TOO_FEW, UNDECIDED

SAID = {UNDECIDED: "no difference seen", TOO_FEW: TOO_FEW}


def finding(row):
    """What a row of `analysis.compare` shows, in words: `"hinge higher"`."""
    return SAID.get(row["finding"], f"{row['a']} {row['finding']}")


def markdown(table):
    """A table in Markdown, numbers to three significant digits."""
    rows = [table.columns, ["---"] * len(table.columns), *table.itertuples(index=False)]
    return "\n".join(
        "| " + " | ".join(cell(value) for value in row) + " |" for row in rows
    )


def cell(value):
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.3g}"
    return str(value)


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
    """How many comparisons show a difference, in words: `"6 of 48"`."""
    return f"{len(analysis.seen(comparisons))} of {len(comparisons)}"


def leader(means):
    """The row that is highest in most columns, and in how many: `"b", "2 of 3"`."""
    best = means.idxmax()
    name = best.mode()[0]
    return name, f"{(best == name).sum()} of {len(best)}"


def standing(comparisons, arm):
    """How an arm fares against others, in words, and which it is lower than.

    `"of 9 comparisons with hinge 3 show it higher and 2 lower (than log; L1)"`.

    Args:
        comparisons: Rows of `analysis.compare`, one arm of each being `arm`.
        arm: Its name.
    """
    seen = analysis.seen(comparisons)
    higher = (seen.a == arm) == (seen.finding == HIGHER)
    ahead = seen.b.where(seen.a == arm, seen.a)[~higher].unique()
    than = f" (than {'; '.join(ahead)})" if len(ahead) else ""
    return (
        f"of {len(comparisons)} comparisons with {arm} {higher.sum()} show it higher "
        f"and {(~higher).sum()} lower{than}"
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
