"""Does cross-entropy solve noiseless circles, and can its post be compared?

Versloot's companion to the post of experiment 3 (MachineCurve, 2019) trains
cross-entropy on the same circles and reports 100 % test accuracy as well. Its
network, 12-8-1, and its rate, Adam at 0.001, differ from those of the hinge post,
4-2-1 and 0.03, so the two posts cannot be compared. Here is the share of seeds that
cross-entropy solves as its post trains it, and as the hinge post would.
"""

import keras

from hinge_keras import lab
from hinge_keras.lab import arms, data, decoders, models, plots, report, stats, verdicts

SOURCE, SOLVED = "Versloot 2019", 0.99
CIRCLES = {"factor": 0.1, "noise": None, "sizes": (600, 150, 250)}
CODES = data.circles("noiseless circles 0/1", **CIRCLES)
ARMS = {
    "as the post": ("cross-entropy", "12-8 sigmoid", CODES.name, 0.001),
    "as the hinge post": ("cross-entropy", "4-2 sigmoid", CODES.name, 0.03),
}

EXPERIMENT = lab.Experiment(
    datasets=[CODES],
    models=[models.MLP.called("12-8 sigmoid"), models.MLP.called("4-2 sigmoid")],
    losses={"cross-entropy": keras.losses.BinaryCrossentropy()},
    where=arms.only(ARMS),
    learning_rates=[0.03, 0.001],
    epochs=30,
    batch_size=5,
    seeds=range(30),
    metrics=decoders.OF_TWO,
)


def judged(post, other):
    """Published: all solved on one run."""
    text = "circles solved, cross-entropy, sigmoid, 12-8"
    yield verdicts.share(text, SOURCE, 1.0, post.solved, post.seeds)
    text = "cross-entropy post beside the hinge post: other network and rate; here the "
    text, rule = text + "hinge post's network and rate", verdicts.NOT_COMPARABLE
    yield verdicts.share(text, SOURCE, 1.0, other.solved, other.seeds, rule)


def findings(results):
    trials = arms.named(results.trials, ARMS)
    trials["solved"] = trials.test_accuracy >= SOLVED
    summary = stats.shares(trials, "solved", "arm")
    row = summary.set_index("arm").astype(object).loc  # Counts stay whole numbers.
    post, other = row["as the post"], row["as the hinge post"]
    curves = results.labelled("curves", trials)
    slow = f"At the post's rate {post.solved} of {post.seeds} seeds are solved"
    ends = stats.ends(curves, "train_loss", "arm")
    course = f"The median loss ends at {report.listed(ends, '{1:.1e} {0}')}"
    return lab.Findings(
        sentence=f"As its post trains it, cross-entropy solves {post.solved} of {post.seeds} "
        f"seeds; on the hinge post's network, at its rate, {other.solved}.",
        notes=f"Solved means a test accuracy of {SOLVED} or more.",
        summary=summary,
        claims=verdicts.table(judged(post, other)),
        figures={
            "solved": plots.bars(summary, slow, "arm", "share of seeds solved"),
            "curves": plots.curves(curves, ["train_loss"], course, "arm", log=True),
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
