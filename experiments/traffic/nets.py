"""Which loss reads traffic signs best, when some are ten times as common as others?

GTSRB has 43 classes, of which the commonest has eleven times as many images as the
rarest, and thirty frames of each sign, which are never split. A small convolution net
with five losses, each at its own rate, chosen on other seeds; measured is the mean over
classes, with one guess and with five. Logit adjustment is that of Menon and others
(2021, arXiv 2007.07314). With FULL=1 in the environment all images and 20 epochs; by
default a slice: 4,000 images, a smaller net and 4 epochs.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.page import words

FULL = lab.full()
SOURCE = "Garcin et al. 2022"
CLASSES = 43
SIZES = (0.8, 0.2, 1.0) if FULL else (4_000, 1_000, 3_000)
BATCH, EPOCHS = 128, 20 if FULL else 4
STEPS = EPOCHS * (31_400 if FULL else 4_000) // BATCH
FALLING = keras.optimizers.schedules.CosineDecay(1.0, STEPS)
MEASURES = {"macro_1": "top-1", "macro_5": "top-5"}

EXPERIMENT = lab.Experiment(
    datasets=[data.gtsrb(sizes=SIZES, flat=False)],
    models=[models.ConvolutionNet((32, 64), 256, 0.5)]
    if FULL
    else [models.ConvolutionNet((8, 16), 64)],
    arms=[
        lab.Arm("cross-entropy", hk.CrossEntropy()),
        lab.Arm("squared hinge", hk.OneVsRest(hk.SquaredHinge())),
        lab.Arm("Crammer-Singer", hk.CrammerSinger()),
        lab.Arm("noised top-K", hk.NoisedTopK(1)),
        lab.Arm("logit adjustment", lambda data: hk.LogitAdjusted(data.class_counts())),
    ],
    axes={"learning_rate": [3e-4, 1e-3, 3e-3]},
    epochs=EPOCHS,
    batch_size=BATCH,
    optimizer=keras.optimizers.Adam(FALLING),
    seeds=range(6),
    pilot=lab.Pilot(seeds=[100], epochs=EPOCHS // 2),
    measures=[
        lab.Measure("macro_1", lambda: hk.MacroTopKAccuracy(CLASSES, 1)),
        lab.Measure("macro_5", lambda: hk.MacroTopKAccuracy(CLASSES, 5)),
        lab.Measure("accuracy", hk.ScoreAccuracy),
    ],
)


def judged(summary):
    """That logit adjustment and noised top-K gain on a natural tail."""
    rows = summary[summary.measure == "macro_1"]
    text = "{} ahead of {} on a natural tail in top-1 accuracy, mean over classes, nets"
    claimed = [("noised top-K", "cross-entropy")]
    yield from claims.orders(text, SOURCE, rows, claimed, "GTSRB")
    claimed = [("logit adjustment", "cross-entropy")]
    yield from claims.orders(text, "Menon et al. 2021", rows, claimed, "GTSRB")


def findings(results):
    chosen = results.chosen()
    summary = analysis.compare_each(
        chosen, MEASURES, against="cross-entropy", search=results.search
    )
    means = analysis.percent(chosen, MEASURES, ["arm"])
    best, plain = means["top-1"].idxmax(), means.loc["cross-entropy", "top-1"]
    seeds = chosen.seed.nunique()
    low = means["top-1"][means["top-1"] < plain / 2]
    stuck = f"Hardly learned at any rate: {words.listed(low, '{0} ({1:.0f} %)')}."
    stuck = stuck if len(low) else ""
    return lab.Findings(
        sentence=f"With one guess {best} has {means['top-1'].max():.1f} % right, mean over "
        f"classes, cross-entropy {plain:.1f} % ({seeds} seeds).",
        notes=f"Images of the {EXPERIMENT.datasets[0].tags['copy']}; "
        f"{words.tally(summary)}. {stuck}",
        overturned="a larger net, or another tail, on which the order of the losses by "
        "the mean over classes is another.",
        means="If every class counts alike, judge by the mean over classes, and "
        f"try {best}, best here with one guess, beside cross-entropy.",
        recipe="long_tail",
        summary=summary,
        claims=claims.table(judged(summary)),
        tables={"means": means.reset_index()},
        figures={
            "accuracy": figures.heat(
                means,
                title=f"{best} is best with one guess, {means['top-1'].max():.1f} %",
                xlabel="guesses",
                ylabel="loss",
                unit="test accuracy, mean over classes, %",
            )
        },
    )


lab.main(__name__)
