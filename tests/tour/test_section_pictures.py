"""`tour-section`: one section of the tour, its page and what a page of another program needs of it."""

import pytest

import pareidolia
from pareidolia.pictures import read_record
from pareidolia.settings import PareidoliaError
from pareidolia.tour.contents import CONTENTS
from pareidolia.tour.section_pictures import SectionPictures
from pareidolia.tour.sections import SECTIONS
from pareidolia.tour.settings import SectionKey, SectionSettings


def test_sections_and_contents_are_the_same_list():
    assert [each.key for each in SECTIONS] == [each.key for each in CONTENTS] == list(SectionKey.__args__)


def test_a_section_gives_its_exhibits_as_rows_and_a_page(tmp_path):
    made = pareidolia.tour_section(section="latent", language="ru", out=tmp_path / "out", progress=False)
    figures = [row for row in made.rows if row["kind"] == "figure"]
    for row in figures:
        picture = tmp_path / "out" / row["file"]
        assert read_record(picture)["operation"] in ("manifold", "walk") and row["size"][0] > 0
    assert any("pareidolia manifold" in row["text"] for row in made.rows if row["kind"] == "command")
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "Скрытые переменные" in page and figures[0]["file"] in page


def test_drawings_come_as_html(tmp_path):
    made = pareidolia.tour_section(section="switches", out=tmp_path / "out", progress=False)
    drawing = next(row for row in made.rows if row["kind"] == "drawing")
    assert drawing["html"].startswith("<") and drawing["caption"]


def test_a_page_that_is_there_stays_unless_it_may_be_replaced(tmp_path):
    settings = SectionSettings(section="switches")
    for _ in SectionPictures(settings=settings, out=tmp_path):
        pass
    with pytest.raises(PareidoliaError, match="there already"):
        SectionPictures(settings=settings, out=tmp_path)
    assert list(SectionPictures(settings=settings, out=tmp_path, overwrite=True))


def test_a_stop_leaves_what_was_there(tmp_path):
    settings = SectionSettings(section="switches")
    list(SectionPictures(settings=settings, out=tmp_path))
    before = sorted(path.name for path in tmp_path.rglob("*"))
    steps = iter(SectionPictures(settings=SectionSettings(section="latent"), out=tmp_path, overwrite=True))
    next(steps)
    steps.close()
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_a_folder_of_other_things_is_refused(tmp_path):
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(PareidoliaError, match="name another folder"):
        SectionPictures(out=tmp_path, overwrite=True)
    assert (tmp_path / "index.html").read_text() == "mine"


def test_a_tensor_is_refused_in_words(tmp_path):
    with pytest.raises(PareidoliaError, match="by the name of its file"):
        SectionPictures(object(), out=tmp_path)
