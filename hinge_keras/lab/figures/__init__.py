"""Every figure, drawn from tables; trains nothing.

Each function takes a table and the finding that becomes its title, and returns a
matplotlib figure. A loss has one colour in all of them (`colours.py`); in maps dark is
good, and a grey band is what does not matter.
"""

from hinge_keras.lab.figures.canvas import as_files, as_png, as_svg
from hinge_keras.lab.figures.comparisons import (
    bars,
    beside,
    critical_difference,
    dots,
    gaps,
    heat,
    places,
)
from hinge_keras.lab.figures.relations import (
    curves,
    functions,
    lines,
    rates,
    reliability,
)
from hinge_keras.lab.figures.scores import margins, missed, regions

__all__ = [
    "as_files",
    "as_png",
    "as_svg",
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
    "missed",
    "places",
    "rates",
    "regions",
    "reliability",
]
