"""Do three cross-entropies differ on the blobs post, or is one seed too few?

Brownlee, "How to Choose Loss Functions When Training Deep Learning Neural Networks"
(2019, updated 2020), trains one network on three blobs once with each and prints three
different accuracies. On one-hot labels the three are one objective. Here is its spread
over seeds, and five hinges on the same network with a linear head.
"""

import keras
import numpy as np

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import data, losses, models, plots, report, stats, verdicts

SOURCE = "Brownlee 2019"
PUBLISHED = {"categorical": 0.822, "sparse": 0.818, "Kullback-Leibler": 0.822}
TRAIN = {"categorical": 0.840, "sparse": 0.832, "Kullback-Leibler": 0.822}

ENTROPIES = {
    "categorical": losses.OneHot(keras.losses.CategoricalCrossentropy()),
    "sparse": keras.losses.SparseCategoricalCrossentropy(),
    "Kullback-Leibler": losses.OneHot(keras.losses.KLDivergence()),
}
HINGES = {
    "Keras categorical hinge": losses.OneHot(keras.losses.CategoricalHinge()),
    "Crammer-Singer": hk.CrammerSinger(),
    "Weston-Watkins": hk.WestonWatkins(),
    "one-vs-rest hinge": hk.OneVsRest(),
    "one-vs-rest squared hinge": hk.OneVsRest(hk.SquaredHinge()),
}

EXPERIMENT = lab.Experiment(
    datasets=[data.blobs(random_state=2, sizes=(500, 0, 500))],
    models=[models.MLP((50,), "softmax"), models.MLP((50,))],
    losses={**ENTROPIES, **HINGES},
    where=lambda trial: (trial.loss in ENTROPIES) == (trial.model == "50 softmax"),
    learning_rates=[0.01],
    optimizer=keras.optimizers.SGD(momentum=0.9),
    epochs=100,
    batch_size=32,
    seeds=range(30),
)


def judged(arms):
    """The post's six numbers: is each a seed of the one objective?"""
    for part, published in (("test", PUBLISHED), ("train", TRAIN)):
        ours = arms[f"{part}_accuracy"]
        rule = verdicts.by_seed(published.values(), ours.get_group("categorical"))
        text = f"blobs, {part} accuracy, {{}}"
        yield from verdicts.numbers(text, SOURCE, published, ours, rule)


def findings(results):
    trials = results.trials
    arms = trials.groupby("loss", sort=False)
    entropy = arms.get_group("categorical").test_accuracy
    same = trials.pivot_table("test_accuracy", "seed", "loss")[list(ENTROPIES)]
    apart = (same.max(axis=1) - same.min(axis=1)).max()
    summary = stats.compare(trials[trials.loss != "sparse"], "test_accuracy")
    summary = summary[summary.a == "categorical"].reset_index(drop=True)
    lost = trials[trials.status == "diverged"].groupby("loss").size()
    title = f"Seeds differ by {np.ptp(entropy):.3f}, three cross-entropies by {apart:.3f} at most"
    drawn = ("test_accuracy", title, "loss", "test accuracy")
    return lab.Findings(
        sentence=f"One objective: at equal seeds the three differ by at most {apart:.3f}, "
        f"seeds alone move it from {entropy.min():.3f} to {entropy.max():.3f}; "
        f"{stats.tally(summary)} comparisons with cross-entropy show a difference.",
        notes="Diverged at the post's rate, on unscaled inputs and summed over classes: "
        f"{report.listed(lost, '{0} on {1} seeds') or 'none'}.",
        summary=summary,
        claims=verdicts.table(judged(arms)),
        tables={"arms": stats.described(trials, "test_accuracy", ["loss"])},
        figures={"arms": plots.dots(trials, *drawn, PUBLISHED)},
    )


if __name__ == "__main__":
    lab.run.script(__file__)
