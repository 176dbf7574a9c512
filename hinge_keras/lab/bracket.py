"""Grids that bracket: widened until no best value lies at the edge of those tried.

A best value at the edge of a grid says where the grid ended, not what is best. So the
grid is trained, the best values looked at, and where one lies at an edge the axis gets
another value on that side, for every arm beside it: all keep the same budget. What is
still at an edge when the limits are reached is marked, not hidden (`analysis.chosen`).
"""

import dataclasses

from hinge_keras.lab import analysis
from hinge_keras.lab.grid.experiment import named
from hinge_keras.lab.tables.schema import CELL, DECAY, RATE, VALIDATION, column

# As far as a search goes unless an experiment says otherwise.
LIMITS = {RATE: (1e-6, 100.0), DECAY: (1e-8, 10.0)}
# A loss's own parameter goes so many times beyond the ends of its first grid.
REACH = 1000


def settled(experiment, trained):
    """The results of an experiment as wide as its best values ask for.

    With a pilot, which is widened so: the results of all its seeds at what was best.

    Args:
        experiment: With its first grid.
        trained: Trains what is missing of an experiment; gives its `Results`.
    """
    if experiment.pilot is None:
        return bracketed(experiment, trained)[1]
    found, tried = chosen(experiment, trained)
    return dataclasses.replace(trained(found), pilot=tried)


def chosen(experiment, trained):
    """An experiment at the values that its pilot chose, and the pilot's results.

    Args:
        experiment: With its first grid, and a pilot.
        trained: Trains what is missing of an experiment; gives its `Results`.
    """
    wide, tried = bracketed(experiment.piloted(), trained)
    wide = dataclasses.replace(experiment, wider=wide.wider)
    return wide.at(tried.chosen()), tried


def bracketed(experiment, trained):
    """An experiment as wide as its best values ask for, and its results.

    Args:
        experiment: With its first grid.
        trained: Trains what is missing of an experiment; gives its `Results`.
    """
    while True:
        results = trained(experiment)
        wider = widened(experiment, results.trials)
        if wider == experiment:
            return experiment, results
        experiment = wider


def widened(experiment, trials):
    """The experiment with a value more on each side where a best one has none beyond.

    Args:
        experiment: What was trained.
        trials: The table of its trials.
    """
    wider = {cell: dict(axes) for cell, axes in experiment.wider.items()}
    tried = dict(iter(trials.groupby(list(CELL), sort=False)))
    for cell, axis, side in at_edges(experiment, trials):
        value = beyond(sorted(tried[cell][axis].dropna().unique()), side)
        low, high = limits(experiment, cell, axis)
        if low <= value <= high:
            for other in beside(experiment, tried, cell, axis):
                axes = wider.setdefault(other, {})
                axes[axis] = tuple(sorted({*axes.get(axis, ()), value}))
    if wider == experiment.wider:
        return experiment
    return dataclasses.replace(experiment, wider=wider)


def at_edges(experiment, trials):
    """Each `(cell, axis, side)` where a best value lies, by any measure that chooses."""
    axes = experiment.axis_names
    for measure in map(experiment.measure, experiment.choosing):
        name = column(VALIDATION, measure.name)
        if name not in trials:
            continue
        watched = trials[trials.groupby(list(CELL))[name].transform("count") > 0]
        if watched.empty:
            continue
        found = analysis.best(watched, measure, axes)
        sides = analysis.edges(watched, found, axes)
        for row, own in zip(found.to_dict("records"), sides, strict=True):
            cell = tuple(row[name] for name in CELL)
            yield from ((cell, axis, side) for axis, side in own.items() if side)


def beside(experiment, cells, cell, axis):
    """The cells that share an axis with one: they are widened together.

    Those on the same data set, with the same model or each with its own; but an arm
    that has the axis to itself has it alone.
    """
    dataset, model, arm = cell
    if axis in named(experiment.arms, arm).axes:
        return [cell]
    own = named(experiment.arms, arm).model is not None
    return [
        other
        for other in cells
        if other[0] == dataset
        and axis not in named(experiment.arms, other[2]).axes
        and (
            named(experiment.arms, other[2]).model is not None
            if own
            else other[1] == model
        )
    ]


def beyond(values, side):
    """The value that continues the last steps of some sorted ones on a side.

    >>> beyond([0.001, 0.003, 0.01], "high"), beyond([0.001, 0.003, 0.01], "low")
    (0.03, 0.0003)
    """
    values = [value for value in values if value > 0]
    if side == "low":
        values = values[::-1]
    last, *before = values[::-1]
    if len(before) > 1:
        value = before[0] * (last / before[1])
    else:
        value = last * (last / before[0] if before else 10 if side == "high" else 0.1)
    return float(f"{value:.6g}")


def limits(experiment, cell, axis):
    """The least and the greatest value that an axis may be widened to."""
    if axis in experiment.limits or axis in LIMITS:
        return {**LIMITS, **experiment.limits}[axis]
    values = [v for v in named(experiment.arms, cell[2]).axes[axis] if v > 0]
    return min(values) / REACH, max(values) * REACH
