"""The page in a browser: every room is used, watched, stopped and kept; by mouse, by keys, on a phone."""

import json

import pytest
from tests.atlas import browser
from tests.studio.pages import drafts, drop, made, png, until
from tests.studio.served import ENDLESS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(browser.missing()), reason=browser.missing() or "there is a browser"),
]


def test_paint_in_one_pass_from_a_sample_and_two_paintings_with_weights(visit, studio):
    page = visit("paint", {})
    page.click('.input:has(legend:text-matches("Photo")) .drop')
    page.click('dialog .thumb:has-text("coffee")')
    for name in ("ink", "waves"):
        page.click('.input:has(legend:text-matches("Paintings")) .drop')
        page.click(f'dialog .thumb:has-text("{name}")')
    page.fill('input[aria-label="Weight 2"]', "0.5")
    page.fill('.field:has(label:text-is("Size")) input[type=number]', "96")
    job = studio.job(made(page))
    assert job["inputs"] == {"content": "sample:coffee", "styles": ["sample:ink", "sample:waves"]}
    assert job["settings"]["painting_weights"] == [1, 0.5] and job["width"] == 96


def test_a_mask_is_drawn_with_undo_invert_and_clear(visit, studio):
    session = {
        "drafts": {
            "brush": {
                "inputs": {"content": "sample:coffee", "styles": ["sample:ink"]},
                "settings": {"size": 64},
            }
        }
    }
    page = visit("paint", session)
    page.click("text=Draw a mask")
    page.wait_for_selector("dialog .easel img")
    canvas = page.locator("canvas.veil")
    share = """c => { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        let n = 0; for (let i = 0; i < d.length; i += 4) n += d[i] > 127; return n / (d.length / 4); }"""
    assert canvas.evaluate(share) == 0
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + box["height"] - 20, steps=5)
    page.mouse.up()
    drawn = canvas.evaluate(share)
    assert 0.02 < drawn < 0.6
    page.keyboard.press("Control+z")
    assert canvas.evaluate(share) == 0
    page.click("dialog >> text=Redo")
    assert canvas.evaluate(share) == drawn
    page.click("dialog >> text=Invert")
    assert canvas.evaluate(share) == pytest.approx(1 - drawn, abs=0.01)
    page.click("dialog >> text=Clear")
    assert canvas.evaluate(share) == 0
    page.click("dialog >> text=Undo")
    page.click("dialog >> text=Save")
    page.wait_for_selector("dialog", state="detached")
    job = studio.job(made(page))
    assert job["inputs"]["mask"].startswith("picture:")


def test_a_picture_is_cropped_and_made_smaller(visit, studio):
    page = visit("paint", {})
    page.click('.input:has(legend:text-matches("Photo")) .drop')
    page.set_input_files("dialog input[type=file]", png((200, 100)))
    page.click("text=Crop")
    until(page, "document.querySelector('dialog .easel img').naturalWidth === 200")
    page.click('dialog [role=radio]:has-text("1:1")')
    box = page.locator("dialog .easel img").bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    page.fill("dialog input[type=number]", "32")
    page.click("dialog >> text=Save")
    page.wait_for_selector("dialog", state="detached")
    cropped = studio.ask("GET", "/pictures").json()[0]
    assert (cropped["width"], cropped["height"]) == (32, 32)


def test_work_is_watched_live_also_what_another_tab_began_and_stopped(visit, studio):
    one = visit("paint", drafts(**ENDLESS))
    one.click("#make")
    one.wait_for_selector('.result[data-state="running"]')
    other = visit("paint", {})
    for page in (one, other):
        page.wait_for_selector('.result[data-state="running"] img[src*="preview"]')
        assert "counting" in page.inner_text(".running")
    other.click(".result >> text=Stop and keep")
    one.wait_for_selector('.result[data-state="stopped"]')


def test_dream(visit, studio):
    inputs = {"photo": "sample:coffee"}
    settings = {"network": "retina", "size": 64, "octaves": 1, "steps": 2}
    page = visit("dream", {"drafts": {"dream": {"inputs": inputs, "settings": settings, "video": False}}})
    job = studio.job(made(page))
    assert job["operation"] == "dream" and job["losses"]
    page.wait_for_selector("#make")
    assert page.locator(".field:has(label:text-is('Aim')) datalist option").count() > 10


