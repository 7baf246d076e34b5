"""What a GPU does: style, one pass at 1080p and 4K, icons, dreams, training, and the same bytes twice.

`--device cuda` (or mps) where there is one; where there is none, it is named what this would need. Each
work has its own limit of seconds, so that all end within ten minutes; memory is the device's own peak,
where the device counts.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from benchmarks.claims import Goal
from benchmarks.growing import photo_of
from benchmarks.machine import matrix_product, rate
from benchmarks.runner import Report, timed
from pareidolia.networks import deterministic, identity, load_network
from pareidolia.settings import NetworkSettings

NEEDS = (
    "needs a GPU that torch can use (with 8 GB of memory for everything up to 2,048 px, 24 GB for 4,096) "
    "and a build of torch for it: docs/install.md"
)
GOALS = (
    Goal("one pass at 1920x1080 on a GPU", "nothing", 60, at_least=True, figure="frames a second"),
    Goal("one pass at 3840x2160 on a GPU", "nothing", 60, at_least=True, figure="frames a second"),
    Goal("style twice with --deterministic on a GPU", "itself", 0, figure="bytes that differ"),
)


@dataclass(frozen=True)
class Row:
    """What one work found: its figure in its unit, and the device's peak memory in MiB."""

    work: str
    figure: float
    unit: str
    memory: float


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    parser.add_argument("--device", default="cuda", choices=("cuda", "mps", "cpu"), help="cpu tries the code")
    parser.add_argument("--sides", type=int, nargs="+", default=[512, 1024, 2048, 4096], help="of style")
    parser.add_argument("--frame-sides", type=int, nargs="+", default=[1920, 3840], help="of one pass")
    parser.add_argument("--dream-side", type=int, default=3840)
    parser.add_argument("--steps", type=int, default=10, help="timed steps of each")
    parser.add_argument("--icons", type=int, default=256)
    parser.add_argument("--batch", type=int, default=512, help="of the training")


def compare(options: argparse.Namespace) -> Report:
    """A row for each work; without the device one line that names what it needs."""
    report = Report(f"On {_name(options.device)}", ("work", "figure", "unit", "MiB at most"))
    if not _is_there(options.device):
        report.title = f"On a GPU ({options.device}): not measured, there is none here"
        report.summary.append(f"`make benchmark DEVICE={options.device}` {NEEDS}.")
        return report
    rows = [_matrix(options)]
    rows += [_style(options, side) for side in options.sides]
    rows += [_one_pass(options, side) for side in options.frame_sides]
    rows += [_dream(options), _icons(options), _training(options)]
    report.rows = [(row.work, row.figure, row.unit, round(row.memory)) for row in rows]
    by_work = {row.work: row for row in rows}
    for goal, side in zip(GOALS, (1920, 3840), strict=False):
        found = by_work.get(_frame_title(side))
        if found is not None:
            report.claims.append(goal.claim([found.figure]))
    report.claims.append(GOALS[2].claim([_differing(options)]))
    report.figures = {"rows": {row.work: vars(row) for row in rows}}
    return report


