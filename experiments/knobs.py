"""Which knobs matter when a net is tuned, and does the answer depend on the loss?

Learning rate, weight decay, a factor on the scores inside the loss, and batch
normalisation, all combinations, for five losses on letters and garments, with few steps
of Adam. A hinge of scores times `s` is `s` times a hinge of margin `1 / s`: a small
factor asks for large scores, and so for a larger rate: with steps of a fixed length, as
Adam's are, ten times for a tenth if one layer grows, the root of it if two do. What a
knob is worth is what is lost when it alone stays at its default and all others are
tuned again. Hui and Belkin (2021) see cross-entropy slightly ahead
of squared error on images, at the rates that cross-entropy was published with.
"""

from dataclasses import dataclass

import keras
import numpy as np
import pandas as pd

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.figures.canvas import panels
from hinge_keras.lab.page import words
from hinge_keras.lab.tables.schema import DECAY, RATE

SCALE = "scale"
RATES, DECAYS, SCALES = (
    [1e-3, 3e-3, 1e-2, 3e-2, 1e-1],
    [0.0, 0.03, 0.3],
    [0.1, 1.0, 10.0],
)
AXES = {RATE: RATES, DECAY: DECAYS, SCALE: SCALES}
# What Keras does with Adam unless it is told otherwise.
DEFAULTS = {RATE: 1e-3, DECAY: 0.0, SCALE: 1.0}
CALLED = {RATE: "rate", DECAY: "decay", SCALE: "scale"}
LONG = {DECAY: "weight decay", SCALE: "scale of the scores"}
TUNED = "all tuned"
NEAR = 1.0  # Points below the best that do not matter.
DEEPEST = 10.0  # Points lost that have the palest colour.


class Scaled(keras.losses.Loss):
    """A loss of the scores times a factor.

    Args:
        loss: A `keras.losses.Loss` of raw scores.
        scale: The factor.
    """

    def __init__(self, loss, scale, **options):
        super().__init__(**options)
        self.loss, self.scale = loss, scale

    def call(self, y_true, y_pred):
        return self.loss.call(y_true, self.scale * y_pred)


@dataclass(frozen=True)
class Normalised:
    """A perceptron with batch normalisation before each hidden activation.

    Attributes:
        net: The `models.MLP` without, whose initial kernels it shares.
        momentum: Of the moving averages; Keras' 0.99 forgets too slowly for few steps.
    """

    net: models.MLP
    momentum: float = 0.9

    @property
    def name(self):
        return f"{self.net.name}, batch normalisation"

    def __call__(self, input_shape, outputs, seed):
        """A new model; equal seeds give equal weights."""
        *kernels, (units, last) = self.net.kernels(outputs, seed)
        hidden = [
            layer
            for width, kernel in kernels
            for layer in (
                keras.layers.Dense(width, kernel_initializer=kernel),
                keras.layers.BatchNormalization(momentum=self.momentum),
                keras.layers.Activation(self.net.activation),
            )
        ]
        head = keras.layers.Dense(units, kernel_initializer=last)
        return keras.Sequential([keras.Input(input_shape), *hidden, head])


PLAIN = models.MLP((64,))
NORMALISED = Normalised(PLAIN)
NETS = {PLAIN.name: "plain", NORMALISED.name: "batch normalisation"}
LETTER = data.table("letter", shares=(400, 500, 1500))
FASHION = data.fashion_mnist(sizes=(400, 500, 2000), components=30)
LOSSES = {
    "cross-entropy": hk.CrossEntropy(),
    "hinge": hk.OneVsRest(hk.Hinge()),
    "squared hinge": hk.OneVsRest(hk.SquaredHinge()),
    "Crammer-Singer": hk.CrammerSinger(),
    "squared error": hk.L2(),
}


def searched(name, loss, left=TUNED):
    """An arm of which all knobs are tuned, or all but one that is left at its default."""
    own = {SCALE: SCALES}
    own |= {knob: [value] for knob, value in DEFAULTS.items() if CALLED[knob] == left}
    return lab.Arm(
        name if left == TUNED else f"{name}, {left} left",
        lambda data, scale: Scaled(loss, scale),
        axes=own,
        tags={"loss": name, "left": left},
    )