def test_look_inside_at_methods_side_by_side_and_at_a_place(visit, studio):
    inputs, settings = {"photo": "sample:coffee"}, {"network": "retina"}
    page = visit("look", {"drafts": {"saliency": {"inputs": inputs, "settings": settings, "video": False}}})
    for method in ("gradient", "grad-cam"):
        page.click(f'.chips .chip:text-is("{method}")')
    assert studio.job(made(page))["settings"]["methods"] == ["gradient", "grad-cam"]
    page.wait_for_selector(".bars meter")
    page.wait_for_selector(".look select option", state="attached")
    page.click(".clickable")
    page.wait_for_selector(".units figure img")
    assert page.locator(".units figure").count() == 8


def test_classes_are_named_and_painted(visit, studio):
    settings = {"network": "retina", "size": 48, "steps": 2}
    page = visit("classes", {"drafts": {"class-model": {"inputs": {}, "settings": settings, "video": False}}})
    page.wait_for_selector("datalist option", state="attached")
    page.fill('input[aria-label="Names"]', "Tibetan mastiff")
    page.keyboard.press("Tab")
    assert studio.job(made(page))["inputs"] == {"names": ["Tibetan mastiff"]}


def test_imagine_draws_samples_and_the_plane_follows_the_hand(visit, studio):
    page = visit("imagine", {})
    made(page)
    page.wait_for_selector(".plane img")
    page.wait_for_selector(".decoded")
    code = page.get_attribute(".decoded", "data-code")
    page.locator(".plane").scroll_into_view_if_needed()
    box = page.locator(".plane").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 30, steps=6)
    page.mouse.up()
    until(page, "code => document.querySelector('.decoded').dataset.code !== code", arg=code)
    before = page.get_attribute(".decoded", "data-code")
    page.focus(".plane")
    page.keyboard.press("ArrowLeft")
    until(page, "code => document.querySelector('.decoded').dataset.code !== code", arg=before)
    page.click("summary:has-text('Along directions')")
    page.fill(".sliders input >> nth=0", "2")
    until(page, "document.querySelector('.decoded').dataset.code.startsWith('2')")


def test_the_queue_pauses_reorders_edits_and_removes(visit, studio):
    page = visit("paint", drafts())
    studio.ask("PATCH", "/queue", json={"paused": True})
    names = [studio.submit(inputs={"photo": "sample:coffee"}, gray=gray) for gray in (0.1, 0.2, 0.3)]
    page.keyboard.press("q")
    page.wait_for_selector(".queue li >> nth=2")
    assert page.locator(".queue li img").count() == 3
    page.click(f'.queue li[data-job="{names[2]}"] [aria-label="Earlier"]')
    until(page, "name => document.querySelectorAll('.queue li')[1].dataset.job === name", arg=names[2])
    page.click(f'.queue li[data-job="{names[1]}"] [aria-label="Remove"]')
    until(page, "document.querySelectorAll('.queue li').length === 2")
    page.click(f'.queue li[data-job="{names[0]}"] [aria-label="Edit"]')
    page.fill('.field:has(label:text-is("Gray")) input[type=number]', "0.9")
    page.keyboard.press("Tab")
    page.click(".go >> text=Edit")
    studio.until(lambda: studio.job(names[0])["settings"]["gray"] == 0.9)
    page.click('.queue [aria-label="Go on"]')
    for name in (names[0], names[2]):
        assert studio.wait(name)["state"] == "done"


def test_a_reload_and_another_browser_see_the_same(visit, studio):
    page = visit("paint", drafts())
    page.fill('.field:has(label:text-is("Gray")) input[type=number]', "0.25")
    page.keyboard.press("Tab")
    job = made(page)
    studio.until(lambda: "shown" in studio.ask("GET", "/state").json()["session"])
    page.wait_for_timeout(600)
    for other in (page, visit("paint")):
        other.reload()
        other.wait_for_selector(f'.result[data-job="{job}"]')
        assert other.input_value('.field:has(label:text-is("Gray")) input[type=number]') == "0.25"


@pytest.mark.parametrize("left", [True, False])
def test_what_was_set_just_before_a_reload_is_kept(visit, left):
    page = visit("paint", drafts())
    gray = '.field:has(label:text-is("Gray")) input[type=number]'
    page.fill(gray, "")
    page.locator(gray).press_sequentially("0.35")
    if left:
        page.keyboard.press("Tab")
    page.reload()
    page.wait_for_selector(gray)
    assert page.input_value(gray) == "0.35"


