"""Training data of a style network: crops of photos, with a style drawn for each."""

from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.training import ProcessGroup, seeded
from pareidolia.training.data import Pictures, PictureSet

MARGIN = 1.25
"""How much larger than a crop the kept photos are, so that crops move."""


@dataclass(frozen=True)
class StyledCrops:
    """A batch of crops.

    Attributes:
        photos: N×3×S×S in [0, 1].
        styles: N×K, the weights of the styles in which each is painted.
    """

    photos: Tensor
    styles: Tensor


class CroppedPhotos:
    """A `Source` of random, half the time mirrored crops; batch number `step` is a function of (seed, step).

    Args:
        pictures: squares, larger than a crop.
        crop: side of a crop in pixels.
        styles: K; each crop is painted in one of them, drawn at random.
        batch: crops a step on all devices together.
        seed: of everything drawn.
        device: where batches are moved.
    """

    def __init__(
        self, pictures: PictureSet, crop: int, styles: int, batch: int, seed: int, device: torch.device
    ) -> None:
        self._order = Pictures(pictures, batch, seed, torch.device("cpu"))
        self._crop, self._styles, self._batch = crop, styles, batch
        self._seed, self._device = seed, device

    @property
    def count(self) -> int:
        """Photos an epoch."""
        return self._order.count

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of a crop."""
        return self._crop, self._crop

    def batch(self, step: int, process_group: ProcessGroup) -> StyledCrops:
        """This device's share of batch number `step`."""
        generator = seeded(torch.Generator(), self._seed, "crops", step)
        free = self._order.pictures.shape[1] - self._crop + 1
        corners = process_group.rows(torch.randint(free, (self._batch, 2), generator=generator))
        mirrored = process_group.rows(torch.rand(self._batch, generator=generator) < 0.5)
        drawn = process_group.rows(torch.randint(self._styles, (self._batch,), generator=generator))
        whole = self._order.batch(step, process_group).pictures
        crops = [
            self._cropped(picture, int(top), int(left), bool(mirror))
            for picture, (top, left), mirror in zip(whole, corners, mirrored, strict=True)
        ]
        styles = torch.nn.functional.one_hot(drawn, self._styles).float()
        photos = torch.stack(crops).contiguous(memory_format=torch.channels_last)
        return StyledCrops(photos.to(self._device), styles.to(self._device))

    def _cropped(self, picture: Tensor, top: int, left: int, mirror: bool) -> Tensor:
        crop = picture[:, top : top + self._crop, left : left + self._crop]
        return crop.flip(-1) if mirror else crop
