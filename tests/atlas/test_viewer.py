"""The viewer in a browser: pan, zoom, hover, search, layers, links, keys, a phone, no outside address."""

import json
from urllib.parse import parse_qs

import pytest
from tests.atlas import browser
from tests.atlas.synthetic import write_atlas

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(browser.missing()), reason=browser.missing()),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("atlas")
    write_atlas(folder, sides=(10, 20), icon=16, patch=16)
    with browser.served(folder) as found:
        yield found


@pytest.fixture
def look(chromium, address):
    """Opens the viewer at a link, in a window or a phone; errors in the page and outside requests fail."""
    pages, wrong = [], []

    def open_page(link="", **context):
        page = chromium.new_page(**{"viewport": {"width": 900, "height": 600}, **context})
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: None if _own(request.url, address) else wrong.append(request.url))
        pages.append(page)
        page.goto(address + link)
        page.wait_for_selector("body[data-ready]")
        return page

    yield open_page
    for page in pages:
        page.close()
    assert wrong == []


def _own(url, address):
    return url.startswith((address, "data:", "blob:"))


def link(page):
    """What the address bar holds, once it has been brought up to date."""
    page.wait_for_timeout(300)
    return {key: values[0] for key, values in parse_qs(page.url.partition("#")[2]).items()}


def at(page):
    return [float(number) for number in page.get_attribute("body", "data-view").split(",")]


def wait_for(page, expression):
    """Wait for a condition on the view (x, y, zoom) or the page (playwright's own way needs `eval`)."""
    told = f"() => {{ const [x, y, zoom] = document.body.dataset.view.split(','); return {expression} }}"
    for _ in range(400):
        if page.evaluate(told):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"{expression} does not come true")


def pixels(page):
    """The map's own picture: how much of it is coloured."""
    from io import BytesIO

    import numpy as np
    from PIL import Image

    page.wait_for_timeout(400)
    shot = np.asarray(Image.open(BytesIO(page.screenshot())).convert("RGB")).astype(int)
    middle = shot[150:450, 300:600]
    return middle


def test_it_draws_the_icons(look):
    middle = pixels(look())
    assert (middle.max(axis=2) > 60).mean() > 0.6


def test_dragging_pans_and_the_wheel_zooms_to_a_finer_grid(look):
    page = look()
    x, y, zoom = at(page)
    assert page.get_attribute("body", "data-grid") == "10"
    page.mouse.move(450, 300)
    page.mouse.down()
    page.mouse.move(350, 260, steps=4)
    page.mouse.up()
    wait_for(page, f"x > {x} + 0.1 && y > {y} + 0.03")
    for _ in range(6):
        page.mouse.wheel(0, -240)
    wait_for(page, "document.body.dataset.grid === '20'")
    wait_for(page, f"zoom > {zoom} + 0.5")


def test_hovering_tells_classes_and_shows_patches(look):
    page = look()
    page.mouse.move(560, 300)
    page.wait_for_selector("#card:not([hidden])")
    assert "daisy" in page.inner_text("#card .class")  # to the right class 0 turned by one layer
    assert page.locator("#card .patches .piece").count() == 3
    assert "patches-0.webp" in page.locator("#card .patches .piece").first.get_attribute("style")
    page.mouse.move(20, 590)
    page.wait_for_selector("#card", state="hidden")


def test_searching_a_class_dims_what_does_not_speak_for_it(look):
    page = look()
    before = pixels(page)
    page.fill("#search", "goldf")
    assert page.locator(".suggestions li").first.inner_text() == "goldfish"
    page.keyboard.press("Enter")
    wait_for(page, "document.body.dataset.searched === 'goldfish'")
    after = pixels(page)
    assert abs(after - before).mean() > 15
    assert link(page)["search"] == "goldfish"
    page.fill("#against", "pug")
    page.keyboard.press("Enter")
    wait_for(page, "document.body.dataset.searched === 'goldfish against pug, pug-dog'")
    assert page.inner_text("#contra") == "pug, pug-dog"
    page.keyboard.press("Escape")
    page.fill("#search", "")
    wait_for(page, "document.body.dataset.searched === undefined")
    assert "search" not in link(page)


def test_a_link_brings_back_the_view(look):
    told = "#layer=early&at=0.4,0.6,0.5&search=red fox&against=daisy&color=label&names=off"
    page = look(told.replace(" ", "%20"))
    wait_for(page, "document.body.dataset.searched === 'red fox against daisy'")
    assert page.inner_text("#layers button[aria-pressed=true]") == "early"
    assert page.get_attribute("#by-label", "aria-pressed") == "true"
    assert page.input_value("#against:visible") == "daisy"
    assert at(page) == [0.4, 0.6, 0.5]
    assert link(page) == {
        "layer": "early", "at": "0.4000,0.6000,0.50", "search": "red fox", "against": "daisy",
        "color": "label", "names": "off",
    }  # fmt: skip


