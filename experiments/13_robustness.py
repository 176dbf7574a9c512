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


def told(fault, seen):
    """The differences seen with one fault, in words, levels of a pair together."""
    pairs = [
        f"{verdict} than {b} at {', '.join(levels)}"
        for (verdict, b), levels in seen.groupby(["verdict", "b"], sort=False)["level"]
    ]
    return f"{fault[0].upper()}{fault[1:]}: {'; '.join(pairs) or 'no pair differs'}"


def findings(results):
    chosen = stats.chosen(results.trials, "validation_accuracy")
    summary = stats.compare(chosen, "test_accuracy")
    fault, level = (chosen.dataset.str.rsplit(" ", n=1).str[i] for i in (0, 1))
    chosen = chosen.assign(fault=fault, level=level.astype(float))
    found = stats.seen(summary)
    found = found.assign(level=found.dataset.str.rsplit(" ", n=1).str[1])
    by_fault = {
        fault: found[found.dataset.str.startswith(fault)] for fault in fault.unique()
    }
    some = " and ".join(fault for fault, rows in by_fault.items() if len(rows))
    return Findings(
        sentence=f"{len(found)} of {len(summary)} paired comparisons of clean test accuracy "
        f"show a difference. {'. '.join(told(*item) for item in by_fault.items())}.",
        notes="Levels are shares of the training examples; labels are also wrong in the "
        "validation part, as they would be.",
        summary=summary,
        figures={
            "faults": plots.lines(
                chosen,
                "level",
                "test_accuracy",
                f"The losses are seen to differ with {some or 'neither fault'}"
                + (" alone" if some in by_fault else ""),
                "share of faulty examples",
                "clean test accuracy",
                panel="fault",
            )
        },
    )


if __name__ == "__main__":
    run.script(__file__)
