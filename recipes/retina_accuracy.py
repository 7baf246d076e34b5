"""How often retina names a photo rightly, on photos that it never saw."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor
from torchvision.models import ResNet18_Weights

from class_photos import photo_paths, sample_ids
from packed_pictures import as_tensor
from pareidolia.networks import Network

Labeled = tuple[Tensor, Tensor]


def small_photos(folder: Path, ids: Sequence[str], shown: int, batch: int = 100) -> Iterator[Labeled]:
    """The photos of folders CLASS_ID/PHOTO as they are, one crop each, enlarged to `shown` pixels."""
    paths = photo_paths(folder)
    for start in range(0, len(paths), batch):
        some = paths[start : start + batch]
        x = as_tensor(np.stack([np.asarray(Image.open(path).convert("RGB")) for path in some]))
        x = F.interpolate(x, (shown, shown), mode="bicubic", antialias=True, align_corners=False)
        yield x.clamp(0, 1), torch.tensor([ids.index(path.parent.name) for path in some])


def sample_photos(folder: Path, ids: Sequence[str], side: int = 224) -> Iterator[Labeled]:
    """The photos CLASS_ID_NAME.JPEG of the classes in `ids`: the middle 7/8 of the square."""
    for path in photo_paths(folder):
        name = path.name.split("_")[0]
        if name in ids:
            with Image.open(path) as image:
                photo = image.convert("RGB")
            length = 7 / 8 * min(photo.size)
            left, upper = ((each - length) / 2 for each in photo.size)
            box = (left, upper, left + length, upper + length)
            square = photo.resize((side, side), Image.Resampling.BICUBIC, box)
            yield as_tensor(np.asarray(square)[None]), torch.tensor([ids.index(name)])


@torch.no_grad()
def accuracy(network: Network, photos: Iterator[Labeled], among: Sequence[int]) -> tuple[float, float, int]:
    """Top-1 and top-5 with the answer chosen `among` these classes, and the number of photos."""
    network.module.to(memory_format=torch.channels_last)
    chosen = torch.tensor(among)
    first = fifth = count = 0
    for pictures, classes in photos:
        scores = network(pictures.contiguous(memory_format=torch.channels_last))[:, chosen]
        best = chosen[scores.topk(5).indices]
        right = best == classes[:, None]
        first += int(right[:, 0].sum())
        fifth += int(right.any(1).sum())
        count += len(classes)
    return first / count, fifth / count, count


def class_ids(names: Sequence[str], samples: Path) -> list[str]:
    """ImageNet's class ids of `names`. The sample photos are one a class."""
    ids = sample_ids(samples)
    categories = ResNet18_Weights.DEFAULT.meta["categories"]
    return [ids[categories.index(name)] for name in names]
