#!/usr/bin/env python3
"""Measure retina on pictures it never saw: what it explains of its teacher, what it names, how it paints.

    python recipes/evaluate_retina.py

prints a Markdown table. `--pictures` holds photos/ and paintings/ (default: the samples); `--data`
BSDS500/train and BSDS500/test, split_minidataset (mini-ImageNet) and imagenet-sample-images. With `--ship` it
first copies the weights of `--run` into the package and then writes the table into the card.
"""

import argparse
import copy
import shutil
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models import squeezenet1_0

import retina_accuracy
import retina_class_models
import retina_style
from feature_distillation import Student, Vgg19, moments, set_readouts, variance_explained
from packed_pictures import as_tensor
from pareidolia.inspection.visualization import ClassModelSettings
from pareidolia.networks import Network, load_network, retina

CARD = retina.WEIGHTS.with_name("card.md")
BEGIN, END = "<!-- measured by recipes/evaluate_retina.py -->\n", "<!-- end of the measured part -->"
ROUNDS = 41


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, help="photos/ and paintings/ that are painted")
    parser.add_argument("--data", type=Path, default=Path("../data"), help="the data sets that measure")
    parser.add_argument("--weights", type=Path, help="weights to measure (default: those in the package)")
    parser.add_argument("--half", action="store_true", help="compare maps in bfloat16, where that is faster")
    parser.add_argument("--out", type=Path, default=Path("runs/evaluation"), help="where the paintings go")
    parser.add_argument("--shown", type=int, default=128, help="side to which 84 px photos are enlarged")
    parser.add_argument("--size", type=int, default=320, help="longer side of the paintings, equal for both")
    parser.add_argument("--only", nargs="+", choices=FIGURES, default=list(FIGURES), help="what to measure")
    parser.add_argument("--run", type=Path, default=Path("runs/retina"), help="the run to ship")
    parser.add_argument("--ship", action="store_true", help="put weights and table in the package")
    return parser.parse_args()


def whole_pictures(folder: Path) -> Iterator[Tensor]:
    """Every JPEG of a folder, unscaled: 1×3×H×W in [0, 1]."""
    for path in sorted(folder.glob("*.jpg")):
        with Image.open(path) as image:
            yield as_tensor(np.asarray(image.convert("RGB"))[None])


@torch.no_grad()
def explained(network: Network, options: argparse.Namespace) -> dict[str, str]:
    """Variance explained of VGG-19's five stages; readouts fitted on BSDS500's train, not on test."""
    student, teacher = Student(network.module[:5]).eval(), Vgg19()
    with torch.autocast("cpu", torch.bfloat16, enabled=options.half):
        set_readouts(student, moments(student, teacher, whole_pictures(options.data / "BSDS500/train")))
        values = variance_explained(student, teacher, whole_pictures(options.data / "BSDS500/test"))
    found = ", ".join(f"{value:.3f}" for value in values)
    return {"variance of VGG-19 explained, stages 1 … 5, BSDS500 test (200 pictures, whole)": found}


def named(network: Network, options: argparse.Namespace) -> dict[str, str]:
    """Top-1 and top-5 on mini-ImageNet's val and on the sample photos of the classes it knows."""
    samples, names = options.data / "imagenet-sample-images", network.class_names or ()
    ids = retina_accuracy.class_ids(names, samples)
    mini = options.data / "split_minidataset/val"
    hundred = [ids.index(folder.name) for folder in sorted(mini.iterdir())]
    small = retina_accuracy.small_photos(mini, ids, options.shown)
    sets = {
        f"the 100 classes of mini-ImageNet, its val (84 px, one crop, enlarged to {options.shown})": (
            small,
            hundred,
        ),
        f"all {len(ids):,} classes, a sample photo of each (224 px, one crop)": (
            retina_accuracy.sample_photos(samples, ids),
            range(len(ids)),
        ),
    }
    rows = {}
    for what, (photos, among) in sets.items():
        first, fifth, count = retina_accuracy.accuracy(network, photos, among)
        rows[f"top-1 / top-5 among {what}"] = f"{first:.1%} / {fifth:.1%} of {count:,}"
    return rows


