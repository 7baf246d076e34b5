"""Several devices and machines through Lightning Fabric, which starts the processes and computes the means.

Each process keeps a whole replica and computes its share of each batch. Gradients are averaged in one flat
all-reduce a phase rather than by wrapping modules: phases train parts of a model through other parts, and
some differentiate gradients (R1), which wrappers do not see.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any

import torch
from torch import Tensor

from pareidolia.settings import PareidoliaError
from pareidolia.settings.extras import require


class FabricGroup:
    """The devices of a launched Fabric; see `ProcessGroup`."""

    def __init__(self, fabric: Any) -> None:
        self._fabric = fabric
        self.rank: int = fabric.global_rank
        self.size: int = fabric.world_size

    def rows(self, values: Tensor) -> Tensor:
        """Consecutive rows: device r of s takes those from r·N/s on."""
        share = len(values) // self.size
        return values[self.rank * share : (self.rank + 1) * share]

    def mean(self, value: Tensor) -> Tensor:
        """The mean over devices; gradients pass to this device's own value, and are averaged later."""
        own = value.detach()
        mean: Tensor = self._fabric.all_reduce(own.clone(), reduce_op="mean")
        return value + (mean - own)

    def average_(self, gradients: list[Tensor]) -> None:
        """Average all gradients in one all-reduce."""
        flat = torch.cat([each.reshape(-1).float() for each in gradients])
        mean = self._fabric.all_reduce(flat, reduce_op="mean")
        for each, part in zip(gradients, mean.split([each.numel() for each in gradients]), strict=True):
            each.copy_(part.view_as(each))

    def any(self, here: bool) -> bool:
        """Whether `here` is true on any device."""
        flag = torch.tensor(float(here), device=self._fabric.device)
        return bool(self._fabric.all_reduce(flag, reduce_op="sum") > 0)

    def barrier(self) -> None:
        """Wait until every process has called this."""
        self._fabric.barrier()


def launch(devices: int, nodes: int, device: str, work: Callable[..., int], *arguments: Any) -> int:
    """Run `work(process_group, device, *arguments)` in a process for each device.

    With several machines, MASTER_ADDR, MASTER_PORT and NODE_RANK in the environment say where they meet,
    unless torchrun or Slurm started the processes.

    Args:
        devices: number of devices on this machine.
        nodes: number of machines that run this same command.
        device: "auto", "cpu", "cuda" or "mps".
        work: a function that a new process can import.
        *arguments: its further arguments.

    Returns:
        The exit code of the first process.

    Raises:
        MissingExtra: If lightning-fabric is not installed.
        PareidoliaError: If there are fewer devices.
    """
    lightning = require("lightning_fabric", extra="cluster")
    started_by_others = "TORCHELASTIC_RUN_ID" in os.environ or "SLURM_NTASKS" in os.environ
    try:
        fabric = lightning.Fabric(
            accelerator=device,
            devices=devices,
            num_nodes=nodes,
            strategy="ddp" if started_by_others else "ddp_spawn",
        )
    except Exception as error:  # Fabric refuses what is not there with errors of several kinds
        raise PareidoliaError(f"{devices} devices cannot be used: {' '.join(str(error).split())}") from error
    with _passing_on_signals():
        launch_all: Any = fabric.launch
        # Bound, not passed: Fabric searches what it is passed for modules, and refuses frozen dataclasses.
        code: int = launch_all(partial(_begin, work, arguments))
    return code


def _begin(work: Callable[..., int], arguments: tuple[Any, ...], fabric: Any) -> int:
    code = work(FabricGroup(fabric), fabric.device, *arguments)
    # A process that ends with its group's threads still running is now and then aborted (gloo).
    if torch.distributed.is_initialized():
        fabric.barrier()
        torch.distributed.destroy_process_group()
    return code


@contextmanager
def _passing_on_signals() -> Iterator[None]:
    """Pass SIGTERM on from the process that started the others; Ctrl-C reaches all of them anyway."""

    def pass_on(number: int, frame: FrameType | None) -> None:
        for child in multiprocessing.active_children():
            child.terminate()

    before = signal.signal(signal.SIGTERM, pass_on)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
