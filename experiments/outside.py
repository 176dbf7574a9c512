"""Do scores of hinge losses tell inputs of no known class as well as cross-entropy's?

A classifier answers whatever it is asked. Hendrycks and Gimpel (2017, arXiv 1610.02136)
found the largest softmax probability to be lower where no known class is right; Padhy
and others (2020, arXiv 2007.05134) found nets of one-vs-rest heads to tell such inputs
better. Here, requests of 150 kinds beside requests of none (CLINC150, Larson and others
2019), and letters of the alphabet's first part beside letters of its last. Each net is
read in three ways: by its largest score, by how far that lies above the next, and by the
largest probability after a temperature fitted on validation scores. The AUROC is the
share of pairs of a known and an unknown input of which the known one is read higher; the
unknown are in no other part.
"""

import json
import lzma

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import analysis, data, figures, models
from hinge_keras.lab.analysis import claims
from hinge_keras.lab.data import dataset, sources, tables, texts
from hinge_keras.lab.page import words
from hinge_keras.lab.tables.schema import KEY

NONE = "~ none of them"  # Behind every other label in order.
INTENTS, LETTERS = 150, 16


def requests():
    """CLINC150 with the test part's requests of no intent."""
    path = sources.locate("intents/clinc150/data_full.json.xz")
    with lzma.open(path, "rt") as stream:
        content = json.load(stream)
    none = [(text, NONE) for text, _ in content["oos_test"]]
    return texts.labelled(*content["train"]), texts.labelled(*content["test"], *none)


REQUESTS = texts.Text(requests, INTENTS + 1)


def intents(seed, sizes, components=50):
    """Term weights of CLINC150's requests, projected; those of no intent outside."""
    part, (x, y) = texts.projections(REQUESTS, components)
    known = y < INTENTS
    splits = dataset.official(part, (x[known], y[known]), seed, sizes)
    return dataset.standardised({**splits, "outside": (x[~known], None)})


def letters(seed, sizes):
    """The first letters of the alphabet as classes, the others outside."""
    x, y = tables.rows(tables.TABLES["letter"].read)
    known = y < LETTERS
    splits = dataset.stratified(x[known], y[known], seed, sizes)
    drawn = dataset.drawn(y[~known], seed, sizes[-1])
    return dataset.standardised({**splits, "outside": (x[~known][drawn], None)})


CLINC = data.Dataset(
    "CLINC150",
    intents,
    {"sizes": (3_000, 1_500, 1_500)},
    INTENTS,
    dataset.PUBLISHED_TEST,
)
LETTER = data.Dataset(
    "letter A to P", letters, {"sizes": (3_000, 1_000, 1_500)}, LETTERS
)

EXPERIMENT = lab.Experiment(
    datasets=[CLINC, LETTER],
    models=[models.MLP((64,))],
    arms={
        "cross-entropy": hk.CrossEntropy(),
        "one-vs-rest log loss": hk.OneVsRest(hk.Logistic()),
        "one-vs-rest hinge": hk.OneVsRest(),
        "one-vs-rest squared hinge": hk.OneVsRest(hk.SquaredHinge()),
        "Crammer-Singer": hk.CrammerSinger(),
    },
    axes={"learning_rate": [1e-3, 3e-3, 1e-2]},
    epochs=20,
    batch_size=50,
    seeds=range(10),
    pilot=lab.Pilot(range(100, 103)),
    keep_scores=["validation", "test", "outside"],
    scored_seeds=10,
)

READINGS = {
    "largest": "largest score",
    "lead": "lead over the next",
    "probability": "scaled probability",
}


def readings(scores, temperature):
    """How sure each row of scores is, in three ways."""
    following, largest = np.partition(scores, -2, axis=1)[:, -2:].T
    return {
        "largest": largest,
        "lead": largest - following,
        "probability": temperature(scores).max(axis=1),
    }


