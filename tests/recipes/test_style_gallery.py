"""The gallery of styles: what is painted is kept, and the table counts it."""

from dataclasses import replace

import pytest

import style_gallery
from pareidolia.pictures import save_picture
from pareidolia.style.judging.distances import Distances
from pareidolia.style.judging.measuring import Judgement


@pytest.fixture
def files(tmp_path, photo):
    """A photo and a painting."""
    pair = tmp_path / "photo.png", tmp_path / "painting.png"
    for file in pair:
        save_picture(photo, file)
    return tuple(map(str, pair))


def test_a_stopped_gallery_goes_on(monkeypatch, tmp_path, photo, files):
    judged = []

    def judge(picture, content, style):
        judged.append(picture.name)
        return Judgement(
            {"efficientnet_lite2": Distances((1.0 + 0.1 * len(judged),) * 3, 0.0)}, 1.0, 0.5, 0.0
        )

    asked = []
    monkeypatch.setattr(style_gallery, "OPTIONS", {"w2 by retina": {"network": "retina"}, "w2": {}})
    networks = []
    monkeypatch.setattr(
        style_gallery, "optimized", lambda *pair, settings: networks.append(settings.network) or photo
    )
    monkeypatch.setattr(style_gallery, "load_network", lambda name: name)
    recipes = {
        name: lambda network, *pair, seconds: asked.append(seconds) or photo
        for name in style_gallery.IN_OUR_TIME
    }
    monkeypatch.setattr(style_gallery, "IN_OUR_TIME", recipes)
    monkeypatch.setattr(style_gallery.gatys_2015, "paint", lambda network, *pair, optimizer, rms: photo)
    out = tmp_path / "out"
    out.mkdir()
    style_gallery.Gallery(out, 48, None).fill(files, judge, style_gallery.SHOWN)
    gallery = style_gallery.Gallery(out, 48, None)
    gallery.fill(files, judge, style_gallery.SHOWN)
    assert len(judged) == len(set(judged)) == 6 == len(gallery.painted)
    assert networks == ["vgg19", "retina"]
    assert asked == [gallery.painted["photo painting", "w2"].seconds] * 2
    style_gallery.draw(gallery, files, 48, tmp_path / "sheets/pair.jpg")
    assert (tmp_path / "sheets/pair.jpg").is_file()
    told = style_gallery.table(gallery.painted, gallery.names()).splitlines()
    assert told[2].startswith("| w2 | 1 | 1.100 | 0.50 to 0.50 |") and len(told) == 8
    assert style_gallery.ahead(gallery.painted).endswith("in 1 of 1 pairs")


def test_a_gallery_is_filled_by_some_alone(monkeypatch, tmp_path, photo, files):
    judgement = Judgement({"efficientnet_lite2": Distances((1.0, 1.0, 1.0), 0.0)}, 1.0, 0.5, 0.0)
    monkeypatch.setattr(style_gallery, "optimized", lambda *pair, settings: photo)
    gallery = style_gallery.Gallery(tmp_path, 48, None)
    gallery.fill(files, lambda *given: judgement, ["neighbors"])
    assert [by for _, by in gallery.painted] == ["w2", "neighbors"]
    assert style_gallery.beside_others(gallery.painted) == ""
    theirs = replace(gallery.painted["photo painting", "neighbors"], by="NNST", seconds=100.0, score=2.0)
    ours = replace(gallery.painted["photo painting", "neighbors"], seconds=40.0)
    painted = {("photo painting", "neighbors"): ours, ("photo painting", "NNST"): theirs}
    told = style_gallery.beside_others(painted)
    assert told.startswith("neighbors takes 0.40 of NNST's time") and told.endswith("NNST 2.000 (1 pairs)")
