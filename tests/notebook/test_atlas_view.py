import re
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from tests.atlas.synthetic import write_atlas

from pareidolia.notebook import AtlasView
from pareidolia.settings import PareidoliaError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("viewed") / "map of <dogs>"
    folder.mkdir()
    write_atlas(folder, sides=(4,), layers=("only",), icon=16, patch=16)
    return folder


def test_the_frame_shows_the_page_of_the_atlas(folder):
    with AtlasView(folder, height=300) as view:
        frame = view._repr_html_()
        assert 'height="300"' in frame and "&lt;dogs&gt;" in frame
        (address,) = re.findall('src="([^"]+)"', frame)
        assert address.startswith("http://127.0.0.1:")
        with urlopen(address) as answer:
            assert answer.status == 200 and b"<html" in answer.read().lower()
        with urlopen(f"{address}atlas.json") as answer:
            assert answer.status == 200


def test_a_closed_view_serves_no_longer(folder):
    view = AtlasView(folder)
    view.close()
    view.close()
    with pytest.raises(URLError):
        urlopen(view.url, timeout=5)


def test_two_views_stand_side_by_side(folder):
    with AtlasView(folder) as one, AtlasView(folder) as other:
        assert one.url != other.url
        assert urlopen(one.url).status == urlopen(other.url).status == 200


def test_a_folder_without_an_atlas_is_refused(tmp_path):
    with pytest.raises(PareidoliaError, match="holds no atlas"):
        AtlasView(tmp_path)
