"""Finished trials on disk: appended whole, checked when read, never taken back.

An archive is one file of lines, one record a line:

    checksum key {"status": ..., "values": {...}, "curve": {...}, ...}

The checksum covers all that follows it. A line that is torn, cut, changed or there
twice costs itself alone: the next one begins after the next newline. One process
writes at a time; the system lets go of its lock when it dies, however it dies.
"""

import base64
import contextlib
import fcntl
import json
import os
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

LINE = re.compile(rb"[0-9a-f]{8} [0-9a-f]{16} \{")
KEY = slice(9, 25)
BUSY = 3  # Seconds to wait for another writer that is about to end.


@dataclass(frozen=True)
class Record:
    """What a finished trial left.

    Attributes:
        status: `"done"` or `"diverged"`.
        epochs_run: Epochs finished with a finite loss.
        seconds: Of training, its share of a block's.
        values: Final measurements by column.
        curve: Columns of equal length, one number an epoch.
        scores: Raw scores by split, `(examples, outputs)`.
        environment: Versions that it was trained on, by package.
    """

    status: str
    epochs_run: int
    seconds: float
    values: Mapping[str, float] = field(default_factory=dict)
    curve: Mapping[str, np.ndarray] = field(default_factory=dict)
    scores: Mapping[str, np.ndarray] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


class Locked(Exception):  # noqa: N818 - a state to report, not a fault
    """Another process writes to the archive; the message says which."""


class Archive:
    """The records in a file, by key. Used as a context, it may be added to.

    Attributes:
        path: The file; none is made before the first record.
        places: Where each record's line lies, `{key: (start, stop)}`.
        damages: What was found wrong, one sentence each.
    """

    def __init__(self, path):
        self.path = Path(path)
        self.writing = None
        self.lock = None
        self.read_places()

    def read_places(self):
        """Find every whole line; note the damaged ones."""
        self.places, torn, twice, self.ended = {}, [], 0, True
        size = self.path.stat().st_size if self.path.exists() else 0
        if size:
            with open(self.path, "rb") as lines:
                start = 0
                for line in lines:
                    stop = start + len(line)
                    key = checked(line)
                    if key is None:
                        torn.append(start)
                    elif key in self.places:
                        twice += 1
                    else:
                        self.places[key] = (start, stop)
                    start, self.ended = stop, line.endswith(b"\n")
        self.damages = [*damaged(self.path, torn), *doubled(self.path, twice)]

    def __contains__(self, key):
        return key in self.places

    def __len__(self):
        return len(self.places)

    def records(self, keys):
        """The records of some keys, in their order, as `(key, record)`."""
        if not self.path.exists():
            return
        with open(self.path, "rb") as lines:
            for key in keys:
                start, stop = self.places[key]
                lines.seek(start)
                line = lines.read(stop - start)
                if checked(line) != key:
                    raise ValueError(
                        f"{self.path} was changed while it was read; accepted is a "
                        "file that only this process writes: run again."
                    )
                yield key, decoded(line)

    def __enter__(self):
        """Take the lock, and read again what another process may have added.

        Raises:
            Locked: If another process has it.
            ValueError: If the folder cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.lock = open(self.path.with_suffix(".lock"), "a+")
        except OSError as error:
            raise unwritable(self.path.parent, error) from None
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.lock.seek(0)
            holder = self.lock.read().strip() or "unknown"
            self.lock.close()
            raise Locked(
                f"{self.path.parent} is being written by process {holder}; wait for "
                "it, or stop it and run again."
            ) from None
        self.lock.truncate(0)
        self.lock.write(f"{os.getpid()}\n")
        self.lock.flush()
        self.read_places()
        return self

    def __exit__(self, *error):
        with contextlib.suppress(OSError):
            self.lock.truncate(0)
        self.lock.close()
        self.lock = None

    def add(self, records):
        """Append records, `{key: record}`; on disk, all or none, before this returns.

        Raises:
            ValueError: If they cannot be written; the file is then as it was.
        """
        if self.lock is None:
            raise RuntimeError("an archive is added to inside its `with` block")
        new = {key: record for key, record in records.items() if key not in self.places}
        lines = [encoded(key, record) for key, record in new.items()]
        if not lines:
            return
        try:
            made = not self.path.exists()
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o644)
            try:
                end = os.fstat(descriptor).st_size
                # A line that a death cut off must not swallow the next one.
                text = b"".join([b"" if self.ended else b"\n", *lines])
                try:
                    write_all(descriptor, text, end)
                    os.fsync(descriptor)
                except BaseException:
                    with contextlib.suppress(OSError):
                        os.ftruncate(descriptor, end)
                    raise
            finally:
                os.close(descriptor)
            if made:
                synced(self.path.parent)
        except OSError as error:
            raise unwritable(self.path, error) from None
        start = end + (not self.ended)
        for key, line in zip(new, lines, strict=True):
            self.places[key] = (start, start + len(line))
            start += len(line)
        self.ended = True


def write_all(descriptor, text, at):
    """Write every byte from a place on, or raise."""
    view = memoryview(text)
    while view:
        written = os.pwrite(descriptor, view, at)
        view, at = view[written:], at + written


def synced(folder):
    """A folder's entries on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unwritable(path, error):
    return ValueError(
        f"{str(path)!r} cannot be written ({error.strerror}); accepted is a folder "
        "you own on a disk with room; what was kept before is kept."
    )


def checked(line):
    """The key of a whole line, `None` of a damaged one."""
    if not LINE.match(line) or not line.endswith(b"}\n"):
        return None
    if int(line[:8], 16) != zlib.crc32(line[9:-1]):
        return None
    return line[KEY].decode()


def encoded(key, record):
    """A record as a line."""
    content = {
        "status": record.status,
        "epochs_run": record.epochs_run,
        "seconds": round(record.seconds, 6),
        "values": dict(record.values),
        "curve": arrays(record.curve),
        "scores": arrays(record.scores),
        "environment": dict(record.environment),
    }
    text = f"{key} {json.dumps(content, separators=(',', ':'))}".encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def decoded(line):
    """The record of a whole line."""
    content = json.loads(line[KEY.stop + 1 :])
    content["curve"] = dict(unpacked(content["curve"]))
    content["scores"] = dict(unpacked(content["scores"]))
    return Record(**content)


def arrays(columns: Mapping[str, Iterable]):
    """Arrays by name as text, to the last bit."""
    packed = {}
    for name, column in columns.items():
        column = np.asarray(column)
        packed[name] = [
            column.dtype.str,
            column.shape,
            base64.b64encode(np.ascontiguousarray(column).tobytes()).decode(),
        ]
    return packed


def unpacked(packed):
    for name, (kind, shape, text) in packed.items():
        yield name, np.frombuffer(base64.b64decode(text), kind).reshape(shape)


def damaged(path, places):
    if places:
        yield (
            f"{path} has {len(places)} damaged line{'s' * (len(places) > 1)}, the first at "
            f"byte {places[0]}; what was on {'them' if len(places) > 1 else 'it'} is "
            "trained again, the rest is kept."
        )


def doubled(path, count):
    if count:
        yield (
            f"{path} has {count} line{'s' * (count > 1)} of trials that it already has; "
            "the first of each counts."
        )
