"""The quiz: its questions, what is refused, and in a browser its answers and results."""

import json
import re

import pytest
from tests.atlas import browser
from tests.microscope.test_microscope_building import build

from pareidolia.microscope import QuizSettings, quiz
from pareidolia.settings import PareidoliaError, UnknownName


def questions_of(page):
    text = page.read_text()
    return json.loads(re.search(r'id="questions">(.*?)</script>', text, re.DOTALL)[1])


def test_a_page_holds_all_that_it_shows(site, tmp_path):
    out = tmp_path / "quiz.html"
    result = quiz(site.out, QuizSettings(questions=6), out)
    found = questions_of(out)
    assert len(found) == len(result.rows) == 6
    assert not re.search(r"""(?:src|href)=["'](?!data:)""", out.read_text())
    assert {each["shown"] for each in found} == {"painted", "patches"}
    assert len({each["unit"] for each in found}) == 6


def test_the_answer_is_not_among_what_is_shown(site, tmp_path):
    quiz(site.out, QuizSettings(shown="patches", questions=8), tmp_path / "quiz.html")
    for each in questions_of(tmp_path / "quiz.html"):
        assert not set(each["choices"]) & {*each["more"], *each["less"]}
        assert len(each["choices"]) == 2 and each["right"] in (0, 1)


def test_the_seed_decides_and_sides_differ(site, tmp_path):
    pages = []
    for number, seed in enumerate((0, 0, 1)):
        quiz(site.out, QuizSettings(seed=seed, questions=8), tmp_path / f"{number}.html")
        pages.append(questions_of(tmp_path / f"{number}.html"))
    assert pages[0] == pages[1] != pages[2]
    assert {each["right"] for page in pages for each in page} == {0, 1}


def test_bad_input_is_one_line(site, tmp_path, photos, settings):
    with pytest.raises(PareidoliaError, match="no file"):
        quiz(tmp_path, QuizSettings(), tmp_path / "quiz.html")
    with pytest.raises(UnknownName, match="relu"):
        quiz(site.out, QuizSettings(layer="relu9"), tmp_path / "quiz.html")
    with pytest.raises(PareidoliaError, match="--out"):
        quiz(site.out)
    bare = build(photos, settings(painted=False, units=("0",)), tmp_path / "bare").out
    with pytest.raises(PareidoliaError, match="without painted"):
        quiz(bare, QuizSettings(shown="painted"), tmp_path / "quiz.html")
    (bare / "relu2" / "0-strongest.webp").write_bytes(b"broken")
    with pytest.raises(PareidoliaError, match="cannot be read"):
        quiz(bare, QuizSettings(), tmp_path / "quiz.html")
    assert not (tmp_path / "quiz.html").exists()


@pytest.mark.slow
@pytest.mark.skipif(bool(browser.missing()), reason=browser.missing())
@pytest.mark.parametrize("width", [360, 1280])
def test_answers_by_hand_and_by_key_give_results_with_intervals(site, tmp_path, width):
    out = tmp_path / "quiz.html"
    quiz(site.out, QuizSettings(questions=4), out)
    with browser.browser() as chromium:
        page = chromium.new_page(viewport={"width": width, "height": 700})
        wrong = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(out.as_uri())
        for number, each in enumerate(questions_of(out)):
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            chosen = 1 - each["right"] if number == 1 else each["right"]
            if number == 2:
                page.keyboard.press(str(chosen + 1))
            else:
                page.query_selector_all(".choices button")[chosen].click()
            page.keyboard.press("Enter")
        cells = [cell.inner_text() for cell in page.query_selector_all("#results td")]
        assert cells[0::4] == ["painted pictures", "patches of photos"]
        assert cells[1::4] == ["2 of 2", "1 of 2"]
        assert cells[3::4] == ["34 % to 100 %", "9 % to 91 %"] and wrong == []
