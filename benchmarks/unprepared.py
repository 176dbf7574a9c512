"""`hk.compare` on twelve tables as they come, beside a slow comparison by hand.

    HINGE_KERAS_DATA=... python -m benchmarks.unprepared     # writes unprepared.csv

By hand: the identifiers that a careful person would drop dropped, scikit-learn's
imputation, indicators and words, ten splits, four rates chosen on validation data, one
`model.fit` after the other. The question is whether the same losses are recommended.
Six tables are read where `HINGE_KERAS_DATA` points; six are made, each with faults of
real ones.
"""

import argparse
import gzip
import io
import lzma
import os
import time
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_wine, make_classification
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import hinge_keras as hk
from benchmarks.tables import write
from hinge_keras.lab import analysis

TABLE = Path(__file__).with_name("unprepared.csv")
DATA = Path(os.environ.get("HINGE_KERAS_DATA", ""))
MOST, EPOCHS, SEEDS = 1500, 20, 10
RATES = (1e-3, 3e-3, 1e-2, 3e-2)


def csv(name, **options):
    return pd.read_csv(DATA / "tabular" / name, **options)


def titanic():
    """Names, tickets, cabins, gaps; by hand without those."""
    frame = csv("csv/titanic.csv.gz")
    target = next(n for n in frame if n.lower() == "survived")
    named = [
        n for n in frame if n.lower() in ("name", "ticket", "cabin", "passengerid")
    ]
    return frame.drop(columns=target), frame[target], named


def adult():
    """Question marks for gaps, blanks around texts."""
    frame = csv("adult/adult-train.csv.xz", header=None)
    return few(frame.iloc[:, :-1], frame.iloc[:, -1])


def german():
    """Codes as text, twenty columns."""
    frame = csv("csv/german.csv.gz", header=None, sep=None, engine="python")
    return few(frame.iloc[:, :-1], frame.iloc[:, -1])


def glass():
    """Six classes, of which the rarest has nine rows; no names of columns."""
    frame = csv("csv/glass.csv.gz", header=None)
    return few(frame.iloc[:, :-1], frame.iloc[:, -1])


def spambase():
    """Fifty-seven numbers of very different sizes."""
    with gzip.open(DATA / "tabular/arff/spambase.arff.gz", "rt") as file:
        rows = file.read().lower().split("@data")[1]
    frame = pd.read_csv(io.StringIO(rows.strip()), header=None)
    return few(frame.iloc[:, :-1], frame.iloc[:, -1])


def messages():
    """Short messages as one column of text, 13 % of them spam."""
    for path in sorted((DATA / "text/sms_spam").iterdir()):
        with open_text(path) as file:
            lines = [line.rstrip("\n").split("\t", 1) for line in file]
        if lines and len(lines[0]) == 2:
            kind, text = zip(*(line for line in lines if len(line) == 2), strict=True)
            x = pd.DataFrame({"text": text, "length": [len(t) for t in text]})
            return few(x, pd.Series(kind))
    raise FileNotFoundError("sms_spam")


def open_text(path):
    opener = {".gz": gzip.open, ".xz": lzma.open}.get(path.suffix, open)
    return opener(path, "rt", encoding="utf-8")


def few(x, y, aside=()):
    """At most `MOST` rows, drawn by class."""
    if len(y) > MOST:
        x, _, y, _ = train_test_split(x, y, train_size=MOST, stratify=y, random_state=0)
    return x.reset_index(drop=True), pd.Series(y).reset_index(drop=True), list(aside)


def patients():
    """Breast cancer with an identifier, and numbers written as text."""
    given = load_breast_cancer(as_frame=True)
    x = given.data.copy()
    x.insert(0, "patient", [f"p{i}" for i in range(len(x))])
    x["mean area"] = [f"{value:,.1f}" for value in x["mean area"]]
    return few(x, given.target, ["patient"])


