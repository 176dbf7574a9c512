"""Does a bounded slope protect against wrong labels and outliers?

A squared hinge pulls harder the further an example is on the wrong side, a
hinge always equally hard. Wrong labels in the training and validation parts,
and outliers in the training part; the test part stays clean. One network, each
loss at its own rate for each level.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.page import words

LEVELS = (0.0, 0.1, 0.2, 0.3)
CLEAN = data.moons("moons", noise=0.2, sizes=(300, 200, 1000))
FAULTS = {"wrong labels": data.with_label_noise, "outliers": data.with_outliers}

EXPERIMENT = lab.Experiment(
    datasets=[
        spoil(CLEAN, level, name=f"{fault} {level:g}").tagged(fault=fault, level=level)
        for fault, spoil in FAULTS.items()
        for level in LEVELS
    ],
    models=[models.MLP((32,))],
    arms={
        "cross-entropy": keras.losses.BinaryCrossentropy(from_logits=True),
        "hinge": hk.Hinge(),
        "squared hinge": hk.SquaredHinge(),
        "smooth hinge, psi_G(0.5)": hk.PsiG(0.5),
    },
    axes={"learning_rate": [1e-3, 3e-3, 1e-2, 3e-2]},
    epochs=80,
    batch_size=30,
    seeds=range(20),
)


def findings(results):
    chosen = results.chosen()
    summary = analysis.compare(
        chosen, "accuracy", within=("fault", "level"), search=results.search
    )
    seen = analysis.seen(summary)
    by_fault = {fault: seen[seen.fault == fault] for fault in FAULTS}
    some = " and ".join(fault for fault, rows in by_fault.items() if len(rows))
    return lab.Findings(
        sentence=f"Of {len(summary) // len(FAULTS)} comparisons each, "
        + "; ".join(
            f"with {fault} {words.outcomes(summary[summary.fault == fault])}"
            for fault in FAULTS
        )
        + ".",
        notes="Levels are shares of the training examples; labels are also wrong in the "
        "validation part, as they would be.",
        overturned="many more draws of the moons, or outliers that lie further out, "
        "with which the squared hinge falls behind the hinge by more than a point.",
        means="Do not change the loss of a small net for some wrong labels or "
        "outliers: most comparisons are equal or undecided. Tune the rate "
        "on the data as they are.",
        recipe="tune_the_rate",
        summary=summary,
        figures={
            "faults": figures.lines(
                chosen,
                x="level",
                y="accuracy",
                title=f"The losses are seen to differ with {some or 'neither fault'}"
                + (" alone" if some in by_fault else ""),
                xlabel="share of faulty examples",
                ylabel="clean test accuracy",
                panel="fault",
            )
        },
    )


lab.main(__name__)
