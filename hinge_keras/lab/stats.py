"""Statistics over tables of trials: choose on validation, pair by seed, test.

Reads tables, trains nothing. A diverged trial has no measurement; it is counted,
never replaced by a number.
"""

import itertools

import numpy as np
import pandas as pd
import scipy.stats

ALPHA = 0.05
FEWEST_PAIRS = 6  # Below this no outcome of the signed-rank test reaches 0.05.
RESAMPLES = 10_000
NOTHING_SEEN = ("no difference seen", "too few pairs")


def chosen(trials, metric, higher_is_better=True, within=("dataset", "model", "loss")):
    """The trials at each arm's best learning rate, by mean validation metric.

    A rate at which fewer trials finished loses to one at which more did; ties
    go to the smaller rate.

    Args:
        trials: A table of trials.
        metric: A column measured on the validation part.
        higher_is_better: Whether more is better.
        within: The columns that name an arm.

    Raises:
        ValueError: If the metric is not a validation column.
    """
    if not metric.startswith("validation_"):
        raise ValueError(
            f"metric is {metric!r}; accepted for a choice is a validation_ column."
        )
    by_rate = trials.groupby([*within, "learning_rate"])[metric].agg(["count", "mean"])
    by_rate["mean"] *= 1 if higher_is_better else -1
    order = by_rate.reset_index().sort_values(
        ["count", "mean", "learning_rate"], ascending=[False, False, True]
    )
    best = order.groupby(list(within), sort=False).first()["learning_rate"]
    return trials.merge(best.reset_index(), on=[*within, "learning_rate"])


def chosen_by_each(trials, measures):
    """One row a trial and measure, each arm at the rate that is best by that measure.

    Args:
        trials: A table of trials.
        measures: What is measured, as `{name: label}`, higher meaning better.

    Returns:
        The chosen trials with the label as `measure`, and as `value` the measure on
        the test part in percent.
    """
    parts = (
        stacked(
            chosen(trials, f"validation_{name}"),
            {f"test_{name}": label},
            "measure",
            "value",
        )
        for name, label in measures.items()
    )
    return pd.concat(parts, ignore_index=True)


def compare(
    trials, metric, arm="loss", within=("dataset",), pair=("seed",), against=None
):
    """Every two arms against each other, or all against one, paired by seed.

    Args:
        trials: One row an arm and pair; see `chosen`.
        metric: The column to compare.
        arm: The column that names the arms.
        within: Columns inside which arms are compared.
        pair: Columns that name a pair.
        against: The arm that the others are compared with; `None` compares
            every two.

    Returns:
        One row a comparison: `a`, `b`, `pairs`, both means, the mean
        `difference` a - b with its 95 % bootstrap interval `low`, `high`, the
        difference `detectable` with that many pairs, the Wilcoxon signed-rank
        `p`, `p_holm` corrected over all rows, and a `verdict`.
    """
    rows = []
    groups = trials.groupby(list(within), sort=False) if within else [((), trials)]
    for key, group in groups:
        wide = group.pivot_table(index=list(pair), columns=arm, values=metric)
        wide = wide.reindex(columns=group[arm].unique())
        for a, b in itertools.combinations(wide.columns, 2):
            if against not in (None, a, b):
                continue
            both = wide[[a, b]].dropna()
            named = dict(zip(within, key, strict=True))
            rows.append({**named, "metric": metric, **paired(both[a], both[b], a, b)})
    table = pd.DataFrame(rows)
    table["p_holm"] = holm(table["p"])
    table["verdict"] = [verdict(row) for row in table.to_dict("records")]
    return table


def compare_each(trials, metrics, arm="loss", **options):
    """The comparisons of `compare` by several metrics, each corrected by itself."""
    tables = [compare(trials, metric, arm, **options) for metric in metrics]
    return pd.concat(tables, ignore_index=True)


