"""What a loss says without a training: its shape, and sums done by hand."""

import numpy as np
import pandas as pd


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
