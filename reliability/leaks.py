"""Long loops: resident memory, file descriptors and hooks do not grow."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import torch

from pareidolia.dreaming import DreamSettings
from pareidolia.dreaming.video import DreamVideo
from pareidolia.execution import Execution, Target
from pareidolia.inspection import attribute
from pareidolia.networks import Network, load_network
from pareidolia.operations import find_operation
from pareidolia.pictures import open_picture
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError
from pareidolia.style import StyleSettings, StyleTransfer
from reliability.long_operations import write_inputs
from reliability.outcome import Outcome

_MOST_SLOPE = 2**20
"""Bytes a thousand rounds."""
_NOISE = 12 * 2**20
"""Bytes by which memory may have grown in all, whatever the slope, where there are few rounds."""
_WARM = 0.3
_METHODS = ("gradient", "grad-cam", "guided-backpropagation")


def cases(seed: int, share: float, folder: Path) -> Iterator[Outcome]:
    """Run each loop and fit a line through resident memory after the first 30 %.

    Args:
        seed: not needed.
        share: how much is tried of 2,000 painting steps, 1,000 frames, 10,000 saliency maps, 10,000 training
            steps and 5,000 pictures.
        folder: to work in.

    Yields:
        A case for each loop.
    """
    write_inputs(folder)
    network = load_network(f"{folder / 'net.py'}:build", input="3x32x32")
    loops: dict[str, tuple[int, Callable[[int], Iterator[object]]]] = {
        "painting steps": (2_000, lambda count: _painting(folder, network, count)),
        "video frames": (1_000, lambda count: _frames(folder, network, count)),
        "saliency maps": (10_000, lambda count: _maps(network, count)),
        "training steps": (10_000, lambda count: _training(folder, count)),
        "pictures opened": (5_000, lambda count: _pictures(folder, count)),
    }
    for name, (most, loop) in loops.items():
        count = max(20, round(share * most))
        yield Outcome(f"{count} {name}", _grown(loop(count), count, network))


def _grown(rounds: Iterator[object], count: int, network: Network) -> str:
    process = psutil.Process()
    hooks, descriptors, memory = _hooks(network), None, []
    for number, _ in enumerate(rounds):
        if number >= _WARM * count:
            if descriptors is None:
                gc.collect()
                descriptors = process.num_fds()
            memory.append(process.memory_info().rss)
    gc.collect()
    slope = float(np.polyfit(np.arange(len(memory)), memory, 1)[0])
    lost = []
    if slope * 1000 > _MOST_SLOPE and slope * len(memory) > _NOISE:
        lost.append(f"{slope / 1024:.1f} KiB a round")
    if descriptors is not None and process.num_fds() > descriptors:
        lost.append(f"descriptors from {descriptors} to {process.num_fds()}")
    if _hooks(network) != hooks:
        lost.append(f"hooks from {hooks} to {_hooks(network)}")
    return "; ".join(lost)


def _hooks(network: Network) -> int:
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return sum(len(getattr(module, kind)) for module in network.module.modules() for kind in kinds)


def _painting(folder: Path, network: Network, count: int) -> Iterator[object]:
    settings = StyleSettings(size=48, coarse_to_fine=False, steps=count, bleed=0)
    yield from StyleTransfer(folder / "photo.png", [folder / "painting.png"], settings, network)


def _frames(folder: Path, network: Network, count: int) -> Iterator[object]:
    settings = DreamSettings(size=40, octaves=1, steps=1, frame_steps=1, frames=count, aim=("relu2",))
    inputs = {"photo": open_picture(folder / "painting.png", size=40)}
    yield from DreamVideo(folder / "frames", {"operation": "x"}, inputs, settings, network).steps()


def _maps(network: Network, count: int) -> Iterator[object]:
    picture = torch.rand(1, 3, 32, 32)
    for number in range(count):
        yield attribute(network, picture, number % 3, _METHODS[number % 3])


def _training(folder: Path, count: int) -> Iterator[object]:
    operation = find_operation("train vae")
    rate = 6 / 2  # steps an epoch of six pictures in batches of two
    settings = operation.settings_type(
        epochs=count / rate, batch=2, previews=0, hidden=(8,), latent=2, size=16
    )
    request = Request(operation, {"data": str(folder / "photos")}, settings)
    yield from Execution(request, Target(folder / "run"))


def _pictures(folder: Path, count: int) -> Iterator[object]:
    (folder / "bad.png").write_bytes((folder / "photo.png").read_bytes()[:100])
    for number in range(count):
        try:
            yield open_picture(folder / ("bad.png" if number % 4 == 3 else "photo.png"))
        except PareidoliaError:
            yield None
