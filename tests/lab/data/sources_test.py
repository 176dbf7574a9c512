"""Files are used only when every byte is right, and never left half-written."""

import hashlib
import http.server
import io
import tarfile
import threading

import pytest

from hinge_keras.lab.data import sources
from hinge_keras.lab.data.sources import File, MissingData

CONTENT = b"a small file that stands for a data set" * 100


def described(content=CONTENT, path="set/part.gz", **changes):
    checksum = hashlib.sha256(content).hexdigest()
    return File(**{"path": path, "bytes": len(content), "sha256": checksum,
                   "origin": "a shelf", **changes})  # fmt: skip


@pytest.fixture
def server():
    """A server on loopback: `/right`, `/wrong`, `/cut` short of its announced length."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            content = {"/right": CONTENT, "/wrong": CONTENT[::-1], "/cut": CONTENT}
            if self.path not in content:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            stop = 50 if self.path == "/cut" else None
            self.wfile.write(content[self.path][:stop])

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def files_under(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_download_is_kept_and_used_again(server, tmp_path):
    file = described(url=f"{server}/right")
    here = sources.found(file, [tmp_path / "named", tmp_path / "cache"])
    assert here == tmp_path / "cache/set/part.gz"
    assert here.read_bytes() == CONTENT
    offline = described(url="http://127.0.0.1:9/gone")
    assert sources.found(offline, [tmp_path / "cache"]) == here


def test_the_named_folder_goes_first(tmp_path):
    for name in ("named", "cache"):
        (tmp_path / name / "set").mkdir(parents=True)
        (tmp_path / name / "set/part.gz").write_bytes(CONTENT)
    places = [tmp_path / "named", tmp_path / "cache"]
    assert sources.found(described(), places) == tmp_path / "named/set/part.gz"


@pytest.mark.parametrize("fault", ["wrong", "cut", "absent"])
def test_a_bad_download_is_refused_and_leaves_nothing(server, tmp_path, fault):
    file = described(url=f"{server}/{fault}")
    with pytest.raises((ValueError, MissingData)):
        sources.found(file, [tmp_path])
    assert files_under(tmp_path) == []


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT[::-1]], ids=["cut", "wrong"])
def test_a_file_with_other_bytes_is_refused(tmp_path, content):
    (tmp_path / "set").mkdir()
    (tmp_path / "set/part.gz").write_bytes(content)
    with pytest.raises(ValueError, match="accepted is sha256"):
        sources.found(described(), [tmp_path])


def test_a_missing_file_says_what_from_where_and_where_to_put_it(tmp_path):
    with pytest.raises(MissingData) as caught:
        sources.found(described(), [tmp_path])
    message = str(caught.value)
    assert "\n" not in message
    for part in ("set/part.gz", described().sha256, "a shelf", str(tmp_path)):
        assert part in message


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "mnist/../../x", ""])
def test_a_path_outside_the_catalogue_is_refused(path):
    with pytest.raises(ValueError, match="catalogue"):
        sources.locate(path)


def archive(path, names, kind=tarfile.REGTYPE):
    with tarfile.open(path, "w:xz") as tar:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size, member.type = len(CONTENT), kind
            if kind != tarfile.REGTYPE:
                member.size, member.linkname = 0, "/etc/passwd"
            tar.addfile(member, io.BytesIO(CONTENT))
    return path


def test_documents_are_read_by_name(tmp_path):
    path = archive(tmp_path / "a.tar.xz", ["train/x/1", "test/x/2"])
    texts = sources.documents(path)
    assert texts == dict.fromkeys(["train/x/1", "test/x/2"], CONTENT.decode())


@pytest.mark.parametrize("name", ["../out", "a/../../out", "/out"])
def test_a_member_that_climbs_out_is_refused(tmp_path, name):
    path = archive(tmp_path / "a.tar.xz", ["fine", name])
    with pytest.raises(ValueError, match="is refused"):
        sources.documents(path)
    assert files_under(tmp_path) == [path]


def test_a_link_in_an_archive_is_refused(tmp_path):
    path = archive(tmp_path / "a.tar.xz", ["link"], tarfile.SYMTYPE)
    with pytest.raises(ValueError, match="is refused"):
        sources.documents(path)


def test_a_truncated_archive_is_refused(tmp_path):
    path = archive(tmp_path / "a.tar.xz", ["train/x/1", "test/x/2"])
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(ValueError, match="cannot be read"):
        sources.documents(path)


def test_every_row_of_the_catalogue_is_whole():
    for path, file in sources.catalogue().items():
        assert len(file.sha256) == 64, path
        assert file.bytes > 0, path
        assert file.origin, path
        assert ".." not in path.split("/"), path
        assert not path.startswith("/")
        assert file.url == "" or file.url.startswith("https://"), path
