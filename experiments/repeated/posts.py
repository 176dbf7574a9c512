"""The courses that two posts print, epoch by epoch, beside those of our seeds.

Versloot, "How to use hinge & squared hinge loss" and "How to use categorical /
multiclass hinge" (MachineCurve, 2019): one run each, as their logs have it.
"""

import pandas as pd

from hinge_keras.lab.analysis import claims
from hinge_keras.lab.figures.canvas import logarithmic, panels
from hinge_keras.lab.figures.colours import QUIET, looks
from hinge_keras.lab.tables.schema import EPOCH, KEY

# By arm and measured column; what a post prints last over and over is said once here.
PUBLISHED = {
    ("hinge, tanh", "train_loss"): """
        .4317 .0281 .0097 .0054 .0036 .0026 .0019 .0015 .0012 .0010 8.6515e-4 7.3818e-4
        6.3710e-4 5.5483e-4 4.8701e-4 4.3043e-4 3.8266e-4 3.4199e-4 3.0694e-4 2.7671e-4
        2.5032e-4 2.2715e-4 2.0676e-4 1.8870e-4 1.7264e-4 1.5826e-4 1.4534e-4 1.3374e-4
        1.2326e-4 1.1379e-4""",
    ("hinge, tanh", "validation_loss"): """
        .0584 .0124 .0062 .0038 .0027 .0020 .0015 .0012 .0010 8.4231e-4 7.1493e-4
        6.1438e-4 5.3248e-4 4.6540e-4 4.1065e-4 3.6310e-4 3.2392e-4 2.9011e-4 2.6136e-4
        2.3608e-4 2.1384e-4 1.9442e-4 1.7737e-4 1.6208e-4 1.4832e-4 1.3628e-4 1.2523e-4
        1.1538e-4 1.0645e-4 9.8244e-5""",
    ("squared hinge, tanh", "train_loss"): """
        .2361 .0087 .0036 .0020 .0014 9.7200e-4 7.3653e-4 5.7907e-4 4.6838e-4 3.8692e-4
        3.2525e-4 2.7692e-4 2.3846e-4 2.0745e-4 1.8180e-4 1.6039e-4 1.4249e-4 1.2717e-4
        1.1404e-4 1.0269e-4 9.2805e-5 8.4169e-5 7.6554e-5 6.9799e-5 6.3808e-5 5.8448e-5
        5.3656e-5 4.9353e-5 4.5461e-5 4.1936e-5""",
    ("squared hinge, tanh", "validation_loss"): """
        .0158 .0050 .0026 .0016 .0011 8.3221e-4 6.4083e-4 5.1182e-4 4.1928e-4 3.4947e-4
        2.9533e-4 2.5270e-4 2.1917e-4 1.9093e-4 1.6780e-4 1.4876e-4 1.3220e-4 1.1842e-4
        1.0641e-4 9.5853e-5 8.6761e-5 7.8690e-5 7.1713e-5 6.5581e-5 5.9929e-5 5.4957e-5
        5.0587e-5 4.6493e-5 4.2852e-5 3.9584e-5""",
    ("categorical hinge, tanh", "train_loss"): """
        .5006 .3397 .3398 .3379 .3368 .3358 .3367 .3365 .3364 .3364 .3363 .3366 .3526
        .3364 .3363 .3363 .3362 .3456 .3347 .3344""",
    ("categorical hinge, tanh", "validation_loss"): """
        .3591 .3528 .3721 .3512 .3515 .3506 .3532 .3530 .3528 .3527 .3525 .3589 .3506
        .3502 .3502 .3502 .3530 .3537 .3501 .3501 .3501 .3501 .3501 .3501 .3501 .3501
        .3500""",
    ("categorical hinge, tanh", "train_accuracy"): """
        .6950 .6681 .6681 .8119 .8869 .8906 .9344 .9375 .9419 .9450 .9506 .9425 .8606
        .9925 .9944 .9937 .9694 .9744 .9975 .9994""",
    ("categorical hinge, tanh", "validation_accuracy"): """
        .6600 .6500 .7425 .8500 .8600 .9325 .9375 .9425 .9475 .9500 .9525 .6475 .9850
        .9875 .9875 .9875 .9400 .9825 .9950""",
}
EPOCHS = 30


def published():
    """What the posts print: one row an arm, measured column and epoch."""
    rows = []
    for (arm, column), text in PUBLISHED.items():
        values = [float(number) for number in text.split()]
        values += values[-1:] * (EPOCHS - len(values))
        rows += [(arm, column, epoch, v) for epoch, v in enumerate(values, 1)]
    return pd.DataFrame(rows, columns=["arm", "column", EPOCH, "published"])


def placed(table, curves):
    """The published courses with the lowest and highest of our seeds beside.

    Args:
        table: As from `published`.
        curves: One row a trial and epoch.
    """
    ours = curves.melt([KEY, "arm", EPOCH], table.column.unique(), "column", "ours")
    ends = ours.groupby(["arm", "column", EPOCH]).ours.agg(["min", "max", "count"])
    found = table.join(ends, on=["arm", "column", EPOCH])
    seen = found.published.between(found["min"], found["max"])
    return found.rename(columns={"count": "seeds"}).assign(seen=seen)


def verdicts(table, curves):
    """Where each arm's whole published course lies among ours, and how many those are.

    Args:
        table: As from `published`.
        curves: One row a trial and epoch.
    """
    found = {}
    for arm, rows in table.groupby("arm", sort=False):
        theirs = rows.set_index(["column", EPOCH]).published
        ours = curves[curves.arm == arm].pivot(
            index=KEY, columns=EPOCH, values=[*rows.column.unique()]
        )
        ours = ours.reindex(columns=theirs.index).dropna().to_numpy()
        place = claims.together(theirs.to_numpy(), ours)
        found[arm] = f"{place} among {len(ours)}"
    return found


def drawn(table, curves, title, solved="solved"):
    """Each training course of our seeds as a line, the published one as dots.

    Args:
        table: As from `published`.
        curves: One row a trial and epoch, with a column that says if it was solved.
        title: The finding.
        solved: That column.
    """
    shown = [pair for pair in PUBLISHED if pair[1].startswith("train")]
    figure, axes = panels(len(shown), title, width=4.6, height=3.4, rows=2)
    for axis, (arm, column) in zip(axes, shown, strict=True):
        own = curves[curves.arm == arm]
        for done, colour in ((True, looks([arm])[arm].colour), (False, QUIET)):
            part = own[own[solved] == done]
            label = f"{'' if done else 'not '}solved: {part[KEY].nunique()} seeds"
            for _, run in part.groupby(KEY):
                line = axis.plot(run[EPOCH], run[column], color=colour, lw=1, alpha=0.6)
                line[0].set_label(label)
                label = None
        theirs = table[(table.arm == arm) & (table.column == column)]
        axis.plot(theirs[EPOCH], theirs.published, "k.", ms=5, label="published")
        axis.set(xlabel="epoch", ylabel=column.replace("_", " "), title=arm)
        if column.endswith("loss"):
            logarithmic(axis, "y")
        axis.legend(fontsize=8, frameon=False)
    return figure
