"""What a published claim is worth, by rule: its number, ours, and one word for both.

Each row has a claim, what it was tried on here, and a verdict that follows from the
numbers beside it; none is ever written by hand. A number of one run is looked for
among our runs; an order of two arms is judged by their comparison.
"""

import re

import numpy as np
import pandas as pd

from hinge_keras.lab.analysis import evidence as shown
from hinge_keras.lab.analysis.compare import between
from hinge_keras.lab.tables.schema import (
    EPOCH,
    EQUAL,
    KEY,
    TOO_FEW,
    UNDECIDED,
)

REPRODUCED, NOT_REPRODUCED, REVERSED = "reproduced", "not reproduced", "reversed"
TYPICAL, POSSIBLE, NEVER = "typical", "possible", "never seen"
METRIC, SEEDS, DECODER = "metric artefact", "seed noise", "decoder bug"
NOT_COMPARABLE = "not comparable"
UNPUBLISHED, NO_DATA = "no published number", "no data"
PLACES = (NO_DATA, TYPICAL, POSSIBLE, NEVER)  # From unknown to far out.
# What says neither yes nor no.
SILENT = (UNDECIDED, TOO_FEW, NOT_COMPARABLE, UNPUBLISHED, NO_DATA)

COLUMNS = ["claim", "source", "on", "published", "ours", "low", "high", "runs"]
COLUMNS += ["rank", "p", "family", "verdict", "why"]
CENTRAL = (0.025, 0.975)


def row(text, source, verdict, **cells):
    """A row of `COLUMNS`; what is not given stays missing."""
    return {**dict.fromkeys(COLUMNS), "claim": text, "source": source,
            "verdict": verdict, **cells}  # fmt: skip


def number(text, source, published, values, on="", differs=""):
    """A row for a number of one published run: its place among our runs.

    Args:
        text: What was claimed and how it is measured.
        source: Author and year.
        published: The published number, or `None` where none could be verified.
        values: Ours, one a run.
        on: What it was tried on here, where that is not what the source had.
        differs: What of theirs is larger than ours, and keeps the numbers apart.

    Returns:
        `ours` is the mean of our runs, `low` and `high` their central 95 %, `rank` how
        many of them lie at or below the published number.
    """
    values = np.sort(np.asarray(values, float)[~np.isnan(values)])
    verdict = NOT_COMPARABLE if differs else among(published, values)
    cells = {"on": on, "published": published, "runs": len(values), "why": differs}
    if len(values):
        low, high = np.quantile(values, CENTRAL)
        cells |= {"ours": values.mean(), "low": low, "high": high}
    if published is not None and len(values):
        cells["rank"] = np.searchsorted(values, published, "right")
    return row(text, source, verdict, **cells)


def among(published, values):
    """Typical within the central 95 % of some runs, possible within all, or never seen."""
    if published is None:
        return UNPUBLISHED
    if len(values) == 0:
        return NO_DATA
    low, high = np.quantile(values, CENTRAL)
    if low <= published <= high:
        return TYPICAL
    return POSSIBLE if min(values) <= published <= max(values) else NEVER


def numbers(text, source, published, ours, **options):
    """A row for each arm that a number was published of.

    Args:
        text: What was claimed, with `{}` in the place of the arm.
        source: Author and year.
        published: `{arm: number}`.
        ours: Our values grouped by arm, a column of `table.groupby("arm")`.
        **options: Those of `number`.
    """
    for arm, value in published.items():
        yield number(text.format(arm), source, value, ours.get_group(arm), **options)


def along(text, source, epochs, published, curves, differs=""):
    """A row for each number of the course of one published run, judged together too.

    The run is as far out as its most unusual number is, in deviations from our mean;
    typical if 95 % of our runs are as far out or less far, and so on. Each row has the
    worse of that and its own number's place.

    Args:
        text: What was trained.
        source: Author and year.
        epochs: Those of which numbers were published.
        published: `{column: numbers}`, a measured column and one number an epoch,
            `None` where there is none.
        curves: One row a trial, named by its key, and epoch.
        differs: As for `number`.
    """
    theirs = pd.DataFrame(published, index=list(epochs), dtype=float).stack().dropna()
    ours = curves.pivot_table([*published], KEY, EPOCH)
    # An epoch that none of our runs reached has no values.
    ours = ours.reindex(columns=[(column, epoch) for epoch, column in theirs.index])
    verdict = together(theirs.to_numpy(), ours.dropna().to_numpy())
    for (epoch, column), value in theirs.items():
        told = f"{text}, {column.replace('_', ' ')} after epoch {epoch}"
        found = number(told, source, value, ours[column, epoch], differs=differs)
        if not differs:
            found["verdict"] = max(found["verdict"], verdict, key=PLACES.index)
        yield found


