"""Do twelve losses differ in speed, in accuracy, or under wrong labels?

Janocha and Czarnecki, "On Loss Functions for Deep Neural Networks in
Classification" (2017), compare twelve losses and sum up: squared and cubed
hinges learn fast, losses linear in the probability withstand wrong labels.
Handwritten digits here, nets of no, one and three hidden layers, and on one
layer wrong labels in the training and validation parts; with FULL=1 in the
environment MNIST instead, 50,000 images and layers of 512 units.
"""

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import data, models, plots, stats, verdicts

FULL = lab.full()
SOURCE = "Janocha and Czarnecki 2017"
WELL = 0.9  # The validation accuracy to which speed is measured.
UNITS = 512 if FULL else 64
NETS = [models.MLP((UNITS,) * depth) for depth in (0, 1, 3)]
DEPTH = {net.name: len(net.hidden) for net in NETS}
MNIST, DIGITS = (50_000, 10_000, 1.0), (800, 400, 597)
CLEAN = data.mnist(sizes=MNIST) if FULL else data.digits(shares=DIGITS)
SETS = [CLEAN, *(data.with_label_noise(CLEAN, share) for share in (0.2, 0.4, 0.6))]
NOISE = {each.name: each.settings.get("share", 0.0) for each in SETS}

EXPERIMENT = lab.Experiment(
    datasets=SETS,
    models=NETS,
    losses={
        "log": hk.CrossEntropy(),
        "log^2": hk.SquaredLog(),
        "hinge": hk.OneVsRest(hk.Hinge(0.5)),
        "hinge^2": hk.OneVsRest(hk.Hinge(0.5, power=2)),
        "hinge^3": hk.OneVsRest(hk.Hinge(0.5, power=3)),
        "L1": hk.L1(),
        "L2": hk.L2(),
        "L1 of softmax": hk.L1(softmax=True),
        "L2 of softmax": hk.L2(softmax=True),
        "Chebyshev": hk.Chebyshev(),
        "Tanimoto": hk.Tanimoto(),
        "Cauchy-Schwarz": hk.CauchySchwarz(),
    },
    where=lambda trial: DEPTH[trial.model] == 1 or NOISE[trial.dataset] == 0,
    learning_rates=[1e-3, 3e-3, 1e-2],
    epochs=15,
    batch_size=80,
    seeds=range(12),
)


def judged(speed, accuracy):
    """The paper's summary: which losses are fast, robust and, clean, less accurate."""
    text = f"{{}} learns faster than {{}} (ours: epochs saved to {WELL:.0%})"
    fast = ("hinge", "log"), ("hinge^2", "hinge"), ("hinge^3", "hinge")
    yield from verdicts.orders(text, SOURCE, speed, fast)
    robust = ("L1 of softmax", "log"), ("L2 of softmax", "log")
    for noise, rows in accuracy[accuracy.noise.isin([0.4, 0.6])].groupby("noise"):
        text = f"{{}} withstands {noise:.0%} wrong labels better than {{}}"
        yield from verdicts.orders(text, SOURCE, rows, robust)
    text, behind = "{1} is less accurate than {0} on clean labels", ("L1", "Chebyshev")
    clean = accuracy[accuracy.noise == 0]
    yield from verdicts.orders(text, SOURCE, clean, [("log", loss) for loss in behind])


def findings(results):
    chosen = stats.chosen(results.trials, "validation_accuracy")
    first = stats.first_epoch(results.curves, "validation_accuracy", WELL)
    # A net that never gets there counts as one that does after the end.
    chosen = chosen.assign(
        layers=chosen.model.map(DEPTH),
        noise=chosen.dataset.map(NOISE),
        speed=chosen.trial.map(first).fillna(chosen.epochs + 1),
    )
    deep, noisy = chosen[chosen.noise == 0], chosen[chosen.layers == 1]
    cells = ("layers", "noise")
    summary = stats.compare(chosen, "test_accuracy", within=cells, against="log")
    saved = deep.assign(saved=-deep.speed)
    speed = stats.compare(saved, "saved", within=("layers",), against="hinge")
    claims = judged(speed[speed.layers == 1], summary[summary.layers == 1])
    means = noisy.pivot_table("test_accuracy", "loss", "noise", sort=False)
    most = means.columns.max()
    at_most = means[most]
    robust = at_most.idxmax()
    speeds = deep.pivot_table("speed", ["loss", "seed"], "layers", sort=False)
    epochs = speeds[1].groupby("loss", sort=False).mean().rename("epochs")
    fastest = " and ".join(epochs.index[epochs == epochs.min()])
    halves = noisy.pivot_table("test_accuracy", ["noise", "seed"], "loss")
    apart = (halves["Chebyshev"] - halves["L1 of softmax"]).abs().mean()
    shares = (100 * means).rename(columns="{:.0%}".format)
    keeps = f"At {most:.0%} wrong labels {robust} keeps the most"
    need = "need" if " and " in fastest else "needs"
    quick = f"With one hidden layer {fastest} {need} the fewest epochs"
    quantity = f"epochs to {WELL:.0%} validation accuracy"
    depths = {0: "no hidden layer", 1: "one", 3: "three"}
    noisy_axis = "wrong labels in training"
    return lab.Findings(
        sentence="With one hidden layer and clean labels the fewest epochs to "
        f"{WELL:.0%} are those of {fastest} (mean {epochs.min():.1f}; hinge, squared and "
        f"cubed {epochs['hinge']:.1f}, {epochs['hinge^2']:.1f}, {epochs['hinge^3']:.1f}); "
        f"at {most:.0%} wrong labels {robust} is the most accurate "
        f"({at_most.max():.3f}; log {at_most['log']:.3f}, hinge {at_most['hinge']:.3f}). "
        f"{stats.tally(summary)} comparisons with log show a difference.",
        notes="The Chebyshev loss of a softmax is half its L1 loss, so that no claim can "
        f"hold for one of them alone; here the two differ by {100 * apart:.1f} points on average. "
        "Speed is that of the rate with the highest final validation accuracy; a net that "
        "never gets there counts as one that does after the last epoch.",
        summary=summary,
        tables={"accuracy": means.reset_index(), "epochs": epochs.reset_index()},
        claims=verdicts.table(claims),
        figures={
            "noise": plots.heat(shares, keeps, noisy_axis, "loss", "test accuracy, %"),
            "speed": plots.dots(speeds.reset_index(), depths, quick, "loss", quantity),
        },
    )


if __name__ == "__main__":
    lab.run.script(__file__)
