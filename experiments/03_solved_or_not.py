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
from hinge_keras.lab import data, models, plots, stats, verdicts

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


def as_in_posts(trial):
    """The hinges as in their post; cross-entropy as in its own and as in theirs."""
    entropy = trial.loss == "cross-entropy"
    rate = 0.001 if trial.model == "12-8 sigmoid" else 0.03
    labels, head = trial.dataset.endswith("0/1"), trial.model.endswith("sigmoid")
    return entropy == labels == head and trial.learning_rate == rate


EXPERIMENT = lab.Experiment(
    datasets=[
        data.circles("noiseless circles", labels=(-1, 1), **SETTING),
        data.circles("noiseless circles 0/1", **SETTING),
    ],
    models=[
        models.MLP((4, 2), "tanh"),
        models.MLP((4, 2), "linear"),
        models.MLP((12, 8), "tanh"),
        models.MLP((4, 2), "sigmoid"),
        models.MLP((12, 8), "sigmoid"),
    ],
    losses={
        "hinge": hk.Hinge(),
        "squared hinge": hk.SquaredHinge(),
        "cross-entropy": keras.losses.BinaryCrossentropy(),
    },
    where=as_in_posts,
    learning_rates=[0.03, 0.001],
    epochs=30,
    batch_size=5,
    seeds=range(30),
    metrics={
        "accuracy": keras.metrics.BinaryAccuracy,
        "sign_accuracy": hk.SignAccuracy,
    },
)


def with_arms(table):
    """The table with a column that names loss, head and, if not the post's, width."""
    head = table.model.str.split().str[-1]
    wide = table.model.str.startswith("12-8").map({True: ", 12-8", False: ""})
    return table.assign(arm=table.loss + ", " + head + wide)


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
    yield verdicts.share(
        "cross-entropy post beside the hinge post: other network and rate; here the "
        "hinge post's network and rate",
        SOURCE,
        1.0,
        same.solved,
        same.seeds,
        verdicts.NOT_COMPARABLE,
    )


def findings(results):
    trials = with_arms(results.trials)
    curves = with_arms(results.labelled("curves"))
    # A sigmoid decides at 1/2, every other head at 0.
    right = trials.test_accuracy.where(
        trials.loss == "cross-entropy", trials.test_sign_accuracy
    )
    trials = trials.assign(solved=right >= SOLVED)
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
    failed = hinge.seeds - hinge.solved
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
            "solved": plots.bars(
                summary,
                f"The post's hinge network fails on {failed:.0f} of {hinge.seeds:.0f} seeds",
                "arm",
                "share of seeds solved, 95 % interval",
            ),
            "curves": plots.curves(
                curves[curves.model.isin(["4-2 tanh", "4-2 linear"])],
                ["train_loss"],
                "With a linear head the loss reaches 0; with tanh it decays for ever",
                "arm",
                log=True,
            ),
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
