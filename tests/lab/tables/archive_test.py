"""Nothing finished is lost, nothing damaged is believed, and one process writes."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hinge_keras.lab.tables import archive as room
from hinge_keras.lab.tables.archive import Archive, Locked, Record

ROOT = Path(__file__).parents[3]
KEYS = [f"{i:016x}" for i in range(6)]


def record(i):
    return Record(
        "done",
        2,
        0.5,
        {"test_accuracy": 1 / (3 + i), "test_nan": float("nan")},
        {"train_loss": np.float32([1 / 3, i])},
        {"test": np.array([[0.1 + i], [-1.0]])},
        {"keras": "3"},
    )


def same(one, other):
    assert (one.status, one.epochs_run, one.seconds) == (
        other.status,
        other.epochs_run,
        other.seconds,
    )
    assert one.environment == other.environment
    np.testing.assert_equal(dict(one.values), dict(other.values))
    for ours, theirs in ((one.curve, other.curve), (one.scores, other.scores)):
        assert ours.keys() == theirs.keys()
        for name, column in theirs.items():
            assert ours[name].dtype == column.dtype
            np.testing.assert_array_equal(ours[name], column)


@pytest.fixture
def path(tmp_path):
    """An archive of six records, added in two blocks."""
    path = tmp_path / "study" / "trials.log"
    with Archive(path) as archive:
        archive.add({key: record(i) for i, key in enumerate(KEYS[:4])})
        archive.add({key: record(i + 4) for i, key in enumerate(KEYS[4:])})
    return path


def readable(path):
    """The keys that an archive has, each record checked against what was added."""
    archive = Archive(path)
    for key, found in archive.records(archive.places):
        same(found, record(KEYS.index(key)))
    return list(archive.places)


def test_what_is_added_is_read_back_to_the_last_bit(path):
    assert readable(path) == KEYS
    assert Archive(path).damages == []


def test_records_come_in_the_order_asked_for(path):
    asked = [KEYS[4], KEYS[1]]
    assert [key for key, _ in Archive(path).records(asked)] == asked


def test_a_folder_without_an_archive_is_empty_and_stays_so(tmp_path):
    archive = Archive(tmp_path / "none" / "trials.log")
    assert len(archive) == 0
    assert list(archive.records([])) == []
    assert not (tmp_path / "none").exists()


def test_a_record_that_is_there_is_not_written_again(path):
    size = path.stat().st_size
    with Archive(path) as archive:
        archive.add({KEYS[0]: record(5)})
    assert path.stat().st_size == size


@pytest.mark.parametrize("cut", range(1, 400, 7))
def test_a_cut_costs_the_records_behind_it_alone(path, cut):
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    left = whole[:-cut].count(b"\n")
    assert readable(path) == KEYS[:left]
    damages = Archive(path).damages
    assert len(damages) == (0 if whole[:-cut].endswith(b"\n") else 1)
    with Archive(path) as archive:
        archive.add({key: record(i) for i, key in enumerate(KEYS)})
    assert readable(path) == KEYS


@pytest.mark.parametrize("seed", range(40))
def test_a_flipped_bit_costs_its_own_record_alone(path, seed):
    content = bytearray(path.read_bytes())
    place = int(np.random.default_rng(seed).integers(len(content)))
    content[place] ^= 1 << seed % 8
    path.write_bytes(content)
    line = bytes(content[:place]).count(b"\n")
    ends = place + 1 == len(content) or path.read_bytes().count(b"\n") < len(KEYS)
    broken = set(KEYS[line : line + 1 + ends])  # Without its end a line takes the next.
    assert set(KEYS) - set(readable(path)) <= broken
    (said,) = Archive(path).damages
    assert "damaged line" in said
    assert said.count(".") <= 3


def test_a_line_edited_by_hand_is_not_believed(path):
    path.write_bytes(path.read_bytes().replace(b'"done"', b'"gone"', 1))
    assert readable(path) == KEYS[1:]


def test_a_line_that_is_there_twice_counts_once_and_is_said(path):
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines, lines[2]]))
    assert readable(path) == KEYS
    assert "1 line of trials that it already has" in Archive(path).damages[0]


def test_a_full_disk_leaves_the_file_as_it_was(path, monkeypatch):
    before, write = path.read_bytes(), os.pwrite

    def full(descriptor, content, at):
        if at > len(before) + 50:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, content[:60], at)

    monkeypatch.setattr(os, "pwrite", full)
    with Archive(path) as archive, pytest.raises(ValueError, match="No space left"):
        archive.add({f"{9:016x}": record(0)})
    assert path.read_bytes() == before


def test_an_interrupt_while_writing_leaves_the_file_as_it_was(path, monkeypatch):
    before = path.read_bytes()

    def interrupted(descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with Archive(path) as archive, pytest.raises(KeyboardInterrupt):
        archive.add({f"{9:016x}": record(0)})
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    archive = Archive(tmp_path / "file" / "study" / "trials.log")
    with pytest.raises(ValueError, match="cannot be written"), archive:
        pass


def test_a_second_process_is_told_who_writes(path):
    program = (
        "from hinge_keras.lab.tables.archive import Archive, Locked\n"
        f"try:\n with Archive({str(path)!r}): print('in')\n"
        "except Locked as locked: print(locked)"
    )

    def other():
        return subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    with Archive(path):
        assert f"is being written by process {os.getpid()}" in other()
    assert other() == "in\n"


def test_a_second_writer_in_the_same_process_is_refused_too(path):
    with Archive(path), pytest.raises(Locked, match=str(os.getpid())), Archive(path):
        pass


def test_what_another_process_added_before_the_lock_is_seen(path):
    late = Archive(path)
    with Archive(path) as archive:
        archive.add({f"{9:016x}": record(0)})
    with late:
        assert f"{9:016x}" in late


def test_adding_without_the_lock_is_a_mistake(path):
    with pytest.raises(RuntimeError, match="inside its `with` block"):
        Archive(path).add({KEYS[0]: record(0)})


def test_texts_and_whole_numbers_may_be_columns(tmp_path):
    columns = {"name": np.array(["NA", "0.10"]), "count": np.array([1, 2])}
    with Archive(tmp_path / "trials.log") as archive:
        archive.add({KEYS[0]: Record("done", 0, 0.0, curve=columns)})
    ((_, found),) = Archive(tmp_path / "trials.log").records([KEYS[0]])
    assert found.curve["name"].tolist() == ["NA", "0.10"]
    assert found.curve["count"].dtype == columns["count"].dtype


def test_a_change_while_it_is_read_is_noticed(path):
    archive = Archive(path)
    path.write_bytes(path.read_bytes().replace(b'"done"', b'"gone"', 1))
    with pytest.raises(ValueError, match="was changed while it was read"):
        list(archive.records(KEYS))


def test_a_checksum_covers_the_key():
    line = room.encoded(KEYS[0], record(0))
    assert room.checked(line) == KEYS[0]
    assert room.checked(line.replace(KEYS[0].encode(), KEYS[1].encode())) is None
