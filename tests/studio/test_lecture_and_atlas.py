"""The Lecture and Atlas rooms, a unit's page, regions, presets and videos, in a browser."""

import pytest
from tests.atlas import browser
from tests.studio.pages import made, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(browser.missing()), reason=browser.missing() or "there is a browser"),
]

ATLAS = {
    "layer": ["stage5.relu1"], "positions": 12, "grids": [3], "layout": "pca", "fewest": 1, "size": 96,
    "icon_size": 16, "icon_steps": 2, "patches": 2, "patch_size": 16,
}  # fmt: skip


def test_a_section_of_the_lecture_is_read_in_both_languages_and_its_pictures_are_made_anew(visit, studio):
    page = visit("lecture/latent", {})
    page.wait_for_selector('.section[data-section="latent"] h2')
    assert "Latent variables" in page.inner_text(".section h2")
    assert page.locator(".section .formula math").count() > 0
    page.click(".lecture #make")
    page.wait_for_selector('.section[data-state="done"] .exhibits img')
    assert page.locator(".exhibits img").count() == 2
    until(page, "[...document.querySelectorAll('.exhibits img')].every((e) => e.naturalWidth > 0)")
    assert "pareidolia manifold" in page.inner_text(".section pre")
    page.click('[aria-label="Русский"]')
    until(page, "document.querySelector('.section h2').textContent.includes('Скрытые')")
    caption = page.inner_text(".exhibits figcaption >> nth=0")
    assert any("а" <= letter <= "я" for letter in caption), caption
    page.click('[aria-label="English"]')
    page.click(".turn >> text=The autoencoder")
    until(page, "location.hash === '#/lecture/autoencoder'")


def test_the_lecture_takes_a_photo_of_ones_own_and_draws_tables(visit, studio):
    page = visit("lecture/switches", {})
    page.click('.input:has(legend:text-matches("Photo")) .drop')
    page.click('dialog .thumb:has-text("rocket")')
    page.click(".lecture #make")
    page.wait_for_selector('.section[data-state="done"] .drawing td.mark')
    tinted = "[...document.querySelectorAll('.drawing td')].some((e) => e.style.background)"
    assert page.evaluate(tinted)
    job = studio.ask("GET", "/jobs?operation=tour-section").json()[0]
    assert job["inputs"]["photo"] == "sample:rocket" and job["settings"]["section"] == "switches"


def test_an_atlas_is_built_walked_through_and_a_photo_is_found_on_it(visit, studio):
    page = visit("atlas", {"drafts": {"atlas build": {"inputs": {}, "settings": ATLAS, "video": False}}})
    page.click('.input:has(legend:text-matches("Photos")) .drop')
    page.click("dialog >> text=All sample photos")
    made(page)
    frame = page.frame_locator(".atlas-frame iframe")
    frame.locator("#title").wait_for()
    assert "retina" in frame.locator("#title").inner_text()
    page.click(".operations >> text=Find my photo")
    page.click('.input:has(legend:text-matches("Photo")) .drop')
    page.click('dialog .thumb:has-text("coffee")')
    page.click("#make")
    page.wait_for_selector(".landed .chip", timeout=120_000)
    first = page.get_attribute(".landed iframe", "src")
    assert "#layer=stage5.relu1&at=" in first
    page.click(".landed .chip >> nth=1")
    assert page.get_attribute(".landed iframe", "src") != first


def test_only_files_of_an_atlas_are_served_and_only_to_the_studios_own_page(studio):
    name = studio.submit("atlas build", {"photos": ["sample:coffee", "sample:chelsea"]}, **ATLAS)
    job = studio.wait(name)
    assert job["state"] == "done" and str(studio.folder) not in job["caption"]
    viewer = studio.ask("GET", f"/jobs/{name}/atlas/")
    assert viewer.headers["x-frame-options"] == "SAMEORIGIN" and "#map" in viewer.text
    assert "frame-ancestors 'self'" in viewer.headers["content-security-policy"]
    assert studio.ask("GET", f"/jobs/{name}/atlas/atlas.json").json()["format"] == "pareidolia-atlas"
    for path in ("settings.json", "stages", "..%2f..%2fstudio.sqlite", ".lock", "nothing.json"):
        assert studio.ask("GET", f"/jobs/{name}/atlas/{path}").status_code == 404, path
    other = studio.submit()
    studio.wait(other)
    assert studio.ask("GET", f"/jobs/{other}/atlas/atlas.json").status_code == 404


def test_a_units_page_has_patches_neighbors_and_on_demand_its_picture(visit, studio):
    inputs, settings = {"photo": "sample:coffee"}, {"network": "retina"}
    page = visit("look", {"drafts": {"saliency": {"inputs": inputs, "settings": settings, "video": False}}})
    page.wait_for_selector(".look select option", state="attached")
    page.select_option(".look select", "stage2.relu1")
    page.fill(".look input[name=unit]", "3")
    page.click(".look >> text=Open the unit")
    page.wait_for_selector("dialog .neighbor")
    assert page.locator("dialog .unit-page > section:first-of-type .patches img").count() >= 6
    page.click("dialog >> text=Measure it")
    page.wait_for_selector("dialog .unit-page section > a img")
    job = studio.ask("GET", "/jobs?operation=tuning").json()[0]
    assert job["settings"]["units"] == ["3"] and job["settings"]["layer"] == "stage2.relu1"
    title = page.inner_text("dialog h2")
    page.click("dialog .neighbor >> nth=0")
    until(page, "title => document.querySelector('dialog h2').textContent !== title", arg=title)


