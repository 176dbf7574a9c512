"""What the choice of hyper-parameters adds to the doubt about a difference.

Had other seeds been drawn, other values might have been chosen: a difference of two
tuned arms varies by more than its pairs do. How much more is found by drawing seeds
anew, choosing anew by their validation means, and comparing what was chosen.
"""

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hinge_keras.lab.tables.schema import (
    CELL,
    SEED,
    TEST,
    VALIDATION,
    Measure,
    column,
)

DRAWS = 1000


@dataclass(frozen=True, eq=False)
class Search:
    """What a study's arms were chosen from.

    Attributes:
        trials: All trials, of every value of the axes.
        measure: What chose.
        axes: The columns that were chosen.
    """

    trials: pd.DataFrame
    measure: Measure
    axes: tuple[str, ...]

    def spread(self, one, other, values):
        """How many times wider a difference spreads once its choice is drawn anew.

        Args:
            one, other: The chosen trials of two arms.
            values: The column of the difference; if the trials do not have it, that of
                the measure that chose.

        Returns:
            1 or more; 1 where nothing was chosen.
        """
        if values not in self.trials:
            values = column(TEST, self.measure.name)
        arms = [self.candidates(rows, values) for rows in (one, other)]
        if all(len(tests.columns) == 1 for _, tests, _ in arms):
            return 1.0
        seeds = arms[0][0].index.intersection(arms[1][0].index)
        rng = np.random.default_rng(0)
        shares = rng.multinomial(len(seeds), np.full(len(seeds), 1 / len(seeds)), DRAWS)
        chose = [self.anew(shares, validation.loc[seeds]) for validation, *_ in arms]
        each, counts = np.unique(np.stack(chose), axis=1, return_counts=True)
        (first, second), taken = (
            [test.loc[seeds].to_numpy() for _, test, _ in arms],
            [test.columns.get_loc(took) for _, test, took in arms],
        )
        differences = first[:, each[0]] - second[:, each[1]]
        own = np.var(first[:, taken[0]] - second[:, taken[1]], ddof=1) / len(seeds)
        more = variance_between(differences, counts / DRAWS)
        return float(np.sqrt(1 + more / own)) if own else 1.0

    def anew(self, shares, validation):
        """Which value each draw of seeds chooses, by its mean on validation."""
        sign = 1 if self.measure.higher_is_better else -1
        return (sign * shares @ validation.to_numpy()).argmax(axis=1)

    @functools.cached_property
    def cells(self):
        """The trials of each arm, by its cell."""
        return dict(iter(self.trials.groupby(list(CELL))))

    def candidates(self, rows, values):
        """An arm's validation and test measures by seed and value, and what it chose.

        Of an arm that had no choice, or of several cells, what it has: that alone.
        """
        cells = set(zip(*(rows[name] for name in CELL), strict=True))
        if len(cells) == 1 and cells <= self.cells.keys():
            axes, validation, test = self.measured(*cells, values)
            if axes:
                took = rows[axes].iloc[0]
                took = tuple(took) if len(axes) > 1 else took.iloc[0]
                if took in validation:
                    return validation, test, took
        alone = rows.groupby(SEED)[[values]].mean()
        return alone, alone, values

    @functools.cache  # noqa: B019 - it lives as long as the search.
    def measured(self, cell, values):
        """The axes that a cell varies, and its measures by seed and by their values."""
        own = self.cells[cell]
        axes = [axis for axis in self.axes if own[axis].nunique() > 1]
        chose = column(VALIDATION, self.measure.name)
        if not axes or chose not in own:
            return [], None, None
        validation, test = (
            own.pivot_table(name, SEED, axes) for name in (chose, values)
        )
        whole = validation.notna().all() & test.reindex_like(validation).notna().all()
        return axes, validation.loc[:, whole], test.loc[:, whole]


def variance_between(differences, shares):
    """The variance of a true difference over choices that come up in some shares.

    Half the mean squared gap of two choices' means, less what chance alone makes of it:
    the means of choices that do the same lie apart too.

    Args:
        differences: One row a seed, one column a choice.
        shares: Of the choices.
    """
    gaps = differences[:, :, None] - differences[:, None, :]
    chance = gaps.var(axis=0, ddof=1) / len(gaps)
    true = np.maximum(gaps.mean(axis=0) ** 2 - chance, 0.0)
    return shares @ true @ shares / 2
