"""Does a smoother hinge train faster?

A smooth hinge psi_M with a large sigma has a small curvature and allows long
steps, but is further from the hinge. A linear model on breast cancer, full
batches and plain gradient descent, so that only the loss differs; every loss at
its own best step size. A public thesis on the smooth hinges of Luo, Qiao and
Zhang (2021) reports 97.88 % by five-fold cross-validation with psi_M.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import data, models, plots, report, stats, verdicts

PUBLISHED, SOURCE = 0.9788, "Luo, Qiao and Zhang 2021, by a public thesis"
EXPERIMENT = lab.Experiment(
    datasets=[data.breast_cancer()],
    models=[models.MLP(())],
    losses={
        "hinge": hk.Hinge(),
        "psi_M(0.1)": hk.PsiM(0.1),
        "psi_M(0.5)": hk.PsiM(0.5),
        "psi_M(2)": hk.PsiM(2.0),
        "squared hinge": hk.SquaredHinge(),
        "logistic": hk.Logistic(),
    },
    learning_rates=[0.01, 0.03, 0.1, 0.3, 1.0, 3.0],
    optimizer=keras.optimizers.SGD(),
    epochs=200,
    batch_size=1000,
    seeds=range(12),
    metrics={"accuracy": hk.ScoreAccuracy, "hinge": lambda: hk.LossMetric(hk.Hinge())},
)


def findings(results):
    chosen = stats.chosen(results.trials, "validation_hinge", higher_is_better=False)
    curves = results.labelled("curves", chosen)
    summary = stats.compare(chosen, "test_accuracy")
    steps = chosen.trial.map(stats.first_epoch(curves, "validation_accuracy", 0.95))
    first = steps.groupby(chosen.loss).median().reindex(list(EXPERIMENT.losses))
    # A loss that reached the accuracy on no seed has no median.
    told = first.map("{:.0f}".format).replace("nan", "never")
    text = "breast cancer, test accuracy of psi_M(0.5), linear model (ours: "
    text += "splits instead of folds)"
    smooth = chosen[chosen.loss == "psi_M(0.5)"].test_accuracy
    claim = verdicts.number(text, SOURCE, PUBLISHED, smooth)
    quickest = report.listed(first.nsmallest(1), "{0}, {1:.0f} steps")
    title = f"Quickest to 95 % validation accuracy: {quickest or 'none gets there'}"
    metric, axis = "validation_hinge", "validation hinge loss"
    return lab.Findings(
        sentence="In median steps to 95 % validation accuracy: "
        f"{report.listed(told, '{0} {1}')}; {stats.tally(summary)} comparisons of the "
        "final test accuracy show a difference.",
        notes="Step sizes are chosen by the hinge on the validation part.",
        summary=summary,
        tables={"steps": first.rename("steps").reset_index()},
        claims=verdicts.table([claim]),
        figures={
            "convergence": plots.curves(curves, [metric], title, log=True, ylabel=axis)
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
