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
from hinge_keras.lab import plots, verdicts

DRAWN = {
    "hinge": hk.Hinge,
    "squared hinge": hk.SquaredHinge,
    "logistic": hk.Logistic,
}
# Keras' own where a page shows it.
LOSSES = {**DRAWN, "Keras' categorical hinge": keras.losses.CategoricalHinge}
ROWS = [[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]

KERAS_DOCS = "Keras documentation, hinge losses (keras issue 15665)"
MACHINECURVE = "MachineCurve, About loss and loss functions"
PROGRAMMATHICALLY = "Programmathically, Understanding hinge loss"
TDS = "Towards Data Science, Definitive explanation to hinge loss"

# Source, loss, labels, scores, published value (None: not verified at the source),
# and how the examples are summed up where it is not by their mean.
EXAMPLES = [
    (KERAS_DOCS, "hinge", *ROWS, 1.3),
    (KERAS_DOCS, "hinge", *ROWS, 0.55, "weights 1, 0"),
    (KERAS_DOCS, "hinge", *ROWS, 2.6, "sum"),
    (KERAS_DOCS, "squared hinge", *ROWS, 1.86),
    (KERAS_DOCS, "squared hinge", *ROWS, 0.73, "weights 1, 0"),
    (KERAS_DOCS, "squared hinge", *ROWS, 3.72, "sum"),
    (KERAS_DOCS, "Keras' categorical hinge", *ROWS, 1.4),
    (KERAS_DOCS, "Keras' categorical hinge", *ROWS, 0.6, "weights 1, 0"),
    (KERAS_DOCS, "Keras' categorical hinge", *ROWS, 2.8, "sum"),
    (PROGRAMMATHICALLY, "hinge", [1], [1.5], 0.0),
    (PROGRAMMATHICALLY, "hinge", [1], [0.0], 1.0),
    (MACHINECURVE, "hinge", [1], [1.2], 0.0),
    (MACHINECURVE, "hinge", [1], [-0.5], 1.5),
    (MACHINECURVE, "hinge", [1], [0.9], 0.1),
    *((TDS, "hinge", [1], [f], None) for f in (0.97, 1.20, 0.0, -0.25)),
    *((TDS, "hinge", [-1], [f], None) for f in (-0.88, -1.01, 0.0, 0.40)),
]


def shapes(name, loss):
    """Value, slope and curvature of a loss on a grid of margins."""
    m = np.linspace(-3.0, 3.0, 241, dtype="float32")
    columns = {"loss": loss.phi, "slope": loss.slope, "curvature": loss.curvature}
    values = {column: np.asarray(of(m)) for column, of in columns.items()}
    return pd.DataFrame({"name": name, "margin": m, **values})


def computed(source, loss, labels, scores, published, how="mean"):
    """One worked example, and ours beside it."""
    made = LOSSES[loss](reduction="sum" if how == "sum" else "sum_over_batch_size")
    weight = [1.0, 0.0] if how.startswith("weights") else None
    ours = float(made(np.array(labels, "float32"), np.array(scores, "float32"), weight))
    return {
        "source": source,
        "loss": loss if how == "mean" else f"{loss}, {how},",
        "labels": str(labels),
        "scores": str(scores),
        "published": published,
        "ours": ours,
        "verdict": verdicts.exact(published, ours),
    }


def findings(results):
    curves = pd.concat([shapes(name, make()) for name, make in DRAWN.items()])
    examples = pd.DataFrame([computed(*example) for example in EXAMPLES])
    examples["published"] = examples["published"].astype(float)
    summary = examples.groupby(["source", "verdict"], sort=False).size()
    checked = examples[examples.published.notna()]
    right = (checked.verdict == verdicts.REPRODUCED).sum()
    return lab.Findings(
        sentence=f"{right} of {len(checked)} published examples are reproduced; the hinge "
        "is flat beyond margin 1, the logistic loss never is.",
        notes="Only examples beyond the margin stop pulling at a model trained with a "
        "hinge: its slope is exactly 0 there, at the kink too, on every backend. The "
        "worked examples, row by row, are in `trials.csv`.",
        summary=summary.reset_index(name="examples"),
        figures={
            "shapes": plots.functions(
                curves,
                "Beyond margin 1 both hinges are flat; the logistic loss still pulls",
            )
        },
        tables={"trials": examples, "curves": curves},
        claims=verdicts.table(
            verdicts.claim(
                f"{row.loss} of labels {row.labels} and scores {row.scores}",
                row.source,
                row.published,
                [row.ours],
                row.verdict,
            )
            for row in examples.itertuples()
        ),
    )


if __name__ == "__main__":
    lab.run.script(__file__)
