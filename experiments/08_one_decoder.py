"""Is a hinge head worse on images, or is it decoded wrongly?

Agarap, "An Architecture Combining CNN and SVM for Image Classification" (2017),
reports softmax ahead of a squared-hinge head on MNIST and Fashion-MNIST. Its
code decides by `argmax(sign(scores))`, which takes the first class whenever two
scores are positive, or none. Handwritten digits and one hidden layer stand in
here: the same trained models, decoded both ways.
"""

import keras
import pandas as pd

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import data, models, plots, stats, verdicts
from hinge_keras.lab.decoders import ambiguous, sign_decoded
from hinge_keras.lab.losses import OneHot

SOURCE = "Agarap 2017"
METRICS = {
    "test_accuracy": "largest score decides",
    "test_sign_decoded": "argmax(sign(score)), as in the paper's code",
}

EXPERIMENT = lab.Experiment(
    datasets=[data.digits(shares=(0.6, 0.1, 0.3))],
    models=[models.MLP((128,))],
    losses={
        "softmax": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        "one-vs-rest squared hinge": hk.OneVsRest(hk.SquaredHinge()),
        "one-vs-rest hinge": hk.OneVsRest(),
        "Crammer-Singer": hk.CrammerSinger(),
        "Keras categorical hinge": OneHot(keras.losses.CategoricalHinge()),
        "Weston-Watkins": hk.WestonWatkins(),
    },
    learning_rates=[0.001],
    epochs=60,
    batch_size=32,
    seeds=range(20),
    metrics={
        "accuracy": hk.ScoreAccuracy,
        "sign_decoded": sign_decoded,
        "ambiguous": ambiguous,
    },
)


def findings(results):
    trials = results.trials
    arms = trials.groupby("loss", sort=False)
    squared, softmax = (
        arms.get_group(name) for name in ("one-vs-rest squared hinge", "softmax")
    )
    means = arms[[*METRICS, "test_ambiguous"]].mean().reset_index()
    lost = 100 * (squared.test_accuracy - squared.test_sign_decoded).mean()
    gap = 100 * (squared.test_accuracy.mean() - softmax.test_accuracy.mean())
    rule = verdicts.by_decoder(
        squared.test_sign_decoded, squared.test_accuracy, softmax.test_accuracy
    )
    summary = stats.compare(trials, "test_accuracy")
    claims = [
        verdicts.claim(f"{text} (stand-in: digits)", SOURCE, None, values, rule)
        for text, values in (
            ("squared-hinge head behind softmax, decoded by sign",
             squared.test_sign_decoded.to_numpy() - softmax.test_accuracy.to_numpy()),
            ("the same models, decoded by the largest score",
             squared.test_accuracy.to_numpy() - softmax.test_accuracy.to_numpy()),
        )
    ]  # fmt: skip
    return lab.Findings(
        sentence=f"The decoder: it costs the squared-hinge head {lost:.1f} points of test "
        f"accuracy; decoded by the largest score the same models are {abs(gap):.1f} points "
        f"{'ahead of' if gap > 0 else 'behind'} softmax.",
        notes="Mean test accuracy by decoder, and the share of test examples that do not "
        "have exactly one positive score, on which the sign cannot decide.",
        summary=summary[summary.a == "softmax"].reset_index(drop=True),
        claims=verdicts.table(claims),
        tables={"decoders": pd.DataFrame(means)},
        figures={
            "decoders": plots.dots(
                trials,
                METRICS,
                "Same models, two decoders, opposite conclusions",
                "loss",
                "test accuracy, every seed a dot, the mean a bar",
            )
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
