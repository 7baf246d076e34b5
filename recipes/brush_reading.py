#!/usr/bin/env python3
"""Teach brush's reader to see in a painting what VGG-19 sees in it.

    python recipes/brush_reading.py --packed runs/brush --out runs/brush/reader.safetensors \
        --like runs/brush/brush.safetensors

What brush is trained to paint are VGG-19's statistics of the painting (`brush_loss.py`), which `brush.py` has
packed beside the paintings. A step of that training shows the reader four paintings and costs a second; here
it sees 60 in that time, and learns to tell those statistics themselves, through a linear layer that is left
out afterwards. With `--like` it learns beside it to give the codes of a brush that is there already, so that
its painter can go on. It leaves the reader's weights, which `brush.py --reader` begins with.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

from brush import begin_with
from brush_loss import relative_error, unpacked
from brush_material import statistics_of
from packed_pictures import Pixels, as_tensor
from pareidolia.style.brush.network import BrushNetwork
from run_files import save

_HELD_OUT = 256
_LOG_WEIGHT = 0.1
_TOGETHER = 32
Rows = np.ndarray[Any, np.dtype[np.int64]]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packed", type=Path, required=True, help="where brush.py packed its pictures")
    parser.add_argument("--out", type=Path, required=True, help="file for the reader's weights")
    parser.add_argument("--like", type=Path, help="a brush whose codes it learns to give")
    parser.add_argument("--steps", type=int, default=2_500)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--code-weight", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


@dataclass(frozen=True)
class Lessons:
    """What is told of packed paintings.

    Attributes:
        paintings: N×SIDE×SIDE×3 bytes.
        statistics: N×…, as `brush_material.keep_statistics` wrote them.
        codes: N×codes of another brush, where there is one.
    """

    paintings: Pixels
    statistics: Pixels
    codes: Tensor | None

    def begin(self, reading: "Reading") -> None:
        """Begin with what is told of the mean painting."""
        with torch.no_grad():
            few = torch.from_numpy(self.statistics[::16].astype(np.float32))
            reading.teller.bias.copy_(few.mean(0))
            if self.codes is not None:
                reading.reader.second.bias.copy_(self.codes.mean(0))

    def errors(self, reading: "Reading", some: Rows) -> tuple[Tensor, Tensor]:
        """How far what is told of some paintings is from their statistics, and from their codes; means."""
        told, codes = reading(as_tensor(self.paintings[some]))
        far = far_from(told, torch.from_numpy(self.statistics[some]).float()).mean()
        if self.codes is None:
            return far, torch.zeros(())
        return far, F.mse_loss(codes, self.codes[some]) / self.codes.var(0).mean()


class Reading(nn.Module):
    """A reader, and the layer through which it tells statistics."""

    def __init__(self, statistics: int) -> None:
        super().__init__()
        self.reader = BrushNetwork().reader.to(memory_format=torch.channels_last)
        self.teller = nn.Linear(self.reader.first.out_features, statistics)
        nn.init.zeros_(self.teller.weight)

    def forward(self, paintings: Tensor) -> tuple[Tensor, Tensor]:
        """The paintings' statistics, and their codes."""
        with torch.autocast("cpu", torch.bfloat16):
            described = self.reader.description(paintings.contiguous(memory_format=torch.channels_last))
        described = described.float()
        return self.teller(described), self.reader.second(described)


def main() -> None:
    """Train, tell how far the held-out paintings' statistics are from what is told, and save."""
    options = arguments()
    torch.manual_seed(options.seed)
    paintings = np.load(options.packed / "paintings.npy", mmap_mode="r")
    statistics = np.load(statistics_of(options.packed / "paintings"), mmap_mode="r")
    codes = codes_like(options.like, paintings) if options.like else None
    lessons, reading = Lessons(paintings, statistics, codes), Reading(statistics.shape[1])
    lessons.begin(reading)
    train(reading, lessons, options)
    weights = {name: each.contiguous() for name, each in reading.reader.state_dict().items()}
    save(options.out, lambda partial: save_file(weights, partial))


def train(reading: Reading, lessons: Lessons, options: argparse.Namespace) -> None:
    """AdamW with one rise and fall of the learning rate; the first paintings are held out."""
    optimizer = torch.optim.AdamW(reading.parameters(), options.learning_rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, options.learning_rate, total_steps=options.steps, pct_start=0.05
    )
    for step in range(1, options.steps + 1):
        rng = np.random.default_rng([options.seed, step])
        some = np.sort(rng.integers(_HELD_OUT, len(lessons.paintings), options.batch))
        far, unlike = lessons.errors(reading, some)
        loss = far + options.code_weight * unlike
        loss.backward()
        nn.utils.clip_grad_norm_(reading.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        if step % 100 == 0 or step == options.steps:
            with torch.no_grad():
                far, unlike = lessons.errors(reading, np.arange(_HELD_OUT))
            print(f"{step}/{options.steps} {loss:.3f}, held out: {far:.3f} {unlike:.3f}", flush=True)


def far_from(told: Tensor, wanted: Tensor) -> Tensor:
    """The mean relative squared error of means and covariances, by painting, as `Looking.compare` counts."""
    errors = []
    for (mean, norm, covariance), (aim, aim_norm, aim_covariance) in zip(
        unpacked(told), unpacked(wanted), strict=True
    ):
        far = relative_error(mean, covariance, aim, aim_covariance)
        errors.append(far + _LOG_WEIGHT * (norm - aim_norm).square()[:, 0])
    return torch.stack(errors, dim=1).clamp(max=3).mean(1)


@torch.no_grad()
def codes_like(path: Path, paintings: Pixels) -> Tensor:
    """What the reader of a brush that is there already reads in each painting, N×codes."""
    network = BrushNetwork()
    begin_with(network, path, None)
    batches = (paintings[start : start + _TOGETHER] for start in range(0, len(paintings), _TOGETHER))
    return torch.cat([network.reader(as_tensor(each)) for each in batches])


if __name__ == "__main__":
    main()
