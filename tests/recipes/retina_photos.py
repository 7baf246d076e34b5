"""Toy photos that retina's recipes learn from, packed and named."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2] / "recipes"))
import class_photos
import retina_material

CLASSES = ["n01", "n02", "n03"]
SIDES = {"small": 36, "large": 48}


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small photos of two classes, large ones of anything, two that measure and a broken file."""
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    for kind, names, count in (("small", CLASSES[:2], 60), ("large", ["cats"], 110)):
        for name in names:
            (folder / kind / name).mkdir(parents=True)
            for number in range(count):
                coarse = Image.fromarray(rng.integers(0, 256, (7, 7, 3), np.uint8))
                coarse.resize((SIDES[kind],) * 2).save(folder / kind / name / f"{number:03}.png")
    (folder / "large/broken.jpg").write_bytes(b"no picture")
    (folder / "samples").mkdir()
    for name in CLASSES:
        chosen = folder / "small" / name / "003.png" if name == "n01" else folder / "large/cats/050.png"
        Image.open(chosen).resize((90, 90)).save(folder / f"samples/{name}_something.png")
    return folder


def kill_at(patch: pytest.MonkeyPatch, measuring: type, step: int) -> None:
    """A run is killed where it measures after so many steps."""
    original = measuring.__call__

    def killed(self: object, run: Any) -> Any:
        if run.index == step:
            raise KeyboardInterrupt
        return original(self, run)

    patch.setattr(measuring, "__call__", killed)


class Namer:
    """Names photos by their mean color."""

    module = torch.nn.Identity()

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        scores = torch.zeros(len(pictures), 3)
        scores[:] = 20 * pictures.float().mean((2, 3))
        return scores


@pytest.fixture(scope="module")
def packed(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The photos packed, and the large ones named."""
    folder = tmp_path_factory.mktemp("packed")
    measured = class_photos.measured_thumbnails([photos / "samples"])
    for kind, side in SIDES.items():
        class_photos.pack_classes([photos / kind], folder / f"{kind}.npy", side, measured=measured)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retina_material, "load_network", lambda name, device: Namer())
        patch.setattr(retina_material, "CLASSES", len(CLASSES))
        retina_material.name_photos(folder / "large.npy", 0)
    yield folder