def visits():
    """A date that decides half of it, one positive in twenty, gaps."""
    rng = np.random.default_rng(1)
    late = rng.integers(0, 700, 1200)
    value = rng.normal(size=1200)
    y = (value + late / 350 + rng.normal(size=1200) > 4.0) * 1
    day = pd.Timestamp("2019-05-01") + pd.to_timedelta(late, "D")
    x = pd.DataFrame({"visit_id": np.arange(1200) + 7, "day": day.strftime("%d/%m/%Y")})
    x["value"] = np.where(rng.random(1200) < 0.15, np.nan, value)
    return few(x, y, ["visit_id"])


def repeated():
    """A third of all rows twice."""
    x, y = make_classification(900, 12, n_informative=5, flip_y=0.1, random_state=2)
    rows = np.concatenate([np.arange(900), np.arange(300)])
    return few(pd.DataFrame(x[rows]).add_prefix("v"), y[rows])


def copied():
    """A column that is the label under another name."""
    x, y = make_classification(800, 10, n_informative=4, flip_y=0.15, random_state=3)
    frame = pd.DataFrame(x).add_prefix("v").assign(outcome=np.where(y, "won", "lost"))
    return few(frame, y, ["outcome"])


def towns():
    """Categories of many values, truth values, a constant."""
    rng = np.random.default_rng(4)
    town = rng.integers(0, 40, 1000)
    worth = rng.normal(size=40)[town] + rng.normal(size=1000)
    x = pd.DataFrame(
        {"town": [f"town {i}" for i in town], "member": rng.random(1000) < 0.5}
    )
    x["source"] = "web"
    return few(x, np.where(worth > 0, "buys", "leaves"))


def wines():
    """Three classes, comfortable numbers."""
    given = load_wine(as_frame=True)
    return few(given.data, given.target)


READ = [titanic, adult, german, glass, spambase, messages]
MADE = [patients, visits, repeated, copied, towns, wines]
SETS = (READ if os.environ.get("HINGE_KERAS_DATA") else []) + MADE


def by_hand(x, y, aside):
    """One row a loss, rate and seed, as a careful person would measure them."""
    x, (classes, y) = x.drop(columns=aside), np.unique(y, return_inverse=True)
    x.columns = x.columns.astype(str)
    losses = {
        "cross_entropy": keras.losses.BinaryCrossentropy(from_logits=True)
        if len(classes) == 2
        else keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        "hinge": hk.Hinge() if len(classes) == 2 else hk.CrammerSinger(),
        "squared_hinge": hk.SquaredHinge()
        if len(classes) == 2
        else hk.CrammerSinger(hk.SquaredHinge()),
    }
    rows = []
    for seed in range(SEEDS):
        rest, test = train_test_split(
            np.arange(len(y)), test_size=0.2, stratify=y, random_state=seed
        )
        train, held = train_test_split(
            rest, test_size=0.25, stratify=y[rest], random_state=seed
        )
        encode = prepared(x.iloc[train])
        parts = {
            n: encode(x.iloc[r]) for n, r in (("a", train), ("b", held), ("c", test))
        }
        for name, loss in losses.items():
            for rate in RATES:
                keras.utils.set_random_seed(seed)
                model = net(parts["a"].shape[1], len(classes))
                model.compile(keras.optimizers.Adam(rate), loss, steps_per_execution=16)
                model.fit(parts["a"], y[train], epochs=EPOCHS, verbose=0)
                right = [
                    np.mean(decided(model, parts[part]) == y[own])
                    for part, own in (("b", held), ("c", test))
                ]
                rows.append((name, rate, seed, *right))
    return pd.DataFrame(rows, columns=["arm", "rate", "seed", "validation", "test"])


def net(features, classes):
    return keras.Sequential(
        [
            keras.Input((features,)),
            keras.layers.Dense(64, "relu"),
            keras.layers.Dense(1 if classes == 2 else classes),
        ]
    )


def decided(model, x):
    scores = model.predict(x, batch_size=4096, verbose=0)
    return scores.argmax(axis=1) if scores.shape[1] > 1 else (scores[:, 0] > 0) * 1