def test_layers_change_and_names_follow(look):
    page = look()
    assert page.inner_text("#layers button[aria-pressed=true]") == "late"
    shown = int(page.get_attribute("#names", "data-count"))
    assert shown > 3
    page.click("#layers button:text('early')")
    page.wait_for_timeout(1500)
    assert link(page)["layer"] == "early"
    assert (pixels(page).max(axis=2) > 60).mean() > 0.6


def test_names_are_thinned_by_zoom(look):
    page = look("#layer=late&at=0.5,0.5,-2")
    few = int(page.get_attribute("#names", "data-count"))
    page = look("#layer=late&at=0.5,0.5,0.5")
    assert int(page.get_attribute("#names", "data-count")) > few


def test_small_icons_come_first_and_fine_ones_where_they_are_needed(chromium, tmp_path):
    write_atlas(tmp_path, sides=(40,), layers=("layer",), icon=48, patch=16)
    with browser.served(tmp_path) as address:
        page = chromium.new_page(viewport={"width": 900, "height": 600})
        asked = []
        page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
        page.goto(address)
        page.wait_for_selector("body[data-ready]")
        icons = [name for name in asked if name.startswith("icons")]
        assert icons and all(name.startswith("icons-small") for name in icons)
        coarse = pixels(page)
        with page.expect_request("**/icons-0.webp"):
            page.goto(address + "#at=0.5,0.5,1")
        assert (pixels(page).max(axis=2) > 60).mean() > 0.6
        assert (coarse.max(axis=2) > 60).mean() > 0.6
        page.close()


def test_zooming_over_the_same_sheets_asks_for_fine_icons(chromium, tmp_path):
    write_atlas(tmp_path, sides=(40,), layers=("layer",), icon=48, patch=16)
    with browser.served(tmp_path) as address:
        page = chromium.new_page(viewport={"width": 900, "height": 600})
        page.goto(address + "#at=0.5,0.5,-1")  # cells of 13 pixels; all sheets are and stay in sight
        page.wait_for_selector("body[data-ready]")
        with page.expect_request("**/icons-0.webp"):
            for _ in range(2):
                page.keyboard.press("+")
                page.wait_for_timeout(600)
        page.close()


def test_keys(look):
    page = look()
    x, y, zoom = at(page)
    page.keyboard.press("ArrowRight")
    wait_for(page, f"x > {x} + 0.02")
    page.keyboard.press("+")
    wait_for(page, f"zoom > {zoom} + 0.1")
    page.keyboard.press("0")
    wait_for(page, f"Math.abs(x - {x}) + Math.abs(y - {y}) + Math.abs(zoom - {zoom}) < 0.02")
    page.keyboard.press("[")
    wait_for(page, "document.body.dataset.layer === 'early'")
    page.keyboard.press("c")
    page.wait_for_selector("#card:not([hidden])")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    page.wait_for_selector("#legend:not([hidden])")
    page.keyboard.press("?")
    page.wait_for_selector("#help[open]")


def test_the_minimap_moves_the_view(look):
    page = look("#layer=late&at=0.5,0.5,1")
    page.locator("#minimap").click(position={"x": 126, "y": 42})
    assert at(page) == pytest.approx([0.75, 0.25, 1], abs=0.02)


def test_on_a_phone_a_tap_shows_the_card_at_the_foot(look):
    page = look(viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True, device_scale_factor=2)
    page.touchscreen.tap(195, 390)
    page.wait_for_selector("#card:not([hidden])")
    box = page.locator("#card").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["y"] + box["height"] <= 780
    assert box["y"] > 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_folder_can_be_searched_by_its_name(look):
    page = look()
    page.fill("#search", "plants")
    page.keyboard.press("Enter")
    wait_for(page, "document.body.dataset.searched === 'folder: plants'")


@pytest.mark.parametrize(
    ("held", "word"),
    [
        ({"format": "pareidolia-atlas", "version": 99}, "format 99"),
        ({"format": "else"}, "no atlas"),
        (None, "missing"),
    ],
)
def test_what_is_no_atlas_is_told(chromium, tmp_path, held, word):
    write_atlas(tmp_path, sides=(4,), layers=("only",), icon=16, patch=16)
    page = chromium.new_page()
    with browser.served(tmp_path) as address:
        (tmp_path / "atlas.json").unlink()
        if held is not None:
            (tmp_path / "atlas.json").write_text(json.dumps(held))
        page.goto(address)
        page.wait_for_selector("#refusal:not([hidden])")
        assert word in page.inner_text("#refusal")
    page.close()
