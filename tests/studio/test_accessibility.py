"""axe-core finds nothing serious in any room, in light and dark, wide and on a phone."""

from pathlib import Path

import pytest
from tests.atlas import browser

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(browser.missing()), reason=browser.missing() or "there is a browser"),
    pytest.mark.skipif(not AXE.is_file(), reason="npm ci was not run"),
]
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 360, "height": 740}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "room", ["paint", "dream", "look", "classes", "atlas", "imagine", "lecture/vae", "gallery", "api"]
)
def test_nothing_serious_is_wrong(visit, studio, room, scheme):
    studio.wait(studio.submit(steps=3))
    draft = {"inputs": {"photo": "sample:coffee"}, "settings": {"network": "retina"}, "video": False}
    page = visit(room, {"drafts": {"saliency": draft}}, color_scheme=scheme, bypass_csp=True)
    page.wait_for_timeout(1200)
    page.add_script_tag(path=str(AXE))
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        page.wait_for_timeout(200)
        found = page.evaluate("() => axe.run(document, { iframes: false })")
        serious = [
            (each["id"], [node["html"][:120] for node in each["nodes"]][:4])
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
        ]
        assert serious == []
