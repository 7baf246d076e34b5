"""A whole folder of photos in the style of one painting.

    python examples/folder_in_one_style.py photos/ painting.jpg --out painted/

A photo that was painted already is left alone, so a stopped run goes on where it was; one that cannot be
read is told and skipped. The command `pareidolia style photos/ painting.jpg --out painted/` does the same.
"""

import argparse
from pathlib import Path

from pareidolia import PareidoliaError, save_picture
from pareidolia.pictures import find_pictures, sample_names
from pareidolia.style import StyleSettings, StyleTransfer


def main() -> None:
    """Paint them one after the other."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path)
    parser.add_argument("painting", nargs="?", default="sample:waves", help=f"a file, or {sample_names()}")
    parser.add_argument("--out", type=Path, default=Path("painted"))
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--quick", action="store_true", help="small pictures in few steps")
    given = parser.parse_args()

    settings = StyleSettings(size=given.size, colors="paintings")
    if given.quick:
        settings = StyleSettings(size=96, coarse_to_fine=False, steps=8)
    given.out.mkdir(parents=True, exist_ok=True)
    found = find_pictures(given.photos)
    for number, name in enumerate(found.names):
        target = given.out / f"{Path(name).stem}.png"
        if target.exists():
            continue
        try:
            painting = StyleTransfer(found.path(number), [given.painting], settings)
            for _ in painting:
                pass
        except PareidoliaError as error:
            print(f"{name} is skipped: {error}")
            continue
        save_picture(painting.picture, target)
        print(f"{target} ({number + 1} of {len(found.names)})")


if __name__ == "__main__":
    main()
