"""Every two arms beside each other, paired by seed: difference, interval, test, finding.

A diverged trial has no measurement; it is counted, never replaced by a number.
"""

import itertools
from collections.abc import Mapping

import numpy as np
import pandas as pd

from hinge_keras.lab.analysis.evidence import (
    ALPHA,
    detectable,
    different,
    equal,
    of_pairs,
    pairs_needed,
)
from hinge_keras.lab.tables.schema import (
    EDGE,
    EQUAL,
    HIGHER,
    LOWER,
    OVERLAP,
    POINTS,
    RISING,
    SEED,
    TEST,
    TOO_FEW,
    UNDECIDED,
    measured,
)

PAIRED = ["a", "b", "pairs", "mean_a", "mean_b", "difference", "low", "high"]
PAIRED += ["wins", "detectable", "within", "unit", "selection"]
PAIRED += ["p", "p_equal"]
SAID = ["family", "finding", "better", "marks"]


def compare(
    trials,
    measure,
    arm="arm",
    within=("dataset",),
    pair=(SEED,),
    against=None,
    split=TEST,
    unit=POINTS,
    search=None,
):
    """Every two arms against each other, or all against one, paired by seed.

    The rows are one family: each is tested, and has its interval, at 5 % over their
    number (Bonferroni), so that 95 times in 100 all intervals hold at once.

    Args:
        trials: One row an arm and pair; see `choose.chosen`.
        measure: What to compare; see `schema.measured`.
        arm: The column that names the arms.
        within: Columns inside which arms are compared.
        pair: Columns that name a pair.
        against: The arm that the others are compared with; `None` compares
            every two.
        split: The part of the data that it was measured on.
        unit: The `schema.Unit` to tell differences in.
        search: The `selection.Search` that chose the trials, `None` if nothing did:
            what it might have chosen with other seeds is inside tests and intervals.

    Returns:
        One row a comparison: `a`, `b`, `pairs`, both means, the mean `difference`
        a - b with its simultaneous interval `low`, `high`, the share of pairs that a
        `wins`, a tie counting half, the difference `detectable`, the unit and the
        distance `within` which arms are equal, and how many times wider the
        `selection` makes the differences; the `p` of a difference, of that
        equality `p_equal`, both corrected for the `family`, whose size is given; and a
        `finding`, one of those that `schema` names, with the arm that is `better` if
        one is seen to be. `marks` says what is amiss with the choice of an arm:
        `"a: edge"`.
    """
    values = measured(trials, measure, split)
    found = []
    groups = trials.groupby(list(within), sort=False) if within else [((), trials)]
    for key, group in groups:
        wide = group.pivot_table(index=list(pair), columns=arm, values=values)
        wide = unit.scale * wide.reindex(columns=group[arm].unique())
        overlap = overlap_of(group) if SEED in pair else 0.0
        for a, b in itertools.combinations(wide.columns, 2):
            if against in (None, a, b):
                named = {"measure": measure, **dict(zip(within, key, strict=True))}
                both = wide[[a, b]].dropna().to_numpy().T
                one, other = (group[group[arm] == name] for name in (a, b))
                named |= {"a": a, "b": b, "marks": marks(one, other)}
                named["selection"] = (
                    search.spread(one, other, values) if search else 1.0
                )
                found.append((named, both, overlap))
    rows = [
        {**named, **paired(named, *both, unit, overlap, family=len(found))}
        for named, both, overlap in found
    ]
    columns = dict.fromkeys(["measure", *within, *PAIRED, *SAID])
    return pd.DataFrame(rows, columns=list(columns))


def compare_each(trials, measures, arm="arm", **options):
    """The comparisons of `compare` by several measures, each corrected by itself."""
    tables = [compare(trials, measure, arm, **options) for measure in measures]
    return pd.concat(tables, ignore_index=True)


def compare_parts(
    trials, measure="value", part="measure", arm="arm", within=("dataset",), **options
):
    """The comparisons of `compare` in each part of a table, corrected by itself.

    Args:
        trials: One row a part, arm and pair.
        measure: What to compare.
        part: The column that names the parts; kept in the comparisons.
        arm: The column that names the arms.
        within: Columns inside which arms are compared, beside the part.
        **options: Those of `compare`; `search` may be one for each part, by its name.
    """
    search = options.pop("search", None)
    tables = [
        compare(
            rows,
            measure,
            arm,
            (part, *within),
            search=search.get(name) if isinstance(search, Mapping) else search,
            **options,
        )
        for name, rows in trials.groupby(part, sort=False)
    ]
    return pd.concat(tables, ignore_index=True)


def paired(named, x, y, unit, overlap, family):
    """One comparison of two arms by their columns, in a family of so many."""
    row = {
        "pairs": len(x),
        "within": unit.equal,
        "unit": unit.name,
        "family": family,
        "finding": TOO_FEW,
        "better": "",
    }
    if len(x) == 0:
        return row
    # As wide as differences would spread if their arms were chosen anew.
    spread = (x - y).mean() + named["selection"] * (x - y - (x - y).mean())
    shown = of_pairs(spread, overlap if len(x) > 1 else 0.0)
    p, p_equal = different(shown), np.nan
    if unit.equal is not None:
        p_equal = min(1.0, family * equal(shown, unit.equal))
    low, high = shown.interval(ALPHA / family)
    row |= {
        "mean_a": x.mean(),
        "mean_b": y.mean(),
        "difference": (x - y).mean(),
        "low": low,
        "high": high,
        "wins": ((x > y) + 0.5 * (x == y)).mean(),
        "detectable": detectable(shown, family),
        "p": min(1.0, family * p),
        "p_equal": p_equal,
    }
    row["finding"] = finding(row)
    if row["finding"] in (HIGHER, LOWER):
        first = (row["finding"] == HIGHER) == unit.higher_is_better
        row["better"] = named["a" if first else "b"]
    return row


def finding(row):
    """What a comparison shows of a: better seen than equal, and equal than nothing."""
    if row["pairs"] < pairs_needed(row["family"]) and np.isnan(row["detectable"]):
        return TOO_FEW
    if row["p"] <= ALPHA:
        return HIGHER if row["difference"] > 0 else LOWER
    return EQUAL if row["p_equal"] <= ALPHA else UNDECIDED


def overlap_of(rows):
    """Of the splits of a data set; 0 where its seeds do not split the same examples."""
    if OVERLAP not in rows:
        return 0.0
    return rows[OVERLAP].fillna(0.0).max()


def marks(one, other):
    """What is amiss with the choice of two arms, `"a: edge; b: rising"`."""
    told = []
    for side, own in (("a", one), ("b", other)):
        amiss = [
            mark
            for mark in (EDGE, RISING)
            if mark in own and own[mark].dropna().astype(bool).any()
        ]
        if amiss:
            told.append(f"{side}: {', '.join(amiss)}")
    return "; ".join(told)


def seen(comparisons):
    """The comparisons that show a difference."""
    return comparisons[comparisons.finding.isin([HIGHER, LOWER])]


def between(comparisons, one, other):
    """The row that compares two arms, whichever of them comes first."""
    both = comparisons[["a", "b"]].isin([one, other]).all(axis=1)
    return comparisons[both].iloc[0]
