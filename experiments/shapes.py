"""What do the losses look like, and are the sums in the posts right?

Value, slope and curvature against the margin, drawn from the classes
themselves, and the worked examples of the pages people learn the hinge from,
computed again. A page whose number could not be checked at its source has no
published value here.
"""

import keras
import numpy as np
import pandas as pd

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import figures
from hinge_keras.lab.analysis import claims

DRAWN = {"hinge": hk.Hinge, "squared hinge": hk.SquaredHinge, "logistic": hk.Logistic}
# Keras' own where a page shows it.
LOSSES = {**DRAWN, "Keras' categorical hinge": keras.losses.CategoricalHinge}
ROWS = [[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]

KERAS_DOCS = "Keras documentation, hinge losses (keras issue 15665)"
MACHINECURVE = "MachineCurve, About loss and loss functions"
PROGRAMMATHICALLY = "Programmathically, Understanding hinge loss"
TDS = "Towards Data Science, Definitive explanation to hinge loss"

COLUMNS = ["source", "loss", "labels", "scores", "published"]
# The loss (and how its rows are summed up, if not by their mean); no published value
# where it could not be verified at the source.
EXAMPLES = [
    (KERAS_DOCS, "hinge", *ROWS, 1.3),
    (KERAS_DOCS, "hinge, weights 1, 0,", *ROWS, 0.55),
    (KERAS_DOCS, "hinge, sum,", *ROWS, 2.6),
    (KERAS_DOCS, "squared hinge", *ROWS, 1.86),
    (KERAS_DOCS, "squared hinge, weights 1, 0,", *ROWS, 0.73),
    (KERAS_DOCS, "squared hinge, sum,", *ROWS, 3.72),
    (KERAS_DOCS, "Keras' categorical hinge", *ROWS, 1.4),
    (KERAS_DOCS, "Keras' categorical hinge, weights 1, 0,", *ROWS, 0.6),
    (KERAS_DOCS, "Keras' categorical hinge, sum,", *ROWS, 2.8),
    (PROGRAMMATHICALLY, "hinge", [1], [1.5], 0.0),
    (PROGRAMMATHICALLY, "hinge", [1], [0.0], 1.0),
    (MACHINECURVE, "hinge", [1], [1.2], 0.0),
    (MACHINECURVE, "hinge", [1], [-0.5], 1.5),
    (MACHINECURVE, "hinge", [1], [0.9], 0.1),
    *((TDS, "hinge", [1], [f], None) for f in (0.97, 1.20, 0.0, -0.25)),
    *((TDS, "hinge", [-1], [f], None) for f in (-0.88, -1.01, 0.0, 0.40)),
]


def shapes(losses, reach=3.0):
    """Value, slope and curvature of binary losses, one row a loss and margin.

    Args:
        losses: `BinaryLoss`es by name.
        reach: Margins lie between minus this and this, in units of the score.
    """
    m = np.linspace(-reach, reach, 241, dtype="float32")
    tables = []
    for name, loss in losses.items():
        columns = {"loss": loss.phi, "slope": loss.slope, "curvature": loss.curvature}
        values = {column: np.asarray(of(m)) for column, of in columns.items()}
        tables.append(pd.DataFrame({"name": name, "margin": m, **values}))
    return pd.concat(tables)


def worked(make, labels, scores, how=""):
    """The value of a loss on the rows of a worked example.

    Args:
        make: The loss's class.
        labels: One a score.
        scores: As the example has them.
        how: The rows are summed up by their `"sum"`, or with `"weights 1, 0"`; else
            by their mean.
    """
    loss = make(reduction="sum" if how == "sum" else "sum_over_batch_size")
    weight = [1.0, 0.0] if how == "weights 1, 0" else None
    return float(loss(np.array(labels, "float32"), np.array(scores, "float32"), weight))


def flat(shapes, beyond):
    """The names of losses whose slope is 0 at every larger margin of those shapes."""
    pulls = shapes[shapes.margin > beyond].groupby("name", sort=False).slope.any()
    return list(pulls.index[~pulls])


def judged():
    """Every worked example, computed again."""
    for source, name, labels, scores, published in EXAMPLES:
        loss, _, how = name.rstrip(",").partition(", ")
        ours = worked(LOSSES[loss], labels, scores, how)
        text = f"{name} of labels {labels} and scores {scores}"
        yield claims.exactly(text, source, published, ours)


def findings(results):
    curves = shapes({name: make() for name, make in DRAWN.items()})
    judgements = claims.table(judged())
    examples = pd.DataFrame(EXAMPLES, columns=COLUMNS).join(
        judgements[["ours", "verdict"]]
    )
    counts = judgements.groupby(["source", "verdict"], sort=False).size()
    checked = judgements[judgements.published.notna()]
    right = (checked.verdict == claims.REPRODUCED).sum()
    title = f"Only {' and '.join(flat(curves, 1))} are flat beyond margin 1"
    return lab.Findings(
        sentence=f"{title}. {right} of {len(checked)} published examples are reproduced.",
        notes="Only examples beyond the margin stop pulling at a model trained with a "
        "hinge: its slope is exactly 0 there, at the kink too, on every backend. The "
        "worked examples, row by row, are in `examples.csv`.",
        overturned="margins far beyond those drawn, where float32 rounds the logistic "
        "slope to 0 as well; or a page whose worked example is another than ours.",
        means=f"Take {' or '.join(flat(curves, 1))} if examples that are right by "
        "more than the margin shall no longer count, the logistic loss if "
        "every example shall.",
        recipe="look_at_a_loss",
        summary=counts.reset_index(name="examples"),
        tables={"examples": examples, "shapes": curves},
        figures={"shapes": figures.functions(curves, title=title)},
        claims=judgements,
    )


lab.main(__name__)
