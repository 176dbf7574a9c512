"""A view is whole or known not to be, and an unchanged file is not touched."""

import errno
import json
import os

import pandas as pd
import pytest

from hinge_keras.lab.tables import state, view

OLD = {"trials.csv": b"a,b\n1,2\n", "README.md": b"old", "gone.csv": b"x\n1\n"}
NEW = {"trials.csv": b"a,b\n3,4\n", "README.md": b"new", "fresh.png": b"png"}


def content(folder):
    return {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.is_file() and path.name != view.MANIFEST
    }


def test_a_folder_holds_exactly_what_was_published(tmp_path):
    (tmp_path / "trials.log").write_bytes(b"archive")
    view.publish(tmp_path, OLD, finding="x")
    view.publish(tmp_path, NEW, finding="y")
    assert content(tmp_path) == {**NEW, "trials.log": b"archive"}
    assert view.damage(tmp_path) is None
    assert view.manifest(tmp_path)["finding"] == "y"


def test_what_stays_the_same_is_not_touched(tmp_path):
    view.publish(tmp_path, OLD)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    view.publish(tmp_path, OLD)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


class Died(BaseException):
    """Stands for a death: nothing may catch it."""


CALLS = ("mkdir", "rmdir", "replace", "fsync", "unlink", "open")


def dying_at(number, monkeypatch):
    """Dies at a system call of that number; the count of calls so far."""
    count = [0]

    def counted(function):
        def call(*arguments, **named):
            count[0] += 1
            if count[0] == number:
                raise Died
            return function(*arguments, **named)

        return call

    for name in CALLS:
        monkeypatch.setattr(os, name, counted(getattr(os, name)))
    return count


def test_a_death_at_any_step_is_known_and_mended(tmp_path, monkeypatch):
    died = 0
    for number in range(1, 100):
        folder = tmp_path / str(number)
        view.publish(folder, OLD)
        with monkeypatch.context() as patch:
            dying_at(number, patch)
            try:
                view.publish(folder, NEW)
            except Died:
                died += 1
            else:
                break
        whole = view.damage(folder) is None
        found = content(folder)
        if whole:
            listed = view.manifest(folder)["files"]
            assert {name: found[name] for name in listed} in (OLD, NEW)
        view.publish(folder, NEW)
        assert content(folder) == NEW
        assert view.damage(folder) is None
    assert died > 10


def test_a_full_disk_leaves_the_old_view(tmp_path, monkeypatch):
    view.publish(tmp_path, OLD)

    def full(path, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(view, "written", full)
    with pytest.raises(ValueError, match="No space left on device"):
        view.publish(tmp_path, NEW)
    assert content(tmp_path) == OLD


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "trials.csv").write_bytes(b"a,b\n9,9\n"),
        lambda folder: (folder / "trials.csv").unlink(),
        lambda folder: (folder / view.MANIFEST).write_text("{"),
        lambda folder: flipped(folder / view.MANIFEST, b"found", b"fount"),
        lambda folder: flipped(folder / view.MANIFEST, b"\n ", b"\n\t"),
        lambda folder: (folder / view.MANIFEST).write_text('{"files": 3}'),
    ],
)
def test_what_was_changed_by_hand_is_said_in_a_sentence(tmp_path, spoil):
    view.publish(tmp_path, OLD, finding="found")
    spoil(tmp_path)
    assert view.damage(tmp_path).endswith("the view is made again from the trials.")
    view.publish(tmp_path, OLD, finding="found")
    assert view.damage(tmp_path) is None


def flipped(path, old, new):
    path.write_bytes(path.read_bytes().replace(old, new, 1))


def test_texts_stay_the_texts_that_they_are(tmp_path):
    table = pd.DataFrame({"name": ["NA", "0.10", ""], "value": [0.1, float("nan"), 2]})
    (tmp_path / "t.csv").write_bytes(view.as_csv(table))
    read = view.read(tmp_path / "t.csv")
    assert read.name.tolist() == ["NA", "0.10", ""]
    assert read.value.tolist() == ["0.1", "", "2"]
    assert view.read(tmp_path / "none.csv").empty


def test_a_study_is_current_until_its_script_its_view_or_the_package_changes(
    tmp_path, monkeypatch
):
    script, folder = tmp_path / "study.py", tmp_path / "results"
    script.write_text("one")

    def current():
        return state.is_current(folder, state.digest(script))

    view.publish(folder, OLD)
    assert not current()
    state.keep(folder, code=state.digest(script))
    assert current()
    with monkeypatch.context() as patch:
        patch.setattr(state, "of_package", lambda: "changed")
        assert not current()
    (folder / "README.md").write_bytes(b"edited")
    assert not current()
    view.publish(folder, OLD)
    assert current()
    script.write_text("two")
    assert not current()


def test_a_study_in_a_folder_depends_on_the_files_beside_it(tmp_path):
    folder = tmp_path / "experiments" / "circles"
    folder.mkdir(parents=True)
    (folder / "post.py").write_text("one")
    before = state.digest(folder / "post.py")
    (folder / "readings.py").write_text("two")
    assert state.digest(folder / "post.py") != before
    alone = tmp_path / "experiments" / "tuned.py"
    alone.write_text("one")
    before = state.digest(alone)
    (tmp_path / "experiments" / "other.py").write_text("two")
    assert state.digest(alone) == before


@pytest.mark.parametrize("text", ["", "{", "[]", '{"code": 1}'])
def test_a_damaged_state_is_as_none(tmp_path, text):
    view.publish(tmp_path, OLD)
    (tmp_path / state.STATE).write_text(text)
    assert not state.is_current(tmp_path, "1")


def test_the_state_depends_on_the_versions_in_use(tmp_path, monkeypatch):
    before = state.digest(__file__)
    monkeypatch.setattr(state, "versions", lambda: {"keras": "9"})
    assert state.digest(__file__) != before
    assert json.dumps(before)
