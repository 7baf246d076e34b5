"""The microscope's sites: every unit of a network over 2,000 photos, and how heavy its pages are.

    python recipes/microscope_sites.py IMAGENETTE/train IMAGEWOOF/train --out runs/microscope
    python recipes/microscope_sites.py IMAGENETTE/train IMAGEWOOF/train --network efficientnet_lite0
    python recipes/microscope_sites.py --layer stage4.relu3 --units 0-15 --shots docs/pictures

The folders hold ImageNet photos by class id; 100 of each of the 20 classes are linked below OUT. The site is
made by the command line itself: what is done already is not done again, and a run that was stopped goes on
and ends with the same bytes. With --overwrite a site of other photos keeps what still fits: what is painted
does not depend on photos.

Other people's photos stay outside the repository, and so do the sites. Where no folder is named the photos
are pieces of those that come with scikit-image and scikit-learn: of these are the screenshots in the
documentation (--shots, which need playwright and a Chromium).
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from atlas_gallery import link_photos
from pareidolia.cli import main
from pareidolia.microscope.format import STAGES
from pareidolia.pictures import sample_photo, save_picture
from pareidolia.pictures.samples import PHOTOS

LAYERS = {
    "retina": [
        "stage1.relu2",
        "stage2.relu2",
        "stage3.relu3",
        "stage4.relu3",
        "stage5.relu1",
        "stage6.relu1",
    ],
    "efficientnet_lite0": [*(f"blocks.{number}" for number in range(7)), "bn2.act"],
}
"""By network, the ends of its stages."""
A_CLASS = 100
SHOWN = ("stage4.relu3", 4)
"""The layer and the unit of the screenshots."""
WIDTHS = {1280: 900, 360: 900}
"""Of the screenshots, with their heights."""
_SHARES = (1.0, 0.7, 0.45)
_PICTURE = re.compile(r'<img[^>]* src="([^"]+)"')


def cut_samples(folder: Path) -> int:
    """Pieces of three sizes of the sample photos, in `folder`/NAME; returns how many there are."""
    for name in PHOTOS:
        photo = sample_photo(name)
        for share in _SHARES:
            side = int(share * min(photo.shape[-2:]))
            steps = [0.0] if share == 1 else [0.0, 0.5, 1.0]
            for down in steps:
                for right in steps:
                    top, left = (
                        int(s * (full - side))
                        for s, full in zip((down, right), photo.shape[-2:], strict=True)
                    )
                    target = folder / name / f"{share:g}-{top}-{left}.png"
                    target.parent.mkdir(parents=True, exist_ok=True)
                    if not target.exists():
                        save_picture(photo[..., top : top + side, left : left + side], target)
    return sum(1 for _ in folder.glob("*/*.png"))


def weights(site: Path) -> dict[Path, int]:
    """By page of a site, the bytes of it, and of all pictures that stand in it."""
    shared = sum((site / name).stat().st_size for name in ("microscope.css", "microscope.js"))
    return {
        page: shared + page.stat().st_size + sum(each.stat().st_size for each in _pictures(page))
        for page in sorted(site.rglob("*.html"))
    }


def _pictures(page: Path) -> Iterator[Path]:
    for name in sorted(set(_PICTURE.findall(page.read_text(encoding="utf-8")))):
        if (file := page.parent / name).is_file():
            yield file


def take_shots(site: Path, folder: Path, chromium: str | None) -> None:
    """Screenshots of a layer's and a unit's page, two widths side by side, as microscope-*.webp."""
    from playwright.sync_api import sync_playwright

    layer, unit = SHOWN
    pages = {"layer": f"{layer}/index.html", "unit": f"{layer}/{unit}.html"}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, page in pages.items():
            shots = []
            for width, height in WIDTHS.items():
                opened = browser.new_page(viewport={"width": width, "height": height})
                opened.goto((site / page).resolve().as_uri())
                opened.wait_for_timeout(2000)
                shots.append(site / STAGES / f"{name}-{width}.png")
                opened.screenshot(path=shots[-1])
                opened.close()
            _beside(shots).save(folder / f"microscope-{name}.webp", quality=85, method=6)
        browser.close()


def _beside(shots: list[Path]) -> Image.Image:
    images = [Image.open(each).convert("RGB") for each in shots]
    gap = 24
    whole = Image.new("RGB", (sum(each.width for each in images) + gap, images[0].height), "#888888")
    left = 0
    for each in images:
        whole.paste(each, (left, 0))
        left += each.width + gap
    return whole


def run() -> int:
    """Make what is missing; the exit code of the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path, nargs="*")
    parser.add_argument("--network", choices=sorted(LAYERS), default="retina")
    parser.add_argument("--a-class", type=int, default=A_CLASS, help="photos of each class")
    parser.add_argument("--layer", nargs="+", help="default: the ends of all stages")
    parser.add_argument("--units", help="of each layer, as in 0-15 (default: all)")
    parser.add_argument("--out", type=Path, default=Path("runs/microscope"))
    parser.add_argument("--overwrite", action="store_true")
    parser.add_argument("--shots", type=Path, help="a folder for screenshots")
    parser.add_argument("--chromium", help="where Chromium is (default: playwright's own)")
    options = parser.parse_args()
    photos, site = options.out / f"photos-{options.a_class}", options.out / options.network
    if options.photos:
        count = link_photos(options.photos, photos, options.a_class)
    else:
        photos, site = options.out / "samples", options.out / f"{options.network}-samples"
        count = cut_samples(photos)
    print(f"{count} photos")
    layers = options.layer or LAYERS[options.network]
    arguments = ["microscope", str(photos), "--network", options.network, "--layer", *layers]
    arguments += ["--units", options.units] if options.units else []
    arguments += ["--overwrite"] if options.overwrite else []
    code = main([*arguments, "--out", str(site)])
    if code == 0:
        found = weights(site)
        page, weight = max(found.items(), key=lambda each: each[1])
        whole = sum(
            each.stat().st_size for each in site.rglob("*") if each.is_file() and STAGES not in each.parts
        )
        print(f"{len(found)} pages, {whole / 1e6:.1f} MB")
        print(f"heaviest: {page.relative_to(site)}, {weight / 1e3:.0f} kB")
        if options.shots:
            take_shots(site, options.shots, options.chromium)
    return code


if __name__ == "__main__":
    sys.exit(run())
