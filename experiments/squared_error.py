"""Is squared error as good as cross-entropy and the hinges, if all are tuned?

Hui and Belkin, "Evaluation of neural architectures trained with square loss vs cross-entropy
in classification tasks" (2021), find squared error as good or better on most of 28 tasks,
ahead on texts, slightly behind on images. With many classes it has a weight and a target
for the true class; Demirkaya, Chen and Oymak (2020) find that it gets worse as classes
grow, and that such a weight mends it. Hui, Belkin and Wright (2023) add cross-entropy to it.
Here one net on seven sets of 6 to 150 classes, a rate of its own for each loss, and the same
requests cut to their first classes.
"""

import keras
import pandas as pd
from keras import ops

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.page import words

SOURCE, MANY = "Hui and Belkin 2021", "Demirkaya, Chen and Oymak 2020"
SUM = "Hui, Belkin and Wright 2023"
ENTROPY, ERROR, WEIGHTED, BOTH = (
    "cross-entropy",
    "squared error",
    "weighted squared error",
    "squentropy",
)
SIZES = (2_000, 1_000, 1_500)
REQUESTS = "CLINC150"
CLASSES = (10, 40, 150)


class WeightedError(keras.losses.Loss):
    """Squared error from a target for the true class, which weighs more, and 0 elsewhere.

    `weight * (s_y - target)**2 + sum of s_j**2 over the others`.

    Args:
        weight: Of the true class.
        target: Its score.
    """

    def __init__(self, weight, target, **options):
        super().__init__(**options)
        self.weight, self.target = weight, target

    def call(self, y_true, y_pred):
        labels = ops.cast(ops.reshape(y_true, (-1,)), "int32")
        is_true = ops.one_hot(labels, y_pred.shape[-1], dtype=y_pred.dtype)
        errors = ops.square(y_pred - self.target * is_true)
        return ops.sum(errors * (1 + (self.weight - 1) * is_true), axis=-1)


def first_classes(seed, full, classes):
    """The examples of a set's first classes."""
    return {
        part: (x[y < classes], y[y < classes])
        for part, (x, y) in full.load(seed).items()
    }


def requests(classes):
    """CLINC150's requests of so many kinds, 13 of each to learn from."""
    full = data.text(REQUESTS, sizes=(2_000, 1_000, 4_500), components=50)
    settings = {"full": full, "classes": classes}
    return data.Dataset(
        f"{REQUESTS}, {classes} classes", first_classes, settings, classes, full.tags
    ).tagged(kind="text", classes=classes)


def texts(name):
    return data.text(name, sizes=SIZES, components=50).tagged(kind="text", classes=0)


def tables(name):
    return data.table(name, shares=SIZES).tagged(kind="table", classes=0)


def images(dataset):
    return dataset.tagged(kind="image", classes=0)


EXPERIMENT = lab.Experiment(
    datasets=[
        *map(requests, CLASSES),
        texts("20 Newsgroups"),
        texts("BANKING77"),
        images(data.fashion_mnist(sizes=SIZES, components=30)),
        images(data.mnist(sizes=SIZES, components=30)),
        tables("letter"),
        tables("satimage"),
    ],
    models=[models.MLP((64,))],
    arms=[
        lab.Arm(ENTROPY, hk.CrossEntropy()),
        lab.Arm(ERROR, hk.L2()),
        lab.Arm(
            WEIGHTED,
            lambda data, weight, target: WeightedError(weight, target),
            axes={"weight": [1.0, 5.0, 25.0], "target": [1.0, 5.0, 25.0]},
        ),
        lab.Arm(BOTH, hk.Squentropy()),
        lab.Arm("one-vs-rest hinge", hk.OneVsRest()),
        lab.Arm("one-vs-rest squared hinge", hk.OneVsRest(hk.SquaredHinge())),
        lab.Arm("Crammer-Singer", hk.CrammerSinger()),
    ],
    axes={"learning_rate": [1e-3, 3e-3, 1e-2]},
    limits={"weight": (0.2, 1e3), "target": (0.2, 1e3)},
    epochs=20,
    batch_size=50,
    seeds=range(10),
    pilot=lab.Pilot(range(100, 103)),
)


