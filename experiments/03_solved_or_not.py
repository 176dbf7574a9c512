"""Do hinge and squared hinge solve noiseless circles, as their post shows?

Versloot, "How to use hinge & squared hinge loss with Keras" (MachineCurve, 2019,
updated 2021), trains a 4-2-1 network with a tanh head once for each loss and
reports 100 % test accuracy. One run cannot say how often that happens. Here is the
share of seeds solved, and the test loss of those that are.
"""

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import data, decoders, models, plots, stats, verdicts

SOURCE, SOLVED, EPOCHS = "Versloot 2019", 0.99, (1, 30)
# Losses of one run: on the training and validation part by epoch, on the test part.
PUBLISHED = {
    "hinge, tanh": ((0.4317, 1.138e-4), (0.0584, 9.82e-5), 1.128e-4),
    "squared hinge, tanh": ((0.2361, 4.19e-5), (0.0158, 3.96e-5), 4.163e-5),
}
NETS = {"4-2 tanh": "tanh", "4-2 linear": "linear", "12-8 tanh": "tanh, 12-8"}
CIRCLES = {"factor": 0.1, "noise": None, "sizes": (600, 150, 250)}

EXPERIMENT = lab.Experiment(
    datasets=[data.circles("noiseless circles", labels=data.SIGNS, **CIRCLES)],
    models=[models.MLP.called(net) for net in NETS],
    losses={"hinge": hk.Hinge(), "squared hinge": hk.SquaredHinge()},
    learning_rates=[0.03],
    epochs=30,
    batch_size=5,
    seeds=range(30),
    metrics=decoders.OF_TWO,
)


def judged(arms, curves):
    """Published: all solved on one run, and the losses of that run."""
    for arm, (train, validation, test) in PUBLISHED.items():
        trials = arms.get_group(arm)
        solved, text = trials[trials.solved], f"solved seeds, {arm}"
        counts = (len(solved), len(trials))
        yield verdicts.share(f"circles solved, {arm}", SOURCE, 1.0, *counts)
        yield verdicts.number(f"test loss on {text}", SOURCE, test, solved.test_loss)
        course = {"train_loss": train, "validation_loss": validation}
        ours = curves[curves.trial.isin(solved.trial)]
        yield from verdicts.along(text, SOURCE, EPOCHS, course, ours)


def findings(results):
    trials = results.trials.assign(
        arm=lambda table: table.loss + ", " + table.model.map(NETS),
        solved=lambda table: table.test_sign_accuracy >= SOLVED,
    )
    losses = trials[trials.solved].groupby("arm").test_loss.median()
    summary = stats.shares(trials, "solved", "arm").join(losses, on="arm")
    row = summary.set_index("arm").astype(object).loc  # Counts stay whole numbers.
    hinge, squared = row["hinge, tanh"], row["squared hinge, tanh"]
    linear, wide = row["hinge, linear"], row["hinge, tanh, 12-8"]
    curves = results.labelled("curves", trials)
    post = curves[curves.model.str.startswith("4-2")]
    fails = f"The post's net solves {hinge.solved} of {hinge.seeds} seeds with hinge"
    ends = stats.ends(post, "train_loss", "arm")
    decays = f"The hinge ends at {ends['hinge, tanh']:.1e} with tanh, "
    decays += f"{ends['hinge, linear']:.1e} with a linear head"
    return lab.Findings(
        sentence=f"{fails} and {squared.solved} with squared hinge; a 12-8 network solves "
        f"{wide.solved}.",
        notes=f"Solved means a sign accuracy of {SOLVED} or more on the test part. On "
        f"solved seeds the median test loss of hinge is {hinge.test_loss:.1e} with the tanh "
        f"head, which never reaches a margin of 1, and {linear.test_loss:.1e} with a "
        "linear one. Experiment 30 has the companion post.",
        summary=summary,
        claims=verdicts.table(judged(trials.groupby("arm"), curves)),
        figures={
            "solved": plots.bars(summary, fails, "arm", "share of seeds solved"),
            "curves": plots.curves(post, ["train_loss"], decays, "arm", log=True),
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
