"""All statements at a glance: each in the column of its verdict, with its number."""

from experiments.repeated.statement import (
    DEPENDS,
    FALSE,
    TRUE,
    UNDECIDED,
    UNMEASURED,
    VERDICTS,
)
from hinge_keras.lab.figures.canvas import panels
from hinge_keras.lab.figures.colours import QUIET
from hinge_keras.lab.page import words

LOOKS = {
    TRUE: {"fillstyle": "full"},
    DEPENDS: {"fillstyle": "left"},
    FALSE: {"fillstyle": "none"},
    UNDECIDED: {"marker": "|"},
    UNMEASURED: {"marker": "."},
}


def board(cases, title):
    """A dot for each statement, its measured numbers and the predicted ones beside it.

    Args:
        cases: One row a statement and case, as from `statement.judged`.
        title: The finding.
    """
    groups = [rows for _, rows in cases.groupby("statement", sort=False)]
    groups.sort(key=lambda rows: VERDICTS.index(rows.verdict.iloc[0]))
    figure, (axis,) = panels(1, title, width=12.5, height=0.29 * len(groups) + 1.0)
    columns = [verdict for verdict in VERDICTS if (cases.verdict == verdict).any()]
    for place, rows in enumerate(groups):
        verdict = rows.verdict.iloc[0]
        look = {"marker": "o", "ms": 9, "mfcalt": "white", "mew": 1.5} | LOOKS[verdict]
        axis.plot(columns.index(verdict), place, color=QUIET, **look)
        axis.text(len(columns) - 0.4, place, numbers(rows), va="center", fontsize=9)
    axis.set_yticks(range(len(groups)), [rows.statement.iloc[0] for rows in groups])
    axis.set_xticks(range(len(columns)), columns)
    axis.tick_params(axis="x", labeltop=True, labelbottom=False, length=0)
    axis.set_xlim(-0.6, len(columns) + 3.5)
    axis.set_ylim(len(groups) - 0.5, -0.5)
    axis.spines[:].set_visible(False)
    return figure


def numbers(rows):
    """What was measured of a statement, and what it predicts."""
    values = rows.value.dropna()
    if values.empty:
        return ""
    low, high = (words.cell(float(end)) for end in (values.min(), values.max()))
    told = low if low == high else f"{low} to {high}, {len(values)} cases"
    return f"{told}   (predicts {rows.predicts.iloc[0]})"
