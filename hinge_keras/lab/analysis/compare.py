"""Every two arms beside each other, paired by seed: difference, interval, test, finding.

A diverged trial has no measurement; it is counted, never replaced by a number.
"""

import itertools

import numpy as np
import pandas as pd

from hinge_keras.lab.analysis.intervals import (
    ALPHA,
    bootstrap_interval,
    detectable,
    holm,
    signed_rank,
)
from hinge_keras.lab.tables.schema import (
    HIGHER,
    LOWER,
    SEED,
    TEST,
    TOO_FEW,
    UNDECIDED,
    measured,
)

PAIRED = ["a", "b", "pairs", "mean_a", "mean_b", "difference"]
PAIRED += ["low", "high", "detectable", "p"]
FEWEST_PAIRS = 6  # Below this no outcome of the signed-rank test reaches 0.05.


def compare(
    trials,
    measure,
    arm="arm",
    within=("dataset",),
    pair=(SEED,),
    against=None,
    split=TEST,
):
    """Every two arms against each other, or all against one, paired by seed.

    Args:
        trials: One row an arm and pair; see `choose.chosen`.
        measure: What to compare; see `schema.measured`.
        arm: The column that names the arms.
        within: Columns inside which arms are compared.
        pair: Columns that name a pair.
        against: The arm that the others are compared with; `None` compares
            every two.
        split: The part of the data that it was measured on.

    Returns:
        One row a comparison: `a`, `b`, `pairs`, both means, the mean
        `difference` a - b with its 95 % bootstrap interval `low`, `high`, the
        difference `detectable` with that many pairs, the Wilcoxon signed-rank
        `p`, `p_holm` corrected over all rows, and a `finding`: whether a is
        `"higher"`, `"lower"`, or that is `"undecided"`.
    """
    values = measured(trials, measure, split)
    rows = []
    groups = trials.groupby(list(within), sort=False) if within else [((), trials)]
    for key, group in groups:
        wide = group.pivot_table(index=list(pair), columns=arm, values=values)
        wide = wide.reindex(columns=group[arm].unique())
        for a, b in itertools.combinations(wide.columns, 2):
            if against not in (None, a, b):
                continue
            both = wide[[a, b]].dropna()
            named = dict(zip(within, key, strict=True))
            rows.append({"measure": measure, **named, **paired(both[a], both[b], a, b)})
    columns = dict.fromkeys(["measure", *within, *PAIRED])
    table = pd.DataFrame(rows, columns=list(columns))
    table["p_holm"] = holm(table["p"])
    table["finding"] = [finding(row) for row in table.to_dict("records")]
    return table


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
        **options: Those of `compare`.
    """
    tables = [
        compare(rows, measure, arm, (part, *within), **options)
        for _, rows in trials.groupby(part, sort=False)
    ]
    return pd.concat(tables, ignore_index=True)


def paired(x, y, a, b):
    """One comparison of two columns of pairs."""
    difference = (x - y).to_numpy()
    low, high = bootstrap_interval(difference)
    return {
        "a": a,
        "b": b,
        "pairs": len(difference),
        "mean_a": x.mean(),
        "mean_b": y.mean(),
        "difference": difference.mean() if len(difference) else np.nan,
        "low": low,
        "high": high,
        "detectable": detectable(difference),
        "p": signed_rank(difference),
    }


def finding(row):
    """What a comparison shows of a: both the test and the interval must agree."""
    if row["pairs"] < FEWEST_PAIRS:
        return TOO_FEW
    if row["p_holm"] >= ALPHA or row["low"] <= 0 <= row["high"]:
        return UNDECIDED
    return HIGHER if row["difference"] > 0 else LOWER


def seen(comparisons):
    """The comparisons that show a difference."""
    return comparisons[comparisons.finding.isin([HIGHER, LOWER])]


def between(comparisons, one, other):
    """The row that compares two arms, whichever of them comes first."""
    both = comparisons[["a", "b"]].isin([one, other]).all(axis=1)
    return comparisons[both].iloc[0]
