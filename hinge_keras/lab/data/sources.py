"""Files that do not come with the package: found, fetched once, and verified.

`catalogue.csv` lists every file with its size, its SHA-256 and its origin. A
file is looked for in the folder that the environment variable HINGE_KERAS_DATA
names, then in the user's cache, then downloaded there if a public address holds
the identical bytes. Nothing is used whose bytes differ from the catalogue.
"""

import csv
import functools
import hashlib
import logging
import os
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pooch
import requests

FOLDER = "HINGE_KERAS_DATA"


class MissingData(Exception):  # noqa: N818 - a state to report, not a fault
    """A file is nowhere to be found; the message says where to get it.

    Attributes:
        path: Its path in the catalogue, empty if that is not known.
    """

    def __init__(self, message, path=""):
        super().__init__(message)
        self.path = path


@dataclass(frozen=True)
class File:
    """A row of the catalogue.

    Attributes:
        path: Its place in the folder, with forward slashes.
        bytes: Its size.
        sha256: The checksum of its bytes, 64 hex digits.
        origin: Where it comes from, in words.
        url: Where the identical bytes can be downloaded; empty if unknown.
    """

    path: str
    bytes: int
    sha256: str
    origin: str
    url: str = ""


@functools.cache
def catalogue():
    """Every known file by its path."""
    with open(Path(__file__).with_name("catalogue.csv"), newline="") as table:
        rows = [
            File(**{**row, "bytes": int(row["bytes"])}) for row in csv.DictReader(table)
        ]
    return {row.path: row for row in rows}


@functools.cache
def locate(path):
    """The verified file of that catalogue path, downloaded if need be.

    Raises:
        ValueError: If the path is not in the catalogue or the bytes are wrong.
        MissingData: If the file is neither there nor to be downloaded.
    """
    if path not in catalogue():
        raise ValueError(f"path is {path!r}; accepted are paths of the catalogue.")
    return found(catalogue()[path], folders(os.environ.get(FOLDER)))


def folders(named=None):
    """Where to look: the named folder, then the user's cache."""
    cache = Path(pooch.os_cache("hinge_keras"))
    return [Path(named), cache] if named else [cache]


def found(file, places):
    """The file in the first of the places that has it, else downloaded to the last."""
    for place in places:
        here = place / file.path
        if here.is_file():
            return verified(file, here)
    if not file.url:
        raise MissingData(missing(file, places), file.path)
    return downloaded(file, places)


def verified(file, here):
    """That place if its bytes are the catalogue's, else a `ValueError`."""
    actual = sha256(here) if here.stat().st_size == file.bytes else "another size"
    if actual != file.sha256:
        raise ValueError(
            f"{here} has checksum {actual}; accepted is sha256 {file.sha256}, "
            f"{file.bytes} bytes ({file.origin}): remove it or put the right one there."
        )
    return here


def sha256(path):
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def downloaded(file, places):
    """Fetch a file into the last place; a failed fetch leaves nothing there."""
    target = places[-1] / file.path
    pooch.get_logger().setLevel(logging.WARNING)
    try:
        pooch.retrieve(
            file.url, f"sha256:{file.sha256}", fname=target.name, path=target.parent
        )
    except requests.RequestException:
        raise MissingData(missing(file, places), file.path) from None
    return target


def missing(file, places):
    """One line: which file, its checksum, from where, and where to put it."""
    origin = file.url or file.origin
    return (
        f"no {file.path} (sha256 {file.sha256}); take it from {origin} and put it in "
        f"{places[0] / file.path}, or let {FOLDER} name a folder that has it"
    )


def documents(archive, encoding="latin-1"):
    """The texts of a tar archive by member name, read without unpacking.

    Raises:
        ValueError: If the archive is cut off, or a member is not a plain file or
            folder below the archive's own root.
    """
    texts = {}
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                refuse_unless_below(member)
                if member.isfile():
                    texts[member.name] = tar.extractfile(member).read().decode(encoding)
    except (tarfile.ReadError, EOFError, OSError) as error:
        raise ValueError(f"{archive} cannot be read to its end ({error}).") from None
    return texts


def refuse_unless_below(member):
    """Links, devices, absolute paths and paths with `..` are refused."""
    parts = member.name.split("/")
    if not (member.isfile() or member.isdir()) or ".." in parts or parts[0] == "":
        raise ValueError(
            f"archive member {member.name!r} is refused; accepted are plain files "
            "below the archive's root."
        )
