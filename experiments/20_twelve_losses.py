"""Do twelve losses differ in speed and in accuracy?

Janocha and Czarnecki, "On Loss Functions for Deep Neural Networks in Classification"
(2017), compare twelve losses and sum up that squared and cubed hinges learn fast.
Handwritten digits here, nets of no, one and three hidden layers; with FULL=1 in the
environment MNIST instead, 50,000 images and layers of 512 units. Experiment 33 has
the same losses under wrong labels.
"""

from hinge_keras import lab
from hinge_keras.lab import data, models, plots, stats, twelve, verdicts

FULL = lab.full()
WELL = 0.9  # The validation accuracy to which speed is measured.
UNITS = 512 if FULL else 64
NETS = {depth: models.MLP((UNITS,) * depth) for depth in (0, 1, 3)}
MNIST, DIGITS = (50_000, 10_000, 1.0), (800, 400, 597)

EXPERIMENT = lab.Experiment(
    datasets=[data.mnist(sizes=MNIST) if FULL else data.digits(shares=DIGITS)],
    models=[*NETS.values()],
    losses=twelve.losses(),
    learning_rates=[1e-3, 3e-3, 1e-2],
    epochs=15,
    batch_size=80,
    seeds=range(12),
)


def findings(results):
    chosen = stats.chosen(results.trials, "validation_accuracy")
    needed = stats.epochs_to(chosen, results.curves, "validation_accuracy", WELL)
    layers = chosen.model.map({net.name: depth for depth, net in NETS.items()})
    chosen = chosen.assign(layers=layers, needed=needed, saved=-needed)
    summary = stats.compare(chosen, "test_accuracy", within=("layers",), against="log")
    speed = stats.compare(chosen, "saved", within=("layers",), against="hinge")
    saved, clean = (table[table.layers == 1] for table in (speed, summary))
    claims = [
        *twelve.fast(saved, f"epochs saved to {WELL:.0%}"),
        *twelve.inaccurate(clean),
    ]
    by_seed = chosen.pivot_table("needed", ["loss", "seed"], "layers", sort=False)
    epochs = by_seed.groupby("loss", sort=False).mean()
    one = epochs[1]
    fastest = " and ".join(one.index[one == one.min()])
    title = f"With one hidden layer the fewest epochs are those of {fastest}"
    depths = {0: "no hidden layer", 1: "one", 3: "three"}
    drawn = (depths, title, "loss", f"epochs to {WELL:.0%} validation accuracy")
    return lab.Findings(
        sentence=f"{title}: {one.min():.1f} to {WELL:.0%} validation accuracy on average, "
        f"hinge, squared and cubed {one['hinge']:.1f}, {one['hinge^2']:.1f} and "
        f"{one['hinge^3']:.1f}. {stats.tally(summary)} comparisons of accuracy with log "
        "show a difference.",
        notes="Speed is that of the rate with the highest final validation accuracy; a net "
        "that never gets there counts as one that does after the last epoch.",
        summary=summary,
        tables={"epochs": epochs.reset_index()},
        claims=verdicts.table(claims),
        figures={"speed": plots.dots(by_seed.reset_index(), *drawn)},
    )


if __name__ == "__main__":
    lab.run.script(__file__)