def test_how_far_methods_can_be_believed_stands_beside_them(visit, studio):
    settings = {"network": "retina", "methods": ["gradient", "grad-cam"], "size": 96}
    draft = {"inputs": {"photo": "sample:coffee"}, "settings": settings, "video": False}
    page = visit("look", {"drafts": {"saliency": draft}})
    made(page)
    page.click(".belief >> text=Measure it")
    page.wait_for_selector(".belief td", timeout=180_000)
    assert {"gradient", "grad-cam"} <= set(page.inner_text(".belief tbody").split())


def test_regions_are_drawn_in_flat_colors_and_each_takes_its_painting(visit, studio):
    inputs = {"content": "sample:coffee", "styles": ["sample:ink", "sample:waves"]}
    page = visit("paint", {"drafts": {"brush": {"inputs": inputs, "settings": {"size": 64}}}})
    page.click("text=Draw regions")
    page.wait_for_selector("dialog .easel img")
    page.click("dialog >> text=Fill all")
    page.click(".swatches button >> nth=1")
    box = page.locator("canvas.veil").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    page.click("dialog >> text=Save")
    page.wait_for_selector("dialog", state="detached")
    job = studio.job(made(page))
    (regions,) = job["inputs"]["regions"]
    assert colors(studio, regions) == {(0x7B, 0x1E, 0x3A), (0x24, 0x58, 0xA6)}


def colors(studio, reference):
    from io import BytesIO

    from PIL import Image

    data = studio.ask("GET", f"/pictures/{reference.removeprefix('picture:')}").content
    picture = Image.open(BytesIO(data)).convert("RGB")
    return {color for _, color in picture.getcolors(1 << 20)}


def test_presets_are_taken_kept_under_a_name_and_removed(visit, studio):
    page = visit("paint", {"chosen": {"paint": "brush"}})
    page.click('.presets .chip:text-is("Gentle")')
    strength = '.field:has(label:text-is("Strength")) input[type=number]'
    assert page.input_value(strength) == "0.6"
    page.fill(strength, "0.3")
    page.keyboard.press("Tab")
    page.click(".presets >> text=Save these settings")
    page.fill('.presets input[aria-label="Name"]', "For Ada")
    page.keyboard.press("Enter")
    page.click('.presets .chip:text-is("Gentle")')
    page.wait_for_timeout(600)
    page.reload()
    page.wait_for_selector("body[data-ready]")
    page.click('.presets .chip:text-is("For Ada")')
    assert page.input_value(strength) == "0.3"
    page.click('.presets [aria-label="Remove: For Ada"]')
    assert page.locator('.presets .chip:text-is("For Ada")').count() == 0


def test_a_video_is_painted(visit, studio, tmp_path):
    pytest.importorskip("av")
    import torch

    from pareidolia.pictures import save_picture, write_video

    frames = [tmp_path / f"{number}.png" for number in range(3)]
    for number, frame in enumerate(frames):
        save_picture(torch.full((1, 3, 48, 64), 0.2 + 0.3 * number), frame)
    path = tmp_path / "moving.mp4"
    write_video(frames, path, 8)
    page = visit(
        "paint", {"drafts": {"brush": {"inputs": {"styles": ["sample:ink"]}, "settings": {"size": 64}}}}
    )
    page.click('.input:has(legend:text-matches("Photo")) .drop')
    page.set_input_files("dialog input[type=file]", str(path))
    page.wait_for_selector("dialog", state="detached")
    job = studio.job(made(page))
    assert job["file"] == "result.mp4" and page.locator(".result video").count() == 1


def test_a_dropped_picture_is_reconstructed_and_its_code_moves_the_sliders(visit, studio):
    page = visit("imagine", {})
    page.wait_for_selector(".decoded")
    code = page.get_attribute(".decoded", "data-code")
    page.click(".reconstruction .drop")
    page.click('dialog .thumb:has-text("coffee")')
    until(page, "document.querySelectorAll('.reconstruction figure').length === 3")
    until(page, "code => document.querySelector('.decoded').dataset.code !== code", arg=code)


def test_the_plane_is_decoded_thirty_times_a_second_without_asking_the_worker(visit, studio):
    page = visit("imagine", {})
    page.wait_for_selector("canvas.decoded")
    page.locator(".plane").scroll_into_view_if_needed()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    codes = page.evaluate("""async () => {
      const plane = document.querySelector('.plane'), box = plane.getBoundingClientRect();
      const at = (type, x) => plane.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerId: 1,
        clientX: box.left + x * box.width, clientY: box.top + 0.4 * box.height }));
      plane.setPointerCapture = () => {}; plane.hasPointerCapture = () => true;
      at('pointerdown', 0.1);
      const seen = new Set();
      for (let i = 1; i <= 30; i++) { at('pointermove', 0.1 + i / 40);
        await new Promise((done) => setTimeout(done));
        seen.add(document.querySelector('.decoded').dataset.code); }
      return seen.size; }""")
    assert codes >= 28
    assert not [url for url in asked if "questions" in url]
