"""Are hinge scores probabilities, and can they become some?

A hinge is not a proper score: its minimiser tells the sign of the better class
and hides how much better. Cross-entropy's minimiser tells the probability. Two
noisy sets; scores through a sigmoid as they are, and after Platt's scaling
fitted on the validation part of the same seed.
"""

import keras
import pandas as pd
from scipy.special import expit

import hinge_keras as hk
from hinge_keras.lab import Experiment, Findings, data, models, plots, run, stats
from hinge_keras.lab.decoders import RawCalibrationError

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
    seeds=range(20),
    metrics={"accuracy": hk.ScoreAccuracy, "raw_error": RawCalibrationError},
    calibrated={"scaled_error": hk.ExpectedCalibrationError, "brier": hk.BrierScore},
    keep_scores=["validation", "test"],
    keep_curves=False,
)


def forecasts(scores, splits):
    """The first seed's test forecasts in bins, raw and scaled, of each loss."""
    labels = {part: splits[part][1] for part in ("validation", "test")}
    for loss, rows in scores.groupby("loss", sort=False):
        f = {part: rows[rows.split == part].score.to_numpy() for part in labels}
        fit_to = labels["validation"][: len(f["validation"])]
        scaled = hk.Platt().fit(f["validation"], fit_to)
        for kind, p in ((RAW, expit(f["test"])), (PLATT, scaled(f["test"]))):
            bins = stats.binned(p, labels["test"][: len(p)])
            yield bins.assign(loss=loss, probability=kind)


def findings(results):
    chosen = stats.chosen(results.trials, "validation_accuracy")
    measured = ["test_raw_error", "test_scaled_error", "test_brier"]
    summary = stats.compare_each(chosen, measured)
    means = chosen.groupby("loss")[measured].mean()
    hinge, entropy = means.loc["hinge"], means.loc["cross-entropy"]
    first = EXPERIMENT.datasets[0]
    shown = results.labelled("scores", chosen[chosen.dataset == first.name])
    bins = pd.concat(forecasts(shown, first.load(EXPERIMENT.seeds[0])))
    title = f"Calibration error of a hinge: {hinge.test_raw_error:.3f} raw, "
    title += f"{hinge.test_scaled_error:.3f} scaled ({first.name} drawn)"
    return Findings(
        sentence="Raw, no: the hinge's expected calibration error is "
        f"{hinge.test_raw_error:.3f} against cross-entropy's {entropy.test_raw_error:.3f}; "
        f"after Platt scaling {hinge.test_scaled_error:.3f} against "
        f"{entropy.test_scaled_error:.3f}.",
        notes="Fifteen bins of equal width on 2,000 test examples, means over seeds and both "
        "sets; lower is better. The figure shows the first seed's nets, in ten bins.",
        summary=summary,
        tables={"forecasts": means.reset_index()},
        figures={"reliability": plots.reliability(bins, title)},
    )


if __name__ == "__main__":
    run.script(__file__)
