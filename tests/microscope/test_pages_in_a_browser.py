"""The site in a browser: search, sorting, keys, narrow and wide, without an outside address or an error."""

import pytest
from tests.atlas import browser

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(browser.missing()), reason=browser.missing()),
]


@pytest.fixture
def look(chromium, site):
    pages, wrong = [], []

    def open_page(name, width=1280, **context):
        page = chromium.new_page(viewport={"width": width, "height": 700}, **context)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        # What a page still loads as one leaves it is aborted, which is no fault.
        page.on("requestfailed", lambda request: "ABORTED" in request.failure or wrong.append(request.url))
        page.on("request", lambda asked: asked.url.startswith("file:") or wrong.append(asked.url))
        page.goto((site.out / name).as_uri())
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert wrong == []


def numbers(page):
    return [link.get_attribute("href") for link in page.query_selector_all("#grid a")]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", ["index.html", "relu2/index.html", "relu2/1.html"])
def test_pages_fit_their_window(look, name, width):
    page = look(name, width)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    loaded = "[...document.images].filter((each) => each.complete && !each.naturalWidth).length"
    assert page.evaluate(loaded) == 0


def test_dark_and_light_differ_and_can_be_read(look):
    def colors(scheme):
        page = look("relu2/1.html", color_scheme=scheme)
        return page.evaluate(
            "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
        )

    (day, ink), (night, chalk) = colors("light"), colors("dark")
    assert day != night and ink != chalk


def test_search_by_number_and_by_class_and_sorting(look):
    page = look("relu2/index.html")
    assert numbers(page) == [f"{each}.html" for each in range(4)]
    page.fill("#search", "2")
    assert numbers(page) == ["2.html"]
    page.fill("#search", "class 3")
    named = page.evaluate(
        "JSON.parse(document.getElementById('units').textContent).units"
        ".filter((each) => each[5].includes(3)).map((each) => each[0])"
    )
    assert numbers(page) == [f"{each}.html" for each in named]
    page.fill("#search", "")
    page.select_option("#sort", "1")
    peaks = page.evaluate(
        "JSON.parse(document.getElementById('units').textContent).units"
        ".sort((one, other) => other[1] - one[1]).map((each) => each[0])"
    )
    assert numbers(page) == [f"{each}.html" for each in peaks]


def test_keys_move_in_the_grid_and_between_units(look):
    page = look("relu2/index.html")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.focus("#grid a")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**/relu2/1.html")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/relu2/2.html")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/relu2/1.html")


def test_without_scripts_every_unit_is_reached(chromium, site):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site.out / "relu2" / "index.html").as_uri())
    page.click("text='3'")
    assert page.url.endswith("relu2/3.html")
    context.close()
