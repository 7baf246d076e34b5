"""What brush learns from: crops of photos, paintings, and the paintings' statistics, made once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from brush_loss import Looking
from class_photos import Thumbs, measured_thumbnails, thumbnails
from packed_pictures import SUFFIXES, Pixels, as_tensor
from pareidolia.training import ProcessGroup
from run_files import keep_rows, save

SIDE = 256
"""Side of the squares of paintings."""

_RECOLORED = 0.5
"""How many of the squares stand there once more in other colours."""

_SAME = 0.9
"""Correlation of thumbnails of one painting from two files."""

_TOGETHER = 8
"""Paintings that are looked at together."""

_LONGER = 640
"""Larger paintings are brought to this longer side first: their strokes, not their canvas, are learned."""


def squares(path: Path) -> Iterator[Pixels]:
    """A painting's squares of `SIDE` pixels: the middle, and the two ends where there is more than that."""
    try:
        with Image.open(path) as image:
            image = image.convert("RGB")
    except (OSError, ValueError):
        return
    scale = max(min(1.0, _LONGER / max(image.size)), SIDE / min(image.size))
    width, height = (max(SIDE, round(side * scale)) for side in image.size)
    pixels = np.asarray(image.resize((width, height), Image.Resampling.LANCZOS))
    ends = [0.5] if height * width < 2 * SIDE * SIDE else [0.0, 0.5, 1.0]
    for end in ends:
        top, left = round(end * (height - SIDE)), round(end * (width - SIDE))
        yield pixels[top : top + SIDE, left : left + SIDE]


def recolored(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """The square with its colours exchanged, half the time as a negative, mirrored or turned."""
    changed = pixels[..., rng.permutation(3)]
    if rng.random() < 0.3:
        changed = 255 - changed
    return np.ascontiguousarray(np.rot90(changed, rng.integers(4)))


def pack_paintings(
    folders: Sequence[Path], most: Sequence[int], target: Path, measured: Sequence[Path] = (), seed: int = 0
) -> None:
    """Write TARGET.npy, N×SIDE×SIDE×3 bytes.

    Half of the squares stand in it once more in other colours. Of each folder at most so many files, drawn
    at random; none that is also among the `measured` pictures.
    """
    if target.with_suffix(".npy").exists():
        return
    rng = np.random.default_rng(seed)
    known = measured_thumbnails(measured) if measured else None
    found: list[Pixels] = []
    for folder, count in zip(folders, most, strict=True):
        paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
        for number in sorted(rng.permutation(len(paths))[:count]):
            if known is not None and _is_among(paths[number], known):
                print(f"{paths[number].name} measures: left out", flush=True)
                continue
            for square in squares(paths[number]):
                found.append(square)
                if rng.random() < _RECOLORED:
                    found.append(recolored(square, rng))
        print(f"{folder.name}: {len(found)} squares so far", flush=True)
    save(target.with_suffix(".npy"), lambda partial: _write(partial, found, rng))


def _write(partial: Path, found: Sequence[Pixels], rng: np.random.Generator) -> None:
    with partial.open("wb") as file:
        np.save(file, np.stack([found[number] for number in rng.permutation(len(found))]))


def _is_among(path: Path, known: Thumbs) -> bool:
    """Whether it is one of the pictures with these thumbnails, perhaps from another file."""
    try:
        with Image.open(path) as image:
            squeezed = np.asarray(image.convert("RGB").resize((96, 96), Image.Resampling.BILINEAR))
    except (OSError, ValueError):
        return False
    return bool((thumbnails(squeezed[None]) @ known.T).max() > _SAME)


@torch.no_grad()
def keep_statistics(packed: Path, looking: Looking) -> None:
    """Write the statistics of packed paintings beside them, N×… in half precision; goes on where it was."""
    pixels: Pixels = np.load(packed.with_suffix(".npy"), mmap_mode="r")

    def statistics(numbers: range) -> np.ndarray[Any, Any]:
        with torch.autocast("cpu", torch.bfloat16):
            return looking.flat_statistics(as_tensor(pixels[numbers.start : numbers.stop])).numpy()

    keep_rows(statistics_of(packed), (len(pixels), looking.numbers), _TOGETHER, statistics)


def statistics_of(packed: Path) -> Path:
    """Where the statistics of packed paintings are."""
    return packed.with_suffix(".statistics.npy")


@dataclass(frozen=True)
class Sitting:
    """A batch of crops and paintings.

    Attributes:
        photos: N×3×S×S in [0, 1].
        paintings: N×3×SIDE×SIDE in [0, 1].
        statistics: the paintings', N×….
        origin: where the grain of these crops begins.
    """

    photos: Tensor
    paintings: Tensor
    statistics: Tensor
    origin: tuple[int, int]


class Sittings:
    """A `Source`; batch number `step` is a function of (seed, step).

    Photos are cropped, enlarged up to two and a half times (large photos are smooth where small ones are
    busy) or made smaller, half of them mirrored. Paintings are drawn at random.
    """

    def __init__(self, photos: Path, paintings: Path, crop: int, batch: int, seed: int) -> None:
        self._photos: Pixels = np.load(photos, mmap_mode="r")
        self._paintings: Pixels = np.load(paintings.with_suffix(".npy"), mmap_mode="r")
        self._statistics = np.load(statistics_of(paintings), mmap_mode="r")
        self._crop, self._batch, self._seed = crop, batch, seed

    @property
    def count(self) -> int:
        """Photos an epoch."""
        return len(self._photos)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of a crop."""
        return self._crop, self._crop

    def batch(self, step: int, process_group: ProcessGroup) -> Sitting:
        """This device's share of batch number `step`."""
        rng = np.random.default_rng([self._seed, step])
        painted = np.sort(rng.integers(len(self._paintings), size=self._batch))
        photos = torch.cat([self._photo(rng) for _ in range(self._batch)])
        paintings = as_tensor(self._paintings[painted])
        return Sitting(
            process_group.rows(photos).contiguous(memory_format=torch.channels_last),
            process_group.rows(paintings).contiguous(memory_format=torch.channels_last),
            process_group.rows(torch.from_numpy(self._statistics[painted])),
            (4 * int(rng.integers(128)), 4 * int(rng.integers(128))),
        )

    def _photo(self, rng: np.random.Generator) -> Tensor:
        number = rng.integers(len(self._photos))
        largest = self._photos.shape[1]
        side = min(largest, round(self._crop * float(np.exp(rng.uniform(np.log(0.4), np.log(1.4))))))
        top, left = rng.integers(0, largest - side + 1, 2)
        crop = self._photos[number, top : top + side, left : left + side]
        photo = as_tensor(np.ascontiguousarray(crop[:, :: rng.choice([-1, 1])])[None])
        size = (self._crop, self._crop)
        scaled = F.interpolate(photo, size, mode="bicubic", antialias=True, align_corners=False)
        return scaled.clamp_(0, 1)
