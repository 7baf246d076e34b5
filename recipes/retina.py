#!/usr/bin/env python3
"""Train retina to see what VGG-19 sees.

    python recipes/retina.py --photos FOLDER [FOLDER ...] --teacher slim_vgg19.safetensors --run runs/retina

The student's maps at the first ReLU of each stage, through a linear readout, reproduce the teacher's five
aux maps (`slim_vgg.py`). The loss is the sum over stages of squared error divided by the target's variance,
so each stage's part is one minus the variance explained. Killed and started again with the same arguments,
the run goes on from its last checkpoint; with another --steps, to an earlier or a later end. It writes into
the run's folder: log.jsonl, checkpoint.pt, retina.safetensors (half precision, moving average of the weights)
and readouts.safetensors.
"""

import argparse
import json
import math
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from feature_distillation import Student, folded, moments, set_readouts, trainable_trunk, variance_explained
from packed_pictures import PackedCrops, ahead, pack
from pareidolia.networks import retina
from run_files import note, save, save_half, write
from slim_vgg import SlimVgg

FOLDERS = (
    "photos",
    "teacher",
    "run",
    "packed",
)  # where these lie is left out of the log


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--photos", type=Path, nargs="+", required=True, help="folders of pictures to learn from"
    )
    parser.add_argument("--teacher", type=Path, required=True, help="slim_vgg19.safetensors")
    parser.add_argument("--run", type=Path, default=Path("runs/retina"), help="folder of the run")
    parser.add_argument("--packed", type=Path, help="decoded pictures (default: RUN/pictures.npy)")
    parser.add_argument("--side", type=int, default=192, help="side of the decoded pictures")
    parser.add_argument("--crop", type=int, default=112)
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--steps", type=int, default=8_000)
    parser.add_argument("--lr", type=float, default=1.5e-2)
    parser.add_argument("--warmup", type=int, default=100, help="steps of linear warm-up, before the cosine")
    parser.add_argument("--ema", type=float, default=0.998, help="decay of the weights' moving average")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--every", type=int, default=500, help="steps between checkpoints")
    parser.add_argument("--precision", choices=("bfloat16", "float32"), default="bfloat16")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return parser.parse_args()


def learning_rate(step: int, options: argparse.Namespace) -> float:
    """Linear warm-up, then a cosine to zero at the last step."""
    warm = min(1.0, (step + 1) / options.warmup)
    return float(options.lr * warm * 0.5 * (1 + math.cos(math.pi * step / options.steps)))


class Run:
    """A student, its moving average and its optimizer, which step, stop, and go on."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.device = options, torch.device(options.device)
        torch.manual_seed(options.seed)
        self.student = self.placed(Student(trainable_trunk())).train()
        self.teacher = self.placed(SlimVgg(options.teacher))
        self.crops = PackedCrops(options.packed, options.crop, options.batch, options.seed)
        self.average = AveragedModel(
            self.student, multi_avg_fn=get_ema_multi_avg_fn(options.ema), use_buffers=True
        )
        self.optimizer = torch.optim.Adam(self.student.parameters(), fused=True)
        self.step, self.seconds = 0, 0.0
        self.variances: list[float] = []

    def placed(self, module: nn.Module) -> Any:
        """`module` on the device, its convolutions in channels_last (2-3 times faster on a CPU)."""
        return module.to(self.device).to(memory_format=torch.channels_last)

    def batch(self, pictures: Tensor) -> Tensor:
        """`pictures` on the device, in the layout of the convolutions."""
        return pictures.to(self.device, memory_format=torch.channels_last)

    def half(self) -> torch.autocast:
        """bfloat16 convolutions: twice as fast on a GPU, and on a CPU with AVX-512 BF16."""
        return torch.autocast(self.device.type, torch.bfloat16, self.options.precision == "bfloat16")

    def begin(self) -> None:
        """Measure the targets' variance and fit the readouts; or take up the last checkpoint."""
        checkpoint = self.options.run / "checkpoint.pt"
        if checkpoint.exists():
            state = torch.load(checkpoint, map_location=self.device, weights_only=True)
            for name in ("student", "average", "optimizer"):
                getattr(self, name).load_state_dict(state[name])
            self.step, self.seconds, self.variances = state["step"], state["seconds"], state["variances"]
            return
        with torch.no_grad(), self.half():
            sums = moments(
                self.student,
                self.teacher,
                (self.batch(self.crops.at(self.options.steps + i)) for i in range(40)),
            )
        self.variances = [total.variance for total in sums]
        set_readouts(self.student, sums)
        self.average.module.load_state_dict(self.student.state_dict())

    def train_on(self, pictures: Tensor) -> Tensor:
        """One step; gives the five stages' unexplained variance."""
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.step, self.options)
        with self.half():
            targets, guesses = self.teacher(pictures), self.student(pictures)
        errors = [guess - target for guess, target in zip(guesses, targets, strict=True)]
        errors[0] = errors[0][..., 1:-1, 1:-1]  # zero padding draws an edge there that no weights can mend
        losses = torch.stack(
            [error.square().mean() / variance for error, variance in zip(errors, self.variances, strict=True)]
        )
        self.optimizer.zero_grad(set_to_none=True)
        losses.sum().backward()
        nn.utils.clip_grad_norm_(self.student.parameters(), 5.0)
        self.optimizer.step()
        self.average.update_parameters(self.student)
        self.step += 1
        return losses.detach()

    def checkpoint(self, losses: Tensor) -> None:
        """Write state, weights, and one line of the log."""
        student = self.average.module.eval()
        with torch.no_grad(), self.half():
            explained = variance_explained(student, self.teacher, map(self.batch, self.crops.held_out()))
        state = {name: getattr(self, name).state_dict() for name in ("student", "average", "optimizer")}
        state |= {"step": self.step, "seconds": self.seconds, "variances": self.variances}
        folder = self.options.run
        save(folder / "checkpoint.pt", lambda path: torch.save(state, path))
        for name, part in (
            ("retina", folded(student.trunk, retina.build_trunk())),
            ("readouts", student.readouts),
        ):
            save_half(folder / f"{name}.safetensors", part)
        line = {
            "step": self.step,
            "seconds": round(self.seconds),
            "lr": learning_rate(self.step, self.options),
            "train": [round(1 - float(loss), 4) for loss in losses],
            "held_out": [round(value, 4) for value in explained],
        }
        write(folder, line)

    def go(self) -> None:
        """Train to the last step."""
        self.begin()
        note(
            self.options, FOLDERS, self.step, json.loads(self.options.packed.with_suffix(".json").read_text())
        )
        recent, began = [], time.monotonic() - self.seconds
        for pictures in ahead(self.crops.at, self.step, self.options.steps):
            recent.append(self.train_on(self.batch(pictures)))
            if self.step % self.options.every == 0 or self.step == self.options.steps:
                self.seconds = time.monotonic() - began
                self.checkpoint(torch.stack(recent).mean(0))
                recent = []


def main() -> None:
    """Pack the pictures, then train."""
    options = arguments()
    options.packed = options.packed or options.run / "pictures.npy"
    options.run.mkdir(parents=True, exist_ok=True)
    pack(options.photos, options.packed, options.side)
    run = Run(options)
    run.go()


if __name__ == "__main__":
    main()