def painted(network: Network, options: argparse.Namespace) -> dict[str, str]:
    """Style transfer through retina against style transfer through VGG-19."""
    contenders = retina_style.contenders(options.weights or retina.WEIGHTS, options.size)
    found = retina_style.scores(contenders, retina_style.pairs(options.pictures), options.out)
    return {f"style at {options.size} px": retina_style.in_words(found)}


def recognized(network: Network, options: argparse.Namespace) -> dict[str, str]:
    """Class models through retina and through EfficientNet-Lite0, named by EfficientNet-Lite2."""
    settings = ClassModelSettings(network="retina", weights=str(options.weights or "published"))
    found = retina_class_models.recognized(retina_class_models.painters(settings))
    return {"class models that EfficientNet-Lite2 names rightly": retina_class_models.in_words(found)}


def sizes(network: Network, options: argparse.Namespace) -> dict[str, str]:
    """Parameters, bytes and multiplications."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network.module(torch.zeros(1, *retina.INPUT_SHAPE))
    weights = options.weights or retina.WEIGHTS
    return {
        "parameters": f"{sum(p.numel() for p in network.module.parameters()):,}",
        "weights file": f"{weights.stat().st_size / 1e6:.2f} MB (fp16)",
        "multiplications at 224×224": f"{counter.get_total_flops() / 2e9:.3f} GMAC",
    }


def timed(network: Network, options: argparse.Namespace) -> dict[str, str]:
    """A forward pass at 224×224 against squeezenet1_0's, in turns, each in its faster layout."""
    ours, squeeze = forward_times([copy.deepcopy(network.module), squeezenet1_0(weights=None).eval()])
    return {
        f"forward at 224×224, {torch.get_num_threads()} threads": f"{ours * 1e3:.1f} ms; torchvision's "
        f"squeezenet1_0 in the same run {squeeze * 1e3:.1f} ms; ratio {ours / squeeze:.2f}"
    }


@torch.no_grad()
def forward_times(networks: Sequence[nn.Module]) -> list[float]:
    """Median seconds of each network on one picture of 224×224, run in turns, each in its faster layout."""
    medians = []
    for layout in (torch.contiguous_format, torch.channels_last):
        x = torch.rand(1, *retina.INPUT_SHAPE).contiguous(memory_format=layout)
        seconds: list[list[float]] = [[] for _ in networks]
        for network in networks:
            network.to(memory_format=layout)
        for _ in range(ROUNDS):
            for network, times in zip(networks, seconds, strict=True):
                began = time.perf_counter()
                network(x)
                times.append(time.perf_counter() - began)
        medians.append([statistics.median(times) for times in seconds])
    return [min(pair) for pair in zip(*medians, strict=True)]


Figure = Callable[[Network, argparse.Namespace], dict[str, str]]
FIGURES: dict[str, Figure] = {
    "explained": explained,
    "named": named,
    "painted": painted,
    "recognized": recognized,
    "sizes": sizes,
    "timed": timed,
}


def main() -> None:
    """Measure, print, and ship where asked."""
    options = arguments()
    if options.ship:
        shutil.copyfile(options.run / "retina.safetensors", retina.WEIGHTS)
    rows: dict[str, str] = {}
    for name in options.only:
        network = load_network("retina", str(options.weights or "published"), device="cpu")
        rows |= FIGURES[name](network, options)
    text = "\n".join(["| figure | measured |", "| --- | --- |", *(f"| {k} | {v} |" for k, v in rows.items())])
    print(text)
    if options.ship:
        before, rest = CARD.read_text().split(BEGIN)
        CARD.write_text(f"{before}{BEGIN}{text}\n{END}{rest.split(END)[1]}")


if __name__ == "__main__":
    main()
