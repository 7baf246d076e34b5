"""What the machine can do at most: products of matrices, convolutions and copies, in float32.

Rates of others' code are held against these, measured in the same run. A product of 2,048 x 2,048; a 3x3
convolution of 256 channels on the maps that VGG-19 has at a quarter of 512x384, forward, in the faster of the
two memory layouts; a copy of 256 MB.
"""

import argparse
import statistics
from collections.abc import Callable

import torch
import torch.nn.functional as F

from benchmarks.runner import Report, timed

SIDE, CHANNELS, MAPS, BYTES = 2048, 256, (96, 128), 256_000_000
Work = Callable[[], object]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    parser.add_argument("--rounds", type=int, default=9, help="how often each is timed")


def compare(options: argparse.Namespace) -> Report:
    """GFLOP/s and GB/s."""
    matrix, convolution, copy = matrix_product(), convolution_3x3(), _copy()
    found = {
        "matrix product, GFLOP/s": rate(*matrix, options.rounds) / 1e9,
        "convolution, GFLOP/s": rate(*convolution, options.rounds) / 1e9,
        "copy, GB/s": rate(*copy, options.rounds) / 1e9,
    }
    report = Report("The machine's limits", ("what", "rate"), [*found.items()])
    report.figures = {"rates": found}
    return report


def rate(work: Work, amount: float, rounds: int) -> float:
    """Amount a second: the median over `rounds`, after one that is not counted."""
    work()
    return amount / statistics.median(timed(work)[0] for _ in range(rounds))


@torch.no_grad()
def matrix_product(
    rows: int = SIDE, inner: int = SIDE, columns: int = SIDE, device: str = "cpu"
) -> tuple[Work, float]:
    """A product of matrices into one that is there, and its number of operations."""
    first, second = torch.randn(rows, inner, device=device), torch.randn(inner, columns, device=device)
    out = torch.empty(rows, columns, device=device)
    return lambda: torch.mm(first, second, out=out), 2.0 * rows * inner * columns


@torch.no_grad()
def convolution_3x3(channels: int = CHANNELS, maps: tuple[int, int] = MAPS) -> tuple[Work, float]:
    """A 3x3 convolution in the layout that is faster here, and its number of operations."""
    kernel, pictures = torch.randn(channels, channels, 3, 3), torch.randn(1, channels, *maps)
    layouts = (torch.contiguous_format, torch.channels_last)
    works = [_convolution(pictures.to(memory_format=each), kernel.to(memory_format=each)) for each in layouts]
    seconds = [min(timed(work)[0] for _ in range(3)) for work in works]
    return works[seconds.index(min(seconds))], 2.0 * 9 * channels**2 * maps[0] * maps[1]


def _convolution(pictures: torch.Tensor, kernel: torch.Tensor) -> Work:
    return torch.no_grad()(lambda: F.conv2d(pictures, kernel, padding=1))


def _copy() -> tuple[Work, float]:
    first = torch.zeros(BYTES // 4)
    second = torch.empty_like(first)
    return lambda: second.copy_(first), 2.0 * BYTES
