"""Do twelve losses differ in speed, in accuracy, or under wrong labels?

Janocha and Czarnecki, "On Loss Functions for Deep Neural Networks in
Classification" (2017), compare twelve losses and sum up: squared and cubed
hinges learn fast, losses linear in the probability withstand wrong labels.
Handwritten digits here, nets of no, one and three hidden layers, and on one
layer wrong labels in the training and validation parts; with FULL=1 in the
environment MNIST instead, 50,000 images and layers of 512 units.
"""

import os

import hinge_keras as hk
from hinge_keras.lab import (
    Experiment,
    Findings,
    data,
    models,
    plots,
    run,
    stats,
    verdicts,
)

FULL = bool(os.environ.get("FULL"))
SOURCE = "Janocha and Czarnecki 2017"
WELL = 0.9  # The validation accuracy to which speed is measured.
UNITS = 512 if FULL else 64
NETS = [models.MLP((UNITS,) * depth) for depth in (0, 1, 3)]
DEPTH = {net.name: len(net.hidden) for net in NETS}
CLEAN = (
    data.mnist(sizes=(50_000, 10_000, 1.0))
    if FULL
    else data.digits(shares=(800, 400, 597))
)
SETS = [CLEAN, *(data.with_label_noise(CLEAN, share) for share in (0.2, 0.4, 0.6))]
NOISE = {each.name: each.settings.get("share", 0.0) for each in SETS}

EXPERIMENT = Experiment(
    datasets=SETS,
    models=NETS,
    losses={
        "log": hk.CrossEntropy(),
        "log^2": hk.SquaredLog(),
        "hinge": hk.OneVsRest(hk.Hinge(0.5)),
        "hinge^2": hk.OneVsRest(hk.Hinge(0.5, power=2)),
        "hinge^3": hk.OneVsRest(hk.Hinge(0.5, power=3)),
        "L1": hk.L1(),
        "L2": hk.L2(),
        "L1 of softmax": hk.L1(softmax=True),
        "L2 of softmax": hk.L2(softmax=True),
        "Chebyshev": hk.Chebyshev(),
        "Tanimoto": hk.Tanimoto(),
        "Cauchy-Schwarz": hk.CauchySchwarz(),
    },
    where=lambda trial: DEPTH[trial.model] == 1 or NOISE[trial.dataset] == 0,
    learning_rates=[1e-3, 3e-3, 1e-2],
    epochs=15,
    batch_size=80,
    seeds=range(12),
)


def between(comparisons, one, other):
    """The comparison of two losses, whichever comes first."""
    rows = comparisons.to_dict("records")
    return next(row for row in rows if {row["a"], row["b"]} == {one, other})


def findings(results):
    chosen = stats.chosen(results.trials, "validation_accuracy")
    curves = results.curves
    first = curves[curves.validation_accuracy >= WELL].groupby("trial").epoch.min()
    chosen = chosen.assign(
        layers=chosen.model.map(DEPTH),
        noise=chosen.dataset.map(NOISE),
        # A net that never gets there counts as one that does after the end.
        speed=chosen.trial.map(first).fillna(chosen.epochs + 1),
    )
    deep, noisy = chosen[chosen.noise == 0], chosen[chosen.layers == 1]
    summary = stats.compare(
        chosen, "test_accuracy", within=("layers", "noise"), against="log"
    )
    speed = stats.compare(
        deep.assign(haste=-deep.speed), "haste", within=("layers",), against="hinge"
    )
    at = dict(list(summary[summary.layers == 1].groupby("noise")))
    claims = [
        *(
            verdicts.order(
                f"{fast} learns faster than {slow} (ours: epochs saved to {WELL:.0%})",
                SOURCE,
                between(speed[speed.layers == 1], fast, slow),
                better=fast,
            )
            for fast, slow in (
                ("hinge", "log"),
                ("hinge^2", "hinge"),
                ("hinge^3", "hinge"),
            )
        ),
        *(
            verdicts.order(
                f"{loss} withstands {noise:.0%} wrong labels better than log",
                SOURCE,
                between(at[noise], loss, "log"),
                better=loss,
            )
            for noise in (0.4, 0.6)
            for loss in ("L1 of softmax", "L2 of softmax")
        ),
        *(
            verdicts.order(
                f"{loss} is less accurate than log on clean labels",
                SOURCE,
                between(at[0.0], loss, "log"),
                better="log",
            )
            for loss in ("L1", "Chebyshev")
        ),
    ]
    means = noisy.pivot_table(
        index="loss", columns="noise", values="test_accuracy", sort=False
    )
    most = means.columns.max()
    speeds = deep.pivot_table(
        index=["loss", "seed"], columns="layers", values="speed", sort=False
    )
    epochs = speeds[1].groupby("loss", sort=False).mean()
    fastest = " and ".join(epochs.index[epochs == epochs.min()])
    seen = summary.verdict.str.endswith(("higher", "lower")).sum()
    halves = noisy.pivot(
        index=["noise", "seed"], columns="loss", values="test_accuracy"
    )
    apart = (halves["Chebyshev"] - halves["L1 of softmax"]).abs().mean()
    return Findings(
        sentence="With one hidden layer and clean labels the fewest epochs to "
        f"{WELL:.0%} are those of {fastest} (mean {epochs.min():.1f}; hinge, squared and "
        f"cubed {epochs['hinge']:.1f}, {epochs['hinge^2']:.1f}, {epochs['hinge^3']:.1f}); "
        f"at {most:.0%} wrong labels {means[most].idxmax()} is the most accurate "
        f"({means[most].max():.3f}; log {means.loc['log', most]:.3f}, hinge "
        f"{means.loc['hinge', most]:.3f}). {seen} of {len(summary)} comparisons with log "
        "show a difference.",
        notes="The Chebyshev loss of a softmax is half its L1 loss, so that no claim can "
        f"hold for one of them alone; here the two differ by {100 * apart:.1f} points on average. "
        "Speed is that of the rate with the highest final validation accuracy; a net that "
        "never gets there counts as one that does after the last epoch.",
        summary=summary,
        tables={
            "accuracy": means.reset_index(),
            "epochs": epochs.rename("epochs").reset_index(),
        },
        claims=verdicts.table(claims),
        figures={
            "noise": plots.heat(
                (100 * means).rename(columns="{:.0%}".format),
                f"At {most:.0%} wrong labels {means[most].idxmax()} keeps the most",
                "wrong labels in training",
                "loss",
                "test accuracy, %",
            ),
            "speed": plots.dots(
                speeds.reset_index(),
                {0: "no hidden layer", 1: "one", 3: "three"},
                f"With one hidden layer {fastest} need the fewest epochs"
                if " and " in fastest
                else f"With one hidden layer {fastest} needs the fewest epochs",
                "loss",
                f"epochs to {WELL:.0%} validation accuracy, every seed a dot, the mean a bar",
            ),
        },
    )


if __name__ == "__main__":
    run.script(__file__)
