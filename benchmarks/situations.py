"""Sixty-odd situations in which people call `hk.compare`, and what they see.

    python -m benchmarks.situations          # trains all; writes situations.csv

Each is a call and a phrase that its outcome must hold: the refusal, or the answer with
what is told of the data. `tests/lab/compare/situations_test.py` runs the same list.
"""

import contextlib
import decimal
import io
import pickle
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import scipy.sparse

import hinge_keras as hk
from benchmarks.tables import write

TABLE = Path(__file__).with_name("situations.csv")
ROWS = 200
QUICK = {
    "losses": ["cross_entropy", "hinge"],
    "seeds": 6,
    "learning_rates": 0.03,
    "epochs": 15,
}


@dataclass(frozen=True)
class Situation:
    """A call, by what is special about it, and a phrase of what its caller sees.

    Attributes:
        name: What is special.
        arguments: Makes the arguments of `hk.compare`.
        sees: A phrase of the refusal or the answer.
        refused: Whether it is a refusal.
        after: What is done with the comparison, whose text is seen too.
        needs: A package that it cannot do without, beside the library's own.
    """

    name: str
    arguments: Callable[[], dict]
    sees: str
    refused: bool = False
    after: Callable = repr
    needs: str = ""


def seen(situation, **quick):
    """What the caller of a situation sees: all that is told, or the refusal."""
    stream = io.StringIO()
    arguments = {"build_model": None, **QUICK, **quick, **situation.arguments()}
    try:
        with contextlib.redirect_stdout(stream):
            found = hk.compare(**arguments)
            told = str(situation.after(found))
    except ValueError as error:
        return f"refused: {error}"
    columns = "" if found.columns.empty else found.columns.to_string()
    return "\n".join([stream.getvalue(), columns, told])


def rng():
    return np.random.default_rng(0)


def numbers(rows=ROWS, columns=4):
    return rng().normal(size=(rows, columns))


def labels(rows=ROWS):
    """Of which the first of the `numbers` decides all."""
    return np.where(numbers(rows)[:, 0] > 0, "yes", "no")


def table(**more):
    """A table of numbers with further columns, and labels that the numbers decide."""
    frame = pd.DataFrame(numbers(), columns=list("abcd"))
    return {"x": frame.assign(**more), "y": labels()}


def noise(rows=ROWS):
    """Inputs that say nothing of the labels."""
    return {"x": numbers(rows)[:, 1:], "y": labels(rows)}


def linear(outputs=1, activation=None):
    def build(input_shape):
        last = keras.layers.Dense(outputs, activation)
        return keras.Sequential([keras.Input(input_shape), last])

    return build


class Subclassed(keras.Model):
    """A model of one's own class."""

    def __init__(self):
        super().__init__()
        self.score = keras.layers.Dense(1)

    def call(self, inputs):
        return self.score(inputs)


def ending_in(function):
    def build(input_shape):
        given = keras.Input(input_shape)
        return keras.Model(given, function(keras.layers.Dense(1)(given)))

    return build


def two_inputs(input_shape=None):
    left, right = keras.Input((2,), name="left"), keras.Input((2,), name="right")
    joined = keras.layers.Concatenate()([left, right])
    return keras.Model({"left": left, "right": right}, keras.layers.Dense(1)(joined))


def halves():
    return {"left": numbers()[:, :2], "right": numbers()[:, 2:]}


def batches(weights=None, repeat=None):
    """A data set of TensorFlow's."""
    import tensorflow as tf

    parts = (numbers(), (labels() == "yes") * 1)
    if weights is not None:
        parts = (*parts, weights)
    found = tf.data.Dataset.from_tensor_slices(parts).batch(32)
    return found if repeat is None else found.repeat(*repeat)


def loader():
    """A data loader of PyTorch's."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    x, y = torch.tensor(numbers()), torch.tensor((labels() == "yes") * 1)
    return DataLoader(TensorDataset(x, y), batch_size=32)


class Sequence(keras.utils.PyDataset):
    """A data set of Keras' own."""

    def __len__(self):
        return 5

    def __getitem__(self, place):
        rows = slice(40 * place, 40 * (place + 1))
        return numbers()[rows], (labels() == "yes")[rows] * 1


def sentences():
    """Reviews of which one word decides."""
    words = np.array(["film", "story", "actor", "scene", "music", "ending"])
    opinions = np.where(labels() == "yes", "wonderful", "dreadful")
    drawn = rng().choice(words, (ROWS, 3))
    rows = zip(drawn, opinions, strict=True)
    return [f"the {a} and the {b} were {o} in that {c}" for (a, b, c), o in rows]