def together(published, runs):
    """The place of one run's numbers among those of our runs, as `among`.

    Args:
        published: Its numbers.
        runs: Ours, one row a run.
    """
    if len(runs) < 2:
        return NO_DATA
    mean, deviation = runs.mean(axis=0), runs.std(axis=0, ddof=1)
    away = np.abs(np.vstack([published, runs]) - mean)
    # Where all our runs agree, another number is infinitely far out.
    with np.errstate(divide="ignore", invalid="ignore"):
        far = np.nan_to_num(away / deviation, nan=0.0, posinf=np.inf).max(axis=1)
    if far[0] <= np.quantile(far[1:], CENTRAL[1] - CENTRAL[0]):
        return TYPICAL
    return POSSIBLE if far[0] <= far[1:].max() else NEVER


def spread(text, source, published, values, draws=100_000):
    """A row for numbers of single runs that are said to differ: do runs of one arm so?

    Seed noise unless so few of as many random runs of one arm lie as far apart.

    Args:
        text: What was claimed to differ.
        source: Author and year.
        published: One number an arm.
        values: Runs of a single arm.
        draws: How many times as many runs are drawn.
    """
    values = np.asarray(values, float)
    drawn = np.random.default_rng(0).choice(values, (draws, len(published)))
    apart = np.ptp(list(published))
    p = (1 + (np.ptp(drawn, axis=1) >= apart - 1e-12).sum()) / (1 + draws)
    verdict = SEEDS if p > shown.ALPHA else NOT_REPRODUCED
    mean = np.ptp(drawn, axis=1).mean()
    cells = {"published": apart, "ours": mean, "runs": len(values), "p": p, "family": 1}
    return row(text, source, verdict, **cells)


def share(text, source, hits, total, differs=""):
    """A row for what one run is said to do: how many of ours do it.

    Typical if more than half do, by the 95 % Wilson interval; possible if any does.

    Args:
        text: What a run does.
        source: Author and year.
        hits: Our runs that do.
        total: All of them.
        differs: As for `number`.
    """
    ours, low, high = shown.share_interval(int(hits), int(total))
    verdict = NEVER if not hits else TYPICAL if low > 0.5 else POSSIBLE
    cells = {"ours": ours, "low": low, "high": high, "runs": total}
    verdict = NOT_COMPARABLE if differs else verdict
    return row(text, source, verdict, rank=hits, why=differs, **cells)


def exactly(text, source, published, value, tolerance=1e-6):
    """A row for an arithmetic example: is our value the published one, to its digits?"""
    verdict = UNPUBLISHED
    if published is not None:
        right = abs(published - value) <= tolerance
        verdict = REPRODUCED if right else NOT_REPRODUCED
    return row(text, source, verdict, published=published, ours=value, runs=1)


def order(text, source, comparison, better, on=""):
    """A row for a claimed order: the better arm less the other, paired.

    Args:
        text: What was claimed and how it is measured, higher meaning better.
        source: Author and year.
        comparison: A row of `compare`.
        better: The arm that the claim calls better.
        on: What it was tried on here.
    """
    ours, low, high = (comparison[name] for name in ("difference", "low", "high"))
    if comparison["b"] == better:
        ours, low, high = -ours, -high, -low
    cells = {"ours": ours, "low": low, "high": high, "runs": comparison["pairs"]}
    cells |= {name: comparison[name] for name in ("p", "family")}
    verdict = by_pairs(comparison, better)
    # A claim names its arms, where a comparison has sides.
    why = re.sub(
        r"(^|; )([ab]): ",
        lambda side: f"{side[1]}{comparison[side[2]]}: ",
        comparison["marks"],
    )
    return row(text, source, verdict, on=on, why=why, **cells)


def orders(text, source, comparisons, claimed, on=""):
    """A row for each claimed order of two arms.

    Args:
        text: What was claimed, with a `{}` for the better arm and one for the other.
        source: Author and year.
        comparisons: Rows of `compare`, one for each two arms.
        claimed: Pairs of arms, the better one first.
        on: What it was tried on here.
    """
    for better, other in claimed:
        found = between(comparisons, better, other)
        yield order(text.format(better, other), source, found, better, on)


