"""A trained model with all that turns a user's rows into its inputs, to keep and use."""

import json
import pickle
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

import hinge_keras
from hinge_keras.calibration import Platt, Temperature, fitted
from hinge_keras.lab.compare.data import Encoding
from hinge_keras.lab.compare.held_out import decided
from hinge_keras.lab.compare.splits import cut, together
from hinge_keras.lab.grid import seeds
from hinge_keras.lab.tables.schema import RATE
from hinge_keras.lab.training import fit

SHARE = 0.8  # Of the rows, what a kept model is trained on.
MODEL, ENCODING, CARD = "model.keras", "encoding.pickle", "card.json"


@dataclass(frozen=True, eq=False)
class Predictor:
    """A trained Keras model, and what turns raw rows into its inputs.

    Attributes:
        model: The Keras model, of encoded inputs.
        encoding: From raw rows to those.
        classes: What each class number stands for; none of a regression.
        probabilities: From scores to probabilities; `None` of a regression.
        threshold: The score above which two classes are decided for the second.
        centre, unit: Of the targets of a regression.
        card: What it is: loss, rate, rows, versions.
    """

    model: keras.Model
    encoding: Encoding
    classes: np.ndarray
    probabilities: Platt | Temperature | None
    threshold: float
    centre: float
    unit: float
    card: dict[str, Any]

    def scores(self, x) -> np.ndarray:
        """Raw scores of raw rows, `(rows, outputs)`."""
        return self.model.predict(self.encoding.of_raw(x), batch_size=4096, verbose=0)

    def predict(self, x) -> np.ndarray:
        """Labels, or targets in their own units, `(rows,)`.

        Args:
            x: Rows as `hk.compare` took them; a table may hold further columns.
        """
        scores = self.scores(x)
        if self.probabilities is None:
            return scores[:, 0] * self.unit + self.centre
        return self.classes[decided(scores, self.threshold)]

    def predict_proba(self, x) -> np.ndarray:
        """Probabilities of the classes, calibrated on rows left out, `(rows, classes)`."""
        if self.probabilities is None:
            raise ValueError("y is a regression; accepted are labels of classes.")
        p = self.probabilities(self.scores(x))
        return np.hstack([1 - p, p]) if p.shape[1] == 1 else p

    def save(self, path) -> None:
        """Write all of it to one file, which `Predictor.load` reads."""
        kept = {n: v for n, v in vars(self).items() if n not in ("model", "card")}
        with tempfile.TemporaryDirectory() as folder:
            model = Path(folder) / MODEL
            self.model.save(model)
            with zipfile.ZipFile(path, "w") as file:
                file.write(model, MODEL)
                file.writestr(ENCODING, pickle.dumps(kept))
                file.writestr(CARD, json.dumps(self.card, indent=1))

    @classmethod
    def load(cls, path) -> "Predictor":
        """Read what `save` wrote. It holds a pickle: read only files that you trust."""
        with zipfile.ZipFile(path) as file, tempfile.TemporaryDirectory() as folder:
            model = keras.models.load_model(file.extract(MODEL, folder), compile=False)
            kept = pickle.loads(file.read(ENCODING))
            return cls(model=model, card=json.loads(file.read(CARD)), **kept)


def trained(comparison, arm):
    """A `Predictor` of a loss at its chosen rate, trained as its trials were.

    On four fifths of all rows; the last fifth ends the training where the user said so,
    and turns scores to probabilities.
    """
    data, experiment = comparison.data, comparison.experiment
    rows = kept_rows(data, experiment.seeds[0])
    encoding = data.encoding(rows["train"])
    splits = data.parts_of(rows, encoding)
    chosen = comparison.chosen
    rate = float(chosen.loc[chosen.arm == arm, RATE].iloc[0])
    trial = next(
        t for t in experiment.trials() if t.arm == arm and t.learning_rate == rate
    )
    model, _ = fit.fitted(experiment, trial, splits)
    scores = model.predict(splits["validation"][0], batch_size=4096, verbose=0)
    numbers, regression = data.labels.numbers, data.is_regression
    return Predictor(
        model,
        encoding,
        data.labels.classes,
        None if regression else fitted(scores, numbers[rows["validation"]]),
        comparison.threshold,
        float(numbers.mean()) if regression else 0.0,
        float(numbers.std()) if regression else 1.0,
        {
            "loss": arm,
            "learning_rate": rate,
            "epochs": experiment.epochs,
            "rows": len(rows["train"]),
            "answer": comparison.recommendation(),
            "hinge_keras": hinge_keras.__version__,
            "keras": keras.__version__,
        },
    )


def kept_rows(data, seed):
    """The rows to train on and those to calibrate with, what belongs together on a side."""

    def draw(units, numbers):
        return cut(seeds.stream(seed, "kept"), units, numbers, SHARE)

    return together(data.labels, np.arange(data.rows), data.units, draw)
