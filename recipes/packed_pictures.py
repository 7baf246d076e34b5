"""Pictures decoded once into one array on disk, and reproducible batches of crops drawn from it."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from torch import Tensor

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
HELD_OUT = 256
SCALES = (0.75, 1.5)
Batch = TypeVar("Batch")
Pixels = np.ndarray[Any, np.dtype[np.uint8]]


def decode(path: Path, side: int) -> Pixels | None:
    """One picture as side×side×3 bytes (shorter side scaled, middle square), or None if it cannot be read."""
    try:
        with Image.open(path) as image:
            image.draft("RGB", (2 * side, 2 * side))
            return np.asarray(ImageOps.fit(image.convert("RGB"), (side, side), Image.Resampling.LANCZOS))
    except (OSError, ValueError):
        return None


def pack(folders: Sequence[Path], target: Path, side: int, seed: int = 0) -> None:
    """Decode every picture under `folders`, in a shuffled order, into `target` (N×side×side×3 uint8, .npy).

    Does nothing if `target` already holds these pictures; raises if it holds others.
    """
    paths = sorted(p for folder in folders for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)
    manifest = {"side": side, "seed": seed, "folders": {folder.name: 0 for folder in folders}}
    for folder in folders:
        manifest["folders"][folder.name] += sum(path.is_relative_to(folder) for path in paths)
    note = target.with_suffix(".json")
    if target.exists() and note.exists():
        if json.loads(note.read_text()) | {"pictures": 0} != manifest | {"pictures": 0}:
            raise SystemExit(f"{target} was packed from other pictures; name another file with --packed")
        return
    order = np.random.default_rng(seed).permutation(len(paths))
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    array = np.lib.format.open_memmap(partial, "w+", np.uint8, (len(paths), side, side, 3))
    count = 0
    with ProcessPoolExecutor() as pool:
        shuffled = [paths[i] for i in order]
        for picture in pool.map(decode, shuffled, [side] * len(paths), chunksize=64):
            if picture is not None:
                array[count] = picture
                count += 1
    array.flush()
    note.write_text(json.dumps(manifest | {"pictures": count}))
    partial.replace(target)


class PackedCrops:
    """Batches of crops; batch number `step` depends on (seed, step) alone, so that a run can be resumed.

    A batch has one scale (source pixels a pixel, log-uniform in `SCALES`), random positions and flips. A
    quarter of its crops get another colour balance and some noise: a canvas being painted is no photograph.
    The first `HELD_OUT` pictures are never drawn; `held_out` gives them.
    """

    def __init__(self, packed: Path, size: int, batch: int, seed: int) -> None:
        self.count: int = json.loads(packed.with_suffix(".json").read_text())["pictures"]
        self.pictures: Pixels = np.load(packed, mmap_mode="r")
        self.size, self.batch, self.seed = size, batch, seed

    def at(self, step: int) -> Tensor:
        """Batch number `step`: batch×3×size×size in [0, 1]."""
        rng = np.random.default_rng([self.seed, step])
        largest = self.pictures.shape[1]
        side = min(largest, round(self.size * float(np.exp(rng.uniform(*np.log(SCALES))))))
        chosen = rng.integers(HELD_OUT, self.count, self.batch)
        corners = rng.integers(0, largest - side + 1, (self.batch, 2))
        crops = np.stack(
            [self.pictures[i, y : y + side, x : x + side] for i, (y, x) in zip(chosen, corners, strict=True)]
        )
        flipped = rng.random(self.batch) < 0.5
        crops[flipped] = crops[flipped, :, ::-1]
        x = as_tensor(crops)
        if side != self.size:
            x = F.interpolate(x, (self.size, self.size), mode="bilinear", antialias=True, align_corners=False)
        changed = self.batch // 4
        x[:changed] = recolored(x[:changed], rng)
        return x.clamp_(0, 1)

    def held_out(self) -> Iterator[Tensor]:
        """The pictures kept back, whole, in batches: N×3×side×side in [0, 1]."""
        for start in range(0, HELD_OUT, 16):
            yield as_tensor(self.pictures[start : min(start + 16, HELD_OUT)])


def recolored(x: Tensor, rng: np.random.Generator) -> Tensor:
    """Another gain and shift a channel, and noise of a strength that differs from crop to crop."""
    gain = torch.from_numpy(rng.uniform(0.5, 1.5, (len(x), 3, 1, 1))).float()
    shift = torch.from_numpy(rng.uniform(-0.2, 0.2, (len(x), 3, 1, 1))).float()
    noise = torch.from_numpy(rng.standard_normal(x.shape, np.float32))
    strength = torch.from_numpy(rng.uniform(0, 0.1, (len(x), 1, 1, 1))).float()
    return (x - 0.5) * gain + 0.5 + shift + strength * noise


def ahead(batch_at: Callable[[int], Batch], start: int, stop: int, depth: int = 4) -> Iterator[Batch]:
    """Batches `start` … `stop - 1`, made by one thread up to `depth` ahead of their use."""
    with ThreadPoolExecutor(1) as pool:
        waiting = [pool.submit(batch_at, step) for step in range(start, min(start + depth, stop))]
        for step in range(start, stop):
            batch = waiting.pop(0).result()
            if step + depth < stop:
                waiting.append(pool.submit(batch_at, step + depth))
            yield batch


def as_tensor(pixels: Pixels) -> Tensor:
    """N×H×W×3 bytes → N×3×H×W in [0, 1]."""
    return torch.from_numpy(pixels.copy()).permute(0, 3, 1, 2).float() / 255
