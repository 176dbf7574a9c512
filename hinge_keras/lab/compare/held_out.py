"""What every loss says of rows that it was not trained on, each row once."""

import dataclasses

import numpy as np
import pandas as pd
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
)

from hinge_keras.calibration import fitted
from hinge_keras.lab import training
from hinge_keras.lab.compare.splits import ByClass, ByGroup, Splits, cut, strata
from hinge_keras.lab.grid import seeds
from hinge_keras.lab.grid.arm import Arm
from hinge_keras.lab.tables.schema import DONE, RATE, TEST, VALIDATION

FOLDS = 5


def predictions(comparison):
    """One row a row of the data and loss: its label, what was predicted, how surely.

    A loss of which a fold diverged has no rows of that fold.
    """
    data, experiment = comparison.data, comparison.experiment
    seed = experiment.seeds[0]
    parts = {f"fold {i}": part for i, part in enumerate(folds(data, seed))}
    rates = comparison.chosen.groupby("arm", sort=False)[RATE].first()
    grid = dataclasses.replace(
        experiment,
        datasets=[
            dataclasses.replace(of_rows(data, part).dataset(), name=name)
            for name, part in parts.items()
        ],
        arms=[
            Arm(arm.name, arm.loss, axes={RATE: [float(rates[arm.name])]})
            for arm in experiment.arms
        ],
        seeds=[seed],
        wider={},
        keep_scores=(VALIDATION, TEST),
    )
    tables = [
        table(comparison, trial.arm, parts[trial.dataset], record)
        for block in training.train(grid, grid.trials())
        for trial, record in block
        if record.status == DONE
    ]
    found = pd.concat(tables, ignore_index=True)
    order = {name: place for place, name in enumerate(comparison.arms)}
    keys = [found.arm.map(order), found.row]
    return found.iloc[np.lexsort(keys[::-1])].reset_index(drop=True)


def of_rows(data, part):
    """The same data, split in those parts whatever the seed."""
    fixed = Splits(lambda seed: part, data.splits.told, data.splits.tags)
    return dataclasses.replace(data, splits=fixed)


def folds(data, seed):
    """The parts of every fold; one where the user said what to test on."""
    if not isinstance(data.splits.plain, ByClass | ByGroup):
        yield data.splits.plain(seed)
        return
    groups = data.units
    state = seeds.derive(seed, "folds")
    by_class = not data.is_regression
    if groups is not None:
        folder = StratifiedGroupKFold if by_class else GroupKFold
    else:
        folder = StratifiedKFold if by_class else KFold
    numbers = strata(data.labels, np.arange(data.rows))
    folder = folder(FOLDS, shuffle=True, random_state=state)
    for train, test in folder.split(np.zeros((data.rows, 1)), numbers, groups):
        stream = seeds.stream(seed, "validation")
        parts = cut(stream, train, strata(data.labels, train), 0.75)
        yield {**parts, "test": test}


def table(comparison, arm, part, record):
    """What a fold's model says of its test part."""
    data, rows, scores = comparison.data, part["test"], record.scores[TEST]
    found = pd.DataFrame({"arm": arm, "row": rows})
    if data.is_regression:
        return found.assign(
            label=data.labels.numbers[rows], predicted=unscaled(data, scores)
        )
    held = data.labels.numbers[part[VALIDATION]]
    p = fitted(record.scores[VALIDATION], held)(scores)
    numbers = decided(scores, comparison.threshold)
    return found.assign(
        label=data.labels.classes[data.labels.numbers[rows]],
        predicted=data.labels.classes[numbers],
        probability=of_predicted(p, numbers),
    )


def decided(scores, threshold=0.0):
    """The number of the class that scores decide for."""
    if scores.shape[1] > 1:
        return scores.argmax(axis=1)
    return (scores[:, 0] > threshold) * 1


def of_predicted(p, numbers):
    """The probability of the class decided for."""
    if p.shape[1] == 1:
        return np.where(numbers == 1, p[:, 0], 1 - p[:, 0])
    return p[np.arange(len(p)), numbers]


def unscaled(data, scores):
    """Targets in the user's units from those in deviations."""
    numbers = data.labels.numbers
    return scores[:, 0] * numbers.std() + numbers.mean()
