"""A set of pictures of one size, as bytes."""

import hashlib
from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.training.phases import Batch


@dataclass(frozen=True)
class PictureSet:
    """Pictures of one size and their labels.

    Attributes:
        name: what it was opened as.
        split: "train" or "test".
        bytes: N×C×H×W uint8; of a large folder it is mapped from a file, not read into memory.
        labels: N int64, or None if there are none.
        classes: their names, in the order of the labels.
        skipped: files that could not be used, each with the reason.
        notes: what else is worth a word to the user.
    """

    name: str
    split: str
    bytes: Tensor
    labels: Tensor | None = None
    classes: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.bytes)

    @property
    def shape(self) -> tuple[int, int, int]:
        """C, H, W."""
        channels, height, width = self.bytes.shape[1:]
        return channels, height, width

    @property
    def fingerprint(self) -> str:
        """A hash of up to a thousand of the pictures, which differs for other data under the same name."""
        chosen = self.bytes[:: max(1, len(self) // 1000)].contiguous()
        return hashlib.sha256(chosen.numpy().tobytes()).hexdigest()[:16]

    def pictures(self, index: Tensor | slice = slice(None), device: torch.device | None = None) -> Tensor:
        """Those at `index` as float32 in [0, 1], on `device` if given."""
        chosen = self.bytes[index]
        if device is not None and device.type == "cuda":
            # Bytes in pinned memory go over while the step before is still computed.
            chosen = chosen.pin_memory().to(device, non_blocking=True)
        return chosen.to(device or self.bytes.device).float() / 255

    def mean(self, most: int = 10_000) -> Tensor:
        """The mean picture, C×H×W in [0, 1], of at most that many pictures spread over the set."""
        chosen = self.bytes[:: max(1, len(self) // most)]
        total = torch.stack([part.double().sum(0) for part in torch.split(chosen, 1000)]).sum(0)
        return (total / (255 * len(chosen))).float()

    def batch(self, index: Tensor, device: torch.device | None = None) -> Batch:
        """Those at `index` with their labels, on `device` if given."""
        labels = None if self.labels is None else self.labels[index].to(device or self.labels.device)
        return Batch(self.pictures(index, device), labels)
