"""Do the features of hinge nets collapse as those of cross-entropy are known to?

Papyan, Han and Donoho, "Prevalence of neural collapse during the terminal phase of deep
learning training" (2020), see the last hidden layer of nets that are trained far beyond
zero error by cross-entropy shrink to one point a class, the points at equal distances and
angles, and the head point the same way. Here five losses, each at a rate of its own, on
garments and letters, for the paper's 350 epochs, but of Adam with weight decay: one rate
of plain gradient descent does not suit losses whose slopes differ so. Published were
cross-entropy and, since then, squared error; of hinges nothing is known to us. Features
are those of the training part.
"""

import keras
import numpy as np

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.page import words
from hinge_keras.lab.tables.schema import Unit
from hinge_keras.lab.training import trained

SOURCE, ENTROPY = "Papyan, Han and Donoho 2020", "cross-entropy"
TRAINED, BATCH, EPOCHS = 520, 52, 350
FALLING = keras.optimizers.schedules.CosineDecay(1.0, EPOCHS * TRAINED // BATCH)
# What two losses are told apart by: a factor of 1.26 and less is called equal.
POWERS = Unit("powers of ten", equal=0.1, higher_is_better=False)
EXPERIMENT = lab.Experiment(
    datasets=[
        data.fashion_mnist(sizes=(TRAINED, 520, 2_000), components=30),
        data.table("letter", shares=(TRAINED, 520, 1_500)),
    ],
    models=[models.MLP((128, 64))],
    arms={
        ENTROPY: hk.CrossEntropy(),
        "squared error": hk.L2(),
        "one-vs-rest hinge": hk.OneVsRest(),
        "one-vs-rest squared hinge": hk.OneVsRest(hk.SquaredHinge()),
        "Crammer-Singer": hk.CrammerSinger(),
    },
    axes={"learning_rate": [1e-3, 3e-3, 1e-2]},
    epochs=EPOCHS,
    batch_size=BATCH,
    optimizer=keras.optimizers.AdamW(FALLING, weight_decay=0.3),
    seeds=range(10),
    pilot=lab.Pilot(range(100, 102), epochs=100),
)
MEASURES = {
    "spread": "spread within classes",
    "lengths": "inequality of lengths",
    "angles": "inequality of angles",
    "duality": "head away from means",
}


def inspection(trial, splits, net):
    """How far the features of a net have collapsed, before training and after it."""
    x, y = splits["train"]
    new = EXPERIMENT.model(trial)(x.shape[1:], net.output_shape[-1], trial.seed)
    before = collapsed(trained.hidden(new, x), y, kernel(new))
    after = collapsed(trained.hidden(net, x), y, kernel(net))
    return {
        "train_accuracy": accuracy(net, x, y),
        "test_accuracy": accuracy(net, *splits["test"]),
        **after,
        **{f"{name}_before": value for name, value in before.items()},
    }


def accuracy(net, x, y):
    return np.mean(trained.scores(net, x).argmax(axis=1) == y)


def kernel(model):
    """The head's weights, one row a class."""
    return model.layers[-1].get_weights()[0].T


def collapsed(features, y, head):
    """How far from collapse features are; all four are 0 there.

    Of a net that diverged, or gives every input the same features, all are missing.

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
    if not (np.isfinite(features).all() and np.ptp(features, axis=0).any()):
        return dict.fromkeys(MEASURES, np.nan)
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
            falls = rows[f"{measure}_before"] / rows[measure]
            text = f"trained long with cross-entropy, {called} falls"
            yield claims.above(
                text, SOURCE, falls, bound=1, on=f"{name}, how many times"
            )


def findings(results):
    trials = results.table
    logs = trials.assign(**np.log10(trials[[*MEASURES]]))
    summary = analysis.compare_each(logs, MEASURES, against=ENTROPY, unit=POWERS)
    falls = {
        measure: (trials[f"{measure}_before"] / trials[measure])
        .groupby(trials.arm, sort=False)
        .median()
        for measure in MEASURES
    }
    spread = falls["spread"].sort_values()
    by_spread = summary[summary.measure == "spread"]
    learned = trials.groupby("arm", sort=False).train_accuracy.min()
    means = trials.groupby(["arm", "dataset"], sort=False)[[*MEASURES]].mean()
    shrunk = np.log10(trials.spread_before / trials.spread)
    sets = trials.dataset.unique()
    return lab.Findings(
        sentence=f"Spread within classes falls {spread.iloc[0]:.1f} times with "
        f"{spread.index[0]} to {spread.iloc[-1]:.1f} with {spread.index[-1]}, median; "
        f"{trials.seed.nunique()} seeds.",
        notes="Least share of training examples right at the end: "
        f"{words.listed(learned, '{0} {1:.1%}')}. Of spread, in powers of ten, "
        f"{words.standing(by_spread, ENTROPY)}. How many times each falls, median: "
        + "; ".join(
            f"{called}, {words.listed(falls[measure], '{0} {1:.2g}')}"
            for measure, called in MEASURES.items()
        )
        + ".",
        overturned="deep convolution nets trained for as many epochs, in which the order of "
        "the losses by spread within classes is another.",
        means=f"Do not count on classes that shrink to points: at this budget their spread "
        f"fell {spread[ENTROPY]:.1f} times with {ENTROPY} and no more than "
        f"{spread.iloc[-1]:.0f} times with any loss. Measure it before you rely on it.",
        recipe="many_classes",
        summary=summary,
        claims=claims.table(judged(trials)),
        tables={"nets": trials, "means": means.rename(columns=MEASURES).reset_index()},
        figures={
            "collapse": figures.dots(
                trials.assign(
                    **{name: shrunk.where(trials.dataset == name) for name in sets}
                ),
                {name: name for name in sets},
                title=f"With {spread.index[-1]} classes shrink most: their spread falls "
                f"{spread.iloc[-1]:.0f} times, {spread[ENTROPY]:.1f} with {ENTROPY}",
                xlabel="powers of ten by which spread within classes fell",
            )
        },
    )


lab.main(__name__)
