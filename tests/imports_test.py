"""Which way the arrows point: each file imports what its row in ARCHITECTURE.md says.

A row is a file or a folder; the longest row that fits counts. A file without a row
fails, so a new room is placed on purpose, and a row without a file fails too.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import hinge_keras as hk

ROOT = Path(__file__).parent.parent
OURS = ("hinge_keras", "experiments")


def rooms():
    """The table of rooms: `{file or folder: (packages, rooms of the package)}`."""
    page = (ROOT / "ARCHITECTURE.md").read_text()
    table = page.split("<!-- rooms -->\n")[1].split("<!-- end -->")[0]
    cells = (line.strip("|").split("|") for line in table.splitlines()[2:])
    return {
        room.strip(" `"): (packages.split(), inside.split())
        for room, _, packages, inside in cells
    }


ROWS = rooms()
FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for package in OURS
    for path in (ROOT / package).rglob("*.py")
)


def row_of(file):
    """The longest row that is the file or a folder around it."""
    fitting = [r for r in ROWS if file == r or (r.endswith("/") and file.startswith(r))]
    return max(fitting, key=len, default=None)


def imports(source, package):
    """Every absolute module name a source imports, at any depth of its code."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) + 1 - node.level]
            base = ".".join(parents) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            yield from (f"{module}.{alias.name}" for alias in node.names)


def breaches(file, source):
    """The imports of a file that its row does not allow."""
    packages, inside = ROWS[row_of(file)]
    for module in imports(source, ".".join(Path(file).parent.parts)):
        top, _, path = module.partition(".")
        if top in OURS:
            place = module if top == "experiments" else path
            door = place in ("", "__version__") or (
                place == "lab" and file.startswith("experiments/")
            )
            allowed = door or any(
                place == room or place.startswith(f"{room}.") for room in inside
            )
        else:
            allowed = top in sys.stdlib_module_names or top in packages
        if not allowed:
            yield module


def test_every_row_has_a_file():
    assert {row_of(file) for file in FILES} == set(ROWS)


@pytest.mark.parametrize("file", FILES)
def test_imports_only_what_its_row_allows(file):
    assert row_of(file), f"{file} has no row in ARCHITECTURE.md"
    found = list(breaches(file, (ROOT / file).read_text()))
    assert not found, f"{file} may not import {', '.join(found)}"


@pytest.mark.parametrize(
    ("file", "source", "breach"),
    [
        ("losses/binary.py", "import tensorflow as tf", "tensorflow"),
        (
            "losses/binary.py",
            "from hinge_keras.lab import data",
            "hinge_keras.lab.data",
        ),
        (
            "margins.py",
            "from hinge_keras.losses import Hinge",
            "hinge_keras.losses.Hinge",
        ),
        ("lab/analysis/ranks.py", "def f():\n import keras", "keras"),
        (
            "lab/figures/scores.py",
            "from ..training import fit",
            "hinge_keras.lab.training.fit",
        ),
        (
            "lab/analysis/ranks.py",
            "from hinge_keras.lab.tables import archive",
            "hinge_keras.lab.tables.archive",
        ),
        ("lab/models.py", "import tensorflow.keras", "tensorflow.keras"),
        ("lab/training/_jax.py", "import tensorflow", "tensorflow"),
        ("lab/study.py", "from experiments import tuned", "experiments.tuned"),
    ],
)
def test_a_forbidden_import_is_found(file, source, breach):
    assert list(breaches(f"hinge_keras/{file}", source)) == [breach]


def test_a_file_without_a_row_is_found():
    assert row_of("hinge_keras/utils.py") is None


SLOW = pytest.mark.slow  # A process that imports Keras takes seconds.
HEAVY = ("keras", "tensorflow", "jax", "torch", "pandas", "matplotlib")


def loaded_by(code):
    """The rooms of the package and the heavy packages that some code imports."""
    code += "; import sys; print(*sys.modules, sep='\\n')"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    modules = run.stdout.split()
    rooms = {m.split(".")[1] for m in modules if m.startswith("hinge_keras.")}
    return rooms, {package for package in HEAVY if package in modules}


def test_importing_the_package_imports_nothing():
    assert loaded_by("import hinge_keras") == (set(), set())


def test_a_loss_imports_neither_laboratory_nor_solver():
    rooms, _ = loaded_by("import hinge_keras as hk; hk.Hinge")
    assert "losses" in rooms
    assert not rooms & {"lab", "svm"}


@pytest.mark.parametrize("room", ["svm", "calibration"])
def test_what_needs_no_keras_imports_none(room):
    rooms, heavy = loaded_by(f"import hinge_keras.{room}")
    assert rooms >= {room}
    assert not heavy & {"keras", "tensorflow", "jax", "torch"}


def test_every_public_name_is_there_and_listed():
    names = set(hk.__all__)
    assert names <= set(dir(hk))
    assert {"Hinge", "SignAccuracy", "NormedDense", "Platt", "check_loss"} <= names
    assert {"compare", "Comparison", "losses", "metrics", "svm"} <= names
    for name in names:
        assert getattr(hk, name) is not None
    starred = {}
    exec("from hinge_keras import *", starred)
    assert names <= set(starred)


@pytest.mark.parametrize(
    "package",
    ["pandas", *(pytest.param(p, marks=SLOW) for p in ("matplotlib", "sklearn"))],
)
def test_without_the_laboratory_compare_says_what_to_install(package):
    code = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "import hinge_keras as hk\n"
        "try: hk.compare\n"
        "except ModuleNotFoundError as error: print(error)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert run.stdout.splitlines() == [
        f'hk.compare needs {package}: pip install "hinge_keras[lab]"'
    ]


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        hk.nonsense  # noqa: B018