def compare_parts(
    trials, part="measure", metric="value", arm="loss", within=("dataset",), **options
):
    """The comparisons of `compare` in each part of a table, corrected by itself.

    Args:
        trials: One row a part, arm and pair.
        part: The column that names the parts; kept in the comparisons.
        metric: The column to compare.
        arm: The column that names the arms.
        within: Columns inside which arms are compared, beside the part.
        **options: Those of `compare`.
    """
    tables = [
        compare(rows, metric, arm, (part, *within), **options)
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


def verdict(row):
    """What a comparison shows: both the test and the interval must agree."""
    if row["pairs"] < FEWEST_PAIRS:
        return "too few pairs"
    if row["p_holm"] >= ALPHA or row["low"] <= 0 <= row["high"]:
        return "no difference seen"
    return f"{row['a']} {'higher' if row['difference'] > 0 else 'lower'}"


def seen(comparisons):
    """The comparisons whose verdict is a difference."""
    return comparisons[~comparisons.verdict.isin(NOTHING_SEEN)]


def tally(comparisons):
    """How many comparisons show a difference, in words: `"6 of 48"`."""
    return f"{len(seen(comparisons))} of {len(comparisons)}"


def leader(means):
    """The row that is highest in most columns, and in how many: `"b", "2 of 3"`."""
    best = means.idxmax()
    name = best.mode()[0]
    return name, f"{(best == name).sum()} of {len(best)}"


def stacked(trials, columns, name, value):
    """One row a trial and measured column, in percent.

    Args:
        trials: A table of trials.
        columns: What each measured column is, as `{column: label}`.
        name: A new column, for the label.
        value: A new column, for 100 times what was measured.
    """
    parts = (
        trials.assign(**{name: label, value: 100 * trials[column]})
        for column, label in columns.items()
    )
    return pd.concat(parts, ignore_index=True)


def between(comparisons, one, other):
    """The row that compares two arms, whichever of them comes first."""
    both = comparisons[["a", "b"]].isin([one, other]).all(axis=1)
    return comparisons[both].iloc[0]


def bootstrap_interval(values, statistic=np.mean):
    """A 95 % percentile bootstrap interval; missing below two values."""
    if len(values) < 2:
        return np.nan, np.nan
    if np.ptp(values) == 0:
        return values[0], values[0]
    interval = scipy.stats.bootstrap(
        (values,),
        statistic,
        n_resamples=RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    return interval.low, interval.high


def detectable(difference, power=0.8):
    """The smallest mean difference that so many pairs of this spread would show.

    `(t(1 - ALPHA / 2) + t(power)) * deviation / sqrt(pairs)`, Student's t with
    pairs - 1 degrees of freedom; missing below two pairs.
    """
    pairs = len(difference)
    if pairs < 2:
        return np.nan
    t = scipy.stats.t(pairs - 1)
    reach = t.ppf(1 - ALPHA / 2) + t.ppf(power)
    return reach * np.std(difference, ddof=1) / np.sqrt(pairs)


def signed_rank(difference):
    """The two-sided Wilcoxon signed-rank p; 1 when no pair differs."""
    if len(difference) == 0:
        return np.nan
    if not np.any(difference):
        return 1.0
    # Equal gaps must tie, and 0.3 - 0.2 is not 0.2 - 0.1 in binary.
    steps = np.round(difference / np.abs(difference).max(), 9)
    return scipy.stats.wilcoxon(steps).pvalue


def holm(p):
    """Holm's step-down correction; a missing p stays missing."""
    p = np.asarray(p, dtype=float)
    corrected = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known])]
    steps = p[order] * np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return corrected


def described(trials, metric, by):
    """Seeds, mean, interquartile mean, deviation and diverged trials of each cell."""
    groups = trials.groupby(list(by), sort=False)
    table = groups[metric].agg(
        seeds="count",
        mean="mean",
        interquartile_mean=interquartile_mean,
        deviation="std",
    )
    diverged = groups["status"].agg(lambda s: int((s == "diverged").sum()))
    return table.assign(diverged=diverged).reset_index()


def interquartile_mean(values):
    """The mean of the middle half: robust to a lucky or a dead seed."""
    return scipy.stats.trim_mean(values.dropna(), 0.25) if values.count() else np.nan


