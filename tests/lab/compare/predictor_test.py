"""A kept model scores a raw table in a new process as it did before."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import hinge_keras as hk
from hinge_keras.lab.compare import predictor

QUICK = {"seeds": 2, "learning_rates": 0.1, "epochs": 10, "verbose": False}

SCORES = """
import sys
import numpy as np
import pandas as pd
import hinge_keras as hk

kept = hk.Predictor.load(sys.argv[1])
rows = pd.read_csv(sys.argv[2])
np.save(sys.argv[3], kept.scores(rows))
print(*kept.predict(rows))
"""


def visits(rows=200):
    """A raw table of every kind of column, and what it decides."""
    rng = np.random.default_rng(0)
    days = pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 600, rows), "D")
    value = rng.normal(size=rows)
    frame = pd.DataFrame(
        {
            "visit": [f"v{i}" for i in range(rows)],
            "day": days.strftime("%Y-%m-%d"),
            "pay": [f"{v:,.2f}" for v in 20_000 + 5_000 * value],
            "kind": rng.choice(["new", "old", None], rows),
            "note": [
                f"the {a} was {'fine' if v > 0 else 'poor'} at the {b}"
                for a, b, v in zip(
                    *rng.choice(["room", "food"], (2, rows)), value, strict=True
                )
            ],
            "gaps": np.where(rng.random(rows) < 0.2, np.nan, value),
        }
    )
    return frame, np.where(value > 0.3, "stays", "leaves")


@pytest.fixture(scope="module")
def kept():
    return hk.compare(None, *visits(), ["hinge"], **QUICK).best


def test_it_predicts_labels_and_probabilities_of_raw_rows(kept):
    frame, y = visits()
    predicted, p = kept.predict(frame), kept.predict_proba(frame)
    assert np.mean(predicted == y) > 0.9
    np.testing.assert_allclose(p.sum(axis=1), 1)
    assert np.mean(kept.classes[p.argmax(axis=1)] == y) > 0.9
    assert kept.card["loss"] == "hinge"
    assert kept.card["rows"] == 160


def test_a_new_process_scores_a_raw_file_row_for_row_as_before(kept, tmp_path):
    frame, _ = visits()
    kept.save(tmp_path / "visits.model")
    frame.assign(further=1).to_csv(tmp_path / "visits.csv", index=False)
    files = [tmp_path / name for name in ("visits.model", "visits.csv", "scores.npy")]
    told = subprocess.run(
        [sys.executable, "-c", SCORES, *map(str, files)],
        capture_output=True,
        text=True,
        check=True,
    )
    np.testing.assert_array_equal(told.stdout.split(), kept.predict(frame))
    np.testing.assert_allclose(np.load(files[2]), kept.scores(frame), atol=1e-5)


def test_rows_without_a_column_are_refused(kept):
    with pytest.raises(ValueError, match="pay"):
        kept.predict(visits()[0].drop(columns="pay"))


def test_several_inputs_are_taken_as_they_were_given():
    import keras

    def build():
        left, right = keras.Input((2,), name="left"), keras.Input((2,), name="right")
        joined = keras.layers.Concatenate()([left, right])
        return keras.Model(
            {"left": left, "right": right}, keras.layers.Dense(1)(joined)
        )

    x = np.random.default_rng(0).normal(size=(200, 4))
    inputs = {"left": x[:, :2], "right": x[:, 2:]}
    kept = hk.compare(build, inputs, x[:, 3] > 0, ["hinge"], **QUICK).best
    assert np.mean(kept.predict(inputs) == (x[:, 3] > 0)) > 0.9


def test_copies_of_a_row_stay_on_one_side_of_what_is_kept():
    rows, y = np.repeat(np.arange(60.0), 3)[:, None], np.repeat(np.arange(60) % 2, 3)
    given = hk.compare(None, rows, y, ["hinge"], **QUICK).data
    parts = predictor.kept_rows(given, 0)
    train, held = (set(rows[parts[name], 0]) for name in ("train", "validation"))
    assert not train & held
    assert len(train) == 48
