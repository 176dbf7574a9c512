"""Do hinge and squared hinge solve noiseless circles, as their post shows?

Versloot, "How to use hinge & squared hinge loss with Keras" (MachineCurve,
2019, updated 2021), trains a 4-2-1 network with a tanh head once for each loss
and reports 100 % test accuracy, with test losses of 1.128e-4 (hinge) and
4.163e-5 (squared hinge). One run cannot say how often that happens. Here is
the share of seeds solved, and the test loss of those that are. The companion
post on cross-entropy (12-8-1, sigmoid, Adam at 0.001) also reports 100 %; its
network and rate differ, so the two posts cannot be compared, and here is
cross-entropy on the network of the hinge post as well.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import arms, data, models, plots, stats, verdicts
from hinge_keras.lab.decoders import by_head

SOURCE, SOLVED = "Versloot 2019", 0.99
PUBLISHED = {"hinge, tanh": 1.128e-4, "squared hinge, tanh": 4.163e-5}
COURSES = {
    "hinge, tanh": {
        "train_loss": {1: 0.4317, 30: 1.138e-4},
        "validation_loss": {1: 0.0584, 30: 9.82e-5},
    },
    "squared hinge, tanh": {
        "train_loss": {1: 0.2361, 30: 4.19e-5},
        "validation_loss": {1: 0.0158, 30: 3.96e-5},
    },
}
SETTING = {"factor": 0.1, "noise": None, "sizes": (600, 150, 250)}
NETS = ("4-2 tanh", "4-2 linear", "12-8 tanh", "4-2 sigmoid", "12-8 sigmoid")
SIGNS = data.circles("noiseless circles", labels=data.SIGNS, **SETTING)
CODES = data.circles("noiseless circles 0/1", **SETTING)
ARMS = {
    "hinge, tanh": ("hinge", "4-2 tanh", SIGNS.name, 0.03),
    "hinge, linear": ("hinge", "4-2 linear", SIGNS.name, 0.03),
    "hinge, tanh, 12-8": ("hinge", "12-8 tanh", SIGNS.name, 0.03),
    "squared hinge, tanh": ("squared hinge", "4-2 tanh", SIGNS.name, 0.03),
    "squared hinge, linear": ("squared hinge", "4-2 linear", SIGNS.name, 0.03),
    "squared hinge, tanh, 12-8": ("squared hinge", "12-8 tanh", SIGNS.name, 0.03),
    "cross-entropy, sigmoid": ("cross-entropy", "4-2 sigmoid", CODES.name, 0.03),
    "cross-entropy, sigmoid, 12-8": (
        "cross-entropy",
        "12-8 sigmoid",
        CODES.name,
        0.001,
    ),
}

EXPERIMENT = lab.Experiment(
    datasets=[SIGNS, CODES],
    models=[models.MLP.called(net) for net in NETS],
    losses={
        "hinge": hk.Hinge(),
        "squared hinge": hk.SquaredHinge(),
        "cross-entropy": keras.losses.BinaryCrossentropy(),
    },
    where=arms.only(ARMS),
    learning_rates=[0.03, 0.001],
    epochs=30,
    batch_size=5,
    seeds=range(30),
    metrics={
        "accuracy": keras.metrics.BinaryAccuracy,
        "sign_accuracy": hk.SignAccuracy,
    },
)


def judged(summary, solved, curves):
    """Published: all solved on one run, and for the hinges the losses of that run."""
    row = summary.set_index("arm").loc
    for arm in (*PUBLISHED, "cross-entropy, sigmoid, 12-8"):
        hits, seeds = row[arm].solved, row[arm].seeds
        yield verdicts.share(f"circles solved, {arm}", SOURCE, 1.0, hits, seeds)
        if arm in PUBLISHED:
            ours, text = solved[solved.arm == arm], f"solved seeds, {arm}"
            loss, course = ours.test_loss, curves[curves.trial.isin(ours.trial)]
            yield verdicts.number(f"test loss on {text}", SOURCE, PUBLISHED[arm], loss)
            yield from verdicts.along(text, SOURCE, COURSES[arm], course)
    same = row["cross-entropy, sigmoid"]
    text = "cross-entropy post beside the hinge post: other network and rate; here the "
    text, rule = text + "hinge post's network and rate", verdicts.NOT_COMPARABLE
    yield verdicts.share(text, SOURCE, 1.0, same.solved, same.seeds, rule)


def findings(results):
    trials = arms.named(results.trials, ARMS)
    curves = results.labelled("curves", trials)
    trials["solved"] = by_head(trials) >= SOLVED
    solved = trials[trials.solved]
    of_solved = solved.groupby("arm").agg(
        median_test_loss=("test_loss", "median"),
        lowest_test_loss=("test_loss", "min"),
        highest_test_loss=("test_loss", "max"),
        keras_accuracy=("test_accuracy", "mean"),
    )
    summary = stats.shares(trials, "solved", "arm").join(of_solved, on="arm")
    summary["published_test_loss"] = summary.arm.map(PUBLISHED)
    row = summary.set_index("arm").loc
    hinge, squared = row["hinge, tanh"], row["squared hinge, tanh"]
    linear, wide = row["hinge, linear"], row["hinge, tanh, 12-8"]
    post = curves[curves.model.isin(["4-2 tanh", "4-2 linear"])]
    failed = f"{hinge.seeds - hinge.solved:.0f} of {hinge.seeds:.0f} seeds"
    fails = f"The post's hinge network fails on {failed}"
    share = "share of seeds solved, 95 % interval"
    decays = "With a linear head the loss reaches 0; with tanh it decays for ever"
    return lab.Findings(
        sentence=f"The post's network solves the circles on {hinge.solved:.0f} of "
        f"{hinge.seeds:.0f} seeds with hinge and {squared.solved:.0f} with squared hinge; a "
        f"12-8 network solves {wide.solved:.0f}.",
        notes=f"Solved means a sign accuracy of {SOLVED} or more on the test part. On "
        f"solved seeds the median test loss of hinge is {hinge.median_test_loss:.1e} "
        f"with the tanh head and {linear.median_test_loss:.1e} with a linear one: tanh "
        "never reaches a margin of 1, so its loss decays for ever. On the same solved "
        f"models today's Keras `accuracy` shows {hinge.keras_accuracy:.2f}, the share "
        "of +1 labels.",
        summary=summary,
        claims=verdicts.table(judged(summary, solved, curves)),
        figures={
            "solved": plots.bars(summary, fails, "arm", share),
            "curves": plots.curves(post, ["train_loss"], decays, "arm", log=True),
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
