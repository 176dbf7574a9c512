"""What is built holds what it should, and reads well on a package index."""

import importlib.util
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOML = tomllib.loads((ROOT / "pyproject.toml").read_text())
TAKEN = ("hinge_keras", "tests", "experiments", "benchmarks")
BUILD = (
    "import sys, setuptools.build_meta as build; folder = sys.argv[1]\n"
    "build.build_sdist(folder); build.build_wheel(folder)"
)


def script():
    """The script that makes the long description."""
    spec = importlib.util.spec_from_file_location("setup_script", ROOT / "setup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_links_of_the_long_description_are_absolute_and_lead_to_files():
    home = script().HOME
    page = script().absolute((ROOT / "README.md").read_text())
    links = re.findall(r"\]\(([^)]+)\)", page)
    assert links
    for link in links:
        assert link.startswith("http")
        if link.startswith(home):
            path = re.sub(r"^/(?:raw|blob)/main/", "", link.removeprefix(home))
            assert (ROOT / path.partition("#")[0]).exists(), link


def test_pictures_are_raw_and_other_links_are_left():
    page = "![a](b.png) [c](d.md) [e](http://f.g) [h](#i)"
    home = script().HOME
    assert script().absolute(page) == (
        f"![a]({home}/raw/main/b.png) [c]({home}/blob/main/d.md) [e](http://f.g) [h](#i)"
    )


def test_every_address_is_that_of_one_repository():
    for address in TOML["project"]["urls"].values():
        assert address.startswith(script().HOME)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of a wheel and an sdist, built from what git has."""
    pytest.importorskip("setuptools", minversion="77")  # As pyproject.toml asks.
    listed = subprocess.run(
        [
            "git",
            "ls-files",
            *TAKEN,
            "*.toml",
            "*.md",
            "*.in",
            "*.txt",
            "*.py",
            "LICENSE",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout.split()
    if not listed:
        pytest.skip("this is no clone")
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for name in [*listed, "Makefile"]:
        if not name.startswith("results/"):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-c", BUILD, str(folder)]
    run = subprocess.run(command, cwd=source, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return folder


def test_the_wheel_is_whole(built):
    (path,) = built.glob("*.whl")
    names = zipfile.ZipFile(path).namelist()
    files = {p.relative_to(ROOT).as_posix() for p in ROOT.glob("hinge_keras/**/*.py")}
    assert files <= set(names)
    assert {"hinge_keras/py.typed", "hinge_keras/lab/data/catalogue.csv"} <= set(names)
    assert not [n for n in names if n.startswith(("tests", "experiments", "results"))]
    said = {n.rpartition("/")[2]: zipfile.ZipFile(path).read(n).decode() for n in names}
    assert "hinge-keras = hinge_keras.cli:main" in said["entry_points.txt"]
    assert re.findall(r"\]\((?!http)", said["METADATA"]) == []


def test_the_sdist_is_whole(built):
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for name in ("CHANGELOG.md", "Makefile", "requirements.txt", "tests/conftest.py"):
        assert name in names
    assert {"experiments/__main__.py", "tests/types/signatures.py"} <= names
    assert "benchmarks/situations.csv" in names
    assert not [name for name in names if name.startswith("results")]


@pytest.mark.slow
def test_a_type_checker_flags_what_is_not_there(tmp_path):
    pytest.importorskip("mypy")
    (tmp_path / "wrong.py").write_text(
        "import hinge_keras as hk\nhk.nonsense\nhk.Hinge(margn=2)\nhk.Hinge(margin=2)\n"
    )
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--config-file",
        str(ROOT / "pyproject.toml"),
    ]
    run = subprocess.run(
        [*command, str(tmp_path / "wrong.py")], cwd=ROOT, capture_output=True, text=True
    )
    found = re.findall(r"wrong.py:(\d+): error: .*\[(.*)\]", run.stdout)
    assert found == [("2", "attr-defined"), ("3", "call-arg")], run.stdout
