"""What a study measures itself is kept: a table, its parts, what is inside each net."""

import ast

import pytest

from hinge_keras.lab import study

MEASURING = '''
"""How many letters?"""
from pathlib import Path

import pandas as pd

from hinge_keras import lab

FACTOR = 3


def measurements(quick):
    with open(Path(__file__).with_name("asked.txt"), "a") as asked:
        asked.write("once ")
    return pd.DataFrame({"letters": [1 / FACTOR, 4.0], "name": ["NA", "b"]})


def findings(results):
    found = results.table.letters.tolist(), results.table.name.tolist()
    return lab.Findings(sentence=f"{found}", summary=pd.DataFrame(), figures={})
'''


def test_measurements_are_taken_again_only_if_their_code_changed(write, tmp_path):
    asked = tmp_path / "scripts" / "asked.txt"
    said = "([0.3333333333333333, 4.0], ['NA', 'b'])"
    assert study.run(write(MEASURING), tmp_path).finding == said
    study.run(write(MEASURING.replace("letters?", "letters now?")), tmp_path)
    assert asked.read_text().split() == ["once"]
    study.run(write(MEASURING.replace("FACTOR = 3", "FACTOR = 4")), tmp_path)
    assert asked.read_text().split() == ["once"] * 2


IN_PARTS = """
'How many letters?'
from pathlib import Path

import pandas as pd

from hinge_keras import lab

HERE = Path(__file__).parent


def parts(quick):
    return [1, 2, 3]


def measurements(part):
    with open(HERE / "asked.txt", "a") as asked:
        asked.write(f"{part} ")
    if part == 3 and not (HERE / "power").exists():
        raise KeyboardInterrupt
    return pd.DataFrame({"part": [part], "letters": [10 * part]})


def findings(results):
    told = f"{results.table.part.tolist()} {results.table.letters.tolist()}"
    return lab.Findings(sentence=told, summary=pd.DataFrame(), figures={})
"""


def test_a_part_that_was_measured_is_kept(write, tmp_path):
    script = write(IN_PARTS)
    with pytest.raises(KeyboardInterrupt):
        study.run(script, tmp_path)
    (tmp_path / "scripts" / "power").touch()
    assert study.run(script, tmp_path).finding == "[1, 2, 3] [10, 20, 30]"
    assert (tmp_path / "scripts" / "asked.txt").read_text().split() == [*"1233"]


INSIDE = """
'How large are the first weights?'
from pathlib import Path

import numpy as np
import pandas as pd

import hinge_keras as hk
from hinge_keras import lab
from hinge_keras.lab import data, models

HERE = Path(__file__).parent
EXPERIMENT = lab.Experiment(
    datasets=[data.circles(sizes=(40, 20, 20))],
    models=[models.MLP((4,))],
    arms={"hinge": hk.Hinge(), "squared hinge": hk.SquaredHinge()},
    axes={"learning_rate": [0.01, 0.1]},
    limits={"learning_rate": (0.01, 0.1)},
    seeds=range(2),
    epochs=2,
    pilot=lab.Pilot(seeds=[9]),
)


def inspection(trial, splits, net):
    with open(HERE / "asked.txt", "a") as asked:
        asked.write(f"{trial.arm.split()[0]}{trial.seed} ")
    if trial.arm == "squared hinge" and not (HERE / "power").exists():
        raise KeyboardInterrupt
    size = np.abs(net.get_weights()[0]).sum()
    return [{"test_size": size, "who": who} for who in ("me", "you")]


def findings(results):
    columns = ["arm", "learning_rate", "seed", "edge", "who", "rising"]
    found = results.table[columns].astype(str).agg("/".join, axis=1)
    told = f"{found.tolist()} {results.table.test_size.nunique()}"
    return lab.Findings(sentence=told, summary=pd.DataFrame(), figures={})
"""


def test_what_is_found_inside_a_net_is_kept(write, tmp_path):
    script = write(INSIDE)
    with pytest.raises(KeyboardInterrupt):
        study.run(script, tmp_path)
    (tmp_path / "scripts" / "power").touch()
    found, sizes = study.run(script, tmp_path).finding.rsplit(" ", 1)
    rows = [row.split("/") for row in ast.literal_eval(found)]
    arms = ["hinge"] * 4 + ["squared hinge"] * 4
    assert [row[0] for row in rows] == arms
    assert {row[1] for row in rows} <= {"0.01", "0.1"}
    assert [row[2] for row in rows] == [*"00110011"]
    assert {row[3] for row in rows} == {"learning_rate"}  # Of two rates both are ends.
    assert [row[4] for row in rows] == ["me", "you"] * 4
    assert {row[5] for row in rows} == {"False"}  # Two epochs have no last quarter.
    assert sizes == "4"  # Each net's own.
    asked = (tmp_path / "scripts" / "asked.txt").read_text().split()
    assert asked == ["hinge0", "hinge1", "squared0", "squared0", "squared1"]
    page = (tmp_path / "small" / "README.md").read_text()
    assert "axes chosen on: 1 other seeds, from 9 to 9" in page
    assert "ran on: " in page
