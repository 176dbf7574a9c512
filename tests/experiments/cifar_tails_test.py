"""Tails end where they say, and each claim is asked at each ratio."""

import numpy as np
import pandas as pd
import pytest

from experiments.cifar import tails
from hinge_keras.lab.data import decoding


@pytest.mark.parametrize("ratio", tails.RATIOS)
def test_the_last_class_has_its_share_of_the_first(ratio, monkeypatch):
    y, pixels = np.arange(6_000) % 10, np.zeros((6_000, 2, 2, 3), np.uint8)
    monkeypatch.setattr(decoding, "cifar10", lambda source: ((pixels, y), (pixels, y)))
    counts = tails.tailed(ratio).class_counts()
    assert counts[0] == 400
    assert counts[-1] == 400 // ratio
    assert (np.diff(counts) < 0).all()


def test_each_claim_is_asked_at_each_ratio():
    rows = [
        {"dataset": name, "measure": "accuracy", "a": tails.PLAIN, "b": arm}
        | {"difference": -1.0, "low": -2.0, "high": -0.5, "p": 0.01, "family": 5}
        | {"finding": "lower", "better": arm, "pairs": 10, "unit": "points"}
        | {"within": 1.0, "marks": "", "wins": 0.0, "p_equal": 0.5, "detectable": 0.5}
        for name in ("ratio 10", "ratio 100")
        for arm in (*tails.CLAIMED, "focal")
    ]
    found = list(tails.judged(pd.DataFrame(rows)))
    assert [(each["source"], each["on"]) for each in found] == [
        (source, name)
        for name in ("ratio 10", "ratio 100")
        for source in tails.CLAIMED.values()
    ]
