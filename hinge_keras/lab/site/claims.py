"""Every published claim, and what everybody repeats, as rows of the site's pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hinge_keras.lab.page import words
from hinge_keras.lab.site.rules import rule, stands
from hinge_keras.lab.site.studies import Study, read

STATED = {
    "statement",
    "predicts",
    "verdict",
    "measured",
}  # Columns of what is repeated.


@dataclass(frozen=True)
class Claim:
    """A published claim beside what came of it.

    Attributes:
        claim: What was claimed.
        said: The same in the words of the list of documents, if it is there.
        source: Author and year.
        document: The title of the page or paper.
        link: Its address, `""` if there is none.
        data: What it was tried on here.
        published: The published number.
        ours: Our number with its interval.
        ranked: How many of our runs lie at or below the published number.
        verdict: One word for both.
        why: What qualifies it.
        rule: The rule behind the verdict.
        stands: Whether the verdict is for the claim, for its look.
        study: The name of the study.
        order: What the columns of numbers are sorted by.
    """

    claim: str
    said: str
    source: str
    document: str
    link: str
    data: str
    published: str
    ours: str
    ranked: str
    verdict: str
    why: str
    rule: str
    stands: str
    study: str
    order: Mapping[str, float | None]


@dataclass(frozen=True)
class Statement:
    """What is said of the hinge, with the number that answers it."""

    statement: str
    source: str
    link: str
    number: str
    measured: str
    predicts: str
    verdict: str
    rule: str
    stands: str
    study: str


@dataclass(frozen=True)
class Unjudged:
    """What a page or paper says without a verdict here: shown by a study, or untried."""

    statement: str
    source: str
    document: str
    link: str
    study: str
    reason: str


def documents(path: Path) -> pd.DataFrame:
    """What pages and papers say; empty if the list is not there."""
    columns = ["document", "source", "link", "statement", "study", "claim", "reason"]
    return read(path).reindex(columns=columns).fillna("").astype(str)


def judged(
    results: Path, listed: pd.DataFrame, studies: Mapping[str, Study]
) -> list[Claim]:
    """Every row of the published claims, with its document beside."""
    rows = read(results / "claims.csv")
    if rows.empty:
        return []
    known = listed.drop_duplicates(["claim", "source"]).set_index(["claim", "source"])
    titles = listed.drop_duplicates("source").set_index("source")
    return [judgement(row, known, titles, studies) for row in rows.to_dict("records")]


def judgement(row, known, titles, studies) -> Claim:
    """A row of the published claims, as the page shows it."""
    key = (row["claim"], row["source"])
    listed = known.loc[key] if key in known.index else None
    if listed is None and row["source"] in titles.index:
        listed = titles.loc[row["source"]].drop("statement")
    listed = {} if listed is None else listed.to_dict()
    numbers = {name: known_number(row[name]) for name in ("published", "ours", "rank")}
    return Claim(
        claim=row["claim"],
        said=listed.get("statement", ""),
        source=row["source"],
        document=listed.get("document", ""),
        link=safe(listed.get("link", "")),
        data=row["on"] or data_of(studies.get(row["study"])),
        published=words.cell(float(row["published"])),
        ours=words.interval(row["ours"], row["low"], row["high"]),
        ranked=""
        if pd.isna(row["rank"])
        else f"{row['rank']:.0f} of {row['runs']:.0f}",
        verdict=row["verdict"],
        why=words.doubts(row["why"]) if row["why"] else "",
        rule=rule(row["verdict"]),
        stands=stands(row["verdict"]),
        study=row["study"],
        order=numbers,
    )


def known_number(value) -> float | None:
    return None if pd.isna(value) else float(value)


def data_of(study: Study | None) -> str:
    """The data sets of a study, if there are few."""
    if study is None or study.trials.empty:
        return ""
    names = list(dict.fromkeys(study.trials["dataset"].astype(str)))
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} data sets"


def repeated(studies: Mapping[str, Study]) -> list[Statement]:
    """What everybody repeats, from every study that judges statements."""
    return [
        Statement(
            **{name: str(row[name]) for name in texts},
            link=safe(row["link"]),
            rule=rule(row["verdict"]),
            stands=stands(row["verdict"]),
            study=study.name,
        )
        for study in studies.values()
        if {*study.summary} >= STATED
        for row in study.summary.fillna("").to_dict("records")
        for texts in [
            ("statement", "source", "number", "measured", "predicts", "verdict")
        ]
    ]


def unjudged(listed: pd.DataFrame, studies: Mapping[str, Study]) -> list[Unjudged]:
    """What is said and no claim judges; its study is `""` where none is published."""
    return [
        Unjudged(
            row["statement"],
            row["source"],
            row["document"],
            safe(row["link"]),
            row["study"] if row["study"] in studies else "",
            row["reason"],
        )
        for row in listed[listed.claim == ""].to_dict("records")
    ]


def sources_of(name: str, listed: pd.DataFrame, rows: list[Claim]) -> list[dict]:
    """Who claimed what a study tries: documents with their links, each once."""
    found = {}
    for row in listed[listed.study == name].to_dict("records"):
        link = safe(row["link"])
        found[row["source"]] = {"source": row["source"], "document": row["document"],
                                "link": link}  # fmt: skip
    for claim in rows:
        told = {"source": claim.source, "document": claim.document, "link": claim.link}
        found.setdefault(claim.source, told)
    return list(found.values())


def safe(link: str) -> str:
    """An address that a page may link to, else `""`."""
    return link if link.startswith(("https://", "http://")) else ""