def by_pairs(comparison, better):
    """A claimed order against a row of `compare`.

    Args:
        comparison: A row of `compare`.
        better: The arm that the claim calls better.
    """
    if not comparison["better"]:
        return comparison["finding"]
    return REPRODUCED if comparison["better"] == better else REVERSED


def alike(text, source, comparison, on=""):
    """A row for two arms that are said to be as good: as `order`, but equal is right."""
    found = order(text, source, comparison, comparison["a"], on)
    verdict = NOT_REPRODUCED if comparison["better"] else comparison["finding"]
    return {**found, "verdict": REPRODUCED if verdict == EQUAL else verdict}


def above(text, source, values, bound, on=""):
    """A row for a quantity that is said to exceed a bound, by the mean of our runs."""
    found = shown.of_pairs(values)
    low, high = found.interval()
    p = shown.different(shown.of_pairs(np.asarray(values) - bound))
    verdict = UNDECIDED
    if p <= shown.ALPHA:
        verdict = REPRODUCED if np.mean(values) > bound else NOT_REPRODUCED
    cells = {"ours": np.mean(values), "low": low, "high": high, "runs": len(values)}
    return row(text, source, verdict, on=on, p=p, family=1, **cells)


def explained(text, source, theirs, sound, rival, word, on=""):
    """A row for an arm that was published behind another, read in a doubtful way.

    The word, say `METRIC` or `DECODER`, if by their reading it is behind and more than
    half of that gap goes with a sound one, tested by pairs.

    Args:
        text: What was claimed.
        source: Author and year.
        theirs: The arm by their reading, one a run.
        sound: The same models by a sound one.
        rival: The arm it is compared with, of equal seeds.
        word: What is to blame.
        on: What it was tried on here.
    """
    theirs, sound, rival = (100 * np.asarray(v, float) for v in (theirs, sound, rival))
    level = shown.ALPHA / 2
    behind, left = rival - theirs, shown.of_pairs(rival - sound)
    p = shown.of_pairs(behind - 2 * (rival - sound)).above(0.0)
    if shown.of_pairs(behind).above(0.0) > level:
        verdict = NOT_REPRODUCED
    elif p <= level:
        verdict = word
    else:
        verdict = REPRODUCED if left.above(0.0) <= level else UNDECIDED
    low, high = left.interval()
    cells = {"ours": (sound - rival).mean(), "low": -high, "high": -low}
    told = f"{behind.mean():.1f} points behind as they read it"
    cells |= {"runs": len(rival), "p": 2 * p, "family": 1, "why": told}
    return row(text, source, verdict, on=on, **cells)


def unavailable(text, source, published):
    """A row for a claim whose data cannot be had here: ours stays missing."""
    return row(text, source, NO_DATA, published=published, runs=0)


def table(rows):
    """Claims in the order of `COLUMNS`; an unverified number stays missing."""
    found = pd.DataFrame(list(rows), columns=COLUMNS)
    of_numbers = ["published", "ours", "low", "high", "rank", "p", "family"]
    return found.astype(dict.fromkeys(of_numbers, float)).fillna(
        {"on": "", "why": "", "runs": 0}
    )


def of_slice(found):
    """Claims tried at less than their budget: none of them is judged."""
    if found.empty:
        return found
    why = found.why.where(found.why != "", "a slice of the published budget")
    return found.assign(verdict=NOT_COMPARABLE, why=why)


def verdicts(evidence):
    """One verdict a claim over all that it was tried on.

    That of its rows if they agree, those that are silent left out; else how many say
    what.

    Args:
        evidence: Rows of claims, of any studies.
    """
    rows = []
    for (text, source), part in evidence.groupby(["claim", "source"], sort=False):
        said = part.verdict[~part.verdict.isin(SILENT)]
        counts = (said if len(said) else part.verdict).value_counts()
        verdict = counts.index[0]
        if len(counts) > 1:
            told = ", ".join(f"{word} {count}" for word, count in counts.items())
            verdict = f"depends on the data ({told})"
        rows.append({"claim": text, "source": source, "verdict": verdict,
                     "tried on": len(part), "silent": len(part) - len(said)})  # fmt: skip
    return pd.DataFrame(rows)
