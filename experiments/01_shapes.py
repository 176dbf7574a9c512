"""What do the losses look like, and are the sums in the posts right?

Value, slope and curvature against the margin, drawn from the classes
themselves, and the worked examples of the pages people learn the hinge from,
computed again. A page whose number could not be checked at its source has no
published value here.
"""

import keras
import pandas as pd

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import plots, untrained, verdicts

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


def judged():
    """Every worked example, computed again."""
    for source, name, labels, scores, published in EXAMPLES:
        loss, _, how = name.rstrip(",").partition(", ")
        ours = untrained.worked(LOSSES[loss], labels, scores, how)
        text = f"{name} of labels {labels} and scores {scores}"
        yield verdicts.exactly(text, source, published, ours)


def findings(results):
    curves = untrained.shapes({name: make() for name, make in DRAWN.items()})
    claims = verdicts.table(judged())
    examples = pd.DataFrame(EXAMPLES, columns=COLUMNS).join(claims[["ours", "verdict"]])
    counts = claims.groupby(["source", "verdict"], sort=False).size()
    checked = claims[claims.published.notna()]
    right = (checked.verdict == verdicts.REPRODUCED).sum()
    title = f"Only {' and '.join(untrained.flat(curves, 1))} are flat beyond margin 1"
    return lab.Findings(
        sentence=f"{title}. {right} of {len(checked)} published examples are reproduced.",
        notes="Only examples beyond the margin stop pulling at a model trained with a "
        "hinge: its slope is exactly 0 there, at the kink too, on every backend. The "
        "worked examples, row by row, are in `trials.csv`.",
        summary=counts.reset_index(name="examples"),
        tables={"trials": examples, "curves": curves},
        figures={"shapes": plots.functions(curves, title)},
        claims=claims,
    )


if __name__ == "__main__":
    lab.run.script(__file__)
