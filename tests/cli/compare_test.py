"""`hinge-keras compare`: files as people have them, and what they get."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest

from hinge_keras import cli
from hinge_keras.cli import compare, tables
from hinge_keras.cli.terminal import Refused


def read(tmp_path, content, name="d.csv", **options):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return tables.read(path, **options)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_what_separates_cells_is_found(mark, tmp_path):
    text = f'a{mark}b{mark}c\n1{mark}"x, y; z"{mark}3\n2{mark}u{mark}4\n'
    frame, _ = read(tmp_path, text)
    assert list(frame) == ["a", "b", "c"]
    assert frame.b.tolist() == ["x, y; z", "u"]
    assert frame.a.tolist() == [1, 2]


def test_cells_stay_as_they_were_written(tmp_path):
    text = "zip,n,gap,odd\n01234,1,,NA\n04103,2.5,7,None\n"
    frame, told = read(tmp_path, text)
    assert frame.zip.tolist() == ["01234", "04103"]
    assert frame.n.tolist() == [1, 2.5]
    assert np.isnan(frame.gap[0])
    assert frame.odd.tolist() == ["NA", "None"]
    assert told == []


def test_compressed_files_and_other_encodings_are_read(tmp_path):
    frame, _ = read(tmp_path, gzip.compress("name,y\nä,1\n".encode()), "d.csv.gz")
    assert frame.name[0] == "ä"
    frame, told = read(tmp_path, "name,y\nä,1\n".encode("cp1252"))
    assert frame.name[0] == "ä"
    assert "cp1252" in told[0]
    frame, _ = read(tmp_path, "\ufeffname,y\nä,1\n")
    assert list(frame) == ["name", "y"]


def test_a_file_without_names_is_suspected_and_numbered(tmp_path):
    text = "39, State-gov, <=50K\n50, Private, >50K\n"
    _, told = read(tmp_path, text)
    assert "--no-header" in told[0]
    frame, told = read(tmp_path, text, header=False)
    assert list(frame) == ["1", "2", "3"]
    assert frame["3"].tolist() == ["<=50K", ">50K"]
    assert told == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "cannot be read as a table"),
        ("a,b\n1,2\n1,2,3,4\n", "cannot be read as a table"),
        ("a,b\n1,2,3\n1,2,3\n", "has rows of 3 cells and 2 names"),
        (b"PK\x00\x01\x00", "is no text"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(content, told, tmp_path):
    with pytest.raises(Refused, match=told) as refused:
        read(tmp_path, content)
    assert refused.value.status == 1
    assert "\n" not in str(refused.value)


def test_rows_without_a_label_are_left_out():
    frame = pd.DataFrame({"y": ["a", "", "n/a", " b", None, "none"], "x": range(6)})
    kept, unknown = tables.labelled(frame, "y")
    assert kept.x.tolist() == [0, 3, 5]
    assert unknown == 3


def test_many_rows_have_fewer_passes_and_are_drawn():
    assert [compare.passes(n) for n in (100, 6000, 10**6)] == [50, 10, 5]
    frame = pd.DataFrame({"x": range(100)})
    some = compare.some(frame, 30)
    assert len(some) == 30
    assert some.x.is_monotonic_increasing
    assert compare.some(frame, 100) is frame


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A file with an identifier, a copy, repeated rows, gaps and hostile names."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=200), "<b>|": rng.normal(size=200)})
    frame["customer_id"] = [f"c{i}" for i in range(200)]
    frame["y"] = np.where(frame.a > 0, "yes", "no")
    frame["copied"] = frame.y.map({"yes": "J", "no": "N"})
    frame["<b>|"] = frame["<b>|"].astype(object).where(frame.index > 9, "n/a")
    frame.loc[5, "y"] = ""
    path = tmp_path_factory.mktemp("file") / "mine.csv"
    pd.concat([frame, frame[:20]]).to_csv(path, index=False)
    return path


QUICK = ["--seeds", "6", "--epochs", "2", "--target", "y"]


@pytest.mark.slow
def test_a_file_becomes_an_answer_and_a_page(file, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(compare, "RATES", 0.1)  # Without a search.
    folder = tmp_path / "page"
    assert cli.main(["compare", str(file), *QUICK, "--out", str(folder)]) == 0
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 80
    flat = " ".join(told.split())
    for part in (
        "rows without a label are left out",
        "customer_id: identifier,",
        "'copied' says what y says, and is set aside",
        "rows repeat another",
        "the page:",
    ):
        assert part in flat
    page = (folder / "index.html").read_text()
    assert "&lt;b&gt;|" in page
    # Nothing is left to train, and the same is said as JSON.
    again = [*QUICK, "--out", str(folder), "--json"]
    assert cli.main(["compare", str(file), *again]) == 0
    out, err = capsys.readouterr()
    said = json.loads(out)
    assert "trials to train" not in err
    assert said["page"] == str(folder / "index.html")
    assert said["recommendation"]
    kinds = {each["column"]: each["kind"] for each in said["columns"]}
    assert kinds["copied"] == "copy of y"


@pytest.mark.parametrize(
    ("options", "status", "told"),
    [
        (["--target", "Y"], 2, "did you mean 'y'?"),
        (["--target", "a", "--ignore", "nowhere"], 2, "--ignore is 'nowhere'"),
        (["--target", "y", "--time", "y"], 2, "which is the target"),
        (["--target", "customer_id"], 1, "accepted"),
        (
            ["--target", "y", "--metric", "nonsense"],
            1,
            "--metric is 'nonsense', which makes no metric",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(
    options, status, told, file, capsys, tmp_path
):
    out = ["--out", str(tmp_path / "page")]
    assert cli.main(["compare", str(file), *options, *out]) == status
    err = capsys.readouterr().err.splitlines()
    assert told in err[-1]
    assert not (tmp_path / "page").exists()
