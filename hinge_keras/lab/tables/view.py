"""The published tables of a study: a view of its archive, for readers and for git.

All files of a view are written aside, then put in place one by one, and the manifest,
which has their checksums, last. So a view whose manifest fits is whole, and one that
does not is made again; nothing is lost, since the archive has it all. A file whose
content stays the same is not touched.
"""

import hashlib
import json
import os
import shutil
from pathlib import Path

import pandas as pd

from hinge_keras.lab.tables.archive import synced, unwritable

MANIFEST = "manifest.json"
ASIDE = ".half"
DIGITS = "%.6g"


def publish(folder, files, **said):
    """Make a folder hold exactly these files, beside an archive; all or nothing.

    Args:
        folder: Where to.
        files: Contents in bytes, by name.
        **said: Texts that the manifest keeps as well.

    Raises:
        ValueError: If they cannot be written; the old view then stays.
    """
    folder = Path(folder)
    sums = {name: sha256(content) for name, content in sorted(files.items())}
    listed = signed({**said, "files": sums})
    aside = folder / ASIDE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(aside, ignore_errors=True)
        changed = {n: c for n, c in files.items() if not holds(folder / n, c)}
        gone = published(folder) - {*files, MANIFEST}
        if not changed and not gone and holds(folder / MANIFEST, listed):
            return
        aside.mkdir()
        for name, content in (*changed.items(), (MANIFEST, listed)):
            written(aside / name, content)
        synced(aside)
        for name in changed:
            os.replace(aside / name, folder / name)
        for name in gone:
            (folder / name).unlink(missing_ok=True)
        os.replace(aside / MANIFEST, folder / MANIFEST)
        aside.rmdir()
        synced(folder)
    except OSError as error:
        raise unwritable(folder, error) from None


def signed(content):
    """A manifest as bytes, with a checksum of its own."""
    text = json.dumps(content, sort_keys=True)
    content = {**content, "checksum": sha256(text.encode())}
    return (json.dumps(content, indent=1) + "\n").encode()


def manifest(folder):
    """What a view's manifest says; empty if there is none, or another than was written."""
    try:
        written = (Path(folder) / MANIFEST).read_bytes()
        found = json.loads(written)
        found.pop("checksum", None)
    except (OSError, ValueError, AttributeError):
        return {}
    return found if signed(found) == written else {}


def published(folder):
    """The names of the files that a view's manifest lists."""
    return set(manifest(folder).get("files", ()))


def damage(folder):
    """What is wrong with a view, in one sentence; `None` if it is whole or not there."""
    folder = Path(folder)
    if not (folder / MANIFEST).exists():
        return None
    sums = manifest(folder).get("files")
    if sums is None:
        wrong = [MANIFEST]
    else:
        wrong = [name for name, sum in sums.items() if sha256_of(folder / name) != sum]
    if not wrong:
        return None
    return (
        f"{folder / wrong[0]} is not what was published; the view is made again from "
        "the trials."
    )


def holds(path, content):
    return path.is_file() and path.read_bytes() == content


def written(path, content):
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def sha256_of(path):
    return sha256(path.read_bytes()) if path.is_file() else None


def as_csv(table, digits=DIGITS):
    """A table as the bytes of a CSV file, numbers to so many significant digits."""
    return table.to_csv(index=False, float_format=digits).encode()


def read(path):
    """A published table, empty if there is none; every cell is the text in the file."""
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    except (FileNotFoundError, NotADirectoryError, pd.errors.EmptyDataError):
        return pd.DataFrame()
