"""Are hinge scores probabilities, and can they become some?

A hinge is not a proper score: its minimiser tells the sign of the better class
and hides how much better. Cross-entropy's minimiser tells the probability. Two
noisy sets; scores through a sigmoid as they are, and after Platt's scaling
fitted on the validation part of the same seed.
"""

import keras
import pandas as pd
from keras import ops
from scipy.special import expit

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.tables.schema import ERROR

RAW, PLATT = "sigmoid of the score", "after Platt scaling"


class RawCalibrationError(hk.ExpectedCalibrationError):
    """The calibration error of scores read as if they were log odds."""

    def read(self, y_true, y_pred, mask):
        return super().read(y_true, ops.sigmoid(y_pred), mask)


EXPERIMENT = lab.Experiment(
    datasets=[
        data.moons("noisy moons", noise=0.4, sizes=(1000, 1000, 2000)),
        data.circles("noisy circles", noise=0.2, sizes=(1000, 1000, 2000)),
    ],
    models=[models.MLP((32,))],
    arms={
        "cross-entropy": keras.losses.BinaryCrossentropy(from_logits=True),
        "hinge": hk.Hinge(),
        "squared hinge": hk.SquaredHinge(),
        "smooth hinge, psi_M(1)": hk.PsiM(1.0),
    },
    axes={"learning_rate": [1e-3, 3e-3, 1e-2, 3e-2]},
    epochs=40,
    batch_size=50,
    seeds=range(20),
    measures=[
        lab.Measure("accuracy", hk.ScoreAccuracy),
        lab.Measure("raw_error", RawCalibrationError, kind="loss"),
        lab.Measure(
            "scaled_error", hk.ExpectedCalibrationError, kind="loss", calibrated=True
        ),
        lab.Measure("brier", hk.BrierScore, kind="loss", calibrated=True),
    ],
    keep_scores=["validation", "test"],
)


def forecasts(scores, splits):
    """The first seed's test forecasts in bins, raw and scaled, of each loss."""
    labels = {part: splits[part][1] for part in ("validation", "test")}
    for arm, rows in scores.groupby("arm", sort=False):
        f = {part: rows[rows.split == part].score.to_numpy() for part in labels}
        fit_to = labels["validation"][: len(f["validation"])]
        scaled = hk.Platt().fit(f["validation"], fit_to)
        for kind, p in ((RAW, expit(f["test"])), (PLATT, scaled(f["test"]))):
            bins = analysis.binned(p, labels["test"][: len(p)])
            yield bins.assign(arm=arm, probability=kind)


def findings(results):
    chosen = results.chosen()
    measured = ["raw_error", "scaled_error", "brier"]
    summary = analysis.compare_each(chosen, measured, unit=ERROR, search=results.search)
    columns = [f"test_{name}" for name in measured]
    means = chosen.groupby("arm", sort=False)[columns].mean()
    hinge, entropy = means.loc["hinge"], means.loc["cross-entropy"]
    moons = EXPERIMENT.datasets[0]
    first = results.scores(chosen[chosen.dataset == moons.name])
    bins = pd.concat(forecasts(first, moons.load(EXPERIMENT.seeds[0])))
    return lab.Findings(
        sentence="Through a sigmoid the calibration error is "
        f"{hinge.test_raw_error:.3f} for hinge, {entropy.test_raw_error:.3f} for "
        f"cross-entropy; after Platt scaling {hinge.test_scaled_error:.3f} against "
        f"{entropy.test_scaled_error:.3f} ({chosen.seed.nunique()} seeds).",
        notes="Fifteen bins of equal width on 2,000 test examples, means over seeds and "
        "both sets; lower is better. The figure shows the first seed's nets, in ten bins.",
        overturned="bins of equal counts, or too few examples to fit Platt's curve to, "
        "with which scaling does not bring the hinge's calibration error down.",
        means="Do not read a hinge's score as log odds: fit hk.Platt() to data "
        "held back, after which its calibration error is near "
        "cross-entropy's.",
        recipe="probabilities",
        summary=summary,
        tables={"forecasts": means.reset_index()},
        figures={
            "reliability": figures.reliability(
                bins,
                title="Platt scaling takes hinge's calibration error from "
                f"{hinge.test_raw_error:.3f} to {hinge.test_scaled_error:.3f}",
            )
        },
    )


lab.main(__name__)
