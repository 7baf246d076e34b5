"""Which pictures a step sees: every epoch has a new order, a function of (seed, epoch)."""

import torch
from torch import Tensor

from pareidolia.training.data.pictureset import PictureSet
from pareidolia.training.phases import Batch
from pareidolia.training.process_group import ProcessGroup
from pareidolia.training.step_context import seeded


class Pictures:
    """A `Source` of batches from a `PictureSet`.

    Epochs follow one another without a gap: a batch that begins in one ends in the next, so all are full, and
    each picture is seen once an epoch.

    Args:
        pictures: the set.
        batch: pictures a step on all devices together.
        seed: of the order.
        device: where batches are wanted; each is copied there as bytes. By default the CPU.
    """

    def __init__(
        self, pictures: PictureSet, batch: int, seed: int, device: torch.device | None = None
    ) -> None:
        self.pictures, self._batch, self._seed, self._device = pictures, batch, seed, device
        self._orders: dict[int, Tensor] = {}

    @property
    def count(self) -> int:
        """Pictures an epoch."""
        return len(self.pictures)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.pictures.shape[1:]

    def batch(self, step: int, process_group: ProcessGroup) -> Batch:
        """This device's share of batch number `step`."""
        return self.pictures.batch(process_group.rows(self.indices(step)), self._device)

    def indices(self, step: int) -> Tensor:
        """The numbers of the pictures in the whole batch of a step."""
        first = step * self._batch
        parts, missing = [], self._batch
        while missing:
            epoch, start = divmod(first, self.count)
            part = self._order(epoch)[start : start + missing]
            parts.append(part)
            first, missing = first + len(part), missing - len(part)
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    def _order(self, epoch: int) -> Tensor:
        if epoch not in self._orders:
            generator = seeded(torch.Generator(), self._seed, "order", epoch)
            self._orders = {epoch: torch.randperm(self.count, generator=generator)}
        return self._orders[epoch]
