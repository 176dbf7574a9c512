"""Is what everybody repeats about the hinge true?

Encyclopedias, posts, lecture notes and answers say the same few things of the hinge,
mostly without a number: that it grows exponentially, is sparse, has no probabilities,
is hard to optimise, needs a large learning rate. Each statement is paraphrased here with
its source, predicts a range for one number, and is judged by where that number lies, in
each case that was measured. Values and slopes are exact, fits and nets have 20 seeds.
"""

import math

from experiments.repeated import fits, nets, posts, shape
from experiments.repeated.board import board
from experiments.repeated.statement import DEPENDS, FALSE, TRUE, judged
from hinge_keras import lab
from hinge_keras.lab import analysis, figures
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.page import words

EXPERIMENT = nets.EXPERIMENT


def answers(results):
    """Every statement with what was measured."""
    exact = [*shape.STATEMENTS, *fits.STATEMENTS]
    return [
        *((statement, statement.measured()) for statement in exact),
        *((statement, statement.measured(results)) for statement in nets.STATEMENTS),
    ]


def summed_up(cases):
    """One row a statement: its cases in words."""
    told = cases.assign(measured=[in_words(row) for row in cases.to_dict("records")])
    by = ["verdict", "statement", "measured", "predicts", "number", "source", "link"]
    found = told.groupby("statement", sort=False).agg(
        {name: "first" for name in by if name not in ("statement", "measured")}
        | {"measured": "; ".join}
    )
    return found.reset_index()[by]


def in_words(row):
    """A case and its number, with its interval if it has one."""
    if not row["seeds"]:
        return ""
    ends = (row["low"], row["high"]) if row["seeds"] > 1 else (math.nan, math.nan)
    return f"{row['case']}: {words.interval(row['value'], *ends)}".removeprefix(": ")


def findings(results):
    cases = judged(answers(results))
    summary = summed_up(cases)
    counts = summary.verdict.value_counts().reindex(
        [TRUE, FALSE, DEPENDS], fill_value=0
    )
    true, false, depends = counts
    verdicts = f"Of {len(summary)} statements {true} are true, {false} false, "
    verdicts += f"{depends} depend"

    trials = nets.with_solved(results.trials)
    shares = analysis.shares(trials, "solved", "arm")
    solved = shares.set_index("arm").solved
    curves = results.curves(trials)
    courses = posts.placed(posts.published(), curves)
    whole = posts.verdicts(courses, curves[curves.solved])
    slopes = shape.slopes_below_the_margin()
    seen = courses[courses.column.str.startswith("train")].seen
    return lab.Findings(
        sentence=f"{verdicts}; rate {nets.DEFAULT} solves the circles post on "
        f"{solved['hinge, default rate']} of {shares.seeds.max()} seeds, its own "
        f"{nets.POST} on {solved['hinge, tanh']}.",
        notes=NOTES.format(
            growth=words.cell(float(cases.value.iloc[0])),
            whole=words.listed(whole, "{0}: {1}"),
        ),
        overturned="for a statement called false, a case of its own in which it holds; "
        "for one called true, a case that breaks it: it then depends.",
        means="Look a statement on the hinge up in the table before you repeat "
        "it: some are false, and some depend on the case.",
        recipe="look_at_a_loss",
        summary=summary,
        tables={"cases": cases, "courses": courses, "solved": shares},
        claims=claims.table(nets.judged(trials)),
        figures={
            "board": board(
                cases, f"{verdicts}, the others are undecided or not measured"
            ),
            "shapes": figures.functions(
                shape.drawn(),
                title="Below margin 1 the hinge grows "
                f"{'linearly' if len(slopes) == 1 else 'in bends'}: its slope is "
                f"{', '.join(map('{:g}'.format, slopes))}",
                y=("loss", "slope"),
            ),
            "courses": posts.drawn(
                courses,
                curves,
                f"{seen.mean():.0%} of the published epochs lie within the range of our "
                "seeds",
            ),
        },
    )


NOTES = """A statement predicts a range of numbers and is true if what was measured lies
inside, false if outside, and it depends if cases differ; undecided cases, whose interval
lies across an end of the range, are left out where others decide. All intervals of seeds
are one family. Below the margin the tenth unit adds
{growth} times what the first does. As a whole the published courses are,
among our solved seeds: {whole}. What is not measured here says
why; `robustness`, `probabilities`, `sparsity`, `tang` and `across_data` measure more of
outliers, calibration, support vectors, top layers and accuracy."""


lab.main(__name__)
