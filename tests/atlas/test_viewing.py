import os
import socket
import threading
from http.client import HTTPConnection
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from tests.atlas.synthetic import write_atlas

from pareidolia.atlas import serving, viewing
from pareidolia.settings import PareidoliaError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    write_atlas(folder, sides=(4,), layers=("only",), icon=16, patch=16)
    (folder / "stages").mkdir()
    (folder / "stages/settings.json").write_text("{}")
    return folder


@pytest.fixture
def address(folder):
    with serving(folder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/", "text/html"), ("/atlas.json", "application/json"), ("/only/4/icons-0.webp", "image/webp")],
)
def test_the_files_of_an_atlas_are_served(address, path, kind):
    with urlopen(address + path) as answer:
        assert answer.status == 200 and answer.headers["Content-Type"] == kind


@pytest.mark.parametrize(
    "path", ["/stages/settings.json", "/./stages/settings.json", "/%73tages/settings.json", "/../x"]
)
def test_what_it_was_built_from_is_not_served(address, path):
    with pytest.raises(HTTPError, match="404"):
        urlopen(address + path)


def asked(address, path="/atlas.json", **headers):
    """The status of an answer to a request with these headers."""
    connection = HTTPConnection(address.removeprefix("http://"), timeout=10)
    connection.putrequest("GET", path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_pages_of_other_origins_get_nothing(address):
    port = address.rpartition(":")[2]
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", ""):
        assert asked(address, Host=host)[0] == 403
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", "localhost", f"LOCALHOST:{port}", f"[::1]:{port}"):
        assert asked(address, Host=host)[0] == 200
    assert asked(address, Origin="http://evil.example")[0] == 403
    assert asked(address, Origin="null")[0] == 403
    assert asked(address, Origin=address)[0] == 200


def test_links_pipes_and_hidden_files_are_not_served(address, folder, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "linked").symlink_to(tmp_path, target_is_directory=True)
    (folder / "st").symlink_to(folder / "stages", target_is_directory=True)
    (folder / ".hidden").write_text("hidden")
    os.mkfifo(folder / "pipe")
    odd = (
        "/link.txt",
        "/linked/secret.txt",
        "/st/settings.json",
        "/pipe",
        "/.hidden",
        "/%00",
        "/a%00b",
        "/x" * 300,
    )
    for path in (*odd, "/only", "//etc/passwd", "/..%2f..%2fetc/passwd", "/nothing", "/%ff%fe"):
        assert asked(address, path)[0] == 404, path


def test_a_connection_on_which_nothing_comes_is_closed(folder, monkeypatch):
    monkeypatch.setattr(viewing._Files, "timeout", 0.2)
    with serving(folder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as stalled:
            stalled.sendall(b"GET / HTTP/1.1\r\nHost: ")
            assert stalled.recv(100) == b""
        server.shutdown()


def test_no_atlas_no_server(tmp_path):
    with pytest.raises(PareidoliaError, match="holds no atlas"), serving(tmp_path):
        pass


def test_a_port_that_is_taken_is_told(folder):
    with serving(folder) as server:
        taken = serving(folder, server.server_port)
        with pytest.raises(PareidoliaError, match="give another --port"), taken:
            pass