def test_a_picture_made_here_brings_its_settings_back_or_all_but_the_seed(visit, studio):
    asked = {"network": "retina", "size": 48, "octaves": 1, "steps": 1, "seed": 77}
    name = studio.submit("dream", {"photo": "sample:coffee"}, **asked)
    studio.wait(name)
    picture = studio.ask("GET", f"/jobs/{name}/result").content
    page = visit("gallery", {})
    drop(page, "body", {"name": "downloaded.png", "buffer": picture})
    page.wait_for_selector("#make")
    seed = '.field:has(label:text-is("Seed")) input'
    assert page.url.endswith("#/dream") and page.input_value(seed) == "77"
    assert page.locator(".drop img[src*='coffee']").count() == 1
    page.click("nav.rooms >> text=Gallery")
    page.click(f'.card[data-job="{name}"] .thumb')
    page.click("dialog >> text=Same, another seed")
    page.wait_for_selector("#make")
    assert page.input_value(seed) not in ("", "77")
    assert page.input_value('.field:has(label:text-is("Size")) input[type=number]') == "48"


def test_a_picture_of_elsewhere_says_that_it_carries_no_settings(visit):
    page = visit("gallery", {})
    drop(page, "body", png())
    page.wait_for_selector(".message.bad")
    assert "carries no settings" in page.inner_text(".message.bad")


def found_in_gallery(visit, studio, gray):
    """A job of this gray, and the gallery's page with it opened by a search."""
    name = studio.submit(gray=gray)
    studio.wait(name)
    page = visit("gallery", {})
    page.fill("#search", str(gray))
    until(page, "document.querySelectorAll('.card').length === 1")
    page.click(".card .thumb")
    return name, page


def test_a_note_typed_just_before_a_reload_is_kept(visit, studio):
    name, page = found_in_gallery(visit, studio, 0.321)
    page.locator('dialog label:has-text("Note") input').press_sequentially("for Grace")
    page.reload()
    studio.until(lambda: studio.job(name)["note"] == "for Grace")


def test_the_gallery_searches_notes_and_shows_everything(visit, studio):
    name, page = found_in_gallery(visit, studio, 0.123)
    page.fill('dialog label:has-text("Note") input', "for Ada")
    page.keyboard.press("Tab")
    studio.until(lambda: studio.job(name)["note"] == "for Ada")
    page.click("dialog summary:has-text('command')")
    page.wait_for_selector("dialog pre")
    assert "pareidolia tiny" in page.inner_text("dialog pre >> nth=0")
    assert "import pareidolia" in page.inner_text("dialog pre >> nth=1")
    assert "count" in page.inner_text("dialog table")
    page.keyboard.press("Escape")
    page.fill("#search", "nothing of the kind")
    page.wait_for_selector(".empty")


def test_two_are_compared_by_a_curtain_side_by_side_and_by_turns_with_what_differs(visit, studio):
    for gray in (0.0, 1.0):
        studio.wait(studio.submit(gray=gray, steps=2))
    page = visit("gallery", {})
    for number in (0, 1):
        page.click(f".card >> nth={number} >> text=Compare")
        if page.locator("dialog").count():
            break
    page.wait_for_selector("dialog .curtain")
    assert page.inner_text("dialog .differences").strip() in ("Gray 1 → 0", "Gray 0 → 1")
    page.fill('dialog input[aria-label="Slider"]', "25")
    assert "25%" in page.get_attribute(".curtain", "style")
    page.click('dialog [role=radio]:has-text("Side by side")')
    assert page.locator("dialog .comparison figure").count() == 2
    page.click('dialog [role=radio]:has-text("Switch")')
    assert page.get_attribute(".turning img", "alt") == "A"
    page.click(".turning")
    assert page.get_attribute(".turning img", "alt") == "B"


def test_a_grid_over_two_settings(visit, studio):
    page = visit("paint", drafts(steps=1))
    page.click("summary:has-text('A grid over settings')")
    for number, (name, values) in enumerate((("gray", "0 0.5 1"), ("steps", "1 2")), start=1):
        page.select_option(f'select[aria-label="Settings {number}"]', name)
        page.fill(f'input[aria-label="Numbers {number}"]', values)
    page.click("text=Make the grid")
    until(page, "document.querySelectorAll('.grid-cells img').length === 6")
    assert "Steps 2, Gray 0.5" in page.inner_text(".grid-cells")


