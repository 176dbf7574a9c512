"""Do top-K losses made for five guesses find a traffic sign among five more often?

A top-K loss of five guesses has to be chosen and judged by five: of one guess it promises
nothing. Here linear heads on features that no label has shaped, those of `heads`, with the
losses of five guesses beside those that know of one, each with its rate and its own
parameters chosen by the mean over classes of five guesses on another seed's features and
tracks. With FULL=1 in the environment all images, 250 centroids in 16 regions and 300
components; by default a slice: 4,000 images, 40 centroids and 50 components.
"""

import dataclasses

import hinge_keras as hk
from experiments.traffic import heads
from experiments.traffic.heads import PLAIN, imbalanced, noised, smooth
from hinge_keras import lab
from hinge_keras.lab import analysis, figures
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.page import words

FULL = lab.full()
K = 5
# What is claimed to be ahead of cross-entropy, with five guesses.
CLAIMED = dict.fromkeys(
    (f"noised top-{K}", f"imbalanced top-{K}"), "Garcin et al. 2022"
)
BY_FIVE, BY_ONE = "macro_5", "macro_1"
MEASURES = {BY_FIVE: "five guesses", BY_ONE: "one guess"}
OF_ONE = [PLAIN, "logit adjustment", "cosine cross-entropy", "LDAM"]
KNOWN = {arm.name: arm for arm in heads.EXPERIMENT.arms}

EXPERIMENT = dataclasses.replace(
    heads.EXPERIMENT,
    arms=[*(KNOWN[name] for name in OF_ONE), smooth(K), noised(K), imbalanced(K)],
    seeds=range(8 if FULL else 12),
    # The first is the one that chooses.
    measures=[
        lab.Measure(BY_FIVE, lambda: hk.MacroTopKAccuracy(heads.CLASSES, K)),
        lab.Measure(BY_ONE, lambda: hk.MacroTopKAccuracy(heads.CLASSES, 1)),
    ],
)


def findings(results):
    chosen = results.chosen()
    summary = analysis.compare_each(
        chosen, MEASURES, against=PLAIN, search=results.search
    )
    means = analysis.percent(chosen, MEASURES, ["arm"])
    by_five = means[MEASURES[BY_FIVE]].sort_values(ascending=False)
    best, last = by_five.index[0], by_five.index[-1]
    five = summary[summary.measure == BY_FIVE]
    by_one = means[MEASURES[BY_ONE]].sort_values(ascending=False)
    return lab.Findings(
        sentence=heads.headline(by_five, "five guesses", chosen.seed.nunique()),
        notes=f"Images of the {heads.SIGNS.tags['copy']}. With five guesses "
        f"{words.standing(five, PLAIN)}. The same heads with one guess: "
        f"{words.listed(by_one, '{0} {1:.1f} %')}.",
        overturned="many more classes, or classes that look alike, where five guesses are "
        "wrong often enough for a loss of five to be ahead by more than seeds vary.",
        means=f"If five guesses are shown, choose rate and loss by five: {best} is best "
        f"here, {PLAIN} {by_five[best] - by_five[PLAIN]:.1f} points behind it."
        if best != PLAIN
        else f"If five guesses are shown, choose by five, and begin with {PLAIN}, best here.",
        recipe="top_k",
        summary=summary,
        claims=claims.table(heads.judged(summary, K, CLAIMED)),
        tables={"means": means.reset_index()},
        figures={
            "gaps": figures.gaps(
                five,
                title=f"{best} is first with {by_five.iloc[0]:.1f} % and {last} last "
                f"with {by_five.iloc[-1]:.1f} %, with five guesses",
                unit="points, mean over classes, five guesses",
            ),
        },
    )


lab.main(__name__)
