"""Which loss to use, by situation: each answer is a row of a published comparison."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hinge_keras.lab.page import words
from hinge_keras.lab.page.columns import header
from hinge_keras.lab.site.studies import Study
from hinge_keras.lab.tables.schema import EQUAL, HIGHER, LOWER, TOO_FEW


@dataclass(frozen=True)
class Situation:
    """A reader's situation, and where its answer lies.

    Attributes:
        title: The situation, as a reader would say it.
        study: The study that answers it.
        a: One arm of the comparison.
        b: The other.
        on: What it was tried on, in words.
        pairs: What a pair is there.
        table: The table that has the comparison.
        where: What other columns its row has.
        called: What an arm is called here, where its name there says too little.
    """

    title: str
    study: str
    a: str
    b: str
    on: str
    pairs: str = "seeds"
    table: str = "summary"
    where: Mapping[str, object] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)


SITUATIONS = [
    Situation(
        title="Two classes",
        study="across_data",
        table="over_sets",
        a="cross-entropy",
        b="hinge",
        on="over many real data sets",
        pairs="data sets",
    ),
    Situation(
        title="Many classes",
        study="squared_error",
        table="over_sets",
        a="cross-entropy",
        b="one-vs-rest hinge",
        on="over sets of several classes",
        pairs="data sets",
    ),
    Situation(
        title="One class is rare",
        study="rare_class",
        a="cross-entropy",
        b="weighted cross-entropy",
        on="with 1 % positives",
        where={"measure": "balanced accuracy", "dataset": "1% positive"},
    ),
    Situation(
        title="A long tail of rare classes",
        study="long_tail",
        a="cross-entropy",
        b="logit adjustment",
        on="on Fashion-MNIST with a long tail",
        where={"measure": "top_1", "dataset": "Fashion-MNIST"},
    ),
    Situation(
        title="Some labels are wrong, two classes",
        study="robustness",
        a="cross-entropy",
        b="hinge",
        on="with 20 % of the labels wrong",
        where={"fault": "wrong labels", "level": 0.2},
    ),
    Situation(
        title="Many labels are wrong, several classes",
        study="janocha/mnist",
        a="log",
        b="L1 of softmax",
        on="on MNIST with 60 % of the labels wrong",
        where={"noise": 0.6},
        called={"log": "cross-entropy", "L1 of softmax": "the L1 distance of softmax"},
    ),
    Situation(
        title="Text, and a linear model",
        study="text/linear_svms",
        a="hinge",
        b="logistic",
        on="over data sets of text",
        pairs="data sets",
    ),
    Situation(
        title="Probabilities are needed, two classes",
        study="probabilities",
        a="cross-entropy",
        b="hinge",
        on="scaled on validation data, on noisy moons",
        where={"measure": "brier", "dataset": "noisy moons"},
    ),
    Situation(
        title="Probabilities of many classes are needed",
        study="many_probabilities",
        a="cross-entropy",
        b="one-vs-rest hinge",
        on="scaled on validation data, on CLINC150",
        where={"measure": "log_loss", "dataset": "CLINC150"},
    ),
]


@dataclass(frozen=True)
class Answer:
    """A situation's answer.

    Attributes:
        title: The situation.
        lead: What to do, in a few words.
        sentence: With effect, interval and n.
        study: The study that has the evidence.
        finding: What the comparison shows, for its look.
    """

    title: str
    lead: str
    sentence: str
    study: str
    finding: str


def answers(studies: Mapping[str, Study]) -> list[Answer]:
    """The answer to each situation whose comparison is published."""
    found = ((each, row_of(each, studies)) for each in SITUATIONS)
    return [answer(each, row) for each, row in found if row is not None]


def row_of(situation: Situation, studies: Mapping[str, Study]) -> dict | None:
    """The comparison that answers a situation, `None` if it is not published."""
    study = studies.get(situation.study)
    if study is None:
        return None
    table = study.table(situation.table)
    if not {"a", "b", "finding", *situation.where} <= {*table}:
        return None
    arms = (situation.a, situation.b)
    table = table[table.a.isin(arms) & table.b.isin(arms)]
    for name, value in situation.where.items():
        table = table[table[name] == value]
    return table.iloc[0].to_dict() if len(table) else None


def answer(situation: Situation, row: dict) -> Answer:
    """What a comparison says to who is in the situation."""
    measure = header(row["measure"]).text
    told = f"in {measure}, {situation.on} (n = {row['pairs']} {situation.pairs})"
    a, b, better = (situation.called.get(row[n], row[n]) for n in ("a", "b", "better"))
    if row["finding"] in (HIGHER, LOWER):
        other = a if better == b else b
        lead = f"Take {better}."
        sentence = f"It is better than {other} by {words.gap(row)} {told}."
    elif row["finding"] == EQUAL:
        lead = f"Take {a} or {b}: it does not matter."
        within = words.amount(row["within"], row["unit"])
        ahead = b if row["difference"] < 0 else a
        sentence = (
            f"They are equal within {within} {told}: {ahead} by {words.gap(row)}."
        )
    elif row["finding"] == TOO_FEW:
        lead = f"Take {a} or {b}: too few were trained to tell."
        ahead = b if row["difference"] < 0 else a
        sentence = f"{ahead} is ahead by {words.gap(row)} {told}."
    else:
        lead = f"Neither {a} nor {b} is known to be better."
        reach = words.amount(row["detectable"], row["unit"])
        ahead = b if row["difference"] < 0 else a
        sentence = (
            f"{ahead} is ahead by {words.gap(row)} {told}; "
            f"a difference of {reach} would have been seen."
        )
    return Answer(situation.title, lead, sentence, situation.study, row["finding"])
