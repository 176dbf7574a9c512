"""What a published claim is worth, by rule: its value, ours, and one word for both.

Each rule takes measurements of our trials and returns a verdict; none is ever
written by hand. `claim` puts the verdict beside the numbers it follows from.
"""

import numpy as np
import pandas as pd

from hinge_keras.lab.analysis import intervals
from hinge_keras.lab.analysis.compare import between
from hinge_keras.lab.tables.schema import EPOCH, HIGHER, TOO_FEW, UNDECIDED

REPRODUCED, NOT_REPRODUCED = "reproduced", "not reproduced"
METRIC, SEEDS, DECODER = "metric artefact", "seed noise", "decoder bug"
NOT_COMPARABLE, SAME, REVERSED = "not comparable", "no difference seen", "reversed"
FEW = "too few pairs"
UNPUBLISHED, NO_DATA = "no published number", "no data"

COLUMNS = ["claim", "source", "published", "ours", "low", "high", "seeds", "verdict"]


def claim(text, source, published, values, verdict):
    """A row: the mean of our values over seeds with its 95 % bootstrap interval.

    Args:
        text: What was claimed and how it is measured.
        source: Author and year.
        published: The published number, or `None` where none could be verified.
        values: Ours, one a seed.
        verdict: What a rule of this module said.
    """
    values = np.asarray(values, dtype=float)
    values = values[~np.isnan(values)]
    low, high = intervals.bootstrap_interval(values)
    ours = values.mean() if len(values) else np.nan
    return dict(
        zip(
            COLUMNS,
            (text, source, published, ours, low, high, len(values), verdict),
            strict=True,
        )
    )


def number(text, source, published, values):
    """A row for a published number: does it lie among those of our seeds?"""
    return claim(text, source, published, values, within(published, values))


def exactly(text, source, published, value):
    """A row for an arithmetic example: is our value the published one, to its digits?"""
    return claim(text, source, published, [value], exact(published, value))


def numbers(text, source, published, ours, verdict=None):
    """A row for each arm that a number was published of.

    Args:
        text: What was claimed, with `{}` in the place of the arm.
        source: Author and year.
        published: `{arm: number}`.
        ours: Our values grouped by arm, a column of `table.groupby("arm")`.
        verdict: What a rule of this module said of them all; `None` looks for each
            number among our seeds.
    """
    for arm, value in published.items():
        values = ours.get_group(arm)
        said = verdict or within(value, values)
        yield claim(text.format(arm), source, value, values, said)


def readings(text, source, published, ours, rival):
    """Two rows an arm: as published and by a sound metric, judged by `by_metric`.

    Args:
        text: What was claimed, `{0}` in the place of the arm, `{1}` of the metric.
        source: Author and year.
        published: `{arm: number}`.
        ours: Our values grouped by arm, by each metric's name, the published first.
        rival: The arm that the claim compares the others with; its own number is
            looked for among our seeds.
    """
    theirs, sound = ours.values()
    level = sound.get_group(rival)
    for arm, value in published.items():
        values = theirs.get_group(arm)
        rule = by_metric(value, values, sound.get_group(arm), level)
        rule = within(value, values) if arm == rival else rule
        for metric, reading in ours.items():
            told = text.format(arm, metric)
            yield claim(told, source, value, reading.get_group(arm), rule)


def share(text, source, published, hits, total, verdict=None):
    """A row whose value is a share of seeds, with its 95 % Wilson interval.

    Args:
        text: What was claimed and how it is measured.
        source: Author and year.
        published: The published share.
        hits: The seeds that show it.
        total: All seeds.
        verdict: What a rule of this module said; `None` is `by_share`.
    """
    ours, low, high = intervals.share_interval(int(hits), int(total))
    verdict = verdict or by_share(hits, total)
    values = (text, source, published, ours, low, high, total, verdict)
    return dict(zip(COLUMNS, values, strict=True))


def order(text, source, comparison, better):
    """A row for a claimed order: the better arm less the other, paired by seed.

    Args:
        text: What was claimed and how it is measured, higher meaning better.
        source: Author and year.
        comparison: A row of `compare`.
        better: The arm that the claim calls better.
    """
    ours, low, high = (comparison[name] for name in ("difference", "low", "high"))
    if comparison["b"] == better:
        ours, low, high = -ours, -high, -low
    rule = by_pairs(comparison, better)
    values = (text, source, None, ours, low, high, comparison["pairs"], rule)
    return dict(zip(COLUMNS, values, strict=True))


def orders(text, source, comparisons, claimed):
    """A row for each claimed order of two arms.

    Args:
        text: What was claimed, with a `{}` for the better arm and one for the other.
        source: Author and year.
        comparisons: Rows of `compare`, one for each two arms.
        claimed: Pairs of arms, the better one first.
    """
    for better, other in claimed:
        row = between(comparisons, better, other)
        yield order(text.format(better, other), source, row, better)