def _is_there(device: str) -> bool:
    there = {"cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available}
    return device == "cpu" or there[device]()


def _name(device: str) -> str:
    return torch.cuda.get_device_name() if device == "cuda" and torch.cuda.is_available() else device


def _wait(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()
    elif device == "mps":
        torch.mps.synchronize()


def _measured(
    options: argparse.Namespace, title: str, unit: str, work: Callable[[], Any], amount: float, times: int
) -> Row:
    """Amount a second of `work`, each run of which is waited for; the first does not count."""
    if options.device == "cuda":
        torch.cuda.reset_peak_memory_stats()

    def whole() -> None:
        work()
        _wait(options.device)

    whole()
    seconds = statistics.median(timed(whole)[0] for _ in range(times))
    memory = torch.cuda.max_memory_allocated() / 2**20 if options.device == "cuda" else 0.0
    print(f"{title}: {amount / seconds:.3g} {unit}", flush=True)
    return Row(title, amount / seconds, unit, memory)


def _matrix(options: argparse.Namespace) -> Row:
    side = 8192 if options.device == "cuda" else 512
    product, operations = matrix_product(side, side, side, options.device)

    def work() -> None:
        product()
        _wait(options.device)

    return Row("product of matrices, float32", rate(work, operations, 5) / 1e9, "GFLOP/s", 0.0)


def _style(options: argparse.Namespace, side: int) -> Row:
    """Steps a second of Adam through VGG-19 at one size."""
    transfer = _transfer(options, side)
    return _measured(options, f"style through VGG-19, {side} px", "steps/s", transfer.step, 1, options.steps)


def _transfer(options: argparse.Namespace, side: int, steps: int | None = None) -> Any:
    from pareidolia.style import StyleSettings, StyleTransfer

    settings = StyleSettings(
        size=side,
        network="vgg19",
        weights="random",
        coarse_to_fine=False,
        optimizer="adam",
        steps=steps or options.steps + 1,
        device=options.device,
    )
    return StyleTransfer(photo_of(side), [photo_of(min(side, 1024))], settings)


def _frame_title(side: int) -> str:
    return f"one pass, {side}x{side * 9 // 16}"


def _one_pass(options: argparse.Namespace, side: int) -> Row:
    """Frames a second of 16:9 that lie on the device already, and stay there."""
    from pareidolia.style.brush import load_brush

    brush = load_brush(options.device)
    frame = torch.rand(1, 3, side * 9 // 16, side, device=options.device)
    painting = photo_of(512).to(options.device)
    return _measured(
        options, _frame_title(side), "frames/s", lambda: brush.paint(frame, [painting]), 1, options.steps
    )


def _dream(options: argparse.Namespace) -> Row:
    """Steps a second at the last octave of a large dream."""
    from pareidolia.dreaming import Dream, DreamSettings

    side = options.dream_side
    settings = DreamSettings(
        size=side, network="retina", octaves=1, steps=options.steps + 1, device=options.device
    )
    dream = Dream(photo_of(side), settings=settings)
    return _measured(options, f"a dream through retina, {side} px", "steps/s", dream.step, 1, options.steps)


def _icons(options: argparse.Namespace) -> Row:
    """Icons a second of 80 px in 16 steps, all at once."""
    from pareidolia.atlas.icons import PADDING, IconJob, paint_icons
    from pareidolia.atlas.settings import IconSettings

    network = load_network("retina", device=options.device, padding=PADDING)
    layer = "stage4.relu2"
    wanted = np.random.default_rng(0).random((options.icons, network.layer(layer).shape[0]), dtype=np.float32)
    settings = IconSettings(icon_steps=16, icons_at_once=options.icons)
    job = IconJob(NetworkSettings(), identity(network), layer, settings, seed=0)
    return _measured(
        options,
        "icons of an atlas, 80 px, 16 steps",
        "icons/s",
        lambda: paint_icons(network, job, wanted),
        options.icons,
        2,
    )


def _training(options: argparse.Namespace) -> Row:
    """Pictures a second of a convolutional VAE at 64 px, batches, log and checkpoints included."""
    from benchmarks.generative import our_epochs
    from pareidolia.training.data import PictureSet

    levels = torch.randint(0, 256, (4 * options.batch, 3, 64, 64), dtype=torch.uint8)
    pictures = PictureSet("noise", "train", levels)
    values = {"latent": 100, "width": 32, "batch": options.batch}
    with TemporaryDirectory() as folder:
        epoch = our_epochs("vae", values, pictures, Path(folder), 6, device=options.device)
        return _measured(
            options, "training a VAE, 64 px", "pictures/s", epoch, len(pictures), min(5, options.steps)
        )


def _differing(options: argparse.Namespace) -> int:
    """Bytes that differ between two short paintings in the mode that promises the same."""
    made = []
    began = time.monotonic()
    for _ in range(2):
        with deterministic():
            transfer = _transfer(options, min(options.sides), steps=3)
            for _step in transfer:
                pass
            made.append((transfer.picture.cpu() * 255).round().byte())
    print(f"twice with --deterministic: {time.monotonic() - began:.1f} s", flush=True)
    return int((made[0] != made[1]).sum())