def auroc(scores, labels):
    """The AUROC of known over unknown inputs, by reading.

    Args:
        scores: Those of each part, `{part: (examples, classes)}`.
        labels: The classes of the validation part.
    """
    temperature = hk.Temperature().fit(scores["validation"], labels)
    known, unknown = (readings(scores[p], temperature) for p in ("test", "outside"))
    is_known = np.repeat([1, 0], [len(scores["test"]), len(scores["outside"])])
    return {
        name: roc_auc_score(is_known, np.r_[known[name], unknown[name]])
        for name in READINGS
    }


def told_apart(results, chosen):
    """The chosen trials with the AUROC of each reading as columns."""
    found = {}
    for (name, seed), trials in chosen.groupby(["dataset", "seed"], sort=False):
        set_ = next(s for s in EXPERIMENT.datasets if s.name == name)
        labels = set_.load(seed)["validation"][1]
        for key, rows in results.scores(trials).groupby(KEY, sort=False):
            columns = [f"score_{c}" for c in range(set_.classes)]
            parts = {
                part: own[columns].to_numpy() for part, own in rows.groupby("split")
            }
            found[key] = auroc(parts, labels[: len(parts["validation"])])
    return chosen.merge(pd.DataFrame(found).T, left_on=KEY, right_index=True)


def judged(table, summary):
    """Whether the largest probability tells at all, and one-vs-rest heads better."""
    for name, rows in table.groupby("dataset", sort=False):
        text = "the largest softmax probability tells known inputs from others"
        values = rows[rows.arm == "cross-entropy"].probability
        source = "Hendrycks and Gimpel 2017"
        yield claims.above(text, source, values, 0.5, f"{name}, AUROC")
        own = summary[(summary.dataset == name) & (summary.measure == "probability")]
        text = "{} tells known inputs from others better than {}"
        claimed = [("one-vs-rest log loss", "cross-entropy")]
        yield from claims.orders(text, "Padhy et al. 2020", own, claimed, name)


def findings(results):
    chosen = results.chosen()
    table = told_apart(results, chosen)
    summary = analysis.compare_each(
        table, READINGS, against="cross-entropy", search=results.search
    )
    means = 100 * table.groupby(["dataset", "arm"], sort=False)[[*READINGS]].mean()
    means = means.rename(columns=READINGS)
    by_score = summary[summary.measure == "largest"]
    lead = means.xs("cross-entropy", level="arm")[READINGS["largest"]]
    best = means[READINGS["largest"]].groupby("dataset", sort=False).idxmax()
    title = "Best AUROC by the largest score: " + ", ".join(
        f"{best[name][1]} {means.loc[best[name], READINGS['largest']]:.0f} % on {name}"
        for name in best.index
    )
    wide = means.unstack("dataset")
    wide.columns = [f"{name}, {reading}" for reading, name in wide.columns]
    ordered = [f"{name}, {form}" for name in best.index for form in READINGS.values()]
    return lab.Findings(
        sentence=f"By the largest score, {words.tally(by_score)}; cross-entropy's AUROC is "
        + words.listed(lead, "{1:.0f} % on {0}")
        + ".",
        notes="The unknown requests are CLINC150's own; the unknown letters are those from "
        "Q on. Rates are chosen by accuracy on known inputs, no unknown one is seen before "
        "the test.",
        overturned="photographs and deep nets, on which a hinge's scores tell known from "
        "unknown by more than a point better or worse.",
        means="Which loss tells unknown inputs best depends on the data, so do not "
        "change it for that alone: compare on your own, and set the floor of the "
        "score on inputs held back.",
        recipe="unknown_inputs",
        summary=summary,
        claims=claims.table(judged(table, summary)),
        tables={"means": means.reset_index()},
        figures={
            "auroc": figures.heat(
                wide[ordered],
                title=title,
                xlabel="data set and reading",
                ylabel="loss",
                unit="AUROC, %",
            ),
            "gaps": figures.gaps(
                by_score,
                title=f"By the largest score: {words.tally(by_score)}",
                unit="points of AUROC",
            ),
        },
    )


lab.main(__name__)
