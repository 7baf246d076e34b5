"""Few labels among many pictures: what semi-supervised training sees."""

from dataclasses import dataclass, field, replace
from typing import Self

import torch

from pareidolia.settings import BadData
from pareidolia.training.data.order import Pictures
from pareidolia.training.data.pictureset import PictureSet
from pareidolia.training.phases import Batch
from pareidolia.training.process_group import ProcessGroup
from pareidolia.training.step_context import seeded


@dataclass(frozen=True)
class PartlyLabeled(Batch):
    """A batch of pictures without labels, and an equally large one of labelled pictures."""

    labeled: Batch = field(default_factory=lambda: Batch(torch.empty(0)))

    def to(self, device: torch.device) -> Self:
        """The same batch on `device`."""
        return replace(super().to(device), labeled=self.labeled.to(device))


class FewLabels:
    """A `Source` of `PartlyLabeled` batches.

    Args:
        pictures: the set; labels of -1 are unknown.
        count: labels used, evenly over the classes and drawn by the seed; None uses all.
        batch: pictures a step, and equally many labelled ones.
        seed: of the choice and of both orders.
        device: where batches are moved.
    """

    def __init__(
        self, pictures: PictureSet, count: int | None, batch: int, seed: int, device: torch.device
    ) -> None:
        chosen = _chosen(pictures, count, seed)
        few = replace(pictures, bytes=pictures.bytes[chosen], labels=_labels(pictures)[chosen])
        self._all = Pictures(pictures, batch, seed, device)
        self._few = Pictures(few, batch, seed + 1, device)

    @property
    def count(self) -> int:
        """Pictures an epoch."""
        return self._all.count

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self._all.size

    @property
    def labeled(self) -> int:
        """How many labels are used."""
        return self._few.count

    def batch(self, step: int, process_group: ProcessGroup) -> PartlyLabeled:
        """This device's share of batch number `step`."""
        return PartlyLabeled(
            self._all.batch(step, process_group).pictures, None, self._few.batch(step, process_group)
        )


def _labels(pictures: PictureSet) -> torch.Tensor:
    if pictures.labels is None:
        raise BadData(f"{pictures.name} has no labels: put the pictures in a folder for each class")
    return pictures.labels


def _chosen(pictures: PictureSet, count: int | None, seed: int) -> torch.Tensor:
    """Numbers of the pictures whose labels are used."""
    labels = _labels(pictures)
    generator = seeded(torch.Generator(), seed, "labeled")
    order = torch.randperm(len(labels), generator=generator)
    known = [order[labels[order] == number] for number in range(len(pictures.classes))]
    if count is None:
        return torch.cat(known)
    each, more = divmod(count, len(known))
    if each < 1 or any(len(of_class) < each + (k < more) for k, of_class in enumerate(known)):
        fewest = min(len(of_class) for of_class in known)
        raise BadData(
            f"{count} labels cannot be taken evenly from {len(known)} classes of at least {fewest} pictures"
        )
    return torch.cat([of_class[: each + (k < more)] for k, of_class in enumerate(known)])
