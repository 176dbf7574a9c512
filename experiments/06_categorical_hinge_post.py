"""Does categorical hinge solve the blobs of its post, or was the seed lucky?

Versloot, "How to use categorical / multiclass hinge with Keras" (MachineCurve,
2019), trains a 4-2-3 network with a tanh head on unscaled blobs, once. Here is the
share of seeds that solve them, then one change at a time: loss, head, width, scaling.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import arms, data, losses, models, plots, stats, verdicts

SOURCE, LOSS, SOLVED, EPOCHS = "Versloot 2019", 0.3260, 0.99, (1, 30)
COURSE = {
    "train_loss": (0.5006, 0.3344),
    "train_accuracy": (0.695, 0.9994),
    "validation_loss": (0.3591, 0.35),
    "validation_accuracy": (0.66, 0.995),
}
CENTERS = {"centers": [(0, 0), (15, 15), (0, 15)], "cluster_std": 1.5}
BLOBS = data.blobs("blobs", sizes=(1600, 400, 1000), **CENTERS)
SCALED = data.blobs("scaled blobs", sizes=(1600, 400, 1000), scaled=True, **CENTERS)
NETS = ("4-2 tanh", "4-2 linear", "12-8 tanh", "12-8 linear")
ARMS = {
    "as published": ("categorical hinge", "4-2 tanh", "blobs"),
    "Crammer-Singer": ("Crammer-Singer", "4-2 tanh", "blobs"),
    "Weston-Watkins": ("Weston-Watkins", "4-2 tanh", "blobs"),
    "linear head": ("categorical hinge", "4-2 linear", "blobs"),
    "12-8 units": ("categorical hinge", "12-8 tanh", "blobs"),
    "12-8, scaled": ("categorical hinge", "12-8 tanh", "scaled blobs"),
    "12-8, linear": ("categorical hinge", "12-8 linear", "blobs"),
    "the same, Crammer-Singer": ("Crammer-Singer", "12-8 linear", "blobs"),
    "the same, cross-entropy": ("cross-entropy", "12-8 linear", "blobs"),
    "4-2 units, cross-entropy": ("cross-entropy", "4-2 linear", "blobs"),
}

EXPERIMENT = lab.Experiment(
    datasets=[BLOBS, SCALED],
    models=[models.MLP.called(net) for net in NETS],
    losses={
        "categorical hinge": losses.OneHot(keras.losses.CategoricalHinge()),
        "Crammer-Singer": hk.CrammerSinger(),
        "Weston-Watkins": hk.WestonWatkins(),
        "cross-entropy": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    },
    where=arms.only(ARMS),
    learning_rates=[0.03],
    epochs=30,
    batch_size=5,
    seeds=range(20),
)


def findings(results):
    trials = arms.named(results.trials, ARMS)
    trials["solved"] = trials.test_accuracy >= SOLVED
    summary = stats.shares(trials, "solved", "arm")
    share = summary.set_index("arm").share
    post = trials[trials.arm == "as published"]
    solved, seeds = post.solved.sum(), len(post)
    curves = results.labelled("curves", post)
    claims = [
        verdicts.share("blobs solved (99.8% on one run)", SOURCE, 1.0, solved, seeds),
        *verdicts.along("as published", SOURCE, EPOCHS, COURSE, curves),
        verdicts.number("test loss", SOURCE, LOSS, post.test_loss),
    ]
    title = f"The post's net solves its blobs on {solved} of {seeds} seeds"
    return lab.Findings(
        sentence=f"{title}; with 12-8 units a linear head solves "
        f"{share['12-8, linear']:.0%}, scaling {share['12-8, scaled']:.0%}.",
        notes=f"Solved: accuracy {SOLVED} or more. One dead class leaves the post's loss, {LOSS}.",
        summary=summary,
        claims=verdicts.table(claims),
        figures={"solved": plots.bars(summary, title, "arm", "share of seeds solved")},
    )


if __name__ == "__main__":
    lab.run.script(__file__)