def test_everything_is_reached_by_keys(visit, studio):
    page = visit("paint", drafts())
    for key, room in (("2", "dream"), ("8", "gallery"), ("1", "paint")):
        page.keyboard.press(key)
        until(page, "room => location.hash === '#/' + room", arg=room)
    page.focus('.field:has(label:text-is("Gray")) input[type=number]')
    page.keyboard.type("9")
    assert page.url.endswith("#/paint")  # typing is no command
    page.fill('.field:has(label:text-is("Gray")) input[type=number]', "0.5")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector('.result[data-state="done"]')
    page.keyboard.press("?")
    page.wait_for_selector("dialog kbd")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    page.keyboard.press("/")
    until(page, "document.activeElement.id === 'search'")


def test_the_page_speaks_russian_and_keeps_it(visit, studio):
    page = visit("paint", {})
    page.click('[aria-label="Русский"]')
    assert page.get_attribute("html", "lang") == "ru"
    assert "Живопись" in page.inner_text("nav.rooms") and page.inner_text("#make") == "Сделать"
    page.wait_for_timeout(600)
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert page.inner_text("#make") == "Сделать"
    page.click('[aria-label="English"]')
    page.wait_for_timeout(600)


@pytest.mark.parametrize("room", ["paint", "dream", "look", "classes", "imagine", "gallery", "api"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_room_fits_a_phone_and_can_be_read(visit, room, scheme):
    page = visit(room, {}, viewport={"width": 360, "height": 740}, color_scheme=scheme)
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(FAINT) == []


#: What a reader of screens could not name.
UNNAMED = """() => [
  ...document.querySelectorAll('button, input:not([hidden]), select, a, img, [role]:not([role=status])'),
].filter((e) => {
  if (e.tagName === 'IMG') return !e.hasAttribute('alt');
  const labels = e.labels?.length || document.querySelector(`label[for="${CSS.escape(e.id || '-')}"]`);
  const words = e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || e.textContent.trim();
  const named = words || labels || e.querySelector('img[alt]:not([alt=""])');
  return !named && !e.closest('[hidden]');
}).map((e) => e.outerHTML.slice(0, 120))"""

#: Text whose contrast with its ground is below 4.5 (WCAG 2.1, 1.4.3).
FAINT = """() => {
  const linear = (v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const light = (c) => { const [r, g, b] = c.map(linear);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const ground = (e) => { for (; e; e = e.parentElement) {
    const c = numbers(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] === 1) return c.slice(0, 3); } return [255, 255, 255]; };
  return [...document.querySelectorAll('#studio *')].filter((e) => {
    const written = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!written || !e.offsetParent || e.closest(':disabled, svg')) return false;
    if (getComputedStyle(e).visibility === 'hidden') return false;
    const ink = numbers(getComputedStyle(e).color).slice(0, 3);
    const [one, other] = [light(ink), light(ground(e))].sort((a, b) => b - a);
    return (one + 0.05) / (other + 0.05) < 4.5;
  }).map((e) => e.className + ': ' + e.textContent.slice(0, 40));
}"""


def test_a_form_of_many_controls_is_quick(visit):
    page = visit("paint", {"chosen": {"paint": "style"}})
    for group in ("Network", "Advanced"):
        page.click(f"summary:has-text('{group}')")
    assert page.locator(".field").count() > 25
    spent = page.evaluate("""async () => {
      const fields = [...document.querySelectorAll('.field')];
      const field = fields.find((e) => e.textContent.includes('Content weight')).querySelector('input');
      const began = performance.now();
      for (let i = 1; i <= 50; i++) { field.value = i;
        field.dispatchEvent(new Event('change', { bubbles: true }));
        await new Promise((done) => setTimeout(done)); }
      return (performance.now() - began) / 50; }""")
    assert spent < 100, f"{spent} ms a change"


def test_what_is_refused_is_said_on_the_page(visit):
    page = visit("paint", {})
    page.click("#make")
    page.wait_for_selector(".message.bad")
    assert page.inner_text(".message.bad") == "Still needed: Photo, Paintings"
    inputs = {"content": "sample:coffee", "styles": ["sample:ink"]}
    draft = {"inputs": inputs, "settings": {"size": 9999}, "video": False}
    page = visit("paint", {"drafts": {"brush": draft}})
    page.click("#make")
    page.wait_for_selector(".message.bad")
    assert "the studio takes at most 4096" in page.inner_text(".message.bad")


def test_the_api_is_described_on_a_page(visit, studio):
    page = visit("api", {})
    page.wait_for_selector("code")
    assert "POST /api/jobs" in page.inner_text(".api")
    assert json.loads(page.request.get(f"{studio.address}openapi.json").text())["openapi"].startswith("3.1")
