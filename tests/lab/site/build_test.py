"""The site says what the tables say, escapes every name, and stays small."""

import json
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from hinge_keras.lab.page.columns import COLUMNS, header
from hinge_keras.lab.site import build, courses, situations
from hinge_keras.lab.site.build import as_script
from hinge_keras.lab.site.studies import published, read
from tests.lab.site.conftest import HOSTILE, ROOT

RESULTS = ROOT / "results"
STUDIES = published(RESULTS)
LARGEST = 10_000_000  # Bytes.


class Page(HTMLParser):
    """The links, identities, headers and scripts of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.names, self.scripts, self.headers = [], set(), [], []
        self.inside = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.links += [given[n] for n in ("href", "src") if n in given]
        self.names.add(given.get("id"))
        self.inside = "th" if tag == "th" else self.inside
        if tag == "script":
            self.scripts.append(given)

    def handle_endtag(self, tag):
        self.inside = None if tag == "th" else self.inside

    def handle_data(self, data):
        if self.inside == "th":
            self.headers.append(data)


@pytest.fixture(scope="session")
def pages(site):
    return {path: path.read_text() for path in sorted(site.rglob("*.html"))}


def test_it_is_small(site):
    assert (
        sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < LARGEST
    )


def test_every_study_and_every_loss_has_a_page(site):
    assert all((site / "studies" / name / "index.html").exists() for name in STUDIES)
    losses = read(RESULTS / "gallery" / "losses.csv").loss
    assert all((site / "losses" / f"{name}.html").exists() for name in losses)


def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere(pages):
    parsed = {path: Page(text) for path, text in pages.items()}
    for path, page in parsed.items():
        for link in page.links:
            if link.startswith(("http", "data:")):
                continue
            target, _, name = link.partition("#")
            near = (path.parent / target).resolve() if target else path
            assert near.exists(), (path, link)
            assert not name or name in parsed[near].names, (path, link)
        for script in page.scripts:
            assert "http" not in script.get("src", "")


def test_every_page_of_a_study_is_read_by_the_rule(site):
    for name, study in STUDIES.items():
        text = (site / "studies" / name / "index.html").read_text()
        assert len(study.said["finding"]) <= 140
        assert study.said["finding"].split()[0] in text
        assert re.search(r'id="size">n = \d', text), name
        assert ('id="story"' in text) == bool(study.said["story"]), name
        if len(study.claims):
            assert 'id="sources"' in text, name


def test_no_header_is_a_name_of_a_file(pages):
    for path, text in pages.items():
        for head in Page(text).headers:
            assert "_" not in head.replace("psi_", ""), (path, head)


def test_every_column_of_a_comparison_and_a_claim_is_explained(pages):
    schema = {"detectable", "p_holm", "low", "selection", "rank", "why", "wins"}
    assert all(header(name).explained for name in schema)
    method = next(text for path, text in pages.items() if path.name == "method.html")
    assert all(
        f"<dt>{each.text}</dt>" in method for each in COLUMNS.values() if each.explained
    )


def test_the_numbers_of_the_first_page_are_those_of_the_tables(site):
    answers = situations.answers(STUDIES)
    assert len(answers) == len(situations.SITUATIONS)
    text = (site / "index.html").read_text()
    rows = read(RESULTS / "rare_class" / "summary.csv")
    row = rows[
        (rows.b == "weighted cross-entropy") & (rows.dataset == "1% positive")
    ].iloc[0]
    assert f"better than cross-entropy by {abs(row.difference):.1f} points" in text
    picture = inline(text, "picture")
    table = read(RESULTS / "circles" / "post" / "readings.csv")
    assert [arm["values"] for arm in picture["arms"]] == table.iloc[
        :, 1:
    ].to_numpy().tolist()


@pytest.mark.parametrize("name", ["circles/post", "full/tang/mnist", "robustness"])
def test_the_drawn_courses_are_those_of_the_table(site, name):
    drawn = inline((site / "studies" / name / "index.html").read_text(), "data")
    table = pd.read_csv(RESULTS / name / "curves.csv", keep_default_na=False)
    by = ["dataset", "model", "arm", "split", "measure"]
    rows = {key: own.set_index("epoch") for key, own in table.groupby(by)}
    for cell in drawn["cells"]:
        for key, course in cell["courses"].items():
            split, measure = key.split(" ", 1)
            own = rows[cell["dataset"], cell["model"], cell["arm"], split, measure]
            epochs = course["epoch"]
            epochs = list(range(1, epochs + 1)) if isinstance(epochs, int) else epochs
            assert len(epochs) <= courses.MOST
            for column in courses.QUANTILES:
                assert own.loc[epochs, column].tolist() == course[column]


def test_the_drawn_rates_are_those_of_the_trials(site):
    drawn = inline((site / "studies" / "tuned" / "index.html").read_text(), "data")
    trials = pd.read_csv(RESULTS / "tuned" / "trials.csv", keep_default_na=False)
    key = "validation_accuracy"
    for cell in drawn["cells"]:
        own = trials[(trials.dataset == cell["dataset"]) & (trials.arm == cell["arm"])]
        tried = own.groupby("learning_rate")[key].apply(list)
        assert [each["rate"] for each in cell["tried"]] == list(tried.index)
        for each in cell["tried"]:
            assert each["values"][key] == [
                float(f"{v:.4g}") for v in tried[each["rate"]]
            ]
        ends = {min(tried.index): "low", max(tried.index): "high"}
        assert cell["edge"] == ends.get(cell["chosen"]["learning_rate"], "")


def inline(text, name):
    """The JSON inside a script element of a page."""
    found = re.search(
        rf'<script type="application/json" id="{name}">(.*?)</script>', text, re.S
    )
    return json.loads(found[1])


def test_hostile_names_are_text(hostile):
    for path in hostile.rglob("*.html"):
        text = path.read_text()
        assert "<script>alert" not in text, path
        assert not any(link.startswith("javascript") for link in Page(text).links)
    data = inline((hostile / "studies" / "study" / "index.html").read_text(), "data")
    assert {cell["arm"] for cell in data["cells"]} == set(HOSTILE)


def test_a_site_without_a_gallery_says_so(hostile):
    assert (
        "The gallery is not among these results"
        in (hostile / "losses" / "index.html").read_text()
    )


def test_a_choice_at_the_least_rate_tried_is_at_an_edge(hostile):
    data = inline((hostile / "studies" / "study" / "index.html").read_text(), "data")
    assert [cell["chosen"]["learning_rate"] for cell in data["cells"]] == [0.1] * 4
    assert [[each["rate"] for each in cell["tried"]] for cell in data["cells"]] == [
        [0.1, 1]
    ] * 4
    assert [cell["edge"] for cell in data["cells"]] == ["low"] * 4


def test_a_script_element_cannot_be_left():
    told = as_script({"name": "</script><!--\u2028"})
    assert "<" not in told
    assert json.loads(told) == {"name": "</script><!--\u2028"}


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(ValueError, match="which holds other files"):
        build(RESULTS, tmp_path)
    assert (tmp_path / "thesis.tex").exists()
