"""Every figure, drawn from tables; trains nothing.

Each function takes a table and the finding that becomes its title, and returns a
matplotlib figure. Colours are Okabe and Ito's, safe for colour-blind readers,
and a loss keeps its colour across the panels of a figure.
"""

from hinge_keras.lab.plots.canvas import save
from hinge_keras.lab.plots.comparisons import (
    bars,
    beside,
    critical_difference,
    dots,
    gaps,
    heat,
)
from hinge_keras.lab.plots.relations import (
    curves,
    functions,
    guesses,
    lines,
    rates,
    reliability,
)
from hinge_keras.lab.plots.scores import margins, regions

__all__ = [
    "bars",
    "beside",
    "critical_difference",
    "curves",
    "dots",
    "functions",
    "gaps",
    "guesses",
    "heat",
    "lines",
    "margins",
    "rates",
    "regions",
    "reliability",
    "save",
]
