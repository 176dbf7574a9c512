"""Are a hinge's probabilities of many classes as good as cross-entropy's, once scaled?

Cross-entropy's scores are log probabilities up to a constant; a hinge's are not, and its
largest scores hide how likely the next class is. Guo and others (2017, arXiv 1706.04599)
mend overconfident nets by one temperature, fitted on validation scores, through which
all scores are divided before the softmax. Here that is done to nets of each loss on sets
of 26 to 150 classes, and the probabilities are held to the classes that came: log loss
in nats, Brier score and the calibration error of the likeliest class. `probabilities`
does so for two classes.
"""

import keras
import pandas as pd
from keras import ops

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.page import words
from hinge_keras.lab.tables.schema import ERROR, PLAIN

ENTROPY = "cross-entropy"
NATS = PLAIN._replace(equal=0.05)  # Without a name, for more than one digit.
SCALED = "test_scaled_error"
MEASURED = ("test_raw_error", SCALED, "test_log_loss", "test_brier")
SIZES = (2_000, 1_000, 1_500)


class RawCalibrationError(hk.ExpectedCalibrationError):
    """The calibration error of scores read as if they were log probabilities."""

    def read(self, y_true, y_pred, mask):
        return super().read(y_true, ops.softmax(y_pred), mask)


EXPERIMENT = lab.Experiment(
    datasets=[
        data.table("letter", shares=SIZES),
        data.text("BANKING77", sizes=SIZES, components=50),
        data.text("CLINC150", sizes=SIZES, components=50),
    ],
    models=[models.MLP((64,))],
    arms={
        ENTROPY: hk.CrossEntropy(),
        "one-vs-rest hinge": hk.OneVsRest(),
        "one-vs-rest squared hinge": hk.OneVsRest(hk.SquaredHinge()),
        "Crammer-Singer": hk.CrammerSinger(),
    },
    axes={"learning_rate": [1e-3, 3e-3, 1e-2]},
    epochs=20,
    batch_size=50,
    seeds=range(10),
    pilot=lab.Pilot(range(100, 103)),
    measures=[
        lab.Measure("accuracy", hk.ScoreAccuracy),
        lab.Measure("raw_error", RawCalibrationError, kind="loss"),
        lab.Measure(
            "scaled_error", hk.ExpectedCalibrationError, kind="loss", calibrated=True
        ),
        lab.Measure(
            "log_loss",
            keras.metrics.SparseCategoricalCrossentropy,
            kind="loss",
            calibrated=True,
        ),
        lab.Measure("brier", hk.BrierScore, kind="loss", calibrated=True),
    ],
)


def judged(chosen):
    """Whether one temperature mends the calibration of cross-entropy's nets."""
    forms = {"raw_error": "as they are", "scaled_error": "after a temperature"}
    entropy = chosen[chosen.arm == ENTROPY]
    table = analysis.stacked(entropy, forms, "form", "error")
    compared = analysis.compare(
        table, "error", arm="form", unit=ERROR._replace(scale=1)
    )
    for row in compared.to_dict("records"):
        text = "a temperature lowers the calibration error of cross-entropy's nets"
        better = forms["scaled_error"]
        yield claims.order(text, "Guo et al. 2017", row, better, row["dataset"])


def behind(compared):
    """How far each loss's mean lies above cross-entropy's, over all sets."""
    rows = compared.assign(behind=compared.mean_b - compared.mean_a)
    return rows.groupby("b", sort=False).behind.mean().sort_values()


def errors(chosen):
    """Mean calibration errors in points, a row a loss, a column a set and form."""
    means = chosen.groupby(["dataset", "arm"], sort=False)[["test_raw_error", SCALED]]
    wide = 100 * means.mean().unstack("dataset")
    forms = {"test_raw_error": "raw", SCALED: "scaled"}
    wide.columns = [f"{name}, {forms[column]}" for column, name in wide.columns]
    ordered = [f"{s.name}, {f}" for s in EXPERIMENT.datasets for f in forms.values()]
    return wide[[name for name in ordered if name in wide]]


def findings(results):
    chosen = results.chosen()
    options = {"against": ENTROPY, "search": results.search}
    nats = analysis.compare(chosen, "log_loss", unit=NATS, **options)
    rest = {
        "calibration error": analysis.compare(
            chosen, "scaled_error", unit=ERROR, **options
        ),
        "Brier score": analysis.compare(chosen, "brier", unit=ERROR, **options),
    }
    costs, wide = behind(nats), errors(chosen)
    raw = wide.filter(like=", raw").mean(axis=1)
    scaled = wide.filter(like=", scaled").mean(axis=1)
    sets = chosen.dataset.nunique()
    sets, runs = chosen.dataset.nunique(), chosen.seed.nunique()
    sentence = "Scaled, the log loss less cross-entropy's is "
    sentence += (
        f"{costs.iloc[0]:.2f} nats for {costs.index[0]} to {costs.iloc[-1]:.2f} "
    )
    sentence += f"for {costs.index[-1]} ({sets} sets, {runs} seeds)"
    means = chosen.groupby(["dataset", "arm"], sort=False)[[*MEASURED]].mean()
    return lab.Findings(
        sentence=f"{sentence}.",
        notes=f"In log loss, {words.tally(nats)}; "
        + "; ".join(f"in {name}, {words.tally(rows)}" for name, rows in rest.items())
        + f". Up to {NATS.equal:g} nats or one point apart counts as equal. Mean "
        f"calibration errors in points before the temperature: "
        f"{words.listed(raw, '{0} {1:.1f}')}; after it: "
        f"{words.listed(scaled, '{0} {1:.1f}')}.",
        overturned="a calibration with more than one number, fitted to as few examples, "
        "after which no loss is behind cross-entropy in log loss.",
        means="If you need probabilities of many classes, train with "
        "cross-entropy: one temperature mends the calibration of a hinge's "
        "scores, but not all of its log loss.",
        recipe="temperature",
        summary=pd.concat([nats, *rest.values()], ignore_index=True),
        claims=claims.table(judged(chosen)),
        tables={"means": means.reset_index()},
        figures={
            "log_loss": figures.gaps(
                nats,
                title=f"Log loss after a temperature: {words.tally(nats)}",
                unit="nats",
            ),
            "calibration": figures.heat(
                wide,
                title="A temperature takes the mean calibration error of "
                f"{raw.idxmax()} from {raw.max():.0f} to {scaled[raw.idxmax()]:.1f} points",
                xlabel="data set, before and after the temperature",
                ylabel="loss",
                unit="calibration error, points",
                lower_is_better=True,
            ),
        },
    )


lab.main(__name__)