def dates():
    """Days of which the year decides."""
    late = np.where(labels() == "yes", 400, 0) + rng().integers(0, 300, ROWS)
    return pd.Timestamp("2020-01-01") + pd.to_timedelta(late, "D")


def only(**columns):
    """A table of those columns alone, beside one of noise."""
    return {"x": pd.DataFrame({"noise": numbers()[:, 1], **columns}), "y": labels()}


def accuracy(found):
    """The best mean accuracy of a loss, in a phrase that can be looked for."""
    means = found.means("accuracy")
    best = means.loc[means.arm.isin(found.arms), "mean"].max()
    told = "accuracy above .9" if best > 0.9 else f"accuracy {best:.3f}"
    return f"{told}\n{found!r}"


def pickled(found):
    return pickle.loads(pickle.dumps(found))


def of_a_name(name):
    return lambda found: found.summary(name)


SITUATIONS = [
    # What columns are.
    Situation(
        "a text column that names the rows",
        lambda: table(patient=[f"p{i}" for i in range(ROWS)]),
        "set aside: 'patient'",
    ),
    Situation(
        "a column that counts the rows",
        lambda: table(row=np.arange(ROWS)),
        "set aside: 'row'",
    ),
    Situation(
        "numbers whose name says id",
        lambda: table(customer_id=rng().permutation(10**6)[:ROWS]),
        "set aside: 'customer_id'",
    ),
    Situation(
        "an identifier that is to be used",
        lambda: table(row=np.arange(ROWS)) | {"columns": {"row": "number"}},
        "on request",
    ),
    Situation(
        "sentences that decide",
        lambda: only(review=sentences()),
        "accuracy above .9",
        after=accuracy,
    ),
    Situation(
        "a date that decides",
        lambda: only(day=dates()),
        "accuracy above .9",
        after=accuracy,
    ),
    Situation(
        "dates written as text",
        lambda: only(day=dates().strftime("%Y-%m-%d")),
        "accuracy above .9",
        after=accuracy,
    ),
    Situation(
        "times of day",
        lambda: table(at=pd.to_timedelta(rng().integers(0, 86400, ROWS), "s")),
        "date",
    ),
    Situation(
        "periods",
        lambda: only(month=dates().to_period("M")),
        "accuracy above .9",
        after=accuracy,
    ),
    Situation(
        "dates with a time zone",
        lambda: only(day=dates().tz_localize("UTC")),
        "accuracy above .9",
        after=accuracy,
    ),
    Situation(
        "decimals",
        lambda: only(
            price=[decimal.Decimal(str(round(v, 2))) for v in numbers()[:, 0]]
        ),
        "accuracy above .9",
        after=accuracy,
    ),
    Situation(
        "numbers with commas, as text",
        lambda: only(pay=[f"{30000 + 9000 * v:,.0f}" for v in numbers()[:, 0]]),
        "accuracy above .9",
        after=accuracy,
    ),
    Situation(
        "shares with a sign, as text",
        lambda: only(rate=[f"{v:.1f}%" for v in numbers()[:, 0]]),
        "accuracy above .9",
        after=accuracy,
    ),
    Situation(
        "? for gaps",
        lambda: only(
            age=np.where(
                np.arange(ROWS) % 9 == 0, "?", numbers()[:, 0].round(2).astype(str)
            )
        ),
        "numbers written as text",
    ),
    Situation(
        "lists in cells",
        lambda: table(tags=[["a", "b"]] * ROWS),
        "x has lists in column 'tags'",
        True,
    ),
    Situation(
        "lists in cells, ignored",
        lambda: table(tags=[["a", "b"]] * ROWS) | {"ignore": ["tags"]},
        "on request",
    ),
    Situation(
        "a category of many values",
        lambda: table(
            town=rng().integers(0, 150, ROWS).astype(str)
            + np.array([" town"] * ROWS, dtype=object)
        ),
        "category",
    ),
    Situation(
        "codes with leading zeros",
        lambda: table(zip=[f"0{v}" for v in rng().integers(1000, 1020, ROWS)]),
        "category",
    ),
    Situation("truth values", lambda: table(member=numbers()[:, 1] > 0), "number"),
    Situation(
        "a constant and an empty column", lambda: table(same=1, none=np.nan), "constant"
    ),
    Situation(
        "a copy of y",
        lambda: table(outcome=np.where(labels() == "yes", "died", "lived")),
        "'outcome' says what y says, and is set aside",
    ),
    Situation(
        "a column that nearly says y",
        lambda: table(
            code=np.where(labels() == "yes", 1.0, 0.0) + 0.2 * rng().random(ROWS)
        ),
        "'code' alone tells y nearly always",
    ),
    Situation(
        "y is a column of the table",
        lambda: {"x": table()["x"].assign(label=labels()), "y": "label"},
        "accuracy above .9",
        after=accuracy,
    ),
    Situation(
        "only columns that are set aside",
        lambda: {"x": pd.DataFrame({"row": np.arange(ROWS)}), "y": labels()},
        "x has no column left",
        True,
    ),
    Situation(
        "a column that is not there",
        lambda: table() | {"ignore": ["e"]},
        "accepted are",
        True,
    ),
    # Rows.
    Situation(
        "rows repeated ten times",
        lambda: {
            "x": np.tile(noise(40)["x"], (10, 1)),
            "y": np.tile(noise(40)["y"], 10),
        },
        "360 of 400 rows repeat another",
    ),
    Situation(
        "a data set repeated twice",
        lambda: {"x": batches(repeat=(2,))},
        "200 of 400 rows repeat another",
    ),
    Situation(
        "a data set without end", lambda: {"x": batches(repeat=())}, "without end", True
    ),
    Situation(
        "2 % of one class",
        lambda: {"x": numbers(600), "y": np.where(np.arange(600) % 50, "ok", "fault")},
        "look at balanced_accuracy",
    ),
    Situation(
        "noise alone",
        noise,
        "none is seen to beat the usual answer",
    ),
    Situation(
        "patients in several rows",
        lambda: table() | {"groups": np.repeat(np.arange(20), 10)},
        "hinge",
    ),
    Situation("rows in time", lambda: table() | {"time": np.arange(ROWS)}, "hinge"),
    Situation(
        "a test part of one's own",
        lambda: table() | {"test": np.arange(150, ROWS)},
        "hinge",
    ),
    Situation(
        "weights in batches",
        lambda: {"x": batches(weights=np.where(np.arange(ROWS) < 100, 1.0, 0.0))},
        "hinge",
        after=lambda found: f"{found.data.weight.sum():g} hinge",
    ),
    Situation(
        "weights of rows", lambda: table() | {"sample_weight": np.ones(ROWS)}, "hinge"
    ),
    Situation(
        "a negative weight",
        lambda: table() | {"sample_weight": -np.ones(ROWS)},
        "sample_weight",
        True,
    ),
    Situation(
        "weights of classes", lambda: table() | {"class_weight": "balanced"}, "hinge"
    ),
    # Labels.
    Situation(
        "one-hot labels",
        lambda: {"x": numbers(), "y": np.eye(2)[(labels() == "yes") * 1]},
        "accuracy above .9",
        after=accuracy,
    ),
    Situation(
        "several labels a row",
        lambda: {"x": numbers(), "y": np.ones((ROWS, 3))},
        "accepted",
        True,
    ),
    Situation(
        "targets that are numbers",
        lambda: {
            "x": numbers(),
            "y": numbers()[:, 0] + 0.1 * rng().normal(size=ROWS),
            "losses": None,
        },
        "epsilon_insensitive",
    ),
    Situation(
        "a hinge on numbers",
        lambda: {"x": numbers(), "y": numbers()[:, 0], "losses": ["hinge"]},
        "y is a regression",
        True,
    ),
    Situation(
        "labels in another order than the rows",
        lambda: table() | {"y": pd.Series(labels())[::-1]},
        "y has the index of x in another order",
        refused=True,
    ),
    Situation(
        "a missing label",
        lambda: {"x": numbers(), "y": [None, *labels()[1:]]},
        "y has a missing label",
        True,
    ),
    Situation(
        "one class",
        lambda: {"x": numbers(), "y": ["a"] * ROWS},
        "y holds only 'a'",
        True,
    ),
    Situation(
        "tuples as labels' type",
        lambda: {"x": tuple(map(tuple, numbers())), "y": tuple(labels())},
        "accuracy above .9",
        after=accuracy,
    ),
    # Inputs and models.
    Situation(
        "sparse rows",
        lambda: {"x": scipy.sparse.csr_matrix(numbers()), "y": labels()},
        "accuracy above .9",
        after=accuracy,
    ),
    Situation(
        "several inputs",
        lambda: {"x": halves(), "y": labels(), "build_model": two_inputs},
        "accuracy above .9",
        after=accuracy,
    ),
    Situation(
        "a loader of PyTorch's",
        lambda: {"x": loader()},
        "accuracy above .9",
        after=accuracy,
        needs="torch",
    ),
    Situation(
        "a PyDataset", lambda: {"x": Sequence()}, "accuracy above .9", after=accuracy
    ),
    Situation(
        "a model in place of a function",
        lambda: table() | {"build_model": linear()((4,))},
        "accuracy above .9",
        after=accuracy,
    ),
    Situation(
        "a subclassed model",
        lambda: table() | {"build_model": Subclassed},
        "accuracy above .9",
        after=accuracy,
    ),
    Situation(
        "images without a model",
        lambda: {"x": rng().random((ROWS, 8, 8, 1)), "y": labels()},
        "hinge",
    ),
    Situation(
        "a softmax layer",
        lambda: {
            "x": numbers(),
            "y": np.arange(ROWS) % 3,
            "build_model": lambda input_shape: keras.Sequential(
                [
                    keras.Input(input_shape),
                    keras.layers.Dense(3),
                    keras.layers.Softmax(),
                ]
            ),
        },
        "build_model",
        True,
    ),
    Situation(
        "a sigmoid of operations",
        lambda: table() | {"build_model": ending_in(keras.ops.sigmoid)},
        "build_model",
        True,
    ),
    Situation(
        "a head that ends in relu",
        lambda: table() | {"build_model": linear(1, "relu")},
        "build_model",
        True,
    ),
    Situation(
        "a head that ends in tanh",
        lambda: table() | {"build_model": linear(1, "tanh")},
        "build_model ends in a tanh",
        True,
    ),
    Situation(
        "two outputs for two classes",
        lambda: table() | {"build_model": linear(2)},
        "build_model has 2 outputs",
        True,
    ),
    Situation(
        "no model at all", lambda: table() | {"build_model": 5}, "build_model", True
    ),
    # Settings and what comes back.
    Situation("one loss", lambda: table() | {"losses": "hinge"}, "hinge alone"),
    Situation(
        "every training diverges",
        lambda: (
            table()
            | {
                "learning_rates": 1e12,
                "optimizer": "sgd",
                "losses": ["squared_hinge", "exponential"],
            }
        ),
        "No training ended with finite losses",
    ),
    Situation(
        "an unknown loss",
        lambda: table() | {"losses": ["foo"]},
        "losses contains 'foo'",
        True,
    ),
    Situation(
        "an unknown measure afterwards",
        lambda: table(),
        "accepted are those of",
        True,
        of_a_name("luck"),
    ),
    Situation(
        "numpy's integers as seeds",
        lambda: table() | {"seeds": list(np.arange(6))},
        "accuracy above .9",
        after=accuracy,
    ),
    Situation(
        "one rate without a list",
        lambda: table() | {"learning_rates": 0.03},
        "accuracy above .9",
        after=accuracy,
    ),
    Situation(
        "a metric that is made already",
        lambda: table() | {"metrics": [keras.metrics.AUC(name="auc")]},
        "auc",
        after=lambda found: found.means("auc").to_string() + "auc",
    ),
    Situation(
        "chosen by what is better when lower",
        lambda: (
            table()
            | {
                "metrics": {"hinge_value": hk.LossMetric(hk.Hinge())},
                "choose_by": "hinge_value",
            }
        ),
        "hinge",
    ),
    Situation(
        "chosen by probabilities",
        lambda: table() | {"choose_by": "brier_score"},
        "accepted are measures of scores",
        True,
    ),
    Situation(
        "a figure of another measure",
        lambda: table(),
        "Brier score",
        after=lambda found: found.plot_gaps("test_brier_score").get_suptitle(),
    ),
    Situation("kept as a pickle", lambda: table(), "hinge", after=pickled),
    Situation(
        "seconds given",
        lambda: table() | {"time_budget": 0.1, "seeds": 30},
        "of 30 seeds, those that there was time for",
    ),
]


def main():
    rows = []
    for situation in SITUATIONS:
        began = time.perf_counter()
        told = seen(situation)
        as_expected = situation.sees in told
        as_expected &= told.startswith("refused: ") == situation.refused
        rows.append(
            {
                "situation": situation.name,
                "outcome": "refused" if situation.refused else "answered",
                "seen": line(told, situation.sees),
                "as_expected": as_expected,
                "seconds": f"{time.perf_counter() - began:.1f}",
            }
        )
        print(*rows[-1].values(), sep=" | ", flush=True)
    write(TABLE, rows)


def line(told, phrase):
    """The line that holds what a caller is to see."""
    lines = [text for text in told.splitlines() if phrase in text]
    return " ".join((lines or [told[-200:]])[0].removeprefix("refused: ").split())


if __name__ == "__main__":
    main()
