"""Every figure, drawn from tables; trains nothing.

Each function takes a table and the finding that becomes its title, and returns a
matplotlib figure. Colours are Okabe and Ito's, safe for colour-blind readers,
and a loss keeps its colour across the panels of a figure.
"""

from hinge_keras.lab.figures.canvas import as_png
from hinge_keras.lab.figures.comparisons import (
    bars,
    beside,
    critical_difference,
    dots,
    gaps,
    heat,
)
from hinge_keras.lab.figures.relations import (
    curves,
    functions,
    lines,
    rates,
    reliability,
)
from hinge_keras.lab.figures.scores import margins, regions

__all__ = [
    "as_png",
    "bars",
    "beside",
    "critical_difference",
    "curves",
    "dots",
    "functions",
    "gaps",
    "heat",
    "lines",
    "margins",
    "rates",
    "regions",
    "reliability",
]
