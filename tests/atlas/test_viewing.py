import threading
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from tests.atlas.synthetic import write_atlas

from pareidolia.atlas import serving
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


def test_no_atlas_no_server(tmp_path):
    with pytest.raises(PareidoliaError, match="holds no atlas"), serving(tmp_path):
        pass


def test_a_port_that_is_taken_is_told(folder):
    with serving(folder) as server:
        taken = serving(folder, server.server_port)
        with pytest.raises(PareidoliaError, match="give another --port"), taken:
            pass
