"""Do top-K losses find the true class among five guesses more often?

Where several guesses are allowed, as in a list of suggestions, a loss can ask for no
more than that. Losses made for K = 5 beside cross-entropy, on questions to a bank, 77
classes, and on letters, 26: with clean labels, and with half of the training labels
drawn again from their group of five neighbouring classes, the protocol of Berrada,
Zisserman and Kumar (2018) and Garcin et al. (2022). Three of them, with a focal loss,
also on requests of 150 kinds and on web pages of 105 industries, whose classes differ
eightfold in size; the test part of that set holds all classes equally often. Rates,
and the widths of the smooth and the noised loss, are chosen by top-5 accuracy on the clean
validation part.
"""

import keras

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.page import words

SOURCE, K = "Berrada, Zisserman and Kumar 2018", 5
GUESSES = (1, 2, 3, 5, 10)
SIZES = (1500, 500, 1500)
# Either half of the sets is a family of comparisons of its own.
BANK = data.text("BANKING77", sizes=SIZES, components=50).tagged(many=False)
LETTER = data.table("letter", shares=SIZES).tagged(many=False)
NOISY_BANK, NOISY_LETTER = (data.with_group_noise(s, 0.5) for s in (BANK, LETTER))
CLINC = data.text("CLINC150", sizes=SIZES, components=50).tagged(many=True)
SECTOR = data.text("sector", sizes=(1500, 500, 1.0), components=50).tagged(many=True)
SECTOR = data.with_balanced_test(SECTOR, 14)
FEW = [BANK, NOISY_BANK, LETTER, NOISY_LETTER]
MANY = [CLINC, SECTOR]

EXPERIMENT = lab.Experiment(
    datasets=[*FEW, *MANY],
    models=[models.MLP((64,))],
    arms=[
        lab.Arm(
            "cross-entropy",
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        ),
        lab.Arm("Crammer-Singer", hk.CrammerSinger(), on=FEW),
        lab.Arm("Lapin beta", hk.LapinBetaTopK(K), on=FEW),
        lab.Arm(
            "smooth top-K",
            lambda data, tau: hk.SmoothTopK(K, tau),
            axes={"tau": [0.3, 1.0, 3.0]},
        ),
        lab.Arm("calibrated top-K", hk.CalibratedTopK(K), on=FEW),
        lab.Arm(
            "noised top-K",
            lambda data, epsilon: hk.NoisedTopK(K, epsilon),
            axes={"epsilon": [0.1, 0.3, 1.0]},
        ),
        lab.Arm("focal", hk.Focal(), on=MANY),
    ],
    axes={"learning_rate": [3e-3, 1e-2, 3e-2]},
    limits={"tau": (0.1, 10.0), "epsilon": (0.01, 10.0)},
    epochs=20,
    batch_size=75,
    seeds=range(10),
    measures=[lab.Measure(f"top_{k}", lambda k=k: hk.TopKAccuracy(k)) for k in GUESSES],
    choose_by=f"top_{K}",
)


def as_good(chosen, search):
    """That noised top-K is as good as smooth top-K, which costs more."""
    both = chosen[chosen.arm.isin(["noised top-K", "smooth top-K"])]
    text = f"noised top-K is as good as smooth top-K, top-{K} accuracy"
    for row in analysis.compare(both, f"top_{K}", search=search).to_dict("records"):
        yield claims.alike(text, "Garcin et al. 2022", row, row["dataset"])


def judged(summary):
    """The claimed order, on few clean examples and under label noise."""
    noise = {each.name for each in FEW if "noise" in each.tags}
    for name, rows in summary.groupby("dataset", sort=False):
        where = "under label noise" if name in noise else "on few examples"
        text = f"{{}} ahead of {{}} {where}, top-{K} accuracy"
        claimed = [("smooth top-K", "cross-entropy")]
        yield from claims.orders(text, SOURCE, rows, claimed, name)


def findings(results):
    chosen = results.chosen()
    summary = analysis.compare_parts(
        chosen, f"top_{K}", part="many", against="cross-entropy", search=results.search
    )
    measures = {f"top_{k}": k for k in GUESSES}
    means = analysis.percent(chosen, measures, ["arm", "dataset"]).unstack("dataset")
    one, five = means[1], means[K]
    is_many = chosen.groupby("dataset").many.first()
    leader, led = words.leader(five[[name for name in five if not is_many[name]]])
    of_many = [name for name in five if is_many[name]]
    best = words.listed(five.idxmax()[of_many], "{1} on {0}")
    behind = (one.loc["cross-entropy"] - one.loc["smooth top-K"]).max()
    most = f"With {K} guesses {leader} has the highest accuracy on {led} sets"
    least = "With one guess smooth top-K is up to "
    least += f"{behind:.0f} points behind cross-entropy"
    smooth = summary[summary.b == "smooth top-K"]
    guesses = analysis.stacked(chosen, measures, "guesses", "hits")
    return lab.Findings(
        sentence=f"With {K} guesses smooth top-K beside cross-entropy is better on "
        f"{(smooth.better == 'smooth top-K').sum()} of {len(smooth)} sets, worse on "
        f"{(smooth.better == 'cross-entropy').sum()}.",
        notes=f"{most}; with a hundred classes and more {best}; "
        f"{words.standing(summary, 'cross-entropy')}. {least}. "
        "`top_k/cost` has what a step costs; `long_tail` has losses that know the "
        "class counts.",
        overturned="all training texts in place of a part, or a deeper net than one "
        "layer on components, with which cross-entropy has the class among five as "
        "often.",
        means="Where several guesses are allowed, choose by accuracy among so "
        "many: smooth top-K is ahead of cross-entropy on "
        f"{(smooth.better == 'smooth top-K').sum()} of {len(smooth)} sets, "
        "but may be behind with one.",
        recipe="top_k",
        summary=summary,
        claims=claims.table([*judged(summary), *as_good(chosen, results.search)]),
        tables={"means": means.stack("dataset", future_stack=True).reset_index()},
        figures={
            "top_5": figures.heat(
                five,
                title=most,
                xlabel="data set",
                ylabel="loss",
                unit=f"test top-{K} accuracy, %",
            ),
            "guesses": figures.lines(
                guesses,
                x="guesses",
                y="hits",
                panel="dataset",
                title=least,
                xlabel="guesses allowed",
                ylabel="test accuracy among them, %",
            ),
        },
    )


lab.main(__name__)
