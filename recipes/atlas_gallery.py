"""The atlas gallery: two activation atlases of more than 10,000 photos, and a screenshot of each.

    python recipes/atlas_gallery.py PHOTOS [PHOTOS ...] --weights squeezenet1_0.safetensors --out runs/atlas

PHOTOS are folders of ImageNet photos by class id, as Imagenette and Imagewoof have them below train/. Four
positions of each photo go through SqueezeNet (its fire9) and through retina (stage 5); grids 10, 20 and 40.
Each atlas is built by the command line itself: what is done already is not done again, and a run that was
stopped goes on. Screenshots need playwright and a Chromium.
"""

import argparse
import os
import sys
from pathlib import Path

from pareidolia.cli import main

#: Class ids of Imagenette and Imagewoof; the photos' folders, and so the atlas's labels, bear these names.
NAMES = {
    "n01440764": "tench",
    "n02102040": "English springer",
    "n02979186": "cassette player",
    "n03000684": "chain saw",
    "n03028079": "church",
    "n03394916": "French horn",
    "n03417042": "garbage truck",
    "n03425413": "petrol pump",
    "n03445777": "golf ball",
    "n03888257": "parachute",
    "n02086240": "Shih-Tzu",
    "n02087394": "Rhodesian ridgeback",
    "n02088364": "beagle",
    "n02089973": "English foxhound",
    "n02093754": "Border terrier",
    "n02096294": "Australian terrier",
    "n02099601": "golden retriever",
    "n02105641": "Old English sheepdog",
    "n02111889": "Samoyed",
    "n02115641": "dingo",
}
A_CLASS = 520


def link_photos(sources: list[Path], folder: Path, a_class: int = A_CLASS) -> int:
    """Links to the first photos of each class in `folder`/NAME; returns how many there are."""
    for source in sources:
        for ids in sorted(path for path in source.iterdir() if path.name in NAMES):
            target = folder / NAMES[ids.name]
            target.mkdir(parents=True, exist_ok=True)
            for photo in sorted(ids.iterdir())[:a_class]:
                link = target / photo.name
                if not link.is_symlink():
                    link.symlink_to(os.path.relpath(photo, target))
    return sum(1 for _ in folder.glob("*/*"))


def atlases(weights: str) -> dict[str, list[str]]:
    """The arguments of `pareidolia atlas build` by the folder they make."""
    return {
        "squeezenet": [
            *("--network", "torchvision:squeezenet1_0", "--weights", weights),
            *("--layer", "features.12", "--title", "SqueezeNet, fire9"),
        ],
        "retina": ["--layer", "stage5.relu1", "--title", "retina, stage 5"],
    }


def screenshot(atlas: Path, picture: Path, chromium: str | None, look: str = "") -> None:
    """A picture of the whole page, 1600x1000, from a server of its own."""
    import threading

    from playwright.sync_api import sync_playwright

    from pareidolia.atlas import serving

    with serving(atlas) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--enable-unsafe-swiftshader"]
        )
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        page.goto(f"http://127.0.0.1:{server.server_port}/{look}")
        page.wait_for_selector("body[data-ready]")
        page.wait_for_timeout(3000)
        page.screenshot(path=picture)
        browser.close()
        server.shutdown()


def run() -> int:
    """Build what is missing, and take the pictures; the first exit code that is not 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="+")
    parser.add_argument("--weights", default="published", help="of torchvision's squeezenet1_0")
    parser.add_argument("--only", choices=["squeezenet", "retina"], help="one of the two")
    parser.add_argument("--chromium", help="where Chromium is (default: playwright's own)")
    parser.add_argument("--out", type=Path, default=Path("runs/atlas"))
    options = parser.parse_args()
    photos = options.out / "photos"
    count = link_photos(options.photos, photos)
    print(f"{count} photos")
    for name, arguments in atlases(options.weights).items():
        if options.only not in (None, name):
            continue
        shared = ["--positions", "4", "--grids", "10", "20", "40", "--overwrite"]
        code = main(["atlas", "build", str(photos), *arguments, *shared, "--out", str(options.out / name)])
        if code != 0:
            return code
        screenshot(options.out / name, options.out / f"{name}.png", options.chromium)
    return 0


if __name__ == "__main__":
    sys.exit(run())