def along(text, source, epochs, published, curves):
    """A row for each number that was published of a training's course.

    Args:
        text: What was trained.
        source: Author and year.
        epochs: Those of which numbers were published.
        published: `{column: numbers}`, a measured column and one number an epoch,
            `None` where there is none.
        curves: One row a seed and epoch.
    """
    numbers = pd.DataFrame(published, index=list(epochs), dtype=float)
    for (epoch, column), value in numbers.stack().dropna().items():
        ours = curves.loc[curves[EPOCH] == epoch, column]
        told = f"{text}, {column.replace('_', ' ')} after epoch {epoch}"
        yield number(told, source, value, ours)


def unavailable(text, source, published):
    """A row for a claim whose data cannot be had here: ours stays missing."""
    return claim(text, source, published, [], NO_DATA)


def table(rows):
    """Claims in the order of `COLUMNS`; an unverified number stays missing."""
    claims = pd.DataFrame(list(rows), columns=COLUMNS)
    return claims.assign(published=claims.published.astype(float))


def within(published, values, slack=0.0):
    """Reproduced if the number lies in the range of our seeds, widened by a slack."""
    if published is None:
        return UNPUBLISHED
    if not np.isfinite(values).any():
        return NO_DATA
    low, high = np.nanmin(values) - slack, np.nanmax(values) + slack
    return REPRODUCED if low <= published <= high else NOT_REPRODUCED


def exact(published, ours, tolerance=1e-6):
    """Reproduced if an arithmetic example agrees to the digits published."""
    if published is None:
        return UNPUBLISHED
    return REPRODUCED if abs(published - ours) <= tolerance else NOT_REPRODUCED


def by_metric(published, as_published, sound, rival, near=0.03, equal=0.02):
    """A metric artefact: their metric gives their number, a sound one gives no gap.

    Args:
        published: The published number.
        as_published: Their metric on our models, one a seed.
        sound: A sound metric on the same models.
        rival: The sound metric on the models that the claim compares them with.
        near: How far their metric's mean may be from the published number.
        equal: How far apart two sound means may be and count as equal.
    """
    if abs(np.mean(as_published) - published) > near:
        return NOT_REPRODUCED
    return METRIC if abs(np.mean(sound) - np.mean(rival)) <= equal else REPRODUCED


def by_seed(published, values):
    """Seed noise: every one of several published numbers is a seed of one arm."""
    low, high = np.min(values), np.max(values)
    inside = all(low <= number <= high for number in published)
    return SEEDS if inside else NOT_REPRODUCED


def by_share(hits, total, enough=0.6):
    """A claim shown by one run: reproduced if enough seeds show it, else seed noise."""
    return REPRODUCED if hits >= enough * total else SEEDS if hits else NOT_REPRODUCED


def by_decoder(buggy, sound, rival, equal=0.0):
    """A decoder bug: behind its rival as published, not behind when decoded right.

    Args:
        buggy: Accuracy of the models with the published decoder, one a seed.
        sound: Accuracy of the same models with the right decoder.
        rival: Accuracy of the models it is compared with.
        equal: How far behind the right decoder may be and still count as level.
    """
    if np.mean(buggy) >= np.mean(rival):
        return NOT_REPRODUCED
    behind = np.mean(sound) < np.mean(rival) - max(equal, 2 * np.std(rival))
    return REPRODUCED if behind else DECODER


def by_power(powers):
    """Quadratic convergence: reproduced if every power is nearer to 2 than to 1."""
    return REPRODUCED if np.min(powers) > 1.5 else NOT_REPRODUCED


def by_pairs(comparison, better):
    """A claimed order against a row of `compare`, higher meaning better.

    Args:
        comparison: A row with `a`, `b` and `finding`.
        better: The arm that the claim calls better.
    """
    finding = comparison["finding"]
    if finding in (UNDECIDED, TOO_FEW):
        return {UNDECIDED: SAME, TOO_FEW: FEW}[finding]
    higher = comparison["a" if finding == HIGHER else "b"]
    return REPRODUCED if higher == better else REVERSED


def ordered(first, second, slack=0.0):
    """Reproduced if the first is above the second, pair by pair.

    No difference is seen if the mean difference is within the slack or its 95 %
    interval holds 0.
    """
    differences = np.asarray(first) - np.asarray(second)
    low, high = intervals.bootstrap_interval(differences)
    if abs(differences.mean()) <= slack or low <= 0 <= high:
        return SAME
    return REPRODUCED if differences.mean() > 0 else REVERSED
