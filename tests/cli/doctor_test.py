"""The doctor finds what is broken, and nothing else."""

import json

import pytest

from hinge_keras import cli
from hinge_keras.cli import doctor
from hinge_keras.lab.tables import view


@pytest.fixture
def results(tmp_path):
    view.publish(tmp_path / "study", {"summary.csv": b"a\n1\n"}, finding="It is.")
    return tmp_path


def states(capsys, results):
    status = cli.main(["doctor", "--results", str(results), "--json"])
    told = json.loads(capsys.readouterr().out)
    return status, {each["what"]: each for each in told["found"]}


def test_here_nothing_is_broken(results, capsys):
    status, found = states(capsys, results)
    assert status == 0
    for what in ("Python", "hinge_keras", "machine", "Keras", "laboratory", "kernels"):
        assert found[what]["state"] == "ok", found[what]
    assert "1 in" in found["published tables"]["told"]


def test_a_damaged_table_is_broken(results, capsys):
    (results / "study" / "summary.csv").write_text("a\n2\n")
    status, found = states(capsys, results)
    assert status == 1
    assert found["published tables"]["state"] == "broken"


def test_a_file_of_other_bytes_is_broken(results, capsys, tmp_path, monkeypatch):
    from hinge_keras.lab.data import sources

    file = next(iter(sources.catalogue().values()))
    (tmp_path / "data" / file.path).parent.mkdir(parents=True)
    (tmp_path / "data" / file.path).write_text("other")
    monkeypatch.setenv(sources.FOLDER, str(tmp_path / "data"))
    status, found = states(capsys, results)
    assert status == 1
    assert file.path in found["data file"]["told"]


def test_a_missing_package_of_the_laboratory_is_broken(monkeypatch):
    monkeypatch.setitem(doctor.LABORATORY, "nonsense", "no_such_module")
    found = doctor.laboratory()
    assert found.state == "broken"
    assert found.told == 'without nonsense: pip install "hinge_keras[lab]"'


def test_people_read_it_within_80_columns(results, capsys):
    assert cli.main(["doctor", "--results", str(results)]) == 0
    told = capsys.readouterr().out
    assert "nothing that is needed is broken" in told
    assert max(map(len, told.splitlines())) <= 80
