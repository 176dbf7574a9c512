"""What the charts of a post draw: how arms run, and what each learning rate gives."""

import numpy as np
import pandas as pd

from hinge_keras.lab.analysis.choose import side
from hinge_keras.lab.page.columns import PARTS, header
from hinge_keras.lab.site.colours import colours
from hinge_keras.lab.site.studies import Study
from hinge_keras.lab.tables.schema import (
    CELL,
    EPOCH,
    LOSS,
    RATE,
    SEED,
    TEST,
    VALIDATION,
    column,
)

MOST, FEW = 100, 16  # Epochs drawn; more cannot be told apart.
DRAWN = 3200  # Places of a page's curves in all, unless that leaves fewer than `FEW`.
QUANTILES = ("low", "q1", "median", "q3", "high")
FIXED = {*CELL, "split", "measure", EPOCH, "seeds", "mean", *QUANTILES}
DIGITS = 4  # Enough to plot, as in the published courses.


def charts(study: Study) -> dict | None:
    """The data of a study's charts, as JSON has it; `None` if it has no curves."""
    curves = study.curves
    if curves.empty:
        return None
    axes = [name for name in curves if name not in FIXED]
    by = [*CELL, *axes]
    numbers = {
        name: curves[name].to_numpy(float) for name in (EPOCH, "seeds", *QUANTILES)
    }
    cells: list[dict] = []
    places: dict[tuple, int] = {}
    groups = curves.groupby([*by, "split", "measure"], sort=False, dropna=False).indices
    most = int(np.clip(DRAWN / len(groups), FEW, MOST))
    for key, rows in groups.items():
        cell, (split, measure) = key[: len(by)], key[len(by) :]
        if cell not in places:
            places[cell] = len(cells)
            cells.append(described(dict(zip(by, cell, strict=True)), axes))
        course = {name: values[rows] for name, values in numbers.items()}
        cells[places[cell]]["courses"][f"{split} {measure}"] = thinned(course, most)
    found = colours(cell["arm"] for cell in cells)
    for cell in cells:
        cell["colour"] = found[cell["arm"]]
    pairs = list(dict.fromkeys(zip(curves.split, curves.measure, strict=True)))
    return {
        "cells": cells,
        "courses": [{"key": f"{s} {m}", "label": told(s, m)} for s, m in pairs],
        "rates": rates(study.trials, cells, axes),
    }


def described(cell: dict, axes: list[str]) -> dict:
    """What a cell is, its hyper-parameters apart, without any course yet."""
    chosen = {axis: plain(cell[axis]) for axis in axes}
    return {name: cell[name] for name in CELL} | {"chosen": chosen, "courses": {}}


def told(split: str, measure: str) -> str:
    """A measured column as a reader chooses it."""
    return f"{header(measure).text}, {PARTS.get(split, split)}"


def thinned(course: dict[str, np.ndarray], most: int) -> dict:
    """A course at no more than so many epochs, evenly on a logarithmic scale."""
    count = len(course[EPOCH])
    kept = np.arange(count)
    if count > most:
        kept = np.unique(np.geomspace(1, count, most).round().astype(int) - 1)
    told: dict = {name: as_json(values[kept]) for name, values in course.items()}
    # Epochs one by one are their number, and seeds that all go on are one number.
    if told[EPOCH] == list(range(1, count + 1)):
        told[EPOCH] = count
    if len({*told["seeds"]}) == 1:
        told["seeds"] = told["seeds"][0]
    return told


def as_json(values: np.ndarray) -> list:
    """Numbers as JSON has them, to `DIGITS`: missing ones as null."""
    seen = np.isfinite(values)
    size = np.where(seen & (values != 0), np.abs(values), 1.0)
    scale = 10.0 ** (DIGITS - 1 - np.floor(np.log10(size)))
    # A whole number by a power of ten is the float that prints shortest.
    rounded = np.round(np.where(seen, values, 0.0) * scale) / scale
    if seen.all() and (rounded == rounded.round()).all() and (size < 1e9).all():
        return rounded.astype(int).tolist()
    return [
        v if s else None for v, s in zip(rounded.tolist(), seen.tolist(), strict=True)
    ]


def plain(value) -> float | int | str | None:
    """A value as JSON has it: a whole number without a point, a missing one as null."""
    if isinstance(value, str):
        return value
    if not np.isfinite(value):
        return None
    return int(value) if value == int(value) else float(value)


def rates(trials: pd.DataFrame, cells: list[dict], axes: list[str]) -> dict | None:
    """What each learning rate gives each arm, seed by seed; `None` if one was tried.

    Other hyper-parameters are those that were chosen. The cells are told where the
    chosen rate lies among those tried: `"low"` or `"high"` at an edge, else `""`.
    """
    if trials.empty or RATE not in trials or RATE not in axes:
        return None
    parts = [split for split in (VALIDATION, TEST) if has(trials, split)]
    measures = [n for s in parts for n in trials if n.startswith(column(s, ""))]
    # Values of different losses say nothing beside each other.
    measures = [n for n in measures if n not in [column(s, LOSS.name) for s in parts]]
    shown = {name: trials[name].to_numpy(float) for name in measures}
    rate, seeds = trials[RATE].to_numpy(float), trials[SEED].to_numpy(int)
    cases = trials.groupby(list(CELL), sort=False).indices
    several = False
    for cell in cells:
        rows = cases.get(tuple(cell[name] for name in CELL), np.array([], int))
        for axis in axes:
            if axis != RATE and cell["chosen"][axis] is not None:
                same = trials[axis].to_numpy(float)[rows] == float(cell["chosen"][axis])
                rows = rows[same]
        tried = sorted({*rate[rows].tolist()} - {0.0})
        several = several or len(tried) > 1
        cell["edge"] = side(cell["chosen"][RATE], tried)
        cell["tried"] = [of_rate(each, rows, rate, seeds, shown) for each in tried]
    if not several:
        for cell in cells:
            cell.pop("tried"), cell.pop("edge")
        return None
    # As a rule every rate has every seed, which is then told once.
    usual = sorted({*seeds.tolist()})
    for tried in (each for cell in cells for each in cell["tried"]):
        if tried["seeds"] == usual:
            del tried["seeds"]
    told = [{"key": name, "label": header(name).text} for name in measures]
    return {"measures": told, "seeds": usual}


def has(trials: pd.DataFrame, split: str) -> bool:
    return any(name.startswith(column(split, "")) for name in trials)


def of_rate(each, rows, rate, seeds, shown) -> dict:
    """The trials at one rate: their seeds, and what each measured."""
    rows = rows[rate[rows] == each]
    measured = {n: as_json(values[rows]) for n, values in shown.items()}
    return {"rate": each, "seeds": seeds[rows].tolist(), "values": measured}