EXPERIMENT = lab.Experiment(
    datasets=[LETTER, FASHION],
    models=[PLAIN, NORMALISED],
    arms=[
        searched(name, loss, left)
        for left in (TUNED, *CALLED.values())
        for name, loss in LOSSES.items()
    ],
    axes={RATE: RATES, DECAY: DECAYS},
    limits={RATE: (1e-4, 1.0), DECAY: (3e-3, 3.0), SCALE: (0.01, 100.0)},
    epochs=20,
    batch_size=40,
    seeds=range(10),
    pilot=lab.Pilot(seeds=range(10, 13)),
)


def costs(chosen):
    """What each knob costs when it is left, all tuned less one left, a family a knob."""
    tables = [
        analysis.compare(
            rows[rows.left.isin([TUNED, knob])],
            "accuracy",
            arm="left",
            within=("dataset", "net", "loss"),
            against=TUNED,
        )
        for _, rows in chosen.groupby("net", sort=False)
        for knob in CALLED.values()
    ]
    return pd.concat(tables, ignore_index=True)


def lost(trials):
    """Points of mean validation accuracy below each loss's best, one row a cell.

    What diverged is missing.
    """
    cell = ["dataset", "net", "loss"]
    tuned = trials[trials.left == TUNED]
    means = 100 * tuned.groupby([*cell, *AXES]).validation_accuracy.mean()
    best = means.groupby(level=cell).transform("max")
    return (best - means).rename("lost").reset_index()


def common(cells):
    """The cells that the first grid has, which all losses share."""
    shared = [cells[axis].isin(values) for axis, values in AXES.items()]
    return cells[np.logical_and.reduce(shared)]


def good_rates(cells):
    """The middle of the rates within a point of the best, at each scale.

    Args:
        cells: The table of `lost`; of each scale the best in it counts.

    Returns:
        The geometric mean by data set, net and loss, one column a scale.
    """
    row = ["dataset", "net", "loss", SCALE]
    least = cells.groupby([*row, RATE]).lost.min()
    near = least[least - least.groupby(level=row).transform("min") <= NEAR]
    rates = near.reset_index(RATE)[RATE]
    return np.exp(np.log(rates).groupby(level=row).mean()).unstack(SCALE)


def maps(cells, down, title):
    """A loss's cells as a map, one row of panels a data set, the best one starred.

    Args:
        cells: Rows of `lost` of one net.
        down: The axis that goes down; of the third axis each cell has its best value.
        title: The finding.
    """
    names = [each.name for each in EXPERIMENT.datasets]
    figure, axes = panels(
        len(names) * len(LOSSES), title, width=2.0, height=2.2, rows=len(names)
    )
    places = [(name, loss) for name in names for loss in LOSSES]
    for axis, (name, loss) in zip(axes, places, strict=True):
        own = cells[(cells.dataset == name) & (cells.loss == loss)]
        shade(axis, own.groupby([down, RATE]).lost.min().unstack())
        axis.set_title(loss if name == names[0] else "", fontsize=10)
        if loss == next(iter(LOSSES)):
            axis.set_ylabel(f"{name}\n{LONG[down]}")
    figure.supxlabel(
        "learning rate; points of validation accuracy below the loss's best, a star; the "
        f"darker the better, blank from {DEEPEST:g} on"
    )
    return figure


def shade(axis, table):
    """Points lost, the darker the fewer, with their numbers; the best is a star."""
    values = table.to_numpy()
    axis.imshow(values, cmap="Blues_r", vmin=-2, vmax=DEEPEST, aspect="auto")
    for place in zip(*np.nonzero(values < DEEPEST), strict=True):
        value = values[place]
        axis.text(
            *place[::-1],
            f"{value:.{0 if value > NEAR else 1}f}" if value else "\u2605",
            color="white" if value < DEEPEST / 2 else "black",
            weight="bold" if value <= NEAR else "normal",
            fontsize=8,
            ha="center",
            va="center",
        )
    ticks = map("{:g}".format, table.columns)
    axis.set_xticks(range(len(table.columns)), ticks, rotation=90)
    axis.set_yticks(range(len(table)), map("{:g}".format, table.index))
    axis.tick_params(labelsize=9)
    axis.grid(False)


def judged(summary):
    """The order of two losses on images, tuned alike here."""
    images = summary[summary.dataset == FASHION.name]
    text, claimed = "{} ahead of {} on images", [("cross-entropy", "squared error")]
    for net, rows in images.groupby("net", sort=False):
        where = f"{FASHION.name}, {net}"
        yield from claims.orders(text, "Hui and Belkin 2021", rows, claimed, where)


def dearest(by_loss):
    """The knobs, from the one that costs most to leave."""
    return list(by_loss.mean().sort_values(ascending=False).index)


