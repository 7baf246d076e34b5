import json
from pathlib import Path

import pytest
from PIL import Image
from tests.atlas.browser import browser, missing
from tests.tour.test_page import Reader

from pareidolia.cli import main
from pareidolia.pictures import read_record, sample_painting, save_picture
from pareidolia.settings import PareidoliaError
from pareidolia.tour.progress import Report
from pareidolia.tour.section import Section
from pareidolia.tour.sections import SECTIONS, arithmetic
from pareidolia.tour.settings import TourSettings
from pareidolia.tour.telling import tell


class Listening(Report):
    def __init__(self):
        self.heard = []

    def begin(self, stop):
        self.heard.append((stop.index, stop.total, stop.title))

    def end(self, stop):
        self.heard.append(stop.failure)


def failing(guide):
    yield from arithmetic.tell_switches(guide)
    raise PareidoliaError("the paint is <out>")


def astonishing(guide):
    raise ZeroDivisionError("by zero")
    yield


FAST = (
    Section("switches", "inside", failing, ("a.py",)),
    Section("transposed", "inside", astonishing, ("a.py",)),
    next(section for section in SECTIONS if section.key == "filters"),
)


def test_a_section_that_fails_says_so_and_the_rest_goes_on(tmp_path):
    heard = Listening()
    told = tell(tmp_path / "tour", TourSettings(), heard, FAST)
    assert [each.failure for each in told] == ["the paint is <out>", "ZeroDivisionError: by zero", ""]
    assert heard.heard[0] == (1, 3, "Unpooling by switches") and heard.heard[1] == "the paint is <out>"
    page = (tmp_path / "tour" / "index.html").read_text(encoding="utf-8")
    assert "the paint is &lt;out&gt;" in page and page.count('role="alert"') == 2
    assert "<table" in page  # what was drawn before the failure
    assert (tmp_path / "tour" / "pictures" / "filters-kernels.png").exists()
    assert sorted(each.name for each in (tmp_path / "tour").iterdir()) == ["index.html", "pictures"]


def test_the_command_ends_with_1_when_a_section_failed(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("pareidolia.tour.telling.SECTIONS", FAST)
    assert main(["tour", "--out", str(tmp_path / "tour"), "--json"]) == 1
    told = capsys.readouterr()
    assert json.loads(told.out)["failures"].keys() == {"switches", "transposed"}
    assert "section 3 of 3" in told.err and "could not be made: the paint is <out>" in told.err


def test_the_command_speaks_the_language_of_the_tour(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("pareidolia.tour.telling.SECTIONS", FAST[2:])
    assert main(["tour", "--language", "ru", "--out", str(tmp_path / "tour")]) == 0
    told = capsys.readouterr()
    assert "раздел 1 из 1: Первые фильтры" in told.err and "откройте её в браузере" in told.out + told.err
    page = (tmp_path / "tour" / "index.html").read_text(encoding="utf-8")
    assert "готовой фотографии" in page


def test_the_lead_says_whose_picture_it_is(tmp_path):
    save_picture(sample_painting("ink"), tmp_path / "mine.png")
    for name, photo in (("mine", str(tmp_path / "mine.png")), ("sample", "sample:waves")):
        tell(tmp_path / name, TourSettings(photo=photo), sections=())
    mine, sample = (
        (tmp_path / name / "index.html").read_text(encoding="utf-8") for name in ("mine", "sample")
    )
    assert "your own picture" in mine and "sample photo" not in mine
    assert "sample photo" in sample and "your own picture" not in sample


def test_pictures_carry_their_record(tmp_path):
    tell(tmp_path, TourSettings(), sections=FAST[2:])
    record = read_record(tmp_path / "pictures" / "filters-kernels.png")
    assert record["operation"] == "filters" and record["settings"]["magnify"] == 20


def test_what_was_there_stays_when_the_telling_is_stopped(tmp_path):
    tell(tmp_path, TourSettings(), sections=FAST[2:])
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    def interrupted(guide):
        (guide.folder / "half.png").write_bytes(b"half")
        raise KeyboardInterrupt
        yield

    with pytest.raises(KeyboardInterrupt):
        tell(tmp_path, TourSettings(), sections=(FAST[2], Section("vae", "generative", interrupted, ())))
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_first_tour_that_is_stopped_leaves_a_page_of_what_was_finished(tmp_path, capsys, monkeypatch):
    def interrupted(guide):
        raise KeyboardInterrupt
        yield

    stopped = (FAST[2], Section("vae", "generative", interrupted, ()))
    monkeypatch.setattr("pareidolia.tour.telling.SECTIONS", stopped)
    out = tmp_path / "tour"
    assert main(["tour", "--out", str(out)]) == 130
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "filters-kernels.png" in page and 'id="vae"' not in page
    assert "shows the sections that were finished" in capsys.readouterr().out
    assert main(["tour", "--out", str(out), "--overwrite"]) == 130
    assert "what was there is as it was" in capsys.readouterr().out
    assert (out / "index.html").read_text(encoding="utf-8") == page


@pytest.mark.parametrize("there", ["index.html", "pictures"])
def test_a_tour_that_is_there_is_kept(tmp_path, capsys, there):
    (tmp_path / there).write_text("mine")
    assert main(["tour", "--out", str(tmp_path)]) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert (tmp_path / there).read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--photo", "nothing.jpg"], "nothing.jpg"),
        (["--painting", "sample:wave"], "did you mean waves"),
        (["--language", "fr"], "language"),
    ],
)
def test_bad_input_is_refused_in_one_line_before_anything_is_made(tmp_path, capsys, words, expected):
    assert main(["tour", *words, "--out", str(tmp_path / "tour")]) == 2
    told = capsys.readouterr().err
    assert expected in told and told.count("\n") == 1
    assert not (tmp_path / "tour").exists()


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """The quick tour in Russian, smaller still."""
    pytest.importorskip("skimage", reason="the tour's photos come from scikit-image")
    pytest.importorskip("matplotlib", reason="tuning curves are drawn by matplotlib")
    folder = tmp_path_factory.mktemp("tour")
    words = ["--quick", "--size", "128", "--language", "ru", "--overwrite", "--quiet"]
    assert main(["tour", *words, "--out", str(folder)]) == 0
    return folder


@pytest.mark.slow
def test_the_whole_tour_shows_the_pictures_it_made(quick):
    reader = Reader()
    reader.feed((quick / "index.html").read_text(encoding="utf-8"))
    assert reader.open == []
    places = {attributes.get("id") for _, attributes in reader.tags}
    assert {section.key for section in SECTIONS} <= places
    shown = [each["src"] for each in reader.of("img")]
    assert len(shown) == len(set(shown)) >= 30
    for name in shown:
        with Image.open(quick / name) as picture:
            assert min(picture.size) > 60


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_opens_in_a_browser_without_a_word_of_complaint(quick, width):
    if missing():
        pytest.skip(missing())
    with browser() as opened:
        page = opened.new_page(viewport={"width": width, "height": 900})
        complaints, asked = [], []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((quick / "index.html").as_uri())
        page.evaluate("for (const image of document.images) image.loading = 'eager'")
        page.wait_for_function("[...document.images].every(image => image.complete)")
        assert page.evaluate("[...document.images].filter(image => !image.naturalWidth).length") == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.locator(".command button").first.click()
    assert complaints == []
    assert all(url.startswith(("file:", "data:")) for url in asked)


def test_the_sections_name_code_that_is_there():
    source = Path(__file__).parents[2] / "src" / "pareidolia"
    for section in SECTIONS:
        assert section.source and all((source / each).exists() for each in section.source), section.key
