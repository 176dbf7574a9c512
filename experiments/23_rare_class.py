"""Which loss finds a rare class, and is it the loss or the threshold?

Two classes in the plane, 1 to 20 % of them positive. Hinge and cross-entropy as
they are; with class weights that make both classes count the same; and a hinge
whose margin is wider for the rare class, by the fourth root of the ratio (Cao
et al., 2019). Balanced accuracy judges the sign of the score, average precision
only the order of the scores, whatever the threshold.
"""

import keras
import pandas as pd

import hinge_keras as hk
from hinge_keras.lab import Experiment, Findings, data, models, plots, run, stats

SHARES = (0.01, 0.05, 0.2)
SETS = {
    share: data.generated(
        f"{share:.0%} positive",
        "make_classification",
        sizes=(1000, 1000, 4000),
        n_features=2,
        n_redundant=0,
        weights=(1 - share,),
        flip_y=0.0,
        scaled=True,
    )
    for share in SHARES
}
METRICS = {"balanced": "balanced accuracy", "precision": "average precision"}


def losses_for(share):
    """The losses that know how rare the positive class is."""
    ratio = (1 - share) / share
    weights = [0.5 / (1 - share), 0.5 / share]
    return {
        "weighted cross-entropy": hk.Logistic(class_weight=weights),
        "weighted hinge": hk.Hinge(class_weight=weights),
        "hinge, wide rare margin": hk.AsymmetricMargin(1.0, ratio**0.25),
    }


EXPERIMENT = Experiment(
    datasets=list(SETS.values()),
    models=[models.MLP((32,))],
    losses={
        "cross-entropy": keras.losses.BinaryCrossentropy(from_logits=True),
        "hinge": hk.Hinge(),
        **{
            f"{name} at {each.name}": loss
            for share, each in SETS.items()
            for name, loss in losses_for(share).items()
        },
    },
    where=lambda trial: (
        " at " not in trial.loss or trial.loss.endswith(f" at {trial.dataset}")
    ),
    learning_rates=[3e-3, 1e-2, 3e-2],
    epochs=20,
    batch_size=50,
    seeds=range(30),
    metrics={"balanced": hk.BalancedAccuracy, "precision": hk.AveragePrecision},
    keep_curves=False,
)


def findings(results):
    trials = results.trials.assign(arm=results.trials.loss.str.split(" at ").str[0])
    share_of = {each.name: 100 * share for share, each in SETS.items()}
    summaries, tables = [], []
    for metric, label in METRICS.items():
        chosen = stats.chosen(trials, f"validation_{metric}")
        summaries.append(
            stats.compare(chosen, f"test_{metric}", "arm", against="cross-entropy")
        )
        value = 100 * chosen[f"test_{metric}"]
        tables.append(chosen.assign(measure=label, value=value))
    summary, measured = pd.concat(summaries, ignore_index=True), pd.concat(tables)
    measured = measured.assign(share=measured.dataset.map(share_of))
    means = measured.groupby(["measure", "share", "arm"], sort=False).value.mean()
    rarest = measured.share.min()
    seen = summary[summary.verdict.str.endswith(("higher", "lower"))]
    counts = []
    for (metric, label), part in zip(METRICS.items(), summaries, strict=True):
        verdicts = seen[seen.metric == f"test_{metric}"].verdict
        ahead = (verdicts == "cross-entropy higher").sum()
        counts.append(
            f"in {label} {len(verdicts)} of {len(part)} comparisons with plain "
            f"cross-entropy show a difference, {ahead} of them in its favour"
        )
    told = "; ".join(
        f"{label} from {means[label, rarest, 'cross-entropy']:.0f} to "
        f"{means[label, rarest, 'weighted cross-entropy']:.0f} % (hinge from "
        f"{means[label, rarest, 'hinge']:.0f} to "
        f"{means[label, rarest, 'weighted hinge']:.0f} %)"
        for label in METRICS.values()
    )
    better = (seen.metric == "test_precision") & (seen.difference < 0)
    return Findings(
        sentence=f"At {rarest:g} % positives class weights take cross-entropy's {told}. "
        f"{'; '.join(counts).capitalize()}.",
        notes="The learning rate of each arm is chosen by the measure that it is judged by, "
        "on validation data as unbalanced as the rest.",
        summary=summary,
        tables={"means": means.unstack("arm").reset_index()},
        figures={
            "rare": plots.lines(
                measured,
                "share",
                "value",
                "Knowing the rarity improves the order of the scores too"
                if better.any()
                else "Weights move the threshold; the order of the scores gains nothing",
                "positive examples, %",
                "test measure, %",
                by="arm",
                panel="measure",
            )
        },
    )


if __name__ == "__main__":
    run.script(__file__)
