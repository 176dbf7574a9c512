"""Which way the arrows point: each file of the package imports what its row says.

A row is a file or a folder; the longest row that fits counts. A file without a
row fails, so a new room is placed on purpose.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import hinge_keras as hk

ROOT = Path(__file__).parent.parent
LAB = "keras numpy pandas matplotlib scipy sklearn"
TABLES = "numpy pandas matplotlib scipy"
CORE = "configured margins losses metrics layers calibration check refusal"

# file or folder: packages it may import | rooms of hinge_keras it may import
ROWS = {
    "__init__.py": "| losses metrics layers calibration check lab svm",  # When used.
    "configured.py": "keras |",
    "backends.py": "keras tensorflow jax torch |",  # The one in use.
    "internals.py": "keras tensorflow |",  # TensorFlow: when it is the backend.
    "refusal.py": "keras tensorflow jax | internals",  # So here.
    "margins.py": "keras | refusal",
    "weights.py": "keras | margins internals",
    "losses/": "keras | backends configured internals margins weights losses",
    "losses/order.py": "keras | backends internals",
    "metrics/": "keras | configured internals margins weights losses metrics",
    "layers.py": "keras | configured",
    "calibration.py": "numpy scipy sklearn |",
    "check/": "keras numpy | configured losses check",
    "check/probe.py": "keras numpy tensorflow jax | losses",
    "svm/": "numpy scipy sklearn | svm",
    "svm/compiled.py": "numba numpy |",
    "lab/": f"{LAB} | {CORE} svm lab",
    "lab/training/_tensorflow.py": f"tensorflow {LAB} | {CORE} lab",
    "lab/training/_jax.py": f"jax {LAB} | {CORE} lab",
    "lab/data/sources.py": f"pooch requests {LAB} | lab",
    "lab/stats.py": f"{TABLES} | lab",
    "lab/plots/": f"{TABLES} | lab",
    "lab/report.py": f"{TABLES} | lab",
    "lab/report/": f"{TABLES} | lab",
}
NEVER_TRAIN = ("lab/stats.py", "lab/plots/", "lab/report.py", "lab/report/")
TRAINING = ("hinge_keras.lab.training", "hinge_keras.lab.executors")

FILES = sorted(
    path.relative_to(ROOT / "hinge_keras").as_posix()
    for path in (ROOT / "hinge_keras").rglob("*.py")
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
    row = row_of(file)
    packages, rooms = (part.split() for part in ROWS[row].split("|"))
    package = ".".join(("hinge_keras", *Path(file).parent.parts))
    for module in imports(source, package):
        top, _, inside = module.partition(".")
        if top == "hinge_keras":
            allowed = not inside or inside.split(".")[0] in (*rooms, "__version__")
        else:
            allowed = top in sys.stdlib_module_names or top in packages
        if row in NEVER_TRAIN and module.startswith(TRAINING):
            allowed = False
        if not allowed:
            yield module


@pytest.mark.parametrize("file", FILES)
def test_imports_only_what_its_row_allows(file):
    assert row_of(file), f"hinge_keras/{file} has no row in this test's table"
    found = list(breaches(file, (ROOT / "hinge_keras" / file).read_text()))
    assert not found, f"hinge_keras/{file} may not import {', '.join(found)}"


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
        ("lab/stats.py", "def f():\n import keras", "keras"),
        (
            "lab/plots/scores.py",
            "from ..training import fit",
            "hinge_keras.lab.training.fit",
        ),
        ("lab/models.py", "import tensorflow.keras", "tensorflow.keras"),
        ("lab/training/_jax.py", "import tensorflow", "tensorflow"),
    ],
)
def test_a_forbidden_import_is_found(file, source, breach):
    assert list(breaches(file, source)) == [breach]


def test_a_file_without_a_row_is_found():
    assert row_of("utils.py") is None


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


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        hk.nonsense  # noqa: B018
