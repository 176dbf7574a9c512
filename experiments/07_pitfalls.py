"""What misleads people who train with a hinge?

Fifteen pitfalls of posts, documentation and code, each shown by a number that
one sees and the number that is true. None needs a trained network; each is
recomputed here and asserted by a test.
"""

import pandas as pd

from hinge_keras.lab import Findings, plots, run
from hinge_keras.lab.pitfalls import PITFALLS


def rows():
    """Every pitfall: its number, what is true, and what to do instead."""
    for name, show, instead in PITFALLS:
        seen, true = show()
        yield {
            "pitfall": name,
            "what": show.__doc__.splitlines()[0],
            "seen": seen,
            "true": true,
            "instead": instead,
        }


def findings(results):
    table = pd.DataFrame(rows())
    shares = table[table.pitfall.isin(["P1", "P7"])].assign(
        place=["accuracy of -1/+1 labels", "argmax(sign) on digits"]
    )
    one, seven = shares.seen
    title = f"Measured soundly {one:.2f} is {shares.true.iloc[0]:.2f}, "
    title += f"and {seven:.2f} is {shares.true.iloc[1]:.2f}"
    return Findings(
        sentence=f"{len(table)} pitfalls, each with its number: today's `accuracy` gives "
        f"perfect scores {one:.2f}, decoding by sign costs a digit classifier "
        f"{100 * (shares.true.iloc[1] - seven):.0f} points, and neither is the loss's fault.",
        notes="`seen` is what the pitfall shows, `true` what a sound measure shows on the "
        "same scores (for P9 and P10: the bar to pass and the scaled inputs). A missing "
        "`seen` is an error raised.",
        summary=table,
        figures={
            "two_metrics": plots.beside(
                shares,
                title,
                "place",
                {"seen": "as people measure it", "true": "measured soundly"},
                "accuracy",
            )
        },
    )


if __name__ == "__main__":
    run.script(__file__)
