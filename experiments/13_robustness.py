"""Does a bounded slope protect against wrong labels and outliers?

A squared hinge pulls harder the further an example is on the wrong side, a
hinge always equally hard. Wrong labels in the training and validation parts,
and outliers in the training part; the test part stays clean. One network, each
loss at its own rate for each level.
"""

import keras

import hinge_keras as hk
from hinge_keras.lab import Experiment, Findings, data, models, plots, run, stats

LEVELS = (0.0, 0.1, 0.2, 0.3)
CLEAN = data.moons("moons", noise=0.2, sizes=(300, 200, 1000))
FAULTS = {"wrong labels": data.with_label_noise, "outliers": data.with_outliers}

EXPERIMENT = Experiment(
    datasets=[
        spoil(CLEAN, level, name=f"{fault} {level:g}")
        for fault, spoil in FAULTS.items()
        for level in LEVELS
    ],
    models=[models.MLP((32,))],
    losses={
        "cross-entropy": keras.losses.BinaryCrossentropy(from_logits=True),
        "hinge": hk.Hinge(),
        "squared hinge": hk.SquaredHinge(),
        "smooth hinge, psi_G(0.5)": hk.PsiG(0.5),
    },
    learning_rates=[1e-3, 3e-3, 1e-2, 3e-2],
    epochs=40,
    batch_size=30,
    seeds=range(20),
)


def findings(results):
    chosen = stats.chosen(results.trials, "validation_accuracy")
    names = chosen.dataset.str.rsplit(" ", n=1)
    chosen = chosen.assign(fault=names.str[0], level=names.str[1].astype(float))
    summary = stats.compare(chosen, "test_accuracy")
    seen = summary.verdict.str.endswith(("higher", "lower"))
    most = chosen.level.max()
    worst = chosen[chosen.level == most]
    means = worst.groupby(["fault", "loss"], sort=False).test_accuracy.mean()
    told = "; ".join(
        f"{fault}: "
        + ", ".join(f"{loss} {v:.3f}" for loss, v in part.droplevel(0).items())
        for fault, part in means.groupby("fault", sort=False)
    )
    return Findings(
        sentence=f"{seen.sum()} of {len(summary)} paired comparisons show a difference. "
        f"Clean test accuracy at {most:.0%} faults: {told}.",
        summary=summary,
        figures={
            "faults": plots.lines(
                chosen,
                "level",
                "test_accuracy",
                f"At {most:.0%} faults hinge keeps more than squared hinge"
                if (means.unstack()["hinge"] > means.unstack()["squared hinge"]).all()
                else "Faults in the training data cost every loss",
                "share with a fault",
                "clean test accuracy",
                panel="fault",
            )
        },
    )


if __name__ == "__main__":
    run.script(__file__)
