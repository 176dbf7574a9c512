"""Readings of scores, the AUROC of known over unknown, and what lies outside."""

import numpy as np
import pytest

import hinge_keras as hk
from experiments.outside import auroc, letters, readings
from hinge_keras.lab.data import sources


def test_the_readings_of_a_row():
    temperature = hk.Temperature()
    temperature.temperature = 2.0
    found = readings(np.array([[0.0, 5.0, 3.0]]), temperature)
    assert found["largest"] == pytest.approx([5])
    assert found["lead"] == pytest.approx([2])
    assert found["probability"] == pytest.approx([1 / (1 + np.exp(-1) + np.exp(-2.5))])


def test_the_auroc_counts_pairs_of_known_and_unknown():
    scores = {
        "validation": np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]),
        "test": np.array([[3.0, 0.0], [9.0, 8.5]]),
        "outside": np.array([[2.0, 0.0], [4.0, 3.0]]),
    }
    found = auroc(scores, np.array([0, 1, 1]))
    # By the largest score 3 > 2, 9 > 2 and 9 > 4; by the lead 3 > 2 and 3 > 1 alone.
    assert found == pytest.approx({"largest": 0.75, "lead": 0.5, "probability": 0.5})


def test_letters_outside_are_in_no_other_part(monkeypatch):
    x = np.arange(26 * 20, dtype=float)[:, None]
    y = np.repeat(np.arange(26), 20)
    monkeypatch.setattr("experiments.outside.tables.rows", lambda read: (x, y))
    splits = letters(0, (160, 80, 80))
    step = np.diff(np.unique(splits["train"][0]))[0]
    known = np.concatenate(
        [splits[part][0] for part in ("train", "validation", "test")]
    )
    outside, labels = splits["outside"]
    assert labels is None
    assert len(outside) == 80
    assert outside.min() > known.max() - step / 2


@pytest.mark.parametrize("seed", [0, 1])
def test_requests_of_no_intent_are_outside(seed):
    try:
        sources.locate("intents/clinc150/data_full.json.xz")
    except sources.MissingData:
        pytest.skip("the data set is not here")
    from experiments.outside import CLINC, INTENTS

    splits = CLINC.load(seed)
    x, labels = splits["outside"]
    assert (len(x), labels) == (1_000, None)
    assert set(splits["test"][1]) == set(range(INTENTS))
