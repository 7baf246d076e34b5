"""What retina learns from: crops of photos; photos of classes, and photos that EfficientNet-Lite1 named."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from class_photos import Box, ClassPhotos, crop, part_of, placed, sharpened, varied
from packed_pictures import Pixels, as_tensor
from pareidolia.networks import Network, load_network
from pareidolia.training import ProcessGroup
from run_files import keep_rows

NAMER, CLASSES = "efficientnet_lite1", 1000
SEEN = 160
"""Side at which the namer sees a photo."""
AREAS, ASPECTS = (0.3, 1.0), (0.8, 1.25)
_WITHIN = (0.85, 1.0)
"""Share of each side of a named box that a crop shows."""
_KEPT = 100
"""Every so manieth photo is never learned from."""


def scores_of(packed: Path) -> Path:
    """Where the namer's scores of packed photos are."""
    return packed.with_suffix(".scores.npy")


def named_box(number: int, side: int, seed: int) -> Box:
    """The part of photo `number`, of that side, that is named: 30 to 100 % of it."""
    rng = np.random.default_rng([seed, number])
    area, aspect = rng.uniform(*AREAS), np.exp(rng.uniform(*np.log(ASPECTS)))
    width, height = (min(side, side * float(np.sqrt(area * each))) for each in (aspect, 1 / aspect))
    return placed(side, width, height, rng)


@torch.no_grad()
def name_photos(packed: Path, seed: int, batch: int = 16) -> None:
    """Write the namer's scores of each photo's named box, N×1000 in half precision; goes on where it was."""
    if scores_of(packed).exists():
        return  # and the namer is not needed
    photos, network = ClassPhotos(packed), load_network(NAMER, device="cpu")
    network.module.to(memory_format=torch.channels_last)
    side = photos.pictures.shape[1]

    def scores(numbers: range) -> np.ndarray[Any, Any]:
        crops = [crop(photos.pictures[i], named_box(i, side, seed), SEEN) for i in numbers]
        return _scores(network, np.stack(crops)).numpy()

    keep_rows(scores_of(packed), (len(photos.ids), CLASSES), batch, scores)


def _scores(network: Network, crops: Pixels) -> Tensor:
    shown = as_tensor(crops).contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        return network(shown).half()


@dataclass(frozen=True)
class RetinaBatch:
    """Crops whose maps the teacher gives, and photos with names.

    Attributes:
        crops: N×3×S×S in [0, 1], at 0.75 to 1.5 pixels of a photo a pixel.
        photos: M×3×S×S in [0, 1], most of a photo each.
        names: M×1000, what each photo is, as probabilities.
    """

    crops: Tensor
    photos: Tensor
    names: Tensor


class NamedPhotos:
    """Photos, and what each is: by its folder, a class's, or by the namer's scores of its named box.

    Args:
        packed: what `pack_classes` has written.
        class_ids: of the names, in their order.
        seed: of the named boxes.
    """

    def __init__(self, packed: Path, class_ids: Sequence[str], seed: int) -> None:
        self.photos = ClassPhotos(packed)
        scores = scores_of(packed)
        self._scores = np.load(scores, mmap_mode="r") if scores.exists() else None
        self._classes = self.photos.numbers(class_ids) if self._scores is None else None
        self._count, self._seed = len(class_ids), seed

    def __len__(self) -> int:
        return len(self.photos.ids)

    @property
    def kept(self) -> range:
        """Numbers of the photos that are never drawn."""
        return range(0, len(self), _KEPT)

    def drawn(self, rng: np.random.Generator, count: int) -> list[int]:
        """Numbers of photos that may be learned from."""
        numbers = rng.integers(len(self) - len(self.kept), size=count)
        return [int(number + number // (_KEPT - 1) + 1) for number in numbers]

    def names(self, numbers: Sequence[int], smoothing: float = 0.0) -> Tensor:
        """What the photos are, N×1000 probabilities; a folder's name leaves `smoothing` to all classes."""
        if self._scores is not None:
            return torch.from_numpy(self._scores[list(numbers)]).float().softmax(1)
        assert self._classes is not None
        classes = torch.from_numpy(self._classes[list(numbers)])
        return F.one_hot(classes, self._count) * (1 - smoothing) + smoothing / self._count

    def shown(self, number: int, size: int, rng: np.random.Generator | None = None) -> Pixels:
        """Most of the named box of a photo, or with no `rng` the whole of it."""
        picture = self.photos.pictures[number]
        left, upper, right, lower = named_box(number, len(picture), self._seed)
        if rng is not None:
            width, height = (length * rng.uniform(*_WITHIN) for length in (right - left, lower - upper))
            left, upper = rng.uniform(left, right - width), rng.uniform(upper, lower - height)
            right, lower = left + width, upper + height
        return crop(picture, (left, upper, right, lower), size)


class RetinaSource:
    """A `Source`; batch number `step` is a function of (seed, step).

    Args:
        small: photos of classes, of 84 px: enlarged, and half of them sharpened, as enlarged photos are soft.
        large: sharp photos that were named, of which the crops are too.
        counts: small photos, large ones and crops a step.
        sides: of photos and crops; the second from the step `later` on.
        later: see `sides`.
        smoothing: of the small photos' classes.
        seed: of all that is drawn.
    """

    def __init__(
        self,
        small: NamedPhotos,
        large: NamedPhotos,
        counts: tuple[int, int, int],
        sides: tuple[int, int],
        later: int,
        smoothing: float,
        seed: int,
    ) -> None:
        self.small, self.large, self._counts = small, large, counts
        self._sides, self._later, self._smoothing, self._seed = sides, later, smoothing, seed

    @property
    def count(self) -> int:
        """Photos an epoch."""
        return len(self.small) + len(self.large)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of crops, at first."""
        return self._sides[0], self._sides[0]

    def batch(self, step: int, process_group: ProcessGroup) -> RetinaBatch:
        """This device's share of batch number `step`."""
        rng = np.random.default_rng([self._seed, step])
        side = self._sides[step >= self._later]
        soft, soft_names = self._named(self.small, self._counts[0], side, rng)
        sharp, sharp_names = self._named(self.large, self._counts[1], side, rng)
        photos = torch.cat([sharpened(soft, rng), sharp])
        crops = self.crops(rng, self._counts[2], side)
        return RetinaBatch(
            process_group.rows(crops).contiguous(memory_format=torch.channels_last),
            process_group.rows(photos).contiguous(memory_format=torch.channels_last),
            process_group.rows(torch.cat([soft_names, sharp_names])),
        )

    def _named(
        self, source: NamedPhotos, count: int, side: int, rng: np.random.Generator
    ) -> tuple[Tensor, Tensor]:
        numbers = source.drawn(rng, count)
        shown = [source.shown(number, side, rng) for number in numbers]
        return varied(shown, rng), source.names(numbers, self._smoothing)

    def crops(self, rng: np.random.Generator, count: int, side: int) -> Tensor:
        """Crops of large photos, flipped and some recolored."""
        pictures = self.large.photos.pictures
        chosen = self.large.drawn(rng, count)
        boxes = [part_of(pictures.shape[1], rng, side) for _ in chosen]
        cut = [crop(pictures[number], box, side) for number, box in zip(chosen, boxes, strict=True)]
        return varied(cut, rng)
