"""Photos decoded once, with the names of their folders, and crops of them."""

import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from packed_pictures import SCALES, SUFFIXES, Pixels, as_tensor, decode, recolored

THUMB = 16
SAME = 0.97
SHARPEST = 2.5
Box = tuple[float, float, float, float]  # left, upper, right, lower
Thumbs = np.ndarray[Any, np.dtype[np.float32]]


def photo_paths(folder: Path) -> list[Path]:
    """The pictures under `folder`, sorted."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)


def sample_ids(folder: Path) -> list[str]:
    """The class ids of photos CLASS_ID_NAME.JPEG, one a class: sorted, they are in ImageNet's order."""
    return [path.name.split("_")[0] for path in photo_paths(folder)]


def thumbnails(pixels: Pixels) -> Thumbs:
    """16×16 thumbnails of N×s×s×3 bytes, as rows of mean 0 and length 1: products are correlations."""
    small = F.interpolate(as_tensor(pixels), (THUMB, THUMB), mode="area").flatten(1).numpy()
    small = small - small.mean(1, keepdims=True)
    return small / (np.linalg.norm(small, axis=1, keepdims=True) + 1e-6)


def measured_thumbnails(folders: Sequence[Path]) -> Thumbs:
    """Thumbnails of the photos that measure: squeezed to a square, and their middle square."""
    rows = []
    for path in (path for folder in folders for path in photo_paths(folder)):
        with Image.open(path) as image:
            image.draft("RGB", (96, 96))
            squeezed = np.asarray(image.convert("RGB").resize((96, 96), Image.Resampling.BILINEAR))
        middle = decode(path, 96)
        rows.append(thumbnails(np.stack([squeezed, squeezed if middle is None else middle])))
    return np.concatenate(rows)


def pack_classes(
    folders: Sequence[Path], target: Path, side: int, *, measured: Thumbs, without: Sequence[str] = ()
) -> None:
    """Decode the photos of folders CLASS_ID/PHOTO into `target` (N×side×side×3 uint8); ids go beside it.

    Leaves out the class ids `without`, and photos that are also among the `measured` ones (thumbnails
    correlate above 0.97): a photo that measures is never learned. Does nothing where `target` exists.
    """
    if target.with_suffix(".json").exists():
        return
    paths = [p for folder in folders for p in photo_paths(folder) if p.parent.name not in without]
    array = np.lib.format.open_memmap(target, "w+", np.uint8, (len(paths), side, side, 3))
    ids: list[str] = []
    same = 0
    with ProcessPoolExecutor() as pool:
        decoded = pool.map(decode, paths, [side] * len(paths), chunksize=64)
        for start in range(0, len(paths), 512):
            block = [(path, next(decoded)) for path in paths[start : start + 512]]
            whole = [(path, picture) for path, picture in block if picture is not None]
            likeness = (thumbnails(np.stack([picture for _, picture in whole])) @ measured.T).max(1)
            for (path, picture), alike in zip(whole, likeness, strict=True):
                if alike > SAME:
                    same += 1
                    continue
                array[len(ids)] = picture
                ids.append(path.parent.name)
    array.flush()
    note = {"side": side, "folders": [f"{f.parent.name}/{f.name}" for f in folders], "measured too": same}
    target.with_suffix(".json").write_text(json.dumps(note | {"ids": ids}))


class ClassPhotos:
    """Packed photos, and the name of each one's folder, which may be a class's id."""

    def __init__(self, packed: Path) -> None:
        note = json.loads(packed.with_suffix(".json").read_text())
        self.ids: list[str] = note["ids"]
        self.pictures: Pixels = np.load(packed, mmap_mode="r")
        self.about = {key: value for key, value in note.items() if key != "ids"} | {"photos": len(self.ids)}

    def numbers(self, classes: Sequence[str]) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Each photo's class as an index into `classes`."""
        index = {name: number for number, name in enumerate(classes)}
        return np.array([index[name] for name in self.ids])


def varied(crops: Sequence[Pixels], rng: np.random.Generator) -> Tensor:
    """Crops as a tensor, half of them flipped, every fourth with other colours and noise."""
    pixels = np.stack(crops)
    flipped = rng.random(len(pixels)) < 0.5
    pixels[flipped] = pixels[flipped, :, ::-1]
    x = as_tensor(pixels)
    x[::4] = recolored(x[::4], rng)
    return x.clamp_(0, 1)


def sharpened(x: Tensor, rng: np.random.Generator) -> Tensor:
    """Every other picture sharpened, more or less: enlarged photos are soft, those of a camera are not."""
    strength = torch.from_numpy(rng.uniform(0, SHARPEST, (len(x[1::2]), 1, 1, 1))).float()
    soft = F.avg_pool2d(F.pad(x[1::2], (1, 1, 1, 1), "replicate"), 3, 1)
    x[1::2] += strength * (x[1::2] - soft)
    return x.clamp_(0, 1)


def part_of(side: int, rng: np.random.Generator, size: int) -> Box:
    """A square box at 0.75 to 1.5 photo pixels a pixel of a picture of `size`."""
    width = min(side, size * float(np.exp(rng.uniform(*np.log(SCALES)))))
    return placed(side, width, width, rng)


def placed(side: int, width: float, height: float, rng: np.random.Generator) -> Box:
    """A box of that width and height anywhere in the photo."""
    left, upper = rng.uniform(0, side - width), rng.uniform(0, side - height)
    return left, upper, left + width, upper + height


def crop(photo: Pixels, box: Box, size: int) -> Pixels:
    """The box of `photo`, scaled to size×size."""
    return np.asarray(Image.fromarray(photo).resize((size, size), Image.Resampling.BICUBIC, box))
