#!/usr/bin/env python3
"""Measure retina: what it explains of its teacher on pictures it never saw, its size, and its speed.

    python recipes/evaluate_retina.py --run runs/retina --teacher slim_vgg19.safetensors --bsds FOLDER

The readouts are fitted by least squares on training pictures (RUN/pictures.npy), never on those measured.
Prints a Markdown table. With `--ship` it first copies RUN/retina.safetensors into the package, and then
writes the table into the card.
"""

import argparse
import shutil
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models import squeezenet1_0

from feature_distillation import Student, moments, set_readouts, variance_explained
from packed_pictures import Crops, as_tensor
from pareidolia.networks import retina
from slim_vgg import SlimVgg

CARD = retina.WEIGHTS.with_name("card.md")
BEGIN, END = "<!-- measured by recipes/evaluate_retina.py -->\n", "<!-- end of the measured part -->"


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, default=Path("runs/retina"), help="folder of the training run")
    parser.add_argument("--packed", type=Path, help="decoded training pictures (default: RUN/pictures.npy)")
    parser.add_argument("--teacher", type=Path, required=True, help="slim_vgg19.safetensors")
    parser.add_argument("--bsds", type=Path, required=True, help="folder of BSDS500's test pictures")
    parser.add_argument("--weights", type=Path, help="weights to measure (default: those in the package)")
    parser.add_argument(
        "--ship", action="store_true", help="put the run's weights and this table in the package"
    )
    return parser.parse_args()


def trained(weights: Path) -> nn.Sequential:
    """The trunk with the weights of a file, in float32."""
    trunk = retina.build().eval()
    trunk.load_state_dict(load_file(weights))
    return trunk


def whole_pictures(folder: Path) -> Iterator[Tensor]:
    """Every JPEG of a folder, unscaled: 1×3×H×W in [0, 1]."""
    for path in sorted(folder.glob("*.jpg")):
        with Image.open(path) as image:
            yield as_tensor(np.asarray(image.convert("RGB"))[None])


@torch.no_grad()
def explained(trunk: nn.Sequential, teacher: nn.Module, crops: Crops, pictures: list[Tensor]) -> list[float]:
    """Variance explained of the five stages on `pictures`.

    The readouts are refitted on 24 batches of training crops that the training did not draw.
    """
    student = Student(trunk).eval()
    set_readouts(student, moments(student, teacher, (crops.at(10**9 + i) for i in range(24))))
    return variance_explained(student, teacher, pictures)


def multiplications(trunk: nn.Module) -> float:
    """GMAC of one picture of 224×224."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        trunk(torch.zeros(1, *retina.INPUT_SHAPE))
    return counter.get_total_flops() / 2e9


@torch.no_grad()
def forward_times(networks: Sequence[nn.Module], rounds: int = 41) -> list[float]:
    """Median seconds of each network on one picture of 224×224, run in turns, each in its faster layout."""
    medians = []
    for layout in (torch.contiguous_format, torch.channels_last):
        x = torch.rand(1, *retina.INPUT_SHAPE).contiguous(memory_format=layout)
        seconds: list[list[float]] = [[] for _ in networks]
        for network in networks:
            network.to(memory_format=layout)
        for _ in range(rounds):
            for network, times in zip(networks, seconds, strict=True):
                began = time.perf_counter()
                network(x)
                times.append(time.perf_counter() - began)
        medians.append([statistics.median(times) for times in seconds])
    return [min(pair) for pair in zip(*medians, strict=True)]


def table(weights: Path, by_stage: list[float], pictures: int) -> str:
    """The measured part of the card."""
    trunk = trained(weights)
    ours, squeeze = forward_times([trunk, squeezenet1_0(weights=None).eval()])
    rows = {
        f"variance explained, stages 1 … 5, BSDS500 test ({pictures} pictures, whole)": ", ".join(
            f"{value:.3f}" for value in by_stage
        ),
        "parameters": f"{sum(p.numel() for p in trunk.parameters()):,}",
        "weights file": f"{weights.stat().st_size / 1e6:.2f} MB (fp16)",
        "multiplications at 224×224": f"{multiplications(trunk):.2f} GMAC",
        f"forward at 224×224, {torch.get_num_threads()} threads": f"{ours * 1e3:.1f} ms; torchvision's "
        f"squeezenet1_0 in the same run {squeeze * 1e3:.1f} ms; ratio {ours / squeeze:.2f}",
    }
    return "\n".join(["| figure | measured |", "| --- | --- |", *(f"| {k} | {v} |" for k, v in rows.items())])


def main() -> None:
    """Measure, print, and ship where asked."""
    options = arguments()
    if options.ship:
        shutil.copyfile(options.run / "retina.safetensors", retina.WEIGHTS)
    weights = options.weights or retina.WEIGHTS
    crops = Crops(options.packed or options.run / "pictures.npy", 160, 16, seed=0)
    pictures = list(whole_pictures(options.bsds))
    by_stage = explained(trained(weights), SlimVgg(options.teacher), crops, pictures)
    text = table(weights, by_stage, len(pictures))
    print(text)
    if options.ship:
        before, rest = CARD.read_text().split(BEGIN)
        CARD.write_text(f"{before}{BEGIN}{text}\n{END}{rest.split(END)[1]}")


if __name__ == "__main__":
    main()
