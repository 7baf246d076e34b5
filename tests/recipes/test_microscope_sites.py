"""The recipe of the microscope's sites: pieces of the samples, and what a page weighs."""

from pathlib import Path

import pytest
from PIL import Image

import microscope_sites


def test_a_page_weighs_what_it_shows(tmp_path: Path) -> None:
    for name, size in (("microscope.css", 10), ("microscope.js", 20)):
        (tmp_path / name).write_bytes(b"x" * size)
    layer = tmp_path / "layer"
    layer.mkdir()
    (layer / "1.webp").write_bytes(b"x" * 500)
    (layer / "2.webp").write_bytes(b"x" * 4000)
    page = '<link href="../microscope.css"><img alt="" src="1.webp"><img src="1.webp"><img src="gone.webp">'
    (layer / "1.html").write_text(page)
    (tmp_path / "index.html").write_text("no pictures")
    assert microscope_sites.weights(tmp_path) == {
        layer / "1.html": 30 + len(page) + 500,
        tmp_path / "index.html": 30 + len("no pictures"),
    }


def test_pieces_of_the_samples_are_cut_once(tmp_path: Path, monkeypatch) -> None:
    pytest.importorskip("skimage", reason="scikit-image is not installed")
    monkeypatch.setattr(microscope_sites, "PHOTOS", ("chelsea",))
    assert microscope_sites.cut_samples(tmp_path) == 19  # all of it, and nine pieces of each smaller size
    (tmp_path / "chelsea" / "1-0-0.png").write_bytes(b"kept")
    assert microscope_sites.cut_samples(tmp_path) == 19
    assert (tmp_path / "chelsea" / "1-0-0.png").read_bytes() == b"kept"
    with Image.open(tmp_path / "chelsea" / "0.45-0-0.png") as piece:
        assert piece.size == (135, 135)
