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
    figure, (axis,) = panels(1, title, width=10.0, height=0.25 * len(groups) + 0.6)
    before = None
    for place, rows in enumerate(groups):
        verdict = rows.verdict.iloc[0]
        look = {"marker": "o", "ms": 9, "mfcalt": "white", "mew": 1.5} | LOOKS[verdict]
        axis.plot(0, place, color=QUIET, **look)
        if verdict != before:
            axis.text(0.35, place, verdict, va="center", weight="bold", fontsize=10)
            axis.axhline(place - 0.5, color="0.8", lw=0.8)
        axis.text(2.1, place, numbers(rows), va="center", fontsize=9)
        before = verdict
    axis.set_yticks(range(len(groups)), [rows.statement.iloc[0] for rows in groups])
    axis.set_xticks([])
    axis.set_xlim(-0.3, 7.0)
    axis.set_ylim(len(groups) - 0.5, -0.5)
    axis.spines[:].set_visible(False)
    axis.tick_params(axis="y", length=0, labelsize=10)
    axis.grid(False)
    return figure


def numbers(rows):
    """What was measured of a statement, and what it predicts."""
    values = rows.value.dropna()
    if values.empty:
        return ""
    low, high = (words.cell(float(end)) for end in (values.min(), values.max()))
    told = low if low == high else f"{low} to {high}, {len(values)} cases"
    return f"{told}   (predicts {rows.predicts.iloc[0]})"
