import json
from pathlib import Path

import pytest
from PIL import Image
from tests.tour.test_page import Reader

from pareidolia.cli import main


@pytest.fixture
def told(tmp_path, capsys):
    """A small tour through retina, told with sample pictures."""
    code = main(["tour", "--size", "160", "--out", str(tmp_path / "tour"), "--json"])
    return code, tmp_path / "tour", json.loads(capsys.readouterr().out)


@pytest.mark.slow
def test_the_tour_shows_the_pictures_it_made(told):
    code, folder, answer = told
    assert code == 0 and Path(answer["out"]) == folder / "index.html"
    reader = Reader()
    reader.feed((folder / "index.html").read_text(encoding="utf-8"))
    shown = [attributes["src"] for tag, attributes in reader.tags if tag == "img"]
    assert {"photo.png", "painting.png", "painted.png"} <= set(shown)
    for name in shown:
        assert min(Image.open(folder / name).size) > 60
    assert "pareidolia style sample:chelsea sample:strokes" in "".join(reader.text)


def test_a_tour_that_is_there_is_kept(tmp_path, capsys):
    (tmp_path / "index.html").write_text("mine")
    assert main(["tour", "--out", str(tmp_path)]) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert (tmp_path / "index.html").read_text() == "mine"
