"""Which files of the package a script rests on, and a fingerprint of their text."""

import ast
import hashlib
from pathlib import Path

ROOT = Path(__file__).parents[2]
# What the package names for type checkers alone: who uses it imports it.
LAZY = ("hinge_keras/lab/", "hinge_keras/svm/")


def files(script, left_out=()):
    """A script and every file of hinge_keras that it imports, directly or not.

    Args:
        script: A path.
        left_out: Starts of paths from the root, neither counted nor followed.
    """
    found, waiting = set(), [Path(script)]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            passed = LAZY if path == ROOT / "hinge_keras" / "__init__.py" else ()
            waiting += [
                each
                for each in imported(path.read_text())
                if not each.relative_to(ROOT)
                .as_posix()
                .startswith((*left_out, *passed))
            ]
    return sorted(found)


def imported(source):
    """The files of hinge_keras that a source imports, at any depth of its code."""
    for node in ast.walk(ast.parse(source)):
        names = [alias.name for alias in getattr(node, "names", ())]
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{name}" for name in names]
        elif not isinstance(node, ast.Import):
            continue
        yield from (file for name in names for file in file_of(name))


def file_of(name):
    """The file of a module, or of the module that a name is taken from, if ours."""
    for module in (name, name.rpartition(".")[0]):
        stem = ROOT.joinpath(*module.split("."))
        for path in (stem.with_suffix(".py"), stem / "__init__.py"):
            if module.startswith("hinge_keras") and path.exists():
                return [path]
    return []


def fingerprint(*texts, of=()):
    """12 hex digits that change with a text, or with that of a file."""
    parts = [*texts, *(path.read_text() for path in of)]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:12]