def prepared(frame):
    """A function from rows to numbers, learned from some."""
    frame = tidy(frame)
    numbers = [n for n in frame if pd.api.types.is_numeric_dtype(frame[n])]
    texts = [n for n in frame if n not in numbers]
    long = [n for n in texts if frame[n].astype(str).str.split().str.len().mean() > 3]
    short = [n for n in texts if n not in long]
    words = make_pipeline(TfidfVectorizer(sublinear_tf=True), TruncatedSVD(100))
    indicators = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    gaps = SimpleImputer(strategy="median", add_indicator=True)
    encoder = make_pipeline(
        make_column_transformer(
            (gaps, numbers), (indicators, short), *((words, name) for name in long)
        ),
        StandardScaler(),
    ).fit(frame)
    return lambda rows: encoder.transform(tidy(rows)).astype("float32")


def tidy(frame):
    """Numbers and dates out of their texts, as a person would have them."""
    frame = frame.copy()
    for name in frame:
        if not pd.api.types.is_numeric_dtype(frame[name]):
            text = frame[name].astype(str).str.strip()
            as_number = pd.to_numeric(text.str.replace(",", ""), errors="coerce")
            as_day = pd.to_datetime(text, format="%d/%m/%Y", errors="coerce")
            if as_number.notna().mean() > 0.9:
                frame[name] = as_number
            elif as_day.notna().mean() > 0.9:
                frame[name] = (as_day - pd.Timestamp("2000-01-01")).dt.days
            else:
                frame[name] = text
        else:
            frame[name] = frame[name].astype(float)
    return frame


def not_beaten(summary):
    """The losses that none is seen to be better than."""
    seen = analysis.seen(summary)
    worse = {row.a if row.better == row.b else row.b for row in seen.itertuples()}
    return sorted({*summary.a, *summary.b} - worse)


def measured(make):
    """A row of the table."""
    x, y, aside = make()
    began = time.perf_counter()
    found = hk.compare(
        None,
        x,
        y,
        epochs=EPOCHS,
        learning_rates=RATES,
        choose_by="accuracy",
        verbose=False,
    )
    took = time.perf_counter() - began
    began = time.perf_counter()
    table = by_hand(x, y, aside)
    slow = time.perf_counter() - began
    means = table.groupby(["arm", "rate"]).validation.mean()
    best = set(means.groupby("arm").idxmax())
    chosen = table[[cell in best for cell in zip(table.arm, table.rate, strict=True)]]
    chosen = chosen.assign(test_accuracy=chosen.test, overlap=0.25)
    by_hand_summary = analysis.compare(chosen, "accuracy", within=())
    ours, theirs = not_beaten(found.summary()), not_beaten(by_hand_summary)
    arm = found.recommendation().split("(")[0].removeprefix("Take ").strip()
    of_ours = found.means().set_index("arm")["mean"]
    of_theirs = chosen.groupby("arm").test.mean()
    told = found.columns
    return {
        "table": make.__name__,
        "what": make.__doc__.strip().rstrip("."),
        "rows": len(y),
        "columns": x.shape[1],
        "set_aside": "; ".join(told.column[~told.used].astype(str)),
        "remarks": " ".join(found.remarks),
        "recommended": arm,
        "not_beaten": "; ".join(ours),
        "not_beaten_by_hand": "; ".join(theirs),
        "agree": arm in theirs or arm.startswith("none"),
        "largest_gap_of_means": f"{(of_ours - of_theirs).abs().max():.4f}",
        "seconds": f"{took:.1f}",
        "seconds_by_hand": f"{slow:.0f}",
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=[make.__name__ for make in SETS])
    names = parser.parse_args().names
    kept = (
        pd.read_csv(TABLE, dtype=str, keep_default_na=False) if TABLE.exists() else None
    )
    rows = [] if kept is None else kept[~kept.table.isin(names)].to_dict("records")
    for make in SETS:
        if make.__name__ in names:
            rows.append(measured(make))
            print(rows[-1], flush=True)
            write(TABLE, rows)


if __name__ == "__main__":
    main()
