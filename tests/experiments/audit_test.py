"""The audit finds what is published against its own rules."""

import types

import pandas as pd
import pytest

import hinge_keras as hk
from experiments import audit
from hinge_keras import lab
from hinge_keras.lab import data, models
from hinge_keras.lab.analysis import claims

ROW = {"measure": "accuracy", "dataset": "moons", "a": "x", "b": "y", "better": "",
       "finding": "undecided", "difference": 0.5, "low": -1.0, "high": 2.0, "p": 0.4,
       "p_equal": 0.3, "within": 1.0, "detectable": 2.0, "marks": ""}  # fmt: skip


def faults(found):
    return [fault for _, fault in found if fault]


@pytest.mark.parametrize(
    ("cells", "broken"),
    [
        ({}, False),
        ({"better": "x", "p": 0.01, "low": 0.2}, False),
        ({"better": "x", "p": 0.2, "low": 0.2}, True),
        ({"better": "x", "p": 0.01}, True),
        ({"finding": "equal", "p_equal": 0.01}, False),
        ({"finding": "equal", "p_equal": 0.1}, True),
        ({"finding": "equal", "p_equal": 0.01, "difference": 3.0}, True),
        ({"difference": 3.0, "p": 0.01}, True),
        ({"difference": 3.0}, True),
    ],
)
def test_a_comparison_says_what_its_numbers_say(cells, broken):
    assert bool(faults(audit.of_comparison({**ROW, **cells}))) == broken


def experiment():
    return lab.Experiment(
        datasets=[data.moons()],
        models=[models.MLP((4,))],
        arms={"x": hk.Hinge(), "y": hk.SquaredHinge()},
        axes={"learning_rate": [0.1, 0.2, 0.3]},
    )


def trials(best):
    """The validation accuracy of an arm falls with the distance from its best rate."""
    rows = [
        {"dataset": "moons", "model": "4 linear", "arm": arm, "learning_rate": rate,
         "seed": 0, "validation_accuracy": -abs(rate - best[arm]), "noise": 0.1}
        for arm in "xy" for rate in (0.1, 0.2, 0.3)
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("best", "marks", "broken"),
    [
        ({"x": 0.2, "y": 0.2}, "", False),
        ({"x": 0.3, "y": 0.2}, "", True),
        ({"x": 0.3, "y": 0.2}, "a: edge", False),
        ({"x": 0.3, "y": 0.2}, "b: edge", True),
        ({"x": 0.3, "y": 0.1}, "a: edge", True),
        ({"x": 0.3, "y": 0.1}, "a: edge; b: edge", False),
    ],
)
def test_an_arm_at_an_edge_must_be_marked(best, marks, broken):
    summary = pd.DataFrame([{**ROW, "marks": marks}])
    found = audit.of_choices(experiment(), trials(best), summary)
    assert bool(faults(found)) == broken


def test_a_comparison_on_another_set_need_not_be_marked():
    table = trials({"x": 0.3, "y": 0.2})
    for column, value in (("dataset", "circles"), ("noise", 0.5)):
        summary = pd.DataFrame([{**ROW, column: value}])
        assert not faults(audit.of_choices(experiment(), table, summary))


@pytest.mark.parametrize(
    ("last", "marks", "broken"),
    [(0.72, "", True), (0.72, "a: rising", False), (0.705, "", False)],
)
def test_an_arm_that_still_learns_must_be_marked(last, marks, broken):
    curves = pd.DataFrame(
        {"dataset": "moons", "model": "4 linear", "arm": "x", "split": "validation",
         "measure": "accuracy", "epoch": [1, 2, 3, 4], "mean": [0.5, 0.6, 0.7, last]}
    )  # fmt: skip
    summary = pd.DataFrame([{**ROW, "marks": marks}])
    table = trials({"x": 0.2, "y": 0.2})
    found = audit.of_budgets(experiment(), curves, table, summary)
    assert bool(faults(found)) == broken


@pytest.mark.parametrize(("published", "broken"), [(0.85, False), (0.95, True)])
def test_a_typical_number_lies_in_its_range(published, broken):
    row = {"claim": "c", "verdict": claims.TYPICAL, "published": published}
    assert bool(faults(audit.of_claim({**row, "low": 0.8, "high": 0.9}))) == broken


@pytest.mark.parametrize(
    ("stands", "broken"),
    [
        (["reproduced"], False),
        (["reversed"], True),
        (["reproduced", "undecided"], True),
        ([], True),
    ],
)
def test_a_claim_has_one_verdict_that_of_its_evidence(tmp_path, stands, broken):
    evidence = pd.DataFrame(
        {"claim": "c", "source": "s", "verdict": ["reproduced"] * 2}
    )
    evidence.to_csv(tmp_path / "claims.csv", index=False)
    verdicts = {"claim": ["c"] * len(stands), "source": "s", "verdict": stands}
    pd.DataFrame(verdicts).to_csv(tmp_path / "verdicts.csv", index=False)
    assert bool(faults(audit.of_verdicts(tmp_path))) == broken


PAGE = "# Q?\n\n| {} | B |\n| --- | --- |\n| 1 | 2 |\n"
SAID = {
    "finding": "It is, on 9 of 10 seeds.",
    "story": "s",
    "means": "m",
    "recipe": "r",
}


@pytest.mark.parametrize(
    ("said", "head", "source", "doc", "broken"),
    [
        ({}, "psi_G", "Tang 2013", "", 0),
        ({"finding": "It is."}, "A", "Tang 2013", "", 1),
        (
            {"finding": "It is, on 9 of 10 seeds." + " So it goes." * 20},
            "A",
            "Tang 2013",
            "",
            1,
        ),
        ({"story": ""}, "A", "Tang 2013", "", 1),
        ({"recipe": ""}, "A", "Tang 2013", "", 1),
        ({}, "test_loss", "Tang 2013", "", 1),
        ({}, "A", "Nobody 2030", "", 1),
        ({}, "A", "Nobody 2030", "See arXiv 2007.07314.", 0),
    ],
)
def test_a_page_is_read_aloud(tmp_path, said, head, source, doc, broken):
    (tmp_path / "README.md").write_text(PAGE.format(head))
    pd.DataFrame({"source": [source]}).to_csv(tmp_path / "claims.csv", index=False)
    study = types.SimpleNamespace(__doc__=doc)
    assert len(faults(audit.of_page(tmp_path, {**SAID, **said}, study))) == broken
