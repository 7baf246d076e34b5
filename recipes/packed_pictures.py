"""Pictures decoded once into one array on disk."""

import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
SCALES = (0.75, 1.5)
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


def recolored(x: Tensor, rng: np.random.Generator) -> Tensor:
    """Another gain and shift a channel, and noise of a strength that differs from crop to crop."""
    gain = torch.from_numpy(rng.uniform(0.5, 1.5, (len(x), 3, 1, 1))).float()
    shift = torch.from_numpy(rng.uniform(-0.2, 0.2, (len(x), 3, 1, 1))).float()
    noise = torch.from_numpy(rng.standard_normal(x.shape, np.float32))
    strength = torch.from_numpy(rng.uniform(0, 0.1, (len(x), 1, 1, 1))).float()
    return (x - 0.5) * gain + 0.5 + shift + strength * noise


def as_tensor(pixels: Pixels) -> Tensor:
    """N×H×W×3 bytes → N×3×H×W in [0, 1]."""
    return torch.from_numpy(pixels.copy()).permute(0, 3, 1, 2).float() / 255
