"""Do features learned with a hinge serve other classes as well as cross-entropy's?

Kornblith, Chen, Lee and Norouzi, "Why Do Better Loss Functions Lead to Less Transferable
Features?" (2021), find that softmax cross-entropy learns features that serve other classes
better than those of the losses that beat it; there was no hinge among them. Here nets learn
half of the characters of Omniglot, by five losses, each at a rate of its own, and a linear
machine then reads the other half from their last hidden layer, tuned on
drawers of its own, as pixels are too. Nobody whom a part is tested on drew for another.
"""

import numpy as np
import pandas as pd

import hinge_keras as hk
from experiments import tuning
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.data import dataset
from hinge_keras.lab.grid import seeds
from hinge_keras.lab.page import words
from hinge_keras.svm import SmoothSVC

SOURCE = "Kornblith et al. 2021"
ENTROPY, LOG, ERROR, PIXELS = (
    "cross-entropy",
    "one-vs-rest log loss",
    "squared error",
    "pixels",
)
CHARACTERS = 242
LEARNED = CHARACTERS // 2
COSTS = [1.0, 10.0, 100.0, 1000.0]  # Of the mean loss.


def half(seed, images, known):
    """The parts of a set that show one half of the classes, numbered from 0.

    Args:
        seed: The trial's seed, which draws the half.
        images: A data set of all classes.
        known: Whether it is the half that nets learn.
    """
    order = seeds.stream(seed, "half").permutation(CHARACTERS)
    mine = order[:LEARNED] if known else order[LEARNED:]
    number = np.full(CHARACTERS, -1)
    number[mine] = np.arange(len(mine))
    splits = images.load(seed)
    parts = {}
    for part, (x, y) in splits.items():
        y = number[y.astype(int)]
        parts[part] = x[y >= 0], y[y >= 0]
    return parts


ALL = data.omniglot(shares=(0.5, 0.2, 0.3), by="drawer")
KNOWN = data.Dataset(
    "Omniglot, half of the characters",
    half,
    {"images": ALL, "known": True},
    LEARNED,
    ALL.tags,
)
NETS = lab.Experiment(
    datasets=[KNOWN],
    models=[models.MLP((256, 128))],
    arms={
        ENTROPY: hk.CrossEntropy(),
        LOG: hk.OneVsRest(hk.Logistic()),
        ERROR: hk.L2(),
        "one-vs-rest hinge": hk.OneVsRest(),
        "one-vs-rest squared hinge": hk.OneVsRest(hk.SquaredHinge()),
        "Crammer-Singer": hk.CrammerSinger(),
    },
    axes={"learning_rate": [3e-4, 1e-3, 3e-3]},
    epochs=40,
    batch_size=50,
    seeds=range(10),
    pilot=lab.Pilot(range(100, 103)),
)
MEASURES = {"known": "characters learned", "other": "other characters"}


def parts(quick):
    return [(KNOWN.name, quick)]


def measurements(part):
    """What each net has right of its own characters, and a machine on it of others."""
    name, quick = part
    rows = []
    for trial, splits, net in tuning.nets(NETS, name, quick):
        x, y = splits["test"]
        others = half(trial.seed, ALL, known=False)
        if quick:
            others = {part: (x[:400], y[:400] % 2) for part, (x, y) in others.items()}
        found = NETS.columns(trial)
        right = tuning.scores(net, x).argmax(axis=1) == y
        read = reading({p: (tuning.hidden(net, x), y) for p, (x, y) in others.items()})
        rows.append({**found, "test_known": right.mean(), "test_other": read})
        if trial.arm == ENTROPY:
            plain = {**found, "arm": PIXELS, "test_known": np.nan}
            rows.append({**plain, "test_other": reading(others)})
    return pd.DataFrame(rows)


def reading(splits):
    """The test accuracy of a linear machine on standardised inputs, tuned by validation."""
    splits = dataset.standardised(splits)
    (x, y), held_out = splits["train"], splits["validation"]
    machines = [
        SmoothSVC("logistic", C=cost / len(y), tol=1e-2).fit(x, y) for cost in COSTS
    ]
    return max(machines, key=lambda each: each.score(*held_out)).score(*splits["test"])


def judged(summary):
    """That softmax transfers better than two losses of the paper."""
    rows = summary[summary.measure == "other"]
    text = "features of {} serve other classes better than those of {}"
    yield from claims.orders(
        text, SOURCE, rows, [(ENTROPY, LOG), (ENTROPY, ERROR)], "Omniglot"
    )


def findings(results):
    trials = results.table
    nets = trials[trials.arm != PIXELS]
    summary = pd.concat(
        [
            analysis.compare(nets, "known", against=ENTROPY),
            analysis.compare(trials, "other", against=ENTROPY),
        ],
        ignore_index=True,
    )
    means = analysis.percent(trials, MEASURES)
    known, other = (means[name].dropna() for name in MEASURES.values())
    best = other.drop(PIXELS).idxmax()
    by_other = summary[summary.measure == "other"]
    seeds = trials.seed.nunique()
    return lab.Findings(
        sentence=f"A linear machine on features of {best} has {other[best]:.1f} % of new "
        f"characters right, {ENTROPY} {other[ENTROPY]:.1f}, {PIXELS} {other[PIXELS]:.1f}; "
        f"{words.tally(by_other)}; {seeds} seeds.",
        notes=f"Of the characters learned, {words.listed(known, '{0} has {1:.1f} % right')}; "
        f"of other characters, read from the features, {words.listed(other, '{0} {1:.1f}')}.",
        overturned="deep convolution nets and photographs, as in the paper, on which the "
        "features of a hinge serve other classes otherwise beside cross-entropy's.",
        means="If other classes will be read from a net's features, judge the features on "
        "such classes: accuracy on the classes learned does not rank them.",
        recipe="many_classes",
        summary=summary,
        claims=claims.table(judged(summary)),
        tables={"nets": trials, "means": means.reset_index()},
        figures={
            "transfer": figures.beside(
                means.drop(PIXELS).reset_index(),
                {name: name for name in MEASURES.values()},
                title=f"Best on characters learned: {known.idxmax()}; read from its "
                f"features, others: {best}",
                by="arm",
                xlabel="test accuracy, %",
            )
        },
    )


lab.main(__name__)
