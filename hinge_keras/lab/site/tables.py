"""Published tables as rows that a page shows: headers explained, cells escaped later."""

from dataclasses import dataclass

import pandas as pd

from hinge_keras.lab.page import words
from hinge_keras.lab.page.columns import Header, header

MOST = 300  # Rows that a page shows of one table.


@dataclass(frozen=True)
class Table:
    """A table of a page.

    Attributes:
        title: What stands above it.
        headers: Of its columns.
        rows: Cells as texts.
        left: How many rows are not shown.
    """

    title: str
    headers: list[Header]
    rows: list[list[str]]
    left: int = 0


def shown(title: str, table: pd.DataFrame) -> Table:
    """A table as a page shows it, without the columns in which there is nothing.

    Args:
        title: What stands above it.
        table: A published table, or one in words already.
    """
    texts = {
        name: [words.cell(plain(value)) for value in table[name].head(MOST)]
        for name in table
    }
    kept = [name for name, cells in texts.items() if any(cells)]
    heads = [header(str(name)) for name in kept]
    rows = [list(row) for row in zip(*(texts[name] for name in kept), strict=True)]
    return Table(title, heads, rows, max(0, len(table) - MOST))


def plain(value):
    """A value for a cell: whole numbers without a point."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e6:
        return int(value)
    return value
