"""The losses of a paper differ, and its claims are read off comparisons."""

import numpy as np
import pandas as pd
import pytest

from experiments.janocha import paper
from hinge_keras.lab import analysis

LABELS = np.array([0, 2, 1])
SCORES = np.random.default_rng(0).normal(size=(3, 3)).astype("float32")


def test_the_twelve_differ_but_for_a_factor_of_two():
    values = {name: float(loss(LABELS, SCORES)) for name, loss in paper.LOSSES.items()}
    assert len(values) == 12
    assert all(np.isfinite(value) for value in values.values())
    assert 2 * values["Chebyshev"] == pytest.approx(values["L1 of softmax"])


def test_claims_name_our_setting_and_follow_from_the_comparisons():
    names = list(paper.LOSSES)
    rows = [
        {
            "dataset": "d",
            "arm": name,
            "seed": s,
            "y": 0.01 * s + 0.1 * names.index(name),
        }
        for name in names
        for s in range(12)
    ]
    against = analysis.compare(pd.DataFrame(rows), "y", against="log")
    found = [*paper.inaccurate(against, "here"), *paper.robust(against, 0.4, "here")]
    assert [row["claim"] for row in found] == [
        "L1 is less accurate than log on clean labels",
        "Chebyshev is less accurate than log on clean labels",
        "L1 of softmax withstands 40% wrong labels better than log",
        "L2 of softmax withstands 40% wrong labels better than log",
    ]
    assert {row["on"] for row in found} == {"here"}
    verdicts = [row["verdict"] for row in found]
    assert verdicts == ["reversed"] * 2 + ["reproduced"] * 2
