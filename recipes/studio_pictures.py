"""Make the pictures of docs/studio.md: `python -m recipes.studio_pictures [ROOM ...] [--out FOLDER]`.

Each room of a studio that was worked in, wide and on a phone, light and dark, as Chromium shows it. What
was made is kept in `--folder`, so that pictures made anew need no new work.
"""

import argparse
from collections.abc import Callable
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page
from tests.atlas.browser import browser
from tests.studio.served import Studio

SIZES = {"wide": {"width": 1280, "height": 860}, "phone": {"width": 390, "height": 844}}
SCHEMES = ("light", "dark")
_QUALITY = 78
_MAKING = 1800

CAT, COFFEE, CHINA = "sample:chelsea", "sample:coffee", "sample:china"
PHOTOS = ("chelsea", "coffee", "astronaut", "rocket", "china", "flower")
RETINA = {"network": "retina"}
METHODS = ["gradient", "integrated-gradients", "grad-cam", "smoothgrad"]
ATLAS = {
    **RETINA, "layer": ["stage4.relu1"], "positions": 160, "grids": [8], "fewest": 1,
    "icon_steps": 48, "icon_size": 64,
}  # fmt: skip

WORK: dict[str, list[tuple[str, dict[str, Any], dict[str, Any]]]] = {
    "paint": [
        ("brush", {"content": CAT, "styles": ["sample:strokes"]}, {"size": 768}),
        ("brush", {"content": CHINA, "styles": ["sample:ink"]}, {"size": 768}),
        ("brush", {"content": "sample:astronaut", "styles": ["sample:mosaic"]}, {"size": 768}),
        ("brush", {"content": COFFEE, "styles": ["sample:waves"]}, {"size": 768}),
    ],
    "dream": [("dream", {"photo": CHINA}, {**RETINA, "size": 512, "octaves": 3, "steps": 12})],
    "look": [("saliency", {"photo": CAT}, {**RETINA, "methods": METHODS})],
    "classes": [("class-model", {"names": ["golden retriever", "goose"]}, {"network": "efficientnet_lite0"})],
    "atlas": [("atlas build", {"photos": [f"sample:{name}" for name in PHOTOS]}, ATLAS)],
    "imagine": [("sample", {"run": "mnist-vae"}, {"count": 64})],
    "lecture": [("tour-section", {}, {"section": "latent"})],
    "gallery": [],
}
"""What each room's pictures show: operation, inputs, settings; the last one is in sight."""


def work(studio: Studio) -> dict[str, Any]:
    """Make what is not there yet.

    Args:
        studio: whose rooms are shown.

    Returns:
        The session in which each room shows its last work, its form as it was set for that.
    """
    studio.until_ready()
    session: dict[str, Any] = {"chosen": {}, "drafts": {}, "shown": {}, "language": "en", "theme": "auto"}
    for room, asked in WORK.items():
        for operation, inputs, settings in asked:
            there = studio.ask("GET", "/jobs", params={"operation": operation}).json()
            same = [
                job["id"]
                for job in there
                if job["state"] == "done"
                and inputs.items() <= job["inputs"].items()
                and settings.items() <= job["settings"].items()
            ]
            name = same[0] if same else studio.submit(operation, inputs, **settings)
            job = studio.wait(name, seconds=_MAKING)
            if job["state"] != "done":
                raise SystemExit(f"{operation}: {job['message']}")
            session["chosen"][room], session["shown"][room] = operation, name
            session["drafts"][operation] = {"inputs": inputs, "settings": settings, "video": False}
    return session


def units(page: Page) -> None:
    """A place in the photo is clicked, and its units are there."""
    page.wait_for_selector(".look select option", state="attached")
    page.locator(".clickable").click(position={"x": 120, "y": 90})
    page.wait_for_selector(".units figure img")
    page.evaluate("scrollTo(0, 0)")


def plane(page: Page) -> None:
    """The plane is there, in the middle of the page."""
    page.wait_for_selector("canvas.decoded")
    page.locator(".latent").evaluate("e => e.scrollIntoView({ block: 'center' })")


def exhibits(page: Page) -> None:
    """The pictures of the section are there."""
    page.wait_for_selector(".exhibits img")


def atlas(page: Page) -> None:
    """The map has been drawn."""
    page.wait_for_timeout(4000)


READY: dict[str, Callable[[Page], None]] = {
    "look": units,
    "imagine": plane,
    "lecture": exhibits,
    "atlas": atlas,
}
"""What has to be there before a room is shown."""


def show(chromium: Browser, studio: Studio, room: str, folder: Path) -> None:
    """A room's four pictures.

    Args:
        chromium: that shows it.
        studio: whose room it is.
        room: by name.
        folder: for the pictures.
    """
    for size, scheme in product(SIZES, SCHEMES):
        context = chromium.new_context(
            viewport=SIZES[size], color_scheme=scheme, locale="en", reduced_motion="reduce"
        )
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.goto(f"{studio.address}#/{room}")
        page.wait_for_selector("body[data-ready]")
        READY.get(room, lambda page: None)(page)
        page.wait_for_timeout(1500)
        with Image.open(BytesIO(page.screenshot())) as shot:
            shot.convert("RGB").save(
                folder / f"studio-{room}-{size}-{scheme}.webp", quality=_QUALITY, method=6
            )
        context.close()


def main() -> None:
    """Make the pictures of the rooms that are named, or of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*", help=f"of {', '.join(WORK)}; all unless named")
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    parser.add_argument("--folder", type=Path, default=Path("runs/studio-pictures"), help="of the studio")
    options = parser.parse_args()
    options.folder.parent.mkdir(parents=True, exist_ok=True)
    options.out.mkdir(parents=True, exist_ok=True)
    studio = Studio(options.folder, tiny=False)
    try:
        studio.ask("PUT", "/session", json=work(studio)).raise_for_status()
        with browser() as chromium:
            for room in options.rooms or WORK:
                show(chromium, studio, room, options.out)
    finally:
        studio.close()


if __name__ == "__main__":
    main()
