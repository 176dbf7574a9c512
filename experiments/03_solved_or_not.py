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
import pandas as pd

import hinge_keras as hk
from hinge_keras.lab import (
    Experiment,
    Findings,
    data,
    models,
    plots,
    run,
    stats,
    verdicts,
)

PUBLISHED = {"hinge, tanh": 1.128e-4, "squared hinge, tanh": 4.163e-5}
COURSES = {
    "hinge, tanh": {
        (1, "train_loss"): 0.4317,
        (1, "validation_loss"): 0.0584,
        (30, "train_loss"): 1.138e-4,
        (30, "validation_loss"): 9.82e-5,
    },
    "squared hinge, tanh": {
        (1, "train_loss"): 0.2361,
        (1, "validation_loss"): 0.0158,
        (30, "train_loss"): 4.19e-5,
        (30, "validation_loss"): 3.96e-5,
    },
}
ENTROPY = "cross-entropy, sigmoid, 12-8"
SOLVED = 0.99

SETTING = {"factor": 0.1, "noise": None, "sizes": (600, 150, 250)}


def as_in_posts(trial):
    """The hinges as in their post; cross-entropy as in its own and as in theirs."""
    if trial.loss != "cross-entropy":
        ours = trial.dataset == "noiseless circles" and "sigmoid" not in trial.model
        return ours and trial.learning_rate == 0.03
    rate = {"12-8 sigmoid": 0.001, "4-2 sigmoid": 0.03}.get(trial.model)
    return trial.dataset == "noiseless circles 0/1" and trial.learning_rate == rate


EXPERIMENT = Experiment(
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
    optimizer=keras.optimizers.Adam(),
    epochs=30,
    batch_size=5,
    seeds=range(30),
    metrics={
        "accuracy": keras.metrics.BinaryAccuracy,
        "sign_accuracy": hk.SignAccuracy,
    },
)


def solves(trials):
    """Whether a trial solved the test part; a sigmoid decides at 1/2."""
    right = trials.test_sign_accuracy.where(
        trials.loss != "cross-entropy", trials.test_accuracy
    )
    return right >= SOLVED


def with_arms(table):
    """The table with a column that names loss, head and, if not the post's, width."""
    head = table.model.str.split().str[-1]
    wide = table.model.str.startswith("12-8").map({True: ", 12-8", False: ""})
    return table.assign(arm=table.loss + ", " + head + wide)


def solved_share(trials):
    """Per arm: the share of seeds solved with its interval, and their test loss."""
    rows = []
    for arm, part in trials.groupby("arm", sort=False):
        solved = part[solves(part)]
        share, low, high = stats.share_interval(len(solved), len(part))
        rows.append(
            {
                "arm": arm,
                "seeds": len(part),
                "solved": len(solved),
                "share": share,
                "low": low,
                "high": high,
                "median_test_loss": solved.test_loss.median(),
                "lowest_test_loss": solved.test_loss.min(),
                "highest_test_loss": solved.test_loss.max(),
                "keras_accuracy": solved.test_accuracy.mean(),
                "published_test_loss": PUBLISHED.get(arm),
            }
        )
    return pd.DataFrame(rows)


def judged(summary, trials, curves):
    """Published: 100 % accuracy on one run, its test loss, and its course."""
    source = "Versloot 2019"
    for row in summary[summary.arm.isin([*PUBLISHED, ENTROPY])].itertuples():
        losses = trials[(trials.arm == row.arm) & solves(trials)].test_loss
        solved = verdicts.by_share(row.solved, row.seeds)
        text = f"circles solved, {row.arm}"
        yield verdicts.share(text, source, 1.0, row.solved, row.seeds, solved)
        if row.arm in PUBLISHED:
            rule = verdicts.within(PUBLISHED[row.arm], losses)
            yield verdicts.claim(
                f"test loss on solved seeds, {row.arm}",
                source,
                PUBLISHED[row.arm],
                losses,
                rule,
            )
            solved = trials[(trials.arm == row.arm) & solves(trials)].trial
            yield from verdicts.along(
                f"solved seeds, {row.arm}",
                source,
                COURSES[row.arm],
                curves[curves.trial.isin(solved)],
            )
    row = summary.set_index("arm").loc["cross-entropy, sigmoid"]
    yield verdicts.share(
        "cross-entropy post beside the hinge post: other network and rate; here the "
        "hinge post's network and rate",
        source,
        1.0,
        row.solved,
        row.seeds,
        verdicts.NOT_COMPARABLE,
    )


def findings(results):
    trials = with_arms(results.trials)
    summary = solved_share(trials)
    row = summary.set_index("arm").loc
    hinge, squared = row["hinge, tanh"], row["squared hinge, tanh"]
    linear, wide = row["hinge, linear"], row["hinge, tanh, 12-8"]
    failed = hinge.seeds - hinge.solved
    curves = with_arms(results.labelled("curves"))
    return Findings(
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
        claims=verdicts.table(judged(summary, trials, curves)),
        figures={
            "solved": plots.bars(
                summary,
                f"The post's hinge network fails on {failed:.0f} of {hinge.seeds:.0f} seeds",
                "arm",
                "share",
                "low",
                "high",
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
    run.script(__file__)
