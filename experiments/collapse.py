"""Do the features of hinge nets collapse as those of cross-entropy are known to?

Papyan, Han and Donoho, "Prevalence of neural collapse during the terminal phase of deep
learning training" (2020), see the last hidden layer of nets that are trained far beyond
zero error by cross-entropy shrink to one point a class, the points at equal distances and
angles, and the head point the same way. Here five losses, each at a rate of its own, on
garments and letters, all trained until long after no training example is wrong; published
were cross-entropy, and since then squared error. Features are those of the training part.
"""

import numpy as np
import pandas as pd

import hinge_keras as hk
from experiments import tuning
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.page import words
from hinge_keras.lab.tables.schema import PLAIN

SOURCE, ENTROPY = "Papyan, Han and Donoho 2020", "cross-entropy"
NETS = lab.Experiment(
    datasets=[
        data.fashion_mnist(sizes=(600, 400, 2_000), components=30),
        data.table("letter", shares=(1_040, 500, 1_500)),
    ],
    models=[models.MLP((128, 64))],
    arms={
        ENTROPY: hk.CrossEntropy(),
        "squared error": hk.L2(),
        "one-vs-rest hinge": hk.OneVsRest(),
        "one-vs-rest squared hinge": hk.OneVsRest(hk.SquaredHinge()),
        "Crammer-Singer": hk.CrammerSinger(),
    },
    axes={"learning_rate": [3e-4, 1e-3, 3e-3]},
    epochs=200,
    batch_size=50,
    seeds=range(8),
    pilot=lab.Pilot(range(100, 102), epochs=50),
)
MEASURES = {
    "spread": "spread within classes",
    "lengths": "inequality of lengths",
    "angles": "inequality of angles",
    "duality": "head away from means",
}


def parts(quick):
    return [(each.name, quick) for each in NETS.datasets[: 1 if quick else None]]


def measurements(part):
    """How far the features of each net have collapsed, before training and after it."""
    name, quick = part
    rows = []
    for trial, splits, net in tuning.nets(NETS, name, quick):
        x, y = splits["train"]
        new = NETS.model(trial)(x.shape[1:], net.output_shape[-1], trial.seed)
        before = collapsed(tuning.hidden(new, x), y, kernel(new))
        after = collapsed(tuning.hidden(net, x), y, kernel(net))
        x_test, y_test = splits["test"]
        right = tuning.scores(net, x_test).argmax(axis=1) == y_test
        learned = tuning.scores(net, x).argmax(axis=1) == y
        rows.append(
            {
                **NETS.columns(trial),
                "train_accuracy": learned.mean(),
                "test_accuracy": right.mean(),
                **{f"test_{name}": value for name, value in after.items()},
                **{f"{name}_before": value for name, value in before.items()},
            }
        )
    return pd.DataFrame(rows)


def kernel(model):
    """The head's weights, one row a class."""
    return model.layers[-1].get_weights()[0].T


def collapsed(features, y, head):
    """How far from collapse features are; all four are 0 there.

    Args:
        features: `(examples, units)`.
        y: The class of each.
        head: `(classes, units)`.

    Returns:
        `spread`, the variance within classes in units of that between them, a class;
        `lengths` and `angles`, the deviations of the class means' lengths, over their
        mean, and of their cosines; `duality`, the distance between head and means, each
        of length 1.
    """
    classes, y = np.unique(y, return_inverse=True)
    means = np.stack([features[y == c].mean(axis=0) for c in range(len(classes))])
    within = np.cov((features - means[y]).T, bias=True)
    means = means - means.mean(axis=0)
    between = means.T @ means / len(means)
    lengths = np.linalg.norm(means, axis=1)
    cosines = (means / lengths[:, None]) @ (means / lengths[:, None]).T
    pairs = cosines[np.triu_indices(len(means), 1)]
    head = head[classes.astype(int)]
    apart = head / np.linalg.norm(head) - means / np.linalg.norm(means)
    return {
        "spread": np.trace(within @ np.linalg.pinv(between, rcond=1e-6)) / len(means),
        "lengths": lengths.std() / lengths.mean(),
        "angles": pairs.std(),
        "duality": np.linalg.norm(apart),
    }


def judged(trials):
    """That training with cross-entropy shrinks all four, each a row a data set."""
    for name, rows in trials[trials.arm == ENTROPY].groupby("dataset", sort=False):
        for measure, called in MEASURES.items():
            falls = rows[f"{measure}_before"] / rows[f"test_{measure}"]
            text = f"trained long with cross-entropy, {called} falls"
            yield claims.above(
                text, SOURCE, falls, bound=1, on=f"{name}, how many times"
            )


def findings(results):
    trials = results.table
    summary = analysis.compare_each(trials, MEASURES, against=ENTROPY, unit=PLAIN)
    falls = {
        measure: (trials[f"{measure}_before"] / trials[f"test_{measure}"])
        .groupby(trials.arm, sort=False)
        .median()
        for measure in MEASURES
    }
    spread = falls["spread"].sort_values()
    learned = trials.groupby("arm", sort=False).train_accuracy.min()
    wide = trials.groupby(["arm", "dataset"], sort=False)[
        [f"test_{m}" for m in MEASURES]
    ]
    wide = wide.mean().rename(columns={f"test_{m}": c for m, c in MEASURES.items()})
    seeds = trials.seed.nunique()
    return lab.Findings(
        sentence=f"Spread within classes falls {spread.iloc[0]:,.0f} times with "
        f"{spread.index[0]} to {spread.iloc[-1]:,.0f} with {spread.index[-1]}, median; "
        f"{seeds} seeds.",
        notes="Least share of training examples right at the end: "
        f"{words.listed(learned, '{0} {1:.1%}')}. Beside {ENTROPY}, "
        f"{words.tally(summary)}, over four measures of which each is 0 at collapse. "
        f"How many times each falls, median: "
        + "; ".join(
            f"{MEASURES[m]}, {words.listed(values, '{0} {1:.2g}')}"
            for m, values in falls.items()
        )
        + ".",
        overturned="deep convolution nets trained for as many epochs, in which the hinge's "
        "features keep more spread beside cross-entropy's, or less.",
        means="What is known of the features of cross-entropy nets that train long need "
        "not hold for a hinge: look at the spread within classes before you rely on it.",
        recipe="many_classes",
        summary=summary,
        claims=claims.table(judged(trials)),
        tables={"nets": trials, "means": wide.reset_index()},
        figures={
            "collapse": figures.dots(
                trials.assign(fell=np.log10(trials.spread_before / trials.test_spread)),
                "fell",
                title=f"{spread.index[-1]} collapses most: spread falls "
                f"{spread.iloc[-1]:,.0f} times",
                xlabel="powers of ten by which spread within classes fell",
            )
        },
    )


lab.main(__name__)
