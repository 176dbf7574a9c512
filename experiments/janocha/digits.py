"""Do twelve losses differ in speed and accuracy, and which withstand wrong labels?

Janocha and Czarnecki, "On Loss Functions for Deep Neural Networks in Classification"
(2017), compare twelve losses, sum up that squared and cubed hinges learn fast, and find
losses that are linear in the probability robust. Handwritten digits here, nets of no,
one and three hidden layers, and none to 60 % of the labels of the training and
validation parts wrong; the test part stays clean. With FULL=1 in the environment MNIST
instead, 50,000 images and layers of 512 units.
"""

from experiments.janocha import paper
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.page import words
from hinge_keras.lab.tables.schema import SAVED

WELL = 0.9  # The validation accuracy to which speed is measured.
DEPTHS = {0: "no hidden layer", 1: "one hidden layer", 3: "three hidden layers"}
CLEAN = data.digits(shares=(800, 400, 597))

EXPERIMENT = lab.Experiment(
    datasets=[
        CLEAN.tagged(noise=0.0),
        *(data.with_label_noise(CLEAN, share) for share in (0.2, 0.4, 0.6)),
    ],
    models=[models.MLP((64,) * depth) for depth in DEPTHS],
    arms=paper.LOSSES,
    axes={"learning_rate": [1e-3, 3e-3, 1e-2]},
    epochs=25,
    batch_size=80,
    seeds=range(12),
)


def judged(speed, clean, summary):
    """The paper's summary: which losses are fast, less accurate, robust."""
    yield from paper.fast(speed, f"digits, epochs to {WELL:.0%}")
    yield from paper.inaccurate(clean, "digits")
    strong = summary[summary.noise >= 0.4].groupby(["layers", "noise"], sort=False)
    for (depth, noise), rows in strong:
        yield from paper.robust(rows, noise, f"digits, {DEPTHS[depth]}")


def findings(results):
    chosen = results.chosen()
    learnt = chosen[chosen.noise == 0]
    needed = analysis.epochs_to(learnt, results.curves(learnt), "accuracy", WELL)
    learnt = learnt.assign(needed=needed, saved=-needed)
    speed = analysis.compare(
        learnt,
        "saved",
        within=("layers",),
        against="hinge",
        unit=SAVED,
        search=results.search,
    )
    clean = analysis.compare(
        learnt, "accuracy", within=("layers",), against="log", search=results.search
    )
    noisy = analysis.compare_parts(
        chosen,
        "accuracy",
        part="layers",
        within=("noise",),
        against="log",
        search=results.search,
    )
    one_layer = (table[table.layers == 1] for table in (speed, clean))

    by_seed = learnt.pivot_table("needed", ["arm", "seed"], "layers", sort=False)
    epochs = by_seed.groupby("arm", sort=False).mean()
    by_depth = learnt.assign(depth=learnt.layers.map(DEPTHS))
    courses = analysis.reached(
        by_depth, results.curves(learnt), "accuracy", WELL, ["depth", "arm"]
    )
    one = epochs[1]
    first = list(one.index[one == one.min()])
    fastest = " and ".join(first)
    courses = courses[courses.arm.isin([*paper.TIMED, *first])]
    means = analysis.percent(chosen, "accuracy", ["layers", "noise", "arm"])
    means = means.unstack(["layers", "noise"])
    most = max(chosen.noise)
    worst = means.xs(most, axis=1, level="noise")
    leader = "{} leads at {} depths".format(*words.leader(worst))
    seeds = chosen.pivot_table("test_accuracy", ["layers", "noise", "seed"], "arm")
    apart = 100 * (seeds["Chebyshev"] - seeds["L1 of softmax"]).abs().mean()
    return lab.Findings(
        sentence=f"At {most:.0%} wrong labels {leader}; on clean ones the fewest epochs to "
        f"{WELL:.0%}, {one.min():.1f}, are those of {fastest}.",
        notes="Speed is told of one hidden layer. Hinge, squared and cubed take "
        f"{one['hinge']:.1f}, {one['hinge^2']:.1f} and "
        f"{one['hinge^3']:.1f} epochs to {WELL:.0%} validation accuracy. At {most:.0%} "
        "wrong labels, with no, one and three hidden layers, log has "
        f"{words.listed(worst.loc['log'], '{1:.1f} %')}, hinge "
        f"{words.listed(worst.loc['hinge'], '{1:.1f} %')}. In accuracy beside log, "
        f"{words.tally(noisy)}. "
        "Speed is that of the rate with the highest final validation accuracy, in "
        "epochs "
        "within the budget: a net that never gets there counts with all of it. The "
        "Chebyshev loss of a softmax is half its L1 loss, so that no claim can hold "
        "for "
        f"one of them alone; here the two differ by {apart:.1f} points on average.",
        overturned="rates chosen on clean labels, or for speed, with which log "
        "withstands wrong labels as well as losses that are linear in the "
        "probability.",
        means=f"If many of your labels are wrong, try {words.leader(worst)[0]} "
        "beside cross-entropy, each at its own rate, and judge both by "
        "labels that you trust.",
        recipe="wrong_labels",
        summary=noisy,
        tables={
            "epochs": epochs.reset_index(),
            "speed": speed,
            "accuracy": means.stack(["layers", "noise"], future_stack=True)
            .rename("accuracy")
            .reset_index(),
        },
        claims=claims.table(judged(*one_layer, noisy)),
        figures={
            "speed": figures.dots(
                by_seed.reset_index(),
                DEPTHS,
                title=f"With one hidden layer the fewest epochs are those of {fastest}",
                xlabel=f"epochs to {WELL:.0%} validation accuracy",
            ),
            "reached": figures.lines(
                courses,
                x="epoch",
                y="share",
                panel="depth",
                title=f"With one hidden layer {fastest} is first of twelve losses at "
                f"{WELL:.0%}",
                xlabel="epochs",
                ylabel=f"runs at {WELL:.0%} validation accuracy, %",
            ),
            **{
                f"layers_{depth}": figures.heat(
                    means[depth].rename(columns="{:.0%}".format),
                    title=f"With {DEPTHS[depth]} {worst[depth].idxmax()} withstands "
                    "most",
                    xlabel="wrong labels in training",
                    ylabel="loss",
                    unit="test accuracy, %",
                )
                for depth in DEPTHS
            },
        },
    )


lab.main(__name__)