def judged(summary, chosen):
    """Squared error beside cross-entropy, set by set, and as classes grow."""
    sets = chosen.groupby("dataset", sort=False)[["kind", "classes"]].first()
    for name, kind, classes in sets.itertuples():
        rows = summary[summary.dataset == name]
        row = analysis.between(rows, ERROR, ENTROPY)
        if classes == 0:
            yield claims.alike(
                "squared error is as good as cross-entropy", SOURCE, row, name
            )
            order = {"text": (ERROR, ENTROPY), "image": (ENTROPY, ERROR)}.get(kind)
            text = f"{{}} ahead of {{}} on {kind}s"
            if order:
                yield from claims.orders(text, SOURCE, rows, [order], name)
        if classes == max(CLASSES):
            text = "{} ahead of {} with many classes"
            yield from claims.orders(text, MANY, rows, [(WEIGHTED, ERROR)], name)
        text = "{} ahead of {}"
        pairs = [(BOTH, ENTROPY), (BOTH, ERROR)]
        yield from claims.orders(text, SUM, rows, pairs, name)
    lost = of(ERROR, behind(chosen))
    text = "squared error falls further behind cross-entropy as classes grow"
    few, many = min(CLASSES), max(CLASSES)
    on = f"{REQUESTS}, points further at {many} classes than at {few}"
    yield claims.above(text, MANY, lost[many] - lost[few], bound=0, on=on)


def behind(chosen):
    """Points that each loss is behind cross-entropy, by classes, a row a loss and seed."""
    rows = chosen[chosen.classes > 0]
    wide = 100 * rows.pivot_table(
        "test_accuracy", ["classes", "seed"], "arm", sort=False
    )
    points = wide.drop(columns=ENTROPY).rsub(wide[ENTROPY], axis=0)
    return points.stack().rename("behind").reset_index()


def of(ERROR, curve):
    """Points that squared error is behind, a row a seed, a column a number of classes."""
    own = curve[curve.arm == ERROR]
    return own.pivot(index="seed", columns="classes", values="behind")


def findings(results):
    chosen = results.chosen()
    summary = pd.concat(
        [
            analysis.compare(own, "accuracy", against=plain, search=results.search)
            for _, rows in chosen.groupby("dataset", sort=False)
            for plain, own in (
                (ENTROPY, rows),
                (ERROR, rows[rows.arm.isin([ERROR, WEIGHTED, BOTH])]),
            )
        ],
        ignore_index=True,
    )
    beside = {
        rival: summary[
            summary.a.isin([rival, ENTROPY]) & summary.b.isin([rival, ENTROPY])
        ]
        for rival in (ERROR, WEIGHTED, BOTH)
    }
    over_sets = analysis.compare(
        chosen, "accuracy", within=(), pair=("dataset",), against=ENTROPY
    )
    means = analysis.percent(chosen, "accuracy", ["arm", "dataset"]).unstack("dataset")
    means = means[list(chosen.dataset.unique())]
    curve = behind(chosen)
    lost = of(ERROR, curve).mean()
    weighted = of(WEIGHTED, curve).mean()[max(CLASSES)]
    error = beside[ERROR]
    ahead, after = (error.better == ERROR).sum(), (error.better == ENTROPY).sum()
    equal = len(error) - ahead - after
    seeds = chosen.seed.nunique()
    return lab.Findings(
        sentence=f"Squared error is ahead of cross-entropy on {ahead} of {len(error)} sets, "
        f"behind on {after}; with {max(CLASSES)} classes {lost[max(CLASSES)]:.1f} points "
        f"behind, with {min(CLASSES)} {lost[min(CLASSES)]:.1f} ({seeds} seeds).",
        notes=f"On the other {equal} sets equal or undecided. Over sets, beside {ENTROPY}, "
        f"{words.tally(over_sets)}; seed by seed, beside {ENTROPY}, "
        f"{words.listed({k: words.tally(v) for k, v in beside.items()}, '{0}: {1}')}. "
        "On each set the comparisons with cross-entropy are a family, and those of "
        "squared error with its two mended forms another.",
        overturned="networks of the size that the papers train, on which squared error "
        "is level with cross-entropy at 150 classes too.",
        means="Do not train plain squared error of raw scores on many classes: give the "
        "true class a weight and a target, both tuned, or add cross-entropy to it, as "
        "hk.Squentropy() does.",
        recipe="compare_losses",
        summary=summary,
        claims=claims.table(judged(summary, chosen)),
        tables={"means": means.reset_index(), "over_sets": over_sets},
        figures={
            "accuracy": figures.heat(
                means,
                title=f"Squared error is ahead of cross-entropy on {ahead} of "
                f"{len(error)} sets and behind on {after}",
                xlabel="data set",
                ylabel="loss",
                unit="test accuracy, %",
            ),
            "classes": figures.lines(
                curve,
                x="classes",
                y="behind",
                logx=True,
                title=f"Squared error falls behind as classes grow, to "
                f"{lost[max(CLASSES)]:.1f} points; weighted, to {weighted:.1f}",
                xlabel="kinds of requests",
                ylabel="points behind cross-entropy",
            ),
        },
    )


lab.main(__name__)
