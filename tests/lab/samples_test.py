"""The published samples are the losses, every one, at values that they take."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

import hinge_keras as hk
from hinge_keras.lab import gallery, samples

PUBLISHED = Path(__file__).parents[2] / "results" / "gallery" / "samples.csv"


def published():
    return pd.read_csv(PUBLISHED, keep_default_na=False)


def test_every_loss_is_sampled_at_its_defaults():
    rows = published()
    names = {type(loss).__name__ for loss in gallery.every_loss()}
    assert set(rows.loss[rows.default]) == set(rows.loss) == names


def test_the_published_samples_are_what_the_losses_give():
    rows = published()
    losses = [hk.Hinge(), hk.PsiM(), hk.CrammerSinger(), hk.AsymmetricMargin()]
    for loss in losses:
        fresh = samples.samples([loss])
        kept = rows[rows.loss == type(loss).__name__].reset_index(drop=True)
        assert fresh["arguments"].tolist() == kept["arguments"].tolist()
        for old, new in zip(kept["values"], fresh["values"], strict=True):
            np.testing.assert_allclose(
                np.array(old.split(), float), np.array(new.split(), float), 1e-3, 1e-4
            )


def test_a_sample_of_the_hinge_is_its_formula():
    rows = published()
    for row in rows[rows.loss == "Hinge"].to_dict("records"):
        values = np.array(row["values"].split(), float)
        m = np.linspace(row["start"], row["end"], len(values))
        set_to = json.loads(row["arguments"])
        told = np.maximum(0, set_to["margin"] - m) ** set_to["power"]
        np.testing.assert_allclose(values, told, 1e-3, 1e-4)
