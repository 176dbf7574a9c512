"""Accuracy on the rarer half counts the later classes alone; halves make a whole."""

import numpy as np
import pandas as pd
import pytest

from experiments import long_tail


def test_only_the_later_half_of_the_classes_counts():
    scores = np.eye(4, dtype="float32")
    metric = long_tail.rarer_half()
    assert float(metric([0, 1, 2, 3], scores)) == pytest.approx(1.0)
    metric.reset_state()
    # Both common classes wrong: nothing lost. One rare class wrong: half is.
    assert float(metric([1, 0, 2, 3], scores)) == pytest.approx(1.0)
    metric.reset_state()
    assert float(metric([0, 1, 3, 3], scores)) == pytest.approx(0.5)


def test_the_best_over_all_classes_is_told_beside_the_plain_loss():
    means = pd.DataFrame(
        [(70.0, 80.0, 60.0), (75.0, 79.0, 71.0)],
        columns=["top-1", "commoner half", "rarer half"],
        index=["cross-entropy", "LDAM"],
    )
    told = long_tail.told(means)
    assert told.startswith("LDAM has the highest mean over classes, 75.0 %")
    assert "71 % (60) on the rarer half" in told
