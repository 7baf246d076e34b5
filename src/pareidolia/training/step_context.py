"""One step of a training: which step it is, and its random numbers.

All randomness is a function of (seed, step, phase, sample). A draw is made for the whole batch and each
device takes its rows, so that several devices draw what one would have drawn, and a resumed run what the
killed one would have; no generator's state is ever saved.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from pareidolia.training.process_group import ProcessGroup, SingleProcess

Draw = Callable[[int, torch.Generator], Tensor]
"""A sampler: (count, generator) → count×…"""


@dataclass(frozen=True)
class StepContext:
    """One step of a training as a phase sees it.

    Attributes:
        step: from 0.
        total: steps of the whole training.
        epoch: how often each picture was seen before this step.
        batch: samples of this step on all devices together.
        generator: a function of (seed, step, phase) alone.
        process_group: the devices that share the step.
    """

    step: int
    total: int
    epoch: float
    batch: int
    generator: torch.Generator
    process_group: ProcessGroup = SingleProcess()  # noqa: RUF009 (it holds nothing)

    def draw(self, sampler: Draw) -> Tensor:
        """Draw for the whole batch, and take this device's rows.

        Args:
            sampler: of (number of samples, generator), one row a sample.

        Returns:
            This device's rows.
        """
        return self.process_group.rows(sampler(self.batch, self.generator))

    def normal(self, *shape: int) -> Tensor:
        """Standard normal numbers, this device's samples × shape."""
        return self.draw(
            lambda count, generator: torch.randn(count, *shape, generator=generator, device=generator.device)
        )

    def uniform(self, *shape: int) -> Tensor:
        """Numbers uniform in [0, 1), this device's samples × shape."""
        return self.draw(
            lambda count, generator: torch.rand(count, *shape, generator=generator, device=generator.device)
        )

    def mean(self, values: Tensor) -> Tensor:
        """The mean over the whole batch, for losses that are not sums over samples.

        A term made of such means alone has the right gradient on several devices; a term that mixes them with
        this device's own samples does not, and must detach them.

        Args:
            values: N×…, of this device's samples.

        Returns:
            The mean over the samples of all devices.
        """
        return self.process_group.mean(values.mean(0))


def seeded(generator: torch.Generator, *numbers: Any) -> torch.Generator:
    """`generator`, seeded with a hash of `numbers`: neighbouring steps have nothing in common."""
    # Torch's generator on the CPU takes 32 bits of a seed; four bytes of a hash use them evenly.
    digest = hashlib.blake2b(repr(numbers).encode(), digest_size=4).digest()
    return generator.manual_seed(int.from_bytes(digest, "little"))
