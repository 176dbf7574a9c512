"""The laboratory: grids of trials, paired statistics, figures and pages.

A study is a script: a question in its docstring, an `EXPERIMENT`, a function
`findings(results)`, and at its end `lab.main(__name__)`. Nothing is loaded before it
is used, so that a run with nothing to do starts no backend.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hinge_keras.lab.grid.arm import Arm
    from hinge_keras.lab.grid.experiment import Experiment, full
    from hinge_keras.lab.grid.trial import Pilot, Trial
    from hinge_keras.lab.page.findings import Findings
    from hinge_keras.lab.results import Results
    from hinge_keras.lab.study import main
    from hinge_keras.lab.tables.schema import Measure
    from hinge_keras.lab.training import engines

HOMES = {
    "Arm": "grid.arm",
    "Experiment": "grid.experiment",
    "Findings": "page.findings",
    "Measure": "tables.schema",
    "Pilot": "grid.trial",
    "Results": "results",
    "Trial": "grid.trial",
    "engines": "training",
    "full": "grid.experiment",
    "main": "study",
}

__all__ = [
    "Arm",
    "Experiment",
    "Findings",
    "Measure",
    "Pilot",
    "Results",
    "Trial",
    "engines",
    "full",
    "main",
]


def __getattr__(name):
    if name in HOMES:
        return getattr(importlib.import_module(f"{__name__}.{HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *__all__})
