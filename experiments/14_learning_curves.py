"""Does a hinge need fewer examples than cross-entropy?

Handwritten digits, from 50 to 1,000 training examples, one network, each loss
at its own rate for each size.
"""

import keras

import hinge_keras as hk
from hinge_keras.lab import Experiment, Findings, data, models, plots, run, stats

SIZES = (50, 100, 200, 400, 1000)
EXPERIMENT = Experiment(
    datasets=[data.digits(f"{n} digits", shares=(n, 200, 400)) for n in SIZES],
    models=[models.MLP((64,))],
    losses={
        "cross-entropy": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        "one-vs-rest hinge": hk.OneVsRest(),
        "one-vs-rest squared hinge": hk.OneVsRest(hk.SquaredHinge()),
        "Crammer-Singer": hk.CrammerSinger(),
    },
    learning_rates=[1e-3, 3e-3, 1e-2],
    epochs=30,
    batch_size=25,
    seeds=range(20),
)


def findings(results):
    chosen = stats.chosen(results.trials, "validation_accuracy")
    chosen = chosen.assign(
        examples=chosen.dataset.str.split().str[0].astype(int),
        error=100 * (1 - chosen.test_accuracy),
    )
    summary = stats.compare(chosen, "test_accuracy")
    seen = stats.seen(summary)
    means = chosen.groupby(["examples", "loss"]).error.mean().unstack()
    fewest, most = means.index.min(), means.index.max()
    spread = means.max(axis=1) - means.min(axis=1)
    fall = means.mean(axis=1)[fewest] - means.mean(axis=1)[most]
    title = f"More examples take {fall:.0f} points off the error, "
    title += f"another loss {spread.max():.0f} at most"
    return Findings(
        sentence=f"At {fewest} examples {means.loc[fewest].idxmin()} errs least "
        f"({means.loc[fewest].min():.1f} %, one-vs-rest hinge "
        f"{means.loc[fewest, 'one-vs-rest hinge']:.1f} %). "
        f"{len(seen)} of {len(summary)} paired comparisons show a difference; mean "
        f"errors differ by {spread[fewest]:.1f} points at {fewest} examples and by "
        f"{spread[most]:.1f} at {most:,}.",
        summary=summary,
        tables={"errors": means.reset_index()},
        figures={
            "learning_curves": plots.lines(
                chosen,
                "examples",
                "error",
                title,
                "training examples",
                "test error, %",
                logx=True,
                logy=True,
            )
        },
    )


if __name__ == "__main__":
    run.script(__file__)
