"""Whether a study could come out otherwise than it did: a look at texts, not at code.

`state.json`, beside a study's archive, keeps a digest of every file and setting that
the study could depend on, written when it was last published whole, or skipped for
want of data. While the digest is the same nothing needs to be imported, trained or
drawn. It may only err on the safe side: a changed comment costs a look at the keys,
and trains nothing.
"""

import functools
import hashlib
import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from hinge_keras.lab.tables import view

PACKAGE = Path(__file__).parents[2]
STATE = "state.json"
PUBLISHED_BUDGET = "full"  # The folder of runs at what was published, not a slice.
PACKAGES = [
    *("keras", "tensorflow", "jax", "torch", "numpy", "scipy", "scikit-learn"),
    *("pandas", "matplotlib", "numba"),
]
SETTINGS = ("KERAS_BACKEND", "FULL", "HINGE_KERAS_DATA")


def digest(script):
    """A digest of the package's files, a study's scripts, versions and settings."""
    found = hashlib.sha256(repr((versions(), settings(), of_package())).encode())
    texts = [*scripts(Path(script)), *sorted(recipes(script).glob("*.py"))]
    for path in texts:
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]


def scripts(script):
    """A study's script; in a folder of `experiments` all that lie beside it."""
    beside = script.parent.name != "experiments" and "experiments" in script.parts
    return sorted(script.parent.glob("*.py")) if beside else [script]


def recipes(script):
    """The folder of the recipes that a study may name: in `experiments`, or beside it."""
    above = Path(script).resolve().parents
    home = next((each for each in above if each.name == "experiments"), above[0])
    return home / "recipes"


@functools.cache
def of_package():
    """A digest of the package's files."""
    found = hashlib.sha256()
    for path in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.csv")]):
        found.update(str(path.relative_to(PACKAGE)).encode() + b"\0")
        found.update(path.read_bytes())
    return found.hexdigest()


@functools.cache
def versions():
    """Of what computes and draws, by package; `None` if it is not there."""
    return {"python": platform.python_version(), **{p: known(p) for p in PACKAGES}}


def known(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return None


@functools.cache
def settings():
    """The environment's variables that a study may read, and what data there are."""
    found = {name: os.environ.get(name, "") for name in SETTINGS}
    folder = Path(found["HINGE_KERAS_DATA"] or os.devnull)
    files = sorted(folder.rglob("*")) if folder.is_dir() else []
    sizes = [(str(p), p.stat().st_size) for p in files if p.is_file()]
    return found, sizes


def folder_of(results, name):
    """A study's folder; runs of the published, larger budget have theirs apart."""
    return Path(results) / (PUBLISHED_BUDGET if os.environ.get("FULL") else "") / name


def is_current(folder, code):
    """Whether a folder's view is whole, and was published from that digest of texts."""
    return kept(folder).get("code") == code and not view.damage(folder)


def lacked(folder, code):
    """The file for want of which a study of that digest was skipped, or `None`."""
    found = kept(folder)
    return found.get("lacked") if found.get("skipped") == code else None


def kept(folder):
    """What is noted; nothing if it cannot be read."""
    try:
        found = json.loads((Path(folder) / STATE).read_text())
        return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}


def keep(folder, **noted):
    """Note that a study was published from `code`, or `skipped` as it `lacked` a file."""
    path = Path(folder) / STATE
    half = path.with_suffix(".half")
    half.write_text(json.dumps(noted) + "\n")
    os.replace(half, path)
