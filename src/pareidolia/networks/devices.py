"""Where to compute: CUDA, then Apple's MPS, then the CPU."""

import torch
from torch import Tensor

from pareidolia.settings import PareidoliaError


def double_device(device: torch.device) -> torch.device:
    """Where a device's numbers are computed with in double precision: there, or on the CPU (MPS has none)."""
    return torch.device("cpu") if device.type == "mps" else device


def in_double(numbers: Tensor) -> Tensor:
    """In double precision, on their device's `double_device`."""
    return numbers.to(double_device(numbers.device)).double()


def choose_device(name: str = "auto") -> torch.device:
    """The device called `name`.

    Args:
        name: "cuda", "mps", "cpu", or "auto" for the first of these that the machine has.

    Returns:
        The device.

    Raises:
        PareidoliaError: If the machine has no such device.
    """
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(kind for kind, here in present.items() if here))
    if not present.get(name.split(":")[0], False):
        here = ", ".join(kind for kind, is_here in present.items() if is_here)
        raise PareidoliaError(f"there is no device '{name}' on this machine; it has {here}, or say auto")
    return torch.device(name)