def priced(by_loss):
    """What each knob costs to leave, over losses, in words, the dearest knob first."""
    return ", ".join(
        f"{knob} {words.short(costs.min(), 'points')} to "
        f"{words.short(costs.max(), 'points')} ({costs.idxmax()})"
        for knob, costs in by_loss[dearest(by_loss)].items()
    )


def drawn(cells, net):
    """The maps of one net, with what each shows as its title."""
    own = cells[cells.net == net]
    rates = np.log(good_rates(own).reindex(columns=SCALES))
    less, more = (np.exp((rates[s] - rates[1.0]).mean()) for s in (0.1, 10.0))
    losses = own.groupby(["dataset", "loss"])
    plain = own[own[DECAY] == 0].groupby(["dataset", "loss"]).lost.min() <= NEAR
    start = f"{net.capitalize()} net" if net == "plain" else f"With {net}"
    stem = net.replace(" ", "_")
    return {
        f"scale_{stem}": maps(
            own,
            SCALE,
            f"{start}: at a tenth of the scale good rates are {less:.1f} times as high, "
            f"at ten times {more:.1f} times",
        ),
        f"decay_{stem}": maps(
            own,
            DECAY,
            f"{start}: without weight decay {plain.sum()} of {losses.ngroups} searches "
            "get within a point of their best",
        ),
    }


def findings(results):
    chosen = results.chosen()
    chosen = chosen.assign(net=chosen.model.map(NETS))
    tuned = chosen[chosen.left == TUNED]
    summary = analysis.compare_parts(tuned, "accuracy", part="net", arm="loss")
    models = {net: model for model, net in NETS.items()}
    summary = summary.assign(model=summary.net.map(models), left=TUNED)
    normalised = analysis.compare(
        tuned, "accuracy", arm="net", within=("dataset", "loss")
    )
    knobs = costs(chosen)
    by_loss = knobs.pivot_table("difference", "loss", "b", sort=False)
    tried = (results.pilot or results).trials
    cells = lost(tried.assign(net=tried.model.map(NETS)))
    near = common(cells).assign(near=lambda table: table.lost <= NEAR)
    shares = near.groupby(["dataset", "net", "loss"], sort=False).near.mean()
    best = ["dataset", "net", "loss", *AXES]
    means = analysis.described(tuned, "accuracy", best)
    seen = {knob: words.tally(rows) for knob, rows in knobs.groupby("b", sort=False)}
    bars = knobs.pivot_table("difference", ["loss", "net"], "b", sort=False)
    bars = bars.reset_index()
    bars["search"] = bars.loss + ", " + bars.net
    told = priced(by_loss)
    return lab.Findings(
        sentence=f"Points lost with one knob left: {told}; n = {tuned.seed.nunique()}.",
        notes=f"Left at Keras' default and all others tuned again: "
        f"{words.listed(seen, '{0}, {1}')}. Within {NEAR:g} point of a loss's best "
        f"validation accuracy lie {words.listed(region(shares), '{1} of the grid ({0})')}. "
        f"With and without batch normalisation, {words.tally(normalised)}. Each loss at "
        f"its best beside each other, {words.tally(summary)}. In the maps, points of "
        "validation accuracy below the best of each loss, a star, over the seeds of the "
        "pilot, the third knob at its best in each cell; in the tables, test accuracy "
        "over other seeds.\n\n" + words.markdown(means),
        overturned="nets trained for many times as many steps that lose less than a point "
        "at Adam's default rate, or noisier sets on which a net without weight decay falls "
        "more than a point behind.",
        means="With few steps to train, tune in this order, and anew for each "
        f"loss: {', '.join(dearest(by_loss))}.",
        recipe="tune_the_rate",
        summary=summary,
        claims=claims.table(judged(summary)),
        tables={
            "knobs": knobs,
            "normalised": normalised,
            "best": means,
            "cells": cells,
            "near": shares.reset_index(name="share"),
            "rates": good_rates(cells).reset_index(),
        },
        figures={
            "knobs": figures.beside(
                bars,
                {knob: knob for knob in by_loss},
                title=f"Points lost with one knob left: {told}",
                by="search",
                xlabel="test accuracy lost, points, mean of both sets",
            ),
            **drawn(cells, "plain"),
            **drawn(cells, "batch normalisation"),
        },
    )


def region(shares):
    """The least and the largest share of the grid that is near the best, by net."""
    by_net = shares.groupby("net", sort=False)
    return {net: f"{own.min():.0%} to {own.max():.0%}" for net, own in by_net}


lab.main(__name__)