def first_epoch(curves, column, level):
    """The first epoch at which a trial's column reaches a level, by trial.

    Args:
        curves: One row a trial and epoch.
        column: The measured column, higher meaning better.
        level: What it must reach; a trial that never does is missing.
    """
    return curves[curves[column] >= level].groupby("trial").epoch.min()


def ends(curves, column, by):
    """The median of a column after the last epoch, by other columns."""
    return curves[curves.epoch == curves.epoch.max()].groupby(by)[column].median()


def epochs_to(trials, curves, column, level):
    """Epochs until a column reaches a level, one a trial.

    A trial that never gets there counts as one that does after its last epoch.

    Args:
        trials: A table of trials.
        curves: One row a trial and epoch.
        column: The measured column, higher meaning better.
        level: What it must reach.
    """
    first = first_epoch(curves, column, level)
    return trials.trial.map(first).fillna(trials.epochs + 1)


def binned(forecasts, outcomes, bins=10):
    """Mean forecast and share of +1 in bins of equal width, for reliability.

    Args:
        forecasts: Probabilities of +1, from 0 to 1.
        outcomes: 1 where it was +1, else 0.
        bins: How many; an empty one has no row.
    """
    points = pd.DataFrame({"forecast": forecasts, "share": outcomes})
    return points.groupby(np.minimum((forecasts * bins).astype(int), bins - 1)).mean()


def wins(comparisons):
    """Over data sets: how often `a` won, neither did, or `a` lost, by verdict."""
    outcome = np.select(
        [
            comparisons.verdict == comparisons.a + " higher",
            comparisons.verdict == comparisons.a + " lower",
        ],
        ["win", "loss"],
        "tie",
    )
    counts = comparisons.assign(outcome=outcome).groupby(["a", "b"], sort=False)
    table = counts["outcome"].value_counts().unstack(fill_value=0)
    return table.reindex(columns=["win", "tie", "loss"], fill_value=0).reset_index()


def critical_difference(arms, sets):
    """Nemenyi's `q / sqrt(2) * sqrt(arms * (arms + 1) / (6 * sets))`.

    >>> round(critical_difference(5, 8), 3)
    2.156
    """
    q = scipy.stats.studentized_range.ppf(1 - ALPHA, arms, np.inf)
    return float(q / np.sqrt(2) * np.sqrt(arms * (arms + 1) / (6 * sets)))


def share_interval(hits, total):
    """A share and its 95 % Wilson interval, missing when there is nothing to count."""
    if total == 0:
        return np.nan, np.nan, np.nan
    interval = scipy.stats.binomtest(hits, total).proportion_ci(method="wilson")
    return hits / total, interval.low, interval.high


def shares(trials, hit, by):
    """One row a cell: its seeds, the hits among them, and their share.

    Args:
        trials: A table of trials.
        hit: A column of truth values; names the column that counts them.
        by: The column that names the cells.

    Returns:
        A table of `by`, `seeds`, `hit`, and `share` with its 95 % Wilson interval
        `low`, `high`.
    """
    groups = trials.groupby(by, sort=False)[hit]
    table = groups.agg(seeds="size", hits="sum").reset_index()
    table[["share", "low", "high"]] = [
        share_interval(hits, seeds)
        for hits, seeds in zip(table.hits.tolist(), table.seeds.tolist(), strict=True)
    ]
    return table.rename(columns={"hits": hit})


def ranked(trials, metric, arm="arm", within="dataset"):
    """Mean ranks over data sets, 1 the highest mean, and how far apart they must be.

    Args:
        trials: One row an arm, data set and seed; see `chosen`.
        metric: The column to rank by, higher meaning better.
        arm: The column that names the arms.
        within: The column that names the data sets.

    Returns:
        Mean ranks by arm; Friedman's p over data sets; Nemenyi's critical
        difference at 5 %. Demsar, JMLR 7 (2006).
    """
    means = trials.groupby([within, arm])[metric].mean().unstack().dropna()
    sets, arms = means.shape
    ranks = means.rank(axis=1, ascending=False).mean()
    p = scipy.stats.friedmanchisquare(*means.to_numpy().T).pvalue
    return ranks, p, critical_difference(arms, sets)
