"""Odd picture files and mutated ones, opened."""

import random
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import torch
from PIL import Image, PngImagePlugin

from pareidolia.pictures import open_picture
from reliability.mutating import grain, mutated_bytes
from reliability.outcome import Outcome, tried

_MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "I", "I;16", "F")
_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "PPM", "TGA", "ICO", "JPEG2000", "AVIF", "DDS")
_SIZES = ((1, 1), (1, 33), (33, 1), (17, 9))
_MUTATED = 50_000


def cases(seed: int, share: float, folder: Path) -> Iterator[Outcome]:
    """Open some 400 odd files, and 50,000 mutated ones.

    Args:
        seed: of the mutations.
        share: how much of them is tried.
        folder: to work in.

    Yields:
        A case for each file.
    """
    chance = random.Random(seed)
    odd = [*_written(folder, chance), *_broken(folder, chance)]
    for path in odd if share == 1 else chance.sample(odd, max(1, round(share * len(odd)))):
        yield tried(path.name, lambda path=path: _look(path))
    seeds = [path.read_bytes() for path in odd if path.is_file() and 0 < path.stat().st_size < 20_000]
    place = folder / "mutated"
    for number in range(round(share * _MUTATED)):
        place.write_bytes(mutated_bytes(chance.choice(seeds), chance))
        # A head that claims 90 megapixels is no lie for itself; commands end with a line where memory lacks.
        yield tried(f"mutated {number}", lambda: _look(place), accepts=(MemoryError,))


def _look(path: Path) -> None:
    picture = open_picture(path)
    assert picture.ndim == 4 and picture.shape[:2] == (1, 3), picture.shape
    # NaN fails both; a mask of a large picture would need memory of its own.
    assert picture.dtype == torch.float32 and float(picture.min()) >= 0 and float(picture.max()) <= 1


def _written(folder: Path, chance: random.Random) -> list[Path]:
    """Every mode in every format that takes it, in odd sizes, some with transparency and turned by EXIF."""
    made = []
    exif = Image.Exif()
    exif[0x0112] = 6
    for mode, form, size in product(_MODES, _FORMATS, _SIZES):
        path = folder / f"{mode.replace(';', '')} {size[0]}x{size[1]}.{form.lower()}"
        options = {"transparency": 0} if mode in ("L", "P", "RGB") and form in ("PNG", "GIF") else {}
        if mode == "RGB" and form == "PNG":
            options = {"transparency": (0, 0, 0)}
        try:
            picture = grain(size, chance).convert("RGB")
            picture = (
                picture.convert("L").convert(mode) if mode in ("I;16", "LAB", "PA") else picture.convert(mode)
            )
            picture.save(path, form, **options, **({"exif": exif} if form in ("JPEG", "WEBP") else {}))
        except (OSError, ValueError, KeyError, SystemError):
            path.unlink(missing_ok=True)  # the format does not take the mode, or this Pillow not the format
            continue
        made.append(path)
    return made


def _broken(folder: Path, chance: random.Random) -> list[Path]:
    """Files that are cut short, empty, folders, links, or lie about themselves."""
    whole = folder / "whole.png"
    grain((40, 40), chance).save(whole)
    content, made = whole.read_bytes(), []
    for share in range(0, 100, 7):
        made.append(folder / f"cut at {share} %.png")
        made[-1].write_bytes(content[: len(content) * share // 100])
    palette = grain((9, 9), chance).convert("P")
    for count in (1, 256, 257, 4000):
        info = PngImagePlugin.PngInfo()
        made.append(folder / f"tRNS of {count}.png")
        info.add(b"tRNS", bytes(count), after_idat=False)
        palette.save(made[-1], pnginfo=info)
    texts = {
        "text.png": b"not a picture",
        "page.jpg": b"<html></html>",
        "svg.png": b"<svg/>",
        "zip.png": b"PK\x03\x04",
    }
    for name, text in texts.items():
        made.append(folder / name)
        made[-1].write_bytes(text)
    huge = bytearray(content)
    huge[16:24] = (2**31 - 1).to_bytes(4, "big") * 2
    made.append(folder / "says it is huge.png")
    made[-1].write_bytes(huge)
    (folder / "folder.png").mkdir()
    (folder / "nowhere.png").symlink_to(folder / "missing")
    (folder / "round.png").symlink_to(folder / "round.png")
    special = [Path("/dev/zero"), Path("/dev/null"), folder / "missing.png", folder / "x\x00y.png"]
    return [*made, folder / "folder.png", folder / "nowhere.png", folder / "round.png", *special]
