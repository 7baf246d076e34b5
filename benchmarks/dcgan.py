"""Training a GAN and a VAE at 64 px in batches of 64 against PyTorch's own DCGAN example.

Ours are `train gan` and `train vae` with `--width 32`, of about as many parameters as the example's
networks; theirs are the example's own step and data loader on the same pictures. Ours counts with batches,
noise, log and checkpoints.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.baselines import dcgan_example
from benchmarks.claims import Goal
from benchmarks.generative import our_epochs
from benchmarks.runner import Report, interleaved
from pareidolia.generative.building import build, settings_of
from pareidolia.training.data import PictureSet

SIDE, BATCH = 64, 64
VALUES = {
    "gan": {"latent": dcgan_example.CODES, "width": 32, "batch": BATCH},
    "vae": {"latent": dcgan_example.CODES, "width": 32, "batch": BATCH},
}
GOALS = (
    Goal(
        "training a GAN, 64 px, batch 64",
        "PyTorch's DCGAN example (baseline)",
        0.8,
        limit="187 G operations a step against the example's 159: our discriminator begins and our generator "
        "ends with a convolution of the whole size, so that neither draws a lattice, and those are bound by "
        "memory. Convolutions are four fifths of the time.",
    ),
    Goal(
        "training a VAE, 64 px, batch 64",
        "a VAE of the example's networks (baseline)",
        0.8,
        limit="93 G operations a step against 80, for the same reason.",
    ),
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    parser.add_argument("--batches", type=int, default=6, help="in each timed epoch")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is timed")


def compare(options: argparse.Namespace) -> Report:
    """Pictures a second and parameters of each."""
    generator = torch.Generator().manual_seed(0)
    count = options.batches * BATCH
    levels = torch.randint(0, 256, (count, 3, SIDE, SIDE), dtype=torch.uint8, generator=generator)
    pictures = PictureSet("noise", "train", levels)
    contenders: dict[str, Callable[[], Any]] = {}
    with TemporaryDirectory() as folder:
        for kind, step in (("gan", dcgan_example.gan_step()), ("vae", dcgan_example.vae_step())):
            contenders[f"example's {kind}"] = _epoch(step, pictures)
            contenders[f"ours {kind}"] = our_epochs(
                kind, VALUES[kind], pictures, Path(folder), options.rounds + 1
            )
        seconds = interleaved(contenders, options.rounds)
    report = Report("Training at 64 px, batch 64", ("model", "parameters", "pictures a second"))
    for kind in VALUES:
        for name, amount in ((f"example's {kind}", _theirs(kind)), (f"ours {kind}", _ours(kind))):
            report.rows.append((name, amount, count / seconds[name]))
    report.claims = [
        goal.claim(seconds.ratios(f"ours {kind}", f"example's {kind}"))
        for goal, kind in zip(GOALS, VALUES, strict=True)
    ]
    report.figures = {"seconds": seconds, "pictures": count}
    return report


def _epoch(step: Callable[[torch.Tensor], Any], pictures: PictureSet) -> Callable[[], None]:
    loader = DataLoader(TensorDataset(2 * pictures.pictures() - 1), BATCH, shuffle=True)

    def epoch() -> None:
        for (batch,) in loader:
            step(batch)

    return epoch


def _theirs(kind: str) -> int:
    outputs = 1 if kind == "gan" else 2 * dcgan_example.CODES
    networks = (dcgan_example.generator(), dcgan_example.encoder(outputs))
    return sum(each.numel() for network in networks for each in network.parameters())


def _ours(kind: str) -> int:
    model = build(kind, settings_of(kind, VALUES[kind]), (3, SIDE, SIDE), 0)
    return sum(each.numel() for each in model.parameters())
