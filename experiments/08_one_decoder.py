"""Is a hinge head worse on images, or is it decoded wrongly?

Agarap, "An Architecture Combining CNN and SVM for Image Classification" (2017),
reports softmax ahead of a squared-hinge head on MNIST and Fashion-MNIST. Its
code decides by `argmax(sign(scores))`, which takes the first class whenever two
scores are positive, or none. Handwritten digits and one hidden layer stand in
here: the same trained models, decoded both ways.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import data, decoders, models, plots, stats, verdicts
from hinge_keras.lab.losses import OneHot

SOURCE, SQUARED = "Agarap 2017", "one-vs-rest squared hinge"
METRICS = {
    "test_accuracy": "largest score decides",
    "test_sign_decoded": "argmax(sign(score)), as in the paper's code",
}

EXPERIMENT = lab.Experiment(
    datasets=[data.digits(shares=(0.6, 0.1, 0.3))],
    models=[models.MLP((128,))],
    losses={
        "softmax": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        SQUARED: hk.OneVsRest(hk.SquaredHinge()),
        "one-vs-rest hinge": hk.OneVsRest(),
        "Crammer-Singer": hk.CrammerSinger(),
        "Keras categorical hinge": OneHot(keras.losses.CategoricalHinge()),
        "Weston-Watkins": hk.WestonWatkins(),
    },
    learning_rates=[0.001],
    epochs=60,
    batch_size=32,
    seeds=range(20),
    metrics=decoders.BOTH,
)


def findings(results):
    trials = results.trials
    arms = trials.groupby("loss", sort=False)
    squared, softmax = (
        arms.get_group(name).set_index("seed") for name in (SQUARED, "softmax")
    )
    means = arms[[*METRICS, "test_ambiguous"]].mean().reset_index()
    sign, largest = squared.test_sign_decoded, squared.test_accuracy
    rival = softmax.test_accuracy
    gap = 100 * (largest.mean() - rival.mean())
    summary = stats.compare(trials, "test_accuracy")
    behind = "squared-hinge head behind softmax, decoded by sign (stand-in: digits)"
    same = "the same models, decoded by the largest score (stand-in: digits)"
    rule = verdicts.by_decoder(sign, largest, rival)
    claims = [
        verdicts.claim(behind, SOURCE, None, sign - rival, rule),
        verdicts.claim(same, SOURCE, None, largest - rival, rule),
    ]
    signed = 100 * (sign.mean() - rival.mean())
    title = f"Squared hinge is {signed:+.1f} points from softmax by sign, {gap:+.1f} by value"
    quantity = "test accuracy"
    return lab.Findings(
        sentence="The decoder: it costs the squared-hinge head "
        f"{100 * (largest - sign).mean():.1f} points of test accuracy; decoded by "
        f"the largest score the same models are {abs(gap):.1f} points "
        f"{'ahead of' if gap > 0 else 'behind'} softmax.",
        notes="Mean test accuracy by decoder, and the share of test examples that do not "
        "have exactly one positive score, on which the sign cannot decide.",
        summary=summary[summary.a == "softmax"].reset_index(drop=True),
        claims=verdicts.table(claims),
        tables={"decoders": means},
        figures={"decoders": plots.dots(trials, METRICS, title, "loss", quantity)},
    )


if __name__ == "__main__":
    lab.run.script(__file__)
