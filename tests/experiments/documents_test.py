"""What pages and papers say is joined to the claims of the studies, and stays so."""

from pathlib import Path

import pandas as pd
import pytest

from experiments import __main__ as command
from experiments import documents

RESULTS = Path(__file__).parents[2] / "results"
LISTED = documents.table(documents.LISTED)
CLAIMS = documents.table(RESULTS / "claims.csv")


def test_every_claim_that_is_named_is_one_of_its_study_once_that_has_results():
    published = {*zip(CLAIMS.claim, CLAIMS.source, CLAIMS.study, strict=True)}
    ran = LISTED.study.map(lambda name: (RESULTS / name / "manifest.json").exists())
    named = LISTED[ran & (LISTED.claim != "")]
    named = {*zip(named.claim, named.source, named.study, strict=True)}
    assert sorted(named - published) == []


def test_every_study_that_is_named_is_there():
    assert {*LISTED.study} - {""} <= {*command.known()}


def test_what_has_no_claim_says_why_and_what_has_one_does_not():
    assert ((LISTED.claim == "") == (LISTED.reason != "")).all()
    assert (LISTED.study[LISTED.claim != ""] != "").all()


def test_a_document_has_one_link_and_says_nothing_twice():
    assert (LISTED.groupby(["document", "source"]).link.nunique() == 1).all()
    assert LISTED.link[LISTED.link != ""].str.startswith("https://").all()
    assert not LISTED.duplicated(["document", "source", "statement"]).any()
    assert not LISTED[LISTED.claim != ""].duplicated(["claim", "source"]).any()


def test_the_page_is_that_of_the_list_and_of_the_claims():
    written = (RESULTS / documents.PAGE).read_text()
    assert written == documents.page(LISTED, CLAIMS), (
        "run python -m experiments.documents"
    )


SAYS = [
    ("Post", "A 2019", "https://a.b", "it learns", "moons", "learns", ""),
    ("Post", "A 2019", "https://a.b", "it is fast", "circles", "", "no number"),
    ("Paper", "B 2020", "", "it is best", "", "", "no data here"),
    ("Paper", "B 2020", "", "it learns", "moons", "learns", ""),
    ("Paper", "B 2020", "", "it lasts", "moons", "lasts", ""),
]
JUDGED = {"published": 0.9904, "ours": 0.9612, "low": 0.95, "high": 0.97}
TRIED = [
    {"claim": "learns", "source": "A 2019", "on": "", "verdict": "typical", "why": "",
     "study": "moons", **JUDGED},
    {"claim": "learns", "source": "B 2020", "on": "digits", "verdict": "reversed",
     "why": "hinge: edge", "study": "moons"},
    {"claim": "learns", "source": "B 2020", "on": "MNIST", "verdict": "undecided",
     "why": "", "study": "more/moons"},
    {"claim": "stays", "source": "C 2021", "on": "", "verdict": "possible", "why": "",
     "study": "moons"},
]  # fmt: skip


@pytest.fixture
def page():
    """The page of a few made-up statements and claims, by its sections."""
    listed = pd.DataFrame(SAYS, columns=LISTED.columns)
    parts = documents.page(listed, pd.DataFrame(TRIED)).split("\n## ")
    return {part.partition("\n")[0]: part for part in parts}


def test_numbers_and_verdict_stand_beside_what_is_said(page):
    post = page["[Post (A 2019)](https://a.b)"]
    assert "| it learns | [moons](moons/README.md) | 0.9904 | " in post
    assert "| 0.961 [0.95, 0.97] | typical |" in post
    assert "| it is fast | [circles](circles/README.md) |  |  | no number |" in post


def test_a_claim_has_a_line_for_all_that_it_was_tried_on(page):
    paper = page["Paper (B 2020)"]
    assert "| [moons](moons/README.md) | digits | reversed (hinge: at the edge" in paper
    assert "| [more/moons](more/moons/README.md) | MNIST | undecided |" in paper


def test_a_claim_that_is_not_there_is_not_judged(page):
    assert (
        f"| it lasts | [moons](moons/README.md) |  | {documents.ABSENT} |"
        in (page["Paper (B 2020)"])
    )


def test_what_has_no_study_says_why(page):
    assert (
        "| Paper (B 2020) | it is best | no data here |"
        in (page["Without a study, and why"])
    )


def test_claims_that_nothing_names_are_shown(page):
    others = page["Other claims that the studies judge"]
    assert "| C 2021 | stays | moons | possible |" in others
    assert "learns" not in others


def test_the_overview_counts(page):
    (first,) = (text for title, text in page.items() if title.startswith("<!--"))
    told = "2 pages and papers say 5 things: 2 put to the test, 1 shown by a study "
    told += "without a verdict, 1 not among these results, 1 without a study."
    assert told in first
    assert "| [Post (A 2019)](https://a.b) | 2 | typical 1 |" in first
    assert "| Paper (B 2020) | 3 | reversed 1, undecided 1 |" in first


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        (["no data"], "1 without data"),
        (["no data", "undecided"], "1 put to the test"),
        ([], "1 not among these results"),
    ],
)
def test_a_statement_counts_once_by_the_best_that_came_of_it(verdicts, told):
    listed = pd.DataFrame(SAYS[:1], columns=LISTED.columns)
    tried = [{**TRIED[0], "verdict": verdict} for verdict in verdicts]
    judged = pd.DataFrame(tried, columns=[*TRIED[0]])
    counted = documents.counted(documents.joined(listed, judged))
    assert counted == f"1 pages and papers say 1 things: {told}."


def test_an_author_that_has_the_title_stands_alone():
    row = {
        "document": "About loss",
        "source": "Site, About loss",
        "link": "https://a.b",
    }
    assert documents.titled(row) == "[Site, About loss](https://a.b)"


def test_a_folder_without_claims_gets_no_page(tmp_path):
    documents.write(tmp_path)
    assert not list(tmp_path.iterdir())
