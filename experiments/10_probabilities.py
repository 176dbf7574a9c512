"""Are hinge scores probabilities, and can they become some?

A hinge is not a proper score: its minimiser tells the sign of the better class
and hides how much better. Cross-entropy's minimiser tells the probability. Two
noisy sets; scores through a sigmoid as they are, and after Platt's scaling
fitted on the validation part.
"""

import keras
import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

import hinge_keras as hk
from hinge_keras.lab import Experiment, Findings, data, models, plots, run, stats

RAW, PLATT = "sigmoid of the score", "after Platt scaling"
EXPERIMENT = Experiment(
    datasets=[
        data.moons("noisy moons", noise=0.4, sizes=(1000, 1000, 2000)),
        data.circles("noisy circles", noise=0.2, sizes=(1000, 1000, 2000)),
    ],
    models=[models.MLP((32,))],
    losses={
        "cross-entropy": keras.losses.BinaryCrossentropy(from_logits=True),
        "hinge": hk.Hinge(),
        "squared hinge": hk.SquaredHinge(),
        "smooth hinge, psi_M(1)": hk.PsiM(1.0),
    },
    learning_rates=[1e-3, 3e-3, 1e-2, 3e-2],
    epochs=40,
    batch_size=50,
    seeds=range(6),
    keep_scores=["validation", "test"],
)


def calibrated(rows, splits):
    """Test forecasts of one trained net, raw and scaled, with the labels."""
    fit, use = (
        rows[rows.split == part].score.to_numpy() for part in ("validation", "test")
    )
    scaled = LogisticRegression(C=1e6).fit(
        fit[:, None], splits["validation"][1][: len(fit)]
    )
    forecasts = {RAW: expit(use), PLATT: scaled.predict_proba(use[:, None])[:, 1]}
    for kind, p in forecasts.items():
        yield pd.DataFrame(
            {"probability": kind, "p": p, "label": splits["test"][1][: len(use)]}
        )


def binned(part, bins=10):
    """Mean forecast and share of +1 in bins of equal width."""
    groups = part.groupby(np.minimum((part.p * bins).astype(int), bins - 1))
    return groups.agg(forecast=("p", "mean"), share=("label", "mean"), n=("p", "size"))


def findings(results):
    chosen = stats.chosen(results.trials, "validation_accuracy")
    scores = results.labelled("scores").merge(chosen[["trial"]], on="trial")
    tables = []
    for (name, loss), rows in scores.groupby(["dataset", "loss"], sort=False):
        splits = next(d for d in EXPERIMENT.datasets if d.name == name).load(0)
        for table in calibrated(rows, splits):
            tables.append(table.assign(dataset=name, loss=loss))
    points = pd.concat(tables)
    rows = []
    keys = ["dataset", "loss", "probability"]
    for key, part in points.groupby(keys, sort=False):
        bins = binned(part)
        error = (bins.n * (bins.forecast - bins.share).abs()).sum() / len(part)
        brier = ((part.p - part.label) ** 2).mean()
        rows.append((*key, error, brier))
    summary = pd.DataFrame(rows, columns=[*keys, "calibration_error", "brier"])
    means = summary.groupby(["probability", "loss"]).calibration_error.mean()
    shown = points[points.dataset == EXPERIMENT.datasets[0].name]
    curves = pd.concat(
        binned(part).assign(loss=loss, probability=kind)
        for (loss, kind), part in shown.groupby(["loss", "probability"], sort=False)
    )
    return Findings(
        sentence=f"Raw, no: the hinge's expected calibration error is "
        f"{means[RAW, 'hinge']:.3f} against cross-entropy's "
        f"{means[RAW, 'cross-entropy']:.3f}; after Platt scaling "
        f"{means[PLATT, 'hinge']:.3f} against {means[PLATT, 'cross-entropy']:.3f}.",
        notes="Ten bins of equal width on 2,000 test examples; the first seed's nets, each "
        "at the rate that is best on validation over all seeds. Means over the two sets.",
        summary=summary,
        figures={
            "reliability": plots.reliability(
                curves,
                "A hinge score is not a probability until it is scaled (noisy moons)",
            )
        },
    )


if __name__ == "__main__":
    run.script(__file__)
