"""What a comparison says to someone who has to choose: which loss, how sure, what next."""

import pandas as pd

from hinge_keras.lab import analysis
from hinge_keras.lab.compare.baselines import LINEAR, TREES, USUAL
from hinge_keras.lab.page import words
from hinge_keras.lab.tables.schema import (
    EDGE,
    EQUAL,
    RISING,
    UNDECIDED,
    VALIDATION,
    column,
    measured,
)

MOST_SEEDS = 1000  # More are no plan.


def verdict(comparison):
    """What the comparisons show, and what keeps it from being more."""
    summary = comparison.summary()
    if comparison.nothing_measured:
        return "No training ended with finite losses; try smaller learning rates."
    if summary.empty:
        alone = comparison.means().iloc[0]
        told = (
            f"{alone['arm']} alone has {comparison.choose_by} {alone['mean']:.3f}; two "
            "losses are needed to compare."
        )
    else:
        told = words.answer(summary)
    return f"{told}{nothing_learned(comparison)}{doubts(comparison)}"


def nothing_learned(comparison):
    """The arms that are not seen to beat the usual answer, in words."""
    idle = comparison.idle
    if not idle:
        return ""
    who = "no loss is" if len(idle) == len(comparison.arms) else f"{', '.join(idle)}:"
    at = usual(comparison)
    seen = "seen to be" if len(idle) == len(comparison.arms) else "not seen to be"
    return f" Nothing learned: {who} {seen} better than {at}."


def usual(comparison):
    """The usual answer and what it is worth."""
    means = comparison.means()
    worth = means.loc[means.arm == USUAL, "mean"].iloc[0]
    return f"{USUAL} for every row ({comparison.choose_by} {worth:.3f})"


def doubts(comparison):
    """What keeps an arm from counting as tuned and trained, in words."""
    cells = comparison.chosen.groupby("arm", sort=False)[[EDGE, RISING]].first()
    edge, rising = (cells.index[cells[name].astype(bool)] for name in (EDGE, RISING))
    told = ""
    if len(edge):
        told += " Not tuned, the best value at the edge of those tried: "
        told += f"{', '.join(edge)}."
    if len(rising):
        told += f" Still learning after {comparison.experiment.epochs} epochs: "
        told += f"{', '.join(rising)}."
    return told


def recommended(comparison):
    """The arm to take: not seen to be worse than another, the best on validation data.

    `None` if no training ended well.
    """
    if comparison.nothing_measured:
        return None
    summary, chosen = comparison.summary(), comparison.chosen
    seen = analysis.seen(summary)
    worse = {row.a if row.better == row.b else row.b for row in seen.itertuples()}
    measure = comparison.results.measure()
    means = chosen.groupby("arm", sort=False)[column(VALIDATION, measure.name)].mean()
    means = means[[arm for arm in means.index if arm not in worse]]
    return means.idxmax() if measure.higher_is_better else means.idxmin()


def recommendation(comparison):
    """Three sentences: which loss, how sure that is, what would make it surer."""
    arm = recommended(comparison)
    if arm is None:
        return verdict(comparison)
    return " ".join(
        [which(comparison, arm), how_sure(comparison, arm), next_step(comparison, arm)]
    )


def which(comparison, arm):
    """Which loss to take, and what it is worth."""
    means = comparison.means()
    worth = f"{comparison.choose_by} {means.loc[means.arm == arm, 'mean'].iloc[0]:.3f}"
    if arm in comparison.idle:
        return (
            f"Take none of these models yet: none is seen to beat {usual(comparison)}."
        )
    if len(comparison.arms) == 1:
        return f"{arm} alone was tried ({worth})."
    summary = comparison.summary()
    others = analysis.seen(summary)
    beaten = others[others.better == arm]
    if len(beaten) == len(comparison.arms) - 1:
        return f"Take {arm} ({worth}): it is better than every other loss tried."
    return (
        f"Take {arm} ({worth}), the best on validation data of those that none is seen "
        "to beat."
    )


def how_sure(comparison, arm):
    """What the comparisons with that arm show."""
    summary = comparison.summary()
    own = summary[(summary.a == arm) | (summary.b == arm)]
    if own.empty:
        return "Two losses are needed to compare."
    spoken = f"over {comparison.seeds} seeds, intervals of 95 % all at once"
    return f"{words.answer(own).removesuffix('.')} ({spoken})."


def next_step(comparison, arm):
    """When the choice does not matter, and what would tell more."""
    model = better_model(comparison, arm)
    if model:
        return model
    if arm in comparison.idle:
        learned = analysis.seen(comparison.beside(USUAL, [LINEAR, TREES]))
        if learned.empty:
            return f"Nor is an untuned {LINEAR} or {TREES}: the inputs may say nothing of y."
        return "Try other learning rates, more epochs, another model."
    summary = comparison.summary()
    own = summary[(summary.a == arm) | (summary.b == arm)]
    open_ = own[own.finding == UNDECIDED]
    if len(open_):
        return more(comparison, open_.loc[open_.detectable.idxmax()])
    if len(own) and (own.finding == EQUAL).all():
        return (
            "The choice does not matter for this measure: choose by the probabilities "
            "(summary('brier_score')) or by habit."
        )
    return (
        "This was asked of these rows, this model and this measure: others may answer "
        "otherwise."
    )


def better_model(comparison, arm):
    """Whether a baseline is seen to be ahead by more than matters."""
    unit = comparison.unit()
    found = analysis.seen(comparison.beside(arm, [LINEAR, TREES]))
    ahead = found[
        (found.better != arm) & (found.difference.abs() > (unit.equal or 0.0))
    ]
    if ahead.empty:
        return ""
    row = ahead.loc[ahead.difference.abs().idxmax()]
    return (
        f"An untuned {row.better} is better than {arm} by {words.gap(row)} on the same "
        "splits: here the model matters more than the loss."
    )


def more(comparison, row):
    """How many seeds, or rows, would show a difference that matters."""
    unit = comparison.unit()
    if unit.equal is None or pd.isna(row.detectable):
        return "More seeds would tell more."
    goal = words.amount(unit.equal, unit.name)
    if row.detectable <= unit.equal:
        return (
            f"Differences of {goal} could be seen: a larger one is not to be expected."
        )
    shrink = (unit.equal / row.detectable) ** 2
    overlap = comparison.overlap
    share = (1 / row.pairs + overlap) * shrink
    if share > overlap and 1 / (share - overlap) <= MOST_SEEDS:
        return f"About {round(1 / (share - overlap))} seeds would show {goal}."
    return (
        f"No number of seeds would show {goal} on these rows: about "
        f"{float(f'{1 / shrink:.2g}'):g} times as many rows would."
    )


def headline(comparison, measure):
    """What the comparisons by one measure show, for a figure's title."""
    summary = comparison.summary(measure)
    name = measured(comparison.chosen, measure).removeprefix("test_")
    return f"{name.replace('_', ' ')}: {words.answer(summary)}"
