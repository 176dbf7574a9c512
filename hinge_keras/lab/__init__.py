"""The laboratory: grids of trials, paired statistics, figures and pages."""

from hinge_keras.lab import run
from hinge_keras.lab.experiment import Experiment, Trial, full
from hinge_keras.lab.report import Findings

__all__ = ["Experiment", "Findings", "Trial", "full", "run"]
