"""What one would have without a net: the usual answer, a linear model, boosted trees.

On the same splits and the same inputs, at scikit-learn's settings, untuned.
"""

import numpy as np
import pandas as pd
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from threadpoolctl import threadpool_limits

from hinge_keras.lab.tables.schema import DONE, SEED, STATUS, TEST, column
from hinge_keras.lab.training.record import forecasts, number, scored

USUAL = "the usual answer"
LINEAR, TREES = "linear model", "gradient-boosting model"
# Seeds of those that must be fitted, and inputs and classes that do not take long.
SEEDS, WIDEST, MOST_CLASSES = 10, 1000, 30


def measured(experiment, regression):
    """One row a baseline and seed: what it measures on the test part.

    Args:
        experiment: The grid, whose data set, seeds and measures are taken.
        regression: Whether the targets are numbers.
    """
    rows = []
    with threadpool_limits(1):  # Threads wait for each other longer than they work.
        for place, seed in enumerate(experiment.seeds):
            rows += of_seed(experiment, seed, regression, fitted=place < SEEDS)
    cell = experiment.columns(experiment.trials()[0])
    own = dict.fromkeys(experiment.axis_names, np.nan)
    same = {name: cell[name] for name in cell if name not in ("arm", SEED)}
    return pd.DataFrame(rows).assign(**same | own)


def of_seed(experiment, seed, regression, fitted):
    """What each baseline measures on a seed's splits, those that must be `fitted` too."""
    dataset = experiment.datasets[0]
    splits = dataset.load(seed)
    fitted = fitted and is_small(splits, dataset)
    for name, make in makers(regression).items():
        if name == USUAL or fitted:
            scores = of(make(), splits, regression, dataset.outputs)
            values = measurements(experiment, splits, scores)
            yield {"arm": name, SEED: seed, STATUS: DONE, **values}


def is_small(splits, dataset):
    """Whether what must be fitted does not take long."""
    x = splits[TEST][0]
    narrow = x.ndim == 2 and x.shape[1] <= WIDEST
    return narrow and dataset.classes <= MOST_CLASSES


def makers(regression):
    if regression:
        return {
            USUAL: lambda: DummyRegressor(strategy="median"),
            LINEAR: Ridge,
            TREES: HistGradientBoostingRegressor,
        }
    return {
        USUAL: lambda: DummyClassifier(strategy="prior"),
        LINEAR: lambda: LogisticRegression(max_iter=1000),
        TREES: lambda: HistGradientBoostingClassifier(random_state=0),
    }


def of(model, splits, regression, outputs):
    """The scores of each part, as a net would give them, `(rows, outputs)`."""
    x, y, *weight = (flat(a) if i == 0 else a for i, a in enumerate(splits["train"]))
    model.fit(x, y, sample_weight=weight[0] if weight else None)
    return {
        name: scores(model, flat(part[0]), regression, outputs)
        for name, part in splits.items()
    }


def scores(model, x, regression, outputs):
    if regression:
        return model.predict(x).reshape(-1, 1).astype("float32")
    p = np.log(np.maximum(model.predict_proba(x), np.finfo("float32").tiny))
    found = p[:, 1:] - p[:, :1] if outputs == 1 else p
    return found.astype("float32")


def flat(x):
    return x.reshape(len(x), -1)


def measurements(experiment, splits, scores):
    """Every measure on the test part, of scores or of the probabilities they become."""
    values = {}
    for measure in scored(experiment.measures):
        metric = measure.make()
        metric.update_state(splits[TEST][1], scores[TEST])
        values[column(TEST, measure.name)] = number(metric.result())
    return values | forecasts(experiment, splits, scores)
