"""Training throughput of a VAE against pythae's: the same architecture, batch and machine, in turn.

Both train 784-512-50 in float32 on the same grey pictures with Adam and pixelwise cross-entropy, each with
its own loop, one process of all threads.
"""

import argparse
import logging
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from benchmarks.claims import Goal
from benchmarks.peers import peer
from benchmarks.runner import Report, interleaved
from pareidolia.generative.building import build, settings_of
from pareidolia.training import TrainingFolder, TrainingRun
from pareidolia.training.data import Pictures, PictureSet, open_pictures

BATCH, HIDDEN, LATENT = 100, 512, 50
VALUES = {"hidden": (HIDDEN,), "latent": LATENT, "batch": BATCH, "binarize": "no"}
GOALS = (
    Goal(
        "training a VAE, 784-512-50, batch 100",
        "pythae",
        0.5,
        limit="Products of matrices are 37 % of a step and Adam's kernel 13 %; the rest is some ninety small "
        "operators of 7 ms in all, none above 6 %. torch.compile and bfloat16 were slower.",
    ),
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    parser.add_argument("--data", help="of 28x28 pixels, as pareidolia train takes it (default: noise)")
    parser.add_argument("--pictures", type=int, default=10_000, help="pictures in each timed epoch")
    parser.add_argument("--rounds", type=int, default=7, help="how often each is timed")


def compare(options: argparse.Namespace) -> Report:
    """Pictures a second of each, and the ratio."""
    logging.disable(logging.WARNING)
    pictures = _pictures(options)
    with tempfile.TemporaryDirectory() as folder:
        contenders = {
            "pythae": pythae_epochs(pictures, Path(folder)),
            "ours": our_epochs("vae", VALUES, pictures, Path(folder), options.rounds + 1),
        }
        seconds = interleaved(contenders, options.rounds)
    speeds = {name: len(pictures) / taken for name, taken in seconds.items()}
    ratio = speeds["ours"] / speeds["pythae"]
    report = Report("VAE training, 784-512-50, batch 100", ("loop", "pictures a second"))
    report.rows = [(name, round(speed)) for name, speed in speeds.items()]
    report.figures = {"pictures_a_second": speeds, "ratio": ratio}
    report.claims = [GOALS[0].claim(seconds.ratios("ours", "pythae"))]
    report.summary = [
        f"Ours trains {ratio:.2f} times as fast: batches, noise, log and, each 30 s, a checkpoint included."
    ]
    return report


def _pictures(options: argparse.Namespace) -> PictureSet:
    """Those that are named; what they show does not change how long a step takes."""
    if options.data is None:
        generator = torch.Generator().manual_seed(0)
        shape = (options.pictures, 1, 28, 28)
        return PictureSet(
            "noise", "train", torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator)
        )
    whole = open_pictures(options.data)
    return replace(whole, bytes=whole.bytes[: options.pictures].clone(), labels=None)


def pythae_epochs(pictures: PictureSet, folder: Path) -> Callable[[], object]:
    """One more epoch of pythae's own training loop at each call."""
    models, trainers = peer("pythae.models"), peer("pythae.trainers")
    model = models.VAE(models.VAEConfig(input_dim=(1, 28, 28), latent_dim=LATENT, reconstruction_loss="bce"))
    config = trainers.BaseTrainerConfig(
        output_dir=str(folder / "pythae"), per_device_train_batch_size=BATCH, learning_rate=1e-3, no_cuda=True
    )
    dataset = peer("pythae.data.datasets").BaseDataset(pictures.pictures(), torch.zeros(len(pictures)))
    trainer = trainers.BaseTrainer(model, dataset, training_config=config)
    trainer.prepare_training()
    return lambda: trainer.train_step(1)


def our_epochs(
    kind: str,
    values: Mapping[str, Any],
    pictures: PictureSet,
    folder: Path,
    epochs: int,
    *,
    device: str = "cpu",
) -> Callable[[], object]:
    """One more epoch of our loop at each call, of a model of this kind and these settings."""
    settings = settings_of(kind, {**values, "epochs": epochs, "previews": 0})
    model = build(kind, settings, pictures.shape, 0).to(device)
    run = TrainingRun(model, Pictures(pictures, settings.batch, 0, torch.device(device)), settings)
    keeper = TrainingFolder(folder / f"our {kind}", {})
    keeper.begin(run)
    steps = keeper.steps(run)

    def epoch() -> None:
        for _ in range(len(pictures) // settings.batch):
            next(steps)

    return epoch
