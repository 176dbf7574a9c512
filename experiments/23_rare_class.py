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
from hinge_keras import lab
from hinge_keras.lab import data, models, plots, stats


def plane(share):
    """Points in the plane, that share of them positive."""
    sizes, inputs = (1000, 1000, 4000), {"n_features": 2, "n_redundant": 0}
    rarity = {"weights": (1 - share,), "flip_y": 0.0, "scaled": True}
    name, generator = f"{share:.0%} positive", "make_classification"
    return data.generated(name, generator, sizes=sizes, **inputs, **rarity)


SETS = {share: plane(share) for share in (0.01, 0.05, 0.2)}
METRICS = {"balanced": "balanced accuracy", "precision": "average precision"}


def losses_for(share):
    """The losses that know how rare the positive class is."""
    ratio = (1 - share) / share
    weights = [0.5 / (1 - share), 0.5 / share]
    at = f"at {SETS[share].name}"
    return {
        f"weighted cross-entropy {at}": hk.Logistic(class_weight=weights),
        f"weighted hinge {at}": hk.Hinge(class_weight=weights),
        f"hinge, wide rare margin {at}": hk.AsymmetricMargin(1.0, ratio**0.25),
    }


EXPERIMENT = lab.Experiment(
    datasets=list(SETS.values()),
    models=[models.MLP((32,))],
    losses={
        "cross-entropy": keras.losses.BinaryCrossentropy(from_logits=True),
        "hinge": hk.Hinge(),
        **{k: loss for share in SETS for k, loss in losses_for(share).items()},
    },
    where=lambda trial: trial.loss.partition(" at ")[2] in ("", trial.dataset),
    learning_rates=[3e-3, 1e-2, 3e-2],
    epochs=20,
    batch_size=50,
    seeds=range(30),
    metrics={"balanced": hk.BalancedAccuracy, "precision": hk.AveragePrecision},
    keep_curves=False,
)


def counted(label, comparisons):
    """How often a difference is seen, and in whose favour, in words."""
    ahead = (comparisons.verdict == "cross-entropy higher").sum()
    return (
        f"in {label} {stats.tally(comparisons)} comparisons with plain cross-entropy "
        f"show a difference, {ahead} of them in its favour"
    )


def findings(results):
    trials = results.trials.assign(arm=results.trials.loss.str.split(" at ").str[0])
    trials["share"] = trials.dataset.map({s.name: 100 * p for p, s in SETS.items()})
    compared, measured = {}, []
    for name, label in METRICS.items():
        chosen, test = stats.chosen(trials, f"validation_{name}"), f"test_{name}"
        compared[label] = stats.compare(chosen, test, "arm", against="cross-entropy")
        measured.append(chosen.assign(measure=label, value=100 * chosen[test]))
    measured = pd.concat(measured)
    means = measured.groupby(["measure", "share", "arm"], sort=False).value.mean()
    means, rarest = means.unstack("arm"), measured.share.min()
    told = "; ".join(
        f"{label} from {mean['cross-entropy']:.0f} to "
        f"{mean['weighted cross-entropy']:.0f} % (hinge from {mean['hinge']:.0f} to "
        f"{mean['weighted hinge']:.0f} %)"
        for label, mean in means.xs(rarest, level="share").iterrows()
    )
    counts = "; ".join(counted(*item) for item in compared.items()).capitalize()
    precision = stats.seen(compared["average precision"])
    title = "Weights move the threshold; the order of the scores gains nothing"
    if (precision.difference < 0).any():
        title = "Knowing the rarity improves the order of the scores too"
    axes = ("share", "value", title, "positive examples, %", "test measure, %")
    return lab.Findings(
        sentence=f"At {rarest:g} % positives class weights take cross-entropy's {told}. "
        f"{counts}.",
        notes="The learning rate of each arm is chosen by the measure that it is judged by, "
        "on validation data as unbalanced as the rest.",
        summary=pd.concat(compared.values(), ignore_index=True),
        tables={"means": means.reset_index()},
        figures={"rare": plots.lines(measured, *axes, by="arm", panel="measure")},
    )


if __name__ == "__main__":
    lab.run.script(__file__)
